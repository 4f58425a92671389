"""Under which addresses search engines know a page: one rule for the heads of pages and for sitemaps.

A page is known by one address for each language in which it is public, and all of them name each
other. A page that falls back to another language is known by the address of that language alone.
`x-default` is for readers of any other language: the English text, else the original, else the first.
"""

from dataclasses import dataclass, field

from healthyboost.content.addresses import absolute
from healthyboost.content.languages import language_codes
from healthyboost.content.templatetags.content import address_in

# Open Graph wants a country with each language; one that is missing here is not told.
LOCALES = {"en": "en_GB", "lv": "lv_LV", "fi": "fi_FI", "sv": "sv_SE", "ru": "ru_RU"}


@dataclass
class Known:
    """Absolute addresses for the head of a page; no canonical address: not to be listed at all."""

    canonical: str = ""
    alternates: list[tuple[str, str]] = field(default_factory=list)  # hreflang, address


def alternates_of(path, languages, source_language=""):
    """[(hreflang, address)] of a path in the languages in which it is public, x-default last."""
    found = [(code, absolute(address_in(code, path))) for code in languages]
    wished = ("en", source_language, *languages)
    default = next((code for code in wished if code in languages), None)
    return found + [("x-default", dict(found)[default])] if default else []


def known_page(page, asked):
    """A content object that the active language shows at the path `asked`, its query included."""
    path = address_in(page.shown.language, page.get_absolute_url())
    alternates = alternates_of(path, page.languages, page.source_language)
    return Known(absolute(path), alternates if path == asked else [])


def known_list(path, asked, number=1):
    """A page that exists in every language: the front page, a list. Its second page stands for itself:
    what it shows may be on the first one in another language."""
    if number > 1:
        return Known(absolute(f"{path}?page={number}"))
    return Known(absolute(path), alternates_of(path, language_codes()) if path == asked else [])
