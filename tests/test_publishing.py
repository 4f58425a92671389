"""Languages go public: one or several, now or later, when nothing is wrong with them."""

import datetime
import json
import threading

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.utils import timezone, translation

from healthyboost.content.dates import say_moment, say_zone
from healthyboost.content.languages import column

from .accessibility import Axe
from .admin_forms import add_address, errors_of, filled_in, form_address, press, send, sign_in
from .factories import (
    each_content_type,
    make,
    make_article,
    make_organisation,
    make_picture,
    make_pilot,
)
from .test_drafting import stored

UTC = datetime.UTC
HERE = '<p>Read <a href="https://example.org/">here</a>.</p>'  # an error
BOLD = "<p><strong>Walks</strong></p><p>In spring.</p>"  # a warning
WALK = "<p>In spring.</p>"


@pytest.fixture
def staff(db, client):
    sign_in(client, first_name="Anna", last_name="Ozola")
    return client


def written(*codes, **fields):
    """An article with texts in these languages, public in none."""
    unpublished = {column("published_at", code): None for code in codes}
    return make_article(languages=codes, **{**unpublished, **fields})


def publish(client, article, *codes, day="", time="", **typed):
    return press(
        client,
        form_address(article),
        _publish_chosen="1",
        _chosen=list(codes),
        _at_0=day,
        _at_1=time,
        **typed,
    )


def refusals(response):
    """{language: messages} of what keeps languages from going public."""
    return {
        panel.code: [fault.message for fault in panel.refusal.faults]
        for panel in response.context_data["panels"]
        if panel.refusal
    }


def read(article, code):
    """Status of the page as a visitor of this language gets it."""
    with translation.override(code):
        address = article.get_absolute_url()
    return Client().get(address).status_code


def said(page):
    """What the history says of publications, the newest first."""
    entries = LogEntry.objects.filter(object_id=str(page.pk)).order_by("-pk")
    return [
        each["published"]
        for entry in entries
        for each in json.loads(entry.change_message or "[]")
        if "published" in each
    ]


# Several languages together


def test_chosen_languages_go_public_at_one_moment(staff):
    article = written("lv", "fi", "ru")
    response = publish(staff, article, "lv", "fi")
    assert response.status_code == 302, errors_of(response)
    article = stored(article)
    assert article.languages == ["lv", "fi"]
    assert article.published_at_lv == article.published_at_fi
    assert timezone.now() - article.published_at_lv < datetime.timedelta(minutes=1)
    assert (read(article, "lv"), read(article, "fi")) == (200, 200)


def test_chosen_languages_are_public_from_a_time_in_the_zone_of_the_site(staff):
    article = written("lv", "fi")
    publish(staff, article, "lv", "fi", day="2030-07-01", time="09:00")
    article = stored(article)
    moment = datetime.datetime(2030, 7, 1, 6, 0, tzinfo=UTC)  # summer: three hours ahead
    assert article.published_at_lv == article.published_at_fi == moment
    assert (article.state_in("lv"), article.state_in("ru")) == ("scheduled", "empty")
    publish(staff, article, "lv", day="2030-01-15", time="09:00")
    assert stored(article).published_at_lv == datetime.datetime(2030, 1, 15, 7, 0, tzinfo=UTC)


@pytest.mark.long
def test_a_day_without_a_time_is_its_midnight(staff):
    article = written("lv")
    publish(staff, article, "lv", day="2030-07-01")
    assert stored(article).published_at_lv == datetime.datetime(2030, 6, 30, 21, 0, tzinfo=UTC)


@pytest.mark.long
def test_the_answer_says_the_moment_with_its_zone(staff):
    article = written("lv", "fi")
    address = form_address(article)
    sent = {"_publish_chosen": "1", "_chosen": ["lv", "fi"], "_at_0": "2030-07-01", "_at_1": "9:00"}
    page = staff.post(address, filled_in(staff, address, **sent), follow=True).content.decode()
    words = "1 July 2030, 09:00, Helsinki time (EEST, UTC+3): Latvian, Finnish."
    assert f"Will be public by itself on {words}" in page
    page = staff.post(address, filled_in(staff, address, _publish="lv"), follow=True)
    assert "Public now: Latvian." in page.content.decode()


