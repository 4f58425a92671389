"""Rows of many tables in one query, whose SQL is built once; and what is kept between requests."""

import datetime

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from healthyboost.content import gathering, kept, statements, views
from healthyboost.content.gathering import gather, gather_again
from healthyboost.content.models import content_models
from healthyboost.content.paging import extent
from healthyboost.content.statements import prepared_here
from healthyboost.content.templatetags.content import entry
from healthyboost.content.views import attached_to, related_set, related_to
from healthyboost.wordings import overlay
from news.models import Article, Issue

from .factories import (
    make,
    make_article,
    make_newsletter,
    make_organisation,
    make_page_of,
    make_pilot,
    make_theme,
)

pytestmark = pytest.mark.django_db
A_DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(gathering, "known", {})
    monkeypatch.setattr(views, "seen", {})
    monkeypatch.setattr(kept, "values", {})


def values_of(found):
    hidden = {"_state": None}
    return {name: [vars(row) | hidden for row in rows] for name, rows in found.items()}


def newest(slug=None):
    rows = Article.objects.published().for_lists().newest_first()
    return {"articles": rows.filter(slug=slug) if slug else rows}


def test_rows_are_the_same_as_those_of_the_querysets():
    article = make_article()
    stored = Article.objects.get(pk=article.pk)
    (gathered,) = gather(articles=Article.objects.all())["articles"]
    for field in Article._meta.concrete_fields:
        assert getattr(gathered, field.attname) == getattr(stored, field.attname), field


def for_reader():
    return {"articles": Article.objects.published().for_reader().order_by("id")}


def test_other_languages_are_left_out_of_a_row_that_is_public_in_the_reader_s(
    django_assert_num_queries,
):
    everywhere = make_article(title_en="Walk", title_lv="Pastaiga", languages=("en", "lv"))
    make_article(title_en="Talk", title_lv="Saruna", languages=("en",))
    with translation.override("lv"), django_assert_num_queries(1):
        translated, spoken = gather_again("test", for_reader)["articles"]
    left_out = translated.get_deferred_fields()
    assert {"title_en", "summary_fi", "published_at_en"} <= left_out
    assert not {"title_lv", "published_at_lv", "origin_lv", "source_language"} & left_out
    assert not {"title_en", "summary_fi", "published_at_en"} & spoken.get_deferred_fields()
    with translation.override("lv"), django_assert_num_queries(0):
        assert [each.shown.title for each in (translated, spoken)] == ["Pastaiga", "Talk"]
        assert spoken.languages == ["en"]
    assert translated.title_en == everywhere.title_en  # by a query of its own


def test_row_is_that_of_the_portal_s_language_where_none_is_active():
    make_article(title_en="Walk", languages=("en",))
    with translation.override(None):
        (found,) = gather(articles=Article.objects.for_reader())["articles"]
    left_out = found.get_deferred_fields()
    assert "title_en" not in left_out and "title_lv" in left_out


@pytest.mark.parametrize(
    "when",
    [{"published_at_lv": A_DAY}, {"withdrawn_at_lv": -A_DAY}, {"unpublish_at_lv": -A_DAY}],
    ids=["scheduled", "withdrawn", "over"],
)
def test_row_that_is_not_public_in_the_reader_s_language_is_whole(when):
    article = make_article(title_lv="Pastaiga", languages=("en", "lv"))
    moments = {"published_at_lv": timezone.now() - 9 * A_DAY}
    moments |= {name: timezone.now() + away for name, away in when.items()}
    Article.objects.filter(pk=article.pk).update(**moments)
    with translation.override("lv"):
        rows = Article.objects.for_reader()
        (found,) = gather(articles=rows)["articles"]
    assert "title_en" not in found.get_deferred_fields()
    assert found.shown.title == article.title_en


@pytest.mark.parametrize("made_from", [None, "en"])
def test_page_is_read_with_the_text_that_it_was_made_from(made_from):
    article = make_article(title_lv="Pastaiga", languages=("en", "lv"), made_from_lv=made_from)
    with translation.override("lv"):
        (found,) = gather(page=Article.objects.for_page().filter(pk=article.pk))["page"]
    left_out = found.get_deferred_fields()
    assert ("body_en" in left_out) == (made_from is None) == ("body_ru" in left_out)
    assert not {"body_lv", "title_en", "summary_en", "published_at_ru", "made_from_en"} & left_out


