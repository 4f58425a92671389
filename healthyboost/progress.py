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


class Progress:
    """What a long command says: sentences, and every few seconds how far it is."""

    PAUSE = 3  # seconds

    def __init__(self, out):
        self.out, self.next = out, time.monotonic() + self.PAUSE

    def say(self, words):
        if self.out:
            self.out.write(f"  {words}")
            self.out.flush()

    def tell(self, what, done, size):
        if (now := time.monotonic()) >= self.next:
            self.next = now + self.PAUSE
            self.say(f"{what}: {done * 100 // max(size, 1)} %")
