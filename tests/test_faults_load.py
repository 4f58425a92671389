"""Ten times the expected visitors, clients that speak slowly, a crawler that asks every filter."""

import re
import shutil
import socket
import subprocess
import threading
import time
from collections import Counter, deque
from html import unescape
from http.client import HTTPConnection
from urllib.parse import urljoin

import pytest

from .faults import Load, Table, place
from .servers import HOST, IS_CI, ask, needs_nginx

pytestmark = [pytest.mark.long, needs_nginx]
EXPECTED = 20  # visitors at the same moment: city halls and universities of nine countries
SECONDS = 8
SLOW = 24  # clients; more than the threads of two processes
PATIENCE = 60  # seconds that a reader waits
CRAWLED = 600  # addresses


@pytest.fixture(scope="module")
def at():
    made = place()
    made.database.start()
    return made


@pytest.fixture
def table():
    return Table()


@pytest.mark.skipif(not shutil.which("wrk") and not IS_CI, reason="install the package wrk")
def test_ten_times_the_expected_visitors_are_all_answered(at, table):
    with at.portal() as (_process, port, front):
        for server, each in (("through nginx", front), ("without nginx", port)):
            with Load(each) as readers:
                said = subprocess.run(
                    ["wrk", "--threads=2", f"--connections={EXPECTED * 10}", "--timeout=20s"]
                    + [f"--duration={SECONDS}s", f"http://127.0.0.1:{each}/en/news/"]
                    + ["--header", f"Host: {HOST}"],
                    capture_output=True, text=True, check=True,
                ).stdout  # fmt: skip
                found = readers.taken()
                table.row(f"{EXPECTED * 10} visitors, {server}", found)
            print("   ", *re.findall(r"\d+ requests in|Requests/sec.*|Socket.*|Non-2xx.*", said))
            assert "Non-2xx" not in said and "Socket errors" not in said
            assert not found.get("failed")


class SlowClient(threading.Thread):
    """Says one letter a second, as long as it is listened to."""

    def __init__(self, port, begin):
        super().__init__(daemon=True)
        self.port, self.begin, self.is_ending = port, begin, threading.Event()

    def run(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as speaking:
                speaking.sendall(self.begin)
                while not self.is_ending.wait(1):
                    if self.begin:
                        speaking.sendall(b"x")
        except OSError:
            pass  # nobody listens any more


HEAD = f"GET /en/ HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: ".encode()
BODY = f"POST /en/feedback/ HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 1000\r\n\r\n".encode()


def longest_wait(port, begin):
    """Seconds that the slowest of several readers waits while slow clients speak."""
    clients = [SlowClient(port, begin) for _number in range(SLOW)]
    for client in clients:
        client.start()
    time.sleep(1)
    longest, end = 0.0, time.monotonic() + 8
    while time.monotonic() < end:
        asked = time.monotonic()
        try:
            assert ask(port, "/en/", timeout=PATIENCE).status == 200
        except TimeoutError:
            pass
        longest = max(longest, time.monotonic() - asked)
        time.sleep(0.1)
    for client in clients:
        client.is_ending.set()
    for client in clients:
        client.join()
    return longest


@pytest.mark.parametrize(
    ("kind", "begin"), [("silent", b""), ("slow head", HEAD), ("slow body", BODY)]
)
def test_slow_clients_keep_nobody_from_reading(kind, begin, at):
    with at.portal() as (_process, port, front):
        assert ask(front, "/en/").status == 200
        through = longest_wait(front, begin)
        print(f"\n{SLOW} clients, {kind}: {through:.1f} s through nginx")
        assert through < 10
        if kind != "slow body":  # nobody can say how long that may take: nginx takes it in
            without = longest_wait(port, begin)
            print(f"{SLOW} clients, {kind}: {without:.1f} s without")
            assert without < 40  # three times eight threads, five seconds each


def filters_of(text, address):
    for link in re.findall(r'<a [^>]*href="([^"]*\?[^"]*)"', text):
        path = urljoin(address, unescape(link)).partition("#")[0]
        if path.startswith("/"):
            yield path


def test_crawler_that_asks_every_filter_keeps_nobody_from_reading(at, table):
    lists = [
        f"/{language}/{name}/"
        for language in ("en", "lv", "fi", "sv", "ru")
        for name in ("news", "events", "partners", "pilots", "materials", "newsletter", "search")
    ]
    with at.portal() as (_process, port, _front), Load(port) as readers:
        waiting, known, statuses = deque(lists), set(lists), Counter()
        asking = HTTPConnection("127.0.0.1", port, timeout=60)
        while waiting and sum(statuses.values()) < CRAWLED:
            path = waiting.popleft()
            asking.request("GET", path, headers={"Host": HOST})
            response = asking.getresponse()
            text = response.read().decode("utf-8", "replace")
            statuses[response.status] += 1
            if response.status == 200 and "html" in response.headers["Content-Type"]:
                new = [each for each in dict.fromkeys(filters_of(text, path)) if each not in known]
                known.update(new)
                waiting.extend(new)
        found = readers.taken()
        table.row("a crawler that asks every filter", found)
    print(f"    the crawler: {dict(statuses)}, {len(waiting)} addresses left")
    assert not any(status >= 500 for status in statuses)
    assert not found.get("failed") and not found.get("stale")
