"""What search engines and browsers ask for beside the pages."""

import datetime
from hashlib import sha256

from django.conf import settings
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.crypto import constant_time_compare
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from healthyboost.content.addresses import absolute
from healthyboost.content.asked import reads
from healthyboost.content.languages import language_codes

from . import sitemaps
from .checks import security_contacts

SECURITY_VALID_FOR = datetime.timedelta(days=180)


def answer(request, response):
    """The response with an ETag; 304 where the asker has it."""
    etag = f'"{sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response)


@require_safe
def robots(request):
    """What is not worth a visit. What must not be listed says noindex itself: an address that may not
    be visited can be listed all the same, where somebody links to it."""
    context = {
        "is_open": settings.SEARCH_ENGINES,
        "searches": [f"/{code}/search/?" for code in language_codes()],
        "sitemap": absolute(reverse("sitemap_index")),
    }
    return answer(
        request, render(request, "discovery/robots.txt", context, "text/plain; charset=utf-8")
    )


@require_safe
def security(request):
    """To whom a weakness is told: RFC 9116. It holds good for half a year from any day it is read."""
    contacts = security_contacts()
    if not contacts:
        raise Http404("no contact is set")
    until = datetime.datetime.combine(timezone.now().date() + SECURITY_VALID_FOR, datetime.time())
    lines = [f"Contact: {contact}" for contact in contacts]
    lines += [
        f"Expires: {until.isoformat()}Z",
        f"Preferred-Languages: {', '.join(language_codes())}",
    ]
    lines.append(f"Canonical: {absolute(reverse('security'))}")
    response = HttpResponse("\n".join(lines) + "\n", "text/plain; charset=utf-8")
    response.is_for_all_languages = True
    return answer(request, response)


@gzip_page
@require_safe
def sitemap_index(request):
    addresses = [absolute(f"/sitemaps/{name}.xml") for name in sitemaps.files()]
    context = {"addresses": addresses}
    return answer(request, render(request, "discovery/sitemap.xml", context, "application/xml"))


@gzip_page
@require_safe
def sitemap(request, language, kind, number):
    try:
        found = sitemaps.rows(language, kind, int(number)) if language in language_codes() else []
    except KeyError:
        found = []
    if not found:
        raise Http404("no such sitemap")
    etag = sitemaps.etag_of(found)
    unchanged = get_conditional_response(request, etag=etag)
    response = unchanged or StreamingHttpResponse(
        sitemaps.written(found), content_type="application/xml"
    )
    response["ETag"] = etag
    return response


@reads()
@require_safe
def opensearch(request):
    """The search of the active language, for the address bar of browsers."""
    context = {
        "icon": absolute(static("img/icon.svg")),
        "search": absolute(reverse("search")),
        "here": absolute(request.path),
    }
    kind = "application/opensearchdescription+xml"
    return answer(request, render(request, "discovery/opensearch.xml", context, kind))


@require_safe
def indexnow_key(request, key):
    """Proves to the services behind IndexNow that what they are told comes from here."""
    if not settings.INDEXNOW_KEY or not constant_time_compare(key, settings.INDEXNOW_KEY):
        raise Http404("no such key")
    return HttpResponse(key, content_type="text/plain")
