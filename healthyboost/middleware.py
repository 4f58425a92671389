"""What is asked of every request."""

from django.core.exceptions import BadRequest


def refuse_nul(get_response):
    """No text of the database holds a NUL, and none can be looked up by one: 400, not 500."""

    def answer(request):
        if any("\0" in text for text in (request.path_info, *request.COOKIES.values())):
            raise BadRequest("a NUL in the address or a cookie")
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
