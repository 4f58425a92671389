"""How often one network may ask for what is made anew for it, whichever process it meets."""

import re
import time

import pytest
from django.db import DataError, connection, transaction
from django.utils import timezone

from healthyboost.limits import askers, counting
from healthyboost.limits.counting import INTERFACE, SEARCH, Counts, Limit, TooOften, forget_counts
from healthyboost.limits.models import Count
from healthyboost.pagecache.addresses import address_of, request_for
from healthyboost.pagecache.entries import is_for_everybody

from .factories import make_article

pytestmark = pytest.mark.django_db
LONG = pytest.mark.long
READER = {"REMOTE_ADDR": "203.0.113.7"}
TWO = Limit("test", 2)


@pytest.fixture(autouse=True)
def counts(monkeypatch):
    """A process that has counted nothing, in the middle of a minute."""
    monkeypatch.setattr(counting, "counts", Counts())
    monkeypatch.setattr(counting.time, "time", lambda: 1_800_000_030.5)
    counting.counts.exchange()
    return counting.counts


def statuses(client, *paths, **extra):
    return [client.get(path, **extra).status_code for path in paths]


def use_up(limit, network="203.0.113.7"):
    for _number in range(limit.most):
        counting.counts.add(limit, network)


# What a reader meets


@pytest.mark.parametrize(
    "language, words",
    [
        ("en", "Too many requests"),
        ("lv", "Pārāk daudz pieprasījumu"),
        *(pytest.param(code, "", marks=LONG) for code in ("fi", "sv", "ru")),
    ],
)
def test_who_searches_too_often_is_told_so_in_her_language(client, language, words):
    use_up(SEARCH)
    answer = client.get(f"/{language}/search/?q=walk", **READER)
    assert (answer.status_code, answer["Retry-After"]) == (429, "30")
    assert f'<html lang="{language}"' in answer.text
    assert words in answer.text
    assert "no-store" in answer["Cache-Control"] and not answer.cookies


@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1/articles", "/api/v1/articles.csv"])
def test_a_program_that_asks_too_often_is_told_so_as_a_problem(client, path):
    use_up(INTERFACE)
    answer = client.get(path, **READER)
    assert (answer.status_code, answer["Retry-After"]) == (429, "30")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer.json()["detail"] == "You may ask 300 times a minute. Please wait a moment."


@pytest.mark.parametrize(
    "path",
    ["/oai?verb=Identify", "/data/keep.json", "/data/keep-projects.csv", "/data/catalogue.ttl"],
)
def test_other_addresses_for_programs_share_the_limit(client, path):
    use_up(INTERFACE)
    assert client.get(path, **READER).status_code == 429


def test_who_asked_too_often_still_reads_every_page(client):
    make_article(slug="walk")
    use_up(SEARCH)
    use_up(INTERFACE)
    assert statuses(client, "/en/", "/en/news/walk/", "/en/api/", **READER) == [200] * 3


@pytest.mark.parametrize("method", ["get", "head"])
def test_asking_for_the_head_alone_counts_too(client, method):
    use_up(SEARCH)
    assert getattr(client, method)("/en/search/?q=walk", **READER).status_code == 429


def test_the_next_minute_begins_anew(client, monkeypatch):
    use_up(SEARCH)
    monkeypatch.setattr(counting.time, "time", lambda: 1_800_000_060.0)
    assert client.get("/en/search/", **READER).status_code == 200


def test_the_network_next_door_is_not_refused(client):
    use_up(SEARCH)
    assert client.get("/en/search/", REMOTE_ADDR="203.0.113.8").status_code == 200


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "", "not an address"])
def test_what_comes_from_this_machine_or_from_nowhere_is_not_limited(client, address, monkeypatch):
    monkeypatch.setattr(counting, "SEARCH", Limit("search", 0))
    assert client.get("/en/search/", REMOTE_ADDR=address).status_code == 200
    assert not counting.counts.own


# Who asks


