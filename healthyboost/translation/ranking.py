"""The order of the queue, in one place: for pages in SQL, for strings of the interface in Python.

    points = 10 × log2(1 + visits + 20 × wishes)     ten for each doubling of what readers want
           + months that it has waited, at most 12
           + 10 where nothing is translated; 10 × changed / total paragraphs; 0 for small changes
           − 1 for each 200 words, at most 10          of two alike the shorter one comes first

Visits and wishes are those of the last 90 days for this page in this language. A string of the
interface that visitors see stands on many pages: it counts as one that is visited 100 times.
"""

import math
from datetime import timedelta

from django.utils import timezone

from healthyboost.demand.requests import LOOK_BACK

WISH = 20  # visits
SEEN_EVERYWHERE = 100  # visits
ORDERS = ("points", "wanted", "oldest", "newest", "short")

WANTED = """
SELECT content_type_id, object_id, sum(visits) AS visits, sum(requests) AS requests
FROM demand_demand WHERE language = %s AND day > %s GROUP BY content_type_id, object_id
"""
READERS = f"(coalesce(visits, 0) + {WISH} * coalesce(requests, 0))"
SINCE = "floor(extract(epoch FROM since))"
# Whole numbers, so that a page of the queue begins exactly behind the one before; more is earlier.
RANKS = {
    "points": f"""(floor(10 * ln(1 + {READERS}) / ln(2))
        + least(12, floor(extract(epoch FROM %s - since) / 2629800))
        + CASE state WHEN 'minor' THEN 0 WHEN 'changed' THEN 10 * changed / greatest(total, 1)
          ELSE 10 END
        - least(10, words / 200))""",
    "wanted": READERS,
    "oldest": f"(- {SINCE})",
    "newest": SINCE,
    "short": "(- words)",
}
MONTH = timedelta(seconds=2629800)


def rank_sql(order, now):
    """(SQL of the rank of a row, its parameters)"""
    sql = f"({RANKS[order]})::bigint"
    return sql, [now] if order == "points" else []


def wanted_sql(language):
    """(SQL of what readers want in a language, its parameters)"""
    return WANTED, [language, timezone.localdate() - LOOK_BACK]


def rank_of_string(string, order, now):
    """The same of a string of the interface: `since`, `words`, `is_public`."""
    readers = SEEN_EVERYWHERE if string.is_public else 0
    since = math.floor(string.since.timestamp())
    months = min(12, (now - string.since) // MONTH)
    points = math.floor(10 * math.log2(1 + readers)) + months + 10 - min(10, string.words // 200)
    return {
        "points": points,
        "wanted": readers,
        "oldest": -since,
        "newest": since,
        "short": -string.words,
    }[order]
