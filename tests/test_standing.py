"""How it stands with each language of everything: computed from what is stored, whoever wrote it."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from healthyboost.content.hanging import prose_parts, rows_with_prose
from healthyboost.content.models import Draft, Link, Theme
from healthyboost.translation.counting import LOCK, catch_up, catch_up_all
from healthyboost.translation.not_needed import mark_not_needed, unmark
from healthyboost.translation.standing import (
    NotNeeded,
    Standing,
    Touched,
    counts,
    standings_of,
    still_to_count,
)
from healthyboost.translation.touching import counted_models, note_all, set_triggers, touches
from news.models import Article
from partners.models import FundingLine, FundingSource
from pilots.models import PilotStep

from .factories import (
    LONG_AGO,
    each_content_type,
    make,
    make_article,
    make_organisation,
    make_partnership,
    make_picture,
    make_pilot,
    make_project,
    make_theme,
    make_user,
)

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def nothing_waits(db):
    catch_up_all()


def states(row):
    catch_up_all()
    return {code: each.state for code, each in standings_of(row).items()}


def standing(row, code="lv"):
    catch_up_all()
    return standings_of(row)[code]


def sql(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values)


def make_translated(**fields):
    """English, and Latvian made from it."""
    return make_article(
        languages=["en", "lv"],
        body_en="<p>One.</p>\n<p>Two three.</p>",
        made_from_lv="en",
        **fields,
    )


# What follows from the texts


def test_a_page_stands_somehow_in_each_language():
    assert states(make_translated()) == {
        "en": "original",
        "lv": "current",
        "fi": "missing",
        "sv": "missing",
        "ru": "missing",
    }


def test_what_is_missing_has_all_words_of_the_source_to_do():
    article = make_article(
        title_en="A walk", summary_en="In spring.", body_en="<p>One <b>two</b>.</p>"
    )
    found = standing(article)
    assert (found.words, found.changed, found.total, found.source_language) == (6, 3, 3, "en")


def test_only_the_paragraphs_that_changed_are_to_do():
    article = make_translated()
    Article.objects.update(body_en="<p>One.</p>\n<p>Two three four five.</p>")
    found = standing(article)
    assert (found.state, found.words, found.changed, found.total) == ("changed", 4, 1, 4)


def test_marks_and_punctuation_are_minor():
    article = make_translated()
    Article.objects.update(body_en="<p>One!</p>\n<p><strong>Two</strong> three.</p>")
    found = standing(article)
    assert (found.state, found.words, found.minor) == ("minor", 0, 2)


def test_a_translation_that_leaves_something_out_is_one_in_part():
    article = make_article(languages=["en", "lv"], body_lv="")
    found = standing(article)
    assert (found.state, found.changed) == ("incomplete", 1)


def test_a_text_of_unknown_making_is_said_to_be_that():
    assert states(make_article(languages=["en", "lv"]))["lv"] == "unknown"


def test_a_page_without_words_stands_nowhere():
    assert states(make_article(languages=[])) == {}


def test_the_source_of_what_is_missing_is_a_text_that_visitors_read():
    article = make_article(languages=["en", "fi"], withdrawn_at_en=LONG_AGO)
    assert standing(article).source_language == "fi"


def test_a_translation_by_way_of_another_one_is_held_against_that():
    article = make_article(languages=["en", "lv", "fi"], made_from_lv="en", made_from_fi="lv")
    Article.objects.update(title_en="New")
    assert states(article)["fi"] == "current"
    Article.objects.update(title_lv="Jauns")
    assert standing(article, "fi").source_language == "lv"
    assert states(article)["fi"] == "changed"


def test_a_step_of_a_pilot_makes_its_translation_older():
    pilot = make_pilot(languages=["en", "lv"])
    step = PilotStep.objects.create(pilot=pilot, title_en="Ask", title_lv="Jautāt")
    pilot.made_from_lv = "en"
    pilot.save()
    assert states(pilot)["lv"] == "current"
    PilotStep.objects.update(title_en="Ask everybody")
    assert standing(pilot).words == 2
    PilotStep.objects.update(title_en="Ask")
    assert states(pilot)["lv"] == "current"
    step.delete()
    assert states(pilot)["lv"] == "current"


def test_a_new_step_is_to_do():
    pilot = make_pilot(languages=["en", "lv"])
    pilot.made_from_lv = "en"
    pilot.save()
    PilotStep.objects.create(pilot=pilot, title_en="Ask all of them")
    found = standing(pilot)
    assert (found.state, found.words, found.changed) == ("incomplete", 4, 1)


def test_rows_that_are_no_pages_are_counted_too():
    theme = make_theme(name_en="Walking", name_fi="Kävely", description_fi="Kaikki kävelevät.")
    found = states(theme)
    assert (found["fi"], found["en"], found["lv"]) == ("unknown", "incomplete", "missing")
    assert standing(theme).words == 3
    assert states(make_picture())["lv"] == "missing"


# Drafts, and what needs no translation


def test_a_draft_changes_nothing_but_is_told():
    article = make_article()
    draft = Draft.of(article, "lv")
    draft.fields = {"title": "Pastaiga", "summary": "Īsi", "body": "<p>Teksts.</p>"}
    draft.made_from = {"language": "en", "texts": {}}
    draft.save()
    found = standing(article)
    assert (found.state, found.has_draft) == ("missing", True)
    draft.publish()
    found = standing(article)
    assert (found.state, found.has_draft) == ("changed", False)


def test_a_draft_of_the_source_makes_nothing_older_before_it_is_public():
    article = make_translated()
    draft = Draft.of(article, "en")
    draft.fields = {"title": "Another title"}
    draft.save()
    assert states(article)["lv"] == "current"
    draft.publish()
    assert states(article)["lv"] == "changed"


def test_who_translates_a_language_says_that_it_needs_no_translation():
    article, translator = make_article(), make_user("translator", languages=["lv"])
    mark_not_needed(article, "lv", translator, "Of Finland only")
    assert states(article)["lv"] == "not_needed"
    assert article not in [each.page for each in Standing.objects.to_do("lv")]
    unmark(article, "lv", translator)
    assert states(article)["lv"] == "missing"
    with pytest.raises(PermissionDenied):
        mark_not_needed(article, "fi", translator)
    assert not NotNeeded.objects.exists()


def test_what_needs_no_translation_is_kept_in_the_history(client):
    article, person = make_article(), make_user("superuser")
    mark_not_needed(article, "lv", person, "Of Finland only")
    client.force_login(person)
    text = client.get(f"/admin/news/article/{article.pk}/history/").text
    assert "needs no translation: “Of Finland only”" in text


# Who touched it


def test_sql_by_hand_is_noticed():
    article = make_translated()
    assert states(article)["lv"] == "current"
    sql("UPDATE news_article SET title_en = 'By hand' WHERE id = %s", article.pk)
    assert states(article)["lv"] == "changed"
    sql("UPDATE news_article SET title_lv = title_lv WHERE id = %s", article.pk)
    assert not Touched.objects.exists()


@pytest.mark.parametrize("model", each_content_type())
def test_every_type_and_all_that_hangs_on_it_is_noticed(model):
    page = make(model)
    catch_up_all()
    noted = touches()
    assert model._meta.db_table in noted
    for part in prose_parts(model).values():
        assert part._meta.db_table in noted
    Link.objects.create(owner=page, label_en="A link")
    assert [each.object_id for each in Touched.objects.all()] == [page.pk]
    assert [str(row) for row in rows_with_prose(page)] == ["A link"]


def test_a_row_on_a_row_touches_the_page():
    project = make_project()
    role = make_partnership(project, make_organisation(), budget_total=100)
    source = FundingSource.objects.create(slug="own", kind="own", name_en="Own money")
    catch_up_all()
    with transaction.atomic():
        line = FundingLine.objects.create(
            partnership=role, source=source, amount=100, note_en="All"
        )
        connection.cursor().execute("SET CONSTRAINTS ALL DEFERRED")
    touched = {(each.content_type.model, each.object_id) for each in Touched.objects.all()}
    assert touched == {("project", project.pk)}
    assert standing(project).words >= 1
    assert line in list(rows_with_prose(project))


def test_what_is_deleted_stands_nowhere_any_more():
    article = make_translated()
    catch_up_all()
    article.delete()
    catch_up_all()
    assert not Standing.objects.filter(object_id=article.pk, content_type__model="article").exists()


def test_what_was_never_counted_is_noted_after_a_migration():
    make_article()
    Touched.objects.all().delete()
    set_triggers()
    assert still_to_count() == 1
    catch_up_all()
    set_triggers()
    assert still_to_count() == 0
    note_all(counted_too=True)
    assert still_to_count() == 1


def test_what_is_left_to_count_is_said():
    for _number in range(5):
        make_article()
    assert catch_up(limit=3) == 2
    assert catch_up(limit=3) == 0


def test_nothing_is_counted_by_two_at_once():
    article = make_article()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        assert catch_up() == 1
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    other.close()
    assert catch_up() == 0
    assert standings_of(article)


def test_the_number_of_queries_does_not_grow():
    def queries(number):
        for _each in range(number):
            article = make_translated()
            Link.objects.create(owner=article, label_en="A link")
        with CaptureQueriesContext(connection) as found:
            catch_up()
        return len(found)

    queries(1)
    assert queries(1) == queries(6)


# Time


def test_time_alone_changes_what_is_to_do():
    now = timezone.now()
    scheduled = make_article(published_at_en=now + DAY)
    ending = make_article(unpublish_at_en=now + DAY)
    unseen = make_article(published_at_en=None)
    catch_up_all()

    def found(queryset):
        return {each.object_id for each in queryset.filter(language="lv")}

    assert found(Standing.objects.readable()) == {ending.pk}
    assert found(Standing.objects.coming()) == {ending.pk, scheduled.pk}
    assert found(Standing.objects.readable(now + 2 * DAY)) == {scheduled.pk}
    assert unseen.pk not in {each.object_id for each in Standing.objects.to_do("lv")}


def test_since_is_when_it_came_to_be_so():
    article = make_translated()
    assert standing(article, "fi").since == LONG_AGO
    Article.objects.update(title_en="New")
    since = standing(article).since
    assert timezone.now() - since < datetime.timedelta(minutes=1)
    Article.objects.update(title_ru="Не важно")
    assert standing(article).since == since


def test_counts_tell_how_much_there_is_to_do():
    make_article(title_en="One two", summary_en="Three", body_en="")
    make_translated()
    catch_up_all()
    found = counts(["lv"])["lv"]
    assert (found["texts"], found["words"]) == (1, 3)
    assert (found["missing"], found["current"]) == (1, 1)


def test_all_models_with_words_are_counted():
    assert Theme in counted_models()
    assert PilotStep not in counted_models()
