"""The real page before it is public: for those who work on it, and by a link for a colleague."""

import datetime
import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from healthyboost.accounts.models import User
from healthyboost.content.models import Draft
from healthyboost.editing.models import PreviewLink
from healthyboost.editing.previews import address_of, forget_preview_links
from news.models import Article

from .admin_forms import add_address, filled_in, form_address, send, sign_in
from .factories import (
    LONG_AGO,
    each_content_type,
    make,
    make_article,
    make_organisation,
    make_page,
    make_pilot,
)


@pytest.fixture
def staff(db):
    client = Client()
    client.user = sign_in(client, first_name="Anna", last_name="Ozola")
    return client


@pytest.fixture
def translator(db):
    """Of Latvian."""
    client = Client()
    client.user = sign_in(client, "translator", languages=["lv"])
    return client


def preview_address(row, language="en", name="preview"):
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=[row.pk, language])


def make_draft(row, language="en", author=None, rows=None, **fields):
    return Draft.objects.create(
        page=row,
        language=language,
        author=author,
        fields=fields,
        rows=rows or {},
        started_from=row.live_hash(language),
    )


def make_link(row, user, language="en", days=14):
    return PreviewLink.objects.create(
        page=row,
        language=language,
        made_by=user,
        expires_at=timezone.now() + datetime.timedelta(days=days),
    )


def text_of(response):
    return response.content.decode()


def stored(row):
    now = type(row)._base_manager.get(pk=row.pk)
    return {field.attname: getattr(now, field.attname) for field in row._meta.concrete_fields}


def queries_of(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


# The page


@pytest.mark.parametrize("model", each_content_type(), ids=lambda model: model.__name__)
def test_a_page_that_nobody_sees_is_shown_as_visitors_will_see_it(staff, model):
    row = make(model, languages=["en", "lv"], published_at_en=None, published_at_lv=None)
    before = stored(row)
    for code in ("en", "lv"):
        response = staff.get(preview_address(row, code))
        text = text_of(response)
        assert response.status_code == 200
        assert f'<html lang="{code}">' in text and f"({code})</h1>" in text
        assert '<aside class="preview"' in text
    assert stored(row) == before
    with_text_in_none = make(model, languages=[])
    assert staff.get(preview_address(with_text_in_none, "fi")).status_code == 200


def test_the_page_about_the_project_is_shown_as_at_its_own_address(staff):
    row = make_page(kind="about", published_at_en=None)
    assert "(en)</h1>" in text_of(staff.get(preview_address(row)))


def test_the_draft_is_shown_and_the_public_page_stays_as_it_was(staff, client):
    article = make_article(title_en="Walk")
    make_draft(article, author=staff.user, title="Walk and talk")
    text = text_of(staff.get(preview_address(article)))
    assert "Walk and talk</h1>" in text
    assert "With changes that are not public yet." in text and "Anna Ozola" in text
    assert b"Walk and talk" not in client.get(article.get_absolute_url()).content


def test_the_draft_of_a_part_of_the_page_is_shown(staff):
    pilot = make_pilot()
    step = pilot.steps.create(text_en="Walk every day.", position=1)
    make_draft(pilot, rows={f"pilots.pilotstep:{step.pk}": {"text": "Walk twice a day."}})
    text = text_of(staff.get(preview_address(pilot)))
    assert "Walk twice a day." in text and "Walk every day." not in text


def test_the_draft_of_another_language_is_not_mixed_in(staff):
    article = make_article(languages=["en", "lv"])
    make_draft(article, "lv", title="Pastaiga")
    assert "Pastaiga" not in text_of(staff.get(preview_address(article, "en")))


@pytest.mark.parametrize(
    "fields, words",
    [
        ({}, "This is what visitors read now."),
        ({"published_at_en": None}, "Not public."),
        ({"withdrawn_at_en": LONG_AGO}, "Not public any more: withdrawn."),
        (
            {"published_at_en": datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC)},
            "Not public yet: scheduled.",
        ),
    ],
)
def test_the_band_says_what_state_the_text_is_in(staff, fields, words):
    assert words in text_of(staff.get(preview_address(make_article(**fields))))


