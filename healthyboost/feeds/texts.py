"""The full text of entries as a program elsewhere can show it: plain marks, absolute addresses."""

import re
from urllib.parse import urljoin

import nh3
from django.template.loader import render_to_string

from healthyboost.content.models import text_fields
from healthyboost.content.references import resolved
from healthyboost.content.richtext import RichTextField

BETWEEN = "\0"  # stands in no text of the database
TAGS = {
    *("p", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "strong", "em", "a", "br", "hr"),
    *("table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "img", "span", "div"),
}
ATTRIBUTES = {
    "*": {"lang"},
    "a": {"href", "hreflang", "type"},
    "img": {"src", "alt"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
# What templates/media/picture.html writes: copies in several widths, and the picture as it came.
PICTURE = re.compile(
    r'<picture>(?:(?!</picture>).)*?type="image/webp" srcset="(?P<copies>[^"]+)"'
    r'(?:(?!</picture>).)*?<img src="[^"]*"',
    re.S,
)
WIDEST = 1000  # pixels of a picture in a feed


def write_texts(entries):
    """Set the `html` of entries of one language, the active one: what they refer to costs one query."""
    rendered = BETWEEN.join(
        render_to_string(
            "feeds/_text.html",
            {"entry": entry, "shown": entry.shown, "sections": sections(entry.shown)},
        )
        for entry in entries
    )
    texts = resolved(rendered, entries[0].language) if entries else ""
    for entry, text in zip(entries, texts.split(BETWEEN), strict=False):
        entry.html = elsewhere(text, entry.address)


def sections(shown):
    """(name, text) of the rich texts that a page has beside its body."""
    names = [name for name in rich_fields(type(shown.page)) if name != "body"]
    return [(name, getattr(shown, name)) for name in names if getattr(shown, name)]


def rich_fields(model):
    fields = {name: model._meta.get_field(name) for name in text_fields(model)}
    return [name for name, each in fields.items() if isinstance(each, RichTextField)]


def elsewhere(html, address):
    """`html` of the page at `address`, to be shown anywhere."""

    def attribute(tag, name, value):
        if name not in ("href", "src"):
            return value
        try:
            return urljoin(address, value)
        except ValueError:  # "http://[": no browser goes there either
            return None

    cleaner = nh3.Cleaner(
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=attribute,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel"},
    )
    return re.sub(r"\s*\n\s*", "\n", cleaner.clean(PICTURE.sub(smaller, html))).strip()


def smaller(picture):
    copies = [copy.split() for copy in picture["copies"].split(", ")]
    fitting = [url for url, width in copies if int(width.rstrip("w")) <= WIDEST]
    return f'<img src="{fitting[-1] if fitting else copies[0][0]}"'
