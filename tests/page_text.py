"""What a page says, read from its HTML: blocks of text with their language, links, times."""

import re
from html.parser import HTMLParser
from typing import NamedTuple

VOID = set("area base br col embed hr img input link meta source track wbr".split())
# text in these belongs to the block around them
INLINE = set("a abbr b bdi cite code em i kbd mark q s small span strong sub sup time u".split())
SPOKEN_ATTRIBUTES = "alt", "aria-label", "title", "placeholder"
SPOKEN_META = "description", "og:title", "og:description", "og:image:alt"


class Block(NamedTuple):
    """A text without the blocks within it, and without the words within it in another language."""

    place: str  # the element, or "img alt" for an attribute
    language: str  # the nearest `lang`; None if there is none
    text: str  # in single spaces; no-break spaces are kept


class Link(NamedTuple):
    target: str
    name: str  # the words that a screen reader says
    language: str
    is_followed: bool = True  # by crawlers


class Time(NamedTuple):
    datetime: str
    text: str
    language: str


class Page(NamedTuple):
    blocks: list
    links: list
    times: list
    ids: set


class Element:
    def __init__(self, tag, attributes, around=None):
        self.tag, self.attributes = tag, attributes
        self.language = attributes.get("lang") or (around and around.language)
        self.is_name = attributes.get("translate") == "no" or bool(around and around.is_name)
        self.joins = bool(
            around
            and tag in INLINE
            and (self.language, self.is_name) == (around.language, around.is_name)
        )
        self.block = around.block if self.joins else []  # pieces of text of the block it is in
        self.said = []  # pieces of all text in it


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []
        self.pieces = []  # (place, language, pieces of text)
        self.page = Page([], [], [], set())

    def handle_starttag(self, tag, attributes):
        element = Element(tag, dict(attributes), self.open[-1] if self.open else None)
        if name := element.attributes.get("id"):
            self.page.ids.add(name)
        self.read_attributes(element)
        if tag not in VOID:
            self.open.append(element)
            if not element.joins and not element.is_name:
                self.pieces.append((tag, element.language, element.block))
        elif tag == "br":
            self.handle_data(" ")

    def handle_startendtag(self, tag, attributes):  # <path/>
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def read_attributes(self, element):
        attributes = element.attributes
        for name in SPOKEN_ATTRIBUTES:
            if text := attributes.get(name):
                self.pieces.append((f"{element.tag} {name}", element.language, [text]))
                for around in [*self.open, element]:
                    around.said.append(f" {text} ")
        if (name := attributes.get("name") or attributes.get("property")) in SPOKEN_META:
            self.pieces.append((f"meta {name}", element.language, [attributes["content"]]))

    def handle_data(self, data):
        if self.open and self.open[-1].tag not in ("script", "style"):
            self.open[-1].block.append(data)
            for element in self.open:
                element.said.append(data)

    def handle_endtag(self, tag):
        while self.open:
            element = self.open.pop()
            self.close_element(element)
            if element.tag == tag:
                return

    def close_element(self, element):
        said = single_spaced("".join(element.said))
        if element.tag == "a" and "href" in element.attributes:
            is_followed = "nofollow" not in element.attributes.get("rel", "").split()
            self.page.links.append(
                Link(element.attributes["href"], said, element.language, is_followed)
            )
        if element.tag == "time":
            self.page.times.append(Time(element.attributes["datetime"], said, element.language))
        if self.open and not element.joins:
            self.open[-1].block.append(" ")


def read(html):
    reader = Reader()
    reader.feed(html)
    reader.close()
    for place, language, pieces in reader.pieces:
        if text := single_spaced("".join(pieces)):
            reader.page.blocks.append(Block(place, language, text))
    return reader.page


def single_spaced(text):
    return re.sub(r"[ \t\r\n\f]+", " ", text).strip(" ")