@pytest.mark.long
def test_the_form_says_in_which_zone_its_times_are(staff):
    page = staff.get(form_address(written("lv"))).content.decode()
    assert "All times are Helsinki time (EET, UTC+2; in summer EEST, UTC+3)." in page


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Helsinki", "(EET, UTC+2; in summer EEST, UTC+3)"),
        ("UTC", "(UTC, UTC+0)"),
        ("Asia/Kolkata", "(IST, UTC+5:30)"),
    ],
)
def test_a_zone_is_said_as_it_is_in_winter_and_in_summer(zone, words, settings):
    settings.TIME_ZONE = zone
    assert say_zone() == f"Helsinki time {words}"


def test_a_moment_is_said_with_the_offset_of_its_day():
    assert say_moment(datetime.datetime(2026, 3, 29, 0, 59, tzinfo=UTC)).endswith(
        "02:59, Helsinki time (EET, UTC+2)"
    )
    assert say_moment(datetime.datetime(2026, 3, 29, 1, 0, tzinfo=UTC)).endswith(
        "04:00, Helsinki time (EEST, UTC+3)"
    )


NO_DATES = [
    ("tomorrow", "", "Enter a valid date."),
    ("2030-07-01", "half past nine", "Enter a valid time."),
    ("2030-03-31", "03:30", "couldn’t be interpreted in time zone Europe/Helsinki"),
    *(
        pytest.param(*each, marks=pytest.mark.long)
        for each in [
            ("2030-02-30", "", "Enter a valid date."),
            ("", "09:00", "Enter a valid date."),
            ("9999-12-31", "23:59", "Enter a valid date."),
        ]
    ),
]


@pytest.mark.parametrize(("day", "time", "words"), NO_DATES)
def test_a_date_that_is_none_is_answered_in_words_and_nothing_is_lost(staff, day, time, words):
    article = written("lv", "fi")
    response = publish(staff, article, "lv", "fi", day=day, time=time, title_lv="Pastaiga")
    assert words in " ".join(errors_of(response)["__all__"])
    assert response.context_data["publish_at"] == [day, time]
    assert response.context_data["chosen"] == ["lv", "fi"]
    assert response.context_data["adminform"].form["title_lv"].value() == "Pastaiga"
    assert stored(article).published_at_lv is None and stored(article).title_lv != "Pastaiga"


@pytest.mark.long
def test_no_language_chosen_is_answered_in_words(staff):
    response = publish(staff, written("lv"))
    assert errors_of(response)["__all__"] == ["Choose the languages that are to be public."]


@pytest.mark.long
def test_a_language_that_does_not_exist_is_not_chosen(staff):
    response = publish(staff, written("lv"), "xx")
    assert errors_of(response)["__all__"] == ["Choose the languages that are to be public."]


@pytest.mark.long
def test_a_time_that_has_passed_publishes_now_with_that_time(staff):
    article = written("lv")
    publish(staff, article, "lv", day="2021-05-01", time="12:00")
    article = stored(article)
    assert article.languages == ["lv"]
    assert article.published_at_lv == datetime.datetime(2021, 5, 1, 9, 0, tzinfo=UTC)


@pytest.mark.long
def test_a_public_language_is_not_scheduled_away_from_its_readers(staff):
    article = make_article(languages=["lv"])
    response = publish(staff, article, "lv", day="2030-05-01")
    assert "published_at_lv" in errors_of(response)
    assert stored(article).languages == ["lv"]


# Refused


def test_a_language_with_an_error_stays_unpublished_and_keeps_what_was_typed(staff):
    article = written("lv")
    response = send(staff, form_address(article), _publish="lv", body_lv=HERE, title_lv="Pastaiga")
    assert response.status_code == 200
    assert refusals(response) == {
        "lv": ["The link “here” does not say where it leads. Link words that do."]
    }
    form = response.context_data["adminform"].form
    assert form["body_lv"].value() == HERE and form["title_lv"].value() == "Pastaiga"
    assert "Not published yet: Latvian." in response.content.decode()
    assert stored(article).published_at_lv is None
    assert stored(article).title_lv != "Pastaiga"
    assert not LogEntry.objects.exists()


def test_one_bad_language_of_several_takes_the_others_back_too(staff):
    article = written("lv", "fi", body_fi=HERE)
    response = publish(staff, article, "lv", "fi", title_lv="Pastaiga")
    assert list(refusals(response)) == ["fi"]
    assert response.context_data["chosen"] == ["lv", "fi"]
    article = stored(article)
    assert article.languages == [] and article.title_lv != "Pastaiga"


