"""“Tell me by mail when it is there”: one question whether it was she, one mail, and it is forgotten.

A job looks each minute, so that what is scheduled is told as well, and so that an answer to a reader
never takes longer or says more because her address is known already.
"""

import datetime
import logging
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from healthyboost.content.models import public_in

from .models import Wish
from .requests import lack_in, page_of

logger = logging.getLogger(__name__)
SALT = "healthyboost.demand.wishes"
TO_CONFIRM = datetime.timedelta(days=2)
KEPT = datetime.timedelta(days=365)
MOST_OPEN = 3  # questions to one address at a time: nobody fills the mail box of another
AT_ONCE = 200  # mails
CONSENT = gettext_lazy(
    "We keep your address for this one mail only, delete it when the mail is sent, and after a year "
    "in any case. Nobody else gets it."
)


def wish_for(page, language, wants, email):
    """Keep it until it is confirmed; nothing happens where it is kept already."""
    open_questions = Wish.objects.filter(email=email, confirmed_at=None).count()
    if open_questions < MOST_OPEN:
        Wish.objects.get_or_create(
            email=email,
            content_type=ContentType.objects.get_for_model(page),
            object_id=page.pk,
            language=language,
            defaults={"wants": wants, "consent": str(CONSENT)},
        )


def token_of(wish):
    return signing.dumps(wish.pk, salt=SALT)


def wish_of(token):
    """None where the link is not ours, or the wish has come true or was taken back."""
    try:
        return Wish.objects.filter(pk=signing.loads(token, salt=SALT)).first()
    except signing.BadSignature:
        return None


def page_wished(wish):
    kind = wish.content_type
    return page_of(f"{kind.app_label}.{kind.model}", wish.object_id)


def mail_wishes():
    """For a timed job: ask whoever has just wished something, tell whom a wish has come true."""
    try:
        for wish in Wish.objects.filter(mailed_at=None, confirmed_at=None)[:AT_ONCE]:
            page = page_wished(wish)
            if page and page.languages:  # it may have been withdrawn since
                send(wish, question(wish, page), note_question)
        for wish, page in fulfilled():
            send(wish, fulfilment(wish, page), Wish.delete)
    except OSError as error:  # no mail can be sent: tried again in a minute
        logger.warning("Readers could not be told by mail: %s", error)


def send(wish, message, then):
    """Once, also where two processes try; an address that refuses mail for good is forgotten."""
    with transaction.atomic():
        mine = Wish.objects.select_for_update(skip_locked=True).filter(pk=wish.pk).first()
        if not mine or mine.mailed_at != wish.mailed_at:
            return
        try:
            message.send()
        except SMTPRecipientsRefused as error:
            logger.warning("A reader could not be told by mail: her address was refused")
            if all(code >= 500 for code, _words in error.recipients.values()):
                mine.delete()
        else:
            then(mine)


def question(wish, page):
    with translation.override(wish.language):
        return mail(wish, page, _("Is this your wish?"), "mail/wish_confirm.txt")


def note_question(wish):
    wish.mailed_at = timezone.now()
    wish.save(update_fields=["mailed_at"])


def fulfilment(wish, page):
    with translation.override(wish.language):
        subject = _("The page that you wished for is there")
        return mail(wish, page, subject, "mail/wish_fulfilled.txt")


def mail(wish, page, subject, template):
    shown = page.shown
    context = {
        "title": shown.title,
        "is_update": wish.wants == Wish.Wants.UPDATE,
        "is_machine": shown.origin == "machine",
        "address": settings.SITE_ADDRESS + page.get_absolute_url(),
        "link": settings.SITE_ADDRESS + reverse("wish", args=[token_of(wish)]),
        "consent": wish.consent,
    }
    return EmailMessage(subject, render_to_string(template, context), to=[wish.email])


def fulfilled():
    """(wish, page) of what is public now in the language that was wished for, and up to date."""
    confirmed = Wish.objects.exclude(confirmed_at=None)
    for kind, language in list(confirmed.values_list("content_type", "language").distinct()):
        model = ContentType.objects.get_for_id(kind).model_class()
        wishes = confirmed.filter(content_type=kind, language=language)
        pages = model.objects.filter(public_in(language), pk__in=wishes.values("object_id"))
        pages = {page.pk: page for page in pages}
        for wish in wishes.filter(object_id__in=pages)[:AT_ONCE]:
            page = pages[wish.object_id]
            if wish.wants == Wish.Wants.TRANSLATION or not lack_in(page, language):
                yield wish, page


def forget_wishes():
    """For a daily job: what was never confirmed, and what has not come true in a year."""
    now = timezone.now()
    too_old = Q(asked_at__lt=now - KEPT)
    unconfirmed = Q(confirmed_at=None, asked_at__lt=now - TO_CONFIRM)
    Wish.objects.filter(too_old | unconfirmed).delete()
