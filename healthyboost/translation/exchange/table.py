"""A table for colleagues without a program for translators: number, original, translation.

As a page that a browser or Word opens; document.py is the same for Word alone. The number carries the
key of the line, in small letters.
"""

import re
from html import escape
from html.parser import HTMLParser

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from .lines import Key, Returned, Unreadable, decoded

CHARSET = rb"(?i)<meta[^>]*charset=[\"']?([\w-]+)"
KEY_IN_CELL = re.compile(r"#((?:[a-z-]+/){2}[^@#]+@\w+\.\w+)")
# What a cell may hold at most: more is not a paragraph.
LONGEST_CELL = 200_000
VOID = {"br", "img", "hr", "col", "meta", "link", "input", "wbr"}


def write(sheets, parcel):
    with override(parcel.language):
        start, end = render_to_string("admin/translation/table.html", {"parcel": parcel}).split(
            "<!-- sheets -->"
        )
    yield start
    number = 0
    for sheet in sheets:
        with override(parcel.language):
            piece = render_to_string(
                "admin/translation/_table_sheet.html",
                {"sheet": sheet, "parcel": parcel, "before": number},
            )
        yield piece
        number += len(sheet.lines)
    yield end


def read(data):
    reader = Rows()
    reader.feed(decoded(data, CHARSET))
    reader.close()
    return lines_of(reader.rows)


def lines_of(rows, **about):
    """The lines of rows of cells, each the HTML in it."""
    found = []
    for cells in rows:
        numbered = KEY_IN_CELL.search(re.sub(r"<[^<>]*>|\s+", "", cells[0])) if cells else None
        if not numbered or not Key.read(numbered[1]):
            if len(cells) > 2 and re.search("#", cells[0]):
                found.append(Returned(cells[0][:80], cells[2], is_html=True, **about))
            continue
        text = cells[2] if len(cells) > 2 else ""
        found.append(Returned(numbered[1], text, is_html=True, **about))
    if not found:
        raise Unreadable(_("The file holds no rows of a table that was taken from this portal."))
    return found


class Rows(HTMLParser):
    """The cells of all rows of all tables."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.rows, self.cell, self.length = [], None, 0

    def handle_starttag(self, name, attributes):
        if name == "tr":
            self.cell = None
            self.rows.append([])
        elif name in ("td", "th") and self.rows:
            self.cell, self.length = [], 0
            self.rows[-1].append("")
        elif name in ("style", "script"):
            return
        elif self.cell is not None:
            self.keep(self.get_starttag_text())

    def handle_endtag(self, name):
        if name in ("td", "th", "tr", "table"):
            if self.cell is not None:
                self.rows[-1][-1] = "".join(self.cell).strip()
            self.cell = None
        elif self.cell is not None and name not in VOID:
            self.keep(f"</{name}>")

    def handle_data(self, text):
        if self.cell is not None:
            self.keep(escape(text, quote=False))

    def keep(self, piece):
        self.length += len(piece)
        if self.length > LONGEST_CELL:
            raise Unreadable(_("A cell of the table is longer than any text of the portal."))
        self.cell.append(piece)
