"""The index asked: what a question finds, the reader's language first.

A common word stands in more texts than anybody reads, and ranking them all takes long. So at most
MOST of each group are ranked, the newest; months are the steps in which older ones are looked at.
Most readers see the first page: the TOP are handed over, and where they fill ten pages, nobody looks
for more before a reader has got there.
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
TOP = 100  # pages in the reader's language, the best, that are handed over at first
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
SELECT {columns} FROM search_entry
WHERE {texts} AND published_at <= %s AND (unpublish_at IS NULL OR unpublish_at > %s)
"""
NARROW = "id, date, content_type_id, object_id"
WIDE = "id, date, content_type_id, object_id, language, file, words"
NEWEST = f"({{parts}}) AS parts ORDER BY date DESC NULLS LAST, id DESC LIMIT {MOST}"
TEXTS_OF_NEWEST = f"""
(SELECT id FROM {NEWEST}) AS newest, LATERAL (
  -- each by itself: PostgreSQL would rather read a small table as a whole
  SELECT {WIDE} FROM search_entry WHERE search_entry.id = newest.id OFFSET 0
) AS texts
"""
RANKED = f"""
WITH ranked AS MATERIALIZED (
  SELECT texts.id, content_type_id, object_id, language, file, %s AS is_own,
    ts_rank('{WEIGHTS}', words, %s::tsquery)
    + {A_YEAR} * coalesce(extract(epoch FROM date)::float8, %s) / {SECONDS}
    + CASE WHEN %s <> '' AND ts_filter(words, '{{a,b}}') @@ %s::tsquery THEN {EXACTLY} ELSE 0 END
    - CASE WHEN file IS NOT NULL THEN {FILE} ELSE 0 END AS score
  FROM TEXTS
), best AS (
  SELECT DISTINCT ON (content_type_id, object_id) * FROM ranked
  ORDER BY content_type_id, object_id, score DESC, id
)
SELECT best.*, count(*) OVER (), (SELECT count(*) FROM ranked) FROM best
ORDER BY score DESC, id
"""


class Look(NamedTuple):
    """A way to ask the index; `columns`: what it reads of each text that matches."""

    columns: str
    sql: str  # {parts}: these texts
    is_ranked: bool


ALL_BEST = Look(NARROW, RANKED.replace("TEXTS", TEXTS_OF_NEWEST), True)
BEST = Look(NARROW, f"{ALL_BEST.sql} LIMIT {TOP}", True)
# The same where fewer than MOST match, in one go: whether they do shows when it is done.
BEST_OF_FEW = Look(WIDE, f"{RANKED.replace('TEXTS', '({parts}) AS texts')} LIMIT {TOP}", True)
PAGES = Look(NARROW, f"SELECT content_type_id, object_id FROM {NEWEST}", False)


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

    @property
    def page(self):
        return self.kind, self.number


class Finds(Sequence):
    """The Found, a page once, best first: those in the reader's language, then the others.

    There are `number` in her language, of which `first` are at hand. The rest, and the others, are looked
    up when somebody gets there. `has_more`: older texts that match were not looked at.
    """

    def __init__(self, first=(), number=0, has_more=False, search=None):
        self.first, self.number, self.has_more, self.search = first, number, has_more, search

    @cached_property
    def own(self):
        return self.first if len(self.first) == self.number else self.search.best_own()

    @cached_property
    def others(self):
        """How many there are in other languages. They come last: behind too many nobody gets there."""
        if not self.search or not self.search.others or self.has_more:
            return 0
        pages, self.has_more = self.search.pages_in_others()
        return len(pages - {each.page for each in self.own})

    @cached_property
    def all(self):
        but = {each.page for each in self.own}
        return [*self.own, *(self.search.best_of_others(but) if self.others else ())]

    @property
    def is_counted(self):
        """Whether all of them are counted: len() does it, if need be."""
        return (
            "others" in self.__dict__ or self.has_more or not (self.search and self.search.others)
        )

    def __len__(self):
        return self.number + self.others

    def __bool__(self):
        return self.number > 0 or self.others > 0

    def has(self, place):
        return place < self.number or place < len(self)

    def __getitem__(self, places):
        if places.stop <= len(self.first):
            return self.first[places]
        return (self.own if places.stop <= self.number else self.all)[places]

    def __iter__(self):
        yield from self.first
        yield from self.own[len(self.first) :]
        yield from self.all[len(self.own) :]


