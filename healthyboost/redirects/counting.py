"""How often old addresses are used and others are missed, without a trace of who asked.

Counted in the memory of each process and added to the tables each minute. Of an address nothing but
its path is kept, and only where it holds nothing that could tell of a person: no mail address, no
long number, no token. Robots, attackers and people who are signed in are left out.
"""

import re
from collections import Counter
from datetime import timedelta
from threading import Lock
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils import timezone

from healthyboost.demand.visits import is_reader

from .addresses import OURS, UNPRINTABLE, key_of, without_language
from .models import MissedAddress

MOST_KEYS = 2_000  # addresses that a process counts between two writings
MOST_ROWS = 5_000  # missed addresses that are kept: those asked for most often
LONGEST = 200
KEPT_FOR = timedelta(days=90)
# Asked for by programs that look for a weak server, and by browsers without anybody's doing.
PROBE = re.compile(
    r"\.(php\d?|aspx?|jspx?|cgi|env|git|svn|sql|bak|old|ini|ya?ml|toml|zip|tar|t?gz|rar|7z|log|sh|exe"
    r"|dll|cfg|conf|pl|py|do|action|map|passwd|key|pem)\b|/\.|\.\.|wp-|wordpress|xmlrpc|phpmyadmin"
    r"|cgi-bin|actuator|/vendor/|/etc/|/owa/|boaform|solr/|jenkins|[<>'\"(){}$;|*^`\[\]=&,@]"
    r"|favicon|apple-touch-icon|browserconfig|ads\.txt|\bselect\b.*\bfrom\b|sleep\b.*\d",
    re.IGNORECASE,
)
# A mail address, six digits on end, or a run of letters and digits that no word is.
PERSONAL = re.compile(
    r"@|%40|\d{6}|\+\d|(?=[a-z]*\d)[a-z0-9]{16}|[a-z0-9]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-"
)
USED = """
UPDATE redirects_redirect SET hits = redirects_redirect.hits + counted.hits, last_used = %s
FROM unnest(%s::bigint[], %s::int[]) AS counted(id, hits)
WHERE redirects_redirect.id IN (
  SELECT id FROM redirects_redirect WHERE id = ANY(%s) ORDER BY id FOR UPDATE
) AND redirects_redirect.id = counted.id
"""
MISSED = """
INSERT INTO redirects_missedaddress
  (path, hits, from_own_pages, first_day, last_day, is_set_aside)
SELECT path, hits, own, %s, %s, false
FROM unnest(%s::text[], %s::int[], %s::int[]) AS counted(path, hits, own)
ORDER BY path -- or two processes wait for each other
ON CONFLICT (path) DO UPDATE SET
  hits = redirects_missedaddress.hits + EXCLUDED.hits,
  from_own_pages = redirects_missedaddress.from_own_pages + EXCLUDED.from_own_pages,
  last_day = EXCLUDED.last_day
"""
SURPLUS = """
DELETE FROM redirects_missedaddress WHERE id IN (
  SELECT id FROM redirects_missedaddress ORDER BY hits DESC, last_day DESC, id DESC OFFSET %s
  FOR UPDATE SKIP LOCKED
)
"""


class Counts:
    """Of this process, not written yet. `store` takes them; what it cannot take is tried again."""

    def __init__(self, store):
        self.counts, self.lock, self.store = Counter(), Lock(), store

    def add(self, key, number=1):
        with self.lock:
            if key in self.counts or len(self.counts) < MOST_KEYS:
                self.counts[key] += number

    def write(self):
        with self.lock:
            counts, self.counts = self.counts, Counter()
        if not counts:
            return
        try:
            self.store(counts)
        except Exception:
            for key, number in counts.items():
                self.add(key, number)
            raise


def store_used(counts):
    """{pk of a redirect: number}"""
    ids = sorted(counts)
    with connection.cursor() as cursor:
        numbers = [counts[each] for each in ids]
        cursor.execute(USED, [timezone.localdate(), ids, numbers, ids])


def store_missed(counts):
    """{(path, whether from a page of ours): number}"""
    paths = sorted({path for path, _is_own in counts})
    own = [counts.get((path, True), 0) for path in paths]
    hits = [counts.get((path, False), 0) + number for path, number in zip(paths, own, strict=True)]
    today = timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(MISSED, [today, today, paths, hits, own])
        cursor.execute(SURPLUS, [MOST_ROWS])


used, missed = Counts(store_used), Counts(store_missed)


def note_missed(request):
    path = without_language(key_of(request.path_info))[1]
    if is_telling(path) and is_reader(request):
        referrer, own = (
            urlsplit(address)[:2]
            for address in (plain(request.headers.get("Referer", "")), settings.SITE_ADDRESS)
        )
        missed.add((path, referrer == own))


def plain(address):
    """A referrer that is no address is none."""
    try:
        urlsplit(address)
    except ValueError:
        return ""
    return address


def is_telling(path):
    """Whether a colleague should hear that `path` was missed."""
    return (
        1 < len(path) <= LONGEST
        and not OURS.match(path)
        and not PROBE.search(path)
        and not PERSONAL.search(path)
        and not UNPRINTABLE.search(path)
    )


def forget_missed():
    """What nobody has asked for since; once a day."""
    MissedAddress.objects.filter(last_day__lt=timezone.localdate() - KEPT_FOR).delete()
