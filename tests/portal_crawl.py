"""The whole portal with the sample content, asked for once: what a visitor can reach, and cannot."""

import datetime
import re
from collections import deque
from html import unescape
from typing import NamedTuple
from urllib.parse import urldefrag, urljoin

from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from healthyboost.content.addresses import absolute, address_of
from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import Draft, content_models
from healthyboost.media.models import Picture

from .factories import make, pdf, png
from .fresh_database import empty_tables
from .hreflang import listed_in_sitemaps
from .sample_content import load_sample

SENTINEL = "unpublishedsentinel"
# A column that was left out when the row was fetched.
LATE = re.compile(r'SELECT "(\w+)"."id", "\1"."\w+" FROM "\1" WHERE "\1"."id" = %s')


class Answer(NamedTuple):
    status_code: int
    content_type: str
    text: str  # of a page; '' for a picture or a file
    cookies: dict
    late: list  # statements that fetched a column of a row alone


class Portal(NamedTuple):
    answers: dict  # {path: Answer} of everything that the front pages lead to
    listed: dict  # {address: Entry} of everything in the sitemaps
    unlinked: dict  # {path: Answer} of what is in the sitemaps alone
    texts: set  # addresses of all texts that are public
    hidden_files: dict  # {path: Answer} of pictures and files of what no visitor may see


def sample_portal():
    """Load the sample content, ask for all of it, and leave the database empty."""
    name = connection.settings_dict["NAME"]
    assert name.startswith("test_"), f"{name} is no test database: mark the test django_db"
    load_sample()
    hide_things()
    answers, listed = crawl(), listed_in_sitemaps(Client())
    paths = {address.removeprefix(absolute("")) for address in listed}
    portal = Portal(
        answers,
        listed,
        {path: ask(Client(), path) for path in paths - answers.keys()},
        {
            address_of(page, code)
            for model in content_models()
            for page in model.objects.all()
            for code in page.languages
        },
        {path: ask(Client(), path) for path in hidden_paths()},
    )
    empty_tables(None)
    return portal


def hide_things():
    """In every content type things that no visitor may see."""
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    for model in content_models():
        if not model.objects.exists():  # the sample has none of it
            make(model)
        hidden = model.objects.order_by("?").first()
        hidden.pk, hidden._state.adding, hidden.slug = None, True, SENTINEL
        for name in ("number", "kind"):  # unique in their models
            if model._meta.label in ("partners.Project", "pages.Page") and hasattr(hidden, name):
                setattr(hidden, name, "other" if name == "kind" else SENTINEL)
        for code in language_codes():
            setattr(hidden, column("published_at", code), tomorrow if code == "fi" else None)
            for field in ("title", "summary", "body"):
                setattr(hidden, column(field, code), f"{SENTINEL} {field}")
        hidden.save()
        picture = Picture.objects.create(
            name=f"{SENTINEL}-{model._meta.model_name}",
            alt_en=SENTINEL,
            file=ContentFile(png(), f"{SENTINEL}-{model._meta.model_name}.png"),
        )
        hidden.pictures.create(picture=picture)
        hidden.attachments.create(
            title=SENTINEL, language="en", file=ContentFile(pdf(), f"{SENTINEL}.pdf")
        )
        public = model.objects.exclude(pk=hidden.pk).first()
        draft = Draft.of(public, public.source_language)
        draft.fields = {"title": SENTINEL}
        draft.save()


def hidden_paths():
    for picture in Picture.objects.filter(name__startswith=SENTINEL):
        yield picture.file.url
        yield from (picture.file.storage.url(each["webp"]) for each in picture.renditions)


def crawl():
    """{path: Answer} of everything that the front pages lead to, by links within the portal."""
    client, found = Client(), {}
    waiting = deque(f"/{code}/" for code in language_codes())
    while waiting:
        path = waiting.popleft()
        if path in found:
            continue
        found[path] = answer = ask(client, path)
        for link in links_of(answer.text):
            target = urldefrag(urljoin(path, link))[0]
            if target.startswith("/") and target not in found:
                waiting.append(target)
    return found


def ask(client, path):
    late = []

    def note_late(execute, sql, *asked):
        if LATE.match(sql):
            late.append(sql)
        return execute(sql, *asked)

    with connection.execute_wrapper(note_late):
        response = client.get(path)
    content_type = response.headers.get("Content-Type", "")
    text = response.text if content_type.startswith("text/html") else ""
    return Answer(response.status_code, content_type, text, dict(response.cookies), late)


def links_of(html):
    """What a crawler follows: links that say nofollow lead to the same texts in other frames."""
    html = re.sub(r'<form.*?</form>|<a [^>]*rel="nofollow"[^>]*>', "", html, flags=re.S)
    links = re.findall(r'<a [^>]*?href="([^"]*)"|<img [^>]*?src="([^"]*)"', html)
    sets = re.findall(r'srcset="([^"]*)"', html)
    yield from (unescape(a or b) for a, b in links)
    yield from (part.split()[0] for each in sets for part in each.split(",") if part.strip())


def pages(site):
    """{path: Answer} of those that are pages, not pictures or files."""
    return {path: answer for path, answer in site.items() if "text/html" in answer.content_type}