def test_gathered_row_can_be_changed_and_saved():
    make_article()
    (article,) = gather(articles=Article.objects.all())["articles"]
    article.title_en = "Changed"
    article.save()
    assert Article.objects.get().title_en == "Changed"


def test_what_was_built_for_one_value_is_sent_for_another():
    slugs = [make_article().slug for _each in "abc"]
    for slug in slugs:
        (found,) = gather_again("test", newest, slug=slug)["articles"]
        assert found.slug == slug
    assert len(gathering.known) == 1


def test_what_hangs_on_an_object_is_gathered_for_each_of_its_kind():
    for article in (make_article(), make_article()):
        again = gather_again("test", attached_to, page=article)
        assert values_of(again) == values_of(gather(**attached_to(article)))
    assert len(gathering.known) == 1


def test_time_goes_on_for_what_was_built_before(monkeypatch):
    article = make_article()
    assert len(gather_again("test", newest)["articles"]) == 1
    earlier = article.published_at_en - A_DAY
    monkeypatch.setattr(timezone, "now", lambda: earlier)
    assert gather_again("test", newest)["articles"] == []


def test_moment_that_would_stay_behind_is_refused():
    def since_yesterday():
        return {"articles": Article.objects.filter(date__gt=timezone.now() - A_DAY)}

    with pytest.raises(TypeError, match="another one the next time"):
        gather_again("test", since_yesterday)


def test_text_inside_of_another_is_refused():
    with pytest.raises(TypeError, match="another one the next time"):
        gather_again(
            "test", lambda word: {"articles": Article.objects.filter(slug__contains=word)}, word="a"
        )


def test_each_language_has_its_own_query():
    article = make_article()
    gone = {"published_at_lv": article.published_at_en, "withdrawn_at_lv": timezone.now()}
    Article.objects.filter(pk=article.pk).update(**gone)
    for code, number in (("en", 1), ("lv", 0), ("en", 1)):
        with translation.override(code):
            assert len(gather_again("test", newest)["articles"]) == number, code


def test_empty_key_of_an_object_makes_another_query():
    alone, owned = make_article(), make_article()
    owned.organisation = make_organisation()
    owned.save()
    Article.objects.filter(pk=alone.pk).update(organisation=None)

    def of_the_same_owner(page):
        return {
            "articles": Article.objects.filter(organisation=page.organisation_id).order_by("id")
        }

    for slug in (alone.slug, owned.slug):
        (page,) = gather(pages=Article.objects.filter(slug=slug))["pages"]
        (found,) = gather_again("test", of_the_same_owner, page=page)["articles"]
        assert found.slug == slug


def test_hostile_text_is_only_a_value():
    make_article()
    for slug in ("'; DROP TABLE news_article; --", "%s", "%%", "$1", "\\", "\ue000mark-0\ue000"):
        assert gather_again("test", newest, slug=slug)["articles"] == []


def test_gathering_again_costs_one_query(django_assert_num_queries):
    make_article()
    for _each in "ab":
        with django_assert_num_queries(1):
            gather_again("test", newest)


# A page with what hangs on it


def queries_for(client, address):
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200
    return answer.text, len(captured)


@pytest.mark.parametrize("model", content_models(), ids=lambda model: model._meta.model_name)
def test_page_that_was_shown_before_comes_with_what_hangs_on_it(client, model):
    page = make(model)
    if not page.get_absolute_url():
        return
    page.themes.add(make_theme(name_en="Sauna"))
    first, many = queries_for(client, page.get_absolute_url())
    again, fewer = queries_for(client, page.get_absolute_url())
    assert again == first
    assert fewer == many - (0 if page.url_name == "about" else 1)


def test_what_hangs_on_a_page_now_is_shown(client):
    """Whatever hung on it when it was last shown; also under a slug that went over to another page."""
    before, after = make_organisation(title_en="Before"), make_organisation(title_en="After")
    pilot = make_pilot(title_en="A pilot", city_en="Town of the pilot")
    sibling = make_article(title_en="The sibling", pilot=pilot)
    article = make_article(organisation=before)
    address = article.get_absolute_url()
    assert "Before" in queries_for(client, address)[0]
    for fields in ({"organisation": after}, {"pilot": pilot}, {"organisation": None}):
        Article.objects.filter(pk=article.pk).update(**fields)
        text = queries_for(client, address)[0]
        assert ("After" in text) == (fields != {"organisation": None})
        assert "Before" not in text
    assert "Town of the pilot" in text and sibling.title_en in text
    Article.objects.filter(pk=article.pk).update(slug="away")
    Article.objects.filter(pk=sibling.pk).update(slug=article.slug)
    make_theme(name_en="Saunas").article_set.add(sibling)
    text = queries_for(client, address)[0]
    assert "The sibling" in text and "Saunas" in text


