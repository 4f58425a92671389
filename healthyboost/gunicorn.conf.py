"""How gunicorn serves the portal. Number of processes: WEB_CONCURRENCY or --workers."""

import gc
import os
import sys
from pathlib import Path

from gunicorn.glogging import Logger
from gunicorn.http import wsgi

wsgi_app = "healthyboost.wsgi"
chdir = str(Path(__file__).resolve().parent.parent)
sys.path.insert(0, chdir)  # for what stands next
from healthyboost.settings import LOGGING  # noqa: E402
from healthyboost.slow_clients import Worker  # noqa: E402
from healthyboost.whole_answers import Answer  # noqa: E402

# The server's own lines go the way of all others.
logconfig_dict = LOGGING | {"loggers": {"gunicorn.error": {"handlers": ["console"]}}}
worker_class = Worker  # its threads keep connections open; the default closes each one
wsgi.Response = Answer  # what its threads make of each request
threads = 4
preload_app = True  # the processes share the memory of the loaded code
keepalive = 20  # longer than a reader takes to follow a link
timeout = 60
graceful_timeout = 3  # SIGTERM ends everything within five seconds
control_socket_disable = True  # it would be a socket in the home folder
# Each process's sign of life is a file: in memory, for a disk can be slow or read-only.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class logger_class(Logger):
    def access(self, *request):
        """Addresses of visitors are nobody's business. Left to itself it makes a line and throws it away."""


def when_ready(server):
    """What is loaded stays: no process looks through it for garbage, which would copy its memory. Nor does
    it look so often: a page makes two thousand objects, and nearly all of them go by themselves. The request
    and the context of its templates do not, for they refer to each other. Those that were at work when it
    looked wait for a look through everything, which comes after some twenty instead of a hundred."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 5, 2)


def post_worker_init(worker):
    from healthyboost import pulse
    from healthyboost.operations.counts import counts

    counts.take_row(worker.age)

    pulse.start()  # before the first request, which would wait for it


def worker_exit(server, worker):
    from healthyboost import pulse

    pulse.stop()
