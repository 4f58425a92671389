"""Search with many articles.

    python -m tests.bench.search [1000 100000]     time and size
    python -m tests.bench.search memory [1000]     what a process needs, with and without dictionaries

Made-up articles in five languages (`fill`) in a database of its own, on the server of DATABASE_URL,
else on an embedded one. Times are those of a whole request in the server, without the network.
"""

import logging
import os
import subprocess
import sys
import time
from statistics import median, quantiles

from tests.hostile_searches import hostile_searches

from .admin import main
from .words import LANGUAGES, memory

ROUNDS = 60
# (language of the reader, query); each is asked again and again in this order.
QUERIES = {
    "common word": [
        *(("en", "residents"), ("lv", "iedzīvotāji"), ("fi", "asukkaat"), ("sv", "invånare")),
        *(("ru", "жители"), ("en", "cities"), ("fi", "kaupunki"), ("ru", "город")),
    ],
    "rare word": [
        *(("en", "hullabaloo"), ("lv", "brīnumsvece"), ("fi", "tuulimylly"), ("sv", "väderkvarn")),
        ("ru", "самовар"),
    ],
    "two words": [
        *(("en", "walking school"), ("lv", "skolas parks"), ("fi", "koulut puisto")),
        *(("sv", "skola promenader"), ("ru", "школы парк"), ("en", "healthy cities")),
    ],
    "typing error": [
        *(("en", "residnts"), ("lv", "iedzivotajj"), ("fi", "asukaaat"), ("sv", "invanarre")),
        *(("ru", "жителли"), ("en", "hulabaloo")),
    ],
    "phrase": [("en", '"old town"'), ("fi", '"ensimmäistä kertaa"'), ("ru", '"старого города"')],
    "some of the words": [("en", "residents zeppelin"), ("sv", "invånare zeppelinare")],
    "not the word": [("en", "residents -school"), ("fi", "asukkaat -koulu")],
    "with filters": [("en", "residents&year=2022&kind=article"), ("fi", "asukkaat&language=sv")],
    "nothing": [("en", "qqqqqqqq"), ("ru", "щщщщщщщщ"), ("fi", "xyzzyx plugh")],
    "all at once": [
        ("en", "well-being of older residents in the city parks and schools -walking"),
        ("fi", "hyvinvointi ikäihmiset kaupunki kävely koulu puisto asukkaat"),
        ("ru", '"старого города" жители школы здоровье и благополучие -парк'),
    ],
    "Latin letters": [("ru", "zhiteli"), ("ru", "gorod"), ("ru", ";bntkb")],
}
RARE = {
    "en": "hullabaloo", "lv": "brīnumsvece", "fi": "tuulimylly", "sv": "väderkvarn", "ru": "самовар",
}  # fmt: skip


def measure(sizes):
    from django.core.management import call_command
    from django.db import connection

    from healthyboost.management.commands import fill

    fill.build = lambda say: None
    name = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        held, before = 0, {}
        for size in sizes:
            start = time.perf_counter()
            call_command("fill", articles=size - held, verbosity=0)
            held = size
            print(f"{size} articles, filled in {time.perf_counter() - start:.0f} s", flush=True)
            say_rare_words()
            build_anew()
            first_searches()
            for kind, queries in QUERIES.items():
                middle, high = asked(queries)
                times = f"  {kind:18} p50 {middle:6.1f}  p95 {high:6.1f} ms"
                print(times + ratio(before.get(kind), (middle, high)), flush=True)
                before[kind] = middle, high
            hostile()
            saves()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def ratio(before, now):
    if not before:
        return ""
    return f"  {now[0] / before[0]:.1f} and {now[1] / before[1]:.1f} times as long"


def say_rare_words():
    """A few articles say a word that no other says."""
    from healthyboost.content.languages import column
    from news.models import Article

    some = list(
        Article.objects.order_by("pk").values_list("pk", flat=True)[:: Article.objects.count() // 5]
    )
    words = {column("summary", code): word for code, word in RARE.items()}
    Article.objects.filter(pk__in=some).update(**words)


def build_anew():
    from django.db import connection

    from healthyboost.search.building import build

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE search_entry, search_spokenword, search_touched")
    start = time.perf_counter()
    build(lambda words: None)
    took = time.perf_counter() - start
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_total_relation_size('search_entry') / 1e6,"
            " (SELECT sum(pg_relation_size(oid)) / 1e6 FROM pg_class"
            " WHERE relname LIKE 'search\\_words\\_%'),"
            " (SELECT count(*) FROM search_entry)"
        )
        whole, words, texts = cursor.fetchone()
    print(
        f"  index of {texts} texts built in {took:.0f} s: {whole:.0f} MB, {words:.0f} of them GIN"
    )


def first_searches():
    """Of processes that have just started."""
    for arguments in (["en", "residents"], ["ru", "жители"]):
        command = [sys.executable, "-m", "tests.bench.search", "first", *arguments]
        subprocess.run(command, env=environment(), check=True)


