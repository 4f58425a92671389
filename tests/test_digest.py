"""Translators are told by mail what is new to translate: once a day, once a week, or never."""

import datetime
import re
import time
from threading import Barrier, Thread

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.test import Client
from django.utils import timezone, translation

from healthyboost.demand.models import DigestChoice
from healthyboost.management.commands.work import TIMED
from healthyboost.translation import digest
from healthyboost.translation.comments import Comment, answer, ask
from healthyboost.translation.counting import catch_up_all
from healthyboost.translation.digest import last_due, send_digests, subject
from healthyboost.translation.standing import Standing

from .admin_forms import sign_in
from .factories import make_article, make_organisation, make_user
from .test_demand import NO_MAIL, PickyBackend
from .test_publishing import moved
from .test_queue import make_old, make_string

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/translate/digest/"


@pytest.fixture(autouse=True)
def portal_address(settings):
    settings.SITE_ADDRESS = "https://portal.example"


def make_translator(name="anna", languages=("lv",), period="daily", told=8, **fields):
    """Somebody who was told some days ago."""
    email = fields.pop("email", f"{name}@example.org")
    user = make_user("translator", languages=languages, username=name, email=email, **fields)
    told_until = timezone.now() - datetime.timedelta(days=told)
    DigestChoice.objects.create(user=user, period=period, told_until=told_until)
    return user


def make_new(**fields):
    """An article that has just been published in English."""
    return make_article(**{"published_at_en": timezone.now(), **fields})


def send():
    catch_up_all()
    send_digests()


# When


@pytest.mark.parametrize(
    "now, daily, weekly",
    [
        ("2026-11-25 12:00", "2026-11-25", "2026-11-23"),  # Wednesday
        ("2026-11-25 06:59", "2026-11-24", "2026-11-23"),
        ("2026-11-23 07:00", "2026-11-23", "2026-11-23"),  # Monday
        ("2026-11-23 06:59", "2026-11-22", "2026-11-16"),
        ("2026-11-22 23:00", "2026-11-22", "2026-11-16"),  # Sunday
    ],
)
def test_it_goes_out_at_seven_in_the_morning_the_weekly_one_on_monday(now, daily, weekly):
    now = timezone.make_aware(datetime.datetime.fromisoformat(now))
    for period, day in (("daily", daily), ("weekly", weekly)):
        assert timezone.localtime(last_due(period, now)).isoformat()[:16] == f"{day}T07:00"


def test_what_is_new_is_told_once(mailoutbox):
    make_translator()
    make_new(title_en="Walk")
    send()
    send()
    assert [mail.to for mail in mailoutbox] == [["anna@example.org"]]
    assert DigestChoice.objects.get().mailed_at


def test_nothing_is_sent_where_nothing_is_new(mailoutbox):
    make_translator()
    make_article()
    catch_up_all()
    long_ago = timezone.now() - datetime.timedelta(days=30)
    Standing.objects.update(since=long_ago, public_from=long_ago)
    send()
    assert mailoutbox == []
    assert DigestChoice.objects.get().mailed_at is None


@pytest.mark.parametrize(
    "period, told, expected", [("daily", 2, 1), ("weekly", 8, 1), ("off", 99, 0)]
)
@pytest.mark.long
def test_it_comes_as_often_as_was_chosen(period, told, expected, mailoutbox):
    make_translator(period=period, told=told)
    make_new()
    send()
    assert len(mailoutbox) == expected


def test_who_translates_is_told_weekly_unless_she_chose_otherwise(mailoutbox):
    translator = make_user("translator", languages=["lv"])
    make_user("editor")
    make_user("coordinator", organisation=make_organisation())
    make_new()
    send()
    assert [(each.user, each.period) for each in DigestChoice.objects.all()] == [
        (translator, "weekly")
    ]
    assert mailoutbox == []  # everything that was there before is not new


@pytest.mark.parametrize("fields", [{"is_active": False}, {"email": ""}])
@pytest.mark.long
def test_who_cannot_be_told_is_not(fields, mailoutbox):
    user = make_translator()
    type(user).objects.filter(pk=user.pk).update(**fields)
    make_new()
    send()
    assert mailoutbox == []


# What it says


def test_it_names_what_is_new_with_links_and_words(mailoutbox):
    make_translator()
    article = make_new(title_en="One two", summary_en="Three four", body_en="")
    old = make_old(2, 4, title_en="Swim")
    make_string("Save your work")
    send()
    (mail,) = mailoutbox
    body = mail.body
    assert "3 new texts, words:" in body and "Latvian" in mail.subject
    for page in (article, old):
        assert re.search(rf"https://portal\.example/admin/translate/\d+/{page.pk}/lv/", body)
    assert "4 words" in body and "paragraphs changed" in body
    assert "Save your work" in body and "https://portal.example/admin/translate/strings/lv/" in body
    assert "https://portal.example/admin/translate/?language=lv" in body


def test_it_is_in_her_language_and_of_her_languages_alone(mailoutbox):
    make_translator(languages=["fi"], language="fi")
    make_new(languages=["en", "lv"], title_en="Walk", title_lv="Pastaiga")
    make_string("Save your work", language="lv")
    send()
    (mail,) = mailoutbox
    with translation.override("fi"):
        assert translation.gettext("No more such mails:") in mail.body
    assert "Walk" in mail.body and "Save your work" not in mail.body
    assert "/lv/" not in mail.body