@pytest.mark.parametrize(
    "address, network",
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_of_version_six_a_network_is_one_asker(address, network):
    assert askers.network_of(address) == network


@pytest.mark.parametrize(
    "proxies, forwarded, network",
    [
        (0, "198.51.100.1", "203.0.113.7"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "127.0.0.1, 198.51.100.1", "198.51.100.1"),  # what an asker says of herself comes first
        (2, "9.9.9.9, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (1, "[2001:db8::1]:4711", "2001:db8::/64"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
        (1, "unknown", ""),
        (1, "", "203.0.113.7"),
        (2, "198.51.100.1", ""),
    ],
)
def test_only_servers_that_are_trusted_say_who_asks(rf, settings, proxies, forwarded, network):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    request = rf.get("/", headers={"X-Forwarded-For": forwarded}, **READER)
    assert askers.network_asking(request) == network


# All processes together


def test_what_one_process_counted_holds_for_the_others():
    one, other = Counts(), Counts()
    for process in (one, other):
        process.add(TWO, "203.0.113.7")
        process.exchange()
    with pytest.raises(TooOften):
        other.add(TWO, "203.0.113.7")
    one.add(Limit("test", 3), "203.0.113.7")
    one.exchange()
    with pytest.raises(TooOften):
        one.add(TWO, "203.0.113.7")


def test_counting_asks_the_database_once_a_second_at_most(counts, django_assert_num_queries):
    counts.told_at = time.monotonic()
    with django_assert_num_queries(0):
        use_up(SEARCH)
    counts.told_at -= counting.EVERY
    with django_assert_num_queries(1):
        for _number in range(5):
            counts.add(INTERFACE, "203.0.113.7")
    with django_assert_num_queries(1):
        counts.exchange()
    with django_assert_num_queries(0):
        counts.exchange()


def test_counting_goes_on_telling_others_where_the_clock_was_set_back(counts, monkeypatch):
    counts.told_at -= counting.EVERY
    monkeypatch.setattr(counting.time, "time", lambda: 1_800_000_030.5 - 86_400)
    counts.add(TWO, "203.0.113.7")
    assert Count.objects.count() == 1


def test_what_cannot_be_told_now_is_told_later(counts, monkeypatch):
    counts.add(TWO, "203.0.113.7")
    with monkeypatch.context() as broken:
        broken.setattr(counting, "ADD", "SELECT 1 / 0, %s, %s, %s")
        with pytest.raises(DataError), transaction.atomic():
            counts.exchange()
    counts.add(TWO, "203.0.113.7")
    counts.exchange()
    assert Count.objects.get().count == 2


def test_a_flood_of_networks_fills_no_memory(counts, monkeypatch):
    monkeypatch.setattr(counting, "MOST_NETWORKS", 10)
    for number in range(50):
        counts.add(TWO, f"203.0.113.{number}")
    assert len(counts.own) == 10


def test_counts_of_minutes_that_are_over_leave_the_memory_and_the_table(counts, monkeypatch):
    counts.add(TWO, "203.0.113.7")
    counts.exchange()
    monkeypatch.setattr(counting.time, "time", lambda: 1_800_000_061.0)
    counts.exchange()
    assert not counts.of_all
    Count.objects.update(until=timezone.now())
    forget_counts()
    assert not Count.objects.exists()


def test_nobody_can_be_told_from_the_counts(counts):
    counts.add(TWO, "203.0.113.7")
    counts.add(Limit("other", 2), "203.0.113.7")
    counts.exchange()
    names = list(Count.objects.values_list("name", flat=True))
    assert len(set(names)) == 2 and all(re.fullmatch("[0-9a-f]{64}", name) for name in names)
    with connection.cursor() as cursor:  # and the file of the database's changes has none of it
        cursor.execute("SELECT relpersistence::text FROM pg_class WHERE relname = 'limits_count'")
        assert cursor.fetchone() == ("u",)


# Behind what keeps finished pages


def test_a_page_is_made_in_the_name_of_who_waits_for_it_and_a_refusal_is_kept_for_nobody(client):
    asked = client.get("/en/search/?q=walk").wsgi_request.environ
    asked |= READER | {"HTTP_HOST": "testserver"}
    key = address_of(asked).key
    for method in ("GET", "HEAD"):
        made = request_for(key, asked | {"REQUEST_METHOD": method})
        assert made["REMOTE_ADDR"] == READER["REMOTE_ADDR"]
    assert not request_for(key)["REMOTE_ADDR"]  # a page that is warmed is nobody's
    use_up(SEARCH)
    assert not is_for_everybody(client.get("/en/search/?q=walk", **READER))
