"""Search with many articles: python -m tests.bench.search [articles] …  (default 1000 100000)

Made-up articles in five languages (`fill`) in a database of its own; the time of a request in the
server, without the network: p50 and p95 in milliseconds of each kind of query.
"""

import os
import sys
import time
from statistics import quantiles

ROUNDS = 40
QUERIES = {
    "common word": [("en", "residents"), ("lv", "iedzīvotāji"), ("fi", "asukkaat"), ("ru", "жители")],
    "rare word": [("en", "sample-article"), ("sv", "invånare 77"), ("fi", "zzz"), ("lv", "qqq")],
    "two words": [("en", "walk school"), ("sv", "skola dag"), ("lv", "skola diena"), ("en", "city day")],
    "typing error": [("en", "residnts"), ("lv", "iedzivotaju"), ("fi", "asukkat"), ("ru", "жытели")],
}


def measure(client, queries):
    times = []
    for number in range(ROUNDS):
        language, text = queries[number % len(queries)]
        start = time.perf_counter()
        answer = client.get(f"/{language}/search/", {"q": text})
        times.append((time.perf_counter() - start) * 1000)
        assert answer.status_code == 200
    found = quantiles(times, n=20)
    return found[9], found[18]


def main(sizes):
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from healthyboost.search.building import build

    call_command("migrate", verbosity=0)
    client, held = Client(headers={"host": "localhost"}), 0
    for size in sizes:
        start = time.perf_counter()
        call_command("fill", articles=size - held, verbosity=0)
        filled, held, start = time.perf_counter() - start, size, time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE search_entry")
        build(lambda words: None)
        built = time.perf_counter() - start
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_total_relation_size('search_entry') / 1e6")
            megabytes = cursor.fetchone()[0]
        print(f"{size} articles: filled in {filled:.0f} s, index {megabytes:.0f} MB in {built:.0f} s")
        start = time.perf_counter()
        client.get("/en/search/", {"q": "residents"})
        print(f"  first search {1000 * (time.perf_counter() - start):.0f} ms")
        for kind, queries in QUERIES.items():
            middle, high = measure(client, queries)
            print(f"  {kind:14} p50 {middle:6.1f}  p95 {high:6.1f}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthyboost.settings")
    import django

    django.setup()
    main([int(number) for number in sys.argv[1:]] or [1000, 100_000])
