"""Queries and milliseconds of the screens of the admin, with few and with many articles.

    python -m tests.bench.admin [100 20000]

In a database of its own on the server of DATABASE_URL, else on an embedded one; it takes minutes.
"""

import os
import statistics
import sys
import tempfile
import time

import django

MOST_RUNS = 7


def main(sizes, run=None):
    """Have `run`, the function measure() below if none is given, measure in a database of its own."""
    run = run or measure
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthyboost.settings")
    os.environ.setdefault("SECRET_KEY", "only-for-measuring")
    os.environ.setdefault("MFA_REQUIRED", "0")
    os.environ.setdefault("HTTPS", "0")
    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    if os.environ.get("DATABASE_URL"):
        run(sizes)
        return
    from healthyboost.embedded import Server

    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder)
        server.start()
        settings.DATABASES["default"] |= {"HOST": str(server.socket_folder), "USER": "postgres"}
        try:
            run(sizes)
        finally:
            server.stop()


def measure(sizes):
    from django.core.management import call_command
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        print(f"{'screen':42}{'articles':>9}{'queries':>9}{'ms':>8}")
        there = 0
        for size in sizes:
            call_command("fill", articles=size - there, verbosity=0)
            there = size
            translate_all()
            for screen, queries, milliseconds in screens():
                print(f"{screen:42}{size:9}{queries:9}{milliseconds:8.0f}", flush=True)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def translate_all():
    """Every text in Latvian, Finnish, Swedish and Russian is made from the English one; a few are old."""
    from django.db import connection
    from django.db.models.expressions import RawSQL

    from healthyboost.content.hanging import prose_fields
    from healthyboost.content.languages import column, language_codes
    from healthyboost.translation.counting import catch_up_all
    from news.models import Article

    texts = ", ".join(f"'{name}', NULLIF({name}_en, '')" for name in prose_fields(Article))
    made = RawSQL(
        "jsonb_strip_nulls(jsonb_build_object('language', 'en', 'texts', "
        f"jsonb_build_object({texts})))",
        [],
    )
    Article.objects.update(
        **{column("made_from", code): made for code in language_codes() if code != "en"}
    )
    Article.objects.filter(pk__in=Article.objects.order_by("pk")[:20]).update(
        body_en=f"<p>Something else, {time.time()}.</p>"
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FULL, ANALYZE) news_article")
    start = time.perf_counter()
    catch_up_all()
    print(f"the standings of all languages counted in {time.perf_counter() - start:.0f} s")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE translation_standing")


def screens():
    """(name, queries, milliseconds) of each screen for a superuser, and the first for a coordinator."""
    from news.models import Article
    from tests.factories import make_user

    article = Article.objects.exclude(organisation=None).order_by("-pk").first()
    matrix = "/admin/pages-by-language/"
    everything = signed_in(make_user("superuser"))
    coordinator = signed_in(make_user("coordinator", article.organisation))
    translator = signed_in(make_user("translator", languages=["lv"]))
    yield "first screen", *measured(everything, "/admin/")
    yield "first screen of a coordinator", *measured(coordinator, "/admin/")
    yield "matrix", *measured(everything, matrix)
    yield "matrix, oldest first", *measured(everything, f"{matrix}?order=oldest")
    yield "matrix, drafts", *measured(everything, f"{matrix}?state=draft")
    yield "matrix, older than their original", *measured(everything, f"{matrix}?state=old")
    yield "matrix, a title that is not there", *measured(everything, f"{matrix}?q=qqqq")
    yield "matrix as a table", *measured(everything, f"{matrix}?format=csv", runs=1)
    yield "queue of a translator", *measured(translator, "/admin/translate/")
    yield "list of articles", *measured(everything, "/admin/news/article/")
    yield "list of articles, a word", *measured(everything, "/admin/news/article/?q=health")
    yield "list of articles, page 4", *measured(everything, "/admin/news/article/?p=4")
    yield "form of an article", *measured(everything, f"/admin/news/article/{article.pk}/change/")
    yield "preview", *measured(everything, f"/admin/news/article/{article.pk}/preview/en/")
    yield "the same page in public", *measured(everything, f"/en/news/{article.slug}/")


def signed_in(user):
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client


def measured(client, address, runs=MOST_RUNS):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times = []
    for _run in range(runs):
        start = time.perf_counter()
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
            assert response.status_code == 200, (address, response.status_code)
            b"".join(response.streaming_content if response.streaming else [response.content])
        times.append(time.perf_counter() - start)
    return len(queries), statistics.median(times) * 1000


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [100, 20_000])
