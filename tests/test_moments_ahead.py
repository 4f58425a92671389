"""The clock was ahead for a while, and is right again: nobody waits until the wrong time has come."""

import time
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.utils import timezone

from healthyboost.mailing import limits, sending
from healthyboost.mailing.models import Delivery
from healthyboost.moments_ahead import FURTHEST, TOLERANCE, draw_moments_near
from healthyboost.operations import readiness
from healthyboost.operations.models import Process
from healthyboost.pagecache.triggers import NOT_SHOWN

from .factories import make_article, make_user, needed
from .test_digest import make_translator, portal_address, send  # noqa: F401

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
COLUMNS = [
    pytest.param(*each, id=f"{each[0]} {each[1]} {index}") for index, each in enumerate(FURTHEST)
]


def row_of(label, **fields):
    model = apps.get_model(label)
    known = {
        "content_type": lambda: ContentType.objects.get_for_model(Delivery),
        "user": make_user,
        "mailing": lambda: row_of("mailing.Mailing"),
        "message": lambda: row_of("feedback.Message"),
        "tries": lambda: 1,
    }
    names = {field.name for field in model._meta.fields} & known.keys() - fields.keys()
    fields = {name: known[name]() for name in names} | fields
    return model.objects.create(**needed(model, fields, 7), **fields)


def set_moment(row, name, moment):
    type(row).objects.filter(pk=row.pk).update(**{name: moment})
    draw_moments_near()
    row.refresh_from_db()
    return getattr(row, name)


@pytest.mark.parametrize("label, name, furthest, near, rows", COLUMNS)
def test_moment_further_ahead_than_it_is_ever_set_is_drawn_near(label, name, furthest, near, rows):
    row, before = row_of(label, **rows), timezone.now()
    moment = set_moment(row, name, before + furthest + DAY)
    assert before <= moment - near <= timezone.now()


@pytest.mark.parametrize("label, name, furthest, near, rows", COLUMNS)
def test_moment_that_a_right_clock_set_stays(label, name, furthest, near, rows):
    row = row_of(label, **rows)
    for moment in (timezone.now() + furthest, timezone.now() + furthest + TOLERANCE / 2):
        assert set_moment(row, name, moment) == moment


def test_no_page_is_made_anew_for_moments_that_are_drawn_near():
    tables = {apps.get_model(label)._meta.db_table for label, *_rest in FURTHEST}
    assert (tables | {"cache"}) - NOT_SHOWN == set()


def test_what_was_drawn_near_is_logged(caplog):
    draw_moments_near()
    assert not caplog.records
    row = row_of("mailing.SignUp")
    set_moment(row, "due_at", timezone.now() + DAY)
    assert caplog.messages == ["The clock was ahead; drawn near: 1 × mailing.SignUp.due_at"]


def test_form_that_was_used_up_by_a_wrong_clock_is_free_when_its_hour_is_over(monkeypatch):
    most, period = limits.MOST_OF_A_NETWORK
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + DAY)
    for _form in range(most):
        assert not limits.is_too_often("network", (most, period))
    monkeypatch.setattr(timezone, "now", lambda: now)
    draw_moments_near()
    assert limits.is_too_often("network", (most, period))
    monkeypatch.setattr(timezone, "now", lambda: now + period + MICROSECOND)
    assert not limits.is_too_often("network", (most, period))


def log_in(password):
    return Client().post("/account/login/", {"login": "anna", "password": password})


def test_who_failed_to_sign_in_under_a_wrong_clock_is_let_in_when_five_minutes_are_over(
    monkeypatch,
):
    make_user("editor", username="anna")
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() + DAY.total_seconds())
    for _time in range(5):
        log_in("wrong")
    monkeypatch.setattr(time, "time", right)
    with connection.cursor() as cursor:  # what Django's cache noted by the same clock
        cursor.execute("UPDATE cache SET expires = expires + interval '1 day'")
        draw_moments_near()
        assert log_in("secret").status_code == 200  # not yet
        cursor.execute("UPDATE cache SET expires = expires - interval '5 minutes'")
    assert log_in("secret").status_code == 302


def test_digest_of_a_wrong_day_takes_no_news_from_the_next_one(monkeypatch, mailoutbox):
    make_translator()
    now = timezone.now()

    def send_at(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)
        draw_moments_near()
        send()
        return [mail.body for mail in mailoutbox]

    make_article(title_en="Walk", published_at_en=now - DAY / 24)
    assert "Walk" in send_at(now)[0]
    assert len(send_at(now + DAY)) == 1  # nothing is new
    make_article(title_en="Swim", published_at_en=now)
    assert len(send_at(now)) == 1  # not before the next morning
    *_first, last = send_at(now + DAY)
    assert "Swim" in last and len(mailoutbox) == 2
    assert len(send_at(now + DAY)) == 2


def test_mailing_that_began_under_a_wrong_clock_goes_on(monkeypatch):
    sent = []
    monkeypatch.setattr(sending.Sender, "deliver", lambda self, number, texts: sent.append(number))
    delivery = row_of(
        "mailing.Delivery", mailing=row_of("mailing.Mailing", state="sending"), tries=0
    )
    monkeypatch.setattr(sending.Sender, "is_over", property(lambda self: bool(sent)))
    set_moment(delivery, "due_at", timezone.now() + DAY)
    sending.send_mailings()
    assert sent == [delivery.pk]


def test_process_that_was_seen_tomorrow_gives_no_sign_of_life():
    now = timezone.now()
    Process.objects.create(name="worker", started_at=now, seen_at=now + DAY)
    assert readiness.background() == "no background process has started: manage.py work"
    Process.objects.update(seen_at=now + TOLERANCE / 2)  # the clock of another machine
    assert readiness.background() == ""
