"""How often the forms may be used: counted in the database, so for all processes together.

Counters stand under hashes: neither network addresses nor e-mail addresses are kept here.
"""

import datetime

from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from healthyboost.limits.askers import network_asking

from .models import Attempts

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
MOST_OF_A_NETWORK = 10, HOUR  # forms sent from one network address
MOST_OF_AN_ADDRESS = 3, DAY  # mails that the forms cause to one e-mail address
MOST_IN_ALL = 1000, HOUR  # forms of all: nobody uses the portal to send mail in masses

# One statement: two processes that count at the same moment both count.
COUNT = """
    INSERT INTO mailing_attempts AS known (name, since, count) VALUES (%(name)s, %(now)s, 1)
    ON CONFLICT (name) DO UPDATE SET
        count = CASE WHEN known.since < %(start)s THEN 1 ELSE known.count + 1 END,
        since = CASE WHEN known.since < %(start)s THEN %(now)s ELSE known.since END
    RETURNING count
"""


class TooMany(Exception):
    """Not again now."""


def count_form(request):
    """A form that somebody sent; TooMany where this network address, or everybody, sent too many."""
    if is_too_often(f"network {network_asking(request)}", MOST_OF_A_NETWORK):
        raise TooMany  # and what comes from it does not count for everybody
    if is_too_often("all", MOST_IN_ALL):
        raise TooMany


def may_write_to(email):
    return not is_too_often(f"address {email}", MOST_OF_AN_ADDRESS)


def is_too_often(what, limit):
    most, period = limit
    now = timezone.now()
    name = salted_hmac("healthyboost.mailing.limits", what, algorithm="sha256").hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"name": name, "now": now, "start": now - period})
        return cursor.fetchone()[0] > most


def forget_attempts():
    """For a daily job."""
    Attempts.objects.filter(since__lt=timezone.now() - DAY).delete()
