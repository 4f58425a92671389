"""The processes that `demo` starts, and that must end with it however it ends."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from django.core.management.base import CommandError

from healthyboost import database

SECONDS_TO_END = 3.5  # of the five that an end may take; the database has the rest
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class Children:
    def __init__(self):
        self.processes = {}

    def __enter__(self):
        return self

    def start(self, name, words, **options):
        self.processes[name] = subprocess.Popen(
            [sys.executable, *words],
            start_new_session=True,  # Ctrl-C is for us alone, we end the children
            preexec_fn=end_with_parent,
            **options,
        )

    def watch(self, until=lambda: False):
        """Return once `until()` holds. CommandError when a child or the database ends."""
        while not until():
            for name, process in self.processes.items():
                if process.poll() is not None:
                    raise CommandError(f"{name} has ended by itself (code {process.returncode}).")
            if database.server and not database.server.process_id():
                raise CommandError("The database has ended by itself.")
            time.sleep(0.1)

    def __exit__(self, *exception):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # to be told once is enough
        print("\nStopping ...", flush=True)
        for process in self.processes.values():
            with suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + SECONDS_TO_END
        for process in self.processes.values():
            try:
                process.wait(max(deadline - time.monotonic(), 0))
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def end_with_parent():
    """Runs in the new child: SIGTERM for it when we are gone, even by kill -9. Linux only."""
    if libc:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
