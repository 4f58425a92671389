"""Every change shows everywhere at once: two hosts with one process each, nginx before both."""

import pytest

from .crawler import crawl
from .factories import make_article
from .freshness import CHANGES, two_hosts
from .outage import outage
from .servers import gunicorn, needs_nginx

pytestmark = [pytest.mark.long, needs_nginx, pytest.mark.django_db(transaction=True)]
SAMPLES = 3


@pytest.fixture(scope="module")
def running(static_root):
    with two_hosts(static_root) as found:
        yield found


@pytest.fixture
def servers(running, transactional_db):
    """{name: port}; the tables were emptied after the test before, and they have heard of that."""
    return running


@pytest.mark.parametrize("kind", CHANGES)
def test_change_shows_on_all_hosts_in_a_second_and_through_nginx_in_two(kind, servers):
    make_article(title_en="Something to begin with")
    for number in range(SAMPLES):
        seconds = CHANGES[kind](servers, number)
        print({name: f"{each:.3f}" for name, each in seconds.items()})
        assert max(seconds["first"], seconds["second"]) < 5  # the benchmark says how much less
        assert seconds["front"] < 6


def test_reading_goes_on_without_the_database():
    counts, errors = outage(seconds=8)
    for server in ("portal", "nginx"):
        assert counts[server, "without the database"]["marked stale"] > 100
        assert counts[server, "after"].keys() == {"fresh"}
    assert errors == {"portal": {}, "nginx": {}}


def test_crawler_pushes_out_no_page_that_people_read(static_root, transactional_db):
    with gunicorn(static_root, workers=1) as (process, port):
        memories, still_kept = crawl(process, port, requests=3000)
    assert still_kept == 1
    assert max(memories) < memories[0] + 20  # MiB: what the cache may hold
