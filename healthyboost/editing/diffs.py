"""What differs between two versions of a text, word by word."""

import re
from collections import Counter
from difflib import SequenceMatcher
from html import unescape
from itertools import chain

from django.utils.html import escape, format_html, strip_tags
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

WORDS = re.compile(r"\n|[^\S\n]+|\w+|[^\w\s]")
ADDRESS = re.compile(r'(?:href|src)="([^"]*)"')
MOST_PAIRS = 1_000_000  # of the same word here and there: beyond, comparing would take minutes


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
            return (
                mark_safe("") if str(old) == str(new) else escape(_("Only the formatting differs."))
            )
    parts = []
    for old_piece, new_piece in by_paragraphs(before, after):
        if old_piece == new_piece:
            parts.append(lines(old_piece))
            continue
        for tag, said, piece in (("del", _("removed"), old_piece), ("ins", _("added"), new_piece)):
            if piece:
                start, end = mark_safe(f"<{tag}>"), mark_safe(f"</{tag}>")
                hidden = format_html('<span class="visually-hidden">{}: </span>', said)
                parts.append(start + hidden + lines(piece) + end)
    return mark_safe("".join(parts))


def by_paragraphs(before, after):
    """(words before, words after) in turn, equal or not. A paragraph that stayed is not looked into."""
    old, new = paragraphs(before), paragraphs(after)
    for i1, i2, j1, j2 in pairs(old, new):
        if i2 - i1 == j2 - j1:
            couples = list(zip(old[i1:i2], new[j1:j2], strict=True))
        else:
            couples = [([*chain(*old[i1:i2])], [*chain(*new[j1:j2])])]
        for old_words, new_words in couples:
            for a1, a2, b1, b2 in pairs(old_words, new_words):
                yield list(old_words[a1:a2]), list(new_words[b1:b2])


def paragraphs(words):
    """The words of each, its line end included."""
    ends = [place for place, word in enumerate(words, start=1) if word.endswith("\n")]
    starts = [0, *ends]
    return [tuple(words[a:b]) for a, b in zip(starts, [*ends, len(words)], strict=True) if a < b]


def pairs(old, new):
    """The bounds of the pieces that are equal, and of those between them."""
    there = Counter(new)
    both = sum(count * there[each] for each, count in Counter(old).items() if not is_space(each))
    if both > MOST_PAIRS:
        return [(0, len(old), 0, len(new))]
    matcher = SequenceMatcher(is_space, old, new, autojunk=False)
    return [bounds for _kind, *bounds in matcher.get_opcodes()]


def is_space(word):
    """A match begins with no space: there are as many as words."""
    return word == " "


def lines(piece):
    return mark_safe(escape("".join(piece)).replace("\n", "<br>"))