def test_keys_of_pages_that_are_remembered_are_bounded(client, monkeypatch):
    monkeypatch.setattr(views, "MOST_SEEN", 3)
    for _number in range(5):
        queries_for(client, make_article().get_absolute_url())
    assert len(views.seen) <= 3


def test_server_holds_a_bounded_number_of_statements(monkeypatch):
    monkeypatch.setattr(statements, "MOST_PREPARED", 3)
    prepared_here().clear()
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    for number in range(5):
        gather_again(f"test {number}", newest)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'gathered%'")
        assert cursor.fetchone()[0] == len(prepared_here()) == 3
    assert gather_again("test 0", newest) == {"articles": []}


def test_foreign_keys_are_set_over_several_steps(django_assert_num_queries):
    newsletter = make_newsletter(publisher=make_organisation())
    issue = make_page_of(Issue, newsletter=newsletter)
    rows = type(issue).objects.filter(pk=issue.pk)
    paths = ("organisation", "newsletter__publisher")
    found = gather(rows=rows, **related_to(rows, paths))
    with django_assert_num_queries(0):
        (row,) = related_set(found["rows"], found, paths)
        assert row.newsletter == issue.newsletter
        assert row.newsletter.publisher == issue.newsletter.publisher


def dated_articles():
    """Seven, of which two have the same date and two have none."""
    now = timezone.now().replace(microsecond=0)
    for days in (1, 2, 2, 3, 4, None, None):
        article = make_article()
        date = None if days is None else now - days * A_DAY
        precision = "unknown" if date is None else "minute"
        Article.objects.filter(pk=article.pk).update(date=date, date_precision=precision)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 10])
def test_pages_that_begin_at_a_row_follow_one_another(size):
    dated_articles()
    rows = Article.objects.newest_first()
    known = extent(rows, size)
    pages = [list(rows.newest_from(start)[:size]) for start in known.starts]
    assert known.count == 7
    assert [each.pk for page in pages for each in page] == [each.pk for each in rows]


def test_pages_of_a_list_are_those_of_the_whole_order(client):
    for _each in range(25):
        make_article()
    slugs = []
    for number in (1, 2, 3):
        context = client.get(f"/en/news/?page={number}").context_data
        slugs += [article.slug for article in context["items"]]
    assert slugs == [each.slug for each in Article.objects.newest_first()]
    assert client.get("/en/news/?page=4").status_code == 404


def test_page_behind_those_that_are_counted_is_found(client, monkeypatch):
    for limit in (
        "healthyboost.content.views.COUNT_LIMIT",
        "healthyboost.content.paging.COUNT_LIMIT",
    ):
        monkeypatch.setattr(limit, 12)
    for _each in range(25):
        make_article()
    assert len(client.get("/en/news/?page=3").context_data["items"]) == 5
    assert client.get("/en/news/?page=4").status_code == 404


