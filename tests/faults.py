"""A portal as it is deployed, to break: its own database, nginx, readers in another process, an editor
who writes all the time, and the row of the table that says what became of every answer."""

import atexit
import functools
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

import lxml.html
import psycopg

from healthyboost.embedded import Server

from .filled_portal import EDITOR, PASSWORD, fill
from .outage import PATHS
from .servers import HOST, ROOT, ask, environment, free_port, gunicorn, nginx

KINDS = "right", "stale", "said so", "failed"
ADD = "/admin/news/article/add/"
BY_NGINX = "Go back in your browser"
WRITING_PAUSE = 0.7  # second between two articles


class Place:
    """Where a portal can be started: a database with the sample, uploads, static files."""

    def __init__(self, folder):
        self.folder = Path(folder)
        os.chmod(folder, 0o755)
        self.static, self.media = self.folder / "static", self.folder / "media"
        fill(self.folder)
        self.database = Server(self.folder, fsync=False)
        self.url = self.database.start()

    @property
    def variables(self):
        return {"DATABASE_URL": self.url, "MEDIA_ROOT": str(self.media)}

    def manage(self, *words, at=ROOT, **variables):
        subprocess.run(
            [sys.executable, "manage.py", *words, "--verbosity=0"],
            cwd=at,
            env=environment(self.static, **self.variables, **variables),
            check=True,
        )

    def sql(self, query, *values):
        """Rows, from a connection that no other test cuts."""
        with psycopg.connect(self.url, autocommit=True) as own:
            cursor = own.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def background_process(self, **variables):
        process = subprocess.Popen(
            [sys.executable, "manage.py", "work"],
            cwd=ROOT,
            env=environment(self.static, **self.variables, **variables),
            stderr=(self.folder / "work.log").open("ab"),
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    @contextmanager
    def portal(self, workers=2, **variables):
        """(gunicorn, its port, port of the nginx before it); what it logs is in portal.log."""
        with ExitStack() as stack:
            log = stack.enter_context((self.folder / "portal.log").open("ab"))
            options = {"workers": workers, "log": log, **self.variables, **variables}
            process, port = stack.enter_context(gunicorn(self.static, **options))
            _process, front = stack.enter_context(nginx(port))
            yield process, port, front


@functools.cache
def place():
    """One for all tests of a run: to make it takes longer than to break it."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    made = Place(folder.name)
    atexit.register(made.database.stop)  # before the folder goes
    return made


class Load:
    """Readers in a process of their own."""

    def __init__(self, port, paths=PATHS):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.fault_load", str(port)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.process.stdin.write(json.dumps(paths) + "\n")

    def __enter__(self):
        time.sleep(0.5)
        self.taken()
        return self

    def __exit__(self, *exception):
        self.process.stdin.close()
        self.process.wait(60)

    def taken(self):
        """{kind: number, "faults": {...}, "slowest": seconds} since the last call."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


class Editor(threading.Thread):
    """Signs in and sends one article after the other, each with words of its own.

    saved      the portal said so: at the end the database is asked whether it is true
    kept       not saved now, and the answer holds the words, with a button to send them again
    no answer  the connection broke, or nginx says so: her browser still has the form
    lost       an answer without the words
    """

    def __init__(self, port, password=PASSWORD, pause=WRITING_PAUSE):
        super().__init__(daemon=True)
        self.port, self.pause = port, pause
        self.cookies, self.is_ending = {}, threading.Event()
        self.counts, self.saved, self.lost = Counter(), [], []
        self.sign_in(password)
        self.fields = self.form_of(ADD)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exception):
        self.is_ending.set()
        self.join(60)

    def ask(self, path, data=None, content_type="application/x-www-form-urlencoded"):
        """(status, headers, text)"""
        asking = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Host": HOST, "Referer": f"http://{HOST}/", "Origin": f"http://{HOST}"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if data is not None:
            headers["Content-Type"] = content_type
        try:
            asking.request("POST" if data is not None else "GET", path, data, headers)
            response = asking.getresponse()
            for cookie in response.headers.get_all("Set-Cookie", []):
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return response.status, response.headers, response.read().decode()
        finally:
            asking.close()

    def sign_in(self, password):
        fields = self.form_of("/account/login/")
        fields |= {"login": EDITOR, "password": password}
        status, _headers, text = self.ask("/account/login/", urlencode(fields))
        assert status == 302, text

    def form_of(self, path):
        """What a browser would send of the page's largest form."""
        status, _headers, text = self.ask(path)
        assert status == 200, (path, status)
        form = max(lxml.html.fromstring(text).forms, key=lambda form: len(form.form_values()))
        fields = dict(form.form_values())
        fields["csrfmiddlewaretoken"] = form.fields["csrfmiddlewaretoken"]
        return fields

    def run(self):
        while not self.is_ending.wait(self.pause):
            self.write()

    def write(self, **typed):
        """One article; what became of it."""
        key = secrets.token_hex(8)
        words = f"Words with the mark {key}"
        fields = {**self.fields, "title_en": words, "slug": f"words-{key}"}
        fields |= {"source_language": "en", "_save": "1", **typed}
        try:
            status, headers, text = self.ask(ADD, urlencode(fields))
        except (OSError, HTTPException):
            status, text = None, ""
        if status is None:
            outcome = "no answer"
        elif status == 302 and "/login/" not in headers["Location"]:
            outcome = "saved"
            self.saved.append(words)
        elif words in text and status in (403, 503):
            outcome = "kept"
        elif BY_NGINX in text:
            outcome = "no answer"
        else:
            outcome = "lost"
            self.lost.append((status, text[:300]))
        self.counts[outcome] += 1
        return outcome

    def taken(self):
        counts, self.counts = self.counts, Counter()
        return counts

    def not_in(self, place):
        """Articles that were said to be saved, and are not."""
        titles = {title for (title,) in place.sql("SELECT title_en FROM news_article")}
        return [words for words in self.saved if words not in titles]


