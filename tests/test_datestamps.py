"""When what visitors read of an object last changed: the database notes it, whoever writes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from healthyboost.content.datestamps import (
    all_noted_until,
    deleted,
    with_changed_at,
    with_datestamp,
)
from healthyboost.content.models import Datestamp
from news.models import Article, Quote
from pilots.models import Pilot, PilotStep

from .factories import each_content_type, make, make_article

pytestmark = pytest.mark.django_db
EARLIER = timezone.now() - timedelta(days=30)


def aged(page):
    """The page, as if nothing had happened to it for a month."""
    names = {f"published_at_{code}": EARLIER for code in page.languages}
    type(page).objects.filter(pk=page.pk).update(**names)
    noted = {f"changed_at_{code}": EARLIER for code in page.languages}
    Datestamp.objects.filter(object_id=page.pk, slug=page.slug).update(**noted)
    return type(page).objects.get(pk=page.pk)


def changed_lately(page):
    """Languages whose text changed since EARLIER, as the database tells it."""
    return [
        code
        for code in page.languages
        if with_changed_at(type(page).objects.filter(pk=page.pk), code).get().changed_at > EARLIER
    ]


@pytest.fixture
def article():
    return aged(make_article(languages=["en", "lv", "fi"]))


def test_an_object_that_nobody_touches_keeps_its_datestamp(article):
    assert changed_lately(article) == []
    assert with_datestamp(Article.objects).get().datestamp == EARLIER


@pytest.mark.parametrize("model", each_content_type())
def test_a_changed_text_counts_in_its_language_alone(model):
    page = aged(make(model, languages=["en", "lv"]))
    page.body_lv = "<p>Jauns teksts</p>"
    page.save()
    assert changed_lately(page) == ["lv"]
    assert with_datestamp(model.objects).get(pk=page.pk).datestamp > EARLIER


def test_what_has_no_language_counts_in_all(article):
    article.slug = "another-address"
    article.save()
    assert changed_lately(article) == ["en", "lv", "fi"]


def test_a_change_by_sql_counts(article):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE news_article SET title_fi = 'Uusi otsikko'")
    assert changed_lately(article) == ["fi"]


def test_a_save_that_changes_nothing_counts_nowhere(article):
    article.save()
    assert changed_lately(article) == []


def test_a_row_that_hangs_on_the_page_counts(article):
    quote = Quote.objects.create(article=article, text_en="Yes", text_lv="Jā", speaker="Anna")
    assert changed_lately(article) == ["en", "lv", "fi"]
    article = aged(article)
    Quote.objects.filter(pk=quote.pk).update(text_lv="Jā gan")
    assert changed_lately(article) == ["lv"]
    article = aged(article)
    quote.delete()
    assert changed_lately(article) == ["en", "lv", "fi"]


def test_a_step_of_a_pilot_counts():
    pilot = aged(make(Pilot, languages=["en", "sv"]))
    PilotStep.objects.create(pilot=pilot, title_en="First")
    assert changed_lately(pilot) == ["en", "sv"]


def test_the_rows_of_another_page_do_not_count(article):
    Quote.objects.create(article=make_article(), text_en="Yes", speaker="Anna")
    assert changed_lately(article) == []


def test_a_text_to_come_counts_when_it_is_public(article):
    tomorrow = timezone.now() + timedelta(days=1)
    Article.objects.update(title_sv="Hej", summary_sv="Hej", published_at_sv=tomorrow)
    assert changed_lately(article) == []
    assert with_datestamp(Article.objects).get().datestamp == EARLIER
    assert with_datestamp(Article.objects, tomorrow).get().datestamp == tomorrow


def test_a_withdrawn_text_changes_the_object(article):
    now = timezone.now()
    Article.objects.update(withdrawn_at_lv=now)
    assert with_datestamp(Article.objects).get().datestamp == now
    assert changed_lately(article) == ["lv"]  # asked for the instance at hand, which does not know


def test_what_was_never_public_has_no_datestamp_and_leaves_no_trace():
    article = make_article(languages=[])
    assert with_datestamp(Article.objects).get().datestamp is None
    article.delete()
    assert not Datestamp.objects.exists()


def test_what_was_public_is_remembered_when_it_is_deleted(article):
    number = article.pk
    article.delete()
    assert [stone.object_id for stone in deleted(Article)] == [number]
    assert deleted(Article).get().deleted_at > EARLIER


def test_a_draft_is_no_change(article):
    from healthyboost.content.models import Draft

    Draft.objects.create(page=article, language="lv", fields={"title": "Melnraksts"})
    assert changed_lately(article) == []


@pytest.mark.parametrize(
    "who, is_writing, is_waited_for",
    [
        ("client backend", True, True),
        ("logical replication worker", True, True),
        ("client backend", False, False),
        ("autovacuum worker", True, False),
    ],
)
def test_what_is_still_being_written_is_waited_for_and_upkeep_is_not(
    who, is_writing, is_waited_for
):
    with connection.cursor() as cursor:  # PostgreSQL's list of sessions, with one that we make up
        cursor.execute(
            "CREATE TEMPORARY TABLE pg_stat_activity ON COMMIT DROP AS "
            "SELECT current_database() AS datname, 0 AS pid, %s AS backend_type, "
            "CASE WHEN %s THEN '1'::xid END AS backend_xid, %s::timestamptz AS xact_start",
            [who, is_writing, EARLIER],
        )
        cursor.execute("SET LOCAL search_path = pg_temp, pg_catalog, public")
    assert (all_noted_until() == EARLIER) is is_waited_for
