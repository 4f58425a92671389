"""How gunicorn serves the portal. Number of processes: WEB_CONCURRENCY or --workers."""

import gc
import os
from pathlib import Path

wsgi_app = "healthyboost.wsgi"
chdir = str(Path(__file__).resolve().parent.parent)
worker_class = "gthread"  # its threads keep connections open; the default closes each one
threads = 4
preload_app = True  # the processes share the memory of the loaded code
keepalive = 20  # longer than a reader takes to follow a link
timeout = 60
graceful_timeout = 3  # SIGTERM ends everything within five seconds
accesslog = None  # addresses of visitors are nobody's business
control_socket_disable = True  # it would be a socket in the home folder
# Each process's sign of life is a file: in memory, for a disk can be slow or read-only.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def when_ready(server):
    """What is loaded stays: no process looks through it for garbage, which would copy its memory."""
    gc.collect()
    gc.freeze()


def post_worker_init(worker):
    from healthyboost import pulse

    pulse.start()  # before the first request, which would wait for it


def worker_exit(server, worker):
    from healthyboost import pulse

    pulse.stop()
