"""What is typed into a public language stays a draft until it is published, and nothing is lost."""

import datetime
import json

import pytest
from django.contrib.admin.models import LogEntry
from django.db import OperationalError
from django.utils import timezone

from healthyboost.content.models import Draft
from healthyboost.editing.diffs import word_diff
from healthyboost.editing.keeping import forget_unsaved_forms
from healthyboost.editing.models import UnsavedForm
from news.models import Article

from .admin_forms import add_address, errors_of, filled_in, form_address, send, sign_in
from .factories import make_article, make_organisation, make_pilot, make_theme

LV = {"title_lv": "Pastaiga", "summary_lv": "Īsi.", "body_lv": "<p>Teksts.</p>"}


@pytest.fixture
def staff(db, client):
    sign_in(client, first_name="Anna", last_name="Ozola")
    return client


def stored(row):
    return type(row).objects.get(pk=row.pk)


# Drafts


def test_a_change_to_a_public_text_is_a_draft(staff, client):
    article = make_article(title_en="Walk")
    assert send(staff, form_address(article), title_en="Walk and talk").status_code == 302
    assert stored(article).title_en == "Walk"
    assert article.drafts.get().fields == {"title": "Walk and talk"}
    assert b"Walk and talk" not in client.get(article.get_absolute_url()).content


def test_the_form_shows_the_draft_and_says_so(staff):
    article = make_article(title_en="Walk")
    send(staff, form_address(article), title_en="Walk and talk")
    response = staff.get(form_address(article))
    assert response.context["adminform"].form["title_en"].value() == "Walk and talk"
    assert response.context["panels"][0].state == "changed"


def test_publishing_makes_the_draft_the_public_text(staff):
    article = make_article(title_en="Walk")
    since = article.published_at_en
    send(staff, form_address(article), title_en="Walk and talk")
    send(staff, form_address(article), _publish="en")
    assert stored(article).title_en == "Walk and talk"
    assert stored(article).published_at_en == since
    assert not article.drafts.exists()


def test_a_text_that_is_as_the_public_one_again_needs_no_draft(staff):
    article = make_article(title_en="Walk")
    send(staff, form_address(article), title_en="Walk and talk")
    send(staff, form_address(article), title_en="Walk")
    assert not article.drafts.exists()


def test_a_text_that_nobody_sees_is_stored_at_once(staff):
    article = make_article(languages=["en"], title_lv="Gājiens")
    send(staff, form_address(article), title_lv="Pastaiga")
    assert stored(article).title_lv == "Pastaiga"
    assert not article.drafts.exists()


def test_what_is_the_same_in_all_languages_is_stored_at_once(staff):
    article, theme = make_article(), make_theme("walking")
    send(staff, form_address(article), themes=[theme.pk], title_en="Another")
    assert list(stored(article).themes.all()) == [theme]
    assert article.drafts.get().fields == {"title": "Another"}


def test_the_words_of_a_part_of_a_public_page_are_drafts_too(staff):
    pilot = make_pilot()
    step = pilot.steps.create(title_en="Walk", text_en="Walk every day.", position=1)
    data = filled_in(staff, form_address(pilot))
    name = next(name for name, value in data.items() if value == "Walk every day.")
    staff.post(form_address(pilot), {**data, name: "Walk twice a day."})
    assert stored(step).text_en == "Walk every day."
    assert pilot.drafts.get().rows == {f"pilots.pilotstep:{step.pk}": {"text": "Walk twice a day."}}
    send(staff, form_address(pilot), _publish="en")
    assert stored(step).text_en == "Walk twice a day."


def test_a_draft_published_by_itself_takes_the_words_of_the_parts_along(staff):
    pilot = make_pilot()
    step = pilot.steps.create(title_en="Walk", text_en="Walk every day.", position=1)
    Draft.objects.create(
        page=pilot,
        language="en",
        fields={"title": "New"},
        rows={
            f"pilots.pilotstep:{step.pk}": {"text": "Run."},
            "pilots.pilotstep:999": {"text": ""},
        },
        started_from=pilot.live_hash("en"),
    ).publish()
    assert (stored(pilot).title_en, stored(step).text_en) == ("New", "Run.")


