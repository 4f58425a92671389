"""What ends by time and belongs to no other subject: accounts, sign-ins, refusals, counters."""

import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from healthyboost.accounts.models import User
from healthyboost.mailing.models import Suppression

from .leaving import NAME, empty_account

INVITED_KEPT = datetime.timedelta(days=90)  # an account that nobody has ever used
LEFT_KEPT = datetime.timedelta(days=365)  # one that is switched off, since it was used
REFUSED_KEPT = datetime.timedelta(days=365)
CACHE = "cache"  # the table, which has no model


def forget_people():
    """For a daily job; the number of accounts. One that was never used goes; who has left keeps no name."""
    now = timezone.now()
    off = User.objects.filter(is_active=False).exclude(username__startswith=NAME.format(""))
    never_came = off.filter(last_login=None, date_joined__lt=now - INVITED_KEPT).filter(
        Q(invited_at=None) | Q(invited_at__lt=now - INVITED_KEPT)
    )
    left = off.filter(last_login__lt=now - LEFT_KEPT)
    never_came, left = list(never_came), list(left)
    for user in never_came + left:
        empty_account(user)
    User.objects.filter(pk__in=[user.pk for user in never_came]).delete()
    return len(never_came) + len(left)


def forget_sign_ins():
    """For a timed job: network addresses of sessions that have ended."""
    living = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return UserSession.objects.exclude(session_key__in=living).delete()[0]


def forget_refusals():
    """For a daily job: an address that could not be reached may have another owner by now."""
    limit = timezone.now() - REFUSED_KEPT
    bounced = Suppression.objects.filter(reason=Suppression.Reason.BOUNCED, since__lt=limit)
    return bounced.delete()[0]


def forget_expired():
    """For a timed job: counters that hold no longer. Their table forgets them only when it is full."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {CACHE} WHERE expires < now()")  # noqa: S608
        return cursor.rowcount
