"""The contract that every content type keeps: the readable specification of the portal."""

import copy
import datetime
import pickle

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import override

from healthyboost.content.addresses import address_of
from healthyboost.content.languages import column, in_any_language, language_codes
from healthyboost.content.models import (
    Draft,
    DraftConflict,
    FormerSlug,
    NotPublic,
)
from news.models import Article

from .factories import each_content_type, make, make_article

pytestmark = pytest.mark.django_db
every_type = pytest.mark.parametrize("model", each_content_type(), ids=lambda model: model.__name__)
SENTINEL = "unpublishedsentinel"
TOMORROW = timezone.now() + datetime.timedelta(days=1)
YESTERDAY = timezone.now() - datetime.timedelta(days=1)


def address(page, language):
    with override(language):
        return page.get_absolute_url()


def get(client, page, language):
    return client.get(address(page, language))


@every_type
def test_page_answers_in_each_language_that_is_public(client, model):
    page = make(model, languages=["en", "ru"])
    for language in ("en", "ru"):
        response = get(client, page, language)
        assert response.status_code == 200
        assert f'<html lang="{language}">' in response.text
        assert getattr(page, column("summary", language)) in response.text


@every_type
def test_page_falls_back_whole_and_says_so(client, model):
    page = make(model, languages=["lv", "en"])
    text = get(client, page, "fi").text
    assert "language-notice" in text
    assert page.summary_lv in text
    assert page.summary_en not in text
    assert 'lang="lv"' in text


@every_type
def test_fallback_is_canonical_at_the_real_language(client, model):
    page = make(model, languages=["sv"])
    text = get(client, page, "fi").text
    assert f'rel="canonical" href="{address_of(page, "sv")}"' in text
    assert 'hreflang="fi" href="http' not in text


@every_type
def test_fallback_takes_the_source_then_english_then_any(model):
    page = make(model, languages=["lv", "en", "ru"])
    with override("fi"):
        assert page.shown.language == "lv"
        page.published_at_lv = None
        assert page.shown.language == "en"
        page.published_at_en = None
        assert page.shown.language == "ru"


@every_type
def test_switcher_leads_to_the_same_page_and_says_what_is_there(client, model):
    page = make(model, languages=["en", "lv"])
    text = get(client, page, "en").text
    for language in language_codes():
        assert f'href="{address(page, language)}"' in text
    # in Finnish, for the reader of Finnish: she will find English there
    assert "(Kieli: englanti)" in text


@every_type
def test_switcher_keeps_the_query(client, model):
    page = make(model)
    text = client.get(address(page, "en") + "?page=2").text
    assert f'href="{address(page, "lv")}?page=2"' in text


@every_type
def test_unpublished_language_is_in_no_answer(client, model):
    texts = {column(field, "fi"): SENTINEL for field in ("title", "summary", "body")}
    page = make(model, languages=["en"], **texts)
    for language in language_codes():
        assert SENTINEL not in get(client, page, language).text


@every_type
def test_page_that_is_public_nowhere_is_not_found(client, model):
    page = make(model, published_at_en=None)
    assert get(client, page, "en").status_code == 404


@every_type
def test_scheduled_page_appears_by_itself(client, model):
    page = make(model, published_at_en=TOMORROW)
    assert get(client, page, "en").status_code == 404
    model.objects.filter(pk=page.pk).update(published_at_en=YESTERDAY)
    assert get(client, page, "en").status_code == 200


@every_type
def test_withdrawn_language_is_gone_and_leads_to_the_others(client, model):
    page = make(model, languages=["en", "lv"], withdrawn_at_lv=YESTERDAY)
    response = get(client, page, "lv")
    assert response.status_code == 410
    assert '<html lang="lv">' in response.text
    assert f'href="{address(page, "en")}"' in response.text
    assert get(client, page, "en").status_code == 200


@every_type
def test_language_past_its_end_is_gone(client, model):
    page = make(model, languages=["en", "lv"], unpublish_at_lv=YESTERDAY)
    assert get(client, page, "lv").status_code == 410


@every_type
def test_lists_leave_out_what_is_gone_from_the_language_of_the_reader(model):
    page = make(model, languages=["en", "lv"], withdrawn_at_lv=YESTERDAY)
    assert page not in model.objects.published("lv")
    assert page in model.objects.published("fi")


@every_type
def test_changed_slug_leads_on(client, model):
    page = make(model)
    before = address(page, "en")
    model.objects.filter(pk=page.pk).update(slug="another-address")
    page.refresh_from_db()
    response = client.get(before)
    if before != page.get_absolute_url():  # the about page has an address without slug
        assert response.status_code == 301
        assert response.headers["Location"] == address(page, "en")
    assert FormerSlug.of(model).filter(object_id=page.pk).exists()


