"""Which request or job a thread is at work on: each line of the log says it."""

import re
from contextlib import contextmanager
from contextvars import ContextVar
from random import getrandbits

request_id = ContextVar("request_id", default="")
job = ContextVar("job", default="")
# Without dots and signs that an address of a person or of a computer could not do without.
is_well_formed = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{7,63}").fullmatch


def id_of(environ):
    """That which the server in front has given the request, or a new one."""
    given = environ.get("HTTP_X_REQUEST_ID", "")
    return given if given and is_well_formed(given) else f"{getrandbits(64):016x}"


@contextmanager
def at_work_on(name):
    """`name`: of a job; in the log it has a number, so that one run can be told from the next."""
    token = job.set(f"{name}-{getrandbits(32):08x}")
    try:
        yield
    finally:
        job.reset(token)