def find(question, language, marks=(), codes=None, some=False):
    """The Finds of a question, of at most MOST texts in `language` and MOST in the others.

    `marks`: what they all have to have (lexemes.marks_of); `codes`: only texts in these languages;
    `some`: texts that say some of the words.
    """
    search = Search(question, language, marks, codes or list(KNOWN_LANGUAGES), some)
    finds = search.first()
    if finds.number < TOP:
        len(finds)  # they end where somebody may see it
    return finds


class Search:
    def __init__(self, question, language, marks, codes, some):
        self.question, self.marks, self.some = question, marks, some
        self.own = [language] if language in codes else []
        self.others = [code for code in codes if code != language]

    def first(self):
        if not self.own:
            return Finds(search=self)
        is_small = timeline()[1] <= FEW
        rows, texts = self.ask(BEST_OF_FEW, self.own) if is_small else ([], MOST)
        if texts >= MOST:
            rows, texts = self.look(BEST, self.own)
        return Finds(founds(rows), rows[0][-2] if rows else 0, texts >= MOST, self)

    def best_own(self):
        return founds(self.look(ALL_BEST, self.own)[0])

    def pages_in_others(self):
        """({(content type, object)}, whether there are more texts)"""
        rows, texts = self.look(PAGES, self.others)
        return {*rows}, texts >= MOST

    def best_of_others(self, but):
        found = founds(self.look(ALL_BEST, self.others)[0])
        return [each for each in found if each.page not in but]

    def look(self, look, codes):
        return stepwise(lambda months="": self.ask(look, codes, months))

    def ask(self, look, codes, months=""):
        """(rows, how many texts they come from) of what stands in these languages and months."""
        marked = "".join(said_by_any(mark.split("|")) for mark in self.marks) + months
        queries = self.question.everywhere(codes, self.some)
        now = timezone.now()
        parts = list(
            each_that_says({code: f"({query}){marked}" for code, query in queries.items()})
        )
        asked = [value for _texts, params in parts for value in (*params, now, now)]
        if look.is_ranked:
            words = " | ".join(dict.fromkeys(f"({query})" for query in queries.values()))
            exactly = self.question.exactly(codes)
            asked = [codes == self.own, words, undated(now), exactly, exactly, *asked]
        sql = " UNION ALL ".join(
            PART.format(texts=texts, columns=look.columns) for texts, _params in parts
        )
        with connection.cursor() as cursor:
            cursor.execute(look.sql.replace("{parts}", sql), asked)
            rows = cursor.fetchall()
        return rows, (rows[0][-1] if rows else 0) if look.is_ranked else len(rows)


def undated(now):
    """Of a page without a date, in seconds: the same all month, so that pages of results follow."""
    first = now.replace(year=now.year - UNDATED, day=1, hour=0, minute=0, second=0, microsecond=0)
    return first.timestamp()


def founds(rows):
    return [Found._make(row[: len(Found._fields)]) for row in rows]


def stepwise(ask):
    """What ask(months) answers, from the newest months on, until there are MOST texts.

    Two looks at least, seldom more. Where the words of a phrase stand in very many texts, but not
    together, to read them all takes too long: then only newer ones are read.
    """
    months, total = timeline()
    if total <= FEW:
        return ask()
    looked = min(total, FIRST)
    while True:
        if looked >= total:
            return ask_in_time(ask) or (ask(newest(months, SECOND))[0], MOST)
        rows, texts = ask(newest(months, looked))
        if texts >= MOST:
            return rows, texts
        expected = texts * total / looked
        needed = looked * MOST / max(texts, 1) * 1.3
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


def ask_in_time(ask):
    """What ask() answers; None where it takes longer than IN_TIME."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [IN_TIME])
            found = ask()
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
        return found
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            return None
        raise


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
