"""What stands before everything else: each request has a number, and is counted."""

from time import perf_counter

from .counts import counts
from .tracing import id_of, request_id


class Watched:
    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        begin = perf_counter()
        number = id_of(environ)
        request_id.set(number)  # until the thread begins the next one
        status = "5"

        def start(said, headers, exc_info=None):
            nonlocal status
            status = said[0]
            if said.startswith("304"):  # RFC 9110, 15.4.5: only what helps whoever keeps the page
                return start_response(said, headers, exc_info)
            return start_response(said, headers + [("X-Request-ID", number)], exc_info)

        try:
            return self.application(environ, start)
        finally:
            counts.note_request(
                environ.get("PATH_INFO", ""),
                status,
                perf_counter() - begin,
                environ.get("portal.page_cache"),
            )
