"""Which pages are of today: those that were begun in the generation that lasts.

Every commit that can change a page ends a generation: the database tells of it (triggers.py), and the
pulse hears it. Whoever read the state before a commit began before he was told of it, so that his
page is of an earlier generation. Where nothing proves that the pulse hears, the table of changes is
asked: its state, of which no commit can make the same again, is remembered with the generation.
"""

import datetime
import threading
import time

from django.db import Error, connection
from django.utils import timezone

from healthyboost.pulse import process_pulse

from .models import Change, Moment

CHANNEL = "pages"
WAIT = 0.5  # second that a request waits while another one asks a database that does not answer
JUMP = 1.5  # seconds by which a clock does not err by itself
KEPT = datetime.timedelta(minutes=10)  # of changes; pages outlive them
MOMENTS_KEPT = datetime.timedelta(days=7)  # they come again where the clock is set back
STATE = "SELECT count(*), coalesce(sum(id), 0) FROM pagecache_change"


class Generation:
    def __init__(self):
        self.number = 0
        self.state = None  # of the table, where it is known to be that of this generation
        self.seen = None  # (number, state) of the last look, not yet proven
        self.ends = 0, 0.0  # (number, second): when time alone ends it
        self.moving, self.asking = threading.Lock(), threading.Lock()
        self.clock = clock_offset()

    def move(self, message=None, state=None):
        with self.moving:
            self.number, self.state = self.number + 1, state

    def watch_clock(self):
        """Each second, in the pulse. Where the clock of the machine was set, what time makes of the
        pages is found anew: a page of tomorrow may not stay until tomorrow."""
        before, self.clock = self.clock, clock_offset()
        if abs(self.clock - before) > JUMP:
            self.move()

    def settle(self):
        """Each second, in the pulse. What the table said a beat ago is the state of this generation:
        the beat has proven since that no change was on its way."""
        number, state = self.seen or (None, None)
        with self.moving:
            if self.state is None and number == self.number:
                self.state = state
        if self.state is None:
            self.seen = self.number, read_state()

    def is_sure(self):
        """Whether the number can be trusted: the pulse is proven, or the table has just been asked."""
        if process_pulse.is_proven():
            return True
        if process_pulse.is_away or not self.asking.acquire(timeout=WAIT):
            return False
        try:
            state = read_state()
            if state != self.state:
                self.move(state=state)
        except Error:
            connection.close()
            return False
        finally:
            self.asking.release()
        return True

    def end(self):
        """The second at which time alone changes a page: a moment of a row, or the next full hour."""
        number, second = self.ends
        now = timezone.now()
        if number != self.number or second <= now.timestamp():
            number = self.number
            first = Moment.objects.filter(at__gt=now).order_by("at").values_list("at", flat=True)
            second = min([next_hour(now), *first[:1]]).timestamp()
            self.ends = number, second
        return second

    def lasts(self, number, second):
        """Whether a page of that generation, which ends at that second, is of today."""
        return number == self.number and time.time() < second


def read_state():
    with connection.cursor() as cursor:
        cursor.execute(STATE)
        return cursor.fetchone()


def clock_offset():
    """Grows with no second that passes, only where somebody sets the clock."""
    return time.time() - time.monotonic()


def next_hour(now):
    """Days begin at full hours, at other ones in other zones."""
    return now.replace(minute=0, second=0, microsecond=0) + datetime.timedelta(hours=1)


def forget_changes():
    """Those of which nobody asks any more, and moments that are over."""
    now = timezone.now()
    Change.objects.filter(at__lt=now - KEPT).delete()
    Moment.objects.filter(at__lt=now - MOMENTS_KEPT).delete()


generation = Generation()