def test_publishing_one_language_leaves_the_draft_of_another(staff):
    article = make_article(languages=["en", "lv"])
    send(staff, form_address(article), title_en="New", title_lv="Jauns", _publish="lv")
    assert stored(article).title_lv == "Jauns"
    assert article.drafts.get().language == "en"


def test_a_translation_that_matches_its_original_says_so_once_it_is_public(staff):
    article = make_article(languages=["en", "lv"], body_en="<p>One.</p>")
    send(staff, form_address(article), body_lv="<p>Viens.</p>", _matches="lv")
    draft = article.drafts.get()
    assert draft.made_from["texts"]["body"] == "<p>One.</p>"
    assert stored(article).made_from_lv is None
    send(staff, form_address(article), _publish="lv")
    assert stored(article).made_from_lv["language"] == "en"


def test_a_text_is_sent_for_review_and_taken_back(staff):
    article = make_article(languages=["en"], title_lv="Gājiens")
    send(staff, form_address(article), _review="lv")
    assert article.drafts.get().state == Draft.State.REVIEW
    send(staff, form_address(article), title_lv="Pastaiga")
    assert article.drafts.get().state == Draft.State.REVIEW
    send(staff, form_address(article), _take_back="lv")
    assert not article.drafts.exists()


def test_a_draft_of_a_text_that_was_withdrawn_becomes_its_text(staff):
    article = make_article(title_en="Walk")
    send(staff, form_address(article), title_en="Walk and talk")
    Article.objects.update(withdrawn_at_en=timezone.now())
    send(staff, form_address(article))
    assert stored(article).title_en == "Walk and talk"
    assert not article.drafts.exists()


def test_nobody_publishes_over_a_public_text_that_she_has_not_seen(staff):
    article = make_article(title_en="Walk")
    send(staff, form_address(article), title_en="Walk and talk")
    opened = filled_in(staff, form_address(article))
    Article.objects.update(title_en="Stroll")
    response = staff.post(form_address(article), {**opened, "_publish": "en"})
    assert "has changed meanwhile" in str(response.context["errors"])
    assert stored(article).title_en == "Stroll"
    again = {**opened, "_publish": "en", "_started_from": response.context["started_from"]}
    assert staff.post(form_address(article), again).status_code == 302
    assert stored(article).title_en == "Walk and talk"


# Two people in one form


def test_what_different_people_changed_in_different_fields_is_merged(staff):
    article = make_article(languages=[], title_en="Walk", summary_en="Short.")
    opened = filled_in(staff, form_address(article))
    send(staff, form_address(article), title_en="Walk and talk")
    assert (
        staff.post(form_address(article), {**opened, "summary_en": "Shorter."}).status_code == 302
    )
    assert (stored(article).title_en, stored(article).summary_en) == ("Walk and talk", "Shorter.")


def test_what_two_people_changed_is_shown_to_the_second(staff):
    article = make_article(languages=[], title_en="Walk")
    opened = filled_in(staff, form_address(article))
    send(staff, form_address(article), title_en="Walk and talk")
    response = staff.post(form_address(article), {**opened, "title_en": "Walk and run"})
    said = str(errors_of(response)["title_en"])
    assert "Anna Ozola changed this on" in said and "Walk and talk" in said
    assert "</span>talk</del>" in said and "</span>run</ins>" in said
    assert response.context["adminform"].form["title_en"].value() == "Walk and run"
    assert stored(article).title_en == "Walk and talk"


def test_having_seen_both_versions_one_saves_ones_own(staff):
    article = make_article(languages=[], title_en="Walk")
    opened = filled_in(staff, form_address(article))
    send(staff, form_address(article), title_en="Walk and talk")
    mine = {**opened, "title_en": "Walk and run"}
    response = staff.post(form_address(article), mine)
    seen = {**mine, "_started_from": response.context["started_from"]}
    assert staff.post(form_address(article), seen).status_code == 302
    assert stored(article).title_en == "Walk and run"


def test_dates_organisations_and_themes_are_merged_too(staff):
    city, theme = make_organisation(), make_theme("walking")
    article = make_article(languages=[], title_en="Walk")
    opened = filled_in(staff, form_address(article))
    send(staff, form_address(article), organisation=city.pk, themes=[theme.pk], date_0="2024-05-03")
    assert staff.post(form_address(article), {**opened, "title_en": "Run"}).status_code == 302
    row = stored(article)
    assert (row.organisation, list(row.themes.all()), row.date.year) == (city, [theme], 2024)


