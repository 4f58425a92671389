"""The portal for programs with many articles, and with requests that want to do harm.

    python -m tests.bench.api [1000 20000]

In a database of its own on the server of DATABASE_URL, else on an embedded one; it takes minutes. Times are
those of a whole request in the server, without the network.
"""

import logging
import os
import random
import sys
import time
from urllib.parse import urlsplit

from .admin import main, measured

HOSTILE = 1500


def measure(sizes):
    from django.core.management import call_command
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, serialize=False)
    logging.disable()
    try:
        print(f"{'request':42}{'articles':>9}{'queries':>9}{'ms':>8}")
        there = 0
        for size in sizes:
            call_command("fill", articles=size - there, verbosity=0)
            there = size
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            for request, queries, milliseconds in requests():
                print(f"{request:42}{size:9}{queries:9}{milliseconds:8.0f}", flush=True)
        print(hostile())
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def requests():
    from django.test import Client

    from news.models import Article

    client, articles = Client(), "/api/v1/articles"
    one = Article.objects.order_by("-pk").first()
    deep = deepest(client, f"{articles}?limit=100")
    yield "first page", *measured(client, articles)
    yield "first page, 100", *measured(client, f"{articles}?limit=100")
    yield "last page, 100", *measured(client, deep)
    yield "100 in one language", *measured(client, f"{articles}?limit=100&lang=lv")
    yield "of a year", *measured(client, f"{articles}?year=2020")
    yield "changed since, all", *measured(client, f"{articles}?changed_since=2000-01-01")
    yield "changed since, none", *measured(client, f"{articles}?changed_since=2100-01-01")
    yield "one article", *measured(client, f"{articles}/{one.slug}")
    yield "the table", *measured(client, f"{articles}.csv?lang=lv", runs=1)


def deepest(client, address):
    """The address of the last full page: by its cursor, behind all but the last hundred articles."""
    from healthyboost.api.cursors import cursor_of
    from news.models import Article

    behind = Article.objects.newest_first()[: Article.objects.count() - 101]
    rows = list(behind.only("pk", "date"))
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}&cursor={cursor_of(rows[-1])}"


def hostile():
    from django.test import Client

    from tests.test_api_hostile import hostile_request

    client, chance, times = Client(raise_request_exception=False), random.Random(7), []
    for _number in range(HOSTILE):
        start = time.perf_counter()
        response = hostile_request(chance, client)
        if response.streaming:  # a table: until it begins to arrive
            next(iter(response.streaming_content))
        times.append((time.perf_counter() - start, response.status_code, response.request))
    slowest, status, asked = max(times, key=lambda each: each[0])
    faults = sum(1 for _time, code, _asked in times if code >= 500)
    return (
        f"{HOSTILE} hostile requests: {faults} answered with 5xx, the slowest took {slowest:.2f} s "
        f"({status}, {asked['PATH_INFO'][:60]})"
    )


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1000, 20_000], measure)
