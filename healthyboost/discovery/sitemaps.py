"""Sitemaps: an index, and files of at most 10,000 addresses of one language and one content type.

A file holds the objects of a range of keys, so it keeps its address and its objects for ever, and no
table is counted. Lists and the front page, which exist in every language, are in a file of their own.
"""

from hashlib import sha256
from html import escape

from django.db.models import Case, When
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from healthyboost.content.addresses import absolute
from healthyboost.content.datestamps import with_changed_at
from healthyboost.content.gathering import gather
from healthyboost.content.languages import language_codes
from healthyboost.content.models import content_models
from healthyboost.content.page import public_in

from .known import alternates_of

SIZE = 10_000  # keys a file
AT_ONCE = 500  # addresses that are written together
LISTS = "lists"  # name of the file of pages that exist in every language
IN_ALL_LANGUAGES = (
    "home",
    "subscribe",
    "feeds:list",
    "data",
    "api_for_people",
)  # beside lists of content
OPENING = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)
CLOSING = "</urlset>\n"


def file_name(language, kind, number=1):
    return f"{language}-{kind}-{number}"


def models_by_kind():
    return {model._meta.model_name: model for model in content_models()}


def in_file(model, language, number):
    """The objects of a file: those public in its language, of its range of keys."""
    return model.objects.filter(
        public_in(language), pk__gt=(number - 1) * SIZE, pk__lte=number * SIZE
    ).order_by("pk")


def files():
    """Names of all files that have something in them: two queries."""
    models = models_by_kind()
    newest = gather(
        **{kind: model.objects.order_by("-pk").only("pk")[:1] for kind, model in models.items()}
    )
    possible = {
        file_name(language, kind, number): in_file(models[kind], language, number).only("pk")[:1]
        for language in language_codes()
        for kind, found in newest.items()
        for number in range(1, (found[0].pk - 1) // SIZE + 2 if found else 1)
    }
    found = gather(**possible)
    return [file_name(language, LISTS) for language in language_codes()] + [
        name for name in possible if found[name]
    ]


def rows(language, kind, number):
    """[(path, languages, source language, changed at)] of a file; KeyError where there is no such."""
    if kind == LISTS:
        with override(language):
            return [(path, language_codes(), "", None) for path in portal_paths() if number == 1]
    model = models_by_kind()[kind]
    flags = {
        f"is_public_{code}": Case(When(public_in(code), then=True), default=False)
        for code in language_codes()
    }
    found = (
        with_changed_at(in_file(model, language, number), language)
        .only(*model.address_fields, "source_language")
        .annotate(**flags)
    )
    with override(language):
        return [
            (
                page.get_absolute_url(),
                [code for code in language_codes() if getattr(page, f"is_public_{code}")],
                page.source_language,
                page.changed_at,
            )
            for page in found
        ]


def portal_paths():
    """The pages that every language has, and the list of each content type that has one."""
    lists = [f"{model.url_name.partition(':')[0]}:list" for model in content_models()]
    for name in dict.fromkeys([*IN_ALL_LANGUAGES, *lists]):
        try:
            yield reverse(name)
        except NoReverseMatch:
            continue


def etag_of(found):
    return f'"{sha256(repr((absolute(""), found)).encode()).hexdigest()[:32]}"'


def written(found):
    """The file, in pieces."""
    yield OPENING
    for start in range(0, len(found), AT_ONCE):
        yield "".join(entry(*row) for row in found[start : start + AT_ONCE])
    yield CLOSING


def entry(path, languages, source_language, changed_at):
    lastmod = f"<lastmod>{changed_at:%Y-%m-%dT%H:%M:%SZ}</lastmod>\n" if changed_at else ""
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{escape(address)}"/>\n'
        for code, address in alternates_of(path, languages, source_language)
    )
    return f"<url>\n<loc>{escape(absolute(path))}</loc>\n{lastmod}{links}</url>\n"
