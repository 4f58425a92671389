"""The portal as it is deployed: gunicorn with its configuration, and the shipped nginx before it."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).parent.parent
NGINX = ROOT / "healthyboost" / "nginx.conf"
HOST = "localhost"
IS_CI = os.environ.get("CI", "").lower() in ("1", "true")
needs_nginx = pytest.mark.skipif(
    not shutil.which("nginx") and not IS_CI, reason="install the package nginx-light"
)


def free_port():
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        return own.getsockname()[1]


class Answer:
    def __init__(self, response, body):
        self.status, self.body = response.status, body
        self.headers = response.headers

    @property
    def text(self):
        return self.body.decode()


def ask(port, path="/en/", method="GET", body=None, timeout=20, **headers):
    """One request on a connection of its own; `accept_encoding="br"` is a header."""
    asking = HTTPConnection("127.0.0.1", port, timeout=timeout)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        asking.request(method, path, body, {"Host": HOST, **named})
        response = asking.getresponse()
        return Answer(response, response.read())
    finally:
        asking.close()


def environment(static_root, **variables):
    """That of a portal in production on the database of this connection, without HTTPS."""
    at = connection.settings_dict
    host = at["HOST"] or at["OPTIONS"].get("host", "")
    outside = {key: value for key, value in os.environ.items() if key != "DEBUG"}
    return outside | {
        "DATABASE_URL": f"postgres://{at['USER']}:{at['PASSWORD']}@/{at['NAME']}?host={host}",
        "SECRET_KEY": settings.SECRET_KEY,
        "ALLOWED_HOSTS": HOST,
        "SITE_ADDRESS": f"http://{HOST}",
        "HTTPS": "0",
        "MFA_REQUIRED": "0",
        "DJANGO_SETTINGS_MODULE": "healthyboost.settings",
        "STATIC_ROOT": str(static_root),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        **variables,
    }


def collect_static(folder):
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"],
        cwd=ROOT,
        env=environment(folder),
        check=True,
    )


@contextmanager
def gunicorn(static_root, *, workers=2, app=None, port=None, log=None, root=ROOT, **variables):
    """(process, port) of a server that answers; `app` stands in for the portal, `root` is its code."""
    port = port or free_port()
    words = [str(Path(sys.executable).with_name("gunicorn"))]
    words += ["-c", str(root / "healthyboost" / "gunicorn.conf.py")]
    words += [f"--workers={workers}", f"--bind=127.0.0.1:{port}", *([app] if app else [])]
    process = subprocess.Popen(
        words, env=environment(static_root, **variables), cwd=root, stderr=log, stdout=log
    )
    with ending(process):
        wait_for_answer(process, port)
        yield process, port


@contextmanager
def nginx(portal_port, port=None, changes=(), configuration=None, **variables):
    """(process, port) of nginx with the shipped configuration, or with the text given."""
    port = port or free_port()
    with tempfile.TemporaryDirectory() as folder:
        text = configuration or NGINX.read_text()
        for old, new in (
            ("pid /tmp", f"pid {folder}"),
            ("temp_path /tmp", f"temp_path {folder}"),
            ("${PORTAL}", f"127.0.0.1:{portal_port}"),
            ("${NGINX_LOCAL_RESOLVERS}", "127.0.0.1"),
            ("listen 8080", f"listen 127.0.0.1:{port}"),
            ("listen [::]:8080;", ""),
            ("/var/cache/nginx", folder),
            *changes,
        ):
            text = text.replace(old, new)
        file = Path(folder, "nginx.conf")
        file.write_text(text)
        user = "user root;" if os.geteuid() == 0 else ""  # the folder is private
        process = subprocess.Popen(
            ["nginx", "-c", str(file), "-g", f"daemon off; {user}"], env=os.environ | variables
        )
        with ending(process):
            wait_for_answer(process, port)
            yield process, port


@contextmanager
def ending(process):
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_answer(process, port):
    until = time.monotonic() + 60
    while True:
        try:
            return ask(port, "/healthz")
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.02)
