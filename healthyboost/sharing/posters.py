"""What the picture of a page says, in the language of its text, and the address of that picture.

The address carries a hash of everything that the picture shows: when that changes, so does the address.
"""

import hashlib
import re
from functools import cache

from django.contrib.contenttypes.models import ContentType
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from healthyboost.content.addresses import absolute, fixed, spoken
from healthyboost.content.kept import kept
from healthyboost.content.models import content_models
from healthyboost.content.page import PLAIN_SLUG

from .drawing import EDITION, Poster

LEAST_PHOTO = 400  # pixels of its shorter side
RELATED = "organisation", "pilot"  # what a page may name beside itself


def poster_of(page, language, pictures):
    """The Poster of a content object in a language in which it is public."""
    version, photo = page.in_language(language), next(iter(pictures), None)
    with spoken(language):
        words = {"kicker": kicker_of(page), "byline": byline_of(page, language)}
        if photo and is_shown_large(photo):
            return Poster(version.title, **words, **described(photo))
    return Poster(version.title, **words, places=places_of(page, language))


def is_shown_large(photo):
    """A smaller photograph would be blurred: the sea is drawn instead."""
    return min(photo.width, photo.height) >= LEAST_PHOTO


def described(photo):
    focus = (0.5, 0.5)
    if photo.focal_x is not None:
        focus = (float(photo.focal_x), float(photo.focal_y))
    credit = _("Picture: %(credit)s") % {"credit": photo.credit} if photo.credit else ""
    return {"photo": photo.sha256, "focus": focus, "credit": credit}


def kicker_of(page):
    """ "News · Event report": the section of the portal and the kind of page."""
    if not section_address(type(page)):
        return ""
    kind = page.get_kind_display() if is_of_a_kind(page) else ""
    said = (section_name(type(page)), getattr(page, "acronym", "") or capfirst(kind))
    return " · ".join(dict.fromkeys(filter(None, said)))


def is_of_a_kind(page):
    """It says more than that it is what its section is full of."""
    return any(page.kind != usual for usual in usual_kind(type(page)))


@cache
def usual_kind(model):
    """In a list; an empty one where there are no kinds."""
    return [field.default for field in model._meta.fields if field.name == "kind"]


def byline_of(page, language):
    """Whose page it is, and where that is."""
    said = [each.in_language(each.language_found_in(language)) for each in around(page, language)]
    names = [each.title for each in said[1:] if each.page == page.organisation]
    names += [each.city for each in said if getattr(each, "city", "")][:1]
    country = page.get_country_display() if getattr(page, "country", "") else ""
    names = [name for name in [*names, country] if name]
    return ", ".join(
        name for place, name in enumerate(names) if not any(name in one for one in names[:place])
    )


def places_of(page, language):
    """Where the page plays: its own place, else that of its pilot, else that of its organisation."""
    places = [place for each in around(page, language) for place in place_of(each)]
    return tuple(places[:1])


def around(page, language):
    """The page and what it belongs to, as far as a reader of this language may see it."""
    related = [getattr(page, name, None) for name in RELATED]
    return [page, *(each for each in related if each and each.is_shown_in(language))]


def place_of(page):
    if getattr(page, "latitude", None) is None:
        return []
    return [(float(page.latitude), float(page.longitude))]


# Sections: the front page, and the lists of content types


def section_name(model):
    """ "News": what menus call the list in which the objects of a content type stand."""
    return str(model.section or capfirst(model._meta.verbose_name_plural))


def section_address(model):
    """The path of that list in the active language; '' where there is none."""
    try:
        return fixed(model.section_url_name or f"{model.url_name.partition(':')[0]}:list")
    except NoReverseMatch:
        return ""


def section_models():
    """{name of the section in addresses: content type}."""
    return {
        model.url_name.partition(":")[0]: model
        for model in content_models()
        if not model.section_url_name and section_address(model)
    }


def poster_of_section(name):
    """The Poster of "home" or of a list, in the active language; KeyError where there is none."""
    model = None if name == "home" else section_models()[name]
    title = section_name(model) if model else _("Healthier cities around one sea")
    lit = [each for each in content_models() if each.lights_the_sea]
    places = {
        (float(latitude), float(longitude))
        for each in lit
        for latitude, longitude in each.objects.published()
        .filter(latitude__isnull=False)
        .values_list("latitude", "longitude")
    }
    byline = _("Healthier cities around one sea") if model else ""
    return Poster(title, byline=byline, places=tuple(sorted(places)))


# Addresses


def digest_of(poster):
    return hashlib.sha256(repr((EDITION, poster)).encode()).hexdigest()[:16]


def path_of_picture(kind, name, poster):
    if not PLAIN_SLUG.fullmatch(name):
        return reverse("sharing:picture", args=[kind, name, digest_of(poster)])
    parts = around_name(kind, get_language(), get_script_prefix())
    return f"{parts[0]}{name}{parts[1]}{digest_of(poster)}{parts[2]}"


@cache
def around_name(kind, _language, _prefix):
    """What stands in the addresses of pictures before and after the name, and after the digest."""
    path = reverse("sharing:picture", args=[kind, "_name_", "0123456789abcdef"])
    return re.split("_name_|0123456789abcdef", path)


def picture_of_page(page, language, pictures):
    poster = poster_of(page, language, pictures)
    with spoken(language):
        return absolute(path_of_picture(page._meta.model_name, page.slug, poster))


@kept
def picture_of_section(name):
    return absolute(path_of_picture("list", name, poster_of_section(name)))


def page_with_pictures(kind, slug):
    """(page, pictures) of an address; KeyError or DoesNotExist where there is no such thing."""
    model = {each._meta.model_name: each for each in content_models()}[kind]
    names = {field.name for field in model._meta.fields}
    related = [name for name in RELATED if name in names]
    page = model.objects.select_related(*related).with_slug(slug)
    return page, first_picture(page)


def first_picture(page):
    uses = page._meta.get_field("pictures").related_model
    kind = ContentType.objects.get_for_model(page)
    rows = uses.objects.filter(content_type=kind, object_id=page.pk).select_related("picture")
    rows = rows.filter(picture__in=uses._meta.get_field("picture").related_model.objects.agreed())
    return [use.picture for use in rows.order_by("position", "id")[:1]]
