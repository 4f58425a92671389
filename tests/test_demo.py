"""`uv run manage.py demo` as people start it: whoever they are, wherever their checkout lies."""

import http.client
import os
import pwd
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import psutil
import psycopg
import pytest

from healthyboost.embedded import running

BASE_DIR = Path(__file__).resolve().parent.parent
NOT_CODE = {".venv", ".git", "data", "media", "staticfiles", ".pytest_cache", ".ruff_cache"}
OURS = {"DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "DEBUG", "DJANGO_SETTINGS_MODULE"}
PRIVATE_TO_PYTEST = OURS | {"VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "DJANGO_ALLOW_ASYNC_UNSAFE"}
HOSTILE = {"LC_ALL": "C", "LANG": "C", "PGHOST": "nowhere", "PGOPTIONS": "-c nonsense=1"}
ROOT = os.geteuid() == 0


def uv():
    """The uv that runs these tests, else the one beside the interpreter below the environment."""
    if "UV" in os.environ:
        return [os.environ["UV"]]
    if Path(sys.base_prefix, "bin", "uv").exists():
        return [sys._base_executable, "-m", "uv"]
    return [shutil.which("uv")]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def environment(**changes):
    kept = {name: value for name, value in os.environ.items() if name not in PRIVATE_TO_PYTEST}
    return kept | {"UV_PYTHON": sys._base_executable} | changes


def manage(checkout, *words, variables=None, command=None, account=None):
    """`uv run manage.py ...` to its end."""
    return subprocess.run(
        [*(command or uv()), "run", "manage.py", *map(str, words)],
        cwd=checkout,
        env=environment(**(variables or {})),
        capture_output=True,
        text=True,
        timeout=60,
        **(account or {}),
    )


class Demo:
    """A running demo. Without `data` its data folder is `data` in the checkout."""

    def __init__(self, checkout, data=None, variables=None, command=None, account=None, words=()):
        self.port, self.output = free_port(), ""
        self.data = Path(data or checkout / "data")
        words = ["--port", str(self.port), "--no-sample", *words]
        words += ["--data", str(data)] if data else []
        self.process = subprocess.Popen(
            [*(command or uv()), "run", "manage.py", "demo", *words],
            cwd=checkout,
            env=environment(**(variables or {})),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **(account or {}),
        )
        self.family = []

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for process in {*self.family, *self._family()}:
            if process.is_running():
                process.kill()
        self.process.wait()
        self.process.stdout.close()

    def ready(self, seconds=120):
        """Read what it prints until it is ready; return how many seconds that took."""
        begin, pipe = time.monotonic(), self.process.stdout.fileno()
        while "Ctrl-C stops it" not in self.output:
            assert time.monotonic() - begin < seconds, self.output
            if select.select([pipe], [], [], 1)[0]:
                read = os.read(pipe, 65536).decode()
                assert read, self.output
                self.output += read
        self.family = self._family()
        return time.monotonic() - begin

    def _family(self):
        """uv, demo, its children, and the database, which may have outlived an earlier demo."""
        try:
            root = psutil.Process(self.process.pid)
            family = [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            family = []
        try:
            number = (self.data / "database" / "postmaster.pid").read_text().split("\n")[0]
            server = psutil.Process(int(number))
            return family + [server, *server.children(recursive=True)]
        except (OSError, ValueError, psutil.NoSuchProcess):
            return family

    @property
    def process_id(self):
        return int(re.search(r"process (\d+)", (self.data / "demo.lock").read_text())[1])

    def status(self):
        """Of the page that says whether the portal is well."""
        visit = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        visit.request("GET", "/healthz", headers={"Host": "localhost"})
        return visit.getresponse().status

    def end(self, number=signal.SIGTERM, whom=None):
        """Signal it as a terminal or a service manager does; the exit code."""
        begin = time.monotonic()
        os.kill(whom or self.process.pid, number)
        rest, _ = self.process.communicate(timeout=30)
        self.output += rest.decode()
        assert self.left(5 - (time.monotonic() - begin)) == []
        return self.process.returncode

    def left(self, seconds):
        """Who still lives of all that were started."""
        deadline = time.monotonic() + max(seconds, 0.1)
        while living := [p for p in self.family if p.is_running() and not is_zombie(p)]:
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        return living

    @property
    def passwords(self):
        return dict(re.findall(r"^  (\w+) +([a-z0-9]{12})$", self.output, re.M))


def is_zombie(process):
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def copy_of_the_checkout(place):
    """As a fresh clone would be."""
    at_the_top = {str(BASE_DIR): NOT_CODE}
    return Path(shutil.copytree(BASE_DIR, place, ignore=lambda at, _: at_the_top.get(at, set())))


@cache
def ordinary_account():
    """An account that may do nothing special, and a Python with uv that it can read.

    The interpreter below the environment may lie in a home that only its owner can enter.
    """
    for name in ("games", "daemon", "nobody"):
        try:
            found = pwd.getpwnam(name)
            break
        except KeyError:
            continue
    else:
        pytest.skip("not tried: this computer has no account games, daemon or nobody")
    account = {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    shared = Path(tempfile.mkdtemp(prefix="healthyboost-tests-python-"))
    shared.chmod(0o755)
    python = shared / "python"
    left_out = shutil.ignore_patterns("test", "*.a", "__pycache__", "idlelib", "share", "include")
    shutil.copytree(sys.base_prefix, python, ignore=left_out, symlinks=True)
    program = python / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    if len(uv()) == 1:
        shutil.copy(uv()[0], shared / "uv")
        command = [str(shared / "uv")]
    else:
        command = [str(program), "-m", "uv"]
    subprocess.run(["chmod", "-R", "a+rX", shared], check=True)
    variables = {
        "UV_PYTHON": str(program),
        "LD_LIBRARY_PATH": str(python / "lib"),
        "PATH": os.defpath,
    }
    tried = subprocess.run(
        [program, "-c", "import ssl"], env=variables, cwd="/", capture_output=True, **account
    )
    if tried.returncode:
        pytest.skip("not tried: this Python does not run from a copy that other accounts can read")
    return account, command, variables


@pytest.fixture(scope="module", autouse=True)
def no_leftovers():
    yield
    if ordinary_account.cache_info().currsize:
        shutil.rmtree(Path(ordinary_account()[2]["UV_PYTHON"]).parent.parent.parent)


@pytest.fixture
def public_folder():
    """A folder that everybody can enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="healthyboost-tests-") as name:
        os.chmod(name, 0o755)
        yield Path(name)


def ordinary_start(place):
    """A checkout of an ordinary user, its environment installed: what Demo and manage need."""
    account, command, variables = ordinary_account()
    copy_of_the_checkout(place)
    home = place.parent / "home"
    home.mkdir()
    # Installed by copying: the links of a package cache would give that cache another owner.
    install = environment(**variables, UV_LINK_MODE="copy", HOME=os.path.expanduser("~"))
    subprocess.run(
        [*command, "sync", "--frozen", "--quiet"],
        cwd=place,
        env=install | {"UV_CACHE_DIR": cache_folder()},
        check=True,
    )
    for folder in (place, home):
        owner = f"{account['user']}:{account['group']}"
        subprocess.run(["chown", "-R", owner, folder], check=True)
    return {"account": account, "command": command, "variables": variables | {"HOME": str(home)}}


@cache
def cache_folder():
    found = subprocess.run([*uv(), "cache", "dir"], capture_output=True, text=True, check=True)
    return found.stdout.strip()


# One demo that many tests look at


@pytest.fixture(scope="module")
def demo():
    with tempfile.TemporaryDirectory(prefix="healthyboost tests ā ж ") as name:
        os.chmod(name, 0o755)
        with Demo(BASE_DIR, Path(name) / "my data", HOSTILE) as started:
            started.ready()
            yield started
            assert started.end() == 0


@pytest.mark.long
def test_each_step_tells_how_long_it_took(demo):
    steps = "Database", "Tables", "Message catalogues", "Static files", "Accounts", "Server"
    for step in steps:
        assert re.search(rf"^  {step} \.+ +\d+\.\d s", demo.output, re.M), demo.output
    assert f": http://localhost:{demo.port}/" in demo.output


@pytest.mark.long
def test_the_portal_answers(demo):
    assert demo.status() == 200


@pytest.mark.long
def test_the_portal_knows_its_address(demo):
    with urlopen(f"http://localhost:{demo.port}/robots.txt") as answer:
        assert f"Sitemap: http://localhost:{demo.port}/sitemap.xml" in answer.read().decode()


@pytest.mark.long
def test_each_role_has_an_account_with_a_password_of_its_own(demo):
    assert set(demo.passwords) == {"administrator", "editor", "coordinator", "translator"}
    assert len(set(demo.passwords.values())) == 4


@pytest.mark.long
def test_no_password_is_kept_in_clear_text(demo):
    files = [path for path in demo.data.rglob("*") if path.is_file() and path.stat().st_size < 1e7]
    for password in map(str.encode, demo.passwords.values()):
        assert not [path for path in files if password in path.read_bytes()]


@pytest.mark.long
def test_only_its_owner_reads_the_secret_key(demo):
    assert (demo.data / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.long
def test_the_database_has_no_port(demo):
    servers = [process for process in demo.family if process.name() == "postgres"]
    assert servers
    for server in servers:
        listening = [each for each in server.net_connections("inet") if each.status == "LISTEN"]
        assert listening == []


@pytest.mark.long
def test_another_command_shares_the_running_database(demo):
    done = manage(BASE_DIR, "showmigrations", "accounts", "--data", demo.data)
    assert "[X] 0001_initial" in done.stdout
    assert demo.status() == 200


@pytest.mark.long
def test_a_second_demo_says_who_uses_the_data_folder(demo):
    done = manage(BASE_DIR, "demo", f"--data={demo.data}", "--port", free_port())
    assert done.returncode == 1
    assert f"is in use by another demo (process {demo.process_id}, http://" in done.stderr
    assert "Traceback" not in done.stderr
    assert demo.status() == 200


@pytest.mark.parametrize("host", ["127.0.0.1", pytest.param("::1", marks=pytest.mark.long)])
def test_a_port_in_use_is_one_sentence_and_nothing_is_left_running(public_folder, host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        taken = socket.create_server((host, 0), family=family)
    except OSError:
        pytest.skip("not tried: this computer has no IPv6")
    with taken:
        port = taken.getsockname()[1]
        done = manage(BASE_DIR, "demo", "--data", public_folder, "--port", port)
    assert done.returncode == 1
    assert f"Port {port} cannot be used (Address already in use)" in done.stderr
    assert done.stderr.count("\n") == 1 and "Tables" not in done.stdout
    assert not (public_folder / "database" / "postmaster.pid").exists()


def test_an_unreachable_database_is_one_sentence(public_folder):
    url = f"postgres://anna:very-secret@127.0.0.1:{free_port()}/portal"
    begin = time.monotonic()
    done = manage(BASE_DIR, "demo", "--data", public_folder, variables={"DATABASE_URL": url})
    assert done.returncode == 1
    assert "The database at 127.0.0.1:" in done.stderr and "cannot be reached" in done.stderr
    assert done.stderr.count("\n") == 1 and "very-secret" not in done.stdout + done.stderr
    assert time.monotonic() - begin < 10


def test_a_malformed_database_address_does_not_show_its_password():
    done = manage(BASE_DIR, "migrate", variables={"DATABASE_URL": "postgres://anna:pass@word@h:x/"})
    assert done.returncode == 1
    assert done.stderr.startswith("DATABASE_URL must look like") and "word@h:x" not in done.stderr


@pytest.mark.long
def test_unconfigured_commands_name_what_is_missing():
    done = manage(BASE_DIR, "migrate")
    assert done.returncode == 1
    assert done.stderr.startswith("Set SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL")


@pytest.mark.parametrize(
    "words",
    ["check", *(pytest.param(each, marks=pytest.mark.long) for each in ("help", "demo --help"))],
)
def test_what_needs_no_database_works_unconfigured_and_starts_none(words, public_folder):
    done = manage(BASE_DIR, *words.split(), "--data", public_folder)
    assert done.returncode == 0, done.stderr
    assert not (public_folder / "database").exists()


@pytest.mark.long
def test_an_unknown_command_is_called_unknown():
    assert "Unknown command: 'dmeo'" in manage(BASE_DIR, "dmeo").stderr


# Whole lives


def start_and_stop(checkout, data=None, **who):
    """The end takes less than five seconds, nothing is left running, all data is kept."""
    with Demo(checkout, data, **who) as first:
        first.ready()
        assert first.status() == 200
        assert first.end(signal.SIGINT, first.process_id) == 0, first.output
        assert "Stopped. All data is kept." in first.output
    return first


def start_again(checkout, data=None, **who):
    with Demo(checkout, data, **who) as second:
        second.ready()
        assert second.passwords == {} and "--new-passwords" in second.output
        assert second.status() == 200
        os.kill(second.process_id, signal.SIGTERM)  # uv hands on a second one
        assert second.end(signal.SIGTERM) == 0, second.output
        assert "Stopped. All data is kept." in second.output


class Used(NamedTuple):
    """A data folder that a demo has filled, and the passwords that it told."""

    folder: Path
    passwords: dict


@pytest.fixture(scope="module")
def used():
    """With a very long path."""
    with tempfile.TemporaryDirectory(prefix="healthyboost-tests-") as name:
        os.chmod(name, 0o755)
        folder = Path(name).joinpath(*["long-name-ā" * 10] * 6)
        yield Used(folder, start_and_stop(BASE_DIR, folder).passwords)


@pytest.mark.long
@pytest.mark.skipif(not ROOT, reason="not tried: only root can become nobody")
def test_root_in_a_folder_that_only_root_can_enter(tmp_path):
    tmp_path.chmod(0o700)
    checkout = copy_of_the_checkout(tmp_path / "healthy boost ā ж")
    first = start_and_stop(checkout, variables=HOSTILE)
    start_again(checkout, variables=HOSTILE)
    try:
        assert "PostgreSQL's account cannot enter the data folder" in first.output
        assert (checkout / "data" / "database").is_symlink()
    finally:
        shutil.rmtree((checkout / "data" / "database").resolve().parent)


@pytest.mark.long
@pytest.mark.skipif(not ROOT, reason="not tried: only root can become nobody")
def test_root_in_a_folder_that_all_can_enter(public_folder):
    checkout = copy_of_the_checkout(public_folder / "healthy boost 'ā' \"ж\" $x")
    start_and_stop(checkout, variables=HOSTILE)
    assert not (checkout / "data" / "database").is_symlink()


@pytest.fixture(scope="module")
def ordinary_checkout():
    """(folder with a long and odd name, who works there)"""
    with tempfile.TemporaryDirectory(prefix="healthyboost-tests-") as name:
        os.chmod(name, 0o755)
        place = Path(name).joinpath(*["healthy boost ā ж long-name-" * 4] * 5)
        place.parent.mkdir(parents=True)
        if ROOT:
            yield place, ordinary_start(place)
        else:
            copy_of_the_checkout(place)
            yield place, {"variables": {}}


@pytest.mark.long
def test_an_ordinary_user_in_a_folder_with_a_long_and_odd_name(ordinary_checkout):
    place, who = ordinary_checkout
    who = who | {"variables": who["variables"] | HOSTILE}
    start_and_stop(place, **who)
    start_again(place, **who)


@pytest.mark.long
@pytest.mark.skipif(not ROOT, reason="not tried: this user may write wherever the test could")
def test_a_data_folder_that_may_not_be_written_is_one_sentence(ordinary_checkout, public_folder):
    place, who = ordinary_checkout
    forbidden = public_folder / "forbidden"
    forbidden.mkdir()
    done = manage(place, "demo", "--data", forbidden, **who)
    assert done.returncode == 1
    assert done.stderr.startswith("The data folder cannot be used: Permission denied")


@pytest.mark.long
def test_a_data_folder_with_a_very_long_path(used):
    start_again(BASE_DIR, used.folder)


@pytest.mark.long
def test_two_demos_on_two_data_folders(demo, used):
    assert set(demo.passwords.values()).isdisjoint(used.passwords.values())
    with Demo(BASE_DIR, used.folder) as other:
        other.ready()
        assert (demo.status(), other.status()) == (200, 200)
        assert other.end() == 0
        assert demo.status() == 200


@pytest.mark.long
def test_nothing_survives_a_killed_demo_and_the_next_one_recovers_even_if_all_were_killed(used):
    with Demo(BASE_DIR, used.folder) as killed:
        killed.ready()
        assert killed.end(signal.SIGKILL, killed.process_id) != 0
    with Demo(BASE_DIR, used.folder) as after:
        after.ready()
        assert after.passwords == {} and after.status() == 200
    assert after.left(5) == []  # all of them were killed with 9
    start_again(BASE_DIR, used.folder)


@pytest.mark.long
@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("gunicorn", "The server has ended by itself"),
        ("work", "The background process has ended by itself"),
        ("postgres", "The database has ended by itself"),
    ],
)
def test_a_child_that_dies_is_named_and_all_stops(used, word, sentence):
    with Demo(BASE_DIR, used.folder) as demo:
        demo.ready()
        child = next(each for each in demo.family if word in each.cmdline()[:4] + [each.name()])
        assert demo.end(signal.SIGKILL, child.pid) == 1
        assert sentence in demo.output and "Traceback" not in demo.output


@pytest.mark.long
def test_a_stop_during_the_first_steps_leaves_nothing_behind(public_folder):
    with Demo(BASE_DIR, public_folder) as demo:
        while "Static files" not in demo.output:
            demo.output += os.read(demo.process.stdout.fileno(), 65536).decode()
        demo.family = demo._family()
        assert demo.end() == 0, demo.output


@pytest.mark.long
def test_a_database_that_is_named_is_used_and_left_alone(used, public_folder):
    with running(used.folder) as url:
        with Demo(BASE_DIR, public_folder / "own", {"DATABASE_URL": url}) as demo:
            demo.ready()
            assert demo.status() == 200
            assert not (public_folder / "own" / "database").exists()
            assert demo.end() == 0
        psycopg.connect(url).close()


@pytest.mark.long
def test_lost_passwords_can_be_replaced(used):
    with Demo(BASE_DIR, used.folder, words=["--new-passwords"]) as demo:
        demo.ready()
        assert demo.passwords.keys() == used.passwords.keys()
        question = IS_RIGHT.format([used.passwords["editor"], demo.passwords["editor"]])
        done = manage(BASE_DIR, "shell", "--data", used.folder, "-v", 0, "-c", question)
        assert done.stdout.strip() == "[False, True]", done.stderr
        assert demo.end() == 0


IS_RIGHT = """
from django.contrib.auth import authenticate
print([authenticate(username="editor", password=each) is not None for each in {}])
"""
