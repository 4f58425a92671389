"""The page cache in real processes, over the whole portal, and under a crawler that never tires."""

import datetime
import threading
import time
from contextlib import contextmanager

import psutil
import psycopg
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.urls import resolve
from django.utils import timezone, translation
from django.utils.translation import get_language_from_path

from healthyboost.content.addresses import absolute
from healthyboost.content.asked import names_read
from healthyboost.pagecache.application import ENDLESS, PAGES, PageCache
from healthyboost.wordings import catalogues, overlay
from healthyboost.wordings.models import Wording
from news.models import Article

from . import servers
from .factories import make_article, make_user
from .hreflang import listed_in_sitemaps
from .sample_content import load_sample
from .test_pagecache import ask, held

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
ENOUGH = 20  # seconds after which a test gives up
IN_A_ROW = 12  # answers after which both processes have been asked


@pytest.fixture(scope="module")
def two_processes(static_root):
    with servers.gunicorn(static_root, workers=2) as (_process, port):
        yield port


@pytest.fixture
def port(two_processes, transactional_db):
    """Of two processes; each request goes to either."""
    return two_processes


@pytest.fixture
def lone_port(static_root, transactional_db):
    """Of one process, which has rendered all that was ever asked for."""
    with servers.gunicorn(static_root, workers=1) as (_process, port):
        yield port


def wait_until_all_show(port, text, path="/en/news/", is_there=True):
    """Seconds until no process shows anything else any more."""
    begin, row = time.monotonic(), 0
    while row < IN_A_ROW:
        row = row + 1 if (text in servers.ask(port, path).text) is is_there else 0
        assert time.monotonic() < begin + ENOUGH, f"“{text}” did not come or go"
    return time.monotonic() - begin


# Two processes


def test_every_change_is_seen_by_all_processes(port):
    article = make_article(title_en="First words", published_at_en=None)
    rows = Article.objects.filter(pk=article.pk)
    wait_until_all_show(port, "First words", is_there=False)
    rows.update(published_at_en=timezone.now())
    wait_until_all_show(port, "First words")
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as by_hand:
        by_hand.execute("UPDATE news_article SET title_en = 'Written by hand'")
    wait_until_all_show(port, "Written by hand")
    rows.update(withdrawn_at_en=timezone.now())
    wait_until_all_show(port, "Written by hand", is_there=False)
    rows.update(
        withdrawn_at_en=None, published_at_en=timezone.now() + datetime.timedelta(seconds=2)
    )
    wait_until_all_show(port, "Written by hand", is_there=False)
    wait_until_all_show(port, "Written by hand")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE news_article CASCADE")
    wait_until_all_show(port, "Written by hand", is_there=False)


def test_words_of_the_interface_change_on_kept_pages_also_when_edited_by_hand(port):
    catalogues.take_in_release()
    wording = Wording.objects.get(
        string__msgid="Skip to main content", string__catalogue="django", language="lv"
    )
    wait_until_all_show(port, wording.released[0], "/lv/news/")
    Wording.objects.filter(pk=wording.pk).update(forms=["Uz tekstu"])
    wait_until_all_show(port, "Uz tekstu", "/lv/news/")
    Wording.objects.filter(pk=wording.pk).update(forms=None)
    wait_until_all_show(port, "Uz tekstu", "/lv/news/", is_there=False)
    overlay.refresh()


def test_reader_who_asks_without_a_pause_never_goes_back_to_an_older_page(port):
    article = make_article(title_en="Number 000")
    wait_until_all_show(port, "Number 000")
    seen, is_over = [], threading.Event()

    def read():
        while not is_over.is_set():
            begin = time.monotonic()
            text = servers.ask(port, "/en/news/").text
            seen.append((begin, int(text[text.index("Number ") + 7 :][:3])))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    committed = {}
    for number in range(1, 41):
        with transaction.atomic():  # nobody may see it before its end
            Article.objects.filter(pk=article.pk).update(title_en=f"Number {number:03}")
            time.sleep(0.02)
        committed[number] = time.monotonic()
        time.sleep(0.1)
    wait_until_all_show(port, "Number 040")
    is_over.set()
    for reader in readers:
        reader.join()
    late = [
        begin - committed[number + 1]
        for begin, number in seen
        if number + 1 in committed and begin > committed[number + 1]
    ]
    assert max(late, default=0) < 5  # tests.bench.freshness says how much less
    assert seen[-1][1] == 40


