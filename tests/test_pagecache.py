"""Finished pages are kept in memory: the same for everybody, never older than the last commit."""

import datetime
import gzip
import io
import sys
import threading
import time
from typing import NamedTuple

import brotli
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from healthyboost.content.asked import names_read
from healthyboost.content.models import Theme
from healthyboost.content.views import ContentList
from healthyboost.demand.visits import visits
from healthyboost.pagecache.addresses import Address, Key, address_of
from healthyboost.pagecache.application import PageCache
from healthyboost.pagecache.entries import LARGEST, Entry, best_of, is_for_everybody
from healthyboost.pagecache.generation import Generation, generation
from healthyboost.pagecache.models import Moment
from healthyboost.pagecache.shelves import Shelf
from healthyboost.pagecache.triggers import NAMES, NOT_SHOWN
from healthyboost.pulse import process_pulse
from healthyboost.redirects.models import Redirect
from news.models import Article, Event

from .factories import LONG_AGO, make, make_article, make_theme, make_user

pytestmark = pytest.mark.django_db
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:152.0) Gecko/20100101 Firefox/152.0"
# What anybody may be sent of what somebody else asked for. To name a page here is a decision: it
# reads nothing of the request but its address, and has no form with a token.
KEPT = """
home about project search data api_for_people opensearch card feeds:list feeds:feed
news:list news:detail events:list events:detail events:calendar events:file events:month
events:this_month newsletter:list newsletter:detail partners:list partners:detail pilots:list
pilots:detail materials:list materials:detail pages:detail
""".split()


class Answer(NamedTuple):
    status: int
    headers: dict
    body: bytes


def environ_of(address, method="GET", **headers):
    path, _mark, query = address.partition("?")
    asked = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "HTTP_HOST": "testserver",
    }
    return asked | {f"HTTP_{name.upper()}": value for name, value in headers.items()}


def ask(application, address="/en/news/", method="GET", **headers):
    told = []
    response = application(
        environ_of(address, method, **headers), lambda *words: told.extend(words[:2])
    )
    body = b"".join(response)
    if hasattr(response, "close"):
        response.close()
    return Answer(int(told[0].split()[0]), dict(told[1]), body)


@pytest.fixture(scope="module")
def django():
    """The portal without a cache. Its requests leave the connection of the test open, like those of
    Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield WSGIHandler()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def cache(django):
    return PageCache(django)


def held(cache):
    return cache.pages.entries() + cache.endless.entries()


def committed():
    """The transaction of a test is never committed: what comes now counts like another one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pagecache.told', '', true)")


# What is sent


def test_second_reader_gets_the_same_page_without_a_query_for_it(cache, django_assert_num_queries):
    make_article(title_en="A walk")
    first = ask(cache)
    with django_assert_num_queries(1):  # whether anything changed: no pulse proves it in tests
        second = ask(cache)
    assert first == second
    assert b"A walk" in second.body


