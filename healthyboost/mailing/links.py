"""Signed links into one's own subscription. Nobody needs an account, and nobody can guess one.

confirm    in the question whether it was she: a week
own        the own subscription: about a year
end        unsubscribing: never too late
"""

import datetime

from django.core import signing
from django.urls import reverse
from django.utils.translation import override

from healthyboost.content.addresses import absolute

from .models import Subscriber

LASTS = {
    "confirm": datetime.timedelta(days=7),
    "own": datetime.timedelta(days=400),
    "end": None,
}


def salt_of(purpose):
    return f"healthyboost.mailing.{purpose}"


def token_of(subscriber, purpose):
    return signing.dumps(subscriber.pk, salt=salt_of(purpose))


def address_for(subscriber, purpose, language=None):
    """With host, in the language of the subscriber."""
    with override(language or subscriber.language):
        return absolute(reverse(f"subscription_{purpose}", args=[token_of(subscriber, purpose)]))


def subscriber_of(token, purpose):
    """None where the link is not ours or too old, or what it led to is erased."""
    try:
        number = signing.loads(token, salt=salt_of(purpose), max_age=LASTS[purpose])
    except signing.BadSignature:  # SignatureExpired is one
        return None
    return Subscriber.objects.filter(pk=number).first()
