"""What is kept of people, why and how long; and that it ends."""

import datetime

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.utils import timezone, translation
from django.utils.html import escape
from reversion.models import Revision

from healthyboost.accounts.models import User
from healthyboost.content.history import record
from healthyboost.mailing.models import Suppression
from healthyboost.management.commands.work import TIMED
from healthyboost.privacy.consents import remind_of_consents
from healthyboost.privacy.purposes import PURPOSES, in_words
from healthyboost.privacy.register import NOT_PERSONAL, PAGES, REGISTER, fields_of, registered
from healthyboost.privacy.retention import (
    INVITED_KEPT,
    LEFT_KEPT,
    REFUSED_KEPT,
    forget_expired,
    forget_people,
    forget_refusals,
    forget_sign_ins,
)

from .factories import (
    make_article,
    make_contact_person,
    make_organisation,
    make_page,
    make_picture,
    make_user,
)

DAY = datetime.timedelta(days=1)
TODAY = timezone.localdate

# The register


def test_every_field_of_every_model_is_in_the_register_once():
    for model in apps.get_models():
        _row, known = registered(model)
        assert sorted(known) == sorted(fields_of(model)), model._meta.label


def test_the_register_names_no_model_that_is_gone():
    labels = {model._meta.label_lower for model in apps.get_models()}
    assert {*REGISTER, *NOT_PERSONAL, *PAGES} - labels == set()


def test_every_period_ends_by_a_job_that_runs():
    jobs = {name for name, _every, _function in TIMED}
    named = {period.job for purpose in PURPOSES.values() for period in purpose.periods}
    assert named - {""} - jobs == set()


@pytest.mark.parametrize(
    "kept, words",
    [
        (datetime.timedelta(hours=12), "12 hours"),
        (datetime.timedelta(days=1), "1 day"),
        (datetime.timedelta(days=90), "90 days"),
        (datetime.timedelta(days=365), "1 year"),
        (datetime.timedelta(days=731), "2 years"),
    ],
)
def test_a_period_is_said_in_its_largest_exact_measure(kept, words):
    assert in_words(kept) == words


@pytest.mark.django_db
def test_the_privacy_statement_says_what_is_kept_in_the_language_of_its_text(client):
    make_page(kind="privacy", slug="privacy", languages=["en"])
    answer = client.get("/lv/pages/privacy/").content.decode()
    shown = answer[answer.index('<div class="matter') :]
    with translation.override("en"):
        for purpose in PURPOSES.values():
            assert escape(str(purpose.title)) in shown
    assert "Not confirmed: 7 days" in shown


@pytest.mark.django_db
def test_other_pages_do_not_say_it(client):
    make_page(slug="other")
    assert "How long" not in client.get("/en/pages/other/").content.decode()


# What ends by time


@pytest.mark.django_db
def test_an_account_that_was_left_long_ago_keeps_no_name():
    now = timezone.now()
    gone = make_user("editor", first_name="Åsa", last_name="Ek", is_active=False)
    User.objects.filter(pk=gone.pk).update(last_login=now - LEFT_KEPT - DAY)
    lately = make_user("editor", first_name="Bo", is_active=False, last_login=now - LEFT_KEPT + DAY)
    there = make_user("editor", first_name="Ida", last_login=now - LEFT_KEPT - DAY)
    page = make_article()
    record([page], gone)
    assert forget_people() == 1
    gone.refresh_from_db()
    assert (gone.get_full_name(), gone.email, gone.username) == ("", "", f"erased-{gone.pk}")
    assert not gone.grants.exists() and not gone.has_usable_password()
    assert Revision.objects.get().user == gone
    assert {lately.first_name, there.first_name} <= set(
        User.objects.values_list("first_name", flat=True)
    )
    assert forget_people() == 0


@pytest.mark.django_db
def test_an_invitation_that_nobody_accepted_goes_with_its_account():
    long_ago = timezone.now() - INVITED_KEPT - DAY
    make_user(is_active=False, invited_at=long_ago, date_joined=long_ago)
    invited_again = make_user(is_active=False, invited_at=timezone.now(), date_joined=long_ago)
    forget_people()
    assert list(User.objects.all()) == [invited_again]


@pytest.mark.django_db
def test_network_addresses_of_ended_sessions_go():
    user, now = make_user("editor"), timezone.now()
    for key, ends in (("here", now + DAY), ("ended", now - DAY)):
        Session.objects.create(session_key=key, session_data="", expire_date=ends)
    for key in ("here", "ended", "without"):
        UserSession.objects.create(user=user, ip="192.0.2.1", user_agent="A", session_key=key)
    forget_sign_ins()
    assert [each.session_key for each in UserSession.objects.all()] == ["here"]