@pytest.mark.long
def test_rows_that_were_typed_with_a_refused_language_are_neither_stored_nor_lost(staff):
    pilot = make_pilot(languages=["en"], published_at_en=None, body_en=HERE)
    rows = {"steps-TOTAL_FORMS": 1, "steps-0-date_precision": "day", "steps-0-title_en": "Walk"}
    response = press(staff, form_address(pilot), _publish="en", **rows, **{"steps-0-position": "0"})
    assert "en" in refusals(response)
    assert not pilot.steps.exists()
    (steps,) = [
        each.formset
        for each in response.context_data["inline_admin_formsets"]
        if each.formset.prefix == "steps"
    ]
    assert steps.forms[0]["title_en"].value() == "Walk"


@pytest.mark.long
def test_a_new_page_that_is_refused_does_not_exist_and_is_published_once_it_is_mended(staff):
    typed = {"title_lv": "Pastaiga", "summary_lv": "Īsi.", "body_lv": HERE}
    response = press(staff, add_address(type(make_article())), _publish="lv", **typed)
    assert "lv" in refusals(response)
    assert type(make_article()).objects.filter(title_lv="Pastaiga").count() == 0
    response = send(
        staff, add_address(type(make_article())), _publish="lv", **{**typed, "body_lv": WALK}
    )
    assert response.status_code == 302, errors_of(response)
    assert type(make_article()).objects.get(title_lv="Pastaiga").languages == ["lv"]


@pytest.mark.long
@pytest.mark.parametrize("model", each_content_type())
def test_every_content_type_is_checked(model, staff):
    page = make(model, languages=["fi"], published_at_fi=None, body_fi=HERE)
    assert "fi" in refusals(press(staff, form_address(page), _publish="fi"))
    assert stored(page).languages == []


def test_each_fault_leads_to_where_it_is_mended(staff):
    pilot = make_pilot(languages=["lv"], published_at_lv=None, body_lv=HERE)
    pilot.steps.create(title_lv="Pastaiga", text_lv=HERE)
    picture = make_picture()
    pilot.pictures.create(picture=picture)
    response = send(staff, form_address(pilot), _publish="lv")
    page = response.content.decode()
    assert '<a href="#id_body_lv">Text</a>: The link' in page
    assert '<a href="#id_steps-0-text_lv">Step “Pastaiga”: text</a>: The link' in page
    assert f'<a href="{form_address(picture)}#language-lv" target="_blank"' in page
    assert 'id="id_steps-0-text_lv"' in page and 'id="id_body_lv"' in page


@pytest.mark.long
def test_the_tab_of_a_refused_language_opens(staff):
    response = send(staff, form_address(written("lv", body_lv=BOLD)), _publish="lv")
    page = " ".join(response.content.decode().split())
    assert 'data-language="lv" data-errors' in page and 'data-language="fi" data-errors' not in page


@pytest.mark.long
def test_a_language_that_is_only_saved_is_not_checked(staff):
    article = written("lv")
    assert send(staff, form_address(article), body_lv=HERE).status_code == 302


def test_public_from_that_is_typed_by_hand_is_checked_too(staff):
    article = written("lv", body_lv=HERE)
    response = press(staff, form_address(article), published_at_lv_0="2021-05-01")
    assert "lv" in refusals(response)
    response = press(staff, form_address(article), published_at_lv_0="2031-05-01")
    assert "lv" in refusals(response)


@pytest.mark.long
def test_publishing_again_what_is_public_is_checked_too(staff):
    article = make_article(languages=["lv"])
    response = press(staff, form_address(article), _publish="lv", body_lv=HERE)
    assert "lv" in refusals(response)
    assert stored(article).body_lv != HERE and not article.drafts.exists()


@pytest.mark.long
def test_withdrawing_needs_no_check(staff):
    article = make_article(languages=["lv"], body_lv=HERE)
    assert send(staff, form_address(article), _withdraw="lv").status_code == 302
    assert read(article, "lv") == 410


# Warnings


def test_a_warning_is_overruled_with_a_reason_and_the_reason_is_kept(staff):
    article = written("lv", body_lv=BOLD)
    response = press(staff, form_address(article), _publish="lv")
    assert refusals(response)["lv"] == ["“Walks” is a paragraph in bold: is it a heading?"]
    response = send(staff, form_address(article), _publish="lv", _reason_lv="A name, no heading")
    assert response.status_code == 302
    (published,) = said(article)
    assert published["language"] == "lv"
    assert published["overruled"] == ["bold:article:body:Walks"]
    assert published["reason"] == "A name, no heading"
    assert read(article, "lv") == 200


