"""Sending to the subscribers, through a real mail server on the loopback."""

import datetime
import time

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from healthyboost.mailing import sending
from healthyboost.mailing.mailings import (
    cancel,
    counts_of,
    forget_deliveries,
    pause,
    recipients_of,
    resume,
    send_test,
    start_mailing,
)
from healthyboost.mailing.messages import (
    ABOUT_END,
    OWN,
    UNSUBSCRIBE,
    Message,
    Sendable,
    about,
    prepared,
    sendable,
)
from healthyboost.mailing.models import Delivery, Mailing, Subscriber, Suppression
from healthyboost.mailing.sending import send_mailings
from healthyboost.mailing.subscribing import erase, unsubscribe
from news.models import Article

from .factories import make_article, make_theme, make_user
from .smtp_server import mail_server
from .test_subscribing import make_subscriber, rows_with

pytestmark = pytest.mark.django_db
WORDS = {"en": "Hello", "lv": "Sveiki", "fi": "Hei", "sv": "Hej", "ru": "Здравствуйте"}
STYLE = "<style>p { color: teal } @media (min-width: 40em) { p { color: navy } }</style>"


def message_of(article, language):
    """An article as a newsletter: in English where it has no text in `language`."""
    shown = language if language in article.languages else "en"
    title = article.in_language(shown).title
    html = f'<html lang="{shown}"><head>{STYLE}</head><body><p>{WORDS[shown]}: {title}</p></body></html>'
    return Message(f"{title}\n({shown})", html, f"{WORDS[shown]}: {title}", shown)


@pytest.fixture(autouse=True)
def articles_are_sent(monkeypatch, settings):
    settings.MAILS_PER_SECOND = 0
    monkeypatch.setitem(
        sendable, Article, Sendable(message_of, languages_of=lambda article: article.languages)
    )


@pytest.fixture
def server(settings):
    with mail_server(settings) as keeper:
        yield keeper


def make_letter(languages=("en", "lv"), **fields):
    return make_article(languages=list(languages), **fields)


def started(number=1, **fields):
    for place in range(number):
        make_subscriber(f"reader-{place}@example.org", **fields)
    return start_mailing(make_letter(), None)


def due_now():
    Delivery.objects.update(due_at=timezone.now())
    Mailing.objects.update(rests_until=None)


def states():
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


# What arrives


def test_each_subscriber_gets_the_language_of_her_choice(server):
    for language in WORDS:
        make_subscriber(f"{language}@example.org", language)
    start_mailing(make_letter(WORDS), None)
    assert send_mailings() == 5
    for address, mail in server.taken:
        language = address[:2]
        assert mail["Content-Language"] == language
        assert WORDS[language] in mail.get_body(["plain"]).get_content()
        assert WORDS[language] in mail.get_body(["html"]).get_content()
        assert f"/{language}/newsletter/subscribe/end/" in mail["List-Unsubscribe"]


def test_a_text_that_is_missing_comes_in_another_language_and_says_which(server):
    make_subscriber(language="fi")
    start_mailing(make_letter(["en"]), None)
    send_mailings()
    _address, mail = server.taken[0]
    assert mail["Content-Language"] == "en"
    assert "/fi/newsletter/subscribe/end/" in mail["List-Unsubscribe"]


def test_the_headers_are_those_of_a_list_that_one_leaves_with_one_click(server, client, settings):
    settings.NEWSLETTER_FROM_EMAIL = "Healthy Boost <news@example.org>"
    settings.NEWSLETTER_REPLY_TO, settings.BOUNCE_ADDRESS = "office@example.org", "back@example.org"
    mailing = started()
    send_mailings()
    _address, mail = server.taken[0]
    delivery = mailing.deliveries.get()
    assert mail["Message-ID"].startswith(f"<delivery-{delivery.pk}.")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "Healthy Boost <newsletter.example.org>"
    assert mail["From"] == "Healthy Boost <news@example.org>"
    assert mail["Reply-To"] == "office@example.org" and server.mails[0][1] == "back@example.org"
    assert mail["Precedence"] == "list" and mail["Auto-Submitted"] == "auto-generated"
    path = mail["List-Unsubscribe"].strip("<>").split("/", 3)[3]
    client.post(f"/{path}", {"List-Unsubscribe": "One-Click"})
    assert Subscriber.objects.get().state == "unsubscribed"


@pytest.mark.long
def test_both_parts_lead_to_the_own_subscription_and_no_address_of_nobody_is_left(server, client):
    started()
    send_mailings()
    mail = server.taken[0][1]
    for kind in ("plain", "html"):
        text = mail.get_body([kind]).get_content()
        assert "/subscribe/end/" in text and "/subscribe/mine/" in text
        assert UNSUBSCRIBE not in text and OWN not in text


@pytest.mark.long
def test_styles_stand_in_the_elements_and_those_for_wide_screens_stay():
    message = prepared(make_letter(), "en")
    assert 'style="color: teal' in message.html and "@media" in message.html
    assert message.html.count(UNSUBSCRIBE) == 1 and "\n" not in message.subject


