"""A WSGI app that knows its answers by heart: what a server costs in which nobody works.

BARE_ANSWERS names a file with {path: (status, headers, body)}, pickled by tests/bench/servers.py.
"""

import os
import pickle
from pathlib import Path

ANSWERS = pickle.loads(Path(os.environ["BARE_ANSWERS"]).read_bytes())


def application(environ, start_response):
    status, headers, body = ANSWERS[environ["PATH_INFO"]]
    start_response(status, headers)
    return [body]
