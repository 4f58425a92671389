"""Subscribing to the newsletter, changing it and ending it."""

import datetime
import json
import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from healthyboost.mailing import limits
from healthyboost.mailing.addresses import fingerprint, masked, normalised, without_addresses
from healthyboost.mailing.letters import answer_sign_ups
from healthyboost.mailing.links import token_of
from healthyboost.mailing.models import Attempts, Mailing, SignUp, Subscriber, Suppression
from healthyboost.mailing.subscribing import CONSENT, forget_subscribers, unsubscribe
from healthyboost.management.commands.work import TIMED

from .factories import make_article, make_theme
from .smtp_server import mail_server

pytestmark = pytest.mark.django_db
FORM = "/en/newsletter/subscribe/"
HERE = {"Sec-Fetch-Site": "same-origin"}
LANGUAGES = ["en", "lv", "fi", "sv", "ru"]


def make_subscriber(email="anna@example.org", language="en", state="confirmed", **fields):
    given = {"consent": "Yes", "consent_version": "1", "consent_language": language}
    times = {"confirmed_at": timezone.now()} if state != "pending" else {}
    return Subscriber.objects.create(
        email=email, language=language, state=state, **{**given, **times, **fields}
    )


def make_mailing(sent_object, **fields):
    kind = ContentType.objects.get_for_model(sent_object)
    given = {"content_type": kind, "object_id": sent_object.pk, "title": "March"}
    return Mailing.objects.create(**{**given, **fields})


def sign_up(client, email="anna@example.org", language="en", address=FORM, **typed):
    typed = {"email": email, "language": language, "consent": "on", **typed}
    return client.post(address, typed, headers=HERE)


def own_address(subscriber, purpose="own"):
    path = {"own": "mine", "confirm": "confirm", "end": "end"}[purpose]
    return f"{FORM}{path}/{token_of(subscriber, purpose)}/"


def link_in(mail, part="confirm"):
    return re.search(rf"https?://[^/]+(/\S+/{part}/\S+)", mail.body)[1]


# Addresses


@pytest.mark.parametrize(
    "typed, kept",
    [
        (" Anna@Example.ORG ", "anna@example.org"),
        ("anna@bücher.example", "anna@xn--bcher-kva.example"),
        ("o'neil+news@example.org", "o'neil+news@example.org"),
    ],
)
def test_an_address_has_one_form(typed, kept):
    assert normalised(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "anna",
        "anna@",
        "@example.org",
        "anna@example.org\nBcc: all@example.org",
        "anna@example.org\r\nSubject: x",
        "anna@example.org, berit@example.org",
        "Anna <anna@example.org>",
        "анна@example.org",
        "a" * 250 + "@example.org",
        "anna@" + "ü" * 300 + ".org",
        "anna@exam\u2028ple.org",
        "anna@.",
    ],
)
def test_what_is_no_address_is_said_and_kept_in_the_form(client, typed):
    answer = sign_up(client, typed)
    assert answer.status_code == 400 and not SignUp.objects.exists()
    assert 'aria-invalid="true"' in answer.text
    assert answer.context["form"]["email"].value() == typed


def test_an_answer_of_a_mail_server_is_kept_without_the_address():
    answer = without_addresses("550 <Anna.Berg@example.org>: anna.berg unknown", "anna.berg@e.org")
    assert answer == "550 <…>: … unknown"


def test_a_masked_address_shows_two_letters_at_most():
    assert masked("anna@example.org") == "an…@example.org"
    assert masked("bo@example.org") == "b…@example.org"


# Signing up


def test_the_form_sets_no_cookie_and_is_kept_by_nobody(client):
    answer = client.get(FORM)
    assert answer.status_code == 200 and not answer.cookies
    assert "no-store" in answer["Cache-Control"]


def test_nobody_gets_the_newsletter_before_the_button_behind_the_link_is_pressed(
    client, mailoutbox
):
    theme = make_theme()
    assert sign_up(client, "Anna@example.org", "lv", themes=[theme.pk]).status_code == 200
    answer_sign_ups()
    subscriber = Subscriber.objects.get()
    assert (subscriber.email, subscriber.language, subscriber.state) == (
        "anna@example.org",
        "lv",
        "pending",
    )
    assert subscriber.consent == str(CONSENT) and list(subscriber.themes.all()) == [theme]
    link = link_in(mailoutbox[0])
    assert link.startswith("/lv/newsletter/subscribe/confirm/")
    client.get(link)
    assert not Subscriber.objects.get().is_confirmed
    client.post(link, {"confirm": "1"})
    assert Subscriber.objects.get().is_confirmed


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_consent_is_kept_in_the_words_that_were_shown(client, language, mailoutbox):
    sign_up(client, language=language, address=f"/{language}/newsletter/subscribe/")
    answer_sign_ups()
    kept = Subscriber.objects.get()
    with translation.override(language):
        assert kept.consent == str(CONSENT)
    assert (
        kept.consent_language == language
        and mailoutbox[0].extra_headers["Content-Language"] == language
    )