@pytest.mark.parametrize("code, read", [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_page_is_compressed_once_and_is_the_same_in_each_encoding(cache, code, read):
    plain = ask(cache)
    packed = ask(cache, accept_encoding=f"deflate, {code}")
    assert packed.headers["Content-Encoding"] == code
    assert packed.headers["Content-Length"] == str(len(packed.body))
    assert packed.headers["ETag"] == plain.headers["ETag"]
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert read(packed.body) == plain.body
    assert ask(cache, accept_encoding=code).body == packed.body


@pytest.mark.parametrize(
    "wording, encoding",
    [
        ("", ""),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP;q=1.0, br;q=0", "gzip"),
        ("br; q=0.000, *", "gzip"),
        ("*", "br"),
        ("*;q=0", ""),
        ("identity", ""),
        ("brx, xgzip", ""),
        (";;,,q=;br;=", ""),
        ("br;q=nonsense", "br"),
    ],
)
def test_encoding_is_one_that_the_reader_takes(wording, encoding):
    assert best_of(wording) == encoding


def test_reader_who_has_the_page_is_told_so_in_an_empty_answer(cache):
    tag = ask(cache).headers["ETag"]
    for sent in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        answer = ask(cache, if_none_match=sent)
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["ETag"] == tag
        assert {"Cache-Control", "Vary"} <= answer.headers.keys()
        assert "Content-Length" not in answer.headers
    assert ask(cache, if_none_match='"other"').status == 200


def test_reader_of_a_feed_is_told_by_its_date_too(cache):
    make_article()
    feed = ask(cache, "/en/feeds/all.atom")
    changed = feed.headers["Last-Modified"]
    assert ask(cache, "/en/feeds/all.atom", if_modified_since=changed).status == 304
    assert ask(cache, "/en/feeds/all.atom", if_modified_since="nonsense").status == 200


def test_first_reader_with_an_old_page_gets_the_new_one_and_it_is_kept_whole(cache):
    assert ask(cache, if_none_match='"old"', range="bytes=0-9").status == 200
    assert ask(cache).body.endswith(b"</html>\n")


def test_head_has_the_headers_of_the_page_and_no_body(cache):
    head = ask(cache, method="HEAD")
    assert head == ask(cache)._replace(body=b"")
    assert ask(cache, method="HEAD") == head
    assert ask(cache, "/en/news/nothing/", "HEAD").status == 404


def test_page_may_be_kept_by_others_for_a_second_and_longer_when_the_portal_is_away(cache):
    policy = ask(cache).headers["Cache-Control"]
    assert policy == (
        "public, max-age=0, s-maxage=1, stale-while-revalidate=1, stale-if-error=86400"
    )


def test_kept_page_has_all_the_headers_that_protect(cache):
    for headers in (ask(cache).headers, ask(cache).headers):
        assert "Content-Security-Policy" in headers
        assert headers["X-Frame-Options"] == "DENY"


# Which addresses are one


def test_unknown_words_of_a_query_change_nothing_and_fill_nothing(cache):
    plain = ask(cache)
    for query in ("utm_source=letter", "fbclid=1&page=&then=", "page=%ff%00", "&&&=", "x" * 5000):
        if "%00" not in query:
            assert ask(cache, f"/en/news/?{query}") == plain
    assert len(held(cache)) == 1


def test_known_words_are_one_address_in_whatever_order(cache):
    theme = make_theme(kind=Theme.Kind.AREA)
    make_article(themes=[theme], date=LONG_AGO, date_precision="day")
    one = ask(cache, f"/en/news/?theme={theme.slug}&year=2021")
    other = ask(cache, f"/en/news/?year=2021&x=1&theme={theme.slug}")
    assert one == other
    assert one.status == 200
    assert [entry.address.key.query for entry in held(cache)] == [f"year=2021&theme={theme.slug}"]


@pytest.mark.parametrize("model_list", ContentList.__subclasses__())
def test_each_filter_of_a_list_is_read_from_the_address(model_list, rf):
    view = model_list()
    view.setup(rf.get("/"))
    assert {each.name for each in view.filters()} | {"page", "then"} == set(view.reads)


@pytest.mark.parametrize(
    "address, headers",
    [
        ("/", {}),
        ("/admin/", {}),
        ("/healthz", {}),
        ("/en/newsletter/subscribe/", {}),
        ("/en/news/nothing/", {}),
        ("/en/news/?page=99", {}),
        ("/en/news", {}),
        ("/api/v1/articles", {}),
        ("/en/news/\0", {}),
        ("/en/news/", {"host": "elsewhere.example.org"}),
        ("/en/news/", {"host": "TESTSERVER"}),
        ("/en/news/", {"x_forwarded_proto": "gopher"}),
        ("/EN/news/", {}),
        ("/en/news/?" + "&".join(map(str, range(6000))), {}),
    ],
)
def test_what_is_not_a_public_page_is_answered_as_without_a_cache(cache, django, address, headers):
    without = ask(django, address, **headers)
    for _time in range(2):
        answer = ask(cache, address, **headers)
        assert (answer.status, answer.body) == (without.status, without.body)
    assert held(cache) == []


def test_path_that_is_no_utf_8_is_refused_as_ever(cache, django):
    asked = environ_of("/en/news/") | {"PATH_INFO": "/en/\xff\xfe/"}
    assert address_of(asked) is None


def test_address_below_another_one_is_not_mixed_with_ours(cache):
    asked = environ_of("/en/news/") | {"SCRIPT_NAME": "/elsewhere"}
    assert b"/elsewhere/en/" in b"".join(cache(asked, lambda *words: None))
    assert b"/elsewhere" not in ask(cache).body


def test_old_address_with_a_query_still_leads_where_it_did(cache, django):
    article = make_article()
    Redirect.objects.create(old_address="/news/show?id=5", target=f"portal:articles/{article.slug}")
    answer = ask(cache, "/en/news/show/?id=5")
    assert answer.status == ask(django, "/en/news/show/?id=5").status == 301


# Nothing personal


def test_only_pages_that_are_named_here_are_ever_kept():
    assert set(kept_views()) == set(KEPT)


def kept_views(resolver=None, namespace=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{pattern.namespace}:" if getattr(pattern, "namespace", None) else ""
            yield from kept_views(pattern, namespace + inner)
        elif names_read(pattern.callback) is not None:
            yield f"{namespace}{pattern.name}"


def test_kept_pages_take_no_form(cache):
    article = make_article()
    for address in ("/en/", "/en/news/", f"/en/news/{article.slug}/", "/en/search/", "/en/feeds/"):
        assert ask(cache, address, "POST").status in (403, 405)
    assert held(cache) == []


def test_who_is_signed_in_gets_her_own_page_and_nobody_else_does(cache):
    client = Client()
    client.force_login(make_user("administrator"))
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    answer = ask(cache, "/en/news/?translate=1", cookie=cookie)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert b"wording-told" in answer.body
    assert ask(cache, cookie=cookie).headers["Cache-Control"] == "private"
    assert held(cache) == []
    assert b"wording-told" not in ask(cache, "/en/news/?translate=1").body


def test_cookies_and_languages_of_a_reader_reach_no_page_that_is_kept(cache):
    plain = ask(cache)
    cache.pages = Shelf(1_000_000)
    told = {
        "cookie": "csrftoken=mine; django_language=ru",
        "accept_language": "ru",
        "user_agent": "mine",
        "referer": "https://mine.example.org/",
        "authorization": "mine",
        "accept": "application/json",
    }
    assert ask(cache, **told) == plain


def response(body="<p>", **headers):
    return HttpResponse(body, headers={name.replace("_", "-"): headers[name] for name in headers})


def with_cookie():
    answer = response()
    answer.set_cookie("seen", "1")
    return answer


@pytest.mark.parametrize(
    "answer",
    [
        response(Cache_Control="private"),
        response(Cache_Control="max-age=0, No-Store"),
        response(Vary="Accept-Language"),
        response(Vary="Accept-Encoding, Cookie"),
        response(Vary="*"),
        response(Content_Encoding="gzip"),
        response(Content_Security_Policy="script-src 'nonce-1'"),
        response("x" * (LARGEST + 1)),
        HttpResponse(status=404),
        HttpResponse(status=301),
        StreamingHttpResponse(["<p>"]),
        with_cookie(),
    ],
)
def test_response_that_is_not_for_everybody_is_not_kept(answer):
    assert not is_for_everybody(answer)
    assert is_for_everybody(response(Vary="accept-encoding", Cache_Control="public, no-cache"))


# Never older than the last commit


def publish(article):
    Article.objects.filter(pk=article.pk).update(published_at_en=timezone.now())


def withdraw(article):
    Article.objects.filter(pk=article.pk).update(withdrawn_at_en=timezone.now())


def delete(article):
    article.delete()


def give_a_theme(article):
    article.themes.add(make_theme())
    committed()
    Article.themes.through.objects.all().delete()


def by_hand(article):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE news_article SET title_en = 'By hand'")


def truncate(article):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE news_article CASCADE")


@pytest.mark.parametrize("change", [publish, withdraw, delete, give_a_theme, by_hand, truncate])
def test_change_is_seen_by_the_next_reader(cache, django, change):
    article = make_article()
    committed()
    ask(cache)
    number = held(cache)[0].number
    change(article)
    seen = ask(cache)
    assert held(cache)[0].number > number
    assert seen.body == ask(django).body


def test_what_no_page_shows_and_what_changes_nothing_leaves_all_pages(cache):
    article = make_article()
    committed()
    ask(cache)
    number = generation.number
    make_user("coordinator")
    Article.objects.filter(pk=article.pk).update(slug=article.slug)
    Article.objects.filter(pk=0).update(slug="x")
    ask(cache)
    assert generation.number == number


def test_each_transaction_is_told_of_once_and_one_that_is_taken_back_not_at_all():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pagecache_change")
        before = cursor.fetchone()[0]
        cursor.execute("SAVEPOINT mine")
        make_theme()
        cursor.execute("ROLLBACK TO SAVEPOINT mine")
        make_theme()
        make_theme()
        cursor.execute("SELECT count(*) FROM pagecache_change")
        assert cursor.fetchone()[0] == before + 1


def test_all_tables_tell_of_changes_but_those_that_are_named():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = ANY(%s)", [
            list(NAMES[:3])
        ])  # fmt: skip
        telling = [table for (table,) in cursor.fetchall()]
        tables = set(connection.introspection.table_names(cursor))
    assert {table: telling.count(table) for table in tables - NOT_SHOWN} == dict.fromkeys(
        tables - NOT_SHOWN, 3
    )
    assert not NOT_SHOWN & set(telling)
    assert NOT_SHOWN <= tables | {"cache", "django_migrations"}


def test_page_that_was_rendered_while_something_changed_is_not_kept(django):
    def changing(environ, start_response):
        answer = django(environ, start_response)
        committed()
        make_theme()
        return answer

    cache = PageCache(changing)
    committed()
    assert ask(cache).status == 200
    assert held(cache) == []


def test_text_to_come_ends_the_pages_at_its_moment_and_nothing_else_is_needed(cache, django):
    ask(django)  # templates are read: a page takes far less than the time to come
    soon = timezone.now() + datetime.timedelta(seconds=1.2)
    make_article(title_en="A walk", published_at_en=soon)
    assert b"A walk" not in ask(cache).body
    assert held(cache)[0].end == pytest.approx(soon.timestamp())
    time.sleep(max(0, soon.timestamp() - time.time()) + 0.01)
    assert b"A walk" in ask(cache).body


def test_all_pages_end_at_the_full_hour_for_somewhere_a_day_begins():
    end = Generation().end()
    assert time.time() < end <= time.time() + 3600
    assert end % 3600 == 0


def test_end_of_an_event_is_a_moment_that_pages_wait_for():
    event = make(Event)
    event.sessions.create(start_date=timezone.localdate() + datetime.timedelta(days=2))
    event.refresh_from_db()
    assert event.ends_at in Moment.objects.values_list("at", flat=True)


def test_a_state_of_the_table_is_trusted_only_a_beat_after_it_was_read():
    own = Generation()
    own.settle()
    assert own.state is None
    own.settle()
    assert own.state is not None
    own.move()
    assert own.state is None


# Without the database


def test_last_good_page_is_sent_and_marked_while_the_database_is_away(cache, monkeypatch):
    fresh = ask(cache)
    monkeypatch.setattr(process_pulse, "is_away", True)
    stale = ask(cache)
    assert stale.body == fresh.body
    assert stale.headers["Page-State"] == "stale"
    assert stale.headers["Warning"] == '110 - "Response is Stale"'
    assert "stale-while-revalidate" not in stale.headers["Cache-Control"]
    assert ask(cache, if_none_match=fresh.headers["ETag"]).status == 304
    monkeypatch.undo()
    assert ask(cache) == fresh


def test_page_that_cannot_be_rendered_any_more_is_sent_as_it_was(django):
    is_broken = False

    def breaking(environ, start_response):
        if not is_broken:
            return django(environ, start_response)
        start_response("500 Internal Server Error", [])
        return HttpResponse(status=500)

    cache = PageCache(breaking)
    fresh = ask(cache)
    is_broken = True
    generation.move()
    assert ask(cache).headers["Page-State"] == "stale"
    assert ask(cache).body == fresh.body
    assert ask(cache, "/en/events/").status == 500


# Memory and threads


def entry_at(path, size=1000):
    key = Key("http", None, "testserver", path, "")
    entry = Entry(Address(key, True, False), HttpResponse("x"), 0, 0)
    entry.size = size
    return entry


def test_addresses_asked_for_once_do_not_push_out_those_asked_for_again():
    shelf = Shelf(20_000)
    known = [entry_at(f"/{number}") for number in range(10)]
    for entry in known:
        shelf.put(entry)
        entry.asked += 1
    for number in range(1000):
        shelf.put(entry_at(f"/crawled/{number}"))
        known[number % 10].asked += 1
        assert shelf.size <= shelf.limit
    assert all(shelf.get(entry.address.key) is entry for entry in known)
    assert shelf.size == sum(entry.size for entry in shelf.entries())


def test_what_grows_on_the_shelf_is_weighed_and_what_is_too_large_goes():
    shelf = Shelf(2500)
    one, other = entry_at("/1"), entry_at("/2")
    shelf.put(one)
    shelf.put(other)
    shelf.grew(one, 1000)
    assert shelf.size == sum(entry.size for entry in shelf.entries()) <= 2500
    shelf.grew(one, 1000)  # it is gone
    shelf.put(entry_at("/3", 3000))
    assert shelf.entries() == []
    assert (shelf.size, shelf.size_in_front) == (0, 0)


def test_results_of_searches_have_a_small_shelf_of_their_own(cache):
    ask(cache, "/en/search/?q=walk")
    assert cache.pages.entries() == []
    assert len(cache.endless.entries()) == 1


def test_one_thread_renders_a_page_and_the_others_wait_for_it(proven):
    begun, may_end, rendered = threading.Event(), threading.Event(), []

    def slow(environ, start_response):
        rendered.append(environ["PATH_INFO"])
        begun.set()
        may_end.wait(5)
        start_response("200 OK", [])
        return HttpResponse("<p>", headers={"Vary": ""})

    cache = PageCache(slow)
    generation.ends = generation.number, time.time() + 60
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(ask(cache, "/en/"))) for _ in range(4)
    ]
    threads[0].start()
    assert begun.wait(5)
    for thread in threads[1:]:
        thread.start()
    time.sleep(0.05)
    may_end.set()
    for thread in threads:
        thread.join(5)
    assert rendered == ["/en/"]
    assert len(set(map(str, answers))) == 1
    assert cache.rendering == {}


def test_pages_asked_for_most_are_rendered_again_after_a_change(cache, proven, monkeypatch):
    for address in ("/en/news/", "/en/news/", "/en/events/"):
        ask(cache, address)
    generation.move()
    generation.ends = generation.number, time.time() + 60
    rendered = []
    monkeypatch.setattr(cache, "warm_all", lambda asked, number: rendered.extend(asked))
    cache.warm()  # something has just changed
    cache.warm()
    cache.warm()
    assert [address.key.path for address in rendered] == ["/en/news/"]


# Counting


def test_reader_of_a_kept_page_in_another_language_is_counted_like_the_first(cache):
    article = make_article(languages=["en"])
    visits.counts.clear()
    for agent in (BROWSER, BROWSER, "curl/8"):
        ask(cache, f"/fi/news/{article.slug}/", user_agent=agent)
    assert visits.counts == {("news.article", article.pk, "fi"): 2}
    ask(cache, f"/fi/news/{article.slug}/", "HEAD", user_agent=BROWSER)
    assert visits.counts.total() == 2
