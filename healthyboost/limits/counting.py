"""Counted in the memory of each process, and each second added up in the database: a limit holds for all
processes of all hosts together, a second late, and costs a query a second at most.

A network stands here under a keyed hash, and under another one in each period: nobody can tell from the
numbers who asked, nor that the same network asked twice. What comes out of a cache is not counted.
"""

import functools
import time
from collections import Counter
from threading import Lock
from typing import NamedTuple

from django.db import connection
from django.urls import get_resolver
from django.utils.crypto import salted_hmac
from django.utils.timezone import now

from .askers import is_this_machine, network_asking
from .models import Count

EVERY = 1  # second
MOST_NETWORKS = 20_000  # that a process counts in a second; beyond that others are let in
ADD = """
INSERT INTO limits_count AS known (name, until, count)
SELECT name, to_timestamp(until), count
FROM unnest(%s::text[], %s::float8[], %s::int[]) AS counted(name, until, count)
ORDER BY name -- or two processes wait for each other
ON CONFLICT (name) DO UPDATE SET count = known.count + EXCLUDED.count
RETURNING name, count
"""


class Limit(NamedTuple):
    name: str
    most: int
    seconds: int = 60


SEARCH = Limit("search", 60)  # a school behind one address may search together
INTERFACE = Limit("interface", 300)


class TooOften(Exception):
    """To be answered with 429; `seconds` until it may be tried again."""

    def __init__(self, seconds):
        super().__init__(seconds)
        self.seconds = seconds


class Counts:
    """Of this process: what it has not told the others yet, and what all had counted when it last did."""

    def __init__(self):
        self.own, self.of_all = Counter(), {}  # {(moment of its end, hash): number}
        self.told_at, self.lock = float("-inf"), Lock()  # of the clock that nobody sets

    def add(self, limit, network):
        """Count one; TooOften where it is one too many."""
        moment = time.time()
        period = int(moment // limit.seconds)
        until = (period + 1) * limit.seconds
        key = until, hashed(limit.name, period, network)
        with self.lock:
            if key not in self.own and len(self.own) >= MOST_NETWORKS:
                return
            self.own[key] += 1
        if time.monotonic() - self.told_at >= EVERY:  # under load the pulse may come late
            self.exchange()
        if self.own[key] + self.of_all.get(key, 0) > limit.most:
            raise TooOften(int(until - moment) + 1)

    def exchange(self):
        """Tell the database, and learn what the others have counted."""
        with self.lock:
            own, self.own = self.own, Counter()
            self.told_at, moment = time.monotonic(), time.time()
            self.of_all = {key: count for key, count in self.of_all.items() if key[0] > moment}
            for key, count in own.items():  # they count on while the database is asked
                self.of_all[key] = self.of_all.get(key, 0) + count
        if not own:
            return
        columns = zip(*((name, until, count) for (until, name), count in own.items()), strict=True)
        try:
            with connection.cursor() as cursor:
                cursor.execute(ADD, list(map(list, columns)))
                told = dict(cursor.fetchall())
        except Exception:
            with self.lock:  # told in a second
                self.own.update(own)
                for key, count in own.items():
                    self.of_all[key] = self.of_all.get(key, 0) - count
            raise
        with self.lock:
            self.of_all |= {key: max(told[key[1]], self.of_all.get(key, 0)) for key in own}


counts = Counts()


def hashed(*words):
    text = " ".join(map(str, words))
    return salted_hmac("healthyboost.limits", text, algorithm="sha256").hexdigest()


def count(limit, request):
    """One more for the network of the asker; TooOften where it had enough."""
    network = network_asking(request)
    if network and not is_this_machine(network):
        counts.add(limit, network)


def limited(limit):
    """A view whose answers cost something: 429 for the network that has had too many of them."""

    def mark(view):
        @functools.wraps(view)
        def answer(request, *args, **kwargs):
            try:
                count(limit, request)
            except TooOften as often:
                return too_often(request, often)
            return view(request, *args, **kwargs)

        return answer

    return mark


def too_often(request, often):
    response = get_resolver().resolve_error_handler(429)(request, often)
    response["Retry-After"] = str(often.seconds)
    response["Cache-Control"] = "no-store"
    return response


def forget_counts():
    """For a timed job: those of periods that are over."""
    Count.objects.filter(until__lt=now()).delete()
