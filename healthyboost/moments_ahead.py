"""Moments that were noted while the clock of the machine was ahead, drawn near once it is right again.

None of these columns is ever set further ahead than said here. Left as it is, a moment of a wrong clock
would shut somebody out, or let a job rest, until that time has really come.
"""

import logging
from collections import Counter
from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone

from healthyboost.discovery.models import LONGEST_PAUSE
from healthyboost.feedback import delivering
from healthyboost.mailing import letters, sending

logger = logging.getLogger(__name__)
NOW = timedelta(0)
TOLERANCE = timedelta(minutes=1)  # by which clocks of several machines may differ
SESSION = timedelta(seconds=settings.SESSION_COOKIE_AGE)
ATTEMPTS_COUNT = timedelta(minutes=5)  # ACCOUNT_RATE_LIMITS; django-allauth's own are shorter
LAST_TRY = timedelta(minutes=max(sending.MINUTES))
WAITING = {"state": "waiting"}
# Until when something has been told. What came in the minutes since the clock is right has not been:
# better twice than never.
JUST_NOW = timedelta(minutes=-10)
# model, column, how far ahead it is set at most, how far ahead it is then put, of which rows
FURTHEST = [
    ("sessions.Session", "expire_date", SESSION, SESSION, {}),
    ("mailing.Attempts", "since", NOW, NOW, {}),
    ("mailing.SignUp", "due_at", letters.LATER, NOW, {}),
    ("mailing.Mailing", "rests_until", sending.REST, NOW, {}),
    ("mailing.Delivery", "due_at", NOW, NOW, WAITING | {"tries": 0}),
    ("mailing.Delivery", "due_at", LAST_TRY, NOW, WAITING),
    ("feedback.Message", "due_at", delivering.LATER, NOW, {"told_at": None}),
    ("feedback.Answer", "due_at", delivering.LATER, NOW, {"sent_at": None}),
    ("demand.DigestChoice", "told_until", NOW, JUST_NOW, {}),
    ("discovery.Told", "until", NOW, JUST_NOW, {}),
    ("discovery.Told", "upto", NOW, NOW, {}),
    ("discovery.Told", "next_try", LONGEST_PAUSE, NOW, {}),
    ("translation.Comment", "told_at", NOW, NOW, {}),
    ("translation.MachineRun", "changed_at", NOW, NOW, {"finished_at": None}),
]
DRAW_COUNTERS_NEAR = "UPDATE cache SET expires = %s WHERE expires > %s"


def draw_moments_near():
    """For a timed job."""
    now, drawn = timezone.now(), Counter()
    for label, name, furthest, near, rows in FURTHEST:
        ahead = {f"{name}__gt": now + furthest + TOLERANCE}
        found = apps.get_model(label).objects.filter(**ahead, **rows)
        drawn[f"{label}.{name}"] += found.update(**{name: now + near})
    with connection.cursor() as cursor:  # no model, as it is Django's cache
        nearest = now + ATTEMPTS_COUNT
        cursor.execute(DRAW_COUNTERS_NEAR, [nearest, nearest + TOLERANCE])
        drawn["cache.expires"] += cursor.rowcount
    if any(drawn.values()):
        said = ", ".join(f"{number} × {name}" for name, number in drawn.items() if number)
        logger.warning("The clock was ahead; drawn near: %s", said)
