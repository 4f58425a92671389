"""What should be looked at in a translation: each rule is a function of a Pair."""

import re
from collections import Counter
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from healthyboost.content.age import plain
from healthyboost.content.languages import language_codes
from healthyboost.editing.faults import short
from healthyboost.editing.proofreading import Elements
from healthyboost.glossary.matching import missing_in

from . import typography
from .findings import Finding
from .names import Names
from .numbers import left_as_they_were, unmatched

BRACES = re.compile(r"[{}]|%\(\w+\)[sd]")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"”»“)]+[^\s<>\"”»“).,;:!?…]")
MONEY = {
    "%": r"%|per ?cent|procent|prosent|процент",
    "€": r"€|\bEUR\b|\beur|\beiro|евро",
    "$": r"\$|\bUSD\b|dollar|dolār|dollari|доллар",
    "£": r"£|\bGBP\b|pound|mārciņ|punta|pund|фунт",
}
COPY = 3  # words in small letters of a text that is the same as its source


def hints(found):
    return [Finding(key, message, False, quote) for key, message, quote in found]


def links(pair):
    if not pair.is_rich:
        return
    there, here = (Counter(addresses(html)) for html in (pair.source, pair.text))
    if there.total() != here.total():
        message = ngettext(
            "The source has %(count)s link, this %(found)s.",
            "The source has %(count)s links, this %(found)s.",
            there.total(),
        )
        yield Finding("links", message % {"count": there.total(), "found": here.total()})
    for address in (there - here).keys():
        if address.startswith("portal:"):
            message = _("The link to the page “%(page)s” is missing.")
            yield Finding("link-lost", message % {"page": address.removeprefix("portal:")})
    for address in here:
        if code := language_of_address(address, pair.language):
            message = _("The link %(address)s leads to the text in another language: %(language)s.")
            said = {"address": short(address), "language": dict(settings.LANGUAGES)[code]}
            yield Finding("link-language", message % said, False, address)


def addresses(html):
    return [
        element.attributes.get("href") or ""
        for element in Elements(html).found
        if element.tag == "a"
    ]


def language_of_address(address, language):
    """The language of a page of the portal that is linked by its address and is not `language`."""
    parts = urlsplit(address) if "[" not in address else urlsplit("")
    is_ours = not parts.netloc or parts.netloc == urlsplit(settings.SITE_ADDRESS).netloc
    code = parts.path.strip("/").partition("/")[0]
    return code if is_ours and code in language_codes() and code != language else ""


def pictures(pair):
    there, here = (set(re.findall(r"<img [^>]*>", html)) for html in (pair.source, pair.text))
    if pair.is_rich and there - here:
        yield Finding("picture-lost", _("A picture of the source is missing."))


def braces(pair):
    there, here = (Counter(BRACES.findall(each)) for each in (pair.said, pair.says))
    if there != here:
        found = " ".join(dict.fromkeys([*(there - here), *(here - there)]))
        message = _("Not as often as in the source: %(marks)s") % {"marks": found}
        yield Finding("braces", message)


def numbers(pair):
    there, here = (ADDRESS.sub("", EMAIL.sub("", each)) for each in (pair.said, pair.says))
    missing, extra = unmatched(there, here, pair.source_language, pair.language)
    if missing:
        message = _("Numbers of the source are missing: %(numbers)s")
        yield Finding("numbers", message % {"numbers": ", ".join(missing)})
    if extra:
        message = _("Numbers that the source does not have: %(numbers)s")
        yield Finding("numbers-more", message % {"numbers": ", ".join(extra)}, False, extra[0])
    for old, new in left_as_they_were(there, here, pair.source_language, pair.language):
        message = _("In this language %(old)s is written %(new)s.") % {"old": old, "new": new}
        yield Finding("number-format", message, False, old)
    for sign, words in MONEY.items():
        if sign in there and not re.search(words, here, re.IGNORECASE):
            message = _("The source says %(sign)s, this does not.") % {"sign": sign}
            yield Finding("sign", message)


def mail_addresses(pair):
    there, here = (set(EMAIL.findall(each)) for each in (pair.said, pair.says))
    for address in sorted(there - here):
        message = _("The e-mail address %(address)s is missing.") % {"address": address}
        yield Finding("email", message)
    for address in sorted(here - there):
        message = _("The source does not have the e-mail address %(address)s.")
        yield Finding("email", message % {"address": address}, False, address)


def web_addresses(pair):
    """The page may be another one in this language; the site is the same."""
    there, here = (set(map(host, ADDRESS.findall(each))) for each in (pair.said, pair.says))
    for address in sorted(there - here):
        message = _("The web address %(address)s is missing.") % {"address": address}
        yield Finding("web", message)
    for address in sorted(here - there):
        message = _("The source does not have the web address %(address)s.")
        yield Finding("web", message % {"address": address}, False, address)


def host(address):
    return re.sub(r"^https?://|^www\.", "", address).removeprefix("www.").partition("/")[0].lower()


def known_names(pair):
    names = pair.names or Names.of(pair.source_language, pair.language)
    for said, wanted in names.missing(pair.said, pair.says):
        message = _("The name “%(name)s” is missing: here it is “%(wanted)s”.")
        if said == wanted:
            message = _("The name “%(name)s” is missing.")
        yield Finding("name", message % {"name": said, "wanted": wanted})


def copies(pair):
    """The same words are a name, or were forgotten."""
    small = re.findall(r"(?<![\w’'-])[^\W\d_A-ZĀ-Ž]{2,}", pair.says)
    small = [word for word in small if word[0].islower()]
    is_copy = not pair.is_same and plain(pair.says) == plain(pair.said)
    if is_copy and pair.source_language != pair.language and len(small) >= COPY:
        yield Finding("copy", _("This is the source itself: not translated yet?"))


def quotation_marks(pair):
    return hints(typography.quotation_marks(pair.says, pair.language))


def spaces(pair):
    if pair.text != pair.text.strip():
        yield Finding("edge-space", _("There are spaces before or after the text."))
    yield from hints(typography.spaces(pair.says, pair.language))


def repeated_words(pair):
    return hints(typography.repeated_words(pair.says, pair.language))


def scripts(pair):
    return hints(typography.scripts(pair.says, pair.language))


def endings(pair):
    return hints(typography.endings(pair.said, pair.says, pair.language))


def terms(pair):
    """Terms of the glossary that are called otherwise here.

    One word alone, such as board, may mean another thing: of these only what is to be avoided.
    """
    for hit in missing_in(pair.said, pair.source_language, pair.says, pair.language):
        if not hit.avoided and not any(" " in words for words in (hit.said, *hit.wanted)):
            continue
        message = _("The glossary calls “%(said)s” “%(wanted)s”.")
        if hit.avoided:
            message = _("The glossary calls “%(said)s” “%(wanted)s”, not “%(avoided)s”.")
        said = {"said": hit.said, "wanted": ", ".join(hit.wanted), "avoided": hit.avoided}
        yield Finding("term", message % said, False, hit.avoided)


HINTS = [
    links,
    pictures,
    braces,
    numbers,
    mail_addresses,
    web_addresses,
    known_names,
    copies,
    endings,
    quotation_marks,
    spaces,
    repeated_words,
    scripts,
    terms,
]
