"""JSON Feed 1.1 (jsonfeed.org) with what the Atom feed says."""

import json

from django.conf import settings
from django.utils.translation import override

from healthyboost.content.addresses import absolute, address_of
from healthyboost.content.languages import wording

from .atom import PORTAL, entry_id, list_address, moment

VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(selection, entries, before, after):
    """Bytes; `before` and `after` are the marks of this answer and of the next one, if there are."""
    own = {"before": before} if before else {}
    feed = {
        "version": VERSION,
        "title": f"{PORTAL}: {selection.title}",
        "language": selection.language,
        "home_page_url": list_address(selection),
        "feed_url": selection.address("json", **own),
        "authors": [{"name": PORTAL, "url": settings.SITE_ADDRESS}],
        "items": [item(entry) for entry in entries],
    }
    if after:
        feed["next_url"] = selection.address("json", before=after)
    return json.dumps(feed, ensure_ascii=False).encode()


def item(entry):
    shown = entry.shown
    said = {
        "id": entry_id(entry),
        "url": entry.address,
        "language": entry.language,
        "title": shown.title,
        "summary": shown.summary,
        "content_html": entry.html,
        "date_published": moment(entry.published),
        "date_modified": moment(entry.updated),
        "authors": [author(entry)],
        "tags": [wording(theme, "name", entry.language)[0] for theme in entry.themes],
    }
    if entry.pictures:
        said["image"] = absolute(entry.pictures[0].file.url)
    if entry.files:
        said["attachments"] = [attachment(file) for file in entry.files]
    return said


def author(entry):
    if not entry.organisation:
        return {"name": PORTAL, "url": settings.SITE_ADDRESS}
    with override(entry.language):
        name = entry.organisation.shown.title
    return {"name": name, "url": address_of(entry.organisation, entry.language)}


def attachment(file):
    said = {"url": absolute(file.file.url), "mime_type": file.media_type, "title": file.title}
    return said | ({"size_in_bytes": file.size} if file.size is not None else {})
