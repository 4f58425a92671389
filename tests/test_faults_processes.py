"""Processes are killed with -9, and a new release takes the place of the old one, under load."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack

import psutil
import pytest

from .faults import Table, place, under_load, until
from .servers import ROOT, ask, environment, gunicorn, needs_nginx, nginx

pytestmark = [pytest.mark.long, needs_nginx]
KILLS = 5
START = 180  # seconds: a background process does all timed jobs once before the first task
SLOW_TASK = """
from pathlib import Path
from time import sleep
from django.tasks import task

@task
def write_slowly(folder, seconds):
    begun = Path(folder, "begun")
    begun.write_text(begun.read_text() + "x" if begun.exists() else "x")
    sleep(seconds)
    Path(folder, "done").write_text("done")
"""
ENQUEUE = """
import slow_task
slow_task.write_slowly.enqueue({folder!r}, {seconds})
"""


@pytest.fixture(scope="module")
def at():
    made = place()
    made.database.start()
    return made


@pytest.fixture
def table():
    return Table()


def test_worker_that_is_killed_costs_its_own_requests_at_most(at, table):
    with at.portal() as (process, port, front), under_load(at, table, front, port) as phase:

        def kill():
            for _kill in range(KILLS):
                worker = min(psutil.Process(process.pid).children(), key=lambda each: each.pid)
                worker.kill()  # -9
                worker.wait(10)
                time.sleep(1.5)

        phase("all is well", 3)
        killing = phase(f"a worker killed with -9, {KILLS} times", kill)
        after = phase("afterwards", 6)
        assert len(psutil.Process(process.pid).children()) == 2
    assert not killing["through nginx"].get("failed")
    # A thread answers one request at a time, and each kill ends four of them.
    assert killing["without nginx"].get("failed", 0) <= KILLS * 4
    for found in after.values():
        assert not found.get("failed") and not found.get("stale")


# The background process


def background(at, folder, seconds):
    """A task that takes so long, enqueued; the variables of processes that know it."""
    (folder / "slow_task.py").write_text(SLOW_TASK)
    known = {"PYTHONPATH": str(folder)}
    subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity=0", "-c"]
        + [ENQUEUE.format(folder=str(folder), seconds=seconds)],
        cwd=ROOT,
        env=environment(at.static, **at.variables, **known),
        check=True,
    )
    return known


def states(at):
    return [
        status
        for (status,) in at.sql(
            "SELECT status FROM django_tasks_database_dbtaskresult WHERE task_path LIKE '%%write_slowly'"
        )
    ]


@pytest.fixture(autouse=True)
def no_tasks(at):
    at.sql("DELETE FROM django_tasks_database_dbtaskresult")


def test_job_whose_process_was_killed_is_done_by_the_next_one(at, tmp_path):
    known = background(at, tmp_path, 5)
    with at.background_process(**known) as first:
        until((tmp_path / "begun").exists, START)
        first.kill()  # -9
        first.wait()
    assert states(at) == ["RUNNING"] and not (tmp_path / "done").exists()
    with at.background_process(**known):
        until((tmp_path / "done").exists, START)
        until(lambda: states(at) == ["SUCCESSFUL"])
    assert (tmp_path / "begun").read_text() == "xx"


def test_job_that_another_process_is_doing_is_left_to_it(at, tmp_path):
    known = background(at, tmp_path, 15)
    with at.background_process(**known):
        until((tmp_path / "begun").exists, START)
        with at.background_process(**known):
            until((tmp_path / "done").exists, START)
            until(lambda: states(at) == ["SUCCESSFUL"])
    assert (tmp_path / "begun").read_text() == "x"


def test_job_that_outlives_its_connection_to_the_database_is_done_once_more_at_most(at, tmp_path):
    known = background(at, tmp_path, 3)
    with at.background_process(**known):
        until((tmp_path / "begun").exists, START)
        at.database.stop()
        time.sleep(4)
        at.database.start()
        until(lambda: states(at) == ["SUCCESSFUL"], START)
    assert len((tmp_path / "begun").read_text()) <= 2


def test_job_that_kills_each_process_is_given_up(at):
    at.sql(
        "INSERT INTO django_tasks_database_dbtaskresult (id, status, enqueued_at, started_at,"
        " args_kwargs, priority, task_path, worker_ids, queue_name, backend_name, run_after,"
        " exception_class_path, traceback) VALUES (gen_random_uuid(), 'RUNNING', now(), now(),"
        """ '{"args": [], "kwargs": {}}', 0, 'slow_task.write_slowly', '["a", "b", "c"]', 'default',"""
        " 'default', now(), '', '')"
    )
    with at.background_process():
        until(lambda: states(at) == ["FAILED"], START)


# A new release

# Requests that were begun are answered, however slow the machine is.
GRACE = {"GUNICORN_CMD_ARGS": "--graceful-timeout=20"}
LEFT_OUT = "fail_timeout=1s"  # so long by nginx, for not having answered; it would be ten


def next_release(folder):
    """A copy of the portal whose articles have one column more."""
    names = ("healthyboost", "news", "partners", "materials", "pilots", "templates", "static")
    for name in names:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "locale").symlink_to(ROOT / "locale")
    shutil.copy(ROOT / "manage.py", folder)
    models = folder / "news" / "articles.py"
    text = models.read_text()
    begin = text.index("class Article(")
    body = text.index("\n    ", text.index(":\n", begin)) + 1
    field = "    shade = models.CharField(max_length=9, db_default='plain', editable=False)\n"
    models.write_text(text[:body] + field + text[body:])
    return folder


def columns(at):
    return at.sql(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'news_article'"
        " AND column_name = 'shade'"
    )


def test_new_release_with_a_new_column_takes_over_without_one_failed_request(at, table, tmp_path):
    """Two instances behind nginx; each is replaced by one of the new release, after the migration."""
    release = next_release(tmp_path)
    at.manage("makemigrations", "news", "--name", "shade", at=release)
    options = {"workers": 1, "log": (at.folder / "portal.log").open("ab")}
    options |= at.variables | GRACE
    with ExitStack() as stack:
        first = stack.enter_context(ExitStack())
        second = stack.enter_context(ExitStack())
        _old, one = first.enter_context(gunicorn(at.static, **options))
        _old, two = second.enter_context(gunicorn(at.static, **options))
        _nginx, front = stack.enter_context(
            nginx(f"{one} {LEFT_OUT}; server 127.0.0.1:{two} {LEFT_OUT}")
        )
        with under_load(at, table, front) as phase:
            rows = [
                phase("two instances of the old release", 3),
                phase("the migration adds a column", lambda: at.manage("migrate", at=release)),
                phase("the old release with the new column", 3),
            ]
            assert columns(at)
            for each, port in ((first, one), (second, two)):

                def replace(each=each, port=port):
                    each.close()
                    started = gunicorn(at.static, port=port, root=release, **options)
                    each.enter_context(started)
                    time.sleep(2)

                rows.append(phase("an instance is replaced", replace))
            rows.append(phase("the new release", 4))
    at.sql("ALTER TABLE news_article DROP COLUMN shade")
    at.sql("DELETE FROM django_migrations WHERE app = 'news' AND name LIKE '%%shade'")
    for row in rows:
        found = row["through nginx"]
        assert not found.get("failed") and not found.get("said so")
        assert found["written"].keys() <= {"saved"}


def test_gunicorn_replaces_itself_without_one_failed_request(at, table):
    """USR2 starts the new release beside the old one, at the same address; TERM ends the old one."""
    with at.portal(**GRACE) as (process, port, front), under_load(at, table, front) as phase:
        rows = [phase("the old processes", 2)]
        os.kill(process.pid, signal.SIGUSR2)

        def new_master():
            try:
                known = psutil.Process(process.pid).children()
                return next((each for each in known if len(each.children()) == 2), None)
            except psutil.NoSuchProcess:  # one that was only to become another
                return None

        new = until(new_master)
        rows.append(phase("old and new processes", 3))
        process.terminate()
        process.wait(40)
        rows.append(phase("the old ones end", 3))
        assert ask(port, "/en/").status == 200
        new.terminate()
        psutil.wait_procs([new], 20)
    for row in rows:
        assert not row["through nginx"].get("failed")
        assert row["through nginx"]["written"].keys() <= {"saved"}
