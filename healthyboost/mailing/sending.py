"""Sends what waits: one mail after the other over one connection, each noted before the next begins.

A delivery is locked while its mail is sent. Whatever ends the process, the lock ends with it and the
delivery waits again: nobody is left out. Only a mail that the server took just before may be sent once
more, under the same Message-ID. Several processes may send together.
"""

import datetime
import logging
import time
from smtplib import (
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from django.conf import settings
from django.core.mail import mailers
from django.db import transaction
from django.utils import timezone

from healthyboost.ending import ending

from .addresses import without_addresses
from .bounces import is_hard
from .letters import send_report
from .mailings import counts_of, finish, pause
from .messages import mail_of
from .models import Delivery, Mailing
from .subscribing import bounced

logger = logging.getLogger(__name__)
Step = Delivery.State
AT_ONCE = 100  # numbers of deliveries that are looked up at a time
MINUTES = [1, 5, 15, 60, 240, 720, 1440]  # before a mail is tried again
REST = datetime.timedelta(minutes=1)  # where the server takes no mail at all
MOST_REFUSED = 5  # mails in a row for what they say: the others would be refused as well


class ServerAway(Exception):
    """It takes no mail at all now; the text says what it answered."""


def send_mailings(seconds=10):
    """For a timed job; answers how many mails were sent."""
    sender = Sender(seconds)
    try:
        for mailing in Mailing.objects.filter(state=Mailing.State.SENDING).order_by("pk"):
            if not mailing.rests_until or mailing.rests_until <= timezone.now():
                sender.send(mailing)
    finally:
        sender.close()
    return sender.sent


class Sender:
    def __init__(self, seconds):
        self.until = time.monotonic() + seconds
        self.next_at = time.monotonic()
        self.connection = mailers.default
        self.sent, self.refused = 0, []

    @property
    def is_over(self):
        return ending.is_set() or time.monotonic() >= self.until

    def send(self, mailing):
        texts = {text.language: text for text in mailing.texts.all()}
        try:
            while not self.is_over and (waiting := self.waiting(mailing)):
                for number in waiting:
                    self.keep_pace()
                    if self.is_over:
                        return
                    sent = self.sent
                    self.deliver(number, texts)
                    if mailing.trouble and self.sent > sent:
                        note_trouble(mailing, "", None)
                    if len(self.refused) >= MOST_REFUSED:
                        self.give_up(mailing)
                        return
        except ServerAway as error:
            logger.warning("Mailing %s rests: the mail server takes no mail", mailing.pk)
            note_trouble(mailing, str(error), timezone.now() + REST)
            return
        if finish(mailing):
            report(mailing)

    def waiting(self, mailing):
        due = mailing.deliveries.filter(
            state=Step.WAITING, due_at__lte=timezone.now(), mailing__state=Mailing.State.SENDING
        )
        return list(due.order_by("due_at").values_list("pk", flat=True)[:AT_ONCE])

    def deliver(self, number, texts):
        with transaction.atomic():
            delivery = (
                Delivery.objects.select_for_update(skip_locked=True, of=["self"])
                .select_related("subscriber")
                .filter(pk=number, state=Step.WAITING, mailing__state=Mailing.State.SENDING)
                .first()
            )
            if not delivery:
                return  # another process is at it, or it has just been paused
            subscriber = delivery.subscriber
            if not subscriber or not subscriber.is_confirmed:
                delivery.state = Step.SKIPPED
            else:
                self.try_to_send(delivery, texts[delivery.language])
            delivery.save(update_fields=["state", "tries", "due_at", "sent_at", "answer"])

    def keep_pace(self):
        if settings.MAILS_PER_SECOND:
            time.sleep(max(0, self.next_at - time.monotonic()))
            self.next_at = max(self.next_at, time.monotonic() - 1) + 1 / settings.MAILS_PER_SECOND

    def try_to_send(self, delivery, text):
        """Notes on `delivery` what became of it."""
        address = delivery.subscriber.email
        try:
            self.hand_over(mail_of(delivery, text))
        except SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            self.note_refusal(delivery, code, words)
            if is_hard(delivery.answer):
                bounced(delivery.subscriber)
            if code == 421:  # and then it hangs up
                self.close()
        except SMTPDataError as error:
            self.note_refusal(delivery, error.smtp_code, error.smtp_error)
            if error.smtp_code >= 500:
                self.refused.append(delivery.pk)
            elif error.smtp_code == 421:
                self.close()
        except SMTPResponseException as error:  # the sender, or a command, is refused
            self.close()
            answer = answer_in_words(error.smtp_code, error.smtp_error, address)
            raise ServerAway(answer) from error
        except OSError as error:  # it hung up, or was silent for too long
            self.close()
            try_later(delivery, type(error).__name__)
        except ServerAway:
            raise
        except Exception as error:  # a mail that cannot be made holds up no other
            # without the text of the error, which may say the address
            logger.error(
                "Delivery %s: no mail could be made (%s)", delivery.pk, type(error).__name__
            )
            delivery.state, delivery.answer = Step.FAILED, "–"
        else:
            delivery.state, delivery.sent_at, delivery.answer = Step.SENT, timezone.now(), ""
            delivery.tries += 1
            self.sent += 1
            self.refused.clear()

    def hand_over(self, mail):
        """Over the open connection; one that the server has closed meanwhile is opened once more."""
        try:
            is_new = self.connection.open()
        except OSError as error:
            raise ServerAway(answer_in_words("", str(error), "")) from error
        try:
            self.connection.send_messages([mail])
        except SMTPServerDisconnected:
            if is_new:
                raise
            self.close()
            self.hand_over(mail)

    def note_refusal(self, delivery, code, words):
        answer = answer_in_words(code, words, delivery.subscriber.email)
        if code < 500:
            try_later(delivery, answer)
        else:
            delivery.state, delivery.answer = Step.FAILED, answer
            delivery.tries += 1

    def give_up(self, mailing):
        """What a mail says is refused: a person has to look, and nobody is left out meanwhile."""
        refused = Delivery.objects.filter(pk__in=self.refused)
        note_trouble(mailing, refused.values_list("answer", flat=True).last(), None)
        refused.update(state=Step.WAITING)
        self.refused = []
        pause(mailing)
        logger.warning("Mailing %s is paused: the mail server refuses its mails", mailing.pk)

    def close(self):
        try:
            self.connection.close()
        except OSError:
            pass
        self.connection = mailers.default


def note_trouble(mailing, answer, rests_until):
    mailing.trouble, mailing.rests_until = answer, rests_until
    mailing.save(update_fields=["trouble", "rests_until"])


def answer_in_words(code, words, address):
    """One short line without the address."""
    if isinstance(words, bytes):
        words = words.decode("utf-8", "replace")
    line = " ".join(f"{code} {words}".split()).replace("\0", "")
    return without_addresses(line, address)[:200]


def try_later(delivery, answer):
    delivery.answer = answer
    if delivery.tries < len(MINUTES):
        delivery.due_at = timezone.now() + datetime.timedelta(minutes=MINUTES[delivery.tries])
    else:
        delivery.state = Step.FAILED
    delivery.tries += 1


def report(mailing):
    mailing.refresh_from_db()
    try:
        send_report(mailing, counts_of(mailing)[1])
    except OSError:
        logger.warning("The report of mailing %s could not be sent", mailing.pk)
