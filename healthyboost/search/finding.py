"""The index asked: what a question finds, the reader's language first.

A common word stands in more texts than anybody reads, and ranking them all takes long. So at most
MOST of each group are ranked, the newest; months are the steps in which older ones are looked at.
"""

import time
from dataclasses import dataclass
from functools import cache

from django.db import connection, transaction
from django.utils import timezone

from healthyboost.content.languages import KNOWN_LANGUAGES
from healthyboost.content.paging import COUNT_LIMIT

from .lexemes import quoted
from .models import Month
from .places import texts_that_say

MOST = COUNT_LIMIT + 1
FEW = 20_000  # texts among which all that match are read at once
FIRST = 8_000  # texts of the newest months that are looked at first, in a larger index
# What a word counts in file, text, summary, title.
WEIGHTS = "{0.02, 0.1, 0.5, 1.0}"
A_YEAR = 0.01  # what a newer year counts: a word in the title as much as sixty
SECONDS = 365 * 24 * 3600
UNDATED = 2  # how many years old a page without a date counts: it stands as long as it is right
FILE = 0.05  # what a file counts less than a page
EXACTLY = 0.2  # what the words count one after another in title or summary

FIND = f"""
SELECT newest.id, content_type_id, object_id, language, file, %s,
    ts_rank('{WEIGHTS}', head, %s::tsquery)
    + {A_YEAR} * coalesce(extract(epoch FROM date)::float8, %s) / {SECONDS}
    + CASE WHEN head @@ %s::tsquery THEN {EXACTLY} ELSE 0 END
    - CASE WHEN file IS NOT NULL THEN {FILE} ELSE 0 END
FROM (
  SELECT id FROM search_entry
  WHERE TEXTS AND published_at <= %s AND (unpublish_at IS NULL OR unpublish_at > %s)
  ORDER BY date DESC NULLS LAST, id DESC LIMIT {MOST}
) AS newest, LATERAL (  -- each by itself: PostgreSQL would rather read a small table as a whole
  SELECT content_type_id, object_id, language, file, date, ts_filter(words, '{{a,b}}') AS head
  FROM search_entry WHERE search_entry.id = newest.id OFFSET 0
) AS texts
"""


@dataclass(frozen=True)
class Found:
    """A text that matches; `is_own`: in the reader's language."""

    id: int
    kind: int
    number: int
    language: str
    file: str | None
    is_own: bool
    score: float

    @property
    def key(self):
        return (not self.is_own, -self.score, self.id)


class Finds(list):
    """All that was found, best first. `has_more`: older texts that match were not looked at."""

    has_more = False


def find(question, language, marks=(), codes=None, some=False):
    """The Finds of a question, of at most MOST texts in `language` and MOST in the others.

    `marks`: what they all have to have (lexemes.marks_of); `codes`: only texts in these languages.
    """
    codes = codes or list(KNOWN_LANGUAGES)
    groups = {
        True: [code for code in codes if code == language],
        False: [code for code in codes if code != language],
    }
    best, finds = {}, Finds()
    for is_own, theirs in groups.items():
        if theirs:
            exactly = question.exactly(theirs)
            texts = stepwise(question.everywhere(theirs, some), exactly, is_own, marks)
            finds.has_more |= len(texts) >= MOST
            for each in sorted(texts, key=lambda each: each.key):
                best.setdefault((each.kind, each.number), each)
    finds += best.values()
    return finds


def stepwise(queries, exactly, is_own, marks):
    """Texts from the newest months on, until there are MOST; two looks at least, seldom more."""
    months, total = timeline()
    looked = min(total, FIRST)
    while True:
        is_all = total <= FEW or looked >= total
        asked = marks if is_all else [*marks, newest(months, looked)]
        found = ask(queries, exactly, is_own, asked)
        if is_all or len(found) >= MOST:
            return found
        expected = len(found) * total / looked
        needed = looked * MOST / max(len(found), 1) * 1.3
        looked = total if expected < 4 * MOST else max(int(needed), looked * 3)


def newest(months, texts):
    """The marks of the newest months that hold so many texts."""
    chosen, held = [], 0
    for mark, number in months:
        chosen.append(mark)
        held += number
        if held >= texts:
            break
    return "|".join(chosen)


def ask(queries, exactly, is_own, marks):
    marked = ["(" + " | ".join(map(quoted, mark.split("|"))) + ")" for mark in marks]
    now = timezone.now()
    # The same all month, so that the pages of results follow one another.
    undated = now.replace(year=now.year - UNDATED, day=1, hour=0, minute=0, second=0, microsecond=0)
    texts, params = texts_that_say(
        {code: " & ".join([f"({query})", *marked]) for code, query in queries.items()}
    )
    words = " | ".join(dict.fromkeys(f"({query})" for query in queries.values()))
    asked = [is_own, words, undated.timestamp(), exactly, *params, now, now]
    with connection.cursor() as cursor:
        cursor.execute(FIND.replace("TEXTS", texts), asked)
        return [Found(*row) for row in cursor.fetchall()]


# How many texts there are of each month

KEPT = 600  # seconds


@cache
def kept():
    return {}


def timeline():
    """([(mark of a month, texts)], newest first, all texts), as count_months() last counted them."""
    held = kept()
    if held.get("until", 0) < time.monotonic():
        months = list(Month.objects.order_by("-mark").values_list("mark", "texts"))
        held["months"], held["until"] = months, time.monotonic() + KEPT
    return held["months"], sum(texts for _mark, texts in held["months"])


def count_months():
    """Count anew, in the background; a number that is old makes a search slower, never wrong."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE search_month IN SHARE ROW EXCLUSIVE MODE")  # one at a time
        cursor.execute("DELETE FROM search_month")
        cursor.execute(
            "INSERT INTO search_month (mark, texts) SELECT coalesce(to_char(date AT TIME ZONE %s,"
            " '\"+m\"YYYYMM'), '+m'), count(*) FROM search_entry"
            " WHERE published_at <= now() AND (unpublish_at IS NULL OR unpublish_at > now())"
            " GROUP BY 1",
            [timezone.get_default_timezone_name()],
        )
    kept().clear()
