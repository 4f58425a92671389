"""The table as a Word document, written and read without Word: only what a table of texts needs.

Bold, italic, links, line breaks and paragraphs come through; tracked changes are taken as accepted.
"""

import zipfile
from html import escape
from io import BytesIO
from xml.sax.saxutils import quoteattr

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from .lines import UNWRITABLE, Unreadable
from .runs import Run, html_of, paragraphs_of
from .table import LONGEST_CELL, lines_of
from .xliff import tree_of

LARGEST_PART = 60_000_000  # bytes of a part of the file, unpacked
MAIN, RELATIONS = "word/document.xml", "word/_rels/document.xml.rels"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
STRONG, EMPHASIS = {"Strong", "Bold"}, {"Emphasis", "Italic"}


# Going out


class Lines:
    """What is written into it can be taken away piece by piece: the archive is never whole in memory."""

    def __init__(self):
        self.pieces, self.length = [], 0

    def write(self, piece):
        self.pieces.append(bytes(piece))
        self.length += len(piece)
        return len(piece)

    def tell(self):
        return self.length

    def flush(self):
        pass

    def take(self):
        pieces, self.pieces = self.pieces, []
        return b"".join(pieces)


def write(sheets, parcel):
    """The archive, piece by piece."""
    out, links, number = Lines(), {}, 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with override(parcel.language):
            start, end = part("document", parcel=parcel).split("<!-- sheets -->")
            for name in ("[Content_Types]", "_rels", "styles", "core"):
                path, text = NAMES[name], part(name, parcel=parcel)
                archive.writestr(path, text)
        with archive.open(MAIN, "w", force_zip64=True) as document:
            document.write(start.encode())
            for sheet in sheets:
                with override(parcel.language):
                    document.write(sheet_part(sheet, parcel, number, links).encode())
                number += len(sheet.lines)
                yield out.take()
            document.write(end.encode())
        with override(parcel.language):
            archive.writestr(RELATIONS, part("document_rels", links=links.items()))
    yield out.take()


NAMES = {
    "[Content_Types]": "[Content_Types].xml",
    "_rels": "_rels/.rels",
    "styles": "word/styles.xml",
    "core": "docProps/core.xml",
}


def part(name, **context):
    name = name.strip("[]_").lower()
    return UNWRITABLE.sub("", render_to_string(f"admin/translation/docx/{name}.xml", context))


def sheet_part(sheet, parcel, before, links):
    rows = [
        {
            "number": number,
            "line": line,
            "source": body_of(line.source, line.is_rich, links),
            "text": body_of(line.text, line.is_rich, links),
        }
        for number, line in enumerate(sheet.lines, before + 1)
    ]
    return part("sheet", sheet=sheet, parcel=parcel, rows=rows)


def body_of(text, is_rich, links):
    """The paragraphs of a cell as WordprocessingML."""
    if is_rich:
        paragraphs = paragraphs_of(text)
    else:
        paragraphs = [[Run(line)] for line in text.split("\n")]
    return "".join(f"<w:p>{runs_of(runs, links)}</w:p>" for runs in paragraphs)


def runs_of(runs, links):
    pieces = []
    for run in runs:
        look = ("<w:b/>" if run.is_bold else "") + ("<w:i/>" if run.is_italic else "")
        style = '<w:rStyle w:val="Hyperlink"/>' if run.link else ""
        about = f"<w:rPr>{style}{look}</w:rPr>" if style or look else ""
        text = "<w:br/>".join(
            f'<w:t xml:space="preserve">{escape(UNWRITABLE.sub("", each), quote=False)}</w:t>'
            for each in run.text.split("\n")
        )
        piece = f"<w:r>{about}{text}</w:r>"
        if run.link:
            address, title = run.link
            name = links.setdefault(address, f"link{len(links) + 1}")
            tip = f" w:tooltip={quoteattr(UNWRITABLE.sub('', title))}" if title else ""
            piece = f'<w:hyperlink r:id="{name}"{tip}>{piece}</w:hyperlink>'
        pieces.append(piece)
    return "".join(pieces)


# Coming in


def read(data):
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            document = tree_of(unpacked(archive, MAIN))
            links = addresses(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, KeyError, NotImplementedError, OSError):
        raise Unreadable(_("This is not a complete Word document (DOCX).")) from None
    except RuntimeError:  # it wants a password
        raise Unreadable(_("The document is locked. Save it without a password.")) from None
    rows = [[cell_of(cell, links) for cell in cells_of(row)] for row in document.iter(f"{W}tr")]
    return lines_of(rows, is_plain_document=True)


def unpacked(archive, name):
    """A part of the archive; Unreadable where it is far larger than any of ours."""
    with archive.open(name) as stream:
        data = stream.read(LARGEST_PART + 1)
    if len(data) > LARGEST_PART:
        raise Unreadable(_("The document is too large when it is unpacked."))
    return data


def addresses(archive):
    """{id: address} of the links of the document."""
    if RELATIONS not in archive.namelist():
        return {}
    return {
        each.get("Id"): each.get("Target", "")
        for each in tree_of(unpacked(archive, RELATIONS))
        if each.get("Type") == HYPERLINK
    }


def cells_of(row):
    """The cells of a row, those within content controls too; not those of a table in a cell."""
    for child in row:
        if child.tag == f"{W}tc":
            yield child
        elif child.tag == f"{W}sdt":
            for content in child.iter(f"{W}sdtContent"):
                yield from cells_of(content)


def cell_of(cell, links):
    paragraphs = [list(read_runs(each, links)) for each in cell.iter(f"{W}p")]
    if sum(len(run.text) for runs in paragraphs for run in runs) > LONGEST_CELL:
        raise Unreadable(_("A cell of the table is longer than any text of the portal."))
    return html_of(paragraphs)


def read_runs(element, links, link=()):
    for child in element:
        if child.tag == f"{W}r":
            yield Run(text_of(child), *look_of(child), link)
        elif child.tag == f"{W}hyperlink":
            address = links.get(child.get(f"{R}id"), "")
            if anchor := child.get(f"{W}anchor"):
                address = f"{address}#{anchor}"
            yield from read_runs(child, links, (address, child.get(f"{W}tooltip", "")))
        elif child.tag not in (f"{W}del", f"{W}moveFrom", f"{W}pPr"):
            yield from read_runs(child, links, link)


def look_of(run):
    about = run.find(f"{W}rPr")
    if about is None:
        return False, False
    style = about.find(f"{W}rStyle")
    name = style.get(f"{W}val") if style is not None else ""
    return (
        is_on(about.find(f"{W}b")) or name in STRONG,
        is_on(about.find(f"{W}i")) or name in EMPHASIS,
    )


def is_on(mark):
    return mark is not None and mark.get(f"{W}val", "1") not in ("0", "false", "off")


def text_of(run):
    pieces = {f"{W}br": "\n", f"{W}cr": "\n", f"{W}tab": " ", f"{W}noBreakHyphen": "\u2011"}
    return "".join(
        child.text or "" if child.tag == f"{W}t" else pieces.get(child.tag, "") for child in run
    )