@pytest.mark.long
def test_a_footer_of_its_own_is_left_as_it_is(monkeypatch):
    links = f'<a href="{UNSUBSCRIBE}">Stop</a>'
    message = Message("News", links, UNSUBSCRIBE, "en")
    monkeypatch.setitem(
        sendable, Article, Sendable(lambda *_given: message, languages_of=lambda _article: ["en"])
    )
    made = prepared(make_letter(), "en")
    assert made.html.count(UNSUBSCRIBE) == 1 and made.text == UNSUBSCRIBE
    assert made.html.startswith("<!DOCTYPE html>")


def test_what_is_edited_later_changes_no_mail(server):
    mailing = started()
    article = mailing.sent_object
    article.title_en = "Another title"
    article.save()
    send_mailings()
    assert "Another title" not in server.taken[0][1]["Subject"]


@pytest.mark.long
def test_a_test_mail_leads_to_no_subscription(server):
    send_test(make_letter(), "lv", "editor@example.org")
    address, mail = server.taken[0]
    assert address == "editor@example.org" and "List-Unsubscribe" not in mail
    assert UNSUBSCRIBE not in mail.get_body(["plain"]).get_content()


# To whom


def test_only_who_has_confirmed_gets_it(server):
    for state in ("pending", "unsubscribed", "bounced", "confirmed"):
        make_subscriber(f"{state}@example.org", state=state)
    start_mailing(make_letter(), None)
    send_mailings()
    assert server.addresses == ["confirmed@example.org"]


def test_who_has_chosen_themes_gets_what_has_one_of_them(monkeypatch):
    health, food = make_theme(), make_theme()
    everything = Sendable(
        message_of, languages_of=lambda article: ["en"], themes_of=lambda article: [health.pk]
    )
    monkeypatch.setitem(sendable, Article, everything)
    make_subscriber("all@example.org")
    for name, themes in (("health", [health]), ("food", [food]), ("both", [food, health])):
        make_subscriber(f"{name}@example.org").themes.set(themes)
    found = recipients_of(make_letter()).values_list("email", flat=True)
    assert set(found) == {"all@example.org", "health@example.org", "both@example.org"}


def test_who_leaves_or_is_erased_meanwhile_gets_nothing_more(server):
    mailing = started(3)
    first, second, _third = Subscriber.objects.order_by("pk")
    unsubscribe(first)
    erase(second)
    send_mailings()
    assert server.addresses == ["reader-2@example.org"]
    assert sorted(states()) == ["sent", "skipped", "skipped"]
    assert Mailing.objects.get(pk=mailing.pk).state == "finished"


def test_a_second_mailing_goes_only_to_those_who_have_not_got_it(server):
    mailing = started()
    send_mailings()
    make_subscriber("new@example.org")
    start_mailing(mailing.sent_object, None)
    send_mailings()
    assert server.addresses == ["reader-0@example.org", "new@example.org"]


def test_nothing_is_sent_twice_at_the_same_time():
    mailing = started()
    with pytest.raises(IntegrityError, match="one_at_a_time"):
        start_mailing(mailing.sent_object, None)


def test_who_has_chosen_themes_gets_only_the_parts_about_them(server, monkeypatch):
    health, food = make_theme(), make_theme()
    parts = (
        f"{about([health.pk])}Walks{ABOUT_END} {about([food.pk, health.pk])}Lunch{ABOUT_END} Bye"
    )
    described = Sendable(
        lambda _article, language: Message("News", f"<p>{parts}</p>", parts, language),
        languages_of=lambda _article: ["en"],
    )
    monkeypatch.setitem(sendable, Article, described)
    make_subscriber("all@example.org")
    make_subscriber("food@example.org").themes.set([food])
    start_mailing(make_letter(), None)
    send_mailings()
    for kind in ("plain", "html"):
        everything, some = (mail.get_body([kind]).get_content() for _to, mail in server.taken)
        assert "Walks" in everything and "Lunch" in everything and "<!--" not in everything
        assert "Walks" not in some and "Lunch" in some and "Bye" in some


# Trouble


def test_an_address_that_does_not_exist_ends_the_subscription_and_holds_up_nobody(server):
    server.refused["reader-0@example.org"] = "550 5.1.1 <reader-0@example.org> unknown"
    started(2)
    send_mailings()
    assert server.addresses == ["reader-1@example.org"]
    assert states() == ["failed", "sent"]
    assert Subscriber.objects.get(email="reader-0@example.org").state == "bounced"
    assert Suppression.objects.get().reason == "bounced"
    assert Delivery.objects.first().answer == "550 5.1.1 <…> unknown"
    assert rows_with("reader-0") == ["mailing_subscriber"]


@pytest.mark.long
def test_an_address_that_is_refused_for_another_reason_stays_subscribed(server):
    server.refused["reader-0@example.org"] = "550 5.7.1 policy"
    started()
    send_mailings()
    assert states() == ["failed"] and Subscriber.objects.get().is_confirmed


