"""How somebody becomes a subscriber, and how she ends it: each step, and when its traces go.

Nothing is sent to an address before its owner has confirmed it, save the question whether it was she.
"""

import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from healthyboost.content.models import Theme

from .addresses import fingerprint, fingerprints, key_mark
from .models import SignUp, Subscriber, Suppression

State = Subscriber.State
# Whoever changes the words changes the version too.
CONSENT_VERSION = "2026-11"
CONSENT = _(
    "Healthy Boost may send me its newsletter by mail. My address is used for nothing else and "
    "given to nobody. Nobody counts whether I open a mail or follow a link. I can end this at "
    "any time with the link in each mail."
)
TO_CONFIRM = datetime.timedelta(days=7)
TO_UNDO = datetime.timedelta(days=30)
TO_ANSWER = datetime.timedelta(days=2)  # a form, where no mail can be sent meanwhile
TO_TRY_AGAIN = datetime.timedelta(days=30)  # an address that could not be reached


def note_sign_up(asks, email, language, themes=()):
    """What a form does: the same for every address."""
    return SignUp.objects.create(
        asks=asks,
        email=email,
        language=language,
        themes=[theme.pk for theme in themes],
        consent=str(CONSENT) if asks == SignUp.Asks.SUBSCRIBE else "",
        consent_language=get_language(),
    )


def subscriber_for(sign_up):
    """Whom the answer to a form goes to; None: to nobody. For the background process."""
    known = Subscriber.objects.select_for_update().filter(email=sign_up.email).first()
    if sign_up.asks != SignUp.Asks.SUBSCRIBE or (known and known.is_confirmed):
        return known
    if is_suppressed(sign_up.email):
        return None
    subscriber = known or Subscriber(email=sign_up.email)
    subscriber.state = State.PENDING
    subscriber.language = sign_up.language
    subscriber.consent, subscriber.consent_version = sign_up.consent, CONSENT_VERSION
    subscriber.consent_language = sign_up.consent_language
    subscriber.consented_at = subscriber.created_at = sign_up.asked_at
    subscriber.confirmed_at = subscriber.ended_at = None
    subscriber.save()
    choose_themes(subscriber, Theme.objects.filter(pk__in=sign_up.themes))
    return subscriber


def choose_themes(subscriber, themes):
    """What she decides herself; what the deletion of a theme does is something else."""
    subscriber.themes.set(themes)
    subscriber.has_chosen_themes, subscriber.is_told_of_lost_themes = bool(themes), False
    subscriber.save(update_fields=["has_chosen_themes", "is_told_of_lost_themes"])


@transaction.atomic
def ask_for_other_themes():
    """For a daily job: whoever had chosen only themes that are deleted is asked once, by mail."""
    lost = Subscriber.objects.filter(
        state=State.CONFIRMED, has_chosen_themes=True, is_told_of_lost_themes=False, themes=None
    )
    for subscriber in lost.select_for_update(of=["self"]):
        note_sign_up(SignUp.Asks.THEMES, subscriber.email, subscriber.language)
        subscriber.is_told_of_lost_themes = True
        subscriber.save(update_fields=["is_told_of_lost_themes"])


def is_suppressed(email):
    """Who asked to be erased may come back; who never asked is left alone."""
    found = Suppression.objects.filter(fingerprint__in=fingerprints(email)).exclude(
        reason=Suppression.Reason.ERASED
    )
    lately = timezone.now() - TO_TRY_AGAIN
    return found.exclude(reason=Suppression.Reason.BOUNCED, since__lt=lately).exists()


def confirm(subscriber):
    """Also what undoes an unsubscription."""
    if subscriber.is_confirmed:
        return
    subscriber.state, subscriber.ended_at, subscriber.soft_bounces = State.CONFIRMED, None, 0
    subscriber.confirmed_at = subscriber.confirmed_at or timezone.now()
    subscriber.save()
    Suppression.objects.filter(fingerprint__in=fingerprints(subscriber.email)).delete()


def unsubscribe(subscriber):
    if subscriber.is_confirmed:
        end(subscriber, State.UNSUBSCRIBED)


def end(subscriber, state):
    subscriber.state, subscriber.ended_at = state, timezone.now()
    subscriber.save(update_fields=["state", "ended_at", "soft_bounces"])


def bounced(subscriber):
    """Her address cannot be reached, and is asked again only if she signs up again after a while."""
    end(subscriber, State.BOUNCED)
    suppress(subscriber.email, Suppression.Reason.BOUNCED)


@transaction.atomic
def erase(subscriber, reason=Suppression.Reason.ERASED):
    """What is left says only that some address does not want the newsletter."""
    subscriber.delete()  # first: it waits for a mail that is just being sent to her
    SignUp.objects.filter(email=subscriber.email).delete()
    suppress(subscriber.email, reason)


def suppress(email, reason):
    Suppression.objects.filter(fingerprint__in=fingerprints(email)[1:]).delete()
    Suppression.objects.update_or_create(
        fingerprint=fingerprint(email),
        defaults={"reason": reason, "since": timezone.now(), "key": key_mark()},
    )


def data_of(subscriber):
    """All that is kept of her, for herself."""
    deliveries = subscriber.deliveries.select_related("mailing").order_by("pk")
    return {
        "email": subscriber.email,
        "language": subscriber.language,
        "themes": [theme.slug for theme in subscriber.themes.all()],
        "has_chosen_themes": subscriber.has_chosen_themes,
        "state": subscriber.state,
        "consent": {
            "text": subscriber.consent,
            "version": subscriber.consent_version,
            "language": subscriber.consent_language,
            "given_at": subscriber.consented_at,
        },
        "signed_up_at": subscriber.created_at,
        "confirmed_at": subscriber.confirmed_at,
        "ended_at": subscriber.ended_at,
        "returned_mails": subscriber.soft_bounces,
        "mails": [
            {
                "title": delivery.mailing.title,
                "language": delivery.language,
                "state": delivery.state,
                "sent_at": delivery.sent_at,
                "answer_of_mail_server": delivery.answer,
            }
            for delivery in deliveries
        ],
    }


def forget_subscribers():
    """For a daily job: who never confirmed, who has ended it long enough ago, unanswered forms."""
    now = timezone.now()
    ended = [State.UNSUBSCRIBED, State.BOUNCED]
    Subscriber.objects.filter(
        Q(state=State.PENDING, created_at__lt=now - TO_CONFIRM)
        | Q(state__in=ended, ended_at__lt=now - TO_UNDO)
    ).delete()
    SignUp.objects.filter(asked_at__lt=now - TO_ANSWER).delete()
