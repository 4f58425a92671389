"""What can be seen to be wrong with a text by reading it: links, headings, stray characters."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from healthyboost.content.stray import stray

from .empty_words import EMPTY_LINKS, language_seen
from .faults import quoted, short

HEADINGS = "h2", "h3", "h4"
BARE_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
LONGEST_HEADING = 100  # characters of a bold paragraph that is taken for one


@dataclass
class Element:
    tag: str
    attributes: dict = field(default_factory=dict)
    words: str = ""
    bold: str = ""  # those of its words that are bold

    @property
    def said(self):
        return " ".join(self.words.split())


class Elements(HTMLParser):
    """The links, headings and paragraphs of a rich text, in their order."""

    def __init__(self, html):
        super().__init__()
        self.found, self.open = [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag in ("a", "p", "strong", *HEADINGS):
            element = Element(tag, dict(attrs))
            self.open.append(element)
            if tag != "strong":
                self.found.append(element)

    def handle_endtag(self, tag):
        for element in reversed(self.open):
            if element.tag == tag:
                self.open.remove(element)
                break

    def handle_data(self, data):
        is_bold = any(element.tag == "strong" for element in self.open)
        for element in self.open:
            element.words += data
            element.bold += data if is_bold else ""


def faults_of_text(text):
    """The Faults of a `faults.Text`."""
    found = [*stray_characters(text), *another_language(text)]
    if text.is_rich:
        elements = Elements(text.content).found
        for rule in (links, heading_levels, bold_headings):
            found += rule(text, elements)
    return found


def links(text, elements):
    for element in elements:
        if element.tag == "a":
            yield from link(text, element.attributes.get("href") or "", element.said)


def link(text, address, words):
    """Where it leads to, and what it says of that."""
    said = {"words": short(words), "address": short(address)}
    if fault := fault_of_address(address):
        yield text.fault(
            "address", _("The link “%(words)s”: %(fault)s") % {**said, "fault": fault}, words, True
        )
    if plain(words) in EMPTY_LINKS:
        message = _("The link “%(words)s” does not say where it leads. Link words that do.") % said
        yield text.fault("empty-words", message, words, True)
    elif BARE_ADDRESS.fullmatch(words) or words == address:
        message = _("The link shows its address, %(words)s. Write what is there instead.") % said
        yield text.fault("bare-address", message, words)


def plain(words):
    return re.sub(r"[\W_]+", " ", words).strip().casefold()


def fault_of_address(address):
    """What is wrong with the address of a link, as far as the address itself tells; or ''."""
    if address.strip() in ("", "#") or address.startswith("#"):
        return _("it leads nowhere.")
    if address.startswith(("/", "portal:")):
        return ""  # a page of the portal: whether it exists is looked up
    try:
        parts = urlsplit(address)
    except ValueError:
        return _("its address is broken: %(address)s") % {"address": short(address)}
    if parts.scheme == "mailto":
        is_whole = re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", parts.path)
    else:
        is_whole = parts.scheme in ("http", "https") and "." in (parts.hostname or "").strip(".")
    if is_whole:
        return ""
    return _("its address is not whole: %(address)s. It begins with https://") % {
        "address": short(address)
    }


def heading_levels(text, elements):
    """One step down at a time. Below a heading of the page itself a text may begin with the third."""
    before = 1 if text.field == "body" else 2
    for element in elements:
        if element.tag in HEADINGS:
            level = int(element.tag[1])
            if level > before + 1:
                yield text.fault(
                    "heading-level",
                    _("The heading “%(words)s” skips a level: make it a larger one.")
                    % {"words": short(element.said)},
                    element.said,
                )
            before = level


def bold_headings(text, elements):
    """A paragraph that is bold from end to end is a heading for those who see it, and for nobody else."""
    for element in elements:
        is_bold = element.words.strip() and element.bold.strip() == element.words.strip()
        if element.tag == "p" and is_bold and len(element.said) <= LONGEST_HEADING:
            message = _("“%(words)s” is a paragraph in bold: is it a heading?")
            yield text.fault("bold", message % {"words": short(element.said)}, element.said)


def stray_characters(text):
    by_kind = defaultdict(list)
    for finding in stray(text.content, text.language):
        by_kind[finding.kind].append(finding)
    for kind, findings in by_kind.items():
        excerpts = " ".join(quoted(finding.excerpt) for finding in findings[:3])
        if len(findings) > 3:
            excerpts += " " + _("and %(count)s more") % {"count": len(findings) - 3}
        message = _("%(what)s: %(excerpts)s") % {"what": findings[0].words, "excerpts": excerpts}
        yield text.fault(f"stray-{kind}", message, findings[0].excerpt)


def another_language(text):
    words = unescape(strip_tags(text.content))
    if seen := language_seen(words, text.language):
        message = _("This seems to be in another language: %(language)s. “%(excerpt)s”")
        said = {"language": dict(settings.LANGUAGES)[seen], "excerpt": short(words.strip())}
        yield text.fault(f"language-{seen}", message % said, words.strip())