def test_the_band_speaks_the_language_of_the_person(staff):
    staff.user.language = "lv"
    staff.user.save()
    text = text_of(staff.get(preview_address(make_article(languages=["fi"]), "fi")))
    assert '<html lang="fi">' in text
    assert '<aside class="preview" lang="lv"' in text


def test_the_language_switch_leads_to_the_previews_of_the_other_languages(staff):
    article = make_article(languages=["en", "lv"], published_at_lv=None)
    text = text_of(staff.get(preview_address(article)))
    assert f'href="{preview_address(article, "lv")}" lang="lv"' in text
    assert f'href="{form_address(article)}#language-en"' in text


def test_a_preview_is_kept_nowhere(staff):
    article = make_article(published_at_en=None)
    shared = address_of(make_link(article, staff.user))
    for response in (staff.get(preview_address(article)), Client().get(shared)):
        assert "no-store" in response["Cache-Control"] and "private" in response["Cache-Control"]
        assert "noindex" in response["X-Robots-Tag"]
        assert response["Content-Language"] == "en"


def test_a_preview_asks_little_more_of_the_database_than_the_public_page(staff):
    article = make_article(organisation=make_organisation())
    make_draft(article, title="New", author=staff.user)
    shared = address_of(make_link(article, staff.user))
    Client().get(shared)  # content types are known from here on
    public = queries_of(Client(), article.get_absolute_url())
    assert queries_of(Client(), shared) <= public + 2  # the link and the draft
    assert queries_of(staff, preview_address(article)) <= public + 3  # session, person and draft


def test_nonsense_in_the_address_of_a_preview_is_no_page(staff):
    article = make_article()
    address = preview_address(article)
    assert staff.get(address.replace("/en/", "/xx/")).status_code == 404
    assert staff.get(address.replace(f"/{article.pk}/", "/999/")).status_code == 404
    assert staff.get(address.replace(f"/{article.pk}/", "/abc/")).status_code == 404


def test_a_visitor_is_asked_to_sign_in(client, db):
    assert client.get(preview_address(make_article())).status_code == 302


# From the form


def test_save_and_preview_stores_a_draft_and_shows_it(staff):
    article = make_article(title_en="Walk")
    response = send(staff, form_address(article), title_en="Walk and talk", _preview="en")
    assert response["Location"] == preview_address(article)
    assert stored(article)["title_en"] == "Walk"
    assert "Walk and talk</h1>" in text_of(staff.get(response["Location"]))


def test_save_and_preview_of_a_new_page_stores_it_and_publishes_nothing(staff):
    sent = filled_in(staff, add_address(Article), title_lv="Pastaiga", _preview="lv")
    response = staff.post(add_address(Article), sent)
    article = Article.objects.get()
    assert response["Location"] == preview_address(article, "lv")
    assert article.languages == []
    assert "Pastaiga</h1>" in text_of(staff.get(response["Location"]))


def test_what_cannot_be_saved_is_not_previewed(staff):
    article = make_article()
    response = send(staff, form_address(article), title_en="", _preview="en")
    assert response.status_code == 200
    assert response.context["adminform"].form.errors


# The link


def test_a_link_shows_the_newest_draft_without_an_account_or_a_cookie(staff, client):
    article = make_article(title_en="Walk", published_at_en=None)
    assert staff.post(preview_address(article, "en", "preview_links"), {"days": "7"})["Location"]
    page = text_of(staff.get(preview_address(article, "en", "preview_links")))
    address = re.search(r'value="http://testserver(/preview/[^"]+)"', page)[1]
    Article.objects.update(title_en="Walk and talk")
    response = client.get(address)
    assert "Walk and talk</h1>" in text_of(response)
    assert "Back to the form" not in text_of(response)
    assert not response.cookies
    ends = PreviewLink.objects.get().expires_at - timezone.now()
    assert datetime.timedelta(days=6) < ends <= datetime.timedelta(days=7)


def test_a_link_shows_no_other_language_that_is_not_public(staff, client):
    article = make_article(languages=["en", "lv", "fi"], published_at_en=None, published_at_fi=None)
    text = text_of(client.get(address := address_of(make_link(article, staff.user))))
    assert f'href="/lv/news/{article.slug}/"' in text  # public
    assert f'href="{address}" lang="en"' in text
    assert "(fi)" not in text
    alone = make_article(published_at_en=None)
    address = address_of(make_link(alone, staff.user))
    assert f'href="{address}" lang="fi"' in text_of(client.get(address))


