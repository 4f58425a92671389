"""The files that tools read say what is true."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command

ROOT = Path(__file__).parent.parent
BLOCK_1 = re.search(r"# 1\..*?\nMISSING", (ROOT / "healthyboost/settings.py").read_text(), re.S)[0]
SETTINGS = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', BLOCK_1))
COMPLETE = {
    "SECRET_KEY": "a-long-enough-secret-key-with-fifty-different-characters-0123456789",
    "ALLOWED_HOSTS": "portal.example.org",
    "DATABASE_URL": "postgres://portal@localhost/portal",
}


def manage(*arguments, **environment):
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def instructions(keyword):
    """Arguments of each `keyword` line of the Dockerfile."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return re.findall(rf"^{keyword} (.+)$", text, re.M)


def test_deployment_check_is_silent_in_production_settings():
    done = manage("check", "--deploy", "--fail-level", "DEBUG", **COMPLETE)
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


@pytest.mark.parametrize(
    "missing",
    [
        "SECRET_KEY",
        *(pytest.param(name, marks=pytest.mark.long) for name in ("ALLOWED_HOSTS", "DATABASE_URL")),
    ],
)
def test_production_names_what_is_missing_and_stops(missing):
    given = {name: value for name, value in COMPLETE.items() if name != missing}
    done = manage("migrate", **given)
    assert done.returncode == 1
    assert missing in done.stderr
    assert "Traceback" not in done.stderr


def test_production_server_does_not_start_half_configured():
    done = subprocess.run(
        [sys.executable, "-c", "import healthyboost.wsgi"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "healthyboost.settings"},
        capture_output=True,
        text=True,
    )
    assert "Set SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL" in done.stderr


def test_environment_is_read_in_the_first_block_only():
    rest = (ROOT / "healthyboost/settings.py").read_text().split("# 2. Apps")[1]
    assert "env." not in rest.replace("env.db_url_config", "")
    assert "environ" not in rest


def test_readme_lists_every_setting():
    names = re.findall(r"^\| (`[A-Z_]+`.*?) \|", (ROOT / "README.md").read_text(), re.M)
    assert set(re.findall(r"[A-Z_]+", " ".join(names))) == SETTINGS


def test_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 125


@pytest.mark.django_db
def test_models_have_their_migrations():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_compose_file_has_the_services_that_the_portal_needs():
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    assert set(compose["services"]) == {"database", "migrate", "portal", "worker", "front"}
    assert compose["services"]["database"]["image"] == "postgres:18"
    for name in ("portal", "worker"):
        assert compose["services"][name]["read_only"] is True
        assert set(compose["services"][name]["environment"]) <= SETTINGS


def test_only_the_front_can_be_reached_and_it_may_write_nowhere_but_to_its_cache():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["front"]
    front = services["front"]
    assert front["read_only"] is True
    configuration = (ROOT / front["volumes"][0].split(":")[0]).read_text()
    assert set(re.findall(r"\$\{(\w+)\}", configuration)) == {"PORTAL", "NGINX_LOCAL_RESOLVERS"}
    written = re.findall(r"(?:pid|_path) (\S+?)[; ]", configuration)
    assert written
    assert all(path.startswith(("/tmp/", "/var/cache/nginx/")) for path in written)


def test_everything_that_the_image_copies_exists():
    sources = [
        word for line in instructions("COPY") if "--from" not in line for word in line.split()[:-1]
    ]
    assert sources
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_image_runs_as_an_ordinary_user_and_tells_its_health():
    assert instructions("USER") == ["10001:10001"]
    assert "healthz" in instructions("HEALTHCHECK")[0]


def outside_the_virtual_environment():
    """This process's environment as it was before `uv run`, whose Python has no pip."""
    folders = os.environ["PATH"].split(os.pathsep)
    path = os.pathsep.join(folder for folder in folders if not folder.startswith(sys.prefix))
    rest = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return rest | {"PATH": path, "PIP_BREAK_SYSTEM_PACKAGES": "1"}


@pytest.mark.long
def test_every_step_of_the_image_runs_in_a_scratch_folder(tmp_path):
    """What the build would do, in its order, with the shell and Python of this machine."""
    environment = outside_the_virtual_environment()
    text = (ROOT / "Dockerfile").read_text().split("\nFROM")[0]
    for keyword, rest in re.findall(r"^(COPY|RUN) (.+)$", text, re.M):
        if keyword == "RUN":
            done = subprocess.run(
                rest, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True
            )
            assert done.returncode == 0, f"{rest}\n{done.stdout}\n{done.stderr}"
            continue
        *sources, target = rest.split()
        for source in sources:
            place = tmp_path / (target if target != "./" else source)
            copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
            copy(ROOT / source, place)
    assert list((tmp_path / "staticfiles").glob("css/portal.*.css.br"))
    assert (tmp_path / "locale/lv/LC_MESSAGES/django.mo").exists()


def test_ci_calls_the_test_command_of_the_readme():
    command = "python3 -m uv run --group test pytest"
    assert command in (ROOT / "README.md").read_text()
    lines = (ROOT / ".ci/run").read_text().splitlines()
    assert lines[-2:] == [command, f"{command} -m long"]


def test_sample_and_code_speak_of_the_project_alone():
    """No path of a machine in what is handed out."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout
    names = [
        name for name in listed.splitlines() if name.endswith((".py", ".md", ".html", ".yaml"))
    ]
    paths = re.compile(r"(?<![\w.])/(root|home|work)/")
    found = [name for name in names if paths.search((ROOT / name).read_text())]
    assert found == [name for name in found if name == "tests/test_project.py"]
