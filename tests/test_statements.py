"""Where sources differ, a reader sees what each of them says."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from healthyboost.content.models import Statement

from .factories import each_content_type, make, make_article, make_page, make_project

pytestmark = pytest.mark.django_db
every_type = pytest.mark.parametrize("model", each_content_type(), ids=lambda model: model.__name__)
HEADING = "What the sources say"


def make_statement(owner, **fields):
    words = {"subject_en": "Start", "text_en": "In spring", "reported_by_en": "City of Turku"}
    return Statement.objects.create(owner=owner, **{**words, **fields})


def page_of(client, owner, language="en"):
    with override(language):
        return client.get(owner.get_absolute_url())


def subjects_in(html):
    """[[subject, what the sources say of it …] …], without the marks of languages."""
    return [
        [re.sub("<[^>]+>", "", words) for words in re.findall(r"<d[td]>(.*?)(?:<br>|</dt>)", group)]
        for group in re.findall(r"<div>(<dt>.*?)</div>", html)
        if "<br>" in group
    ]


@every_type
def test_page_shows_the_statement_its_source_and_its_date(client, model):
    page = make(model)
    make_statement(page, reported_on="2021-06-01", reported_on_precision="month")
    text = page_of(client, page).text
    assert HEADING in text
    assert "In spring" in text
    assert "Reported by: City of Turku, June 2021" in text


@every_type
def test_page_without_statements_has_no_section_for_them(client, model):
    assert HEADING not in page_of(client, make(model)).text


def test_statements_stand_by_subject_in_their_order(client):
    article = make_article()
    make_statement(article, text_en="In May", position=3)
    make_statement(article, subject_en="End", text_en="In June", position=2)
    make_statement(article, text_en="In April", position=1)
    assert subjects_in(page_of(client, article).text) == [
        ["Start", "In April", "In May"],
        ["End", "In June"],
    ]


def test_link_to_a_source_says_its_language(client):
    article = make_article()
    make_statement(article, source_url="https://example.org/hanke", written_in="fi")
    text = page_of(client, article).text
    assert '<a href="https://example.org/hanke" hreflang="fi"' in text
    assert "In Finnish" in text


def test_source_in_the_language_of_the_reader_needs_no_mark(client):
    article = make_article()
    make_statement(article, source_url="https://example.org/project", written_in="en")
    assert "In English" not in page_of(client, article).text


def test_source_without_address_is_named_but_not_linked(client):
    article = make_article()
    make_statement(article, written_in="et")
    text = page_of(client, article).text
    assert "City of Turku</a>" not in text
    assert "In Estonian" in text


def test_words_that_lack_the_language_of_the_reader_are_marked_with_their_own(client):
    article = make_article(languages=["en", "fi"])
    make_statement(article, subject_fi="Alku", text_en="", text_lv="Pavasarī")
    text = page_of(client, article, "fi").text
    assert "<dt>Alku</dt>" in text
    assert '<span lang="lv">Pavasarī</span>' in text
    assert '<span lang="en">City of Turku</span>' in text


def test_page_in_another_language_than_its_address_keeps_the_section_in_the_language_of_the_address(
    client,
):
    article = make_article(languages=["sv"])
    make_statement(article)
    section = re.search(r"<section[^>]*statements[^>]*>", page_of(client, article).text)[0]
    assert 'lang="en"' in section


def test_statements_of_a_hidden_page_are_seen_nowhere(client):
    project = make_project(published_at_en=None)
    make_statement(project, text_en="Sentinel")
    make_page(kind="about")
    assert page_of(client, project).status_code == 404
    assert "Sentinel" not in client.get("/en/about/").text


def test_page_about_the_project_shows_what_sources_say_of_the_project(client):
    make_statement(make_project(), text_en="In autumn")
    make_page(kind="about")
    assert "In autumn" in client.get("/en/about/").text


def test_statements_cost_no_query_of_their_own(client):
    article = make_article()
    page_of(client, article)  # content types and templates are warm
    counts = []
    for _each in range(2):
        with CaptureQueriesContext(connection) as queries:
            page_of(client, article)
        counts.append(len(queries))
        for number in range(20):
            make_statement(article, text_en=f"Text {number}")
    assert counts[0] == counts[1]


def test_statement_needs_a_subject_a_text_and_a_source():
    with pytest.raises(ValidationError) as caught:
        Statement(owner=make_article()).full_clean()
    assert {"subject_en", "text_en", "reported_by_en"} <= {*caught.value.message_dict}


def test_statements_are_dumped_and_loaded_with_their_page(tmp_path):
    article = make_article(slug="walk")
    make_statement(
        article,
        text_ru="Весной",
        reported_on="2021-06-01",
        reported_on_precision="season",
        source_url="https://example.org/",
        written_in="pl",
    )
    make_statement(article, text_en="In May", position=1)
    call_command("dump_content", str(tmp_path), verbosity=0)
    before = list(article.statements.values())
    Statement.objects.all().delete()
    call_command("load_content", str(tmp_path), verbosity=0)
    unlike = {"id": None}
    assert [row | unlike for row in article.statements.values()] == [row | unlike for row in before]
