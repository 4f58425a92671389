"""Numbers that the answering processes count together, in memory that all of them see.

The memory is made before the processes are forked. Each writes a row of its own, so that none waits for
another, and a process that takes the place of an ended one counts on in some row: sums never fall.
"""

import functools
import mmap
import re
import time
from bisect import bisect_left
from threading import Lock

from django.conf import settings
from django.urls import get_resolver
from django.urls.resolvers import LocalePrefixPattern

BUCKETS = 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10  # seconds; above them one more
CLASSES = "12345"  # first digits of a status
FOUND = "hit", "miss", "stale"  # what the page cache says of a request
ROWS, MOST_KINDS = 64, 64
PER_KIND = len(CLASSES) + len(BUCKETS) + 2  # the last one: seconds together
BEFORE_KINDS = len(FOUND) + 2  # queries, and their seconds
WIDTH = BEFORE_KINDS + MOST_KINDS * PER_KIND
QUERIES, QUERY_SECONDS = len(FOUND), len(FOUND) + 1
OTHER = "other"


class Counts:
    def __init__(self):
        self.numbers = memoryview(mmap.mmap(-1, ROWS * WIDTH * 8)).cast("d")
        self.lock, self.row = Lock(), 0

    def take_row(self, number):
        """Told to each process when it begins."""
        self.row = number % ROWS * WIDTH

    def note_request(self, path, status, seconds, found):
        """`status`: its first digit; `found`: one of FOUND, or None where no page was looked for."""
        kind = self.row + BEFORE_KINDS + kind_of(path) * PER_KIND
        numbers = self.numbers
        with self.lock:
            numbers[kind + int(status) - 1] += 1
            numbers[kind + len(CLASSES) + bisect_left(BUCKETS, seconds)] += 1
            numbers[kind + PER_KIND - 1] += seconds
            if found:
                numbers[self.row + FOUND.index(found)] += 1

    def note_query(self, seconds):
        with self.lock:
            self.numbers[self.row + QUERIES] += 1
            self.numbers[self.row + QUERY_SECONDS] += seconds

    def total(self, place):
        return sum(self.numbers[place::WIDTH])

    def of_kind(self, number):
        """(requests by CLASSES, requests by BUCKETS and above, seconds)"""
        begin = BEFORE_KINDS + number * PER_KIND
        totals = [self.total(begin + place) for place in range(PER_KIND)]
        return totals[: len(CLASSES)], totals[len(CLASSES) : -1], totals[-1]


counts = Counts()


@functools.cache
def kinds():
    """{first word of an address, after the language: its number}, as the addresses of the portal are."""
    words = ["home", *first_words(get_resolver().url_patterns), settings.STATIC_URL.strip("/")]
    return {
        word: number
        for number, word in enumerate([*dict.fromkeys(words)][: MOST_KINDS - 1] + [OTHER])
    }


def first_words(patterns):
    for pattern in patterns:
        below = getattr(pattern, "url_patterns", [])
        if isinstance(pattern.pattern, LocalePrefixPattern) or (below and not str(pattern.pattern)):
            yield from first_words(below)
        elif word := re.match(r"[\w.-]+(?=/|$)", str(pattern.pattern)):
            yield word[0]


@functools.cache
def languages():
    return frozenset(code for code, _name in settings.LANGUAGES)


@functools.lru_cache(maxsize=1000)
def kind_of(path):
    words = path.split("/", 3)
    word = words[1] if len(words) > 1 else ""
    if word in languages():
        word = words[2] if len(words) > 2 else ""
    numbers = kinds()
    return numbers.get(word or "home", numbers[OTHER])


def count_queries(connection, **kwargs):
    """For the signal of a new connection."""
    if count_query not in connection.execute_wrappers:
        connection.execute_wrappers.append(count_query)


def count_query(execute, sql, params, many, context):
    begin = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        counts.note_query(time.perf_counter() - begin)
