"""What a page costs: from the cache, through nginx, and made anew, beside what costs nothing.

    python -m tests.bench.pages [1000]                        the table
    python -m tests.bench.pages growth [1000 20000 200000]    made anew, with ever more articles
    python -m tests.bench.pages memory [100000]               a worker before and after so many requests

Made-up articles in five languages (`fill`) beside the sample, in a database of its own, on the server
of DATABASE_URL, else on an embedded one. gunicorn with the configuration of the portal and two
workers, wrk with 16 connections on the loopback, five rounds one after another; all numbers are the
middle one. CPU is that of all processes that answer: gunicorn, PostgreSQL's for this database, nginx.

A processor that is shared with others, or runs hot, may take twice as long a minute later. So targets are
held against what the bare app costs in the same round, a moment before or after; and milliseconds are
those of a machine on which it costs 0.12 (0.17 with lines of an access log, which the portal does not make).
"""

import logging
import math
import sys
import time
from statistics import median
from urllib.parse import quote

from tests.servers import ask

from .admin import main
from .machine import Load, interleaved, noise, require_wrk
from .servers import UNCACHED, Servers

ROUNDS, SECONDS = 5, 2
BARE = 0.12  # milliseconds
BROTLI = [("Accept-Encoding", "br")]
TURNS = 20  # more, of a page and a 304: they differ by less than one second from the next
NEARLY_FREE = 0.9  # of the requests a second of the bare app
THROUGH_FRONT = 0.6  # of those of nginx with a file
MOST_CPU = {"home": 5, "list": 5, "article": 5, "search": 12}  # milliseconds, uncached
MOST_COMPRESSION = 1  # millisecond
MOST_UNCHANGED = 0.5  # KB, a head without a page
LAST_PAGE, GROWTH = 1.5, 1.3  # times the cost
LARGE = 20_000  # articles in the list whose last page is asked for


class Verdicts:
    """Targets with what was reached."""

    def __init__(self):
        self.rows = []

    def add(self, what, reached, target, is_reached, unit=""):
        said = "reached" if is_reached else "MISSED"
        self.rows.append(f"  {said:8} {what}: {reached:.2f}{unit}, target {target}{unit}")

    def say(self, references=()):
        print("\nTargets")
        print("\n".join(self.rows))
        if reasons := noise(references):
            print("\nThe machine was too noisy to trust this: " + "; ".join(reasons) + ".")
        elif references:
            print("\nThe machine was quiet enough.")


def paths():
    """{kind of page: address} of what is measured."""
    from materials.models import Material
    from news.models import Article

    article = Article.objects.published("en").order_by("-pk").first()
    material = Material.objects.published("en").order_by("pk").first()
    return {
        "home": "/en/",
        "list": "/en/news/",
        "article": article.get_absolute_url(),
        "material": material.get_absolute_url(),
        "search": f"/en/search/?q={quote('residents')}",
    }


def fill(number):
    from django.core.management import call_command

    call_command("fill", articles=number, verbosity=0)


def in_database_of_its_own(run):
    """run() in a database with the sample."""

    def measure(sizes):
        import os

        from django.core.management import call_command
        from django.db import connection

        name = connection.settings_dict["NAME"]
        connection.settings_dict["TEST"]["NAME"] = f"bench_{os.getpid()}"
        connection.creation.create_test_db(verbosity=0, serialize=False)
        try:
            call_command("load_content", "healthyboost/sample", verbosity=0)
            run(sizes)
        finally:
            connection.close()
            drop_other_sessions(connection)
            connection.creation.destroy_test_db(name, verbosity=0)

    return measure


def drop_other_sessions(connection):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def table(sizes):
    """All rows at the first size; the last page of a list with LARGE."""
    fill(sizes[0])
    known = paths()
    with Servers() as servers:
        servers.gunicorn("portal")
        servers.gunicorn("uncached", UNCACHED)
        servers.bare(known.values())
        servers.front()
        servers.file(known["article"])
        rows = cached_rows(servers, known)
        interleaved(list(rows.values()), ROUNDS, SECONDS)
        both = [rows["portal", f"article {status}"] for status in (200, 304)]
        interleaved(both, TURNS, 2)
        print_table(rows)
        verdicts = Verdicts()
        judge(rows, known, verdicts)
        judge_made_anew(rows, known, servers, verdicts)
        last_page(servers, sizes[0], verdicts)
        verdicts.say([rows["bare", "article"], rows["file", "article"]])


def cached_rows(servers, known):
    rows = {}

    def row(server, kind, path, headers=BROTLI, what=None):
        port, processes = servers[server]
        rows[server, what or kind] = Load(
            f"{server}, {what or kind}", f"http://localhost:{port}{path}", processes, headers
        )

    for kind, path in known.items():  # what is held against each other stands side by side
        row("bare", kind, path)
        row("uncached", kind, path)
        row("bare", kind, path, what=f"{kind} again")
        row("portal", kind, path)
    path, port = known["article"], servers["portal"][0]
    row("portal", "article", path, what="article 200")
    row("portal", "article", path, [*BROTLI, tag_of(port, path)], "article 304")
    row("portal", "article", path, [("Accept-Encoding", "gzip")], "article gzip")
    row("portal", "article", path, [], "article plain")
    row("file", "article", path)
    row("front", "article", path)
    return rows


