"""Queries and milliseconds of a translator's screens, with few and with many pages.

    python -m tests.bench.translation [100 20000]

In a database of its own on the server of DATABASE_URL, else on an embedded one; it takes minutes.
"""

import re
import sys
import time

from tests.bench import admin

MADE_FROM_ENGLISH = (
    "jsonb_build_object('language', 'en', 'texts', jsonb_build_object("
    "'title', title_en, 'summary', summary_en, 'body', body_en))"
)


def measure(sizes):
    from django.core.management import call_command
    from django.db import connection

    from healthyboost.translation import counting
    from healthyboost.wordings.catalogues import take_in_release

    name = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_{admin.os.getpid()}"
    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        print(f"{'screen':46}{'articles':>9}{'queries':>9}{'ms':>8}")
        take_in_release()
        counting.remember = lambda *_rows: None  # what was translated: it takes minutes of its own
        there = 0
        for size in sizes:
            call_command("fill", articles=size - there, verbosity=0)
            there = size
            leave_to_translate()
            start = time.perf_counter()
            counting.catch_up_all()
            seconds = time.perf_counter() - start
            print(f"{'all of it is counted anew':46}{size:9}{'':9}{seconds * 1000:8.0f}")
            want()
            for screen, queries, milliseconds in screens():
                print(f"{screen:46}{size:9}{queries:9}{milliseconds:8.0f}", flush=True)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def leave_to_translate():
    """Nothing is in Latvian; in Finnish each third article is older than its English original."""
    from django.db import connection
    from django.db.models import Value
    from django.db.models.expressions import RawSQL
    from django.db.models.functions import Concat

    from news.models import Article

    Article.objects.update(
        source_language="en", title_lv="", summary_lv="", body_lv="", published_at_lv=None
    )
    Article.objects.update(made_from_fi=RawSQL(MADE_FROM_ENGLISH, []))
    third = Article.objects.filter(
        pk__in=RawSQL("SELECT id FROM news_article WHERE id %% 3 = 0", [])
    )
    third.update(body_en=Concat("body_en", Value("\n<p>Something else.</p>")))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FULL, ANALYZE) news_article")


def want():
    """Every fifth page was visited on each of the last ninety days, in Latvian."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE demand_demand")
        cursor.execute(
            "INSERT INTO demand_demand (content_type_id, object_id, language, day, visits, requests) "
            "SELECT kind.id, page.id, 'lv', current_date - days, page.id % 50, page.id % 2 "
            "FROM news_article page, generate_series(0, 89) days, django_content_type kind "
            "WHERE kind.model = 'article' AND page.id % 5 = 0"
        )
        cursor.execute("ANALYZE")


def screens():
    """(name, queries, milliseconds) of each screen for a translator of Latvian and Finnish."""
    from django.contrib.contenttypes.models import ContentType
    from django.test.client import Client

    from healthyboost.translation.queue import ORDERS
    from news.models import Article
    from tests.factories import make_user

    client = Client()
    client.force_login(make_user("translator", languages=["lv", "fi"]))
    queue = "/admin/translate/"
    article = Article.objects.filter(body_en__contains="Something else.").first()
    kind = ContentType.objects.get_for_model(Article).pk
    client.get(queue)
    for order in ORDERS:
        yield f"queue, order {order}", *admin.measured(client, f"{queue}?language=lv&order={order}")
    following = re.search(r'after=([^"&]+)"', client.get(queue).text)[1]
    yield "queue, second page", *admin.measured(client, f"{queue}?language=lv&after={following}")
    yield "queue, changed", *admin.measured(client, f"{queue}?language=fi&state=changed")
    yield "queue, words in a title", *admin.measured(client, f"{queue}?language=lv&q=walk")
    yield "queue, strings of the interface", *admin.measured(client, f"{queue}?kind=strings")
    yield "first screen", *admin.measured(client, "/admin/")
    editor = f"{queue}{kind}/{article.pk}/"
    yield "editor, nothing translated", *admin.measured(client, f"{editor}lv/")
    yield "editor, older than its original", *admin.measured(client, f"{editor}fi/")
    yield "choice of mail", *admin.measured(client, f"{queue}digest/")


if __name__ == "__main__":
    admin.main([int(size) for size in sys.argv[1:]] or [100, 20_000], measure)
