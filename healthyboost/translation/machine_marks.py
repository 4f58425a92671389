"""What a machine must not touch: addresses of links, pictures, placeholders.

A text is sent with short names in the place of addresses (`<a id="1">`), which the service has no need
to see, and with what is to stay as it is marked `translate="no"`, as the HTML standard has it.
"""

import html
import re
from collections import Counter
from dataclasses import dataclass, field

from healthyboost.content.richtext import clean

TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)((?: [^>]*)?)/?>", re.I)
# %(name)s, %s, {name}, e-mail and web addresses
FIXED = re.compile(
    r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|https?://[^\s<>]*[^\s<>.,;:!?)]|[\w.+-]+@[\w-]+\.[\w.-]*\w"
)
NUMBERED = re.compile(r'<(a|img)\b[^>]*?\bid="?(\d+)"?[^>]*?/?>', re.I)
KEPT = re.compile(r'<span\b[^>]*?\btranslate="?no"?[^>]*>(.*?)</span>', re.I | re.S)


class Broken(Exception):
    """A text came back without all that has to be in it."""


@dataclass
class Sent:
    """A text as it goes to the service, and how to get the translation out of what comes back."""

    source: str
    is_rich: bool
    attributes: list = field(default_factory=list)

    def __post_init__(self):
        self.is_html = self.is_rich or bool(FIXED.search(self.source))
        if not self.is_html:
            self.text = self.source
            return
        as_html = self.source if self.is_rich else html.escape(self.source, quote=False)
        pieces, place = [], 0
        for tag in TAG.finditer(as_html):
            pieces.append(FIXED.sub(self.hold, as_html[place : tag.start()]))
            pieces.append(self.number(tag))
            place = tag.end()
        pieces.append(FIXED.sub(self.hold, as_html[place:]))
        self.text = "".join(pieces)
        if not self.is_rich:
            self.text = self.text.replace("\n", "<br>")

    def hold(self, found):
        return f'<span translate="no">{found[0]}</span>'

    def number(self, tag):
        closing, name, attributes = tag.groups()
        if closing or not attributes:
            return tag[0]
        self.attributes.append(attributes)
        return f'<{name} id="{len(self.attributes)}">'

    def back(self, text):
        """The translation, cleaned; Broken where marks, links or placeholders got lost."""
        if not self.is_html:
            if not text.strip():
                raise Broken("nothing")
            return text.strip()
        text = KEPT.sub(r"\1", text.strip())
        text = NUMBERED.sub(self.named, text)
        if not self.is_rich:
            text = re.sub(r"\s*<br ?/?>\s*", "\n", text)
            if TAG.search(text):
                raise Broken("marks in a text that has none")
            text = html.unescape(text)
        else:
            text = without_line_ends(clean(text))
        if not text.strip():
            raise Broken("nothing")
        if self.is_rich and marks(text) != marks(without_line_ends(clean(self.source))):
            raise Broken("other marks")
        if Counter(FIXED.findall(plain(text))) != Counter(FIXED.findall(plain(self.source))):
            raise Broken("other placeholders")
        return text

    def named(self, tag):
        number = int(tag[2])
        if not 1 <= number <= len(self.attributes):
            raise Broken("a link that nobody sent")
        return f"<{tag[1].lower()}{self.attributes[number - 1]}>"


def without_line_ends(text):
    """Blocks as the units hold them: one after the other."""
    return text.replace("\n", "")


def marks(text):
    """How often each mark, with its attributes, is there: a translation may put them in another order."""
    return Counter(
        (closing, name.lower(), attributes) for closing, name, attributes in TAG.findall(text)
    )


def plain(text):
    return TAG.sub(" ", text)
