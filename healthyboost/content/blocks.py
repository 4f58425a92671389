"""A rich text as the row of its blocks, and back: what two languages of a text are held together by."""

import re
from dataclasses import dataclass

from django.utils.html import strip_tags

TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)((?: [^>]*)?)>")
NESTING = {"ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tfoot", "tr", "td", "th"}
BLOCKS = NESTING | {"p", "h2", "h3", "h4"}


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, list item, cell or picture.

    `path`: the marks that it stands in, outermost first, as ("ul", "li"); the last `opens` of them
    begin with this block, the others were opened by one before. `inner`: what stands in them.
    """

    path: tuple
    opens: int
    inner: str

    @property
    def name(self):
        """ "p", "h2", "li", "td" …; "img" of a picture, "" of bare text."""
        if self.inner.startswith("<img "):
            return "img"
        return self.path[-1].partition(" ")[0] if self.path else ""

    @property
    def words(self):
        return strip_tags(self.inner).strip()


def parse(html):
    """The blocks of a cleaned text, in their order."""
    blocks, path, is_new, inner, place = [], [], [], [], 0

    def end(even_if_empty=False):
        text = "".join(inner).strip()
        inner.clear()
        if text or even_if_empty:
            blocks.append(Block(tuple(path), sum(is_new), text))
            is_new[:] = [False] * len(is_new)

    for tag in TAG.finditer(html or ""):
        inner.append(html[place : tag.start()])
        place, (closing, name, attributes) = tag.end(), tag.groups()
        if name == "img":
            end()
            inner.append(tag[0])
            end()
        elif name not in BLOCKS:
            inner.append(tag[0])
        elif not closing:
            end()
            path.append(name + attributes)
            is_new.append(True)
        elif path:
            end(even_if_empty=is_new[-1])
            path.pop()
            is_new.pop()
    inner.append((html or "")[place:])
    end()
    return blocks


def render(blocks):
    """The text of these blocks; one that continues a list whose beginning is missing opens it."""
    pieces, path = [], []

    def close(keep):
        while len(path) > keep:
            pieces.append(f"</{path.pop().partition(' ')[0]}>")

    for block in blocks:
        keep = max(0, len(block.path) - block.opens)
        same = 0
        while same < min(keep, len(path)) and path[same] == block.path[same]:
            same += 1
        close(same)
        for mark in block.path[same:]:
            pieces.append(f"<{mark}>")
            path.append(mark)
        pieces.append(block.inner)
    close(0)
    return "".join(pieces)