def test_nothing_stays_prepared_where_a_pooler_changes_sessions(monkeypatch):
    article = make_article(title_en="Walk")
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    prepared_here().clear()
    for _time in range(2):
        found = gather_again("pooled", newest, slug=article.slug)
        assert [each.title_en for each in found["articles"]] == ["Walk"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name = 'gathered'")
        assert cursor.fetchone() == (0,)
    assert not prepared_here()


# What is kept


class Lasting:
    """A generation that ends when it is told so."""

    number = 0

    def end(self):
        return 60

    def lasts(self, number, second):
        return number == self.number and second > 0


@pytest.fixture
def generation(monkeypatch):
    lasting = Lasting()
    monkeypatch.setattr(kept, "generation", lasting)
    monkeypatch.setattr(kept, "is_proven", lambda: True)
    monkeypatch.setattr(connections["default"], "in_atomic_block", False)
    return lasting


@pytest.fixture
def counted():
    calls = []

    @kept.kept
    def answer(word="a"):
        calls.append(word)
        return len(calls)

    return answer


def test_value_is_kept_until_the_generation_moves(generation, counted):
    assert [counted(), counted()] == [1, 1]
    generation.number += 1
    assert [counted(), counted()] == [2, 2]


def test_value_is_kept_for_each_language_and_argument(generation, counted):
    assert [counted("a"), counted("b"), counted("a")] == [1, 2, 1]
    with translation.override("lv"):
        assert counted("a") == 3


def test_value_that_was_found_while_the_generation_moved_is_not_kept(generation):
    def find():
        generation.number += 1
        return generation.number

    assert [kept.kept_value("test", find), kept.kept_value("test", find)] == [1, 2]


def test_nothing_is_kept_where_nobody_listens(generation, counted, monkeypatch):
    monkeypatch.setattr(kept, "is_proven", lambda: False)
    assert [counted(), counted()] == [1, 2]


def test_nothing_is_kept_that_a_transaction_alone_can_see(generation, counted, monkeypatch):
    monkeypatch.setattr(connections["default"], "in_atomic_block", True)
    assert [counted(), counted()] == [1, 2]


def test_nothing_is_kept_of_a_page_that_is_marked_for_its_translator(generation, counted):
    off = kept.is_off.set(True)
    assert [counted(), counted()] == [1, 2]
    kept.is_off.reset(off)


def test_kept_values_are_bounded(generation, counted):
    for number in range(kept.MOST + 10):
        counted(number)
    assert len(kept.values) <= kept.MOST


@pytest.fixture
def said():
    """A function that says a text anew each time it is called: said(word)."""
    kept.forget_texts()
    calls = []

    def say(word="a"):
        return kept.said_of(("test", word), lambda: calls.append(word) or f"{word}{len(calls)}")

    yield say
    kept.forget_texts()


def test_text_outlives_what_changes_the_pages(generation, said):
    first = said()
    generation.number += 1
    assert [first, said(), said("b"), said()] == ["a1", "a1", "b2", "a1"]


def test_text_is_kept_for_each_language(said):
    assert said() == "a1"
    with translation.override("lv"):
        assert [said(), said()] == ["a2", "a2"]


def test_text_is_made_anew_when_the_interface_strings_have_changed(said, db):
    assert said() == "a1"
    overlay.refresh()
    assert said() == "a2"


def test_text_that_was_made_while_the_strings_changed_is_not_kept():
    def say():
        kept.forget_texts()
        return "old words"

    kept.said_of("test", say)
    assert kept.said_of("test", lambda: "new words") == "new words"


def test_no_text_is_kept_of_a_page_that_is_marked_for_its_translator(said):
    off = kept.is_off.set(True)
    assert [said(), said()] == ["a1", "a2"]
    kept.is_off.reset(off)
    assert said() == "a3"


def test_kept_texts_are_bounded(said):
    for number in range(kept.MOST_TEXTS + 10):
        said(str(number))
    assert len(kept.texts) <= kept.MOST_TEXTS


@pytest.mark.parametrize(
    "change",
    [
        {"title_en": "Another title"},
        {"summary_en": "Another summary."},
        {"slug": "other"},
        {"origin_en": "machine"},
        {"date": timezone.now() - 900 * A_DAY, "date_precision": "day"},
        {"published_at_en": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_row_of_a_list_changes_with_its_page(client, change):
    article = make_article(title_en="Walk", title_lv="Pastaiga", languages=("en", "lv"))
    before = client.get("/en/news/").text
    type(article).objects.filter(pk=article.pk).update(**change)
    after = client.get("/en/news/").text
    assert before != after
    kept.forget_texts()
    assert client.get("/en/news/").text == after


def test_safe_note_and_plain_one_are_two_rows(db):
    article = make_article(title_en="Walk")
    plain, safe = entry(article, note="<b>"), entry(article, note=mark_safe("<b>"))
    assert "&lt;b&gt;" in plain and "&lt;b&gt;" not in safe and "<b>" in safe


def test_connection_that_the_server_ended_is_noticed_before_it_is_used():
    own = connection.copy()
    own.connect()
    try:
        assert own.is_usable()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(%s, 5000)", [own.connection.info.backend_pid]
            )
        assert not own.is_usable()
    finally:
        own.close()
