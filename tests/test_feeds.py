"""Feeds: valid, in one language, of what is public in it, and asked for again at little cost."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest
from django.core.files.base import ContentFile
from django.test import override_settings
from django.utils import timezone
from lxml import etree

from healthyboost.content.languages import language_codes
from healthyboost.feeds.entries import SIZE
from healthyboost.media.models import Attachment, PictureUse
from materials.models import Material
from news.models import Article, Quote

from .factories import (
    make_article,
    make_material,
    make_organisation,
    make_picture,
    make_pilot,
    make_theme,
    pdf,
)

pytestmark = pytest.mark.django_db
SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent / "data" / "atom.rng"))
SITE = "https://portal.example.org"
EARLIER = datetime(2021, 6, 15, 10, 53, tzinfo=UTC)


@pytest.fixture(autouse=True)
def site_address():
    with override_settings(SITE_ADDRESS=SITE):
        yield


def read(client, path):
    """The feed at a path, valid by the schema, as a feed reader takes it."""
    response = client.get(path)
    assert response.status_code == 200
    SCHEMA.assertValid(etree.fromstring(response.content))
    found = feedparser.parse(response.content)
    assert not found.bozo
    return found


def titles(feed):
    return [entry.title for entry in feed.entries]


def follow(client, link):
    """The feed at an absolute address of the portal."""
    address = urlsplit(link)
    assert f"{address.scheme}://{address.netloc}" == SITE
    return read(client, f"{address.path}?{address.query}")


def links(element, rel):
    return [link for link in element.links if link.rel == rel]


# What is in a feed


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_feed_has_only_texts_that_are_public_in_its_language(client, language):
    here = make_article(languages=[language])
    make_article(languages=[code for code in language_codes() if code != language])
    make_article(languages=[language], **{f"withdrawn_at_{language}": timezone.now()})
    make_article(languages=[language], **{f"unpublish_at_{language}": timezone.now()})
    tomorrow = timezone.now() + timedelta(days=1)
    make_article(languages=[language], **{f"published_at_{language}": tomorrow})
    feed = read(client, f"/{language}/feeds/all.atom")
    assert titles(feed) == [getattr(here, f"title_{language}")]
    assert feed.feed.language == language


def test_the_feed_of_everything_has_each_kind(client):
    kinds = [make_article(), make_material(), make_pilot()]
    assert set(titles(read(client, "/en/feeds/all.atom"))) == {each.title_en for each in kinds}


def test_the_feed_of_a_kind_has_only_that_kind(client):
    kinds = {"news": make_article(), "materials": make_material(), "pilots": make_pilot()}
    for kind, own in kinds.items():
        assert titles(read(client, f"/en/feeds/{kind}.atom")) == [own.title_en]


def test_a_feed_can_be_of_a_theme_and_of_an_organisation(client):
    theme, city = make_theme("walking"), make_organisation(slug="riga")
    both = make_article(themes=[theme], organisation=city)
    of_theme = make_material(themes=[theme])
    of_city = make_article(organisation=city)
    make_article()
    path = "/en/feeds/all.atom"
    assert set(titles(read(client, f"{path}?theme=walking"))) == {both.title_en, of_theme.title_en}
    assert set(titles(read(client, f"{path}?organisation=riga"))) == {
        both.title_en,
        of_city.title_en,
    }
    assert titles(read(client, f"{path}?theme=walking&organisation=riga")) == [both.title_en]


def test_what_became_public_last_stands_first_whatever_date_it_has(client):
    made = [
        make_article(published_at_en=EARLIER + timedelta(days=days), date=None) for days in (1, 3)
    ]
    middle = make_material(
        published_at_en=EARLIER + timedelta(days=2), date=timezone.now(), date_precision="day"
    )
    expected = [made[1].title_en, middle.title_en, made[0].title_en]
    assert titles(read(client, "/en/feeds/all.atom")) == expected


# What an entry says


def full_article():
    theme = make_theme("walking", name_en="Walking", name_lv="Staigāšana")
    city = make_organisation(languages=["lv", "en"], title_lv="Rīga")
    other = make_article(slug="other", languages=["en"])
    make_picture("park", alt_lv="Parks")
    article = make_article(
        languages=["lv", "ru"],
        slug="walk",
        organisation=city,
        themes=[theme],
        body_lv=f'<p>Skat. <a href="portal:articles/{other.slug}">šo</a>, '
        '<a href="/lv/news/">te</a> un <a href="#b">tur</a>.</p><img data-picture="park">',
        published_at_lv=EARLIER,
    )
    PictureUse.objects.create(owner=article, picture=make_picture("bench", alt_lv="Soliņš"))
    Quote.objects.create(article=article, text_lv="Es eju.", speaker="Anna")
    Attachment.objects.create(
        owner=article, title="Karte", language="lv", file=ContentFile(pdf(), "karte.pdf")
    )
    return article


def entry_of(feed, article, language):
    return next(entry for entry in feed.entries if f"/{article.pk}/{language}" in entry.id)


def test_an_entry_says_all_in_its_language(client):
    article = full_article()
    entry = entry_of(read(client, "/lv/feeds/news.atom"), article, "lv")
    assert entry.title_detail.language == "lv"
    assert entry.title == article.title_lv
    assert entry.summary == article.summary_lv
    assert entry.author == "Rīga"
    assert [(tag.term, tag.label) for tag in entry.tags] == [("walking", "Staigāšana")]
    assert entry.published == "2021-06-15T10:53:00Z"
    assert entry.updated >= entry.published
    assert [(link.get("hreflang"), link.href) for link in links(entry, "alternate")] == [
        ("lv", f"{SITE}/lv/news/walk/"),
        ("ru", f"{SITE}/ru/news/walk/"),
        (None, f"{SITE}/lv/news/walk/"),
    ]
    [enclosure] = entry.enclosures
    assert enclosure.type == "application/pdf"
    assert enclosure.href.startswith(f"{SITE}/media/attachments/karte")
    assert int(enclosure.length) == len(pdf())


def test_the_full_text_can_be_shown_anywhere(client):
    article = full_article()
    atom = client.get("/lv/feeds/news.atom").content
    [text] = etree.fromstring(atom).xpath(
        f"//a:entry[contains(a:id, '/{article.pk}/')]/a:content/text()",
        namespaces={"a": "http://www.w3.org/2005/Atom"},
    )
    assert f'href="{SITE}/lv/news/other/"' in text
    assert f'href="{SITE}/lv/news/"' in text
    assert f'href="{SITE}/lv/news/walk/#b"' in text
    assert text.count(f'src="{SITE}/media/renditions/') == 2
    assert 'alt="Parks"' in text and 'alt="Soliņš"' in text
    assert "Es eju." in text and "Anna" in text
    assert "portal:" not in text and "data-picture" not in text and "srcset" not in text


def test_a_pilot_tells_its_sections_and_a_material_its_files(client):
    make_pilot(aim_en="<p>To walk more</p>", results_en="<p>They walk</p>")
    material = make_material()
    material.versions.create(
        language="fi", title="Opas", form="file", file=ContentFile(pdf(), "opas.pdf")
    )
    [pilot] = read(client, "/en/feeds/pilots.atom").entries
    assert "<h2>Aim</h2>" in pilot.content[0].value and "They walk" in pilot.content[0].value
    [entry] = read(client, "/en/feeds/materials.atom").entries
    assert [enclosure.title for enclosure in entry.enclosures] == ["Opas"]
    assert "(In Finnish)" in entry.content[0].value


def test_an_organisation_that_is_not_public_is_not_named(client):
    make_article(organisation=make_organisation(published_at_en=None, title_en="Secret city"))
    [entry] = read(client, "/en/feeds/news.atom").entries
    assert entry.author == "Healthy Boost"


def test_an_entry_keeps_its_id_when_its_address_changes(client):
    article = make_article(slug="walk")
    [before] = read(client, "/en/feeds/news.atom").entries
    article.slug = "walks"
    article.save()
    [after] = read(client, "/en/feeds/news.atom").entries
    assert before.id == after.id == f"tag:portal.example.org,2026:news.article/{article.pk}/en"
    assert after.link == f"{SITE}/en/news/walks/"


@override_settings(ALLOWED_HOSTS=["evil.example"])
def test_addresses_do_not_follow_the_host_that_was_asked(client):
    make_article()
    answer = client.get("/en/feeds/all.atom", headers={"Host": "evil.example"})
    assert b"evil.example" not in answer.content


HOSTILE = "Go\x0b\x01 <b>&amp; ]]> \ufffe\uffff \u202e\U0001f6b6 \x85\r\n&#1; --> 'x' \"y\""


@pytest.mark.parametrize("form", ["atom", "json"])
def test_a_feed_is_valid_whatever_the_text(client, form):
    theme = make_theme("odd", name_en=HOSTILE)
    city = make_organisation(title_en=HOSTILE)
    make_article(
        title_en=HOSTILE,
        summary_en=HOSTILE,
        body_en=f'<p>{HOSTILE}</p><p><a href="http://[">x</a><a href="//a.b/\x0c?&">y</a></p>',
        themes=[theme],
        organisation=city,
    )
    path = f"/en/feeds/all.{form}?theme=odd&organisation={city.slug}"
    if form == "json":
        [item] = json.loads(client.get(path).content)["items"]
        assert item["title"] == HOSTILE
    else:
        [entry] = read(client, path).entries
        assert "]]>" in entry.title_detail.value


# Pages of the archive


def make_many(model, moments):
    """Pages that became public in English at these moments."""
    model.objects.bulk_create(
        model(
            slug=f"many-{number}",
            source_language="en",
            kind=model.Kind.values[0],
            title_en=f"Page {number}",
            summary_en="What it is about",
            published_at_en=moment,
        )
        for number, moment in enumerate(moments)
    )


def test_the_archive_gives_each_entry_once(client):
    number = SIZE + 7
    later = [EARLIER + timedelta(hours=each % 2 * each) for each in range(number)]
    make_many(Article, later)
    make_many(Material, [EARLIER] * number)
    seen, feed = [], read(client, "/en/feeds/all.atom")
    for _page in range(10):
        seen += [entry.id for entry in feed.entries]
        following = links(feed.feed, "next")
        if not following:
            break
        feed = follow(client, following[0].href)
    assert len(seen) == len(set(seen)) == 2 * number


def test_each_page_of_the_archive_leads_to_the_first(client):
    make_article()
    feed = read(client, "/en/feeds/news.atom?before=20300101T000000.000000-news-1")
    assert [link.href for link in links(feed.feed, "first")] == [f"{SITE}/en/feeds/news.atom"]
    [own] = links(feed.feed, "self")
    assert own.href.endswith("?before=20300101T000000.000000-news-1")


NO_MARKS = [
    "x",
    "1-2-3",
    "20210101T000000.000000-nothing-1",
    "20210101T000000.000000-news-99999999999999999999",
    "20210101T000000.000000-news--1",
    "99991231T235959.999999-news-1",
    "00010101T000000.000000-news-1",
    "20210101T000000.000000-news-٣",
    "\0",
    "-" * 5000,
]


def test_a_page_of_the_archive_that_is_none_is_answered_404(client):
    for before in NO_MARKS:
        answer = client.get("/fi/feeds/news.atom", {"before": before})
        assert answer.status_code == 404, before
        assert '<html lang="fi">' in answer.content.decode()


def test_queries_do_not_grow_with_entries(client, django_assert_max_num_queries):
    picture = make_picture()
    for number in range(2):
        full = {"themes": [make_theme()], "organisation": make_organisation()}
        article = make_article(**full, body_en=f'<p><a href="portal:articles/x{number}">x</a></p>')
        PictureUse.objects.create(owner=article, picture=picture)
        make_material(**full)
    client.get("/en/feeds/all.atom")
    with django_assert_max_num_queries(7):  # one for each kind
        client.get("/en/feeds/all.atom")


# Asked again


def test_a_program_that_has_the_feed_is_told_so(client):
    make_article()
    first = client.get("/en/feeds/all.atom")
    for condition in (
        {"If-None-Match": first["ETag"]},
        {"If-Modified-Since": first["Last-Modified"]},
    ):
        assert client.get("/en/feeds/all.atom", headers=condition).status_code == 304
    make_article()
    again = client.get("/en/feeds/all.atom", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200


def test_a_feed_is_the_same_for_everybody(client):
    make_article()
    for path in ("/en/feeds/all.atom", "/en/feeds/all.json", "/en/feeds/"):
        answer = client.get(path)
        assert not answer.cookies
        assert "cookie" not in answer.get("Vary", "").lower()


def test_a_feed_without_entries_is_valid(client):
    assert read(client, "/sv/feeds/all.atom").entries == []
    assert client.get("/sv/feeds/all.json").json()["items"] == []


# Feeds that are not there


@pytest.mark.parametrize(
    "path",
    [
        "nothing.atom",
        "news.atom?theme=nothing",
        "news.atom?theme=%00",
        "news.json?organisation=nothing",
        "news.json?organisation=%00",
    ],
)
def test_what_there_is_no_feed_of_is_answered_404_in_the_language(client, path):
    answer = client.get(f"/lv/feeds/{path}")
    assert answer.status_code == 404
    assert '<html lang="lv">' in answer.content.decode()


def test_a_feed_of_an_organisation_that_is_not_public_is_answered_404(client):
    city = make_organisation(published_at_en=None)
    assert client.get(f"/en/feeds/all.atom?organisation={city.slug}").status_code == 404


def test_a_feed_of_a_withdrawn_organisation_is_gone(client):
    city = make_organisation(languages=["en", "lv"], withdrawn_at_en=timezone.now())
    assert client.get(f"/en/feeds/all.atom?organisation={city.slug}").status_code == 410
    assert client.get(f"/lv/feeds/all.atom?organisation={city.slug}").status_code == 200


def test_a_former_address_of_an_organisation_leads_on(client):
    city = make_organisation(slug="riga")
    city.slug = "riga-city"
    city.save()
    answer = client.get("/en/feeds/news.json?organisation=riga")
    assert answer.status_code == 301
    assert answer["Location"] == "/en/feeds/news.json?organisation=riga-city"


# JSON Feed


def test_the_json_feed_says_the_same_as_the_atom_feed(client):
    article = full_article()
    feed = client.get("/lv/feeds/news.json").json()
    [item] = [item for item in feed["items"] if f"/{article.pk}/" in item["id"]]
    entry = entry_of(read(client, "/lv/feeds/news.atom"), article, "lv")
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (feed["language"], item["language"]) == ("lv", "lv")
    assert (item["id"], item["url"], item["title"]) == (entry.id, entry.link, entry.title)
    assert item["date_published"] == entry.published
    assert item["date_modified"] == entry.updated
    assert item["authors"][0]["name"] == entry.author
    assert item["tags"] == ["Staigāšana"]
    assert [each["url"] for each in item["attachments"]] == [entry.enclosures[0].href]
    assert f'href="{SITE}/lv/news/other/"' in item["content_html"]


def test_the_json_feed_leads_to_its_older_items(client):
    make_many(Article, [EARLIER] * (SIZE + 1))
    feed = client.get("/en/feeds/news.json").json()
    older = client.get(feed["next_url"].removeprefix(SITE)).json()
    assert len(feed["items"]) == SIZE and len(older["items"]) == 1
    assert "next_url" not in older


# How feeds are found


def feeds_told(client, path):
    """Titles and addresses of the Atom feeds that a page names for programs."""
    page = etree.HTML(client.get(path).content)
    found = page.xpath("//head/link[@rel='alternate'][@type='application/atom+xml']")
    return {link.get("href").removeprefix(SITE) for link in found}


def test_pages_name_their_feeds(client):
    theme, city = make_theme("walking"), make_organisation(slug="riga")
    article = make_article(themes=[theme], organisation=city)
    assert feeds_told(client, "/en/") == {
        f"/en/feeds/{kind}.atom"
        for kind in ("all", "news", "events", "newsletter", "materials", "pilots")
    }
    assert feeds_told(client, "/lv/materials/") == {"/lv/feeds/materials.atom"}
    assert feeds_told(client, "/en/news/?theme=walking&organisation=riga") == {
        "/en/feeds/news.atom?theme=walking&organisation=riga"
    }
    assert feeds_told(client, "/en/partners/riga/") == {"/en/feeds/all.atom?organisation=riga"}
    assert feeds_told(client, article.get_absolute_url()) == {"/en/feeds/news.atom"}
    assert feeds_told(client, "/en/feeds/?kind=news") == {"/en/feeds/news.atom"}


def test_the_page_of_feeds_names_each_feed_that_has_something(client):
    walking, _empty = make_theme("walking"), make_theme("empty")
    make_article(themes=[walking], organisation=make_organisation(slug="riga"))
    page = client.get("/en/feeds/").content.decode()
    for path in ("news.atom", "all.json?theme=walking", "all.atom?organisation=riga"):
        assert f'href="{SITE}/en/feeds/{path}"' in page
    assert "theme=empty" not in page


def test_the_page_of_feeds_gives_the_address_of_the_chosen_feed(client):
    make_theme("empty")
    page = client.get("/en/feeds/?kind=materials&theme=empty").content.decode()
    assert f'value="{SITE}/en/feeds/materials.atom?theme=empty"' in page


@pytest.mark.parametrize("query", ["kind=x", "theme=x", "organisation=%00", "theme=%3Cb%3E"])
def test_the_page_of_feeds_says_what_is_wrong(client, query):
    answer = client.get(f"/ru/feeds/?{query}")
    assert answer.status_code == 404
    assert '<html lang="ru">' in answer.content.decode()


def test_the_page_of_a_withdrawn_organisation_says_that_it_is_gone(client):
    city = make_organisation(withdrawn_at_en=timezone.now())
    assert client.get(city.get_absolute_url()).status_code == 410
