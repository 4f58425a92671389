"""The servers that are measured: the portal as in production, and what it is held against."""

import os
import pickle
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psutil
from django.db import connection

from tests.servers import ask, collect_static, gunicorn, nginx

from .machine import processes_of

ADDED_BY_GUNICORN = {"server", "date", "connection", "transfer-encoding"}
UNCACHED = "tests.bench.uncached:application"
FILES = """
worker_processes auto;
pid /tmp/nginx.pid;
error_log stderr crit;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_timeout 30s;
    keepalive_requests 1000;
    open_file_cache max=2000 inactive=60s;
    server {{
        listen 8080;
        root {folder};
        default_type "text/html; charset=utf-8";
        add_header Content-Encoding br;
        add_header Vary Accept-Encoding;
        add_header Cache-Control "public, max-age=0, s-maxage=1";
    }}
}}
"""


def backends():
    """The processes of PostgreSQL that work for this database."""
    name = f" {connection.settings_dict['NAME']} "
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = " ".join(process.info["cmdline"] or [])
        if words.startswith("postgres: ") and name in words:
            found.append(process)
    return found


class Servers:
    """Starts what is asked for, ends all of it. {name: (port, function that lists its processes)}"""

    def __enter__(self):
        self.stack, self.found = ExitStack(), {}
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.folder.chmod(0o755)  # nginx may serve as nobody
        collect_static(self.folder / "static")
        self.silence = self.stack.enter_context(open(os.devnull, "w"))
        return self

    def __exit__(self, *exception):
        self.stack.close()

    def __getitem__(self, name):
        return self.found[name]

    def gunicorn(self, name, app=None, **variables):
        server = gunicorn(self.folder / "static", app=app, log=self.silence, **variables)
        process, port = self.stack.enter_context(server)
        own = processes_of(process)
        self.found[name] = port, own if name == "bare" else lambda: own() + backends()
        return process, port

    def bare(self, paths):
        """Says what the portal says."""
        port, _processes = self["portal"]
        answers = self.folder / "answers"
        answers.write_bytes(
            pickle.dumps({key_of(path): known_answer(port, path) for path in paths})
        )
        self.gunicorn("bare", "tests.bench.bare:application", BARE_ANSWERS=str(answers))

    def front(self):
        """The shipped nginx before the portal."""
        port, portal = self["portal"]
        process, own_port = self.stack.enter_context(nginx(port))
        own = processes_of(process)
        self.found["front"] = own_port, lambda: own() + portal()

    def file(self, path):
        """nginx with the bytes of that page as a file."""
        file = self.folder / "pages" / path.strip("/") / "index.html"
        file.parent.mkdir(parents=True)
        file.write_bytes(ask(self["portal"][0], path, accept_encoding="br").body)
        configuration = FILES.format(folder=self.folder / "pages")
        process, port = self.stack.enter_context(nginx(0, configuration=configuration))
        self.found["file"] = port, processes_of(process)


def key_of(path):
    return path.partition("?")[0]


def known_answer(port, path):
    """(status, headers, body) that the portal sends to a browser."""
    answer = ask(port, path, accept_encoding="br")
    headers = [
        (name, value)
        for name, value in answer.headers.items()
        if name.lower() not in ADDED_BY_GUNICORN
    ]
    return f"{answer.status} OK", headers, answer.body
