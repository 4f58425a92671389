"""What a visitor meets: addresses, lists, filters, errors, in every language."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from healthyboost.content.languages import language_codes
from news.models import Article

from .factories import (
    LONG_AGO,
    make_article,
    make_material,
    make_organisation,
    make_page,
    make_picture,
    make_pilot,
    make_project,
    make_theme,
)

pytestmark = pytest.mark.django_db
LISTS = ["home", "news:list", "partners:list", "pilots:list", "materials:list"]
every_language = pytest.mark.parametrize("language", language_codes())
every_list = pytest.mark.parametrize("name", LISTS)
NONSENSE = [
    "page=-1",
    "page=0",
    "page=abc",
    "page=99999999999999999999",
    "page=2",
    "page=1e3",
    "year=abc",
    "year=99999999999",
    "theme=%00",
    "theme=nothing'--",
    "city=%F0%9F%8C%8A",
    "organisation=nobody",
    "page=%D9%A3",
]


def in_language(language, name, *args):
    with override(language):
        return reverse(name, args=args)


# Addresses


@pytest.mark.parametrize(
    "accepted, language",
    [
        ("lv", "lv"),
        ("fi-FI,fi;q=0.9,en;q=0.5", "fi"),
        ("de,sv;q=0.5", "sv"),
        ("de", "en"),
        ("", "en"),
        ("nonsense;;q=x", "en"),
    ],
)
def test_root_asks_the_browser_for_the_language(client, accepted, language):
    response = client.get("/", headers={"Accept-Language": accepted})
    assert (response.status_code, response.headers["Location"]) == (302, f"/{language}/")


def test_root_asks_the_cookie_first(client):
    client.cookies["django_language"] = "ru"
    response = client.get("/", headers={"Accept-Language": "fi"})
    assert response.headers["Location"] == "/ru/"


@pytest.mark.parametrize(
    "old, new",
    [
        ("/news", "/en/news/"),
        ("/news?page=1", "/en/news/?page=1"),
        ("/pilots", "/en/pilots/"),
        ("/materials", "/en/materials/"),
        ("/about", "/en/about/"),
        ("/pilots/helsinki", "/en/pilots/helsinki/"),
    ],
)
def test_old_addresses_lead_on(client, old, new):
    make_page(kind="about")
    make_pilot(slug="helsinki")
    response = client.get(old)
    assert (response.status_code, response.headers["Location"]) == (302, new)
    assert client.get(new).status_code == 200


def test_old_address_of_an_article_leads_to_it_in_the_readers_language(client):
    article = make_article(slug="vr-room", languages=["en", "lv"])
    article.former_slugs.create(slug="klaipėda-has-opened-vr-room")
    response = client.get(
        "/news/klaip%C4%97da-has-opened-vr-room", headers={"Accept-Language": "lv"}, follow=True
    )
    assert response.redirect_chain[-1] == ("/lv/news/vr-room/", 301)
    assert response.status_code == 200


@every_language
@every_list
def test_list_answers_in_its_language(client, name, language):
    response = client.get(in_language(language, name))
    assert response.status_code == 200
    assert f'<html lang="{language}">' in response.text


@every_language
@every_list
def test_empty_portal_is_polite(client, name, language):
    text = client.get(in_language(language, name)).text
    assert text.count("<h1") == 1
    assert "None" not in text


@every_list
def test_reader_gets_no_cookie(client, name):
    response = client.get(in_language("en", name))
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")


def test_page_of_a_reader_asks_no_other_host(client):
    make_article()
    text = client.get("/en/news/").text
    assert re.findall(r'(?:src|href)="(?:https?:)?//(?!testserver)', text) == []


def test_pages_carry_a_strict_policy(client):
    policy = client.get("/en/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "nonce" not in policy


def test_pages_hold_no_inline_script_or_style(client):
    project = make_project(total_budget=10)
    make_pilot(project=project, city_en="Helsinki", latitude="60.1699", longitude="24.9384")
    for path in ("/en/", "/en/pilots/", "/en/partners/", "/en/news/"):
        text = client.get(path).text
        assert " style=" not in text
        assert re.findall(r'<script(?! type="application/ld\+json">)(?![^>]* src=)', text) == []
        assert re.findall(r"\son\w+=", text) == []


# Lists and filters


@pytest.mark.parametrize("query", NONSENSE)
@every_language
def test_nonsense_is_answered_politely(client, query, language):
    make_article()
    response = client.get(in_language(language, "news:list") + f"?{query}")
    assert response.status_code == 404
    assert f'<html lang="{language}">' in response.text
    assert 'role="alert"' in response.text


@pytest.mark.parametrize("name", ["partners:list", "pilots:list", "materials:list"])
def test_nonsense_is_answered_politely_everywhere(client, name):
    for query in ("page=x", "page=7"):
        assert client.get(f"{in_language('en', name)}?{query}").status_code == 404


def test_unknown_questions_change_nothing(client):
    make_article()
    assert client.get("/en/news/?utm_source=letter").status_code == 200


def test_news_stand_newest_first_and_undated_ones_last(client):
    day = datetime.timedelta(days=1)
    make_article(title_en="Older", date=LONG_AGO, date_precision="day")
    make_article(title_en="Undated")
    make_article(title_en="Newer", date=LONG_AGO + day, date_precision="day")
    text = client.get("/en/news/").text
    assert text.index("Newer") < text.index("Older") < text.index("Undated")


def test_news_list_shows_date_title_summary_and_language(client):
    make_article(
        languages=["fi"],
        title_fi="Otsikko",
        summary_fi="Lyhyesti",
        date=LONG_AGO,
        date_precision="day",
    )
    text = client.get("/en/news/").text
    assert '<time datetime="2021-06-15">15 June</time>' in text
    assert '<p lang="fi">Lyhyesti</p>' in text
    assert "In Finnish" in text


def test_news_filter_by_year_theme_city_and_organisation(client):
    theme = make_theme("nutrition")
    pilot = make_pilot(slug="jelgava", city_en="Jelgava")
    wanted = {
        "year=2021": {"date": LONG_AGO, "date_precision": "day"},
        "theme=nutrition": {"themes": [theme]},
        "city=jelgava": {"pilot": pilot},
        f"organisation={pilot.organisation.slug}": {"organisation": pilot.organisation},
    }
    for number, fields in enumerate(wanted.values()):
        make_article(title_en=f"Article number {number}", **fields)
    for number, query in enumerate(wanted):
        text = client.get(f"/en/news/?{query}").text
        assert re.findall(r"Article number \d", text) == [f"Article number {number}"]
        assert "Clear filters" in text


def test_year_archive_offers_only_years_that_have_public_news(client):
    for year, published in ((2019, LONG_AGO), (2020, None), (2024, LONG_AGO)):
        date = datetime.datetime(year, 5, 1, tzinfo=datetime.UTC)
        make_article(date=date, date_precision="day", published_at_en=published)
    text = client.get("/en/news/").text
    assert re.findall(r'<option value="(\d{4})"', text) == ["2024", "2019"]


def test_pages_of_a_list_keep_the_filter(client):
    theme = make_theme("nutrition")
    for _number in range(25):
        make_article(themes=[theme])
    text = client.get("/en/news/?theme=nutrition&page=2").text
    assert 'aria-current="page" aria-label="Page 2, current page"' in text
    assert "?theme=nutrition&amp;page=3" in text
    assert len(re.findall('<li class="entry">', text)) == 10


def test_title_of_a_list_says_what_a_reader_asked_for(client):
    """The first words that a screen reader speaks after the filters were sent."""
    theme = make_theme("nutrition")
    for _number in range(12):
        make_article(themes=[theme])
    title = "<title>{} – Healthy Boost</title>".format
    assert title("News") in client.get("/en/news/").text
    assert title("News: 12 news items") in client.get("/en/news/?theme=nutrition").text
    assert title("News (2/2)") in client.get("/en/news/?page=2").text
    assert title("This list cannot be shown: News") in client.get("/en/news/?year=abc").text


def test_unpublished_articles_are_not_counted(client):
    make_article()
    make_article(published_at_en=None)
    assert "1 news item" in client.get("/en/news/").text


def test_material_filter_by_language_asks_what_is_really_there(client):
    there = make_material(title_en="There is a Polish file")
    there.versions.create(
        language="pl", form="web page", title="Po polsku", url="https://example.org/"
    )
    make_material(title_en="There is none")
    text = client.get("/en/materials/?language=pl").text
    assert "There is a Polish file" in text
    assert "There is none" not in text


def test_replaced_material_leaves_the_catalogue(client):
    older = make_material(title_en="First edition")
    make_material(title_en="Second edition", replaces=older)
    text = client.get("/en/materials/").text
    assert "First edition" not in text
    assert "First edition" in client.get(f"/en/materials/{older.slug}/").text


def test_material_page_shows_which_languages_exist_and_which_do_not(client):
    material = make_material()
    material.versions.create(
        language="lv",
        form="file",
        title="Modelis",
        url="https://example.org/lv.pdf",
        is_partial=True,
        partial_note="1. nodaļa",
    )
    text = client.get(f"/en/materials/{material.slug}/").text
    assert "Available in 1 language" in text
    assert text.count('<span class="none">none</span>') == len(language_codes()) - 1
    assert 'hreflang="lv"' in text
    assert 'in part: <span lang="lv">1. nodaļa</span>' in text


def test_announced_material_is_said_to_be_coming(client):
    make_material(date=datetime.datetime(2099, 3, 1, tzinfo=datetime.UTC), date_precision="month")
    assert "Coming: March 2099" in client.get("/en/materials/").text


# Pages


def test_picture_carries_its_alternative_text_in_the_language_of_the_page(client):
    article = make_article(languages=["en", "fi"])
    picture = make_picture(alt_en="A bench", alt_fi="Penkki")
    article.pictures.create(picture=picture)
    text = client.get(f"/fi/news/{article.slug}/").text
    assert 'alt="Penkki"' in text
    assert 'type="image/avif"' in text
    assert f'width="{picture.width}"' in text


def test_shared_page_carries_title_summary_and_picture_in_its_language(client):
    article = make_article(languages=["en", "fi"])
    text = client.get(f"/fi/news/{article.slug}/").text
    assert f'<meta property="og:title" content="{article.title_fi}">' in text
    assert f'<meta property="og:description" content="{article.summary_fi}">' in text
    assert f"/fi/shared/article/{article.slug}/" in text
    assert f'<meta property="og:image:alt" content="{article.title_fi}">' in text


def test_shared_front_page_carries_title_summary_and_picture_in_its_language(client):
    text = client.get("/fi/").text
    heading, lead = re.search(r'<h1>(.*?)</h1>\s*<p class="lead">(.*?)</p>', text).groups()
    assert f'<meta property="og:title" content="{heading}">' in text
    assert f'<meta property="og:description" content="{lead}">' in text
    assert '<meta property="og:locale" content="fi_FI">' in text
    assert "/fi/shared/list/home/" in text


def test_decorative_picture_is_silent(client):
    article = make_article()
    article.pictures.create(picture=make_picture(decorative=True))
    assert 'alt=""' in client.get(f"/en/news/{article.slug}/").text


def test_link_without_address_is_plain_text(client):
    article = make_article()
    article.links.create(label_en="A report that nobody found")
    text = client.get(f"/en/news/{article.slug}/").text
    assert "A report that nobody found" in text
    assert "A report that nobody found</a>" not in text


def test_text_of_a_child_that_lacks_the_language_is_marked(client):
    pilot = make_pilot(
        languages=["en", "fi"], actions_en="<p>We met.</p>", actions_fi="<p>Kokous.</p>"
    )
    pilot.steps.create(title_fi="Ensimmäinen kerta")
    assert (
        '<span lang="fi">Ensimmäinen kerta</span>' in client.get(f"/en/pilots/{pilot.slug}/").text
    )


def test_pilot_without_details_says_so(client):
    pilot = make_pilot(details_known=False)
    text = client.get(f"/en/pilots/{pilot.slug}/").text
    assert "No more details are available on this pilot." in text


def test_state_of_a_pilot_begins_with_a_capital_like_the_other_facts(client):
    text = client.get(f"/en/pilots/{make_pilot(state='finished').slug}/").text
    assert "<dt>State</dt><dd>Finished</dd>" in text


def test_reader_may_choose_the_language_that_she_takes_instead(client):
    article = make_article(
        languages=["en", "ru"], title_en="In English first", title_ru="По-русски"
    )
    address = f"/fi/news/{article.slug}/"
    assert "<h1>In English first</h1>" in client.get(address).text
    assert 'href="?then=ru"' in client.get(address).text
    instead = client.get(f"{address}?then=ru").text
    assert '<html lang="fi">' in instead
    assert "<h1>По-русски</h1>" in instead
    assert f"/fi/news/{article.slug}/?then=ru" in client.get("/fi/news/?then=ru").text
    for nonsense in ("xx", "", "lv"):
        assert "<h1>In English first</h1>" in client.get(f"{address}?then={nonsense}").text


def test_funder_is_named_at_the_top_of_the_front_page(client):
    make_project(emblem_text_en="European Union (the fund)", funding_statement_en="Paid by it.")
    text = client.get("/en/").text
    assert text.index("European Union (the fund)") < text.index("latest")
    assert "Paid by it." in text


def test_project_names_its_own_funder_in_the_words_of_its_programme_period(client):
    make_project(emblem_text_en="European Union (the fund)", programme_period="2014–2020")
    later = make_project(
        emblem_text_en="Co-funded by the European Union",
        programme_en="Programme of the sea",
        programme_period="2021–2027",
    )
    text = client.get(later.get_absolute_url()).text
    line = re.search(r'<p class="funder">.*?</p>', text, re.S)[0]
    assert (
        re.sub("<[^>]+>", "", line).strip()
        == "Co-funded by the European Union · Programme of the sea 2021–2027"
    )


def test_emblem_stands_only_beside_the_words_that_belong_to_it(client):
    project = make_project(programme_en="Programme of a city", funding_statement_en="Paid by it.")
    for address in ("/en/", project.get_absolute_url()):
        text = client.get(address).text
        assert "Paid by it." in text
        assert 'viewBox="0 0 162 108"' not in text


def test_organisation_that_is_only_mentioned_is_not_in_the_directory(client):
    mentioned = make_organisation(title_en="Mentioned once", is_listed=False)
    assert "Mentioned once" not in client.get("/en/partners/").text
    assert client.get(f"/en/partners/{mentioned.slug}/").status_code == 200


@every_language
def test_error_pages_speak_the_language_of_the_reader(client, language):
    response = client.get(f"/{language}/nothing/here/")
    assert response.status_code == 404
    assert f'<html lang="{language}">' in response.text


def test_address_without_language_is_answered_in_the_language_of_the_browser(client):
    response = client.get("/nothing-here", headers={"Accept-Language": "sv"})
    assert response.status_code == 404
    assert '<html lang="sv">' in response.text


def test_error_page_does_not_need_the_database(client, monkeypatch):
    client.raise_request_exception = False

    def breaks(*args, **kwargs):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("healthyboost.views.gather_again", breaks)
    with CaptureQueriesContext(connection) as queries:
        response = client.get("/fi/")
    assert response.status_code == 500
    assert '<html lang="fi">' in response.text
    assert len(queries) == 0


# Cost


def queries_of(client, path):
    client.get(path)  # content types and templates are warm
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize("size", [3, pytest.param(30, marks=pytest.mark.long)])
def test_queries_of_a_page_do_not_grow_with_the_number_of_rows(client, size):
    project = make_project(slug="project", total_budget=10)
    theme = make_theme("nutrition")
    for number in range(size):
        pilot = make_pilot(project=project, slug=f"pilot-{number}", themes=[theme])
        make_article(
            slug=f"article-{number}", pilot=pilot, organisation=pilot.organisation, themes=[theme]
        )
        material = make_material(slug=f"material-{number}", front_page_position=number)
        material.pilots.add(pilot)
        material.authors.add(pilot.organisation)
    make_page(kind="about")
    owner = Article.objects.first().organisation
    expected = {
        "": 3,
        "news/": 6,
        "partners/": 5,
        "pilots/": 4,
        "materials/": 6,
        "about/": 4,
        # with what hung on them when they were shown before
        "news/article-1/": 2,
        "pilots/pilot-1/": 2,
        "materials/material-1/": 2,
        f"partners/{owner.slug}/": 2,
    }
    assert {path: queries_of(client, f"/en/{path}") for path in expected} == expected