def first(language, query):
    from django.test import Client

    set_up()
    client, times = Client(headers={"host": "localhost"}), []
    for address in (
        f"/{language}/",
        f"/{language}/search/?q={query}",
        f"/{language}/search/?q={query}",
    ):
        start = time.perf_counter()
        assert client.get(address).status_code == 200
        times.append(1000 * (time.perf_counter() - start))
    home, search, again = times
    print(
        f"  a new process, {language}: {home:.0f} ms for the home page, then {search:.0f} for the"
        f" first search, {again:.0f} for the same again",
        flush=True,
    )


def set_up():
    """In another process than that which made the database."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthyboost.settings")
    django.setup()
    from django.conf import settings

    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }


def environment():
    """That of another process which works on this database."""
    from django.db import connection

    at = connection.settings_dict
    address = f"postgres://{at['USER']}:{at['PASSWORD']}@/{at['NAME']}?host={at['HOST']}"
    return os.environ | {"DATABASE_URL": address, "ALLOWED_HOSTS": "localhost"}


def asked(queries):
    """(p50, p95) in milliseconds."""
    from django.test import Client

    client, times = Client(), []
    for number in range(-len(queries), ROUNDS):
        language, text = queries[number % len(queries)]
        query, *filters = text.split("&")
        chosen = dict(each.split("=") for each in filters)
        start = time.perf_counter()
        answer = client.get(f"/{language}/search/", {"q": query, **chosen})
        if number >= 0:
            times.append((time.perf_counter() - start) * 1000)
        assert answer.status_code == 200
    found = quantiles(times, n=20)
    return found[9], found[18]


def hostile():
    from django.test import Client

    client, slowest = Client(), (0, "")
    for number, query in enumerate(hostile_searches(300)):
        start = time.perf_counter()
        client.get(f"/{LANGUAGES[number % 5]}/search/?{query}")
        slowest = max(slowest, (1000 * (time.perf_counter() - start), query[:60]))
    print(f"  300 hostile queries, the slowest {slowest[0]:.0f} ms: {slowest[1]}", flush=True)


def saves():
    """What the index costs who saves a page."""
    from healthyboost.search import following
    from news.models import Article

    articles = list(Article.objects.order_by("-pk")[:20])
    times = {}
    for way in ("with", "without"):
        index, times[way] = following.index, []
        if way == "without":
            following.index = lambda model, numbers: None
        for article in articles:
            start = time.perf_counter()
            article.save()
            times[way].append((time.perf_counter() - start) * 1000)
        following.index = index
    said = ", ".join(f"{median(each):.1f} ms {way} the index" for way, each in times.items())
    print(f"  a save: {said}", flush=True)


def measure_memory(sizes):
    """PSS of a worker after 500 searches."""
    from django.core.management import call_command
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        call_command("fill", articles=sizes[0], verbosity=0)
        for way in ("without", "with"):
            arguments = [sys.executable, "-m", "tests.bench.search", "worker", way]
            subprocess.run(arguments, env=environment(), check=True)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def worker(way):
    """As gunicorn does with preload_app: all is loaded, then two processes search."""
    set_up()
    import healthyboost.wsgi  # noqa: F401
    from healthyboost import words
    from healthyboost.search.lexemes import said_by

    if way == "without":
        words.base_forms.__wrapped__.__code__ = (lambda word, language: (word.casefold(),)).__code__
        words.normal_forms.__wrapped__.__code__ = words.base_forms.__wrapped__.__code__
    from django.db import connections
    from django.test import Client

    connections.close_all()
    for _number in range(2):
        if not os.fork():
            client, known = Client(headers={"host": "localhost"}), forms()
            home = client.get("/en/")
            assert home.status_code == 200
            before = memory()[0]
            for number in range(500):
                language, word = known[number * len(known) // 500]
                answer = client.get(f"/{language}/search/", {"q": word})
                assert answer.status_code == 200
            time.sleep(2)
            after = memory()[0]
            for language, one in known:
                for other in [form for code, form in known if code == language][:60]:
                    for end in ("", "o", "u"):
                        said_by(one + other + end, language)
            full = memory()[0]
            sys.stdout.write(
                f"{way:8} {before:6.1f} MB PSS, after 500 searches {after:6.1f}, with all that it"
                f" remembers of {said_by.cache_info().currsize} words {full:6.1f}\n"
            )
            sys.stdout.flush()
            time.sleep(2)
            os._exit(0)
    for _number in range(2):
        os.wait()


def forms():
    from .words import forms

    return [(language, form) for language, form, _base in forms()]


if __name__ == "__main__":
    logging.disable()
    what, *rest = sys.argv[1:] or ["1000", "100000"]
    if what in ("worker", "first"):
        {"worker": worker, "first": first}[what](*rest)
    elif what == "memory":
        main([int(each) for each in rest] or [1000], measure_memory)
    else:
        main([int(each) for each in (what, *rest)], measure)