@pytest.mark.long
@pytest.mark.parametrize("reason", ["", "   "])
def test_a_warning_is_not_overruled_without_a_reason(staff, reason):
    article = written("lv", body_lv=BOLD)
    response = press(staff, form_address(article), _publish="lv", _reason_lv=reason)
    assert "lv" in refusals(response)


@pytest.mark.long
def test_the_reason_of_one_language_says_nothing_of_another(staff):
    article = written("lv", "fi", body_lv=BOLD, body_fi=BOLD)
    response = publish(staff, article, "lv", "fi", _reason_lv="A name")
    assert list(refusals(response)) == ["fi"]
    assert stored(article).languages == []


def test_an_error_cannot_be_overruled(staff):
    article = written("lv", body_lv=HERE + BOLD)
    response = send(staff, form_address(article), _publish="lv", _reason_lv="I like it so")
    assert len(refusals(response)["lv"]) == 2
    assert 'value="I like it so"' in response.content.decode()
    assert stored(article).languages == []


def test_nobody_is_asked_twice_for_the_same_reason_and_everybody_for_another(staff):
    article = written("lv", body_lv=BOLD)
    send(staff, form_address(article), _publish="lv", _reason_lv="A name")
    assert send(staff, form_address(article), _publish="lv", title_lv="Cits").status_code == 302
    other = BOLD.replace("Walks", "Runs")
    assert "lv" in refusals(press(staff, form_address(article), _publish="lv", body_lv=other))


# By themselves, in time


def test_a_scheduled_page_appears_by_itself(staff):
    article = written("lv")
    publish(staff, article, "lv", day="2030-05-01", time="09:00")
    assert read(article, "lv") == 404
    moved(article, published_at_lv=timezone.now() + datetime.timedelta(seconds=30))
    assert read(article, "lv") == 404
    moved(article, published_at_lv=timezone.now() - datetime.timedelta(seconds=1))
    assert read(article, "lv") == 200
    assert "lv/news" in Client().get("/lv/news/").request["PATH_INFO"]
    assert article.slug in Client().get("/lv/news/").content.decode()


def moved(article, **moments):
    """As if time had passed."""
    type(article).objects.filter(pk=article.pk).update(**moments)


@pytest.mark.long
def test_a_page_disappears_by_itself(staff):
    article = make_article(languages=["lv", "fi"])
    response = send(staff, form_address(article), unpublish_at_lv_0="2030-05-01")
    assert response.status_code == 302, errors_of(response)
    assert read(article, "lv") == 200
    moved(article, unpublish_at_lv=timezone.now() - datetime.timedelta(seconds=1))
    assert (read(article, "lv"), read(article, "fi")) == (410, 200)


def test_a_scheduled_language_is_checked_at_each_save(staff):
    article = written("lv")
    publish(staff, article, "lv", day="2030-05-01")
    response = press(staff, form_address(article), body_lv=HERE)
    assert "lv" in refusals(response)
    assert stored(article).body_lv != HERE
    assert send(staff, form_address(article), body_lv=WALK).status_code == 302
    assert stored(article).body_lv == WALK


@pytest.mark.long
def test_a_scheduled_language_with_a_reason_is_saved_without_asking_again(staff):
    article = written("lv", body_lv=BOLD)
    publish(staff, article, "lv", day="2030-05-01", _reason_lv="A name")
    assert send(staff, form_address(article), title_lv="Pastaiga").status_code == 302
    assert stored(article).title_lv == "Pastaiga"


@pytest.mark.long
def test_what_is_scheduled_can_be_published_at_once_or_put_off(staff):
    article = written("lv")
    publish(staff, article, "lv", day="2030-05-01")
    send(staff, form_address(article), published_at_lv_0="", published_at_lv_1="")
    assert stored(article).state_in("lv") == "draft"
    publish(staff, article, "lv", day="2030-05-01")
    send(staff, form_address(article), _publish="lv")
    assert read(article, "lv") == 200


# What visitors read


@pytest.mark.long
def test_a_change_to_a_public_language_waits_until_it_is_published(staff):
    article = make_article(languages=["lv"], title_lv="Vecais")
    send(staff, form_address(article), title_lv="Jaunais")
    with translation.override("lv"):
        address = article.get_absolute_url()
    assert "Vecais" in Client().get(address).content.decode()
    send(staff, form_address(article), _publish="lv")
    assert "Jaunais" in Client().get(address).content.decode()


@pytest.mark.long
def test_publishing_one_language_leaves_the_draft_of_another(staff):
    article = make_article(languages=["lv", "fi"])
    send(staff, form_address(article), title_lv="Jaunais", title_fi="Uusi")
    send(staff, form_address(article), _publish="lv")
    assert stored(article).title_lv == "Jaunais"
    assert stored(article).title_fi != "Uusi"
    assert article.drafts.get().fields == {"title": "Uusi"}


