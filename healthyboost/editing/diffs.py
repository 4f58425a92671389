"""What differs between two versions of a text, word by word."""

import re
from difflib import SequenceMatcher
from html import unescape

from django.utils.html import escape, format_html, strip_tags
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

WORDS = re.compile(r"\n|[^\S\n]+|\w+|[^\w\s]")
ADDRESS = re.compile(r'(?:href|src)="([^"]*)"')


def words(text):
    """The visible words of a plain or rich text, with the spaces and line ends between them."""
    return WORDS.findall(unescape(strip_tags(str(text or ""))).strip())


def addresses(text):
    return ADDRESS.findall(str(text or ""))


def word_diff(old, new):
    """HTML: the words of both texts, with <del> and <ins>; where only addresses differ, those."""
    before, after = words(old), words(new)
    if before == after:
        before, after = [[each + "\n" for each in addresses(text)] for text in (old, new)]
        if before == after:
            return mark_safe("") if str(old) == str(new) else escape(_("Only the form differs."))
    parts = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(lines(before[i1:i2]))
            continue
        for tag, said, piece in (
            ("del", _("removed"), before[i1:i2]),
            ("ins", _("added"), after[j1:j2]),
        ):
            if piece:
                start, end = mark_safe(f"<{tag}>"), mark_safe(f"</{tag}>")
                hidden = format_html('<span class="visually-hidden">{}: </span>', said)
                parts.append(start + hidden + lines(piece) + end)
    return mark_safe("".join(parts))


def lines(piece):
    return mark_safe(escape("".join(piece)).replace("\n", "<br>"))
