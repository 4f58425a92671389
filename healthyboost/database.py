"""Which database a command runs on, and what every database must be able to do.

Production names its database in DATABASE_URL. Only `demo`, `--data DIR` and DEBUG=1 may start the
embedded one (`healthyboost.embedded`); importing this module starts nothing.
"""

import fcntl
import functools
import os
import secrets
import signal
import sys
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

from .progress import step

BASE_DIR = Path(__file__).resolve().parent.parent
WITHOUT_DATABASE = {"check", "collectstatic", "compilemessages", "diffsettings", "findstatic"}
WITHOUT_DATABASE |= {"help", "makemessages", "version", "--version", "--help", "-h"}
WITHOUT_SETTINGS = WITHOUT_DATABASE | {"makemigrations"}
EXTENSIONS = "pg_trgm", "unaccent", "btree_gist"
POSTGRES_SCHEMES = "postgres", "postgresql", "psql", "pgsql"

data_folder = None  # of the embedded portal that this process works on
server = None  # the embedded server that this process uses


@contextmanager
def command_environment(argv):
    """Prepare the environment that settings.py reads, for one command; yield the argv to run."""
    global data_folder, server
    argv, data = _take_data(argv)
    command = argv[1] if len(argv) > 1 else "help"
    if {"-h", "--help"} & set(argv):
        command = "help"
    url = os.environ.get("DATABASE_URL", "")
    debug = os.environ.get("DEBUG", "").lower() in ("1", "true", "yes", "on", "y", "t", "ok")
    with ExitStack() as stack:
        if command == "demo" or data or (debug and not url):
            data_folder = Path(data or BASE_DIR / "data").resolve()
            if command == "demo":
                print(f"Healthy Boost, with its data in {data_folder}", flush=True)
            with _one_sentence():
                if command != "help":
                    _use_data_folder(data_folder)
                if command not in WITHOUT_DATABASE and not url:
                    server = _start_server(stack, data_folder, told=command == "demo")
        if url:
            # A host that does not answer must not hold a command for two minutes.
            os.environ.setdefault("PGCONNECT_TIMEOUT", "5")
            _check_address(url)
        if command not in WITHOUT_SETTINGS:
            _refuse_missing_settings(command)
        yield argv


def check_server(connection, minimum=15):
    """Stop with one sentence if this database cannot carry the portal."""
    from django.core.management.base import CommandError
    from django.db import DatabaseError, NotSupportedError

    place = _place(connection.settings_dict)
    too_old = f"The database at {place} is older than PostgreSQL {minimum}, which the portal needs."
    try:
        connection.ensure_connection()
    except NotSupportedError:
        raise CommandError(too_old) from None
    except (DatabaseError, ValueError) as error:
        reason = str(error).strip().splitlines()[-1]
        password = connection.settings_dict["PASSWORD"]
        reason = reason.replace(password, "...") if password else reason
        raise CommandError(f"The database at {place} cannot be reached: {reason}") from None
    if connection.pg_version < minimum * 10000:
        raise CommandError(too_old)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, installed_version FROM pg_available_extensions WHERE name = ANY(%s)",
            [list(EXTENSIONS)],
        )
        available = dict(cursor.fetchall())
        if missing := [name for name in EXTENSIONS if name not in available]:
            raise CommandError(
                f"The database at {place} lacks the extensions {', '.join(missing)}: install "
                "PostgreSQL's contrib package on its server."
            )
        cursor.execute("SELECT lower('Ē') = 'ē'")
        if not cursor.fetchone()[0]:
            raise CommandError(
                f"The database at {place} cannot lower the case of 'Ē': create it with the locale "
                "provider builtin and the locale C.UTF-8, or another UTF-8 locale."
            )
        if available["pg_trgm"]:
            cursor.execute("SELECT cardinality(show_trgm('здо')) > 0")
            if not cursor.fetchone()[0]:
                raise CommandError(
                    f"The database at {place} finds no Cyrillic words: create it with an LC_CTYPE "
                    "of C.UTF-8 or another UTF-8 locale."
                )


def _take_data(argv):
    """`--data DIR` belongs to manage.py, not to the command: take it out of argv."""
    rest, data, words = [], None, iter(argv)
    for word in words:
        if word == "--data":
            data = next(words, "")
        elif word.startswith("--data="):
            data = word.removeprefix("--data=")
        else:
            rest.append(word)
        if data == "":
            sys.exit("--data needs the name of a folder.")
    return rest, data


def _use_data_folder(folder):
    """All that an embedded portal keeps is in its data folder."""
    for name, mode in {"media": 0o755, "static": 0o755, "mail": 0o700}.items():
        (folder / name).mkdir(mode=mode, parents=True, exist_ok=True)
    os.environ.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
    os.environ.setdefault("LOG_FORMAT", "text")  # somebody looks at it
    os.environ |= {
        "SECRET_KEY": _secret_key(folder / "secret_key"),
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder / "static"),
        "EMAIL_FOLDER": str(folder / "mail"),
        "HTTPS": "0",
        "MFA_REQUIRED": "0",  # the passwords that it prints are to be enough
    }


def _secret_key(path):
    with open(path, "a+", opener=functools.partial(os.open, mode=0o600)) as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # the first of several processes writes it
        file.seek(0)
        if not (key := file.read()):
            key = secrets.token_urlsafe(50)
            file.write(key)
    return key


def _start_server(stack, folder, told):
    from .embedded import Server

    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]  # the connection to this server is ours alone
    started = Server(folder)
    stack.callback(started.stop)
    # A command that is told to end must still leave the server; the default would skip that.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, lambda number, frame: sys.exit(128 + number))
    with step("Database") if told else nullcontext(lambda note: None) as note:
        os.environ["DATABASE_URL"] = started.start()
        if started.cluster.parent != folder:
            note(f"(in {started.cluster}: PostgreSQL's account cannot enter the data folder)")
    return started


def _check_address(url):
    try:
        parts = urlsplit(url)
        good = parts.scheme in POSTGRES_SCHEMES and (parts.port or True)
    except ValueError:  # its text may show the password
        good = False
    if not good:
        sys.exit("DATABASE_URL must look like postgres://user:password@host:5432/name.")


def _refuse_missing_settings(command):
    import django
    from django.conf import settings
    from django.core.management import get_commands

    if not settings.MISSING:
        return
    django.setup()
    if command in get_commands():  # Django has better words for one that does not exist
        sys.exit(
            f"Set {', '.join(settings.MISSING)}: README.md lists the settings. "
            "`manage.py demo` needs none of them."
        )


def _place(settings):
    options = settings.get("OPTIONS", {})
    host = settings["HOST"] or options.get("host") or "this computer"
    return f"{host}:{settings['PORT'] or 5432}/{settings['NAME']}"


@contextmanager
def _one_sentence():
    from .embedded import EmbeddedError

    try:
        yield
    except EmbeddedError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(
            f"The data folder cannot be used: {error.strerror}: {error.filename}. "
            "Choose another one with --data."
        )
