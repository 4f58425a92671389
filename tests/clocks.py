"""Processes that are told another time than the machine's, by Debian's libfaketime."""

import os
from pathlib import Path

import pytest

from .servers import IS_CI

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
needs_faketime = pytest.mark.skipif(
    not LIBRARIES and not IS_CI, reason="install the package libfaketime"
)
DAY = 24 * 60 * 60  # seconds
# libfaketime 0.9.10 takes the moment at which a sleep of Python ends for one of the clock that is set.
SLEEP = """
import select, time
time.sleep = lambda seconds: select.select([], [], [], seconds)
"""


def remove_leavings():
    """What libfaketime keeps in memory for a process that was killed."""
    for file in Path("/dev/shm").glob("*faketime_*"):
        if not Path("/proc", file.name.rpartition("_")[2]).exists():
            file.unlink(missing_ok=True)


class Clock:
    """So many seconds ahead of the machine's; who reads it has noticed a change within a second."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir()
        os.chmod(self.folder, 0o755)  # PostgreSQL runs under another account
        (self.folder / "sitecustomize.py").write_text(SLEEP)
        self.file = self.folder / "clock"
        self.set(0)

    def set(self, seconds):
        self.seconds = seconds
        new = self.file.with_name("new")
        new.write_text(f"{seconds:+.0f}\n")
        new.rename(self.file)

    @property
    def variables(self):
        """The monotonic clock goes on, as it does when somebody sets the clock of a machine."""
        return {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "PYTHONPATH": str(self.folder),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "0",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # or threads never hand on, or wait a day for it
            "NO_FAKE_STAT": "1",  # gunicorn keeps monotonic seconds in the time of a file
            "FAKE_UTIME": "0",
        }

    def programs_of(self, programs):
        """A folder in which PostgreSQL's programs stand under this clock."""
        folder = self.folder / "programs"
        folder.mkdir()
        (folder / "pg_ctl").symlink_to(programs / "pg_ctl")
        postgres = folder / "postgres"
        said = " ".join(f"{name}='{value}'" for name, value in self.variables.items())
        postgres.write_text(f'#!/bin/sh\nexport {said}\nexec {programs / "postgres"} "$@"\n')
        postgres.chmod(0o755)
        return folder