def test_a_link_that_has_ended_says_so_in_the_language_of_the_text(staff, client):
    article = make_article(languages=["lv"], title_lv="Pastaiga", published_at_lv=None)
    link = make_link(article, staff.user, "lv", days=-1)
    response = client.get(address_of(link))
    assert response.status_code == 410
    assert '<html lang="lv">' in text_of(response) and "Pastaiga" not in text_of(response)
    assert "no-store" in response["Cache-Control"]


def test_a_link_is_withdrawn_by_those_who_write_the_language(staff, client):
    article = make_article(published_at_en=None)
    link = make_link(article, staff.user)
    staff.post(preview_address(article, "en", "preview_links"), {"withdraw": str(link.pk)})
    assert client.get(address_of(link)).status_code == 410
    page = text_of(staff.get(preview_address(article, "en", "preview_links")))
    assert "Withdrawn" in page and address_of(link) not in page


def test_the_link_of_another_page_is_not_withdrawn_from_here(staff, client):
    link = make_link(make_article(published_at_en=None), staff.user)
    staff.post(preview_address(make_article(), "en", "preview_links"), {"withdraw": str(link.pk)})
    assert client.get(address_of(link)).status_code == 200


@pytest.mark.parametrize("token", ["1", "1:abc", "x:y", "1:" + "a" * 43, "é"])
def test_a_forged_link_shows_nothing_and_asks_nothing_about_pages(staff, client, token):
    make_link(make_article(pk=1, title_en="Secret", published_at_en=None), staff.user)
    response = client.get(reverse("preview", args=[token]))
    assert response.status_code == 404
    assert "Secret" not in text_of(response)


def test_the_link_of_a_page_that_was_deleted_shows_nothing(staff, client):
    article = make_article(published_at_en=None)
    link = make_link(article, staff.user)
    article.delete()
    assert client.get(address_of(link)).status_code == 404


def test_who_does_not_write_a_language_makes_no_link_of_it(translator):
    article = make_article(languages=["en", "lv"])
    assert translator.get(preview_address(article, "en")).status_code == 200
    address = preview_address(article, "en", "preview_links")
    assert translator.get(address).status_code == 403
    assert translator.post(address, {"days": "7"}).status_code == 403
    latvian = preview_address(article, "lv", "preview_links")
    assert translator.post(latvian, {"days": "7"}).status_code == 302
    assert [link.language for link in PreviewLink.objects.all()] == ["lv"]


def test_a_period_that_is_not_offered_makes_no_link(staff):
    article = make_article()
    staff.post(preview_address(article, "en", "preview_links"), {"days": "3650"})
    assert not PreviewLink.objects.exists()


def test_links_that_ended_long_ago_are_forgotten(staff):
    article = make_article()
    make_link(article, staff.user, days=-100)
    kept = make_link(article, staff.user, days=-10)
    forget_preview_links()
    assert list(PreviewLink.objects.all()) == [kept]


def test_the_form_leads_to_the_links_of_each_language_that_one_writes(translator):
    article = make_article(languages=["en", "lv"])
    text = text_of(translator.get(form_address(article)))
    assert preview_address(article, "lv", "preview_links") in text
    assert preview_address(article, "en", "preview_links") not in text
    assert f'href="{preview_address(article, "en")}"' in text


def test_a_link_counts_for_its_content_type_alone(staff, client):
    article = make_article(pk=7001, published_at_en=None)
    link = make_link(article, staff.user)
    assert link.content_type == ContentType.objects.get_for_model(Article)
    assert client.get(address_of(link)).status_code == 200


def test_a_link_ends_when_its_maker_may_not_write_the_language_any_more(staff, client):
    link = make_link(make_article(published_at_en=None), staff.user)
    User.objects.filter(pk=staff.user.pk).update(is_active=False)
    assert client.get(address_of(link)).status_code == 410


def test_nobody_reads_the_drafts_of_another_organisation(db, client):
    sign_in(client, "coordinator", organisation=make_organisation())
    article = make_article(title_en="Public")
    draft = make_draft(article, title="Secret")
    assert "Secret" not in text_of(client.get(preview_address(article)))
    address = reverse("admin:content_draft_change", args=[draft.pk])
    assert client.get(address).status_code == 403
