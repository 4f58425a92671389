"""Messages go by mail to those who answer for the page, answers to the reader: by a timed job that tries
again, so that a form is answered at once and nothing is lost with a mail server or a process.
"""

import datetime
import logging
import time
from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.db import transaction
from django.utils import timezone

from . import letters
from .models import Answer, Message
from .responsible import responsible_for

logger = logging.getLogger(__name__)
AT_ONCE = 100
LATER = datetime.timedelta(minutes=5)
GIVEN_UP = datetime.timedelta(days=5)  # as mail servers do


class Refused(Exception):
    """This mail server never takes this mail."""


def deliver(seconds=10):
    """For a timed job: what is due."""
    until, now = time.monotonic() + seconds, timezone.now()
    messages = Message.objects.filter(told_at=None, state=Message.State.OPEN, due_at__lte=now)
    answers = Answer.objects.filter(sent_at=None, is_refused=False, due_at__lte=now)
    due = [(send_answer, number) for number in pks(answers)]
    due += [(send_message, number) for number in pks(messages)]
    for step, number in due:
        try:
            step(number)
        except OSError as error:  # no mail can be sent: tried again in some seconds
            logger.warning("No mail about messages can be sent: %s", type(error).__name__)
            return
        if time.monotonic() > until:
            return


def pks(rows):
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def send_message(number):
    """To each once, also where two processes try."""
    with transaction.atomic():
        waiting = Message.objects.select_for_update(skip_locked=True, of=("self",))
        message = waiting.filter(pk=number, told_at=None, state=Message.State.OPEN).first()
        if not message:
            return
        is_over = message.sent_at < timezone.now() - GIVEN_UP  # it stands in the admin all the same
        fault = send_to_all(message)
        if fault and not is_over:
            message.due_at = timezone.now() + LATER
        else:
            message.told_at = timezone.now()
        message.save(update_fields=["told", "told_at", "due_at", "is_person_refused"])
    if fault and is_no_answer(fault):
        raise fault


def send_to_all(message):
    """The fault where somebody has to be written to later; None where everybody has the mail."""
    if letters.goes_to_person(message):
        try:
            return send(letters.to_person(message))
        except Refused:
            message.is_person_refused = True
    fault = None
    for user in responsible_for(message):
        if user.pk in message.told:
            continue
        try:
            late = send(letters.to_user(message, user))
        except Refused:
            late = None
        if late:
            fault = late
            if is_no_answer(late):
                break
        else:
            message.told.append(user.pk)
    return fault


def send_answer(number):
    with transaction.atomic():
        waiting = Answer.objects.select_for_update(skip_locked=True, of=("self",))
        answer = waiting.filter(pk=number, sent_at=None, is_refused=False).first()
        if not answer:
            return
        fault = None
        try:
            if fault := send(letters.to_reader(answer)):
                if answer.written_at < timezone.now() - GIVEN_UP:
                    raise Refused
                answer.due_at = timezone.now() + LATER
            else:
                answer.sent_at = timezone.now()
        except Refused:  # somebody has to know
            answer.is_refused = True
            answer.message.reopen()
        answer.save(update_fields=["due_at", "sent_at", "is_refused"])
    if fault and is_no_answer(fault):
        raise fault


def send(mail):
    """The fault that may pass, or None; Refused. No address is written into the log."""
    try:
        mail.send()
    except SMTPRecipientsRefused as error:
        return later_or_never(error, max(code for code, _words in error.recipients.values()))
    except SMTPDataError as error:
        return later_or_never(error, error.smtp_code)
    except OSError as error:
        return error
    except ValueError as error:
        raise Refused from error
    return None


def later_or_never(error, code):
    if code < 500:
        return error
    logger.warning("A mail about a message was refused: %s", code)
    raise Refused from error


def is_no_answer(fault):
    """The mail server itself is away: it makes no sense to try the next mail now."""
    return not isinstance(fault, (SMTPRecipientsRefused, SMTPDataError))
