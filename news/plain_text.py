"""Rich text as plain text for mails: headings, lists and numbered links, at most 78 columns."""

import re
import textwrap
from html.parser import HTMLParser
from os.path import commonprefix

from django.utils.translation import gettext as _

COLUMNS = 78
HEADINGS = {"h2", "h3", "h4", "h5", "h6"}
LISTS = {"ul", "ol"}
BLOCKS = {"p", "blockquote", "tr", "figcaption", *HEADINGS, *LISTS, "li"}


def wrapped(text, first="", others=None):
    """Lines of at most COLUMNS; an address is never broken, and stays whole in any mail program."""
    others = " " * len(first) if others is None else others
    return textwrap.wrap(
        text,
        COLUMNS,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def underlined(text, mark):
    lines = wrapped(text)
    return [*lines, mark * max(map(len, lines), default=0)]


class PlainText(HTMLParser):
    """`.lines` of a cleaned rich text, and `.links`: the addresses that [1], [2] … in it stand for."""

    def __init__(self, html):
        super().__init__()
        self.lines, self.links = [], []
        self.words, self.marker, self.edges, self.lists = "", "", [], []
        self.address, self.link_words = "", ""
        self.was_item, self.last_edge = False, ""
        self.feed(html)
        self.close()
        self.end_block()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag in BLOCKS:
            self.end_block()
        if tag in LISTS:
            self.lists.append(0 if tag == "ol" else None)
            self.edges.append("  " if len(self.lists) > 1 else "")
        elif tag == "li":
            self.marker = self.next_marker()
        elif tag == "blockquote":
            self.edges.append("> ")
        elif tag in ("td", "th") and self.words.strip():
            self.words += " | "
        elif tag == "br":
            self.words += "\n"
        elif tag == "img" and attributes.get("alt"):
            self.words += _("[Picture: %(words)s]") % {"words": attributes["alt"]}
        elif tag == "a":
            self.address, self.link_words = attributes.get("href") or "", ""

    def handle_endtag(self, tag):
        if tag in BLOCKS:
            self.end_block(heading=tag in HEADINGS)
        if tag in LISTS and self.lists:
            self.lists.pop()
        if tag in (*LISTS, "blockquote") and self.edges:
            self.edges.pop()
        if tag == "a" and self.address:
            self.end_link()

    def handle_data(self, data):
        self.words += data
        self.link_words += data

    def next_marker(self):
        if not self.lists or self.lists[-1] is None:
            return "- "
        self.lists[-1] += 1
        return f"{self.lists[-1]}. "

    def end_link(self):
        address, self.address = self.address.removeprefix("mailto:"), ""
        if self.link_words.strip() != address:
            self.links.append(address)
            self.words += f" [{len(self.links)}]"

    def end_block(self, heading=False):
        said = [" ".join(line.split()) for line in self.words.split("\n") if line.strip()]
        self.words = ""
        if not said:
            return
        is_item, edge = bool(self.marker), "".join(self.edges)
        if self.lines and not (is_item and self.was_item):
            self.lines.append(commonprefix([edge, self.last_edge]).rstrip())
        self.was_item, self.last_edge = is_item, edge
        others = edge + " " * len(self.marker)
        for number, line in enumerate(said):
            first = edge + self.marker if not number else others
            self.lines += wrapped(line, first, others)
        if heading:
            self.lines.append(edge + "-" * min(len(said[-1]), COLUMNS - len(edge)))
        self.marker = ""


def plain(words):
    """Words of one line, in which nothing looks like a mark of the mail."""
    return re.sub(r"\s+", " ", words).strip().replace("<!--", "<! --")
