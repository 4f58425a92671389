"""The thread that listens to the database and keeps time: its own connection, its own pulse."""

import logging
import os
import subprocess
import sys
import threading
import time

import psycopg
import pytest
from django.db import connection, transaction

from healthyboost import pulse

pytestmark = pytest.mark.django_db
ENOUGH = 10  # seconds after which a test gives up


def wait_until(is_so):
    until = time.monotonic() + ENOUGH
    while not is_so():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.01)


def tell(channel, message=""):
    """From another connection: that of a test commits nothing."""
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute("SELECT pg_notify(%s, %s)", [channel, message])


@pytest.fixture
def beating():
    own = pulse.Pulse()
    yield own
    own.stop()


def end_its_connection():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE 'SELECT pg_notify%' AND datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
        return len(cursor.fetchall())


def test_listeners_are_called_at_the_first_connection_and_at_each_message(beating):
    heard = []
    beating.listen("pulse_test", heard.append)
    beating.start()
    assert heard == [None]
    tell("pulse_test", "ā")
    tell("pulse_other")
    wait_until(lambda: heard == [None, "ā"])


@pytest.mark.django_db(transaction=True)
def test_message_is_told_only_once_its_transaction_is_committed(beating):
    heard = []
    beating.listen("pulse_test", heard.append)
    beating.start()
    with transaction.atomic():
        pulse.notify("pulse_test", "not said")
        transaction.set_rollback(True)
    pulse.notify("pulse_test", "said")
    wait_until(lambda: heard == [None, "said"])


@pytest.mark.parametrize("opens_another", [False, True])
def test_a_listener_that_loses_the_connection_ends_no_listening(
    beating, monkeypatch, opens_another
):
    monkeypatch.setattr(pulse, "PAUSE", 0.05)
    heard = []

    def lose(message):
        if message == "lose":
            connection.close()
            if opens_another:
                connection.ensure_connection()

    beating.listen("pulse_test", lose)
    beating.listen("pulse_test", heard.append)
    beating.start()
    tell("pulse_test", "lose")
    wait_until(lambda: heard == [None, "lose", None])
    tell("pulse_test", "after")
    wait_until(lambda: heard[-1] == "after")


def test_listeners_are_called_again_after_a_connection_was_lost(beating, monkeypatch, caplog):
    monkeypatch.setattr(pulse, "PAUSE", 0.05)
    heard = []
    beating.listen("pulse_test", heard.append)
    beating.start()
    tell("pulse_test", "one")
    wait_until(lambda: heard == [None, "one"])
    with caplog.at_level(logging.WARNING):
        assert end_its_connection() == 1
        wait_until(lambda: heard == [None, "one", None])
    assert [record.message[:20] for record in caplog.records] == [
        "The database is away",
        "The database is back",
    ]


def test_what_fails_stops_nothing_else(beating, caplog):
    heard = []

    def fail(message):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")

    beating.listen("pulse_test", fail)
    beating.listen("pulse_test", heard.append)
    beating.start()
    tell("pulse_test", "on")
    wait_until(lambda: heard == [None, "on"])
    assert "division by zero" in caplog.text


def test_what_runs_by_the_clock_runs_again_and_a_last_time_at_the_end(beating, monkeypatch):
    monkeypatch.setattr(pulse, "BEAT", 0.02)
    moments, threads = [], set()

    def note():
        moments.append(beating.thread)
        threads.add(threading.current_thread().name)

    beating.every(0.01, note)
    beating.every(3600, lambda: moments.append("last"))
    beating.start()
    wait_until(lambda: len(moments) > 1)
    assert "last" not in moments
    beating.stop()
    assert moments[-1] == "last"
    assert threads == {"pulse"}


def test_pulse_is_proven_while_the_database_answers(beating, monkeypatch):
    assert not beating.is_proven()
    beating.start()
    assert beating.is_proven()
    monkeypatch.setattr(pulse, "PROVEN_FOR", -1)
    assert not beating.is_proven()


def test_second_start_begins_no_second_thread(beating):
    beating.start()
    first = beating.thread
    beating.start()
    assert beating.thread is first


PROCESS = """
import os, sys, time
import django
django.setup()
from healthyboost import pulse
pulse.listen("pulse_test", lambda message: print(os.getpid(), "heard", message, flush=True))
pulse.every(3600, lambda: print(os.getpid(), "wrote", flush=True))


def begin():
    print(os.getpid(), "proven", pulse.is_proven(), flush=True)
    pulse.start()
    while not pulse.is_proven():  # other listeners have work to do, too
        time.sleep(0.05)


begin()
if child := os.fork():
    os.waitpid(child, 0)
else:
    begin()
sys.exit()
"""


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_process_has_its_own_pulse_after_a_fork_and_calls_what_waits_when_it_ends():
    settings = connection.settings_dict
    address = f"postgres://{settings['USER']}:{settings['PASSWORD']}@/{settings['NAME']}"
    environment = os.environ | {
        "DATABASE_URL": f"{address}?host={settings['HOST']}",
        "DJANGO_SETTINGS_MODULE": "healthyboost.settings",
        "DEBUG": "1",
    }
    said = subprocess.run(
        [sys.executable, "-c", PROCESS], env=environment, capture_output=True, text=True, timeout=60
    )
    lines = said.stdout.splitlines()
    assert len(lines) == 6, said.stderr
    parent, child = lines[0].split()[0], lines[2].split()[0]
    assert parent != child
    assert lines == [
        f"{parent} proven False",
        f"{parent} heard None",
        f"{child} proven False",
        f"{child} heard None",
        f"{child} wrote",
        f"{parent} wrote",
    ]
