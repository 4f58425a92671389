"""How often readers meet a page that is missing in their language, or older than its original.

Counted in the memory of each process, by page and language alone, and added to the table each minute.
Robots, programs that fetch ahead and people who are signed in are left out. Nothing is kept of anybody:
no address, no cookie, no hour.
"""

import logging
import re
from collections import Counter
from threading import Lock

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import get_language_from_path

logger = logging.getLogger(__name__)
MOST_KEYS = 20_000  # pages and languages that a process counts between two writings
ROBOT = re.compile(
    r"(?<!cu)bot|crawl|spider|slurp|scan|monitor|uptime|preview|fetch|archive|headless|lighthouse"
    r"|externalhit|feed|python|curl|wget|https?:",
    re.IGNORECASE,
)
WRITE = """
INSERT INTO demand_demand (content_type_id, object_id, language, day, visits, requests)
SELECT kind.id, counted.object_id, counted.language, %s, counted.visits, counted.requests
FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::int[], %s::int[])
  AS counted(label, object_id, language, visits, requests)
JOIN django_content_type kind ON kind.app_label || '.' || kind.model = counted.label
ORDER BY kind.id, counted.object_id, counted.language -- or two processes wait for each other
ON CONFLICT (content_type_id, object_id, language, day) DO UPDATE SET
  visits = demand_demand.visits + EXCLUDED.visits,
  requests = demand_demand.requests + EXCLUDED.requests
"""


class Visits:
    """Counts of this process that are not written yet: {(label of a content type, pk, language): n}."""

    def __init__(self):
        self.counts, self.lock = Counter(), Lock()

    def add(self, key, number=1):
        with self.lock:
            if key in self.counts or len(self.counts) < MOST_KEYS:
                self.counts[key] += number

    def write(self):
        with self.lock:
            counts, self.counts = self.counts, Counter()
        try:
            write_demand({key: (number, 0) for key, number in counts.items()})
        except Exception:
            for key, number in counts.items():  # tried again in a minute
                self.add(key, number)
            raise


visits = Visits()


def write_demand(counts):
    """Add {(label, pk, language): (visits, requests)} to today's numbers, in one statement."""
    if not counts:
        return
    columns = zip(*((*key, *numbers) for key, numbers in counts.items()), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [timezone.localdate(), *map(list, columns)])


def count_visits(get_response):
    """Middleware."""

    def answer(request):
        response = get_response(request)
        response.lack = lack_of(request, response)  # for those who will get the same page
        note_visit(request, response.lack)
        return response

    return answer


def note_visit(request, lack):
    """`lack` is what lack_of() said of the response, however long ago that was made."""
    if lack and is_reader(request):
        visits.add(lack)


def lack_of(request, response):
    """(label, pk, language) of a page shown in another language, or older than its original; or None."""
    context = getattr(response, "context_data", None) or {}
    page, shown, age = (context.get(name) for name in ("page", "shown", "age"))
    language = get_language_from_path(request.path_info)  # None in previews
    if not (page and shown and language) or response.status_code != 200:
        return None
    is_old = age is not None and age.changed
    if shown.language == language and not is_old:
        return None
    return page._meta.label_lower, page.pk, language


def is_reader(request):
    """A person with a browser, as far as her browser says, who does not work here."""
    agent = request.headers.get("User-Agent", "")
    return (
        request.method == "GET"
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and not request.headers.get("Sec-Purpose", request.headers.get("Purpose"))
        and agent.startswith(("Mozilla/5.0 (", "Opera/"))
        and not ROBOT.search(agent)
    )
