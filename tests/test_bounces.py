"""Mails that come back: which of them count, and which are forged."""

import datetime
import io
import mailbox
import socketserver
import sys
import threading

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from healthyboost.mailing.bounces import (
    LONGEST,
    is_hard,
    mails_of,
    read_bounce,
    read_bounces,
    read_inbox,
)
from healthyboost.mailing.messages import message_id
from healthyboost.mailing.models import Delivery, Subscriber, Suppression

from .factories import make_article
from .test_subscribing import make_mailing, make_subscriber, rows_with

pytestmark = pytest.mark.django_db


def make_delivery(subscriber=None, state="sent", **fields):
    subscriber = subscriber or make_subscriber()
    times = {"sent_at": timezone.now()}
    return make_mailing(make_article(), state="finished").deliveries.create(
        subscriber=subscriber, language="en", state=state, **{**times, **fields}
    )


def report(
    name, status="5.1.1", action="failed", kind="message/rfc822", address="anna@example.org"
):
    """A report as mail servers write it (RFC 3464)."""
    identifier = message_id(name) if not name.startswith("<") else name
    return f"""From: MAILER-DAEMON@mail.example.org
To: back@example.org
Subject: Undelivered Mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

{address} could not be reached.
--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <{address}> said no

--b1
Content-Type: {kind}

From: Healthy Boost <portal@example.org>
To: {address}
Message-ID: {identifier}
Subject: News

Hello
--b1--
""".encode()


def state_of(subscriber):
    subscriber.refresh_from_db()
    return subscriber.state


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_an_address_that_does_not_exist_gets_no_more_mail(kind):
    delivery = make_delivery()
    assert read_bounce(report(f"delivery-{delivery.pk}", kind=kind)) == "hard"
    delivery.refresh_from_db()
    assert delivery.state == "bounced" and delivery.answer.startswith("5.1.1 ")
    assert state_of(delivery.subscriber) == "bounced"
    assert Suppression.objects.get().reason == "bounced"
    assert rows_with("anna@example") == ["mailing_subscriber"]


def test_a_full_mail_box_ends_it_after_three_mails_in_a_row():
    subscriber = make_subscriber()
    for expected in ("confirmed", "confirmed", "bounced"):
        delivery = make_delivery(subscriber)
        assert read_bounce(report(f"delivery-{delivery.pk}", "5.2.2")) == "soft"
        assert state_of(subscriber) == expected


def test_a_delay_is_no_end():
    delivery = make_delivery()
    assert read_bounce(report(f"delivery-{delivery.pk}", "4.4.1", "delayed")) == "delayed"
    assert Delivery.objects.get().state == "sent"


def test_the_same_report_counts_once():
    delivery = make_delivery()
    flood = [report(f"delivery-{delivery.pk}", "4.2.2")] * 20
    assert read_bounces(flood) == {"soft": 1, "repeated": 19}
    delivery.subscriber.refresh_from_db()
    assert delivery.subscriber.soft_bounces == 1


def test_a_report_about_a_mail_that_we_never_sent_is_not_believed():
    delivery = make_delivery()
    good = message_id(f"delivery-{delivery.pk}")
    forged = [
        good.replace("delivery-", "delivery-1"),
        good.replace("delivery-", "letter-"),
        good[:-30] + "0" * 10 + good[-20:],
        f"<delivery-{delivery.pk}.{'0' * 24}@example.org>",
        "<delivery-99999999999999999999.x@example.org>",
        "<x@example.org>",
    ]
    assert read_bounces([report(each) for each in forged]) == {"not ours": len(forged)}
    assert state_of(delivery.subscriber) == "confirmed"


def test_a_number_that_no_database_knows_is_not_ours():
    assert read_bounce(report(f"delivery-{10**17}")) == "not ours"


def test_an_answer_that_quotes_our_mail_is_no_report():
    delivery = make_delivery()
    name = message_id(f"delivery-{delivery.pk}")
    answer = f"From: anna@example.org\nIn-Reply-To: {name}\nReferences: {name}\n\nI am away. {name}"
    assert read_bounce(answer.encode()) == "no report"
    assert state_of(delivery.subscriber) == "confirmed"


@pytest.mark.long
@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\x00\xff" * 100,
        b"Content-Type: multipart/report; boundary=b\n\n" + b"--b\n" * 1000,
        b"Content-Type: multipart/report\n\nno boundary",
        b"Content-Type: message/rfc822\n\n" * 500,
        b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
        + b"Status: x\n\n" * 500,
    ],
)
def test_a_mail_that_is_made_to_break_what_reads_it_is_no_report(mail):
    assert read_bounce(mail) in ("no report", "not ours")


