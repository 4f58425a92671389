"""The whole portal by one command, to try it: database, content, accounts, processes, server."""

import errno
import fcntl
import hashlib
import http.client
import os
import secrets
import shlex
import signal
import socket
from contextlib import ExitStack, closing, contextmanager
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from healthyboost import database
from healthyboost.processes import Children
from healthyboost.progress import seconds_since_start, step

# The account of each role has its name; the administrator is a superuser, too.
ROLES = ("administrator", "editor", "coordinator", "translator")


class Command(BaseCommand):
    help = "Starts the whole portal with sample content, to try it on this computer."
    requires_system_checks = []

    def add_arguments(self, parser):
        add = parser.add_argument
        add("--port", type=int, default=8000, help="where it answers; default: %(default)s")
        # manage.py reads --data for every command; here it is only explained
        add("--data", metavar="DIR", help="folder for all that it keeps; default: data")
        add("--no-sample", action="store_true", help="start without the sample content")
        add("--new-passwords", action="store_true", help="set and print new passwords")

    def handle(self, *, port, no_sample, new_passwords, **options):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup
                signal.signal(number, interrupt)
        try:
            with ExitStack() as stack:
                stack.enter_context(the_only_demo(database.data_folder, port))
                listeners = [stack.enter_context(closing(each)) for each in listen(port)]
                prepare(sample=not no_sample)
                accounts = make_accounts(new_passwords)
                connection.close()
                children = stack.enter_context(Children())
                with step("Server"):
                    start(children, listeners)
                    children.watch(until=lambda: answers(port))
                self.say_ready(port, accounts)
                children.watch()
        except KeyboardInterrupt:
            stopped = database.server is None or database.server.stop()
            rest = "All data is kept." if stopped else "The database goes on: others use it."
            self.stdout.write(f"Stopped. {rest}")

    def say_ready(self, port, accounts):
        say, address = self.stdout.write, f"http://localhost:{port}/"
        say(f"\nReady after {seconds_since_start():.1f} s: {address}")
        say(f"\nAccounts for {address}admin/")
        for name, password in accounts.items():
            say(f"  {name:<15}{password or '(its password was printed when it was created)'}")
        if not all(accounts.values()):
            words = ["python3", "-m", "uv", "run", "manage.py", "demo", "--new-passwords"]
            if database.data_folder != database.BASE_DIR / "data":
                words += ["--data", str(database.data_folder)]
            say(f"  Passwords lost? Stop, then: {shlex.join(words)}")
        say("\nCtrl-C stops it.")
        self.stdout.flush()


def interrupt(number, frame):
    """End in order. A signal often comes twice, by way of the terminal and of uv: once is enough."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextmanager
def the_only_demo(folder, port):
    """One demo a data folder: the file names its process, the lock says that it lives."""
    with open(folder / "demo.lock", "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise CommandError(
                f"The data folder {folder} is in use by another demo ({file.read()}): stop that "
                "one, or choose another folder with --data."
            ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()}, http://localhost:{port}/")
        file.flush()
        yield


def listen(port):
    """Take the port before the long steps, on both addresses that a browser tries for localhost."""
    if not 0 < port < 65536:
        raise CommandError(f"There is no port {port}: choose one from 1 to 65535 with --port.")
    listeners = []
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            listener = socket.socket(family, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
        except OSError as error:
            if listeners and error.errno not in (errno.EADDRINUSE, errno.EACCES):
                break  # this computer has no IPv6
            raise CommandError(
                f"Port {port} cannot be used ({os.strerror(error.errno)}): choose another one "
                "with --port."
            ) from None
        listeners.append(listener)
    return listeners


def prepare(sample):
    database.check_server(connection)
    with step("Tables"):
        call_command("migrate", verbosity=0, interactive=False)
    database.check_server(connection)  # now with the extensions in it
    with step("Message catalogues"):
        call_command("compilemessages", verbosity=0)
    with step("Static files"):
        collect_static_files()
    if sample:
        with step("Sample content") as note:
            note(load_sample())


def collect_static_files():
    """Compressing takes seconds: done only when a file, or what handles it, has changed."""
    parts = [version("django"), version("whitenoise"), str(settings.STORAGES["staticfiles"])]
    for finder in get_finders():
        for path, storage in finder.list([]):
            file = os.stat(storage.path(path))
            parts.append(f"{path} {file.st_mtime_ns} {file.st_size}")
    wanted = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
    stamp = Path(settings.STATIC_ROOT).with_name("static.state")
    if not stamp.exists() or stamp.read_text() != wanted:
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(wanted)


def load_sample():
    from healthyboost.content.models import content_models

    if any(model._base_manager.exists() for model in content_models()):
        return "(there is content already)"
    call_command("load_content", str(database.BASE_DIR / "healthyboost" / "sample"), verbosity=0)
    return f"({sum(model._base_manager.count() for model in content_models())} objects)"


def make_accounts(new_passwords):
    """One account for each role, with its password where that is new. Only its hash is kept."""
    accounts = {}
    with step("Accounts"):
        for name in ROLES:
            user, created = get_user_model().objects.get_or_create(
                username=name,
                defaults={"is_staff": True, "is_superuser": name == "administrator"},
            )
            accounts[name] = new_password() if created or new_passwords else None
            if accounts[name]:
                user.set_password(accounts[name])
                user.save()
            give_role(user, name)
    return accounts


def give_role(user, role):
    """The coordinator is of Jelgava, once there is one; the translator writes Latvian."""
    from partners.models import Organisation

    grant, _created = user.grants.get_or_create(
        role=role, defaults={"languages": ["lv"] if role == "translator" else []}
    )
    if role == "coordinator" and not grant.organisation:
        grant.organisation = Organisation.objects.filter(slug="jelgava").first()
        grant.save()


def new_password():
    """Twelve letters and digits that nobody takes for each other."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(12))


def start(children, listeners):
    """`work` is a user of the embedded database of its own: after a kill -9 of this process it
    ends too, as the last user, and so stops the database."""
    manage = str(database.BASE_DIR / "manage.py")
    private = {"DATABASE_URL"} if database.server else set()
    everything = os.environ | {"SITE_ADDRESS": site_address(listeners[0])}
    children.start(
        "The background process",
        [manage, "work", "--data", str(database.data_folder)],
        env={name: value for name, value in everything.items() if name not in private},
    )
    configuration = str(database.BASE_DIR / "healthyboost" / "gunicorn.conf.py")
    sockets = [listener.fileno() for listener in listeners]
    binds = [word for each in sockets for word in ("--bind", f"fd://{each}")]
    children.start(
        "The server",
        ["-m", "gunicorn", "-c", configuration, "--workers=2", "--log-level=warning", *binds],
        env=everything,
        pass_fds=sockets,
        cwd=database.BASE_DIR,
    )


def site_address(listener):
    """Where mail, feeds and other files say that the portal is."""
    return os.environ.get("SITE_ADDRESS") or f"http://localhost:{listener.getsockname()[1]}"


def answers(port):
    try:
        visit = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        visit.request("GET", "/healthz", headers={"Host": "localhost"})
        return bool(visit.getresponse().status)
    except OSError:
        return False
