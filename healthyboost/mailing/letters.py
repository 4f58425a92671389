"""The mails about the subscription itself, in the language of the subscriber.

A timed job sends them, so that the answer to a form neither takes longer nor says more for an address
that is known.
"""

import datetime
import logging
import time
from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from .limits import may_write_to
from .links import address_for
from .messages import list_headers, message_id
from .models import SignUp
from .subscribing import TO_CONFIRM, subscriber_for

logger = logging.getLogger(__name__)
AT_ONCE = 200
LATER = datetime.timedelta(minutes=5)


def answer_sign_ups(seconds=10):
    """For a timed job."""
    until = time.monotonic() + seconds
    due = SignUp.objects.filter(due_at__lte=timezone.now()).order_by("pk")
    for number in list(due.values_list("pk", flat=True)[:AT_ONCE]):
        try:
            answer(number)
        except (SMTPRecipientsRefused, SMTPDataError):  # this address, for the moment
            SignUp.objects.filter(pk=number).update(due_at=timezone.now() + LATER)
        except OSError as error:  # no mail can be sent: tried again in some seconds
            logger.warning("No mail to subscribers can be sent: %s", type(error).__name__)
            return
        if time.monotonic() > until:
            return


def answer(number):
    """Once, also where two processes try; a form that can never be answered is forgotten."""
    with transaction.atomic():
        locked = SignUp.objects.select_for_update(skip_locked=True)
        sign_up = locked.filter(pk=number).first()
        if not sign_up:
            return
        if may_write_to(sign_up.email) and (subscriber := subscriber_for(sign_up)):
            send(letter(subscriber, sign_up))
        sign_up.delete()


def send(mail):
    """What is refused for the moment is raised. No address is written into the log."""
    try:
        mail.send()
    except SMTPRecipientsRefused as error:
        if any(code < 500 for code, _words in error.recipients.values()):
            raise
        logger.warning("A subscriber could not be told by mail: the address was refused")
    except SMTPDataError as error:
        if error.smtp_code < 500:
            raise
        logger.warning("A subscriber could not be told by mail: %s", error.smtp_code)
    except ValueError:
        logger.warning("A subscriber could not be told by mail: no mail could be made")


def letter(subscriber, sign_up):
    language = sign_up.language if subscriber.is_confirmed else subscriber.language
    with override(language):
        if subscriber.state == subscriber.State.PENDING:
            subject, template = (
                _("Please confirm your subscription"),
                "mail/subscription_confirm.txt",
            )
        elif sign_up.asks == SignUp.Asks.SUBSCRIBE:
            subject, template = _("You subscribe already"), "mail/subscription_known.txt"
        elif sign_up.asks == SignUp.Asks.THEMES:
            subject, template = _("Please choose your themes again"), "mail/subscription_themes.txt"
        else:
            subject, template = _("Your subscription"), "mail/subscription_link.txt"
        context = {
            "confirm": address_for(subscriber, "confirm", language),
            "own": address_for(subscriber, "own", language),
            "consent": subscriber.consent,
            "days": TO_CONFIRM.days,
        }
        text = render_to_string(template, context)
    name = f"letter-{subscriber.pk}-{sign_up.pk}"
    return EmailMessage(
        subject,
        text,
        settings.BOUNCE_ADDRESS or settings.NEWSLETTER_FROM_EMAIL,
        to=[subscriber.email],
        headers={
            "From": settings.NEWSLETTER_FROM_EMAIL,
            "Message-ID": message_id(name),
            **list_headers(language),
        },
    )


def send_report(mailing, counts):
    """To whoever started it: it is done."""
    user = mailing.started_by
    if not user or not user.email:
        return
    with override(user.language or settings.LANGUAGE_CODE):
        text = render_to_string("mail/mailing_report.txt", {"mailing": mailing, "counts": counts})
        EmailMessage(_("The newsletter has been sent"), text, to=[user.email]).send()
