"""Bounded memory for finished pages.

What is new stands in front, and leaves first: whoever asks for each address once fills only that part.
What was asked for again moves behind, and stays as long as it is asked for (known as S3-FIFO).
"""

import threading

FRONT = 0.25  # of the shelf


class Shelf:
    def __init__(self, limit):
        """`limit`: bytes."""
        self.limit, self.size, self.size_in_front = limit, 0, 0
        self.front, self.back = {}, {}
        self.lock = threading.Lock()

    def get(self, key):
        return self.back.get(key) or self.front.get(key)

    def put(self, entry):
        """In the place of what stood there, which has just been asked for again."""
        key = entry.address.key
        with self.lock:
            if old := self.get(key):
                entry.asked, entry.seen = old.asked + 1, old.seen
            place = self.back if key in self.back else self.front
            place[key] = entry
            self._weigh(place, entry.size - (old.size if old else 0))
            self._make_room()

    def grew(self, entry, size):
        """`entry` has become larger by `size` bytes."""
        key = entry.address.key
        with self.lock:
            for place in (self.back, self.front):
                if place.get(key) is entry:
                    entry.size += size
                    self._weigh(place, size)
            self._make_room()

    def entries(self):
        with self.lock:
            return [*self.back.values(), *self.front.values()]

    def _weigh(self, place, size):
        self.size += size
        if place is self.front:
            self.size_in_front += size

    def _make_room(self):
        while self.size > self.limit:
            is_front = self.size_in_front > FRONT * self.limit or not self.back
            place = self.front if is_front else self.back
            key = next(iter(place))
            entry = place.pop(key)
            self._weigh(place, -entry.size)
            if entry.asked > entry.seen:
                entry.seen = entry.asked
                self.back[key] = entry
                self._weigh(self.back, entry.size)
