"""The background process, and the message catalogues that no gettext program builds."""

import gettext
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.tasks import task, task_backends

from healthyboost.management.commands import work
from healthyboost.management.commands.work import TIMED, Clock

BASE_DIR = Path(__file__).resolve().parent.parent
QUEUE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@task
def write_down(path, text):
    Path(path).write_text(text)


@pytest.fixture
def worker(settings, transactional_db):
    """`manage.py work` on the database of the tests."""
    settings.TASKS = QUEUE
    database = settings.DATABASES["default"]
    host, port = database["HOST"] or "localhost", database["PORT"] or 5432
    user = f"{database['USER']}:{database['PASSWORD']}"
    process = subprocess.Popen(
        [sys.executable, "manage.py", "work"],
        cwd=BASE_DIR,
        env=os.environ
        | {
            "DATABASE_URL": f"postgres://{user}@/{database['NAME']}?host={host}&port={port}",
            "SECRET_KEY": "only-for-tests",
            "ALLOWED_HOSTS": "localhost",
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


@pytest.mark.long
def test_a_task_runs_even_after_the_database_has_dropped_its_connection(worker, tmp_path):
    # pickled by its name: the worker imports this module
    done = task_backends["default"].enqueue(write_down, [str(tmp_path / "one"), "first"], {})
    assert wait_for((tmp_path / "one").exists), worker.poll()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    task_backends["default"].enqueue(write_down, [str(tmp_path / "two"), "second"], {})
    assert wait_for((tmp_path / "two").exists), worker.poll()
    assert wait_for(lambda: task_backends["default"].get_result(done.id).status == "SUCCESSFUL")


@pytest.mark.long
def test_it_ends_within_five_seconds_of_sigterm(worker, tmp_path):
    task_backends["default"].enqueue(write_down, [str(tmp_path / "one"), "first"], {})
    assert wait_for((tmp_path / "one").exists)
    begin = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=5) == 0
    assert time.monotonic() - begin < 5  # of the five that a demo has to stop in


@pytest.mark.django_db
def test_a_timed_job_runs_at_once_then_at_its_interval_and_in_one_process_only():
    ran = []
    jobs = [("first", timedelta(0), lambda: ran.append(1)), ("daily", timedelta(1), ran.clear)]
    here, elsewhere = Clock(jobs[:1]), Clock(jobs[:1])
    try:
        here.run_due()
        elsewhere.run_due()
        here.run_due()
        assert len(ran) == 2
        here.close()

        def taken_over():
            elsewhere.next_try = 0
            elsewhere.run_due()
            return len(ran) == 3

        assert wait_for(taken_over)  # the server ends a connection in its own time
    finally:
        here.close()
        elsewhere.close()


@pytest.mark.django_db
def test_a_timed_job_that_fails_does_not_stop_the_others(caplog):
    ran = []
    clock = Clock(
        [("bad", timedelta(1), lambda: 1 / 0), ("good", timedelta(1), lambda: ran.append(1))]
    )
    clock.run_due()
    clock.run_due()
    clock.close()
    assert ran == [1] and "The timed job bad failed" in caplog.text


@pytest.mark.django_db
def test_tasks_do_not_wait_for_the_last_of_many_long_jobs(monkeypatch):
    monkeypatch.setattr(work, "PAUSE", 0.05)
    told = []
    slow = [
        (name, timedelta(1), lambda name=name: (told.append(name), time.sleep(0.1)))
        for name in ("one", "two")
    ]
    clock = Clock([*slow, ("short", timedelta(1), lambda: told.append("short"))])
    clock.run_due(between=lambda: told.append("tasks"))
    clock.close()
    assert told == ["one", "tasks", "two", "tasks", "short"]


@pytest.mark.django_db
def test_the_timed_jobs_run(settings):
    settings.TASKS = QUEUE
    for _name, _every, function in TIMED:
        function()


def test_search_is_brought_up_to_date_before_other_hosts_are_asked_for_anything():
    """They may not answer for long; after an upgrade everything is due at once."""
    names = [name for name, *_rest in TIMED]
    asking = {"check_links", "read_inbox", "send_mailings", "tell_search_engines"}
    assert names.index("index_touched") < min(map(names.index, asking))


# Message catalogues

LATVIAN = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=3; plural=(n%10==0 || (n%100>=11 && n%100<=19) ? 0 : n%10==1 ? 1 : 2);\n"

msgid "News"
msgstr "Jaunumi"

#, fuzzy
msgid "Partner"
msgstr "Nepareizi"

msgid "City"
msgstr ""

msgctxt "verb"
msgid "open"
msgstr "atvērt"

msgid "%(count)s pilot"
msgid_plural "%(count)s pilots"
msgstr[0] "%(count)s pilotprojektu"
msgstr[1] "%(count)s pilotprojekts"
msgstr[2] "%(count)s pilotprojekti"
"""


@pytest.fixture
def catalogue(settings, tmp_path):
    """A catalogue's source, to be built beside it."""
    source = tmp_path / "lv" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(LATVIAN, encoding="utf-8")
    settings.LOCALE_PATHS = [tmp_path]
    return source


def built(source):
    with source.with_suffix(".mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def test_plurals_contexts_and_gaps_are_as_gettext_has_them(catalogue):
    call_command("compilemessages", verbosity=0)
    texts = built(catalogue)
    assert texts.gettext("News") == "Jaunumi"
    assert texts.pgettext("verb", "open") == "atvērt"
    assert (texts.gettext("Partner"), texts.gettext("City")) == ("Partner", "City")
    forms = [texts.ngettext("%(count)s pilot", "%(count)s pilots", n)[-3:] for n in PLURALS]
    assert forms == list(PLURALS.values())


PLURALS = {0: "ktu", 1: "kts", 2: "kti", 5: "kti", 11: "ktu", 21: "kts", 101: "kts"}


@pytest.mark.skipif(not shutil.which("msgfmt"), reason="msgfmt is not installed to compare with")
def test_the_built_file_says_what_msgfmt_says(catalogue, tmp_path):
    call_command("compilemessages", verbosity=0)
    subprocess.run(["msgfmt", "-o", tmp_path / "other.mo", catalogue], check=True)
    with (tmp_path / "other.mo").open("rb") as file:
        assert built(catalogue)._catalog == gettext.GNUTranslations(file)._catalog


def test_only_what_is_older_than_its_source_is_built(catalogue, capsys):
    call_command("compilemessages")
    call_command("compilemessages", verbosity=0)
    call_command("compilemessages")
    assert capsys.readouterr().out.count("Built") == 1
    call_command("compilemessages", force=True)
    assert capsys.readouterr().out.count("Built") == 1


@pytest.mark.parametrize(
    "broken", [LATVIAN.replace('"Jaunumi"', '"Jaunumi'), LATVIAN.replace("n%10==0", "n%%10=0")]
)
def test_a_broken_catalogue_is_one_sentence_and_nothing_is_built(catalogue, broken):
    catalogue.write_text(broken, encoding="utf-8")
    with pytest.raises(CommandError, match=r"The catalogue .*django\.po is broken: ") as raised:
        call_command("compilemessages", verbosity=0)
    assert "\n" not in str(raised.value)
    assert [path.name for path in catalogue.parent.iterdir()] == ["django.po"]


def test_a_portal_without_catalogues_builds_nothing(settings, tmp_path):
    settings.LOCALE_PATHS = [tmp_path / "nothing"]
    call_command("compilemessages", verbosity=0)