@pytest.mark.long
def test_the_history_says_which_languages_were_published_and_from_when(staff):
    article = written("lv", "fi")
    publish(staff, article, "lv", "fi", day="2030-05-01", time="09:00")
    assert [(each["language"], each["public_from"]) for each in said(article)] == [
        ("lv", "2030-05-01T09:00:00+03:00"),
        ("fi", "2030-05-01T09:00:00+03:00"),
    ]
    send(staff, form_address(article), published_at_lv_0="2029-05-01")
    assert said(article)[0]["language"] == "lv"


# Who may


@pytest.mark.long
def test_a_translator_publishes_her_language_and_no_other(db, client):
    sign_in(client, "translator", languages=["lv"])
    article = written("lv", "fi")
    assert send(client, form_address(article), _publish="fi").status_code == 403
    both = {"_publish_chosen": "1", "_chosen": ["lv", "fi"]}
    assert send(client, form_address(article), **both).status_code == 403
    assert stored(article).languages == []
    assert send(client, form_address(article), _publish="lv").status_code == 302
    assert stored(article).languages == ["lv"]


@pytest.mark.long
def test_a_translator_withdraws_nothing(db, client):
    sign_in(client, "translator", languages=["lv"])
    article = make_article(languages=["lv"])
    assert send(client, form_address(article), _withdraw="lv").status_code == 403
    assert stored(article).languages == ["lv"]
    assert 'name="_withdraw"' not in client.get(form_address(article)).content.decode()


@pytest.mark.long
def test_a_coordinator_publishes_her_own_pages_and_those_of_nobody_else(db, client):
    ours, theirs = make_organisation(), make_organisation()
    sign_in(client, "coordinator", organisation=ours)
    own, other = written("lv", organisation=ours), written("lv", organisation=theirs)
    assert send(client, form_address(own), _publish="lv").status_code == 302
    assert stored(own).languages == ["lv"]
    sent = filled_in(client, form_address(own), _publish="lv")
    assert client.post(form_address(other), sent).status_code == 403
    assert stored(other).languages == []


# Two people


def test_a_text_that_changed_meanwhile_is_not_replaced_unseen(staff):
    article = make_article(languages=["lv"])
    opened = filled_in(staff, form_address(article), title_lv="Mans", _publish="lv")
    moved(article, summary_lv="Cita kopsavilkuma teksts.")
    response = staff.post(form_address(article), opened)
    words = "The public text in Latvian has changed meanwhile."
    assert words in " ".join(errors_of(response)["__all__"])
    assert stored(article).title_lv != "Mans"
    assert response.context_data["adminform"].form["title_lv"].value() == "Mans"


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_the_same_moment_the_second_is_told(client):
    user = sign_in(client)
    article = make_article(languages=["lv"], title_lv="Sākums")
    address, answers = form_address(article), []
    sent = [
        filled_in(client, address, _publish="lv", title_lv=title) for title in ("Viens", "Divi")
    ]
    both = threading.Barrier(2)

    def press(data):
        person = Client()
        person.force_login(user)
        both.wait()
        answers.append(person.post(address, data).status_code)
        connection.close()

    threads = [threading.Thread(target=press, args=[data]) for data in sent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 302]
    assert stored(article).title_lv in ("Viens", "Divi")


def test_a_refused_language_is_shown_as_it_is_stored(staff):
    response = press(staff, form_address(written("lv", body_lv=HERE)), _publish="lv")
    (panel,) = [each for each in response.context_data["panels"] if each.code == "lv"]
    assert panel.state == "draft"
    faults = panel.refusal.faults
    assert [fault.is_error for fault in faults] == sorted(
        (f.is_error for f in faults), reverse=True
    )


@pytest.mark.browser
@pytest.mark.long
def test_a_fault_leads_into_the_editor_of_its_text(page, live_server, client, transactional_db):
    sign_in(client)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    article = written("lv", body_lv=HERE)
    page.goto(f"{live_server.url}{form_address(article)}#language-lv")
    page.locator("[name=_publish][value=lv]").click()
    page.locator(".refusal a[href='#id_body_lv']").click()
    page.wait_for_selector(".prose-editor:has([name=body_lv]) .ProseMirror-focused")
    assert page.evaluate("document.activeElement.lang") == "lv"
    assert Axe().run(page, context=".refusal").response["violations"] == []
