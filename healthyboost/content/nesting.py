"""How deep a text nests: what nobody can read costs nobody time.

A program that reads HTML takes a time that grows with the square of the depth: 100 kB of nothing but
lists in lists would keep it busy for many seconds.
"""

import re
from collections import Counter

DEEPEST = 30  # marks in each other; texts that people write stay below ten
# A comment, which may have no end, or a tag.
PIECE = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))|<(?P<closing>/?)(?P<name>[a-zA-Z][^\s/>]*)[^>]*>", re.S
)
# They close each other, or hold nothing: any number of them is no depth.
FLAT = {"p", "li", "td", "th", "tr", "dt", "dd", "thead", "tbody", "tfoot", "option"}
VOID = {"br", "hr", "img", "input", "meta", "link", "col", "wbr", "source", "area", "base", "embed"}


def without_depth(html):
    """(`html` without the marks that stand in DEEPEST others, the number of those); all words stay."""
    if html.count("<") <= DEEPEST:
        return html, 0
    left_out = 0
    depth, deepest = (
        Counter(),
        Counter(),
    )  # by name: marks that are open, and those that were left out
    is_open = 0

    def kept(piece):
        nonlocal is_open, left_out
        name = (piece["name"] or "").lower()
        if not name or name in FLAT or name in VOID:
            return piece[0]
        if not piece["closing"]:
            if is_open >= DEEPEST:
                deepest[name] += 1
                left_out += 1
                return ""
            depth[name] += 1
            is_open += 1
        elif deepest[name]:
            deepest[name] -= 1
            return ""
        elif depth[name]:
            depth[name] -= 1
            is_open -= 1
        return piece[0]

    return PIECE.sub(kept, html), left_out
