"""The mails about messages. Colleagues do not get the reader's address: they answer in the portal."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from healthyboost.content.addresses import absolute
from healthyboost.editing.telling import token_of as token_of_user

from .models import Message
from .receiving import KEPT, token_of
from .reported import with_page


def goes_to_person(message):
    """A contact person who is still there, has an address, and whose mail server takes mail."""
    person = message.person
    return bool(person and person.is_shown and person.email and not message.is_person_refused)


def to_user(message, user):
    """To somebody who answers for the page, in the language that she works in."""
    stop = absolute(reverse("admin:no_mail", args=[token_of_user(user)]))
    with override(user.language or settings.LANGUAGE_CODE):
        context = {
            **context_of(message),
            "admin": absolute(reverse("admin:feedback_message_change", args=[message.pk])),
            "stop": stop,
        }
        return EmailMessage(
            about_page(message, _("A reader has written about “%(title)s”")),
            render_to_string("mail/feedback.txt", context),
            to=[user.email],
            headers={"List-Unsubscribe": f"<{stop}>", "Auto-Submitted": "auto-generated"},
        )


def to_person(message):
    """To a contact person, in the language that the page was first written in. An answer to this mail
    reaches the reader."""
    page = message.page
    with override(page.source_language if page else message.page_language):
        context = {
            **context_of(message),
            "answered": absolute(
                reverse("feedback:answered", args=[token_of(message, "answered")])
            ),
        }
        return EmailMessage(
            about_page(message, _("A reader writes to you about “%(title)s”")),
            render_to_string("mail/feedback_contact.txt", context),
            to=[message.person.email],
            reply_to=[message.email],
        )


def to_reader(answer):
    message = answer.message
    with override(message.language):
        context = {
            **context_of(message),
            "answer": answer,
            "own": absolute(reverse("feedback:own", args=[token_of(message, "own")])),
            "form": absolute(with_page(reverse("feedback:report"), message.address)),
        }
        return EmailMessage(
            answer.subject,
            render_to_string("mail/feedback_answer.txt", context),
            to=[message.email],
        )


def first_subject(message):
    """What the subject of an answer is before somebody changes it: in the language of the reader."""
    with override(message.language):
        return about_page(message, _("Your message about “%(title)s”"))[:200]


def about_page(message, words):
    return words % {"title": message.title or message.address}


def context_of(message):
    return {
        "message": message,
        "title": message.title,
        "language": dict(settings.LANGUAGES).get(message.language, ""),
        "is_contact": message.about == Message.About.CONTACT,
        "days": KEPT.days,
    }