@every_type
def test_former_slug_is_forgotten_when_it_is_in_use_again(model):
    page = make(model, slug="first")
    for slug in ("second", "first"):
        model.objects.filter(pk=page.pk).update(slug=slug)
    assert [former.slug for former in FormerSlug.of(model)] == ["second"]


@every_type
def test_deleted_object_leaves_nothing_behind(model):
    page = make(model)
    model.objects.filter(pk=page.pk).update(slug="other")
    Draft.of(page, "en").save()
    model.objects.get(pk=page.pk).delete()
    assert not FormerSlug.of(model).exists()
    assert not Draft.objects.exists()


@every_type
def test_publishing_needs_title_and_summary(model):
    page = make(model, summary_en="", published_at_en=YESTERDAY)
    with pytest.raises(ValidationError) as caught:
        page.clean()
    assert set(caught.value.message_dict) == {"summary_en"}


@every_type
def test_end_before_the_start_is_refused_by_the_database(model):
    page = make(model)
    before = page.published_at_en - datetime.timedelta(days=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.filter(pk=page.pk).update(unpublish_at_en=before)


@every_type
def test_date_and_precision_belong_together(model):
    page = make(model)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.filter(pk=page.pk).update(date=None, date_precision="day")


@every_type
def test_html_is_cleaned_however_it_is_written(model):
    page = make(model)
    page.body_lv = '<p onclick="x()">a<script>alert(1)</script></p><img src=x onerror=y>'
    page.save()
    model.objects.bulk_update([page], ["body_lv"])
    page.refresh_from_db()
    assert page.body_lv == "<p>a</p>"


@every_type
def test_version_can_be_copied_and_pickled(model):
    page = make(model)
    with override("en"):
        shown = page.shown
    assert copy.copy(shown).title == shown.title
    assert pickle.loads(pickle.dumps(shown)).title == shown.title


@every_type
def test_state_of_each_language_is_told(model):
    page = make(
        model,
        languages=["en", "sv"],
        title_lv="Virsraksts",
        published_at_fi=TOMORROW,
        withdrawn_at_sv=YESTERDAY,
    )
    states = [page.state_in(language) for language in ("en", "lv", "fi", "sv", "ru")]
    assert states == ["public", "draft", "scheduled", "withdrawn", "empty"]


def test_shown_of_what_is_not_public_is_an_error():
    page = make_article(published_at_en=None)
    with pytest.raises(NotPublic):
        _never = page.shown


def test_lookup_in_any_language_finds_every_column():
    article = make_article(languages=["ru"], title_ru="Здоровье")
    assert list(Article.objects.filter(in_any_language("title", icontains="здоровье"))) == [article]


# Drafts


@every_type
def test_draft_changes_nothing_that_visitors_see_until_it_is_published(client, model):
    page = make(model)
    draft = Draft.of(page, "en")
    draft.fields = {"title": f"New {SENTINEL}"}
    draft.save()
    assert SENTINEL not in get(client, page, "en").text
    draft.publish()
    assert SENTINEL in get(client, page, "en").text
    assert not Draft.objects.exists()


@every_type
def test_draft_of_a_new_language_makes_it_public(client, model):
    page = make(model)
    draft = Draft.of(page, "lv")
    draft.fields = {"title": "Virsraksts", "summary": "Kopsavilkums"}
    draft.origin = "machine"
    draft.save()
    draft.publish()
    assert model.objects.get(pk=page.pk).languages == ["en", "lv"]
    assert "language-notice" in get(client, page, "lv").text  # a machine wrote it


def test_draft_is_not_published_over_a_text_that_has_moved_on():
    page = make_article()
    draft = Draft.of(page, "en")
    draft.fields = {"title": "Mine"}
    draft.save()
    Article.objects.filter(pk=page.pk).update(title_en="Hers")
    with pytest.raises(DraftConflict):
        draft.publish()
    assert Article.objects.get(pk=page.pk).title_en == "Hers"
    draft.publish(overwrite=True)
    assert Article.objects.get(pk=page.pk).title_en == "Mine"


def test_draft_without_summary_is_not_published():
    page = make_article()
    draft = Draft.of(page, "fi")
    draft.fields = {"title": "Otsikko"}
    draft.save()
    with pytest.raises(ValidationError):
        draft.publish()
    assert Draft.objects.exists()
    assert Article.objects.get(pk=page.pk).languages == ["en"]


def test_there_is_one_draft_a_language():
    page = make_article()
    first = Draft.of(page, "en")
    first.save()
    assert Draft.of(page, "en") == first
    second = Draft(content_type=first.content_type, object_id=page.pk, language="en")
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()


def test_what_hangs_on_an_object_has_an_object():
    """Nothing hangs on nothing: rows of generic relations whose object is gone."""
    page = make_article()
    page.links.create(label_en="Elsewhere", url="https://example.org/")
    page.delete()
    for table in ("content_link", "media_pictureuse", "media_attachment", "partners_contactlink"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,)
