"""What the portal says of its own health."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from healthyboost.operations import readiness
from healthyboost.operations.guide import guide
from healthyboost.operations.models import Process
from healthyboost.operations.signs import SignsOfLife, forget_processes
from healthyboost.pulse import process_pulse

from .admin_forms import sign_in

ROOT = Path(__file__).parent.parent
CHECKS = ["database", "migrations", "background", "disk", "listener"]


def make_process(seconds=0, **fields):
    """One that was seen `seconds` ago."""
    seen_at = timezone.now() - timedelta(seconds=seconds)
    return Process.objects.create(
        **{"name": "worker", "started_at": seen_at, "seen_at": seen_at, **fields}
    )


@pytest.fixture
def asked(client, proven):
    """Asks /readyz: (status, {check: sentence})"""

    def ask():
        response = client.get("/readyz")
        return response.status_code, response.json()

    return ask


def test_process_says_that_it_answers_without_asking_anything(client):
    response = client.get("/healthz")  # this test may not ask the database
    assert (response.status_code, response.text) == (200, "ok\n")


@pytest.mark.django_db
def test_portal_is_ready_when_every_check_holds(asked):
    make_process()
    assert asked() == (200, {"ready": True} | dict.fromkeys(CHECKS, "ok"))


@pytest.mark.django_db
def test_each_check_has_a_line_of_its_own_and_no_cache_keeps_them(client):
    for path in ("/healthz", "/readyz"):
        assert "no-store" in client.get(path)["Cache-Control"]
    lines = client.get("/readyz").text.splitlines()
    assert [line.split('"')[1] for line in lines[2:-1]] == CHECKS


@pytest.mark.django_db
def test_portal_without_a_background_process_is_not_ready(asked):
    status, said = asked()
    assert (status, said["ready"]) == (503, False)
    assert said["background"] == "no background process has started: manage.py work"


@pytest.mark.django_db
def test_background_process_that_is_silent_is_told_of(asked):
    make_process(seconds=90)
    assert asked()[1]["background"].startswith("no sign of life for 9")


@pytest.mark.django_db
def test_job_that_never_ends_is_told_of(asked):
    make_process(job="read_files", since=timezone.now() - timedelta(hours=7))
    assert asked()[1]["background"] == "read_files has been running for 7 hours"


@pytest.mark.django_db
def test_migration_that_is_not_applied_is_named(asked):
    MigrationRecorder.Migration.objects.filter(app="operations").delete()
    status, said = asked()
    assert status == 503
    assert said["migrations"].startswith("1 not applied, the first is operations.0001_initial")


@pytest.mark.django_db
def test_full_disk_is_told_of(asked, monkeypatch):
    usage = SimpleNamespace(free=200 * 1024**2)
    monkeypatch.setattr(readiness.shutil, "disk_usage", lambda folder: usage)
    assert asked()[1]["disk"] == "200 MB are free for uploads"


@pytest.mark.django_db
def test_folder_of_uploads_that_is_missing_is_told_of_without_its_name(asked, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "nowhere"
    assert asked()[1]["disk"] == "the folder of uploads is not there"


@pytest.mark.django_db
def test_process_that_hears_of_no_change_is_told_of(client):
    assert "does not hear" in client.get("/readyz").json()["listener"]


def test_nothing_waits_for_a_database_that_is_known_to_be_away(asked, monkeypatch):
    monkeypatch.setattr(process_pulse, "is_away", True)
    status, said = asked()  # this test may not ask the database
    assert status == 503
    assert said["database"] == "it does not answer"
    assert said["migrations"] == said["background"] == "not known without the database"


@pytest.mark.django_db
def test_one_who_looks_again_and_again_fills_no_log(client, caplog):
    assert client.get("/readyz").status_code == 503
    assert caplog.text == ""


# Signs of life


@pytest.mark.django_db
def test_sign_of_life_says_what_a_process_does_and_ends_with_it(tmp_path):
    signs = SignsOfLife("one", tmp_path / "alive")
    signs.works_on("send_mailings")
    signs.give()
    assert Process.objects.get().job == "send_mailings"
    assert (tmp_path / "alive").exists()
    signs.works_on("")
    signs.give()
    assert (Process.objects.get().job, Process.objects.get().since) == ("", None)
    signs.end()
    assert not Process.objects.exists()


@pytest.mark.django_db
def test_processes_that_were_killed_are_forgotten_after_a_day():
    make_process(seconds=100_000)
    make_process(name="other")
    forget_processes()
    assert [process.name for process in Process.objects.all()] == ["other"]


def test_containers_watch_the_file_that_the_background_process_touches():
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    worker = compose["services"]["worker"]
    file = worker["command"][-1]
    assert worker["command"][-2] == "--sign-of-life"
    assert file in worker["healthcheck"]["test"][-1]


@pytest.mark.parametrize("seconds, code", [(0, 0), (90, 1)])
def test_container_of_a_silent_background_process_is_unhealthy(seconds, code, tmp_path):
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    words = compose["services"]["worker"]["healthcheck"]["test"]
    file = tmp_path / "alive"
    file.touch()
    os.utime(file, (time.time() - seconds,) * 2)
    asked = words[-1].replace("/tmp/alive", str(file))
    assert subprocess.run([sys.executable, "-c", asked]).returncode == code


# The guide


@pytest.mark.django_db
def test_administrator_finds_the_guide_for_running_the_portal(client):
    sign_in(client, "administrator")
    assert 'href="/admin/operations/"' in client.get("/admin/").text
    response = client.get("/admin/operations/")
    assert '<h2 id="upgrade">Upgrade</h2>' in response.text
    assert 'lang="en"' in response.text


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["editor", "translator"])
def test_nobody_else_is_led_to_the_guide(role, client):
    sign_in(client, role)
    assert "/admin/operations/" not in client.get("/admin/").text
    assert client.get("/admin/operations/").status_code == 403


def test_guide_names_every_check_of_readiness():
    text, headings = guide()
    assert {"Install", "Watch", "Back up", "Restore", "Upgrade", "What to do when"} == {
        heading for _id, heading in headings
    } - {"What runs"}
    assert all(f"<code>{check}</code>" in text for check in CHECKS)
