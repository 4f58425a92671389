"""Operations in real processes: numbers of all of them, logs, an end without loss."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
import psycopg
import pytest
from django.db import connection
from django.tasks import task, task_backends
from django_tasks_db.models import DBTaskResult
from prometheus_client.parser import text_string_to_metric_families

from healthyboost.operations.models import Process, Tally

from . import servers
from .factories import make_article
from .test_background import QUEUE, wait_for

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
TOKEN = "a-token-for-tests"
ENOUGH = 120  # seconds: at its start the background process runs every timed job first


@task
def take_long(path, seconds):
    """Writes how often it was begun, then takes its time."""
    begun = Path(path)
    begun.write_text(begun.read_text() + "x" if begun.exists() else "x")
    time.sleep(seconds if len(begun.read_text()) == 1 else 0)


def numbers(port):
    text = servers.ask(port, "/metrics", Authorization=f"Bearer {TOKEN}").text
    return {
        (sample.name.removeprefix("healthyboost_"), *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def lines_of(log):
    return [json.loads(line) for line in Path(log).read_text().splitlines() if line]


def test_clients_that_keep_their_connection_are_shared_by_all_processes(static_root):
    with ExitStack() as stack:
        process, port = stack.enter_context(servers.gunicorn(static_root, workers=2))
        time.sleep(3)  # until the second one answers, too
        clients = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _n in range(20)
        ]
        for client in clients:
            client.sendall(f"GET /healthz HTTP/1.1\r\nHost: {servers.HOST}\r\n\r\n".encode())
            assert client.recv(4096).startswith(b"HTTP/1.1 200")
        shares = [
            sum(each.status == "ESTABLISHED" for each in worker.net_connections("tcp4"))
            for worker in psutil.Process(process.pid).children()
        ]
        print(f"\n20 clients, of each process: {shares}")
        assert min(shares) >= 3


@pytest.fixture
def portal(static_root, transactional_db, tmp_path):
    """(process, port, path of its log) of two processes"""
    path = tmp_path / "log"
    with (
        path.open("w") as log,
        servers.gunicorn(static_root, log=log, METRICS_TOKEN=TOKEN) as (process, port),
    ):
        yield process, port, path


def workers_of(process):
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(number) for number in children.split()]


def test_all_processes_count_together_and_no_number_falls_when_one_is_killed(portal):
    process, port, _log = portal
    make_article(slug="one")
    for _each in range(20):
        assert servers.ask(port, "/en/news/one/").status == 200
    assert numbers(port)["requests_total", "2xx", "news"] == 20
    os.kill(workers_of(process)[0], signal.SIGKILL)
    wait_for(lambda: len(workers_of(process)) == 2)
    for _each in range(20):
        servers.ask(port, "/en/news/one/")
    found = numbers(port)
    assert found["requests_total", "2xx", "news"] == 40
    assert found["page_cache_total", "hit"] + found["page_cache_total", "miss"] == 40
    assert found["page_cache_total", "hit"] > 30


def test_every_line_of_a_server_is_an_object_and_those_of_a_request_name_it(portal):
    process, port, log = portal
    answer = servers.ask(port, "/en/nowhere/", X_Request_ID="from-the-front-1")
    assert answer.headers["X-Request-ID"] == "from-the-front-1"
    servers.ask(port, "/anna@example.org/", X_Forwarded_For="203.0.113.77")
    with socket.create_connection(("127.0.0.1", port)) as raw:  # a complaint of the server itself
        raw.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nanna@example.org\r\n\r\n")
        raw.recv(1000)
    process.terminate()
    process.wait(20)
    lines = lines_of(log)
    assert "from-the-front-1" in [line.get("request_id") for line in lines]
    assert {"gunicorn.error", "django.request"} <= {line["logger"] for line in lines}
    assert "anna@" not in log.read_text() and "203.0.113" not in log.read_text()


@servers.needs_nginx
def test_number_of_the_server_in_front_is_new_for_each_answer_also_out_of_its_cache(portal):
    _process, port, _log = portal
    with servers.nginx(port) as (_server, front):
        answers = [servers.ask(front, "/en/") for _each in range(3)]
        taken_over = servers.ask(front, "/en/", X_Request_ID="from-another-1")
    assert len({answer.headers["X-Request-ID"] for answer in answers}) == 3
    assert [len(answer.headers.get_all("X-Request-ID")) for answer in answers] == [1] * 3
    assert taken_over.headers["X-Request-ID"] == "from-another-1"


def worker(static_root, tmp_path, **variables):
    log = (tmp_path / "work.log").open("a")
    return subprocess.Popen(
        [sys.executable, "manage.py", "work", "--sign-of-life", str(tmp_path / "alive")],
        cwd=servers.ROOT,
        env=servers.environment(static_root, **variables),
        stderr=log,
        stdout=log,
    )


def test_background_process_leaves_signs_of_life_and_its_numbers(portal, static_root, tmp_path):
    _process, port, _log = portal
    assert servers.ask(port, "/readyz").status == 503
    with servers.ending(worker(static_root, tmp_path)):
        assert wait_for(lambda: servers.ask(port, "/readyz").status == 200, ENOUGH)
        assert wait_for((tmp_path / "alive").exists)
        assert wait_for(lambda: ("jobs_total", "index_touched", "ok") in numbers(port), ENOUGH)
    assert not Process.objects.exists()
    assert Tally.objects.get(label="index_touched", result="ok").number >= 1
    assert servers.ask(port, "/readyz").status == 503


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_task_of_a_process_that_ends_is_done_by_the_next_one(
    number, settings, static_root, tmp_path
):
    settings.TASKS = QUEUE
    task_backends["default"].enqueue(take_long, [str(tmp_path / "begun"), 60], {})
    first = worker(static_root, tmp_path)
    with servers.ending(first):
        assert wait_for((tmp_path / "begun").exists, ENOUGH), first.poll()
        begin = time.monotonic()
        first.send_signal(number)
        assert first.wait(20) == (0 if number == signal.SIGTERM else -signal.SIGKILL)
        seconds = time.monotonic() - begin
    if number == signal.SIGTERM:
        left = DBTaskResult.objects.get()
        assert (left.status, left.worker_ids) == ("READY", [])
    with servers.ending(worker(static_root, tmp_path)):
        begin = time.monotonic()
        assert wait_for(lambda: DBTaskResult.objects.get().status == "SUCCESSFUL", ENOUGH)
        print(
            f"{number.name}: ended in {seconds:.1f} s, done {time.monotonic() - begin:.1f} s later"
        )
    assert (tmp_path / "begun").read_text() == "xx"
    assert all(line["job"] for line in lines_of(tmp_path / "work.log") if "task" in line["message"])


def test_task_whose_end_could_not_be_noted_is_done_again_by_the_same_process(
    settings, static_root, tmp_path
):
    settings.TASKS = QUEUE
    task_backends["default"].enqueue(take_long, [str(tmp_path / "begun"), 8], {})
    with servers.ending(worker(static_root, tmp_path)):
        assert wait_for((tmp_path / "begun").exists, ENOUGH)
        with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                " AND datname = current_database() AND backend_type = 'client backend'"
            )
        connection.close()
        assert wait_for(lambda: DBTaskResult.objects.get().status == "SUCCESSFUL", ENOUGH)
    assert (tmp_path / "begun").read_text() == "xx"
