"""The forms of file that go out and come in."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import document, po, table, xliff
from .lines import UNWRITABLE, Unreadable

LARGEST = 20 * 1024 * 1024  # bytes of a file that comes in


@dataclass(frozen=True)
class Format:
    module: object
    ending: str
    media_type: str
    words: str
    help: str


FORMATS = {
    "xliff": Format(
        xliff,
        "xlf",
        "application/x-xliff+xml; charset=utf-8",
        "XLIFF 1.2",
        gettext_lazy("for OmegaT, Virtaal, Poedit and translation bureaus"),
    ),
    "po": Format(
        po,
        "po",
        "text/x-gettext-translation; charset=utf-8",
        "PO",
        gettext_lazy("for Poedit and Virtaal"),
    ),
    "docx": Format(
        document,
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "DOCX",
        gettext_lazy("a table for Word or LibreOffice, for colleagues without a special program"),
    ),
    "html": Format(
        table,
        "html",
        "text/html; charset=utf-8",
        "HTML",
        gettext_lazy("a table for the browser: write into it and save the page"),
    ),
}


def read(data):
    """The lines of a file in any of these forms; Unreadable with a sentence otherwise."""
    if not data.strip():
        raise Unreadable(_("The file is empty."))
    lines = module_of(data).read(data)
    if not lines:
        raise Unreadable(_("The file holds no texts."))
    for line in lines:
        line.key, line.text = UNWRITABLE.sub("", line.key), UNWRITABLE.sub("", line.text)
    return lines


def module_of(data):
    """By what stands in it, never by its name."""
    if data.startswith(b"PK"):
        return document
    start = data[:20_000].replace(b"\0", b"").lower()  # UTF-16 too
    if b"<xliff" in start:
        return xliff
    if b"<html" in start or b"<table" in start or b"<!doctype html" in start:
        return table
    if b"msgid" in start:
        return po
    if start.lstrip(b"\xef\xbb\xbf\xff\xfe").startswith((b"<?xml", b"<!doctype")):
        return xliff  # which says what is wrong with it
    raise Unreadable(_("This is none of the files that can be taken in: XLIFF, PO, DOCX or HTML."))
