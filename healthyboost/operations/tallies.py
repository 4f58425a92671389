"""What happens seldom is counted in memory and added to a table: it outlives the process."""

from collections import Counter
from threading import Lock

from django.db import connection

WRITE = """
INSERT INTO operations_tally (name, label, result, number)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::float8[]) ORDER BY 1, 2, 3
ON CONFLICT (name, label, result) DO UPDATE SET number = operations_tally.number + EXCLUDED.number
"""


class Tallies:
    """{(name, label, result): number} of this process, not written yet."""

    def __init__(self):
        self.counts, self.lock = Counter(), Lock()

    def add(self, name, label="", result="", number=1):
        with self.lock:
            self.counts[name, label, result] += number

    def write(self):
        with self.lock:
            counts, self.counts = self.counts, Counter()
        if not counts:
            return
        try:
            rows = ((*key, float(number)) for key, number in counts.items())
            columns = zip(*rows, strict=True)
            with connection.cursor() as cursor:
                cursor.execute(WRITE, [list(column) for column in columns])
        except Exception:
            with self.lock:  # tried again
                self.counts.update(counts)
            raise


tallies = Tallies()