def test_a_refusal_that_may_pass_is_tried_again_later(server):
    server.refused["reader-0@example.org"] = "451 4.7.1 Greylisted"
    mailing = started()
    send_mailings()
    delivery = Delivery.objects.get()
    assert delivery.state == "waiting" and delivery.due_at > timezone.now()
    server.refused.clear()
    due_now()
    send_mailings()
    assert states() == ["sent"]
    assert Mailing.objects.get(pk=mailing.pk).state == "finished"


@pytest.mark.long
def test_after_many_tries_a_mail_is_given_up(server):
    server.refused["reader-0@example.org"] = "451 4.7.1 Greylisted"
    started()
    for _number in range(len(sending.MINUTES) + 1):
        send_mailings()
        due_now()
    assert states() == ["failed"] and Mailing.objects.get().state == "finished"


@pytest.mark.long
def test_one_connection_carries_many_mails(server):
    started(5)
    send_mailings()
    assert server.connections == 1 and len(server.mails) == 5


def test_a_mail_that_the_server_took_without_saying_so_comes_again_with_the_same_name(server):
    server.hang_ups.add("reader-1@example.org")
    started(3)
    send_mailings()
    due_now()
    send_mailings()
    names = {}
    for address, mail in server.taken:
        names.setdefault(address, []).append(mail["Message-ID"])
    assert len(names) == 3 and [len(each) for each in names.values()].count(2) == 1
    assert all(len(set(each)) == 1 for each in names.values())
    assert states() == ["sent"] * 3


def test_a_server_that_is_away_costs_no_try_and_is_asked_again(settings, caplog):
    with mail_server(settings):
        pass  # its port is closed now
    started()
    send_mailings()
    mailing, delivery = Mailing.objects.get(), Delivery.objects.get()
    assert (delivery.state, delivery.tries, mailing.state) == ("waiting", 0, "sending")
    assert mailing.trouble and mailing.rests_until and "reader-0" not in caplog.text
    with mail_server(settings) as server:
        send_mailings()
        assert server.mails == []  # it rests
        due_now()
        send_mailings()
        assert len(server.mails) == 1
    mailing.refresh_from_db()
    assert not mailing.trouble and not mailing.rests_until


@pytest.mark.long
def test_a_mailing_whose_words_are_refused_is_paused_and_leaves_nobody_out(server):
    for number in range(8):
        server.refused_text[f"reader-{number}@example.org"] = "554 5.7.1 looks like spam"
    mailing = started(8)
    send_mailings()
    mailing.refresh_from_db()
    assert mailing.state == "paused" and "looks like spam" in mailing.trouble
    server.refused_text.clear()
    resume(mailing)
    send_mailings()
    assert len(server.mails) == 8 and states() == ["sent"] * 8


def test_a_mail_that_cannot_be_made_holds_up_nobody(server, caplog):
    started(2)
    Subscriber.objects.filter(email="reader-0@example.org").update(email="no address")
    send_mailings()
    assert "no mail could be made" in caplog.text and "no address" not in caplog.text
    assert server.addresses == ["reader-1@example.org"] and states() == ["failed", "sent"]


# Steering


def test_a_mailing_pauses_goes_on_and_is_cancelled(server):
    mailing = started(2)
    assert pause(mailing) and not pause(mailing)
    assert send_mailings() == 0
    assert resume(mailing) and not resume(mailing)
    assert cancel(mailing) and not resume(mailing)
    assert send_mailings() == 0 and states() == ["skipped", "skipped"]


@pytest.mark.long
def test_sending_ends_when_its_time_is_over_and_goes_on_the_next_time(server, settings):
    settings.MAILS_PER_SECOND = 20
    started(6)
    first = send_mailings(seconds=0.12)
    assert 1 <= first <= 4
    assert first + send_mailings() == 6 and len(set(server.addresses)) == 6


@pytest.mark.long
def test_the_pace_is_kept(server, settings):
    settings.MAILS_PER_SECOND = 50
    started(6)
    begin = time.monotonic()
    send_mailings()
    assert time.monotonic() - begin >= 5 / 50


def test_the_report_counts_by_language_and_goes_to_who_started_it(server):
    make_subscriber("a@example.org", "lv")
    make_subscriber("b@example.org", "en")
    server.refused["b@example.org"] = "552 5.2.2 full"
    editor = make_user("editor", email="editor@example.org")
    mailing = start_mailing(make_letter(), editor)
    send_mailings()
    languages, total = counts_of(mailing)
    assert [(each.sent, each.failed) for each in languages] == [(0, 1), (1, 0)]
    assert (total.all, total.done, total.sent) == (2, 2, 1)
    assert server.addresses == ["a@example.org", "editor@example.org"]


@pytest.mark.long
def test_who_got_what_is_forgotten_and_the_numbers_stay(server):
    mailing = started(2)
    send_mailings()
    Mailing.objects.update(started_at=timezone.now() - datetime.timedelta(days=401))
    forget_deliveries()
    mailing.refresh_from_db()
    assert not mailing.deliveries.exists() and counts_of(mailing)[1].sent == 2


@pytest.mark.long
def test_a_mail_costs_the_same_statements_however_many_there_are(server):
    started(12)
    with CaptureQueriesContext(connection) as queries:
        send_mailings()
    assert len(queries) <= 12 * 4 + 12
