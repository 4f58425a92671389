"""What nobody meant to be in a text, such as the hyphens of a PDF that it was copied from."""

import re
from dataclasses import dataclass
from html import unescape

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

SOFT_HYPHEN = "\u00ad"
# Joiners are not among them: they hold "1–4", or an emoji of several people, together.
ZERO_WIDTH = "\u200b\u200e\u200f\ufeff"
SPACE = r"(?: |\u00a0|&nbsp;)"
# "Baltic- ja Itämeri": after these, a hyphen stands for the rest of a word to come.
CONJUNCTIONS = {
    "en": {"and", "or", "to", "but", "through"},
    "lv": {"un", "vai", "kā", "bet", "gan"},
    "fi": {"ja", "tai", "eli", "sekä", "ynnä", "vai", "eikä", "mutta", "kuin"},
    "sv": {"och", "eller", "samt", "men", "respektive", "till", "som"},
    "ru": {"и", "или", "либо", "а", "но", "да"},
}
KINDS = {
    "soft hyphen": _("a hidden hyphen inside a word"),
    "hidden character": _("a character that nobody sees"),
    "broken word": _("a hyphen and a space inside a word"),
    "double space": _("several spaces in a row"),
    "space before punctuation": _("a space before a punctuation mark"),
    # found by references.py
    "lost page": _("a link to a page of the portal that no longer exists"),
    "hidden page": _("a link to a page of the portal that nobody can read yet"),
    "lost picture": _("a picture that no longer exists"),
}
PATTERNS = {
    "soft hyphen": re.compile(SOFT_HYPHEN),
    "hidden character": re.compile(f"[{ZERO_WIDTH}]"),
    "broken word": re.compile(r"(?<![\w-])[^\W\d_]{2,}- +([^\W\d_]{2,})"),
    "double space": re.compile("[ \u00a0]{2,}"),
    "space before punctuation": re.compile("(?<=\\w)[ \u00a0]+(?:[,;:!?]|\\.(?![\\w.]))(?![)(])"),
}
BLOCK = re.compile(r"</(?:p|h[1-6]|li|td|th|blockquote)>|<br ?/?>|\n")
AROUND = 20  # characters before and after what was found


@dataclass(frozen=True)
class Finding:
    kind: str  # a key of KINDS
    excerpt: str  # some words around it
    place: int  # number of the paragraph, from 1

    @property
    def words(self):
        return capfirst(KINDS[self.kind])


def stray(text, language):
    """The Findings in a rich or plain text of `language`, in the order of its paragraphs."""
    return [
        Finding(kind, excerpt(paragraph, found), place)
        for place, paragraph in enumerate(paragraphs(text), start=1)
        for kind, pattern in PATTERNS.items()
        for found in pattern.finditer(paragraph)
        if kind != "broken word" or is_broken(found[1], language)
    ]


def paragraphs(text):
    """The words of each paragraph, without marks; spaces at its ends are nobody's business."""
    parts = (unescape(re.sub("<[^>]*>", "", part)) for part in BLOCK.split(text or ""))
    return [part.strip(" \u00a0") for part in parts if part.strip(" \u00a0")]


def is_broken(following, language):
    """A word goes on in small letters; a conjunction says that the rest of the word follows."""
    return following[0].islower() and following.lower() not in CONJUNCTIONS.get(language, ())


def excerpt(paragraph, found):
    start, end = max(0, found.start() - AROUND), min(len(paragraph), found.end() + AROUND)
    return ("…" if start else "") + paragraph[start:end] + ("…" if end < len(paragraph) else "")


def without_stray(html):
    """`html` without what can be taken away unseen. A single no-break space is there on purpose."""
    html = re.sub(f"[{SOFT_HYPHEN}{ZERO_WIDTH}]", "", html)
    return re.sub(f"{SPACE}{{2,}}", " ", html)
