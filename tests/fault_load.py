"""Readers in a process of their own, who count each answer: python -m tests.fault_load PORT < PATHS.

The first line of the input is a list of paths. After it, each line asks for the counts since the one
before, as a line of JSON; the end of the input is the end.
"""

import json
import sys
import threading
import time
from collections import Counter
from http.client import HTTPConnection, HTTPException

HOST = "localhost"
READERS = 6
PAUSE = 0.02  # second between two questions of a reader
PATIENCE = 30  # seconds that a reader waits for an answer


class Readers:
    def __init__(self, port, paths):
        self.port, self.paths = port, paths
        self.kinds, self.faults, self.slowest = Counter(), Counter(), 0.0
        self.lock, self.is_ending = threading.Lock(), threading.Event()
        self.threads = [
            threading.Thread(target=self.read, args=(number,), daemon=True)
            for number in range(READERS)
        ]
        for thread in self.threads:
            thread.start()

    def read(self, number):
        asking = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        while not self.is_ending.wait(PAUSE):
            number += 1
            path, begin = self.paths[number % len(self.paths)], time.monotonic()
            try:
                kind, fault = judged(path, *asked(asking, path))
            except (OSError, HTTPException) as error:
                asking.close()
                kind, fault = "failed", type(error).__name__
            with self.lock:
                self.kinds[kind] += 1
                self.slowest = max(self.slowest, time.monotonic() - begin)
                if fault:
                    self.faults[f"{fault} {path}"] += 1
        asking.close()

    def taken(self):
        with self.lock:
            found = {**self.kinds, "faults": dict(self.faults), "slowest": round(self.slowest, 2)}
            self.kinds, self.faults, self.slowest = Counter(), Counter(), 0.0
        return found

    def end(self):
        self.is_ending.set()
        for thread in self.threads:
            thread.join(PATIENCE)


def asked(asking, path):
    """(response, body). As browsers do, again where a connection that was open had just been closed."""
    was_open = asking.sock is not None
    try:
        asking.request("GET", path, headers={"Host": HOST})
        response = asking.getresponse()
    except ConnectionError:
        asking.close()
        if not was_open:
            raise
        asking.request("GET", path, headers={"Host": HOST})
        response = asking.getresponse()
    return response, response.read()


def judged(path, response, body):
    """(kind of the answer, what is wrong with it)"""
    if response.status == 503 and response.headers.get("Retry-After") and body:
        return "said so", ""
    if response.status not in (200, 301, 302, 304):
        return "failed", str(response.status)
    if "text/html" in response.headers.get("Content-Type", "") and response.status == 200:
        language = path.split("/")[1]
        if f'<html lang="{language}"'.encode() not in body or b"</html>" not in body:
            return "failed", "not the page"
    marks = response.headers.get("Page-State", ""), response.headers.get("Cache-Status", "")
    if any("stale" in mark.partition("fwd=")[0] for mark in marks):
        return "stale", ""
    return "right", ""


if __name__ == "__main__":
    readers = Readers(int(sys.argv[1]), json.loads(sys.stdin.readline()))
    for _line in sys.stdin:
        print(json.dumps(readers.taken()), flush=True)
    readers.end()
