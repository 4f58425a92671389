"""oEmbed (oembed.com): other sites ask with the address of a page and get the frame of its card."""

import json
from dataclasses import dataclass
from urllib.parse import unquote, urlencode, urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import get_language_from_path, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from healthyboost.content.addresses import absolute, address_of
from healthyboost.content.views import hung
from healthyboost.feeds.characters import of_xml

from .card import card_models, card_path

WIDTH, HEIGHT = 600, 460
DAY = 24 * 60 * 60
MEDIA_TYPES = {"json": "application/json", "xml": "text/xml"}


@dataclass
class Refusal(Exception):
    status: int
    words: str


@require_safe
def oembed(request):
    try:
        response = answer(request.GET)
    except Refusal as refusal:
        response = HttpResponse(refusal.words, "text/plain; charset=utf-8", refusal.status)
        # 501 is what oEmbed asks for: no fault of ours, of which Django would write an error each time
        response._has_been_logged = refusal.status == 501
    response["Access-Control-Allow-Origin"] = "*"
    return response


def answer(asked):
    form = asked.get("format", "json")
    if form not in MEDIA_TYPES:
        raise Refusal(501, _("The formats are json and xml."))
    width, height = measure(asked, "maxwidth", WIDTH), measure(asked, "maxheight", HEIGHT)
    url = asked.get("url", "")
    if not url:
        raise Refusal(400, _("Say with “url” which page you want to embed."))
    page, language = page_at(url)
    said = description(page, language, width, height)
    content = json.dumps(said, ensure_ascii=False) if form == "json" else xml(said)
    response = HttpResponse(content, f"{MEDIA_TYPES[form]}; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    response.is_for_all_languages = True  # that of the page counts, not that of the reader
    return response


def measure(asked, name, own):
    """The width or height of the frame: our own, or less where less is asked for."""
    text = asked.get(name, "")
    if not text:
        return own
    if not (text.isascii() and text.isdecimal() and len(text) < 7 and int(text)):
        raise Refusal(
            400, _("“%(name)s” must be a whole number of pixels above 0.") % {"name": name}
        )
    return min(own, int(text))


def page_at(url):
    """(page, language) of a public address of the portal; whether http or https does not matter."""
    unknown = Refusal(404, _("There is no page to embed at this address."))
    try:
        address, ours = urlsplit(url), urlsplit(settings.SITE_ADDRESS)
        is_ours = address.scheme in ("http", "https") and address.netloc == ours.netloc
        path = unquote(address.path)
    except ValueError:
        raise unknown from None
    language = get_language_from_path(path)
    if not is_ours or not language or "\0" in path:
        raise unknown
    try:
        with override(language):
            match = resolve(path)
    except Resolver404:
        raise unknown from None
    model = {each.url_name: each for each in card_models().values()}.get(match.view_name)
    try:
        page = model.objects.with_slug(match.kwargs["slug"]) if model else None
    except model.DoesNotExist:
        page = None
    if not page or not page.is_shown_in(language):
        raise unknown
    return page, language


def description(page, language, width, height):
    with override(language):
        shown = page.shown
        said = {
            "version": "1.0",
            "type": "rich",
            "title": shown.title,
            "provider_name": "Healthy Boost",
            "provider_url": settings.SITE_ADDRESS,
            "cache_age": DAY,
            "html": frame(page, language, width, height),
            "width": width,
            "height": height,
        }
        organisation = page.organisation
        if organisation and organisation.is_shown_in(language):
            said["author_name"] = organisation.shown.title
            said["author_url"] = address_of(organisation, language)
    return said | thumbnail(page, width, height)


def thumbnail(page, width, height):
    """A copy of the first picture that is not larger than what was asked for; nothing where there is none."""
    for picture in hung(page, "pictures", "picture", "uses")[:1]:
        for copy in picture.renditions:
            copy_height = round(picture.height * copy["width"] / picture.width)
            if copy["width"] <= width and copy_height <= height:
                return {
                    "thumbnail_url": absolute(default_storage.url(copy["webp"])),
                    "thumbnail_width": copy["width"],
                    "thumbnail_height": copy_height,
                }
    return {}


def frame(page, language, width="100%", height=HEIGHT):
    """The HTML that shows the card of a page on another site."""
    with override(language):
        address, shown = absolute(card_path(page)), page.shown
    context = {"address": address, "shown": shown, "width": width, "height": height}
    return render_to_string("cards/_frame.html", context).strip()


def question(page, language, form="json"):
    """The address at which oEmbed is asked for a page."""
    asked = {"url": address_of(page, language), "format": form}
    return absolute(f"{reverse('oembed')}?{urlencode(asked)}")


def xml(said):
    root = Element("oembed")
    for name, value in said.items():
        SubElement(root, name).text = str(value)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + of_xml(tostring(root, encoding="unicode"))
