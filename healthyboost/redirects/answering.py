"""What visitors get at old addresses. Only where nothing else answers is anything looked up here.

The answer is the same for all who read the same language, so that caches may keep it: 301 to the page,
in the language of the redirect, else in the reader's own (`Vary: Accept-Language`). Robots name no
language and get English. An editor's correction reaches everybody within a day.
"""

from django.http import HttpResponsePermanentRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import get_language, override

from healthyboost.content.languages import language_codes

from .addresses import REFERENCE, key_of, keys_at, matched, path_of, without_language
from .counting import note_missed, used
from .models import Redirect

KEPT_WORDS = ("q", "then")  # of a query that mean the same here
CACHED = "public, max-age=86400"


def answer_old_addresses(get_response):
    """Middleware, inside that of the language: what it makes of a short address, /news, comes after."""

    def answer(request):
        response = get_response(request)
        if response.status_code != 404 or request.method not in ("GET", "HEAD"):
            return response
        if request.path_info == "/" and not request.GET:
            return response  # leads to the front page
        return old_answer(request) or response

    return answer


def count_missed(get_response):
    """Middleware, outside that of the language."""

    def answer(request):
        response = get_response(request)
        # a list that says what is wrong with its query is there
        if response.status_code == 404 and not getattr(response, "context_data", None):
            note_missed(request)
        return response

    return answer


def old_answer(request):
    """301 or 410; None where the address is none of ours, or must not tell where it led."""
    redirect = redirect_at(request)
    if not redirect:
        return None
    address, response = None, None
    if not redirect.target:
        response = gone(request)
    elif redirect.target.startswith("portal:"):
        page = redirect.page
        if page and page.languages:
            address = address_for(page, redirect.language or get_language())
            address += REFERENCE.fullmatch(redirect.target)["anchor"] or ""
        elif page and any(map(page.is_gone_from, language_codes())):
            response = gone(request)
    elif not Redirect.objects.filter(
        old_address__in=keys_at(redirect.target, redirect.language)
    ).exists():  # one that leads to another could be a loop
        address = with_language(redirect.target, redirect.language or get_language())
    if address and key_of(path_of(address)) != key_of(request.path_info):
        response = HttpResponsePermanentRedirect(with_kept_words(address, request.GET))
        response["Cache-Control"] = CACHED
        response.is_for_all_languages = bool(redirect.language)
    if response:
        used.add(redirect.pk)
    return response


def redirect_at(request):
    query = request.META.get("QUERY_STRING", "")
    path = request.path_info
    keys = [  # the first that is in the table
        key_of(each, words) for each in (path, without_language(path)[1]) for words in (query, "")
    ]
    found = {each.old_address: each for each in Redirect.objects.filter(old_address__in=keys)}
    return next((found[key] for key in keys if key in found), None)


def address_for(page, language):
    """Where the text was withdrawn in this language, the address in another one."""
    found = page.language_found_in(language)
    with override(found if page.is_gone_from(language) else language):
        return page.get_absolute_url()


def with_language(target, language):
    match = matched(path_of(target))
    return f"/{language}{target}" if match and match[1] else target


def with_kept_words(address, query):
    kept = QueryDict(mutable=True)
    for name in KEPT_WORDS:
        if value := query.get(name):
            kept[name] = value
    if not kept or "?" in address:
        return address
    path, mark, anchor = address.partition("#")
    return f"{path}?{kept.urlencode()}{mark}{anchor}"


def gone(request):
    return render(request, "410.html", {"page": None, "languages": []}, status=410)