def test_words_of_parts_are_merged_too(staff):
    pilot = make_pilot(languages=[], title_en="Pilot")
    step = pilot.steps.create(title_en="First", text_en="Walk.", text_lv="Ej.", position=1)
    opened = filled_in(staff, form_address(pilot))
    name = next(name for name, value in opened.items() if value == "Walk.")
    staff.post(form_address(pilot), {**opened, name: "Run."})
    other = name.replace("_en", "_lv")
    response = staff.post(form_address(pilot), {**opened, other: "Skrien."})
    assert response.status_code == 302, errors_of(response)
    assert (stored(step).text_en, stored(step).text_lv) == ("Run.", "Skrien.")
    response = staff.post(form_address(pilot), {**opened, name: "Jump."})
    assert "Run." in str(errors_of(response)["text_en"])


def test_a_part_that_somebody_removed_does_not_lose_the_rest(staff):
    pilot = make_pilot(languages=[], title_en="Pilot")
    step = pilot.steps.create(title_en="First", text_en="Walk.", position=1)
    opened = filled_in(staff, form_address(pilot))
    step.delete()
    response = staff.post(form_address(pilot), {**opened, "title_lv": "Pilots"})
    assert response.status_code == 302, errors_of(response)
    assert stored(pilot).title_lv == "Pilots"


@pytest.mark.parametrize("nonsense", ["", "[]", "{", '{"title_en": 3}', "null"])
def test_a_form_that_forgot_what_it_started_from_is_saved_as_it_stands(nonsense, staff):
    article = make_article(languages=[], title_en="Walk")
    response = send(staff, form_address(article), title_en="Run", _started_from=nonsense)
    assert response.status_code in (200, 302)


# Nothing is lost


def keep(client, address, **fields):
    return client.post("/admin/keep/", {"_address": address, **fields})


def test_what_is_typed_is_kept_by_itself_and_offered_again(staff):
    address = add_address(Article)
    sent = filled_in(staff, address, **LV)
    assert keep(staff, address, **sent).status_code == 204
    assert "did not save" in staff.get(address).content.decode()
    form = staff.get(f"{address}?resume=1").context["adminform"].form
    assert form["body_lv"].value() == "<p>Teksts.</p>"
    assert not Article.objects.exists()


def test_what_was_taken_up_again_is_saved_and_forgotten(staff):
    address = add_address(Article)
    keep(staff, address, **filled_in(staff, address, **LV))
    response = staff.get(f"{address}?resume=1")
    sent = filled_in(staff, f"{address}?resume=1")
    assert "not saved yet" in str(response.context["errors"])
    assert staff.post(address, sent).status_code == 302
    assert Article.objects.get().title_lv == "Pastaiga"
    assert not UnsavedForm.objects.exists()


def test_what_was_kept_is_merged_with_what_somebody_saved_since(staff):
    article = make_article(languages=[], title_en="Walk")
    address = form_address(article)
    keep(staff, address, **filled_in(staff, address, title_en="Walk and run"))
    Article.objects.update(title_en="Walk and talk")
    response = staff.get(f"{address}?resume=1")
    assert "Walk and talk" in str(errors_of(response)["title_en"])


def test_what_is_kept_can_be_thrown_away(staff):
    address = add_address(Article)
    keep(staff, address, **LV)
    assert keep(staff, address, _forget=1).url == address
    assert not UnsavedForm.objects.exists()


def test_nobody_sees_what_another_person_keeps(staff, client):
    address = add_address(Article)
    keep(staff, address, **LV)
    staff.logout()
    client.force_login(type(UnsavedForm.objects.get().user).objects.create_superuser("other"))
    assert client.get(address).context["unsaved"] is None


@pytest.mark.parametrize(
    "address", ["", "https://example.org/admin/", "/en/", "/admin/" + "a" * 300]
)
def test_only_forms_of_the_admin_are_kept(address, staff):
    assert keep(staff, address, **LV).status_code == 400


