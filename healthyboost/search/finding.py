"""The index asked: what a question finds, the reader's language first.

A common word stands in more texts than anybody reads, and ranking them all takes long. So at most
MOST of each group are ranked, the newest; months are the steps in which older ones are looked at.
"""

import time
from collections.abc import Sequence
from functools import cache, cached_property
from typing import NamedTuple

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg.errors import QueryCanceled

from healthyboost.content.languages import KNOWN_LANGUAGES
from healthyboost.content.paging import COUNT_LIMIT

from .lexemes import quoted
from .models import Month
from .places import each_that_says

MOST = COUNT_LIMIT + 1
FEW = 20_000  # texts among which all that match are read at once
FIRST = 8_000  # texts of the newest months that are looked at first, in a larger index
SECOND = 20_000  # where all are too many
IN_TIME = "250ms"  # that a look at all may take
# What a word counts in file, text, summary, title.
WEIGHTS = "{0, 0, 0.5, 1.0}"
A_YEAR = 0.01  # what a newer year counts: a word in the title as much as sixty
SECONDS = 365 * 24 * 3600
UNDATED = 2  # how many years old a page without a date counts: it stands as long as it is right
FILE = 0.05  # what a file counts less than a page
EXACTLY = 0.2  # what the words count one after another in title or summary

PART = """
SELECT id, date, content_type_id, object_id FROM search_entry
WHERE {texts} AND published_at <= %s AND (unpublish_at IS NULL OR unpublish_at > %s)
"""
NEWEST = f"(PARTS) AS parts ORDER BY date DESC NULLS LAST, id DESC LIMIT {MOST}"
PAGES = f"SELECT content_type_id, object_id FROM {NEWEST}"
RANKED = f"""
SELECT newest.id, content_type_id, object_id, language, file, %s,
    ts_rank('{WEIGHTS}', words, %s::tsquery)
    + {A_YEAR} * coalesce(extract(epoch FROM date)::float8, %s) / {SECONDS}
    + CASE WHEN %s <> '' AND ts_filter(words, '{{a,b}}') @@ %s::tsquery THEN {EXACTLY} ELSE 0 END
    - CASE WHEN file IS NOT NULL THEN {FILE} ELSE 0 END AS score
FROM (SELECT id FROM {NEWEST}) AS newest, LATERAL (
  -- each by itself: PostgreSQL would rather read a small table as a whole
  SELECT content_type_id, object_id, language, file, date, words
  FROM search_entry WHERE search_entry.id = newest.id OFFSET 0
) AS texts
ORDER BY score DESC, id
"""


class Found(NamedTuple):
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


class Finds(Sequence):
    """The Found, a page once, best first: those in the reader's language, then the others.

    The others are counted at once, and ranked when somebody gets there. `has_more`: older texts that
    match were not looked at.
    """

    def __init__(self, own=(), others=0, rank_others=list, has_more=False):
        self.own, self.others, self.rank_others = own, others, rank_others
        self.has_more = has_more

    @cached_property
    def all(self):
        return [*self.own, *(self.rank_others() if self.others else ())]

    def __len__(self):
        return len(self.own) + self.others

    def __getitem__(self, places):
        is_own = places.stop <= len(self.own)
        return list(map(Found._make, (self.own if is_own else self.all)[places]))

    def __iter__(self):
        yield from map(Found._make, self.own)
        yield from map(Found._make, self.all[len(self.own) :])


def find(question, language, marks=(), codes=None, some=False):
    """The Finds of a question, of at most MOST texts in `language` and MOST in the others.

    Others come after all those in `language`: where these are too many to count, nobody gets there.
    `marks`: what they all have to have (lexemes.marks_of); `codes`: only texts in these languages.
    """
    codes = codes or list(KNOWN_LANGUAGES)
    own, others = {}, [code for code in codes if code != language]
    has_more = False

    def look(sql, theirs):
        asked = question.everywhere(theirs, some), question.exactly(theirs), theirs == [language]
        return stepwise(sql, *asked, marks)

    def rank_others():
        return best_of(look(RANKED, others)[0], but=own).values()

    if language in codes:
        rows, has_more = look(RANKED, [language])
        own = best_of(rows)
    if not others or has_more:
        return Finds(list(own.values()), has_more=has_more)
    rows, has_more = look(PAGES, others)
    return Finds(list(own.values()), len({*rows} - {*own}), rank_others, has_more)


def best_of(rows, but=()):
    """{(content type, object): its best text} of rows that are in order."""
    best = {}
    for row in rows:
        if row[1:3] not in but:
            best.setdefault(row[1:3], row)
    return best


def stepwise(sql, queries, exactly, is_own, marks):
    """(rows, whether there are more): from the newest months on, until there are MOST.

    Two looks at least, seldom more. Where the words of a phrase stand in very many texts, but not
    together, to read them all takes too long: then only newer ones are read.
    """
    months, total = timeline()
    looked = min(total, FIRST)
    while True:
        if total <= FEW:
            found = ask(sql, queries, exactly, is_own, marks)
        elif looked >= total:
            found = ask_in_time(sql, queries, exactly, is_own, marks)
            if found is None:
                return ask(sql, queries, exactly, is_own, marks, newest(months, SECOND)), True
        else:
            found = ask(sql, queries, exactly, is_own, marks, newest(months, looked))
        if len(found) >= MOST or total <= FEW or looked >= total:
            return found, len(found) >= MOST
        expected = len(found) * total / looked
        needed = looked * MOST / max(len(found), 1) * 1.3
        looked = total if expected < 4 * MOST else max(int(needed), looked * 3)


def looks():
    """Where to look for any text that says a word: in the newest, then in all. As newest() tells it."""
    months, total = timeline()
    return [newest(months, FIRST), ""] if total > FEW else [""]


def newest(months, texts):
    """What a tsquery goes on with to ask for the newest months that hold so many texts."""
    chosen, held = [], 0
    for mark, number in months:
        chosen.append(mark)
        held += number
        if held >= texts:
            break
    return said_by_any(chosen)


def said_by_any(marks):
    return f" & ({' | '.join(map(quoted, marks))})"


def ask_in_time(*asked):
    """What ask() answers; None where it takes longer than IN_TIME."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [IN_TIME])
            found = ask(*asked)
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
        return found
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            return None
        raise


def ask(sql, queries, exactly, is_own, marks, months=""):
    marked = "".join(said_by_any(mark.split("|")) for mark in marks) + months
    now = timezone.now()
    # The same all month, so that the pages of results follow one another.
    undated = now.replace(year=now.year - UNDATED, day=1, hour=0, minute=0, second=0, microsecond=0)
    parts = list(each_that_says({code: f"({query}){marked}" for code, query in queries.items()}))
    asked = [value for _texts, params in parts for value in (*params, now, now)]
    if sql is RANKED:
        words = " | ".join(dict.fromkeys(f"({query})" for query in queries.values()))
        asked = [is_own, words, undated.timestamp(), exactly, exactly, *asked]
    parts = " UNION ALL ".join(PART.format(texts=texts) for texts, _params in parts)
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("PARTS", parts), asked)
        return cursor.fetchall()


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
