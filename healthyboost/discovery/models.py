"""What search engines have been told."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

FIRST_PAUSE = timedelta(minutes=10)
LONGEST_PAUSE = timedelta(days=1)


class Told(models.Model):
    """One row: until when the services behind IndexNow know of all changes.

    What came from then to `upto` is being told, and has been told of Datestamps up to the key `after`.
    """

    until = models.DateTimeField()
    upto = models.DateTimeField(null=True)
    after = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)  # in a row
    next_try = models.DateTimeField(null=True)

    def __str__(self):
        return f"{self.until:%Y-%m-%d %H:%M:%S}"

    def succeed(self, stamps):
        """Those of these Datestamps are told; without any, all are."""
        if stamps:
            self.after = stamps[-1].pk
        else:
            self.until, self.upto, self.after = self.upto, None, 0
        self.failures, self.next_try = 0, None
        self.save()

    def fail(self, pause):
        """Try again later, twice as late each time, and not before the service wants it (seconds)."""
        doubled = FIRST_PAUSE * 2 ** min(self.failures, 10)
        asked = timedelta(seconds=min(pause, LONGEST_PAUSE.total_seconds()))
        self.next_try = timezone.now() + min(max(doubled, asked), LONGEST_PAUSE)
        self.failures += 1
        self.save()
