"""XLIFF 1.2, as OmegaT, Virtaal, Poedit and the programs of translation bureaus read it.

Marks within a text are bpt, ept and ph elements that hold the very tag, so that nothing is lost.
"""

import re
from html import escape, unescape
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from django.utils.translation import gettext as _

from .lines import UNWRITABLE, Returned, Unreadable

NAMESPACE = "urn:oasis:names:tc:xliff:document:1.2"
LANGUAGE, SPACE = (f"{{http://www.w3.org/XML/1998/namespace}}{name}" for name in ("lang", "space"))
TAG = re.compile(r"(<[^<>]*>)")
KINDS = {"strong": "bold", "em": "italic", "a": "link"}
STATES = {
    "missing": "needs-translation",
    "changed": "needs-review-translation",
    "minor": "translated",
    "unknown": "translated",
    "current": "final",
}
CONFIRMED = {"translated", "signed-off", "final"}
CODES = {"bpt", "ept", "ph", "it", "x", "bx", "ex"}
DEEPEST = 50
MOST_ELEMENTS = 1_500_000  # some 300 MB of memory


def write(sheets, parcel):
    """The file, sheet by sheet."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<xliff xmlns="{NAMESPACE}" version="1.2">\n'
    for sheet in sheets:
        file = file_of(sheet, parcel)
        ElementTree.indent(file) if not sheet.lines else indent_units(file)
        yield ElementTree.tostring(file, encoding="unicode") + "\n"
    yield "</xliff>\n"


def indent_units(file):
    """One unit a line; the texts in it stay as they are."""
    file.text = file[0].tail = file[1].text = file.tail = "\n"
    for unit in file[1].iter():
        if unit.tag in ("trans-unit", "group"):
            unit.tail = "\n"


def file_of(sheet, parcel):
    file = Element(
        "file",
        {
            "original": sheet.name,
            "source-language": sheet.source_language,
            "target-language": parcel.language,
            "datatype": "html",
            "tool-id": "healthyboost",
            "product-name": "Healthy Boost",
            "date": parcel.made_at,
        },
    )
    header = SubElement(file, "header")
    SubElement(header, "tool", {"tool-id": "healthyboost", "tool-name": "Healthy Boost"})
    said = [sheet.kind, sheet.title, sheet.address, parcel.portal]
    SubElement(header, "note").text = writable(" – ".join(filter(None, said)))
    body, group = SubElement(file, "body"), None
    for line in sheet.lines:
        if not line.form:
            group = None
        if line.form == 0:
            group = SubElement(body, "group", {"restype": "x-gettext-plurals"})
        add_unit(body if group is None else group, line, parcel.language)
    return file


def add_unit(parent, line, language):
    about = {
        "id": str(line.key),
        "resname": line.label,
        "datatype": "htmlbody" if line.is_rich else "plaintext",
        "approved": "yes" if line.state == "current" and not line.is_machine else "no",
        SPACE: "preserve",
    }
    if line.max_length:
        about |= {"maxwidth": str(line.max_length), "size-unit": "char"}
    unit = SubElement(parent, "trans-unit", about)
    numbers = Numbers()
    source = SubElement(unit, "source", {LANGUAGE: line.key.source_language})
    fill(source, line.source, line.is_rich, numbers)
    state = {"state": STATES[line.state]}
    if line.is_machine:
        state = {"state": "needs-review-translation", "state-qualifier": "leveraged-mt"}
    target = SubElement(unit, "target", {LANGUAGE: language, **state})
    fill(target, line.text, line.is_rich, numbers)
    SubElement(unit, "note").text = writable(line.label)
    if line.then:
        before = SubElement(unit, "alt-trans", {"alttranstype": "previous-version"})
        fill(SubElement(before, "source"), line.then, line.is_rich, numbers)
        fill(SubElement(before, "target"), line.text, line.is_rich, numbers)


class Numbers:
    """The same mark has the same number in source and target."""

    def __init__(self):
        self.given, self.last = {}, 0

    def start(self):
        self.free = {tag: list(numbers) for tag, numbers in self.given.items()}

    def of(self, tag):
        if self.free.get(tag):
            return self.free[tag].pop(0)
        self.last += 1
        self.given.setdefault(tag, []).append(self.last)
        return self.last


def fill(element, text, is_rich, numbers):
    if not is_rich:
        element.text = writable(text)
        return
    numbers.start()
    last, opened = None, []
    for piece in TAG.split(text):
        if piece.startswith("<"):
            last = SubElement(element, *code(piece, numbers, opened))
            last.text = writable(piece)
        elif last is None:
            element.text = writable(unescape(piece))
        else:
            last.tail = writable(unescape(piece))


def code(tag, numbers, opened):
    """(name, attributes) of the element that holds a mark."""
    name = re.match(r"</?([a-z0-9]*)", tag)[1]
    if tag.startswith("</"):
        if opened and opened[-1][0] == name:
            return "ept", {"id": str(opened.pop()[1])}
        return "ph", {"id": str(numbers.of(tag))}
    number = numbers.of(tag)
    if name in ("br", "img"):
        return "ph", {"id": str(number), "ctype": "lb" if name == "br" else "image"}
    opened.append((name, number))
    kind = {"ctype": KINDS[name]} if name in KINDS else {}
    return "bpt", {"id": str(number), **kind}


def writable(text):
    return UNWRITABLE.sub("", text)


# Coming in


class Careful(ElementTree.TreeBuilder):
    """Refuses what a file of translations has no use for, before anything of it is expanded."""

    depth = count = 0

    def doctype(self, *_about):
        raise Unreadable(_("The file holds definitions (DOCTYPE), which are not taken in."))

    def start(self, tag, attributes):
        self.depth, self.count = self.depth + 1, self.count + 1
        if self.count > MOST_ELEMENTS:
            raise Unreadable(_("The file is too large: take less along at a time."))
        if self.depth > DEEPEST:
            raise Unreadable(_("The marks of the file are nested too deeply."))
        return super().start(tag, attributes)

    def end(self, tag):
        self.depth -= 1
        return super().end(tag)


def tree_of(data):
    """The root element of an XML file; Unreadable where it is none, or a dangerous one."""
    parser = ElementTree.XMLParser(target=Careful())
    try:
        parser.feed(data)
        return parser.close()
    except ElementTree.ParseError as error:
        raise Unreadable(
            _("The file is broken in line %(line)s: it is no complete XML.")
            % {"line": error.position[0]}
        ) from None
    except (ValueError, LookupError):  # an encoding that nobody knows
        raise Unreadable(_("The letters of the file cannot be read. Save it as UTF-8.")) from None


def read(data):
    root = tree_of(data)
    if local(root) != "xliff" or root.get("version", "").startswith("2"):
        raise Unreadable(_("This is no XLIFF 1.2. Save it in that version."))
    return [line_of(unit) for unit in root.iter() if local(unit) == "trans-unit"]


def line_of(unit):
    children = {local(child): child for child in reversed(unit)}
    codes = {
        (local(each), each.get("id")): "".join(each.itertext())
        for each in (children["source"].iter() if "source" in children else ())
        if local(each) in CODES
    }
    target = children.get("target")
    is_target = target is not None
    return Returned(
        unit.get("id", ""),
        html_of(target, codes) if is_target else "",
        is_html=True,
        is_confirmed=unit.get("approved") == "yes"
        or is_target
        and target.get("state") in CONFIRMED,
    )


def html_of(element, codes):
    """What stands in a target, with the marks that its codes stand for."""
    pieces = [escape(element.text or "", quote=False)]
    for child in element:
        if local(child) in CODES:
            code = "".join(child.itertext())
            pieces.append(code or codes.get((local(child), child.get("id")), ""))
        else:
            pieces.append(html_of(child, codes))
        pieces.append(escape(child.tail or "", quote=False))
    return "".join(pieces)


def local(element):
    """The name of an element without its namespace; "" of a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