def tag_of(port, path):
    """The header of a reader who has the page. It is of this host: another one has other links."""
    host = f"localhost:{port}"
    tag = ask(port, path, Host=host).headers["ETag"]
    assert ask(port, path, Host=host, If_None_Match=tag).status == 304
    return "If-None-Match", tag


def print_table(rows):
    print(
        f"\n{'':26}{'requests/s':>11}{'CPU ms':>9}{'p99 ms':>9}{'KB':>8}"
        f"{'errors':>8}{'spread':>8}{'others':>8}"
    )
    for load in rows.values():
        errors = sum(each.errors for each in load.rounds)
        print(
            f"{load.name:26}{load.middle('rate'):11.0f}{load.middle('milliseconds'):9.3f}"
            f"{load.middle('p99'):9.1f}{load.middle('kilobytes'):8.2f}{errors:8}"
            f"{load.spread():8.0%}{load.middle('others'):8.0%}"
        )


def ratio(rows, one, other, what="rate"):
    pairs = zip(rows[one].rounds, rows[other].rounds, strict=True)
    return median(getattr(here, what) / getattr(there, what) for here, there in pairs)


def judge(rows, known, verdicts):
    for kind in known:
        share = ratio(rows, ("portal", kind), ("bare", f"{kind} again"))
        is_reached = share >= NEARLY_FREE
        cpu = ratio(rows, ("portal", kind), ("bare", f"{kind} again"), "milliseconds")
        what = f"{kind} from the cache, requests/s, of a bare app (CPU {cpu:.2f} of its)"
        verdicts.add(what, share, NEARLY_FREE, is_reached)
    share = ratio(rows, ("portal", "article 304"), ("portal", "article 200"))
    verdicts.add("304, requests/s, of a 200", share, 1, share > 1)
    size = max(each.kilobytes for each in rows["portal", "article 304"].rounds)
    verdicts.add("304, sent", size, MOST_UNCHANGED, size <= MOST_UNCHANGED, " KB")
    share = ratio(rows, ("front", "article"), ("file", "article"))
    is_reached = share >= THROUGH_FRONT
    verdicts.add(
        "through nginx, requests/s, of nginx with a file", share, THROUGH_FRONT, is_reached
    )


def judge_made_anew(rows, known, servers, verdicts):
    """What is measured is made anew and compressed: each of the two has a target of its own."""
    for kind, most in MOST_CPU.items():
        compressing = compression(ask(servers["portal"][0], known[kind]).body)
        times = ratio(rows, ("uncached", kind), ("bare", kind), "milliseconds")
        cost = times * BARE - compressing
        verdicts.add(f"{kind} made anew, CPU", cost, most, cost <= most, " ms")
        is_light = compressing <= MOST_COMPRESSION
        verdicts.add(f"{kind} compressed, CPU", compressing, MOST_COMPRESSION, is_light, " ms")


def compression(body):
    """Milliseconds of CPU that brotli takes for a page, as the cache has it made."""
    import brotli

    from healthyboost.pagecache.entries import QUALITY, WINDOW

    start = time.process_time()
    for _number in range(100):
        brotli.compress(body, quality=QUALITY, lgwin=WINDOW)
    return 10 * (time.process_time() - start)


def last_page(servers, there, verdicts):
    """The list with LARGE articles; the addresses are those that the list itself offers."""
    fill(LARGE - there)
    port, processes = servers["uncached"]
    first, last = "/en/news/", deepest_page(port)
    loads = {
        path: Load(path, f"http://localhost:{port}{path}", processes, BROTLI)
        for path in (first, last)
    }
    interleaved(list(loads.values()), ROUNDS, SECONDS)
    print_table(loads)
    share = ratio(loads, last, first, "milliseconds")
    what = f"{last} of {LARGE} articles, CPU, of page 1"
    verdicts.add(what, share, LAST_PAGE, share <= LAST_PAGE, " times")


def deepest_page(port):
    from news.models import Article
    from news.views import ArticleList

    articles = Article.objects.published("en").count()
    last = f"/en/news/?page={math.ceil(articles / ArticleList.page_size)}"
    answer = ask(port, last)
    assert answer.status == 200, (last, answer.status)
    return last


if __name__ == "__main__":
    logging.disable()
    require_wrk()
    what, *rest = sys.argv[1:] or ["1000"]
    if what == "growth":
        from .pages_growth import growth

        main(
            [int(each) for each in rest] or [1000, 20_000, 200_000], in_database_of_its_own(growth)
        )
    elif what == "memory":
        from .pages_memory import measure_memory

        main([int(each) for each in rest] or [100_000], in_database_of_its_own(measure_memory))
    else:
        main([int(what)], in_database_of_its_own(table))
