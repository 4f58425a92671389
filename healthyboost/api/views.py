"""The addresses for programs. Everything is read only, and the same for everybody."""

import functools
import hashlib
import json
import logging

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import (
    HttpResponse,
    HttpResponsePermanentRedirect,
    StreamingHttpResponse,
)
from django.utils.cache import get_conditional_response
from django.utils.encoding import iri_to_uri
from django.utils.http import http_date, quote_etag
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from healthyboost.content.addresses import absolute
from healthyboost.content.datestamps import with_datestamp
from healthyboost.content.languages import language_codes
from healthyboost.limits.counting import INTERFACE, TooOften, count
from healthyboost.outages import outage_in_words

from .cursors import cursor_of, rows_behind
from .fingerprint import fingerprint
from .gathered import Gathered
from .members import members_in_lists, members_of
from .openapi import description
from .problems import Problem, for_all, problem_response
from .questions import FORMATS, LIMIT, SLUG, answers_to, parameters_of_list, parameters_of_object
from .resources import ROOT, resources
from .tables import columns_of, lines_of

METHODS = "GET, HEAD, OPTIONS"
logger = logging.getLogger("django.request")


def for_programs(view):
    """What all addresses share: reading alone, problems in one form, readable from any page."""

    @csrf_exempt
    @functools.wraps(view)
    def answer(request, *args, **kwargs):
        if request.method == "OPTIONS":
            return preflight(request)
        if request.method not in ("GET", "HEAD"):
            detail = f"This is for reading: {METHODS}."
            response = problem_response(request, 405, detail)
            response["Allow"] = METHODS
            return response
        try:
            count(INTERFACE, request)
            with override("en"):
                return for_all(view(request, *args, **kwargs))
        except TooOften as often:
            detail = f"You may ask {INTERFACE.most} times a minute. Please wait a moment."
            response = problem_response(request, 429, detail)
            response["Retry-After"] = str(often.seconds)
            return response
        except Problem as problem:
            return problem_response(request, problem.status, problem.detail, **problem.more)
        except SuspiciousOperation as error:
            return problem_response(request, 400, str(error)[:200])
        except Exception as error:
            if outage_in_words(error):
                response = problem_response(request, 503, "Please try again in a minute.")
                response["Retry-After"] = "30"
                return response
            got_request_exception.send(sender=None, request=request)
            logger.exception("Internal Server Error: %s", request.path)
            return problem_response(request, 500, "Please try again later.")

    return answer


