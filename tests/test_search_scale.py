"""Search among many texts: no table is read from end to end, and a whole new index loses nothing."""

import json
import random
import threading
import time

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from healthyboost.search import building, finding
from healthyboost.search.for_editors import says
from healthyboost.search.indexing import catch_up, index, index_patiently
from healthyboost.search.models import Entry, SpokenWord, Touched
from healthyboost.search.nearby import alike, forget_words, newest
from news.models import Article

from .factories import make_article, make_user

LARGE = {"search_entry", "search_spokenword", "news_article"}
QUERIES = [
    *("sauna", "rarest", "sauna word7", '"sauna word7"', "sauna -word7", "sauna qqqq", "saunna"),
    *("rarset", "qqqqqq", "gjhjl", "the", "well-being", "sauna rarest word7 word8 word9"),
]
FILTERS = {"kind": "article", "year": "2022"}, {"language": "fi"}, {"theme": ""}


def make_many_texts(number):
    """Rows as a build makes them, without its work: copies of one article and made-up words."""
    article = make_article(title_en="Sauna")
    kind = ContentType.objects.get_for_model(Article).pk
    long_word = "".join(map(chr, random.Random(1).choices(range(256, 880), k=900)))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # without triggers
        cursor.execute(
            "INSERT INTO news_article SELECT (jsonb_populate_record(one, jsonb_build_object("
            "'id', one.id + n, 'slug', 'copy-' || n))).* FROM news_article AS one,"
            " generate_series(1, %s) AS n WHERE one.id = %s",
            [number, article.pk],
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        cursor.execute(
            "INSERT INTO search_entry (content_type_id, object_id, language, is_draft, date,"
            " published_at, hanging, words) SELECT %s, %s + n, 'en', false, day, day, '',"
            " concat('+news.article ', to_char(day, '\"+m\"YYYYMM '),"
            " CASE WHEN n %% 5 = 0 THEN 'sauna:1A ' END, CASE WHEN n = 77 THEN 'rarest:2C ' END,"
            " 'word', n %% 400, ':2C ', %s::text)::tsvector"
            " FROM (SELECT n, now() - (n * 180000.0 / %s) * interval '1 second' * 1000 AS day"
            " FROM generate_series(1, %s) AS n) AS days",
            [kind, article.pk, long_word, number, number],
        )
        cursor.execute(
            "INSERT INTO search_spokenword (language, word, folded, sounds, texts) SELECT 'ru',"
            " word, word, ARRAY[word], 1 FROM (SELECT left(md5(n::text), 7) AS word"
            " FROM generate_series(1, %s) AS n UNION SELECT unnest(ARRAY['sauna', 'rarest'])) AS words",
            [max(number, 10_000)],
        )
        finding.count_months()
        cursor.execute("ANALYZE news_article, search_entry, search_spokenword")
    return article


def scanned(statements):
    """{(table, statement)} of all that these statements read from end to end."""
    found = set()

    def walk(plan, statement):
        if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in LARGE:
            found.add((plan["Relation Name"], statement))
        for part in plan.get("Plans", ()):
            walk(part, statement)

    with connection.cursor() as cursor:
        for statement in statements:
            if statement.lstrip().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
                cursor.execute(f"EXPLAIN (FORMAT JSON) {statement.replace('%', '%%')}", [])
                (answer,) = cursor.fetchone()
                plans = json.loads(answer) if isinstance(answer, str) else answer
                walk(plans[0]["Plan"], statement)
    return found


def statements_of(act):
    with CaptureQueriesContext(connection) as captured:
        act()
    return list(dict.fromkeys(query["sql"] for query in captured))


def search_for(client, queries):
    for query in queries:
        assert client.get("/en/search/", {"q": query}).status_code == 200
    for filters in FILTERS:
        assert client.get("/en/search/", {"q": "sauna", **filters}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "number", [6000, pytest.param(100_000, marks=pytest.mark.long)], ids=["some", "many"]
)
def test_no_table_is_read_from_end_to_end(client, monkeypatch, number):
    """Neither by a search, with all texts at once or step by step, nor by a save or the background."""
    article, editor = make_many_texts(number), make_user("editor")
    finding.kept().clear()
    statements = statements_of(lambda: search_for(client, QUERIES))
    assert "More than 1,000 results" in client.get("/en/search/?q=sauna").text
    for name, value in {"FEW": 100, "FIRST": 300, "MOST": 200}.items():
        monkeypatch.setattr(finding, name, value)
    statements += statements_of(lambda: search_for(client, QUERIES[:5]))
    statements += statements_of(
        lambda: (alike("rarset", "en"), newest("en"), forget_words(20), article.save())
    )
    statements += statements_of(
        lambda: list(Article.objects.filter(says(Article, "rarest", editor)))
    )
    finding.kept().clear()
    assert sum("search_entry" in each for each in statements) > 20
    assert scanned(statements) == set()


# Many at once


def in_threads(*acts):
    """Run these at the same time; answers the errors of all."""
    errors = []

    def run(act):
        try:
            act()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


# Pages whose entries say something else than they do themselves, in one look at the database.
WRONG = """
SELECT count(*) FROM news_article AS page
LEFT JOIN search_entry AS entry ON entry.object_id = page.id AND entry.language = 'en'
  AND entry.content_type_id = %s AND NOT entry.is_draft
WHERE (page.published_at_en IS NOT NULL AND page.withdrawn_at_en IS NULL)
  IS DISTINCT FROM (entry.published_at IS NOT NULL)
"""
STALE = """
SELECT count(*) FROM news_article AS page JOIN search_entry AS entry
  ON entry.object_id = page.id AND entry.language = 'en' AND entry.content_type_id = %s
WHERE NOT entry.words @@ page.title_en::tsquery
"""


def number_of(question):
    kind = ContentType.objects.get_for_model(Article).pk
    with connection.cursor() as cursor:
        cursor.execute(question, [kind])
        return cursor.fetchone()[0]


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_reindex_while_others_publish_and_withdraw_loses_nothing_and_shows_nothing(monkeypatch):
    monkeypatch.setattr("healthyboost.search.indexing.BATCH", 10)
    monkeypatch.setattr(building, "BATCH", 10)
    numbers = [make_article(title_en=f"first{each}").pk for each in range(60)]
    until, saved, wrong = time.monotonic() + 8, [0], []

    def save(seed):
        chance = random.Random(seed)
        while time.monotonic() < until:
            with transaction.atomic():
                some = chance.sample(numbers, 3)
                for page in Article.objects.filter(pk__in=some).select_for_update().order_by("pk"):
                    page.title_en = f"word{chance.randrange(10**9)}"
                    page.withdrawn_at_en = chance.choice([None, timezone.now()])
                    page.save()
            saved[0] += 3

    def reindex():
        while time.monotonic() < until:
            call_command("reindex", verbosity=0)

    def look():
        while time.monotonic() < until:
            wrong.append(number_of(WRONG))

    assert in_threads(lambda: save(1), lambda: save(2), reindex, look) == []
    while catch_up():
        pass
    print(f"{saved[0]} saves, {len(wrong)} looks")
    assert set(wrong) == {0} and saved[0] > 50
    assert (number_of(WRONG), number_of(STALE)) == (0, 0)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_two_people_who_save_several_pages_with_new_words_do_not_lock_each_other_out():
    pages = [make_article() for _each in range(20)]
    meet = threading.Barrier(2)

    def save(mine, words):
        for round in range(10):
            meet.wait()
            with transaction.atomic():
                for page, word in zip(mine, words, strict=True):
                    page.title_en = f"{word}{chr(97 + round)}"
                    page.save()
                    time.sleep(0.01)

    words = [f"new{chr(97 + each)}" for each in range(10)]
    errors = in_threads(
        lambda: save(pages[:10], words), lambda: save(pages[10:], list(reversed(words)))
    )
    assert errors == []


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_page_that_somebody_holds_is_left_to_them():
    held, other = make_article(title_en="Sauna"), make_article(title_en="Sauna")
    Entry.objects.all().delete()
    is_held, may_end = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Article.objects.filter(pk=held.pk).update(withdrawn_at_en=timezone.now())
            is_held.set()
            may_end.wait(20)

    def read():
        is_held.wait(20)
        try:
            assert index_patiently(Article, [held.pk, other.pk]) == [held.pk]
            assert [entry.object_id for entry in Entry.objects.public()] == [other.pk]
        finally:
            may_end.set()

    assert in_threads(hold, read) == []
    assert catch_up() and not Touched.objects.exists()
    assert [entry.object_id for entry in Entry.objects.public()] == [other.pk]


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_save_waits_for_a_build_of_its_page_and_then_reads_it_again():
    page, is_read = make_article(title_en="Sauna"), threading.Event()

    def read_slowly():
        with transaction.atomic():
            index(Article, [page.pk])
            is_read.set()
            time.sleep(0.5)

    def withdraw():
        is_read.wait(20)
        page.withdrawn_at_en = timezone.now()
        page.save()

    assert in_threads(read_slowly, withdraw) == []
    assert not Entry.objects.public().exists() and Entry.objects.count() == 1


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_build_that_was_interrupted_is_begun_again(monkeypatch):
    for each in range(12):
        make_article(title_en=f"sauna word{each}")
    monkeypatch.setattr(building, "FEW", 3)
    monkeypatch.setattr(building, "BATCH", 5)
    Entry.objects.all().delete()

    def interrupt(words):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        building.build(interrupt)
    told = []
    building.build(told.append)
    assert "pages: 12 of 12" in told
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'search_words_%'")
        assert cursor.fetchone()[0] == len(building.parts())
    answer = Client().get("/en/search/", {"q": "sauna"})
    assert "12 results" in answer.text
    assert SpokenWord.objects.filter(word="sauna").exists()
    Entry.objects.all().delete()
    call_command("reindex", verbosity=0)
    assert Entry.objects.public().count() == 12
