"""Every page that can be reached from the five front pages, with the sample content."""

import datetime
import re
from collections import deque
from html import unescape
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import Draft, content_models
from healthyboost.media.models import Picture

from .factories import pdf, png

SAMPLE = Path(__file__).parent.parent / "healthyboost" / "sample"
SENTINEL = "unpublishedsentinel"


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker):
    """The sample content, and in every content type things that no visitor may see."""
    with django_db_blocker.unblock():
        call_command("load_content", SAMPLE, verbosity=0)
        hide_things()
        yield crawl()
        call_command("flush", interactive=False, verbosity=0)


def hide_things():
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    for model in content_models():
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


def crawl():
    """{path: response} of everything that the front pages lead to, by links within the portal."""
    client, found = Client(), {}
    waiting = deque(f"/{code}/" for code in language_codes())
    while waiting:
        path = waiting.popleft()
        if path in found:
            continue
        found[path] = response = client.get(path)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            for link in links_of(response.text):
                target = urldefrag(urljoin(path, link))[0]
                if target.startswith("/") and target not in found:
                    waiting.append(target)
    return found


def links_of(html):
    html = re.sub(r"<form.*?</form>", "", html, flags=re.S)
    links = re.findall(r'<a [^>]*?href="([^"]*)"|<img [^>]*?src="([^"]*)"', html)
    sets = re.findall(r'srcset="([^"]*)"', html)
    yield from (unescape(a or b) for a, b in links)
    yield from (part.split()[0] for each in sets for part in each.split(",") if part.strip())


def pages(site):
    return {
        path: answer
        for path, answer in site.items()
        if "text/html" in answer.headers["Content-Type"]
    }


def test_crawl_reaches_the_whole_portal(site):
    assert len(pages(site)) > 100 * len(language_codes())


def test_every_internal_link_leads_to_something(site):
    assert {path: r.status_code for path, r in site.items() if r.status_code != 200} == {}


def test_every_page_is_in_the_language_of_its_address(site):
    wrong = [
        path
        for path, response in pages(site).items()
        if f'<html lang="{path.split("/")[1]}">' not in response.text
    ]
    assert wrong == []


def test_every_page_has_one_heading_of_the_first_level(site):
    assert [path for path, response in pages(site).items() if response.text.count("<h1") != 1] == []


def test_unpublished_things_are_in_no_answer(site):
    assert [path for path, response in pages(site).items() if SENTINEL in response.text] == []
    assert [path for path in site if SENTINEL in path] == []


def test_unpublished_pictures_and_files_cannot_be_had(site, db):
    client = Client()
    for picture in Picture.objects.filter(name__startswith=SENTINEL):
        assert client.get(picture.file.url).status_code == 404
        for each in picture.renditions:
            assert client.get(picture.file.storage.url(each["webp"])).status_code == 404


def test_no_link_is_bare(site):
    """No link without target, without scheme, or that only says "here"."""
    here = {"here", "šeit", "täältä", "tästä", "här", "здесь", "тут"}
    for path, response in pages(site).items():
        for target, text in re.findall(
            r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', response.text, re.S
        ):
            words = re.sub(r"<[^>]+>", "", text).strip().lower()
            assert target not in ("", "#"), path
            assert not target.startswith("www."), path
            assert words not in here | {""}, path


def test_ids_of_a_page_are_unique(site):
    for path, response in pages(site).items():
        ids = re.findall(r'\sid="([^"]+)"', response.text)
        assert sorted(ids) == sorted(set(ids)), path


def test_readers_get_no_cookie_anywhere(site):
    assert [path for path, response in site.items() if response.cookies] == []
