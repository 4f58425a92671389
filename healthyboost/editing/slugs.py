"""Addresses made from titles: a–z, 0–9 and hyphens, whatever the title is written in."""

import unicodedata

from django.utils.text import slugify

from healthyboost.content.models import Content, FormerSlug

LENGTH = 112  # leaves room for a number
# Letters without a plain letter inside them, as in Django's urlify.js, which the form uses.
LETTERS = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхцыэ", "abvgdezijklmnoprstufhcye", strict=True))
    | {
        "ё": "yo",
        "ж": "zh",
        "ч": "ch",
        "ш": "sh",
        "щ": "sh",
        "ъ": "",
        "ь": "",
        "ю": "yu",
        "я": "ya",
    }
    | {"æ": "ae", "ø": "o", "ð": "d", "þ": "th", "ß": "ss", "ł": "l"}
)


def make_slug(text):
    """ "Veselība visiem" is "veseliba-visiem"; '' where no letter or digit is left."""
    plain = unicodedata.normalize("NFC", text or "").lower().translate(LETTERS)
    return slugify(plain)[:LENGTH].strip("-_")


def free_slug(rows, wish, field="slug"):
    """`wish`, or `wish-2`, `wish-3`, … : the first that none of `rows` (a QuerySet) has, or had."""
    wish = wish or rows.model._meta.model_name
    taken = set(rows.filter(**{f"{field}__startswith": wish}).values_list(field, flat=True))
    taken |= set(former_slugs(rows).filter(slug__startswith=wish).values_list("slug", flat=True))
    number, slug = 1, wish
    while slug in taken:
        number += 1
        slug = f"{wish}-{number}"
    return slug


def former_slugs(rows):
    """The FormerSlugs of `rows`: links lead from them to where the page is now."""
    if not issubclass(rows.model, Content):
        return FormerSlug.objects.none()
    return FormerSlug.of(rows.model).filter(object_id__in=rows.values("pk"))
