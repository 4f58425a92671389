"""The database stops, is started again, cuts its connections, or has no room left, under load."""

import os
import random
import time
from collections import Counter
from contextlib import ExitStack

import psycopg
import pytest

from .faults import Editor, Table, place, under_load, until
from .servers import ask, needs_nginx

pytestmark = [pytest.mark.long, needs_nginx]
AWAY = int(os.environ.get("SECONDS_WITHOUT_DATABASE", "60"))


@pytest.fixture(scope="module")
def portal():
    """(place, port, port of nginx)"""
    at = place()
    at.database.start()
    with at.portal() as (_process, port, front):
        yield at, port, front


@pytest.fixture
def table():
    return Table()


def test_reading_goes_on_without_the_database_and_nothing_that_was_typed_is_lost(portal, table):
    at, port, front = portal
    with under_load(at, table, front, port) as phase:
        phase("all is well", 4)
        at.database.stop()
        away = phase(f"the database is stopped for {AWAY} s", AWAY)
        phase("the database starts", at.database.start)
        phase("it is back", 4)
        after = phase("afterwards", 3)
    for found in away.values():
        assert found["stale"] > 5 and not found.get("failed")
        assert found["written"].keys() == {"kept"}
    for found in after.values():
        assert found["right"] > 5 and not found.get("failed") and not found.get("stale")
        assert found["written"].keys() <= {"saved"}


def test_page_that_no_process_has_in_memory_says_that_the_portal_cannot_answer(portal):
    at, port, _front = portal
    at.database.stop()
    try:
        for language in ("en", "lv", "fi", "sv", "ru"):
            answer = ask(port, f"/{language}/search/?q=never-asked-for")
            assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
            assert f'<html lang="{language}"' in answer.text
        problem = ask(port, "/api/v1/articles")
        assert (problem.status, problem.headers["Content-Type"]) == (
            503,
            "application/problem+json",
        )
    finally:
        at.database.start()
    until(lambda: ask(port, "/en/search/?q=never-asked-for").status == 200)


def cut_all(at):
    at.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
        " current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )


def test_connections_that_are_cut_cost_no_page_and_no_word(portal, table):
    at, port, front = portal

    def cut():
        for _time in range(20):
            cut_all(at)
            time.sleep(0.2)

    with under_load(at, table, front, port) as phase:
        cutting = phase("all connections cut, twenty times", cut)
        after = phase("afterwards", 3)
    for found in (*cutting.values(), *after.values()):
        assert not found.get("failed")


def test_connection_that_is_cut_at_any_moment_of_saving_costs_no_word(portal):
    """Six who write without a rest, so that each statement of saving is cut at some time."""
    at, port, _front = portal
    with ExitStack() as stack:
        editors = [stack.enter_context(Editor(port, pause=0)) for _number in range(6)]
        end = time.monotonic() + 15
        while time.monotonic() < end:
            cut_all(at)
            time.sleep(random.uniform(0, 0.5))
    counts = sum((editor.counts for editor in editors), Counter())
    print("six who write, connections cut:", dict(counts))
    assert counts.keys() == {"kept", "saved"}
    for editor in editors:
        assert editor.not_in(at) == []


def test_disk_of_the_database_that_is_full_loses_no_text(portal):
    """What PostgreSQL says then, said by a trigger: it is stopped by nothing else in the statement."""
    at, port, _front = portal
    editor = Editor(port)
    at.sql(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';"
        " END $$"
    )
    at.sql(
        "CREATE TRIGGER full_disk BEFORE INSERT ON news_article FOR EACH ROW"
        " EXECUTE FUNCTION full_disk()"
    )
    try:
        assert editor.write() == "kept"
        assert ask(port, "/en/news/").status == 200
    finally:
        at.sql("DROP FUNCTION full_disk CASCADE")
    assert editor.write() == "saved"
    assert editor.not_in(at) == []


def test_database_that_takes_no_more_connections_is_one_that_is_away(portal, table):
    at, port, front = portal
    (limit,) = at.sql("SELECT setting::int FROM pg_settings WHERE name = 'max_connections'")[0]
    with under_load(at, table, front, port) as phase:
        others = []

        def take_all():
            cut_all(at)
            with pytest.raises(psycopg.OperationalError):
                for _number in range(limit + 1):
                    others.append(psycopg.connect(at.url))

        phase("all connections are taken by others", take_all)
        taken = phase("and stay taken", 3)
        for other in others:
            other.close()
        phase("they are given back", 3)
        after = phase("afterwards", 3)
    for found in taken.values():
        assert not found.get("failed")
    for found in after.values():
        assert not found.get("failed") and not found.get("stale")
