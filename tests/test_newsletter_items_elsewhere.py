"""Pages that an issue of the newsletter shows, in feeds and for programs: as on its page."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from .factories import make_article, make_material
from .test_newsletters import make_issue, own

pytestmark = pytest.mark.django_db


def walk(**fields):
    return make_article(title_en="The walk", summary_en="All along the sea.", **fields)


def in_api(client, issue, **asked):
    answer = client.get(f"/api/v1/issues/{issue.slug}", asked)
    assert answer.status_code == 200
    return json.loads(b"".join(answer))["items"]


def in_feed(client, language="en"):
    return client.get(f"/{language}/feeds/newsletter.json").json()["items"][0]["content_html"]


def test_programs_get_title_summary_and_addresses_of_the_page_that_an_item_shows(client):
    article = walk(languages=["en", "sv"], title_sv="Promenaden", summary_sv="Längs havet.")
    (item,) = in_api(client, make_issue({"article": article}))
    told = item["article"]
    assert item["title"] == [] and told["slug"] == article.slug
    assert {each["language"]: each["text"] for each in told["title"]} == {
        "en": "The walk",
        "sv": "Promenaden",
    }
    assert {each["text"] for each in told["summary"]} == {"All along the sea.", "Längs havet."}
    assert told["pages"]["sv"].endswith(f"/sv/news/{article.slug}/")
    (item,) = in_api(client, make_issue({"article": article}), lang="sv")
    assert [each["text"] for each in item["article"]["summary"]] == ["Längs havet."]


def test_words_of_an_item_are_said_only_in_the_languages_of_its_page(client):
    article = walk(languages=["en"])
    words = {"title_en": "Walk with us", "title_sv": "Ännu hemligt"}
    issue = make_issue({"article": article, **words})
    for asked in ({}, {"lang": "sv"}, {"lang": "en"}):
        (item,) = in_api(client, issue, **asked)
        assert [each["text"] for each in item["title"]] == ["Walk with us"]


def test_a_page_withdrawn_from_a_language_is_told_to_nobody_who_asks_for_it(client):
    article = walk(languages=["en", "sv"], withdrawn_at_en="2022-01-01T00:00Z")
    issue = make_issue({"article": article, "title_en": "Walk with us"}, own())
    assert len(in_api(client, issue, lang="en")) == 1
    shown, _own = in_api(client, issue, lang="sv")
    assert shown["article"]["slug"] == article.slug
    assert "Walk with us" not in json.dumps(in_api(client, issue))
    assert article.slug not in in_feed(client, "en") and article.slug in in_feed(client, "sv")


def test_a_feed_says_what_the_items_show_in_their_order_with_their_addresses(client):
    article, tool = walk(), make_material(title_en="Net", summary_en="To catch.")
    make_issue("News", {"article": article}, "Tools", {"material": tool}, "Empty")
    html = in_feed(client)
    assert html.index("<h2>News</h2>") < html.index("The walk") < html.index("<h2>Tools</h2>")
    assert f'/en/news/{article.slug}/">The walk</a></h3>' in html
    assert "<p>All along the sea.</p>" in html and "<p>To catch.</p>" in html
    assert "Empty" not in html


def test_a_text_in_another_language_is_marked_in_the_feed(client):
    make_issue({"article": make_article(languages=["sv"], title_sv="Promenaden")})
    assert '<div lang="sv">' in in_feed(client)


@pytest.mark.parametrize("address", ["/en/feeds/newsletter.atom", "/api/v1/issues"])
def test_the_queries_do_not_grow_with_the_items(client, address):
    make_issue({"article": walk()}, {"material": make_material()}, own())
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _number in range(2):
        make_issue(*({"article": walk()} for _item in range(3)), {"material": make_material()})
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(few) == len(many)
