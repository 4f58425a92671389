"""What a long start shows on the terminal: each step when it begins, and how long it took."""

import time
from contextlib import contextmanager

BEGIN = time.monotonic()  # manage.py imports this first of all


@contextmanager
def step(name):
    print(f"  {name + ' ':.<22} ", end="", flush=True)
    begin, note = time.monotonic(), []
    try:
        yield note.append  # a step may add a few words to its line
    except BaseException:
        print(flush=True)
        raise
    print(f"{time.monotonic() - begin:5.1f} s", *note, flush=True)


def seconds_since_start():
    return time.monotonic() - BEGIN
