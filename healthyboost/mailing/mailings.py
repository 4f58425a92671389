"""A mailing is started, stopped and told about. healthyboost.mailing.sending does the sending."""

import datetime
from collections import defaultdict
from dataclasses import dataclass

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .messages import composed, list_headers, prepared, sendable
from .models import Delivery, Mailing, MailingText, Subscriber

State, Step = Mailing.State, Delivery.State
DELIVERIES_KEPT = datetime.timedelta(days=400)
FIRST = "INSERT INTO mailing_delivery (mailing_id, state, tries, due_at, answer, subscriber_id, language)"


class CannotBeSent(Exception):
    """Says why in a sentence."""


@dataclass(frozen=True)
class Counts:
    """Of one language, or of all."""

    name: str
    numbers: dict

    def __getattr__(self, state):
        return self.numbers.get(state, 0)

    @property
    def all(self):
        return sum(self.numbers.values())

    @property
    def done(self):
        return self.all - self.numbers.get(Step.WAITING, 0)


def deliveries_of(sent_object):
    kind = ContentType.objects.get_for_model(sent_object)
    return Delivery.objects.filter(mailing__content_type=kind, mailing__object_id=sent_object.pk)


def mailings_of(sent_object):
    kind = ContentType.objects.get_for_model(sent_object)
    return Mailing.objects.filter(content_type=kind, object_id=sent_object.pk).order_by("-pk")


def recipients_of(sent_object):
    """Confirmed subscribers who have not got it yet, with a theme of it where they have chosen some."""
    served = deliveries_of(sent_object).filter(
        subscriber=OuterRef("pk"), state__in=[Step.SENT, Step.BOUNCED, Step.WAITING]
    )
    found = Subscriber.objects.filter(~Exists(served), state=Subscriber.State.CONFIRMED)
    themes = sendable[type(sent_object)].themes_of(sent_object)
    if themes is None:
        return found
    chosen = Subscriber.themes.through.objects.filter(subscriber=OuterRef("pk"))
    wants_all = ~Exists(chosen) & Q(has_chosen_themes=False)
    return found.filter(wants_all | Exists(chosen.filter(theme__in=list(themes))))


def recipients_by_language(sent_object):
    counted = recipients_of(sent_object).values_list("language").annotate(number=Count("pk"))
    numbers = dict(counted.order_by("language"))
    return {code: numbers[code] for code, _name in settings.LANGUAGES if code in numbers}


def faults_of(sent_object):
    """Sentences: why it cannot be sent."""
    faults = list(sendable[type(sent_object)].faults_of(sent_object))
    if not sent_object.languages:
        faults.insert(0, _("It is public in no language yet."))
    return faults


@transaction.atomic
def start_mailing(sent_object, user):
    """Everything that will be sent is kept now: what is edited later changes no mail.

    IntegrityError where it is being sent already; CannotBeSent where something is wrong with it.
    """
    if faults := faults_of(sent_object):
        raise CannotBeSent(faults[0])
    mailing = Mailing.objects.create(
        content_type=ContentType.objects.get_for_model(sent_object),
        object_id=sent_object.pk,
        title=str(sent_object)[:250],
        started_by=user,
    )
    forgive_returned_mails(before=mailing)
    query = recipients_of(sent_object).order_by("pk").values_list("pk", "language").query
    sql, values = query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"{FIRST} SELECT %s, 'waiting', 0, %s, '', * FROM ({sql}) AS recipients",
            [mailing.pk, timezone.now(), *values],
        )
    languages = mailing.deliveries.values_list("language", flat=True).distinct()
    MailingText.objects.bulk_create(
        [text_of(mailing, sent_object, language) for language in languages.order_by("language")]
    )
    return mailing


def text_of(mailing, sent_object, language):
    message = prepared(sent_object, language)
    return MailingText(
        mailing=mailing,
        language=language,
        text_language=message.language,
        subject=message.subject,
        html=message.html,
        text=message.text,
    )


def forgive_returned_mails(before):
    """Only mails that come back one after the other count."""
    last = Mailing.objects.filter(pk__lt=before.pk, state=State.FINISHED).order_by("-pk").first()
    if last:
        Subscriber.objects.filter(
            soft_bounces__gt=0, deliveries__mailing=last, deliveries__state=Step.SENT
        ).update(soft_bounces=0)


def send_test(sent_object, language, address):
    """As subscribers of `language` get it, but for the links, which lead to no subscription."""
    text = text_of(None, sent_object, language)
    text.subject = f"[Test] {text.subject}"
    ways = settings.SITE_ADDRESS, settings.SITE_ADDRESS
    composed(text, address, list_headers(text.text_language), *ways).send()


# While it is being sent


def move(mailing, state, *before):
    """Whether it was in one of the states `before`: two who press different buttons both are told."""
    is_over = state in (State.CANCELLED, State.FINISHED)
    changed = Mailing.objects.filter(pk=mailing.pk, state__in=before).update(
        state=state,
        finished_at=timezone.now() if is_over else None,
        trouble="" if state == State.SENDING else F("trouble"),
        rests_until=None,
    )
    if changed and state == State.CANCELLED:
        mailing.deliveries.filter(state=Step.WAITING).update(state=Step.SKIPPED)
    if changed and state == State.SENDING:
        mailing.deliveries.filter(state=Step.WAITING).update(due_at=timezone.now())
    return bool(changed)


def pause(mailing):
    return move(mailing, State.PAUSED, State.SENDING)


def resume(mailing):
    return move(mailing, State.SENDING, State.PAUSED)


def cancel(mailing):
    return move(mailing, State.CANCELLED, State.SENDING, State.PAUSED)


def finish(mailing):
    """Whether it was this call that ended it: nobody waits any more."""
    waiting = Delivery.objects.filter(mailing=OuterRef("pk"), state=Step.WAITING)
    ended = Mailing.objects.filter(~Exists(waiting), pk=mailing.pk, state=State.SENDING)
    return bool(ended.update(state=State.FINISHED, finished_at=timezone.now()))


# The report


def numbers_of(mailing):
    """{language: {state: number}}"""
    if mailing.report:
        return mailing.report
    numbers = defaultdict(dict)
    counted = mailing.deliveries.values_list("language", "state").annotate(number=Count("pk"))
    for language, state, number in counted.order_by("language", "state"):
        numbers[language][state] = number
    return dict(numbers)


def counts_of(mailing):
    """([Counts of each language], Counts of all)"""
    numbers, sums = numbers_of(mailing), defaultdict(int)
    for each in numbers.values():
        for state, number in each.items():
            sums[state] += number
    languages = [
        Counts(str(capfirst(name)), numbers[code])
        for code, name in settings.LANGUAGES
        if code in numbers
    ]
    return languages, Counts("", dict(sums))


def answers_of(mailing):
    """[(answer of the mail server, how often)] of what was not delivered, the most frequent first."""
    failed = mailing.deliveries.filter(
        Q(state__in=[Step.FAILED, Step.BOUNCED]) | Q(state=Step.WAITING, tries__gt=0)
    ).exclude(answer="")
    return (
        failed.values_list("answer").annotate(number=Count("pk")).order_by("-number", "answer")[:20]
    )


def forget_deliveries():
    """For a daily job: who got what. The numbers stay."""
    old = Mailing.objects.filter(started_at__lt=timezone.now() - DELIVERIES_KEPT, report={})
    for mailing in old.exclude(state__in=[State.SENDING, State.PAUSED]):
        with transaction.atomic():
            mailing.report = numbers_of(mailing)
            mailing.save(update_fields=["report"])
            mailing.deliveries.all().delete()
