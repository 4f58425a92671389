"""What goes out and comes back: one line a paragraph, whatever the form of the file.

Each line carries its Key, so that it finds its paragraph again at any time later.
"""

import codecs
import hashlib
import re
from dataclasses import dataclass, field
from html import unescape

from django.utils.translation import gettext as _

from healthyboost.content.richtext import clean

from .runs import reduced

INTERFACE = "interface"  # the name of the sheet of strings that belong to no page
KEY = re.compile(
    r"([a-z]{2,3}(?:-[a-z]+)?)/([a-z]{2,3}(?:-[a-z]+)?)/([\w.]+(?::\d+)?)/([^@\s]+)@(\w+)\.(\w+)"
)
# What XML cannot hold; nobody misses it in a text.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
LONE_PARAGRAPH = re.compile(r"<p>((?:(?!</?p>).)*)</p>", re.S)
BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|h\d)>(?=.)", re.I | re.S)
TAG = re.compile(r"<[^<>]*>")
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Unreadable(Exception):
    """A file that cannot be taken in; its text is a sentence for the person."""


@dataclass(frozen=True)
class Key:
    """Where a line belongs, what its source said and what its translation said when it went out."""

    source_language: str
    language: str
    page: str  # "news.article:12", or INTERFACE
    place: str  # of the unit; of a string: its id, with "[1]" behind it for a plural form
    source: str
    text: str

    def __str__(self):
        return (
            f"{self.source_language}/{self.language}/{self.page}/{self.place}"
            f"@{self.source}.{self.text}"
        )

    @classmethod
    def read(cls, text):
        """None where `text` is no key."""
        found = KEY.fullmatch(text)
        return found and cls(*found.groups())


@dataclass
class Line:
    """A paragraph as it goes out; texts are HTML if `is_rich`."""

    key: Key
    label: str
    source: str
    text: str
    is_rich: bool = False
    state: str = "missing"
    then: str = ""  # what the source said when the text was made
    max_length: int | None = None
    is_machine: bool = False
    flags: tuple = ()
    form: int | None = None  # of a plural
    plural: tuple = ()  # (one, many): the two English forms that a plural form belongs to

    @property
    def is_old(self):
        return self.state == "changed"


@dataclass
class Sheet:
    """The lines of one page, or of the interface."""

    name: str
    title: str
    kind: str
    source_language: str
    address: str = ""
    lines: list = field(default_factory=list)


@dataclass
class Parcel:
    """What a file says of itself."""

    language: str
    portal: str  # its address
    made_at: str  # ISO
    plural_forms: str = ""  # as the header of a catalogue has it


@dataclass
class Returned:
    """A line of a file that comes in."""

    key: str
    text: str
    is_html: bool = False  # written as HTML, whatever the paragraph is
    is_confirmed: bool = False  # a person has said in her program that it is right
    is_unsure: bool = False  # or that it is not
    is_plain_document: bool = False  # only paragraphs, bold, italic and links came through


def fingerprint(text, is_rich):
    """What tells whether a text has been changed; marks that no document can hold do not count."""
    text = canonical(text, is_rich)
    text = reduced(text) if is_rich else text
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else "0"


def canonical(text, is_rich):
    """The form in which two texts are the same if a reader sees no difference."""
    text = UNWRITABLE.sub("", text or "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if not is_rich:
        return text
    text = clean(text)
    lone = LONE_PARAGRAPH.fullmatch(text)
    return lone[1] if lone else text


def plain_of(html):
    """The words of HTML, one line a paragraph."""
    return unescape(TAG.sub("", BREAK.sub("\n", html)))


def decoded(data, says):
    """The text of a file; `says`: a pattern that finds the encoding that it says it has."""
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), None)
    if not encoding:
        said = re.search(says, data[:4096])
        encoding = said[1].decode("ascii", "replace") if said else "utf-8"
    try:
        if not codecs.lookup(encoding)._is_text_encoding:
            raise LookupError(encoding)
        return data.decode(encoding)
    except (LookupError, UnicodeError):
        raise Unreadable(
            _("The letters of the file cannot be read as %(encoding)s. Save it as UTF-8.")
            % {"encoding": encoding[:40]}
        ) from None
