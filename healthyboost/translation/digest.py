"""One mail a day or a week to each translator: what is new to translate. None where nothing is new.

A job looks every few minutes. A choice is locked while its mail is made and sent, and remembers until
when it has told: two processes never send two for the same period.
"""

import datetime
import logging
from dataclasses import dataclass
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import ngettext

from healthyboost.accounts.models import Role, User
from healthyboost.demand.models import DigestChoice

from .comment_mail import editor_address
from .comments import Comment
from .counting import catch_up
from .queue import Queue
from .queue_rows import name_of, rows_of
from .reach import Sums, languages_of_queue, to_do_of

logger = logging.getLogger(__name__)
SALT = "healthyboost.translation.digest"
Period = DigestChoice.Period
HOUR = 7  # of the morning, in the portal's zone
SHOWN = 12  # texts of each language; the rest is a link
MOST_ANSWERS = 12


@dataclass
class News:
    """Of one language."""

    language: str
    name: str
    rows: list
    new: Sums
    all: Sums

    @property
    def more(self):
        return self.new.texts - len(self.rows)


def send_digests():
    """For a timed job."""
    now = timezone.now()
    give_translators_a_choice()
    waiting = DigestChoice.objects.none()
    for period in (Period.DAILY, Period.WEEKLY):
        due = last_due(period, now)
        waiting |= DigestChoice.objects.filter(period=period, told_until__lt=due)
    waiting = waiting.filter(user__is_active=True).exclude(user__email="")
    numbers = list(waiting.order_by("pk").values_list("pk", flat=True))
    if numbers:
        catch_up()
    for number in numbers:
        try:
            send_digest(number, now)
        except OSError as error:  # no mail can be sent: tried again in some minutes
            logger.warning("Translators could not be told by mail: %s", error)
            return
        except Exception:  # the others are told all the same
            logger.exception("The digest of choice %s failed", number)


def give_translators_a_choice():
    """Whoever translates is told once a week, until she chooses otherwise."""
    translators = User.objects.filter(
        is_active=True, grants__role=Role.TRANSLATOR, digest_choice=None
    )
    DigestChoice.objects.bulk_create(
        [DigestChoice(user=user) for user in translators.distinct()], ignore_conflicts=True
    )


def last_due(period, now):
    """The last morning at which a digest of `period` was to go out."""
    local = timezone.localtime(now)
    morning = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    days = 1 if local < morning else 0
    if period == Period.WEEKLY:
        days += (morning - datetime.timedelta(days=days)).weekday()
    return morning - datetime.timedelta(days=days)


def send_digest(number, now):
    with transaction.atomic():
        choices = DigestChoice.objects.select_for_update(skip_locked=True, of=["self"])
        choice = choices.select_related("user").filter(pk=number).first()
        if not choice or choice.period == Period.OFF:
            return  # another process is at it, or she has just switched it off
        if choice.told_until >= last_due(choice.period, now):
            return
        with translation.override(choice.user.language or settings.LANGUAGE_CODE):
            message = digest(choice.user, choice.told_until)
        if message and is_sent(message):
            choice.mailed_at = now
        choice.told_until = now
        choice.save(update_fields=["told_until", "mailed_at"])


def is_sent(message):
    """False where the address refuses it: there is another digest in a day or a week."""
    try:
        message.send()
    except SMTPRecipientsRefused:
        logger.warning("A translator could not be told by mail: her address was refused")
        return False
    return True


def digest(user, since):
    """The mail, in the active language; None where nothing is new."""
    every = (news_in(user, code, since) for code in languages_of_queue(user))
    news, answers = [each for each in every if each.new.texts], answers_to(user, since)
    if not news and not answers:
        return None
    totals = to_do_of(user)
    for each in news:
        each.all = totals[each.language]
    stop = settings.SITE_ADDRESS + reverse("admin:digest_off", args=[token_of(user)])
    context = {
        "site": settings.SITE_ADDRESS,
        "news": news,
        "answers": answers,
        "stop": stop,
        "choose": settings.SITE_ADDRESS + reverse("admin:digest"),
        "queue": settings.SITE_ADDRESS + reverse("admin:translate"),
    }
    headers = {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    text = render_to_string("mail/digest.txt", context)
    return EmailMessage(subject(news, answers), text, to=[user.email], headers=headers)


def subject(news, answers):
    texts = sum(each.new.texts for each in news)
    if not texts:
        words = ngettext(
            "%(n)s question of yours was answered",
            "%(n)s questions of yours were answered",
            len(answers),
        )
        return words % {"n": len(answers)}
    languages = ", ".join(each.name for each in news)
    words = ngettext(
        "%(n)s new text to translate (%(languages)s)",
        "%(n)s new texts to translate (%(languages)s)",
        texts,
    )
    return words % {"n": texts, "languages": languages}


def news_in(user, language, since):
    queue = Queue(user, language, {}, since)
    found, _following = queue.page(limit=SHOWN)
    name = str(capfirst(dict(settings.LANGUAGES)[language]))
    return News(language, name, rows_of(found, language, queue.now), queue.sums, Sums())


def answers_to(user, since):
    """[{title, writer, text, address}] of what others said in threads that she began."""
    said = Comment.objects.filter(thread__written_by=user, written_at__gt=since)
    said = said.exclude(written_by=user).exclude(text="").select_related("thread", "written_by")
    said = list(said.prefetch_related("page").order_by("-pk")[:MOST_ANSWERS])
    return [
        {
            "title": " ".join(name_of(each.page)[0].split()),
            "writer": each.writer,
            "text": each.text,
            "address": settings.SITE_ADDRESS
            + editor_address(each.page, language, f"?comment={each.thread_id}"),
        }
        for each in said
        if each.page and (language := each.language or each.thread.language)
    ]


def token_of(user):
    return signing.dumps(user.pk, salt=SALT)


def user_of(token):
    """None where the link is not ours."""
    try:
        return User.objects.filter(pk=signing.loads(token, salt=SALT)).first()
    except signing.BadSignature:
        return None


def choice_of(user):
    """Hers; one that is not stored yet where she has never chosen."""
    found = DigestChoice.objects.filter(user=user).first()
    is_translator = any(grant.role == Role.TRANSLATOR for grant in user.current_grants)
    return found or DigestChoice(user=user, period=Period.WEEKLY if is_translator else Period.OFF)


def choose(user, period):
    """What is new counts from now on, where she had none before."""
    choice = choice_of(user)
    if choice.period == Period.OFF:
        choice.told_until = timezone.now()
    choice.period = period
    choice.save()
    return choice
