"""Atom 1.0 (RFC 4287) with pages of an archive (RFC 5005)."""

from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from django.conf import settings
from django.templatetags.static import static
from django.utils.translation import override

from healthyboost.content.addresses import absolute, address_of
from healthyboost.content.languages import language_codes, wording

from .characters import of_xml
from .selection import FORMS

NAMESPACE = "http://www.w3.org/2005/Atom"
PORTAL = "Healthy Boost"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # `updated` of a feed that has no entry yet
NO_LANGUAGE = ("mul", "zxx")  # of a file in several, or without words


def tag_uri(name):
    """An id that stays whatever becomes of addresses (RFC 4151); 2026 is when the naming began."""
    return f"tag:{urlsplit(settings.SITE_ADDRESS).hostname},2026:{name}"


def entry_id(entry):
    return tag_uri(f"{entry.page._meta.label_lower}/{entry.page.pk}/{entry.language}")


def updated(entries):
    return max((entry.updated for entry in entries), default=NEVER)


def atom(selection, entries, before, after):
    """Bytes; `before` and `after` are the marks of this answer and of the next one, if there are."""
    feed = Element("feed", {"xmlns": NAMESPACE, "xml:lang": selection.language})
    add(feed, "id", tag_uri(f"feeds/{selection.key}/{selection.language}"))
    add(feed, "title", f"{PORTAL}: {selection.title}")
    add(feed, "updated", moment(updated(entries)))
    add(SubElement(feed, "author"), "name", PORTAL)
    add(feed, "generator", PORTAL, uri=settings.SITE_ADDRESS)
    add(feed, "icon", absolute(static("img/icon.svg")))
    for attributes in feed_links(selection, before, after):
        SubElement(feed, "link", attributes)
    for entry in entries:
        add_entry(feed, entry)
    xml = tostring(feed, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{of_xml(xml)}\n'.encode()


def feed_links(selection, before, after):
    """The attributes of the links of a feed."""
    own = {"before": before} if before else {}
    yield link("self", selection.address(**own), FORMS["atom"], selection.language)
    yield link("alternate", list_address(selection), "text/html", selection.language)
    yield link("alternate", selection.address("json", **own), FORMS["json"], selection.language)
    for code in language_codes():
        if code != selection.language:
            other = selection.in_language(code)
            yield link("alternate", other.address(), FORMS["atom"], code)
    yield link("first", selection.address(), FORMS["atom"])
    if after:
        yield link("next", selection.address(before=after), FORMS["atom"])


def list_address(selection):
    """The page for people: that of the organisation where the feed is of one, else that of the feed."""
    if selection.organisation and not selection.theme:
        return address_of(selection.organisation, selection.language)
    return absolute(selection.page_path)


def add_entry(feed, entry):
    page, shown = entry.page, entry.shown
    element = SubElement(feed, "entry", {"xml:lang": entry.language})
    add(element, "id", entry_id(entry))
    add(element, "title", shown.title)
    add(element, "published", moment(entry.published))
    add(element, "updated", moment(entry.updated))
    add_author(element, entry)
    SubElement(element, "link", link("alternate", entry.address, "text/html", entry.language))
    for code in page.languages:
        if code != entry.language:
            other = link("alternate", address_of(page, code), "text/html", code)
            SubElement(element, "link", other)
    # Some readers take the first of these links, some the last: both lead to the text in this language.
    SubElement(element, "link", link("alternate", entry.address, "text/html"))
    for file in entry.files:
        known = {"length": str(file.size)} if file.size is not None else {}
        language = "" if file.language in NO_LANGUAGE else file.language
        enclosed = link("enclosure", absolute(file.file.url), file.media_type, language)
        SubElement(element, "link", enclosed | known | {"title": file.title})
    for theme in entry.themes:
        label, language = wording(theme, "name", entry.language)
        other = {} if language == entry.language else {"xml:lang": language}
        SubElement(element, "category", {"term": theme.slug, "label": label, **other})
    add(element, "summary", shown.summary)
    add(element, "content", entry.html, type="html")


def add_author(element, entry):
    organisation = entry.organisation
    author = SubElement(element, "author")
    if not organisation:
        add(author, "name", PORTAL)
        return
    with override(entry.language):
        shown = organisation.shown
    author_language = {} if shown.language == entry.language else {"xml:lang": shown.language}
    author.attrib.update(author_language)
    add(author, "name", shown.title)
    add(author, "uri", address_of(organisation, entry.language))


def link(rel, href, kind="", language=""):
    known = {"type": kind, "hreflang": language}
    return {"rel": rel, "href": href} | {name: value for name, value in known.items() if value}


def add(parent, name, text, **attributes):
    SubElement(parent, name, attributes).text = text


def moment(value):
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