def test_the_language_of_the_consent_is_that_of_the_page(client, mailoutbox):
    sign_up(client, language="ru", address="/fi/newsletter/subscribe/")
    answer_sign_ups()
    assert (Subscriber.objects.get().language, Subscriber.objects.get().consent_language) == (
        "ru",
        "fi",
    )


def test_an_address_that_is_refused_for_the_moment_holds_up_no_other(client, settings):
    with mail_server(settings) as server:
        server.refused["later@example.org"] = "451 4.7.1 Greylisted"
        for name in ("later", "anna"):
            sign_up(client, f"{name}@example.org")
        answer_sign_ups()
        assert server.addresses == ["anna@example.org"] and SignUp.objects.count() == 1
        server.refused.clear()
        answer_sign_ups()
        assert len(server.mails) == 1  # it is asked some minutes later
        SignUp.objects.update(due_at=timezone.now())
        answer_sign_ups()
    assert server.addresses == ["anna@example.org", "later@example.org"]


@pytest.mark.long
def test_letters_wait_while_no_mail_can_be_sent(client, settings, caplog):
    with mail_server(settings):
        pass  # its port is closed now
    sign_up(client)
    answer_sign_ups()
    assert SignUp.objects.count() == 1 and not Subscriber.objects.exists()
    assert "anna" not in caplog.text


def test_the_answer_is_the_same_whether_an_address_is_known(client, mailoutbox):
    make_subscriber("known@example.org")
    sign_up(client, "first@example.org")
    answers, statements = [], []
    for email in ("known@example.org", "other@example.org"):
        with CaptureQueriesContext(connection) as queries:
            answers.append(sign_up(client, email).text)
        statements.append(len(queries))
    assert answers[0] == answers[1] and statements[0] == statements[1] and mailoutbox == []


def test_a_subscriber_who_signs_up_again_is_told_by_mail_and_nothing_changes(client, mailoutbox):
    make_subscriber(language="fi")
    sign_up(client, language="sv")
    answer_sign_ups()
    assert link_in(mailoutbox[0], "mine")
    assert Subscriber.objects.get().language == "fi" and Subscriber.objects.get().is_confirmed


def test_the_link_to_a_subscription_is_mailed_to_subscribers_only(client, mailoutbox):
    subscriber = make_subscriber()
    texts = [
        client.post(f"{FORM}link/", {"email": email}, headers=HERE).text
        for email in (subscriber.email, "nobody@example.org")
    ]
    answer_sign_ups()
    assert texts[0] == texts[1]
    assert [mail.to for mail in mailoutbox] == [[subscriber.email]]
    assert client.get(link_in(mailoutbox[0], "mine")).status_code == 200


def test_who_did_not_sign_up_is_not_asked_again(client, mailoutbox):
    sign_up(client)
    answer_sign_ups()
    assert client.post(link_in(mailoutbox[0]), {"refuse": "1"}).status_code == 200
    sign_up(client)
    answer_sign_ups()
    assert len(mailoutbox) == 1 and not Subscriber.objects.exists()


@pytest.mark.long
def test_the_letter_says_that_no_program_should_answer_it(client, mailoutbox):
    sign_up(client)
    answer_sign_ups()
    headers = mailoutbox[0].extra_headers
    assert headers["Auto-Submitted"] == "auto-generated"


@pytest.mark.long
def test_a_form_without_consent_is_not_taken_and_keeps_what_was_typed(client):
    answer = client.post(FORM, {"email": "anna@example.org", "language": "fi"}, headers=HERE)
    assert answer.status_code == 400 and "anna@example.org" in answer.text
    assert '<option value="fi" lang="fi" selected>' in answer.text


