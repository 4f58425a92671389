"""What is asked of every request."""

from django.conf import settings
from django.core.exceptions import BadRequest


def switch_off_features(get_response):
    """What the portal does not need is off on all its pages, and other sites show nothing of it on theirs
    (Cross-Origin-Resource-Policy) but what a view gives away."""
    features = settings.BROWSER_FEATURES
    policies = {start: features_on(start) for start in ("/", *sum(features.values(), ()))}

    def answer(request):
        response = get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):  # nothing else is a document
            start = f"/{request.path_info.split('/')[1]}/" if "/" in request.path_info else "/"
            response["Permissions-Policy"] = policies.get(start, policies["/"])
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return answer


def features_on(start):
    """The Permissions-Policy of addresses that begin with `start`."""
    return ", ".join(
        f"{name}=({'self' if start in starts else ''})"
        for name, starts in settings.BROWSER_FEATURES.items()
    )


LONGEST_LENGTH = 15  # digits: some petabytes


def refuse_nul(get_response):
    """No text of the database holds a NUL, and none can be looked up by one: 400, not 500.

    Nor is there a body as long as some say that theirs is.
    """

    def answer(request):
        if any("\0" in text for text in (request.path_info, *request.COOKIES.values())):
            raise BadRequest("a NUL in the address or a cookie")
        if len(request.META.get("CONTENT_LENGTH") or "") > LONGEST_LENGTH:
            raise BadRequest("a body of that length")
        return get_response(request)

    return answer


def one_answer_for_all_languages(get_response):
    """What is the same for readers of every language (`response.is_for_all_languages`) says so to caches:
    LocaleMiddleware, further in, takes each address without a language for one that differs."""

    def answer(request):
        response = get_response(request)
        if getattr(response, "is_for_all_languages", False):
            names = [name.strip() for name in response.get("Vary", "").split(",")]
            del response["Vary"]
            if others := [name for name in names if name not in ("", "Accept-Language")]:
                response["Vary"] = ", ".join(others)
        return response

    return answer