@pytest.mark.long
def test_what_becomes_public_by_the_clock_is_new_then(mailoutbox):
    make_translator(told=2)
    article = make_article(published_at_en=timezone.now() + datetime.timedelta(days=1))
    send()
    assert mailoutbox == []
    moved(article, published_at_en=timezone.now() - datetime.timedelta(hours=30))
    catch_up_all()
    long_ago = timezone.now() - datetime.timedelta(days=30)
    Standing.objects.update(since=long_ago)
    DigestChoice.objects.update(told_until=timezone.now() - datetime.timedelta(days=2))
    send()
    assert len(mailoutbox) == 1


@pytest.mark.long
def test_only_so_many_are_listed_and_the_rest_is_a_number(mailoutbox, monkeypatch):
    monkeypatch.setattr(digest, "SHOWN", 2)
    make_translator()
    for _number in range(5):
        make_new()
    send()
    body = mailoutbox[0].body
    assert "5 new texts" in body and "And 3 more texts." in body
    assert len(re.findall(r"/admin/translate/\d+/\d+/lv/", body)) == 2


def test_answers_to_her_questions_are_told(mailoutbox):
    anna, author = make_translator(), make_user("editor", first_name="Berit", last_name="")
    article = make_article(languages=["en", "lv"])
    thread = ask(article, "What is this?", anna, language="lv", place="|title|0")
    answer(thread, "A walk.", author)
    answer(thread, "Thank you.", anna)
    Comment.objects.update(told_at=timezone.now())
    Standing.objects.all().delete()
    catch_up_all()
    Standing.objects.all().delete()
    send_digests()
    (mail,) = mailoutbox
    assert "Berit: A walk." in mail.body and "Thank you." not in mail.body
    assert f"/{article.pk}/lv/?comment={thread.pk}" in mail.body
    assert mail.subject == subject([], ["one"])


@pytest.mark.long
def test_what_readers_typed_stays_in_the_body(mailoutbox):
    make_translator()
    make_new(title_en="Walk\nBcc: everybody@example.org")
    send()
    (mail,) = mailoutbox
    assert "Bcc" not in mail.message() and "\n" not in mail.subject


# Never twice, and nobody is forgotten


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_two_processes_send_one_mail(settings):
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.SlowBackend"}}
    SlowBackend.sent, start = [], Barrier(2)
    make_translator()
    make_new()
    catch_up_all()

    def run():
        start.wait()
        try:
            send_digests()
        finally:
            connection.close()

    processes = [Thread(target=run) for _each in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert len(SlowBackend.sent) == 1


class SlowBackend(BaseEmailBackend):
    sent = []

    def send_messages(self, messages):
        time.sleep(0.2)  # whoever looks meanwhile finds the choice locked
        self.sent.extend(messages)


def test_an_address_that_fails_does_not_stop_the_others(settings):
    settings.MAILERS = {"default": {"BACKEND": "tests.test_demand.PickyBackend"}}
    PickyBackend.taken = []
    for name in ("refused", "taken"):
        make_translator(name)
    make_new()
    send()
    send()
    assert PickyBackend.taken == ["taken@example.org"]


@pytest.mark.long
def test_what_cannot_be_sent_is_sent_some_minutes_later(mailoutbox, settings):
    make_translator()
    make_new()
    works, settings.MAILERS = settings.MAILERS, {"default": NO_MAIL}
    send()
    settings.MAILERS = works
    send()
    assert len(mailoutbox) == 1


def test_the_job_is_run_by_the_clock():
    assert "send_digests" in {name for name, *_rest in TIMED}


# Choosing


@pytest.mark.parametrize("period", DigestChoice.Period.values)
@pytest.mark.long
def test_she_chooses_how_often(period, client):
    user = sign_in(client, "translator", languages=["lv"])
    assert 'value="weekly" checked' in client.get(ADDRESS).text
    assert client.post(ADDRESS, {"period": period}).status_code == 302
    assert DigestChoice.objects.get(user=user).period == period
    assert f'value="{period}" checked' in client.get(ADDRESS).text


@pytest.mark.parametrize("sent", [{}, {"period": "hourly"}])
@pytest.mark.long
def test_what_is_no_choice_changes_nothing(sent, client):
    sign_in(client, "translator", languages=["lv"])
    response = client.post(ADDRESS, sent)
    assert response.status_code == 200 and "Choose how often." in response.text
    assert not DigestChoice.objects.exists()


def test_an_editor_may_choose_it_too_and_begins_now(client):
    user = sign_in(client, "editor")
    assert 'value="off" checked' in client.get(ADDRESS).text
    client.post(ADDRESS, {"period": "daily"})
    assert timezone.now() - DigestChoice.objects.get(user=user).told_until < datetime.timedelta(
        minutes=1
    )


def test_a_link_in_the_mail_ends_it_without_signing_in(mailoutbox):
    make_translator()
    make_new()
    send()
    stop = re.search(
        r"https://portal\.example(/admin/translate/digest/off/\S+)", mailoutbox[0].body
    )
    headers = mailoutbox[0].extra_headers
    assert headers["List-Unsubscribe"].endswith(f"{stop[1]}>")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    visitor = Client(enforce_csrf_checks=True)
    assert visitor.get(stop[1]).status_code == 200
    assert DigestChoice.objects.get().period == "daily"
    assert visitor.post(stop[1], {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert DigestChoice.objects.get().period == "off"
    visitor.post(stop[1], {"again": "1"})
    assert DigestChoice.objects.get().period == "weekly"


def test_a_link_that_is_not_ours_is_not_found(client):
    assert client.post(f"{ADDRESS}off/nonsense/").status_code == 404
