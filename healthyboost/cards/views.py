"""The card of a project or pilot: a small page for frames on other sites, without script or cookie."""

import hashlib

from django.http import HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.csp import CSP
from django.utils.http import quote_etag
from django.utils.translation import get_language
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from healthyboost.content.addresses import address_of
from healthyboost.content.asked import reads
from healthyboost.content.views import second_language

from .card import card_models, card_parts, card_path

SCHEMES = ("light", "dark")
POLICY = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.NONE],
    "frame-ancestors": ["*"],
}


@reads("scheme", "then")
@require_safe
@xframe_options_exempt
@csp_override(POLICY)
def card(request, kind, slug):
    """404 where nothing is public, 410 where this language was withdrawn: as small as the card itself."""
    scheme = request.GET.get("scheme")
    context = {"scheme": scheme if scheme in SCHEMES else ""}
    page = page_of_card(kind, slug)
    if not page:
        return render(request, "cards/missing.html", context | {"status": 404}, status=404)
    page.second_language = second_language(request)
    if page.is_gone_from(get_language()):
        context |= {"status": 410, "page": page}
        return render(request, "cards/missing.html", context, status=410)
    if slug != page.slug:
        query = request.GET.urlencode()
        return HttpResponsePermanentRedirect(card_path(page) + (f"?{query}" if query else ""))
    shown = page.shown
    texts = [(name, getattr(shown, name)) for name in page.card_texts if getattr(shown, name)]
    canonical = address_of(page, shown.language)
    context |= {"page": page, "shown": shown, "texts": texts, "canonical": canonical}
    context |= card_parts(page)
    response = render(request, "cards/card.html", context)
    response["Cache-Control"] = "public, no-cache"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"  # for sites that ask it of all frames
    response["ETag"] = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    return get_conditional_response(request, response["ETag"], None, response)


def page_of_card(kind, slug):
    """The page, public or gone from the active language; None where there never was one to see."""
    model = card_models().get(kind)
    if not model:
        return None
    try:
        page = model.objects.with_slug(slug)
    except model.DoesNotExist:
        return None
    return page if page.languages or page.is_gone_from(get_language()) else None