def test_a_report_that_comes_months_later_does_not_count():
    old = timezone.now() - datetime.timedelta(days=31)
    delivery = make_delivery(sent_at=old)
    assert read_bounce(report(f"delivery-{delivery.pk}")) == "too old"


def test_a_report_about_somebody_who_was_erased_harms_nothing():
    delivery = make_delivery()
    delivery.subscriber.delete()
    assert read_bounce(report(f"delivery-{delivery.pk}")) == "repeated"


def test_a_question_that_comes_back_is_asked_no_more():
    subscriber = make_subscriber(state="pending")
    assert read_bounce(report(f"letter-{subscriber.pk}-7")) == "hard"
    assert state_of(subscriber) == "bounced" and Suppression.objects.exists()


@pytest.mark.parametrize(
    "answer, hard",
    [
        ("550 5.1.1 no such user", True),
        ("550 no such user", True),
        ("550 5.7.1 refused by policy", False),
        ("552 5.2.2 mail box full", False),
        ("451 4.1.1 not now", False),
        ("554 spam", False),
        ("5.1.10", True),
    ],
)
def test_only_what_says_that_there_is_no_such_address_is_for_good(answer, hard):
    assert is_hard(answer) is hard


def test_the_command_reads_an_mbox_a_maildir_and_a_mail(tmp_path, capsys, monkeypatch):
    made = [make_delivery(make_subscriber(f"a{number}@example.org")) for number in range(4)]
    reports = [report(f"delivery-{each.pk}") for each in made]
    mbox, maildir = mailbox.mbox(tmp_path / "mbox"), mailbox.Maildir(tmp_path / "maildir")
    mbox.add(reports[0]), mbox.add(b"Subject: x\n\nFrom the editor\n"), mbox.close()
    maildir.add(reports[1])
    (tmp_path / "mail").write_bytes(reports[2])
    for name in ("mbox", "maildir", "mail"):
        call_command("read_bounces", str(tmp_path / name))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(reports[3])))
    call_command("read_bounces", "-")
    told = capsys.readouterr().out.splitlines()
    assert told == ["hard: 1, no report: 1", "hard: 1", "hard: 1", "hard: 1"]
    assert not Subscriber.objects.filter(state="confirmed").exists()


@pytest.mark.long
def test_the_command_says_what_it_cannot_read(tmp_path):
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(CommandError):
            call_command("read_bounces", str(path))


@pytest.mark.long
def test_a_mail_of_any_length_is_read_in_part():
    lines = io.BytesIO(b"From a\nSubject: x\n\n" + b"y" * 99 + b"\n" * 3 + b"z" * 3 * LONGEST)
    (mail,) = mails_of(lines)
    assert len(mail) <= LONGEST + 100


class Inbox(socketserver.StreamRequestHandler):
    """As much of an IMAP server as an inbox of returned mails needs."""

    def handle(self):
        self.say("* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, command, *words = line.split()
            self.server.said.append(" ".join([command, *words]))
            if command == "CAPABILITY":
                self.say("* CAPABILITY IMAP4rev1")
            elif line.endswith("SEARCH UNSEEN"):
                self.say("* SEARCH " + " ".join(map(str, self.server.unseen)))
            elif "FETCH" in words:
                mail = self.server.unseen.pop(int(words[1]))
                self.say(f"* 1 FETCH (UID {words[1]} BODY[]<0> {{{len(mail)}}}")
                self.wfile.write(mail)
                self.say(")")
            elif command == "LOGIN" and words[1] != '"p:w"':
                self.say(f"{tag} NO wrong password")
                continue
            self.say(f"{tag} OK done")

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def inbox():
    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    with Server(("127.0.0.1", 0), Inbox) as server:
        server.said, server.unseen = [], {}
        server.address = f"127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.long
def test_an_inbox_is_read_and_what_was_read_is_not_read_again(inbox, settings):
    delivery = make_delivery()
    inbox.unseen = {4: report(f"delivery-{delivery.pk}"), 9: b"Subject: x\r\n\r\nHello"}
    settings.BOUNCE_INBOX = f"imap://back%40example.org:p%3Aw@{inbox.address}/Returned"
    read_inbox()
    assert state_of(delivery.subscriber) == "bounced" and inbox.unseen == {}
    assert 'SELECT "Returned"' in inbox.said
    read_inbox()


@pytest.mark.parametrize("address", ["imap://a:wrong@{}/INBOX", "imap://a:b@127.0.0.1:1/INBOX"])
@pytest.mark.long
def test_an_inbox_that_cannot_be_read_is_told_without_its_password(
    inbox, settings, caplog, address
):
    settings.BOUNCE_INBOX = address.format(inbox.address)
    read_inbox()
    assert "cannot be read" in caplog.text and "wrong" not in caplog.text
