"""Search engines are told what has changed: a real service on the loopback listens."""

import json
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection
from django.utils import timezone

from healthyboost.content.addresses import address_of
from healthyboost.content.datestamps import all_noted_until
from healthyboost.content.languages import language_codes
from healthyboost.content.models import Datestamp, Draft
from healthyboost.discovery import indexnow
from healthyboost.discovery.checks import check_indexnow_key
from healthyboost.discovery.indexnow import tell_search_engines
from healthyboost.discovery.models import Told
from news.models import Article

from .factories import make_article, make_page

pytestmark = pytest.mark.django_db
KEY = "a1b2c3d4-e5f6-7890"
HOUR = timedelta(hours=1)


class Service(BaseHTTPRequestHandler):
    """Notes what it is told; answers the next of `answers`, 200 when there is none left."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((self.headers["Content-Type"], json.loads(body)))
        status, headers = self.server.answers.pop(0) if self.server.answers else (200, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def server():
    running = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    running.daemon_threads = True
    threading.Thread(target=running.serve_forever, args=[0.02], daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture
def service(server, settings):
    """The service, which knows of everything until now."""
    server.told, server.answers = [], []
    settings.SITE_ADDRESS = "https://portal.example.org"
    settings.INDEXNOW_KEY = KEY
    settings.INDEXNOW_SERVICE = f"http://127.0.0.1:{server.server_port}/indexnow"
    tell_search_engines()
    return server


def tell():
    """As if the pause after a failure were over, when nobody else writes any more."""
    now, until = timezone.now(), time.monotonic() + 10
    while all_noted_until() < now and time.monotonic() < until:
        time.sleep(0.02)
        with connection.cursor() as cursor:  # within a transaction the same is seen again
            cursor.execute("SELECT pg_stat_clear_snapshot()")
    Told.objects.update(next_try=None)
    tell_search_engines()


def addresses(service):
    return [address for _type, told in service.told for address in told["urlList"]]


def in_all_languages(page):
    return {address_of(page, code) for code in language_codes()}


@pytest.mark.long
def test_at_first_nothing_is_told(server, settings):
    make_article()
    server.told, server.answers = [], []
    settings.SITE_ADDRESS, settings.INDEXNOW_KEY = "https://portal.example.org", KEY
    settings.INDEXNOW_SERVICE = f"http://127.0.0.1:{server.server_port}/"
    tell_search_engines()
    assert server.told == [] and Told.objects.get().until


def test_a_new_page_is_told_once(service):
    article = make_article(languages=["en", "lv"])
    tell()
    tell()
    told = {address_of(article, "en"), address_of(article, "lv")}
    assert sorted(addresses(service)) == sorted(told)
    content_type, message = service.told[0]
    assert content_type == "application/json; charset=utf-8"
    assert message["host"] == "portal.example.org" and message["key"] == KEY
    assert message["keyLocation"] == f"https://portal.example.org/{KEY}.txt"


def test_only_the_language_that_changed_is_told(service):
    article = make_article(languages=["en", "lv"])
    tell()
    service.told.clear()
    Article.objects.update(title_lv="Jauns nosaukums")
    tell()
    assert addresses(service) == [address_of(article, "lv")]


def test_a_withdrawn_text_is_told(service):
    article = make_article(languages=["en", "lv"])
    tell()
    service.told.clear()
    Article.objects.update(withdrawn_at_en=timezone.now())
    tell()
    assert addresses(service) == [address_of(article, "en")]


def test_a_deleted_page_is_told_in_all_languages(service):
    article = make_article()
    tell()
    service.told.clear()
    told = in_all_languages(article)
    article.delete()
    tell()
    assert set(addresses(service)) == told


@pytest.mark.parametrize("name", ["published_at_en", "unpublish_at_en"])
def test_what_time_alone_changes_is_told_when_it_is_due(service, name):
    article = make_article(**{name: timezone.now() + HOUR})
    was_public = name != "published_at_en"
    tell()
    assert addresses(service) == ([address_of(article, "en")] if was_public else [])
    service.told.clear()
    Article.objects.update(**{name: timezone.now() - timedelta(minutes=1)})
    Datestamp.objects.update(changed_at_en=None)  # nobody touched it
    Told.objects.update(until=timezone.now() - timedelta(minutes=5))
    tell()
    assert addresses(service) == [address_of(article, "en")]


def test_what_no_visitor_sees_is_not_told(service):
    article = make_article(published_at_en=None)
    make_article(published_at_en=timezone.now() + HOUR)
    make_article(published_at_en=None).delete()
    Draft.objects.create(page=article, language="lv", fields={"title": "Melnraksts"})
    article.save()
    tell()
    assert service.told == []


@pytest.mark.long
def test_a_page_with_an_address_of_its_own_is_told_by_it(service):
    make_page(kind="about")
    tell()
    assert addresses(service) == ["https://portal.example.org/en/about/"]


@pytest.mark.parametrize(
    "status", [503, *(pytest.param(n, marks=pytest.mark.long) for n in (400, 403, 422, 429, 302))]
)
def test_what_the_service_did_not_take_is_told_again(service, status, caplog):
    article = make_article()
    service.answers = [(status, {"Location": "/elsewhere"})]
    tell()
    assert f"status {status}" in caplog.text
    assert len(service.told) == 1  # no redirection is followed
    tell_search_engines()
    assert len(service.told) == 1  # not at once
    service.told.clear()
    tell()
    assert addresses(service) == [address_of(article, "en")]
    assert Told.objects.get().failures == 0


@pytest.mark.long
def test_a_service_that_is_not_there_loses_nothing(service, settings, caplog):
    right, settings.INDEXNOW_SERVICE = settings.INDEXNOW_SERVICE, "http://127.0.0.1:9/"
    article = make_article()
    tell()
    assert Told.objects.get().failures == 1
    settings.INDEXNOW_SERVICE = right
    tell()
    assert addresses(service) == [address_of(article, "en")]


@pytest.mark.long
@pytest.mark.parametrize("address", ["nonsense", "ftp://127.0.0.1/", "http://", "http://[/"])
def test_a_service_whose_address_is_nonsense_is_a_failure(service, settings, address, caplog):
    make_article()
    settings.INDEXNOW_SERVICE = address
    tell()
    assert Told.objects.get().failures == 1 and caplog.text


@pytest.mark.long
def test_each_failure_doubles_the_pause_up_to_a_day(service, caplog):
    make_article()
    pauses = []
    service.answers = [(500, {})] * 12
    for _number in range(12):
        tell()
        pauses.append(round((Told.objects.get().next_try - timezone.now()) / timedelta(minutes=1)))
    assert pauses[:4] == [10, 20, 40, 80]
    assert pauses[-1] == 24 * 60


@pytest.mark.long
@pytest.mark.parametrize("asked, minutes", [("7200", 120), ("9" * 30, 24 * 60), ("soon", 10)])
def test_a_pause_that_the_service_asks_for_is_kept(service, asked, minutes, caplog):
    make_article()
    service.answers = [(429, {"Retry-After": asked})]
    tell()
    pause = Told.objects.get().next_try - timezone.now()
    assert round(pause / timedelta(minutes=1)) == minutes


def test_batches_are_as_large_as_the_service_takes_and_continue_where_they_ended(
    service, monkeypatch, caplog
):
    monkeypatch.setattr(indexnow, "MOST", 2 * len(language_codes()))
    articles = [make_article() for _number in range(5)]
    service.answers = [(200, {}), (503, {})]
    tell()
    assert [len(told["urlList"]) for _type, told in service.told] == [2, 2]
    service.told.clear()
    tell()
    assert addresses(service) == [address_of(article, "en") for article in articles[2:]]


@pytest.mark.long
def test_what_changes_while_batches_are_told_is_told_after_them(service, monkeypatch, caplog):
    monkeypatch.setattr(indexnow, "MOST", len(language_codes()))
    first, second = make_article(), make_article()
    service.answers = [(200, {}), (503, {})]
    tell()
    service.told.clear()
    Article.objects.filter(pk=first.pk).update(title_en="Another title")
    tell()
    tell()
    assert addresses(service) == [address_of(second, "en"), address_of(first, "en")]


@pytest.mark.long
def test_a_single_go_sends_a_few_batches(service, monkeypatch):
    monkeypatch.setattr(indexnow, "MOST", len(language_codes()))
    monkeypatch.setattr(indexnow, "BATCHES", 2)
    for _number in range(3):
        make_article()
    tell()
    assert len(service.told) == 2
    tell()
    assert len(addresses(service)) == 3


@pytest.mark.parametrize(
    "site", ["http://portal.example.org", "https://localhost", "https://127.0.0.1:8000",
             "https://[::1]", "https://portal.local", "https://portal.test", "https://portal"],
)  # fmt: skip
def test_a_portal_that_is_not_on_the_internet_tells_nobody(settings, site):
    settings.INDEXNOW_KEY, settings.SITE_ADDRESS = KEY, site
    tell_search_engines()
    assert not Told.objects.exists()


@pytest.mark.parametrize("name, value", [("INDEXNOW_KEY", ""), ("SEARCH_ENGINES", False)])
def test_it_is_switched_off_by_a_setting(settings, name, value):
    settings.INDEXNOW_KEY, settings.SITE_ADDRESS = KEY, "https://portal.example.org"
    setattr(settings, name, value)
    tell_search_engines()
    assert not Told.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.long
def test_what_another_transaction_has_not_committed_yet_is_told_later(service):
    written, go_on = threading.Event(), threading.Event()

    def write_slowly():
        from django.db import transaction

        with transaction.atomic():
            make_article(slug="slow")
            written.set()
            go_on.wait(10)
        connection.close()

    slow = threading.Thread(target=write_slowly)
    slow.start()
    written.wait(10)
    quick = make_article()
    tell_search_engines()
    go_on.set()
    slow.join()
    tell()
    assert set(addresses(service)) == {
        address_of(quick, "en"),
        "https://portal.example.org/en/news/slow/",
    }


def test_the_key_is_at_its_address_and_no_other_is(client, settings):
    settings.INDEXNOW_KEY = KEY
    response = client.get(f"/{KEY}.txt")
    assert response.status_code == 200 and response.content == KEY.encode()
    assert response["Content-Type"].startswith("text/plain")
    assert client.get("/another-key-1234.txt").status_code == 404
    settings.INDEXNOW_KEY = ""
    assert client.get(f"/{KEY}.txt").status_code == 404


@pytest.mark.parametrize("key, is_sound", [("", True), (KEY, True), ("short", False),
                                           ("with space in it", False), ("ā" * 20, False)])  # fmt: skip
def test_a_key_that_no_service_takes_is_named_by_the_check(settings, key, is_sound):
    settings.INDEXNOW_KEY = key
    assert bool(check_indexnow_key(None)) is not is_sound


def test_the_background_process_tells_every_few_minutes():
    from healthyboost.management.commands.work import TIMED

    assert ("tell_search_engines", timedelta(minutes=5), tell_search_engines) in TIMED