def preflight(request):
    response = HttpResponse(status=204)
    response["Allow"] = response["Access-Control-Allow-Methods"] = METHODS
    response["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since, Accept"
    response["Access-Control-Max-Age"] = "86400"
    return for_all(response)


def json_response(request, told, languages=("en",), content_type="application/json"):
    """With the hash of its bytes as ETag: 304 where the asker has them already."""
    body = (
        told if isinstance(told, bytes) else (json.dumps(told, ensure_ascii=False) + "\n").encode()
    )
    response = HttpResponse(body, content_type=content_type)
    return checked(request, response, hashlib.sha256(body).hexdigest()[:32], languages)


def checked(request, response, etag, languages):
    etag = etag if etag.startswith("W/") else quote_etag(etag)
    response["ETag"] = etag
    response = get_conditional_response(request, etag, None, response)
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"
    response["Content-Language"] = ", ".join(languages)
    return response


@for_programs
def index(request):
    """Where everything is."""
    answers_to(request.GET, [])
    format_of(request, ["json"])
    told = {
        "title": "Healthy Boost: everything that is public, for programs",
        "languages": language_codes(),
        "description": absolute(f"{ROOT}/openapi.json"),
        "licence": settings.DATA_LICENCE or None,
        "lists": {
            name: {
                "json": absolute(each.path),
                "csv": absolute(f"{each.path}.csv"),
                "parameters": [parameter.name for parameter in parameters_of_list(each)],
            }
            for name, each in resources().items()
        },
    }
    return json_response(request, told)


@for_programs
def openapi(request):
    answers_to(request.GET, [])
    return json_response(request, description())


def resource_called(name):
    if name not in resources():
        raise Problem(404, f"There is no list “{name[:60]}”. Known: {', '.join(resources())}.")
    return resources()[name]


@for_programs
def object_list(request, name, suffix=""):
    resource = resource_called(name)
    parameters = list(parameters_of_list(resource))
    values = answers_to(request.GET, parameters)
    form = format_of_list(request, suffix, values.get("format"))
    queryset = with_datestamp(resource.public(values.get("lang")).for_lists())
    for each in parameters:
        if each.condition and each.name in values:
            queryset = queryset.filter(each.condition(values[each.name]))
    send = table if form == "csv" else a_page
    return send(request, resource, queryset, values)


def a_page(request, resource, queryset, values):
    """Some objects of a list, and where it goes on."""
    language, limit = values.get("lang"), values.get("limit", LIMIT)
    rows = rows_behind(queryset, values.get("cursor"), limit + 1)
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        question = request.GET.copy()
        question["cursor"] = cursor_of(rows[-1])
        following = absolute(f"{resource.path}?{question.urlencode()}")
    gathered = Gathered(resource, rows, language, members_in_lists(resource.model))
    told = {"items": gathered.objects(), "next": following}
    response = json_response(request, told, [language] if language else language_codes())
    if following:
        response["Link"] = f'<{following}>; rel="next"'
    return response


def table(request, resource, queryset, values):
    """The whole list, or what `limit` and `cursor` say of it, sent while it is being read."""
    language = values.get("lang")
    languages = [language] if language else language_codes()
    etag = fingerprint(sorted(request.GET.items()), columns_of(resource, language))
    lines = lines_of(resource, queryset, language, values.get("limit"), values.get("cursor"))
    response = HttpResponse() if request.method == "HEAD" else StreamingHttpResponse(lines)
    response["Content-Type"] = "text/csv; charset=utf-8"
    ending = f"-{language}" if language else ""
    response["Content-Disposition"] = f'attachment; filename="{resource.name}{ending}.csv"'
    return checked(request, response, etag, languages)


@for_programs
def object_detail(request, name, slug):
    resource = resource_called(name)
    language = answers_to(request.GET, parameters_of_object()).get("lang")
    format_of(request, ["json"])
    missing = Problem(404, f"Nothing public in {resource.path} has this slug.")
    if not SLUG.fullmatch(slug):
        raise missing
    try:
        page = with_datestamp(resource.model.objects.defer("made_from")).with_slug(slug)
    except resource.model.DoesNotExist as error:
        raise missing from error
    if language and page.is_gone_from(language):
        raise Problem(410, f"This was withdrawn in “{language}”.", languages=page.languages)
    if not page.languages:
        if any(page.is_gone_from(code) for code in language_codes()):
            raise Problem(410, "This was withdrawn.", languages=[])
        raise missing
    if page.slug != slug:
        question = f"?lang={language}" if language else ""
        return HttpResponsePermanentRedirect(resource.address_of(page) + question)
    said = Gathered(resource, [page], language, members_of(resource.model)).objects()
    if not said:
        raise missing
    response = json_response(request, said[0], [language] if language else said[0]["languages"])
    response["Last-Modified"] = http_date(page.datestamp.timestamp())
    return response


@for_programs
def without_slash(request, path):
    """Addresses for programs end without one."""
    question = request.META["QUERY_STRING"]
    return HttpResponsePermanentRedirect(
        absolute(iri_to_uri(f"{ROOT}/{path}")) + (f"?{question}" if question else "")
    )


@for_programs
def nothing(request):
    raise Problem(404, f"{ROOT}/ says what there is.")


def format_of_list(request, suffix, asked):
    if suffix and asked and asked != suffix:
        raise Problem(400, "The address says csv, “format” something else.", parameter="format")
    form = suffix or asked
    return format_of(request, [form] if form else list(FORMATS))


def format_of(request, forms):
    """Which of these formats the asker takes first; Problem where it is none."""
    wished = request.get_preferred_type([FORMATS[form] for form in forms])
    if not wished:
        known = ", ".join(FORMATS[form] for form in forms)
        raise Problem(406, f"Here is {known}; your request accepts something else.")
    return next(form for form in forms if FORMATS[form] == wished)
