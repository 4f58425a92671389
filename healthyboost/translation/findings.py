"""What checks find in a translation, and what they look at."""

import re
from dataclasses import dataclass
from html import unescape

from django.utils.html import strip_tags

from .names import Names

TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)((?:\s[^<>]*)?)/?>")
BLOCK_END = re.compile(r"</(?:p|h[1-6]|li|td|th|blockquote)>|<br ?/?>")


@dataclass(frozen=True)
class Finding:
    key: str
    message: str
    is_error: bool = False
    quote: str = ""  # the words of the translation that it is about
    form: int | None = None  # which plural form of a string of the interface


@dataclass
class Pair:
    """A source and its translation, without marks where the rules read words."""

    source: str
    text: str
    source_language: str
    language: str
    is_rich: bool = False
    kind: str = "text"
    is_same: bool = False
    max_length: int | None = None
    names: Names | None = None

    def __post_init__(self):
        self.said, self.says = (words_of(each, self.is_rich) for each in (self.source, self.text))


def words_of(text, is_rich):
    """What a reader reads of it, with a line end after each block."""
    return unescape(strip_tags(BLOCK_END.sub("\n", text))).strip() if is_rich else text
