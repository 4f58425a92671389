"""Signs of life of a background process: a row, a lock, and a file where one is asked for.

The row says when it was seen last and what it is at work on. The lock says which tasks are still somebody's
(healthyboost.abandoned_tasks); it is taken again at once when a database has been away during a task.
"""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.db import Error, connection
from django.utils import timezone

from healthyboost import pulse
from healthyboost.abandoned_tasks import say_alive

from .models import Process

EVERY = 5  # seconds
# A computer that vanished without a word holds its lock no longer than this.
END_OF_A_LOST_CONNECTION = (
    ("tcp_keepalives_idle", "10"),
    ("tcp_keepalives_interval", "5"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "25000"),
)


class SignsOfLife:
    def __init__(self, name, file=None):
        self.name, self.file = name, file
        self.started_at, self.job, self.since = timezone.now(), "", None
        self.is_ended = False

    def begin(self):
        """Before pulse.start()."""
        pulse.listen("background", self.hold_lock)
        pulse.every(EVERY, self.give)

    def hold_lock(self, message):
        """In the pulse, at each of its connections."""
        if message is None:
            with connection.cursor() as cursor:
                for name, value in END_OF_A_LOST_CONNECTION:
                    cursor.execute("SELECT set_config(%s, %s, false)", [name, value])
                say_alive(cursor, self.name)
            self.give()

    def works_on(self, job):
        self.job, self.since = job[:200], timezone.now() if job else None

    def give(self):
        if self.is_ended:
            Process.objects.filter(pk=self.name).delete()
            return
        Process.objects.update_or_create(
            pk=self.name,
            defaults={
                "started_at": self.started_at,
                "seen_at": timezone.now(),
                "job": self.job,
                "since": self.since,
            },
        )
        if self.file:
            Path(self.file).touch()

    def end(self):
        """The pulse does it once more at its end: it may be writing the row just now."""
        self.is_ended = True
        with suppress(Error):
            self.give()


def forget_processes():
    """Those that were killed."""
    Process.objects.filter(seen_at__lt=timezone.now() - timedelta(days=1)).delete()