@contextmanager
def database_away():
    """Nobody is let in, and who is in is sent away."""
    params = connection.get_connection_params()
    connection.close()
    name = params["dbname"]
    with psycopg.connect(**params | {"dbname": "postgres"}, autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        try:
            yield
        finally:
            server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def test_pages_outlive_the_database_marked_and_are_fresh_again_after_it(lone_port):
    port = lone_port
    make_article(title_en="First words")
    wait_until_all_show(port, "First words")
    with database_away():
        time.sleep(0.5)
        answers = [servers.ask(port, "/en/news/") for _number in range(IN_A_ROW)]
        assert {answer.status for answer in answers} == {200}
        assert {answer.headers["Page-State"] for answer in answers} == {"stale"}
        assert servers.ask(port, "/en/about/").status == 503  # never asked for before
    Article.objects.update(title_en="Second words")
    wait_until_all_show(port, "Second words")
    assert servers.ask(port, "/en/news/").headers["Page-State"] is None


def test_page_is_asked_after_at_the_database_while_nothing_proves_that_nothing_was_missed(port):
    make_article(title_en="First words")
    wait_until_all_show(port, "First words")
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as server:
        for _time in range(5):  # the listeners are sent away, and what is changed then is missed
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE"
                " 'SELECT pg_notify%' AND datname = current_database() AND pid <> pg_backend_pid()"
            )
            server.execute("UPDATE news_article SET title_en = title_en || '!'")
            time.sleep(0.05)
            for _number in range(IN_A_ROW):
                answer = servers.ask(port, "/en/news/")
                title = Article.objects.get().title_en
                assert f">{title}<" in answer.text or answer.headers["Page-State"] == "stale"


# The whole portal


OTHERS = """
/ /en/search/ /en/search/?q=health /lv/search/?q=vesel%C4%ABba&page=2 /en/feeds/ /en/feeds/all.atom
/fi/feeds/all.json /en/events/calendar.ics /en/events/month/ /sv/events/month/2026/11/ /ru/data/
/en/api/ /en/opensearch.xml /en/newsletter/subscribe/ /api/v1/articles /robots.txt /sitemap.xml
/oai?verb=Identify /account/login/ /admin/ /en/news/?page=99 /healthz /data/catalogue.ttl
""".split()
OF_EACH = 2  # addresses of each view in each language


@pytest.fixture
def sample():
    """Addresses of every view of the portal with its sample content, in every language."""
    load_sample()
    found = {}
    for address in listed_in_sitemaps(Client()):
        path = address.removeprefix(absolute(""))
        with translation.override(path.split("/")[1]):
            name = resolve(path).view_name
        found.setdefault((name, path[:4]), []).append(path)
    return [path for paths in found.values() for path in paths[:OF_EACH]] + OTHERS


def test_no_page_of_the_portal_is_kept_that_is_not_the_same_for_all(sample):
    client = Client()
    client.force_login(make_user("administrator"))
    cookie = f"sessionid={client.cookies['sessionid'].value}; csrftoken={'a' * 32}"
    cache, django = PageCache(WSGIHandler()), WSGIHandler()
    kept = 0
    for path in sample:
        ask(cache, path, cookie=cookie, accept_language="ru")
        assert held(cache) == []
        first = ask(cache, path, user_agent="one", accept_language="ru", accept="text/plain")
        for entry in held(cache):
            assert b"csrfmiddlewaretoken" not in first.body
            assert "Set-Cookie" not in dict(entry.headers)
            kept += 1
        if held(cache):
            alone = ask(django, path.partition("?")[0] + "?" + held(cache)[0].address.key.query)
            assert first.body == alone.body
            assert ask(cache, path, user_agent="two").body == first.body
        cache = PageCache(cache.application)
    assert kept > 100


def test_kept_pages_read_nothing_of_a_query_but_what_they_say(sample, monkeypatch):
    read = set()
    for method in ("get", "__getitem__", "__contains__", "getlist", "pop"):
        own = getattr(QueryDict, method)

        def noting(self, name, *words, own=own):
            read.add(name)
            return own(self, name, *words)

        monkeypatch.setattr(QueryDict, method, noting)
    seen = set()
    for path in sample:
        bare = path.partition("?")[0]
        if not (language := get_language_from_path(bare)):
            continue
        with translation.override(language):
            match = resolve(bare)
        if names_read(match.func) is None or match.view_name in seen:
            continue
        seen.add(match.view_name)
        read.clear()
        Client().get(bare)
        read.discard("translate")  # for people who are signed in
        assert read <= {*names_read(match.func)}, match.view_name
    assert len(seen) > 15


# A crawler


@pytest.mark.usefixtures("proven")
def test_thirty_thousand_query_strings_fill_no_memory_and_push_out_no_page():
    def rendering(environ, start_response):
        start_response("200 OK", [])
        text = f"{environ['PATH_INFO']}{environ['QUERY_STRING']}" * 40
        return HttpResponse(text, headers={"Vary": ""})

    def size():
        return psutil.Process().memory_info().rss

    make_article()
    cache, paths = PageCache(rendering), [f"/en/news/{number}/" for number in range(300)]
    for path in (*paths, *paths):
        ask(cache, path)
    for number in range(2_000):
        ask(cache, f"/en/search/?q={number}")
    before = size()
    for number in range(28_000):
        form = ("/en/news/?utm={}", "/en/search/?q={}", "/en/partners/?kind={}&x={}")[number % 3]
        ask(cache, form.format(number, number))
    assert size() - before < PAGES + ENDLESS
    assert cache.pages.size <= PAGES
    assert cache.endless.size <= ENDLESS
    kept = {entry.address.key.path for entry in cache.pages.entries()}
    assert set(paths) <= kept
