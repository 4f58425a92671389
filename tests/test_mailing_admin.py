"""The newsletter by mail in the admin: who sees what, starting a mailing, stopping it."""

import pytest
from django.contrib.admin.models import LogEntry

from healthyboost.mailing.addresses import fingerprint
from healthyboost.mailing.mailing_screens import start_address
from healthyboost.mailing.messages import Sendable, sendable
from healthyboost.mailing.models import Mailing, Subscriber, Suppression
from healthyboost.mailing.sending import send_mailings
from news.models import Article

from .admin_forms import form_address, list_address, sign_in
from .factories import make_article
from .test_sending import message_of
from .test_subscribing import make_mailing, make_subscriber, rows_with

pytestmark = pytest.mark.django_db
FAULTS = []


@pytest.fixture(autouse=True)
def articles_are_sent(monkeypatch, settings):
    settings.MAILS_PER_SECOND = 0
    described = Sendable(
        message_of,
        languages_of=lambda article: article.languages,
        faults_of=lambda article: list(FAULTS),
    )
    monkeypatch.setitem(sendable, Article, described)


@pytest.mark.parametrize(
    "role",
    ["translator", "coordinator", "editor", pytest.param("administrator", marks=pytest.mark.long)],
)
def test_only_editors_and_administrators_see_subscribers_and_send(client, role):
    sign_in(client, role)
    mailing = make_mailing(make_article())
    may = role in ("editor", "administrator")
    for address in (
        list_address(Subscriber),
        list_address(Suppression),
        list_address(Mailing),
        form_address(make_subscriber()),
        form_address(mailing),
        start_address(make_article()),
    ):
        assert client.get(address).status_code == (200 if may else 403), address
    assert client.post(form_address(mailing), {"pause": "1"}).status_code == (302 if may else 403)


def test_the_list_shows_addresses_in_part_and_finds_a_whole_one(client):
    sign_in(client, "editor")
    make_subscriber("anna.berg@example.org"), make_subscriber("berit@example.org")
    address = list_address(Subscriber)
    shown = client.get(address).text
    assert "anna.berg" not in shown and "an…@example.org" in shown
    found = client.get(address, {"q": "Anna.Berg@example.org"}).text
    assert "an…@example.org" in found and "be…@example.org" not in found
    assert "an…@example.org" not in client.get(address, {"q": "anna.berg"}).text


def test_who_is_deleted_in_the_admin_leaves_no_trace_but_a_mark(client):
    sign_in(client, "editor")
    subscriber = make_subscriber("anna.berg@example.org")
    address = form_address(subscriber).replace("/change/", "/delete/")
    assert client.get(address).status_code == 200
    client.post(address, {"post": "yes"})
    assert rows_with("anna.berg") == [] and LogEntry.objects.exists()
    assert Suppression.objects.get().reason == "erased"


@pytest.mark.long
def test_several_are_unsubscribed_at_once(client):
    sign_in(client, "editor")
    chosen = [make_subscriber(f"{name}@example.org").pk for name in "ab"]
    typed = {"action": "unsubscribe_them", "_selected_action": chosen}
    client.post(list_address(Subscriber), typed)
    assert set(Subscriber.objects.values_list("state", flat=True)) == {"unsubscribed"}


@pytest.mark.long
def test_a_blocked_address_is_found_by_typing_it(client):
    sign_in(client, "editor")
    for email in ("anna@example.org", "berit@example.org"):
        Suppression.objects.create(fingerprint=fingerprint(email), reason="erased")
    found = client.get(list_address(Suppression), {"q": " Anna@example.org "}).text
    assert fingerprint("anna@example.org")[:12] in found
    assert fingerprint("berit@example.org")[:12] not in found


def test_a_mailing_starts_when_the_box_is_ticked(client, mailoutbox):
    editor = sign_in(client, "editor", email="editor@example.org")
    make_subscriber("a@example.org", "en"), make_subscriber("b@example.org", "fi")
    article = make_article(languages=["en"])
    address = start_address(article)
    shown = client.get(address).text
    assert "Send to 2 subscribers" in shown and "in another language" in shown
    assert client.post(address, {"start": "1"}).status_code == 200 and not Mailing.objects.exists()
    client.post(address, {"start": "1", "sure": "1"})
    assert Mailing.objects.get().started_by == editor
    send_mailings()
    assert {mail.to[0] for mail in mailoutbox} == {"a@example.org", "b@example.org", editor.email}
    assert client.get(form_address(Mailing.objects.get())).status_code == 200


@pytest.mark.long
def test_a_test_mail_goes_to_oneself_in_the_language_that_was_chosen(client, mailoutbox):
    sign_in(client, "editor", email="editor@example.org")
    address = start_address(make_article(languages=["en", "lv"]))
    assert client.post(address, {"test": "1", "language": "lv"}).status_code == 302
    assert mailoutbox[0].to == ["editor@example.org"] and "Sveiki" in mailoutbox[0].body
    client.post(address, {"test": "1", "language": "xx"})
    assert len(mailoutbox) == 1 and not Mailing.objects.exists()


def test_what_has_faults_cannot_be_sent(client, monkeypatch):
    sign_in(client, "editor")
    make_subscriber()
    address = start_address(make_article(languages=["en"]))
    monkeypatch.setattr(f"{__name__}.FAULTS", ["A link is dead."])
    assert "A link is dead." in client.post(address, {"start": "1", "sure": "1"}).text
    assert not Mailing.objects.exists()


@pytest.mark.long
def test_what_is_not_public_cannot_be_sent(client):
    sign_in(client, "editor")
    make_subscriber()
    address = start_address(make_article(languages=[]))
    client.post(address, {"start": "1", "sure": "1"})
    assert not Mailing.objects.exists()


def test_what_is_being_sent_is_looked_at_and_stopped(client):
    sign_in(client, "editor")
    make_subscriber()
    article = make_article(languages=["en"])
    client.post(start_address(article), {"start": "1", "sure": "1"})
    mailing = Mailing.objects.get()
    assert client.get(start_address(article)).url == form_address(mailing)
    told = client.get(f"{list_address(Mailing)}{mailing.pk}/progress/").json()
    assert told == {"is_running": True, "units": 1, "seen": 0}
    for button, state in (("pause", "paused"), ("resume", "sending"), ("cancel", "cancelled")):
        client.post(form_address(mailing), {button: "1"})
        mailing.refresh_from_db()
        assert mailing.state == state
    assert client.post(form_address(mailing), {"resume": "1"}, follow=True).status_code == 200
    mailing.refresh_from_db()
    assert mailing.state == "cancelled"


@pytest.mark.long
def test_nothing_but_what_is_sent_by_mail_is_offered(client):
    sign_in(client, "editor")
    address = start_address(make_article())
    for wrong in (address.replace("start/", "start/9"), f"{address[:-2]}9999999/"):
        assert client.get(wrong).status_code == 404


@pytest.mark.long
def test_the_screens_cost_the_same_however_many_there_are(client, django_assert_max_num_queries):
    sign_in(client, "editor")
    for number in range(12):
        make_subscriber(f"a{number}@example.org")
        make_mailing(make_article(), state="finished")
    for address in (list_address(Subscriber), list_address(Mailing)):
        with django_assert_max_num_queries(14):
            client.get(address)
