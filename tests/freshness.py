"""How soon a change shows: readers that ask without a pause, at every server at once."""

import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

from django.db import connection
from django.utils import timezone

from healthyboost.wordings import catalogues, saving
from healthyboost.wordings.models import Wording
from news.models import Article

from .factories import make_article
from .servers import HOST, gunicorn, nginx

PAUSE = 0.005  # seconds between two questions of a reader
AFTERWARDS = 0.3  # seconds that readers go on after all have seen the change
SKIP = "Skip to main content"


@contextmanager
def two_hosts(static_root, log=None):
    """{name: port} of two hosts with a process each, and of nginx before both."""
    options = {"workers": 1, "log": log}
    with (
        gunicorn(static_root, **options) as (_process, first),
        gunicorn(static_root, **options) as (_process, second),
        nginx(f"{first}; server 127.0.0.1:{second}") as (_process, front),
    ):
        yield {"first": first, "second": second, "front": front}


class Reader(threading.Thread):
    """Asks one server for one page again and again; remembers what it `sees` in the answers."""

    def __init__(self, port, path, sees):
        super().__init__(daemon=True)
        self.port, self.path, self.sees = port, path, sees
        self.seen, self.is_ending = [], threading.Event()  # [(when it asked, what it saw)]

    def run(self):
        asking = HTTPConnection("127.0.0.1", self.port, timeout=20)
        while not self.is_ending.wait(PAUSE):
            asked = time.time()
            try:
                asking.request("GET", self.path, headers={"Host": HOST})
                answer = asking.getresponse()
                self.seen.append((asked, self.sees(answer.status, answer.read().decode())))
            except (OSError, HTTPException):
                asking.close()
        asking.close()


@contextmanager
def readers(servers, path, sees):
    """{name of a server: its Reader}, each with a first answer."""
    found = {name: Reader(port, path, sees) for name, port in servers.items()}
    for reader in found.values():
        reader.start()
    try:
        until = time.monotonic() + 30
        while not all(reader.seen for reader in found.values()):
            assert time.monotonic() < until, "a server does not answer"
            time.sleep(0.01)
        yield found
    finally:
        for reader in found.values():
            reader.is_ending.set()
        for reader in found.values():
            reader.join(30)


def seconds_until_shown(servers, path, sees, change, limit=10):
    """{server: seconds from the change until the last question that was answered with the old page}.

    `change()` makes it and returns the moment from which it holds, in seconds of the clock; `sees`
    (status, text) is True for the new page. An old page after a new one counts: it is the last one.
    """
    with readers(servers, path, sees) as found:
        assert not any(saw for reader in found.values() for _asked, saw in reader.seen)
        moment = change()
        until = moment + limit
        while not all(reader.seen[-1][1] for reader in found.values()):
            assert time.time() < until, f"{path} is still the old one"
            time.sleep(0.005)
        time.sleep(AFTERWARDS)
    old = {name: [asked for asked, saw in reader.seen if not saw] for name, reader in found.items()}
    return {name: max([*asked, moment]) - moment for name, asked in old.items()}


def now():
    """Of an article: the first in a list."""
    return {"date": timezone.now(), "date_precision": "minute"}


# What editors do. Each is called for a sample with its number and measures one change.


def publish(servers, number):
    title = f"Published article {number}"
    article = make_article(title_en=title, published_at_en=None, **now())

    def change():
        Article.objects.filter(pk=article.pk).update(published_at_en=timezone.now())
        return time.time()

    return seconds_until_shown(servers, "/en/news/", lambda _status, text: title in text, change)


def withdraw(servers, number):
    article = make_article(title_en=f"Withdrawn article {number}")

    def change():
        Article.objects.filter(pk=article.pk).update(withdrawn_at_en=timezone.now())
        return time.time()

    path = article.get_absolute_url()
    return seconds_until_shown(servers, path, lambda status, _text: status == 410, change)


def schedule(servers, number):
    """The text was given its time before; here it comes."""
    title = f"Scheduled article {number}"
    moment = timezone.now() + timezone.timedelta(seconds=1.5)
    make_article(title_en=title, published_at_en=moment, **now())

    def change():
        return moment.timestamp()

    return seconds_until_shown(servers, "/en/news/", lambda _status, text: title in text, change)


def word(servers, number):
    """A text of the interface, as a translator saves it."""
    if not Wording.objects.exists():
        catalogues.take_in_release()
    said = f"Uz saturu, paraugs {number}"
    rows = Wording.objects.select_related("string")
    wording = rows.get(string__msgid=SKIP, string__catalogue="django", language="lv")

    def change():
        saving.save_wording(wording, [said], wording.version, None)
        return time.time()

    return seconds_until_shown(servers, "/lv/", lambda _status, text: said in text, change)


def edit_by_hand(servers, number):
    title = f"Title by hand {number}"
    article = make_article()

    def change():
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE news_article SET title_en = %s WHERE id = %s", [title, article.pk]
            )
        return time.time()

    path = article.get_absolute_url()
    return seconds_until_shown(servers, path, lambda _status, text: title in text, change)


CHANGES = {
    "publish": publish,
    "withdraw": withdraw,
    "schedule": schedule,
    "interface string": word,
    "SQL by hand": edit_by_hand,
}


# Load from many readers, and what they get


class Crowd:
    """Readers of many pages; counts their answers by kind: fresh, marked stale, error."""

    def __init__(self, port, paths, size=8):
        self.port, self.paths, self.counts = port, paths, Counter()
        self.is_ending, self.errors = threading.Event(), Counter()
        self.threads = [threading.Thread(target=self.read, args=(n,)) for n in range(size)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *exception):
        self.is_ending.set()
        for thread in self.threads:
            thread.join(60)

    def read(self, number):
        asking = HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not self.is_ending.wait(PAUSE):
            number += 1
            path = self.paths[number % len(self.paths)]
            try:
                asking.request("GET", path, headers={"Host": HOST, "Accept-Encoding": "br"})
                answer = asking.getresponse()
                answer.read()
                kind = kind_of(answer)
                if kind == "error":
                    self.errors[answer.status, path] += 1
            except (OSError, HTTPException) as error:
                asking.close()
                kind = "error"
                self.errors[type(error).__name__, path] += 1
            self.counts[kind] += 1
        asking.close()

    def taken(self):
        """The counts since the last call."""
        counts, self.counts = self.counts, Counter()
        return counts


def kind_of(answer):
    if answer.status not in (200, 301, 302, 304):
        return "error"
    marks = answer.headers.get("Page-State", ""), answer.headers.get("Cache-Status", "")
    return (
        "marked stale" if any("stale" in mark.partition("fwd=")[0] for mark in marks) else "fresh"
    )
