"""A first visit is light: few requests, few bytes, and nothing moves while the page arrives."""

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles.finders import find
from django.core.files.storage import FileSystemStorage

from healthyboost.content.languages import language_codes
from healthyboost.static_files import STYLE_SHEET, StaticFiles, joined

from .bench.weight import KINDS, SCREENS, first_visit
from .factories import make_article
from .sample_content import load_sample
from .servers import gunicorn

SHEETS = "tokens", "base", "layout", "components", "print"
FONTS = "fonts/commissioner-latin.woff2", "fonts/commissioner-cyrillic.woff2"
SOURCES = FileSystemStorage(settings.BASE_DIR / "static")
# Bytes on the wire. With all of them, 18 kB are left of 60 for the page itself.
MOST = {
    STYLE_SHEET: 9_000,
    "fonts/commissioner-latin.woff2": 22_000,
    "fonts/commissioner-cyrillic.woff2": 12_000,
    "js/portal.js": 600,
    "img/icon.svg": 400,
    "img/baltic.svg": 6_000,
}


def on_the_wire(name):
    content = joined(SOURCES, name).encode() if name == STYLE_SHEET else SOURCES.open(name).read()
    return len(content if name.endswith(".woff2") else brotli.compress(content))


@pytest.mark.parametrize("name", MOST)
def test_what_every_page_needs_is_small(name):
    assert on_the_wire(name) <= MOST[name]


def test_style_sheet_of_production_holds_all_sheets():
    sheet = joined(SOURCES, STYLE_SHEET)
    assert "@import" not in sheet
    assert "/*" not in sheet
    for name in SHEETS:
        assert f"@layer {name} {{" in sheet


def test_style_sheet_names_the_fonts_with_their_hashes(tmp_path):
    storage = StaticFiles(location=tmp_path, base_url="/static/")
    sources = {name: (SOURCES, name) for name in (STYLE_SHEET, *FONTS)}
    for name in sources:
        storage.save(name, SOURCES.open(name))
    list(storage.post_process(sources))
    sheet = (tmp_path / storage.stored_name(STYLE_SHEET)).read_text()
    for name in FONTS:
        assert f"../{storage.stored_name(name)}" in sheet
    assert (tmp_path / f"{storage.stored_name(STYLE_SHEET)}.br").exists()


def test_every_file_that_the_style_sheet_asks_for_is_there():
    for name in FONTS:
        assert f"../{name}" in joined(SOURCES, STYLE_SHEET)
        assert find(name)


@pytest.mark.django_db
def test_page_asks_for_one_style_sheet_and_at_once_for_the_faces_of_its_language(client):
    make_article(languages=["en", "ru"])
    for language, fonts in (("en", FONTS[:1]), ("ru", FONTS)):
        text = client.get(f"/{language}/news/").content.decode()
        assert text.count('rel="stylesheet"') == 1
        preloaded = [line for line in text.splitlines() if 'rel="preload"' in line]
        assert [line.split('"')[3] for line in preloaded] == [f"/static/{name}" for name in fonts]


def visits():
    """(kind, language): every kind in Russian, whose pages are the heaviest, and in one of the others, so
    that each of them has its turn."""
    others = [code for code in language_codes() if code != "ru"]
    for number, kind in enumerate(KINDS):
        yield kind, "ru"
        yield kind, others[number % len(others)]


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_first_visit_to_every_kind_of_page_is_light_in_every_language(browser, static_root):
    load_sample()
    heavy = []
    with gunicorn(static_root, workers=1, MEDIA_ROOT=settings.MEDIA_ROOT) as (_process, port):
        for number, (kind, code) in enumerate(visits()):
            screen = list(SCREENS)[number % len(SCREENS)]
            visit = first_visit(browser, f"http://localhost:{port}/{code}/{KINDS[kind]}", screen)
            heavy += [f"{kind}, {code}, {screen}: {fault}" for fault in faults(visit)]
    assert heavy == []


def faults(visit):
    if visit.weight > 60_000:
        yield f"{visit.weight} bytes without photographs: {dict(visit.bytes)}"
    if visit.bytes.total() > 150_000:
        yield f"{visit.bytes.total()} bytes with photographs"
    if visit.html > 100_000:
        yield f"{visit.html} bytes of HTML"
    if visit.requests > 8:
        yield f"{visit.requests} requests"
    if visit.shift >= 0.01:
        yield f"moves by {visit.shift:.3f}: {visit.shifted[:3]}"
