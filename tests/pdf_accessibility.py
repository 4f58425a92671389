"""What a reader of PDF that speaks needs (PDF/UA-1, as far as a program can see it): `faults_of`."""

from io import BytesIO

from pypdf import PdfReader
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject

SHOWS_TEXT = {b"Tj", b"TJ", b"'", b'"'}
PAINTS = SHOWS_TEXT | {b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s", b"Do", b"sh"}
FONT_FILES = {"/FontFile", "/FontFile2", "/FontFile3"}


def faults_of(pdf, language, title):
    """Sentences, one for each thing that is wrong in the bytes of a PDF."""
    reader = PdfReader(BytesIO(pdf))
    root = reader.trailer["/Root"]
    tree = root.get("/StructTreeRoot")
    if not tree:
        return ["it has no tags"]
    elements = list(elements_below(tree))
    return [
        *faults_of_document(reader, root, language, title),
        *faults_of_headings(elements),
        *faults_of_elements(elements),
        *faults_of_pages(reader),
        *faults_of_fonts(reader),
    ]


def elements_below(element):
    """The tags of a PDF in the order in which they are read."""
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, ArrayObject) else [kids]:
        kid = kid.get_object()
        if isinstance(kid, DictionaryObject) and "/S" in kid:
            yield kid
            yield from elements_below(kid)


def faults_of_document(reader, root, language, title):
    if not root.get("/MarkInfo", {}).get("/Marked"):
        yield "it does not say that it is tagged"
    if str(root.get("/Lang", "")).partition("-")[0] != language:
        yield f"its language is {root.get('/Lang')}"
    if (reader.metadata or {}).get("/Title") != title:
        yield "its title is another one"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "readers see the name of its file, not its title"
    known = root["/Metadata"].get_data() if "/Metadata" in root else b""
    if b"pdfuaid:part" not in known:
        yield "it does not claim PDF/UA"
    if not reader.outline:
        yield "it has no bookmarks"


def faults_of_headings(elements):
    levels = [int(each["/S"][2:]) for each in elements if each["/S"][1:] in "H1 H2 H3 H4 H5 H6"]
    if levels[:1] != [1]:
        yield f"its first headings are of the levels {levels[:3]}"
    for before, level in zip(levels, levels[1:], strict=False):
        if level > before + 1:
            yield f"a heading of level {level} follows one of level {before}"


def faults_of_elements(elements):
    for each in elements:
        below = {kid["/S"] for kid in elements_below(each)}
        if each["/S"] == "/Figure" and not str(each.get("/Alt", "")).strip():
            yield "a picture has no alternative text"
        if each["/S"] == "/Table" and not {"/TR", "/TH"} <= below:
            yield "a table has no headings"
        if each["/S"] == "/TH" and "/Scope" not in str(each.get("/A", "")):
            yield "a heading of a table does not say what it is of"
        if each["/S"] == "/L" and "/LI" not in below:
            yield "a list has no items"
        if each["/S"] == "/Link" and not any(is_annotation(kid) for kid in kids_of(each)):
            yield "a tag of a link leads nowhere"


def kids_of(element):
    kids = element.get("/K", [])
    return [kid.get_object() for kid in (kids if isinstance(kids, ArrayObject) else [kids])]


def is_annotation(kid):
    return isinstance(kid, DictionaryObject) and kid.get("/Type") == "/OBJR"


def faults_of_pages(reader):
    for number, page in enumerate(reader.pages, 1):
        if unmarked := marks_missing(page, reader):
            yield f"page {number}: {unmarked} things are neither tagged nor decoration"
        links = [each.get_object() for each in page.get("/Annots", [])]
        if links and page.get("/Tabs") != "/S":
            yield f"page {number}: the tabulator does not follow the order of the text"
        for link in links:
            if "/StructParent" not in link or not link.get("/Contents"):
                yield f"page {number}: a link has no tag or no words"


def marks_missing(page, reader):
    """How often something is painted outside of all marked content."""
    depth = missing = 0
    for _operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator in (b"BDC", b"BMC"):
            depth += 1
        elif operator == b"EMC":
            depth -= 1
        elif operator in PAINTS and not depth:
            missing += 1
    return missing


def faults_of_fonts(reader):
    fonts = {}
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            font = font.get_object()
            fonts[font["/BaseFont"]] = font
    for name, font in fonts.items():
        below = [each.get_object() for each in font.get("/DescendantFonts", [font])]
        if not all(FONT_FILES & set(each["/FontDescriptor"]) for each in below):
            yield f"the font {name} is not part of it"
        if "/ToUnicode" not in font:
            yield f"the letters of {name} cannot be read aloud"


def words_in_order(pdf):
    """The text of all pages as it stands in the file, in one line."""
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)