@pytest.mark.django_db
def test_an_address_that_was_out_of_reach_is_blocked_for_a_year_and_no_longer():
    long_ago = timezone.now() - REFUSED_KEPT - DAY
    for number, (reason, since) in enumerate(
        [("bounced", long_ago), ("bounced", timezone.now()), ("refused", long_ago)]
    ):
        Suppression.objects.create(fingerprint=str(number), reason=reason, since=since)
    forget_refusals()
    assert set(Suppression.objects.values_list("fingerprint", flat=True)) == {"1", "2"}


@pytest.mark.django_db
def test_counters_that_hold_no_longer_are_deleted():
    cache.set("old", 1, 60)
    cache.set("new", 1, 7200)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cache SET expires = now() - interval '1 hour' WHERE cache_key LIKE '%old'"
        )
        forget_expired()
        cursor.execute("SELECT count(*) FROM cache WHERE cache_key LIKE '%old'")
        assert cursor.fetchone() == (0,)
    assert cache.get("new") == 1


# Consents


@pytest.fixture
def walker():
    """An article with a contact person and a picture of people."""
    city = make_organisation()
    person = make_contact_person("ek", name="Åsa Ek", organisation=city, consent_until=TODAY())
    picture = make_picture("walkers", organisation=city, consent_until=TODAY(), alt_en="They walk")
    article = make_article(slug="walk", body_en='<p><img data-picture="walkers"></p>')
    article.contacts.create(person=person)
    article.pictures.create(picture=picture)
    return person, picture


@pytest.mark.django_db
def test_people_and_pictures_are_shown_up_to_the_last_day_of_their_consent(client, walker):
    answer = client.get("/en/news/walk/").content.decode()
    assert "Åsa Ek" in answer and answer.count("They walk") >= 2
    assert client.get(walker[1].file.url).status_code == 200


@pytest.mark.django_db
def test_after_that_day_they_are_shown_nowhere(client, walker):
    for row in walker:
        type(row).objects.update(consent_until=TODAY() - DAY)
    city = walker[0].organisation
    for address in (
        "/en/",
        "/en/news/walk/",
        f"/en/partners/{city.slug}/",
        "/en/feeds/news.atom",
        "/en/feeds/news.json",
        "/api/v1/articles/walk",
        "/api/v1/organisations",
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        said = b"".join(answer).decode() if answer.streaming else answer.content.decode()
        assert "Åsa Ek" not in said and "They walk" not in said, address
        assert walker[1].file.url not in said, address
    assert client.get(walker[1].file.url).status_code == 404
    assert client.get("/en/feedback/write/ek/?page=/en/news/walk/").status_code != 200


@pytest.mark.django_db
def test_who_can_ask_again_is_told_once_and_again_for_another_end(walker, mailoutbox):
    person, picture = walker
    make_user(
        "coordinator", organisation=person.organisation, email="walks@example.org", language="sv"
    )
    make_user("editor", email="editor@example.org")
    remind_of_consents()
    remind_of_consents()
    assert [mail.to for mail in mailoutbox] == [["walks@example.org"]]
    assert "Åsa Ek" in mailoutbox[0].body and "walkers" in mailoutbox[0].body
    assert f"/admin/partners/contactperson/{person.pk}/change/" in mailoutbox[0].body
    type(person).objects.update(consent_until=TODAY() + 50 * DAY)
    remind_of_consents()
    assert len(mailoutbox) == 2 and "walkers" not in mailoutbox[1].body


@pytest.mark.django_db
def test_what_belongs_to_nobody_is_told_to_the_editors(mailoutbox):
    make_contact_person(consent_until=TODAY() + DAY)
    make_contact_person(consent_until=TODAY() + 61 * DAY)
    make_contact_person()
    make_user("editor", email="editor@example.org")
    remind_of_consents()
    assert [mail.to for mail in mailoutbox] == [["editor@example.org"]]
    assert mailoutbox[0].body.count("/admin/") == 1


@pytest.mark.long
@pytest.mark.django_db
def test_the_desk_names_people_whose_consent_ends(client, walker):
    client.force_login(make_user("editor"))
    desk = client.get("/admin/").content.decode()
    assert "Consents that end" in desk and "Åsa Ek" in desk
