"""Whether this process has been told to end: a long job looks, and leaves off where nothing is lost."""

from threading import Event

ending = Event()