def test_old_unsaved_forms_are_forgotten(staff):
    keep(staff, add_address(Article), **LV)
    forget_unsaved_forms()
    assert UnsavedForm.objects.exists()
    UnsavedForm.objects.update(updated_at=timezone.now() - datetime.timedelta(days=91))
    forget_unsaved_forms()
    assert not UnsavedForm.objects.exists()


def hidden(response):
    """The fields of the page that keeps a form."""
    import re
    from html import unescape

    found = re.findall(
        r'<input type="hidden" name="([^"]*)" value="([^"]*)"', response.content.decode()
    )
    return {unescape(name): unescape(value) for name, value in found}


def test_a_session_that_expired_keeps_the_form_in_the_answer(staff):
    address = add_address(Article)
    sent = filled_in(staff, address, **LV)
    staff.logout()
    response = staff.post(address, {**sent, "_save": "1"})
    assert response.status_code == 403
    assert hidden(response)["body_lv"] == "<p>Teksts.</p>"
    sign_in(staff, "editors")
    again = {**hidden(response), "_continue": "1"}
    assert staff.post(address, again).status_code == 302
    assert Article.objects.get().title_lv == "Pastaiga"


def test_a_database_that_is_away_keeps_the_form_in_the_answer(staff, monkeypatch):
    address = add_address(Article)
    sent = filled_in(staff, address, **LV)

    def fail(*args, **kwargs):
        raise OperationalError("the connection is gone")

    with monkeypatch.context() as patched:
        patched.setattr(Article, "save", fail)
        response = staff.post(address, {**sent, "_save": "1"})
    assert response.status_code == 503
    assert hidden(response)["title_lv"] == "Pastaiga"
    assert staff.post(address, hidden(response)).status_code == 302


def test_a_form_that_has_grown_too_old_is_shown_again_with_a_button(db):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    sign_in(browser)
    address = add_address(Article)
    sent = filled_in(browser, address, **LV)
    response = browser.post(address, sent, headers={"origin": "http://testserver"})
    assert response.status_code == 403
    again = browser.post(address, hidden(response), headers={"origin": "http://testserver"})
    assert again.status_code == 302


def test_a_form_of_another_site_is_not_shown_with_a_button(db):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    sign_in(browser)
    sent = filled_in(browser, add_address(Article), **LV)
    response = browser.post(add_address(Article), sent, headers={"origin": "https://evil.example"})
    assert response.status_code == 403
    assert b"Pastaiga" not in response.content


def test_a_page_that_was_deleted_meanwhile_becomes_a_new_one(staff):
    pilot = make_pilot(languages=[], title_en="Pilot")
    pilot.steps.create(title_en="First", text_en="Walk.", position=1)
    sent = filled_in(staff, form_address(pilot), title_lv="Pilots")
    kind, address = type(pilot), form_address(pilot)
    pilot.delete()
    response = staff.post(address, sent)
    assert response.url == f"{add_address(kind)}?resume=1"
    again = filled_in(staff, response.url)
    response = staff.post(add_address(kind), again)
    assert response.status_code == 302, (errors_of(response), response.context["errors"])
    assert kind.objects.get().title_lv == "Pilots"
    assert kind.objects.get().steps.get().text_en == "Walk."


def test_the_fingerprints_of_a_form_are_small(staff):
    pilot = make_pilot()
    response = staff.get(form_address(pilot))
    assert len(json.loads(response.context["started_from"])) > 50
    assert len(response.context["started_from"]) < 8000


def test_the_difference_of_two_texts_is_told_word_by_word():
    said = word_diff("<p>We walk & talk.</p>", "<p>We <b>run</b> & talk.</p>")
    assert said.count("<del>") == said.count("<ins>") == 1
    assert "&amp; talk." in said


def test_the_difference_of_two_addresses_is_told():
    assert "b.example" in word_diff(
        '<a href="https://a.example">x</a>', '<a href="https://b.example">x</a>'
    )


def test_the_log_names_the_language_that_was_published(staff):
    article = make_article(languages=[], title_en="Walk", summary_en="Short.")
    send(staff, form_address(article), _publish="en")
    said = json.loads(LogEntry.objects.first().change_message)
    assert said[-1]["published"]["language"] == "en"
