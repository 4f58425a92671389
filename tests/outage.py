"""A portal whose database can be taken away, with the sample in it."""

import os
import tempfile
import time
from contextlib import contextmanager

from healthyboost.embedded import Server

from .filled_portal import fill
from .freshness import Crowd
from .servers import ask, gunicorn, nginx

PATHS = [
    f"/{language}/{path}"
    for language in ("en", "lv", "fi", "sv", "ru")
    for path in ("", "news/", "events/", "partners/", "pilots/", "materials/", "about/")
]


@contextmanager
def portal_and_database(log=None):
    """(server of the database, port of the portal, port of nginx before it)"""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        fill(folder)
        database, static = Server(folder, fsync=False), f"{folder}/static"
        own = {"DATABASE_URL": database.start(), "MEDIA_ROOT": f"{folder}/media"}
        try:
            with (
                gunicorn(static, log=log, **own) as (_process, portal),
                nginx(portal) as (_process, front),
            ):
                yield database, portal, front
        finally:
            database.stop()


def outage(seconds, say=print, log=None):
    """{(server, phase): {kind of answer: number}}: before, without the database, and after."""
    found, errors = {}, {}
    with portal_and_database(log) as (database, portal, front):
        for path in PATHS * 2:  # both processes know the pages
            assert ask(portal, path).status == 200
        with Crowd(portal, PATHS) as direct, Crowd(front, PATHS) as through:
            crowds = {"portal": direct, "nginx": through}

            def phase(name, length):
                time.sleep(length)
                for server, crowd in crowds.items():
                    found[server, name] = dict(crowd.taken())
                    say(f"{server:8} {name:22} {found[server, name]}")

            phase("before", 3)
            database.stop()
            phase("without the database", seconds)
            database.start()
            phase("coming back", 3)
            phase("after", 3)
        for server, crowd in crowds.items():
            errors[server] = dict(crowd.errors)
    return found, errors