class Table:
    """Rows of what was asked and what became of it."""

    def __init__(self):
        self.say("fault", "sent", *KINDS, "slowest", "| saved", "kept", "no answer", "text lost")

    def say(self, name, *values):
        widths = [7, 7, 6, 8, 7, 8, 8, 6, 10, 10]
        cells = [f"{value!s:>{width}}" for value, width in zip(values, widths, strict=False)]
        print(f"{name:44}", *cells, flush=True)

    def row(self, name, found, written=None, lost=0):
        numbers = [found.get(kind, 0) for kind in KINDS]
        values = [sum(numbers), *numbers, f"{found['slowest']} s"]
        if written is not None:
            values += [written[kind] for kind in ("saved", "kept", "no answer")]
            values.append(written["lost"] + lost)
        self.say(name, *values)
        for fault, number in sorted(found["faults"].items(), key=lambda each: -each[1])[:6]:
            print(f"    {number} × {fault}")


@contextmanager
def under_load(place, table, front, direct=None):
    """`phase(name, seconds)` counts what happens in that time, and prints it.

    Afterwards nothing that the editor was told to be saved may be missing.
    """
    loads = {"through nginx": front, **({"without nginx": direct} if direct else {})}
    with ExitStack() as stack:
        readers = {name: stack.enter_context(Load(port)) for name, port in loads.items()}
        editors = {name: stack.enter_context(Editor(port)) for name, port in loads.items()}

        def phase(name, during=2.0):
            """`during`: seconds, or a function that does something meanwhile."""
            if callable(during):
                during()
            else:
                time.sleep(during)
            found = {}
            for server in loads:
                counts = readers[server].taken()
                written = editors[server].taken()
                table.row(f"{name}, {server}", counts, written)
                found[server] = {**counts, "written": written}
            return found

        yield phase
    for editor in editors.values():
        assert editor.not_in(place) == []
        assert editor.lost == [], editor.lost


def until(condition, seconds=30, pause=0.05):
    """What `condition()` answers once it is true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(pause)
    return found


__all__ = ["Editor", "Load", "Place", "Table", "ask", "free_port", "place", "under_load", "until"]