@pytest.mark.long
@pytest.mark.parametrize(
    "typed", [{"language": "xx"}, {"themes": ["999999"]}, {"themes": ["x'"]}, {"themes": [""]}]
)
def test_a_choice_that_nobody_offered_is_refused_with_a_sentence(client, typed):
    answer = sign_up(client, **typed)
    assert answer.status_code == 400 and "notice-fault" in answer.text


def test_a_form_that_fills_in_what_people_do_not_see_gets_the_usual_answer_and_nothing_else(client):
    assert sign_up(client, homepage="https://example.org").status_code == 200
    assert not SignUp.objects.exists()


def test_a_form_on_another_site_is_refused(client):
    typed = {"email": "anna@example.org", "language": "en", "consent": "on"}
    answer = client.post(FORM, typed, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and "anna@example.org" in answer.text
    assert not SignUp.objects.exists()


def test_one_network_address_sends_some_forms_an_hour_only(client, monkeypatch):
    monkeypatch.setattr(limits, "MOST_OF_A_NETWORK", (2, limits.HOUR))
    answers = [sign_up(client, f"a{number}@example.org").status_code for number in range(3)]
    assert answers == [200, 200, 429] and SignUp.objects.count() == 2
    Attempts.objects.update(since=timezone.now() - datetime.timedelta(hours=2))
    assert sign_up(client).status_code == 200


@pytest.mark.long
def test_all_together_send_some_forms_an_hour_only(client, monkeypatch):
    monkeypatch.setattr(limits, "MOST_IN_ALL", (1, limits.HOUR))
    assert [sign_up(client).status_code for _number in range(2)] == [200, 429]


@pytest.mark.long
def test_one_address_gets_some_letters_a_day_only(client, mailoutbox):
    for _number in range(5):
        sign_up(client)
    answer_sign_ups()
    assert len(mailoutbox) == limits.MOST_OF_AN_ADDRESS[0]


def test_counters_say_neither_who_nor_from_where(client):
    sign_up(client)
    answer_sign_ups()
    stored = "".join(Attempts.objects.values_list("name", flat=True))
    assert re.fullmatch(r"[0-9a-f]+", stored)


# The own subscription


def test_a_subscriber_changes_language_and_themes_without_an_account(client):
    subscriber, theme = make_subscriber(), make_theme()
    typed = {"save": "1", "language": "ru", "themes": [theme.pk]}
    assert client.post(own_address(subscriber), typed).status_code == 200
    subscriber.refresh_from_db()
    assert subscriber.language == "ru" and list(subscriber.themes.all()) == [theme]


def test_opening_the_link_never_unsubscribes(client):
    subscriber = make_subscriber()
    answer = client.get(own_address(subscriber, "end"))
    subscriber.refresh_from_db()
    assert subscriber.is_confirmed and "<button" in answer.text


def test_a_mail_program_unsubscribes_with_one_click(client):
    subscriber = make_subscriber()
    typed = "List-Unsubscribe=One-Click"
    answer = client.post(
        own_address(subscriber, "end"), typed, content_type="application/x-www-form-urlencoded"
    )
    subscriber.refresh_from_db()
    assert answer.status_code == 200 and subscriber.state == "unsubscribed"
    assert subscriber.ended_at and not answer.cookies


def test_unsubscribing_can_be_undone_for_thirty_days(client):
    subscriber = make_subscriber()
    unsubscribe(subscriber)
    client.post(own_address(subscriber, "end"), {"undo": "1"})
    subscriber.refresh_from_db()
    assert subscriber.is_confirmed and not subscriber.ended_at
    unsubscribe(subscriber)
    Subscriber.objects.update(ended_at=timezone.now() - datetime.timedelta(days=31))
    forget_subscribers()
    assert client.post(own_address(subscriber, "end"), {"undo": "1"}).status_code == 410


def test_who_has_not_confirmed_cannot_do_so_with_an_old_link_to_unsubscribe(client):
    subscriber = make_subscriber(state="pending")
    client.post(own_address(subscriber, "end"), {"undo": "1"})
    client.post(own_address(subscriber), {"undo": "1"})
    assert Subscriber.objects.get().state == "pending"


def test_a_subscriber_reads_all_that_is_kept_of_her(client):
    subscriber = make_subscriber()
    article = make_article()
    mailing = make_mailing(article)
    mailing.deliveries.create(subscriber=subscriber, language="en", state="sent")
    answer = client.get(f"{own_address(subscriber)}data.json")
    data = json.loads(answer.content)
    assert data["email"] == subscriber.email and data["consent"]["text"] == "Yes"
    assert data["mails"][0]["title"] == "March"
    assert "attachment" in answer["Content-Disposition"] and "no-store" in answer["Cache-Control"]


def test_erasing_asks_once_more(client):
    subscriber = make_subscriber()
    answer = client.post(own_address(subscriber), {"erase": "1"})
    assert "notice-fault" in answer.text and Subscriber.objects.exists()


def test_erasing_leaves_no_trace_of_the_address(client, mailoutbox, caplog):
    email = "anna.erased@example.org"
    sign_up(client, email)
    answer_sign_ups()
    client.post(link_in(mailoutbox[0]), {"confirm": "1"})
    subscriber = Subscriber.objects.get()
    mailing = make_mailing(make_article())
    mailing.deliveries.create(subscriber=subscriber, language="en", state="sent")
    sign_up(client, email)
    assert rows_with("anna.erased")
    assert client.post(own_address(subscriber), {"erase": "1", "sure": "1"}).status_code == 200
    assert rows_with("anna.erased") == [] and "anna.erased" not in caplog.text
    assert mailing.deliveries.get().subscriber is None
    assert Suppression.objects.get().fingerprint == fingerprint(email)
    assert client.get(own_address(subscriber)).status_code == 410


def rows_with(word):
    """All tables that say `word` somewhere in a row."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT count(*) FROM "{table}" AS row WHERE row::text ILIKE %s', [f"%{word}%"]
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found


@pytest.mark.long
def test_who_was_erased_may_subscribe_again(client, mailoutbox):
    Suppression.objects.create(fingerprint=fingerprint("anna@example.org"), reason="erased")
    sign_up(client)
    answer_sign_ups()
    client.post(link_in(mailoutbox[0]), {"confirm": "1"})
    assert Subscriber.objects.get().is_confirmed and not Suppression.objects.exists()


# Links


@pytest.mark.long
@pytest.mark.long
@pytest.mark.parametrize("purpose", ["confirm", "own", "end"])
def test_a_link_that_was_made_up_is_answered_politely(client, purpose):
    subscriber = make_subscriber(state="pending")
    good = own_address(subscriber, purpose)
    path = good.split("/")[4]
    others = [each for each in ("confirm", "own", "end") if each != purpose]
    forged = [
        good[:-2] + ("A/" if good[-2] != "A" else "B/"),
        f"{FORM}{path}/nonsense/",
        f"{FORM}{path}/{signing.dumps(subscriber.pk)}/",
        *(f"{FORM}{path}/{token_of(subscriber, other)}/" for other in others),
        f"{FORM}{path}/{signing.dumps('1 OR 1=1', salt='healthyboost.mailing.x')}/",
        f"{FORM}{path}/%00%0d%0aSet-Cookie:x/",
    ]
    for address in forged:
        for answer in (client.get(address), client.post(address, {"confirm": "1", "undo": "1"})):
            assert answer.status_code in (400, 404, 410), address
    assert Subscriber.objects.get().state == "pending"


def test_links_grow_old_save_that_to_unsubscribe(client, monkeypatch):
    subscriber = make_subscriber()
    addresses = {each: own_address(subscriber, each) for each in ("confirm", "own", "end")}
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + 401 * 24 * 3600)
    assert [client.get(each).status_code for each in addresses.values()] == [410, 410, 200]


# What is forgotten


def test_who_never_confirms_is_forgotten_after_a_week():
    for email, days in (("old@example.org", 8), ("new@example.org", 6)):
        before = timezone.now() - datetime.timedelta(days=days)
        make_subscriber(email, state="pending", created_at=before)
    forget_subscribers()
    assert Subscriber.objects.get().email == "new@example.org"


def test_who_was_asked_and_cannot_be_mailed_is_forgotten_after_two_days():
    before = timezone.now() - datetime.timedelta(days=3)
    SignUp.objects.create(asks="subscribe", email="a@example.org", language="en", asked_at=before)
    forget_subscribers()
    assert not SignUp.objects.exists()


def test_two_subscribers_never_have_the_same_address_in_other_letters():
    make_subscriber()
    with pytest.raises(Exception, match="mailing_subscriber_email"):
        make_subscriber("Anna@Example.org")


def test_the_jobs_of_the_mailing_are_run_by_the_clock():
    jobs = {name for name, *_rest in TIMED}
    assert {"answer_sign_ups", "send_mailings", "read_inbox", "forget_subscribers"} <= jobs
