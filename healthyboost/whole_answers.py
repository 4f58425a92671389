"""gunicorn's answers, sent at once. It sends the head of each, and then the page: a process that is
killed in between leaves a page cut off, for which nginx can ask no other process any more.

Headers that are written already are not looked through again."""

import time

from gunicorn import util
from gunicorn.http import wsgi

from .headers import Written

said = 0, ""  # (second, how it is said)


def date():
    """It is the same for a second."""
    global said
    now = int(time.time())
    second, text = said
    if second != now:
        text = util.http_date(now)
        said = now, text
    return text


class Parts(list):
    """What is sent to it."""

    sendall = list.append


class Answer(wsgi.Response):
    def process_headers(self, headers):
        if isinstance(headers, Written):
            self.headers, self.response_length = headers, headers.length
        else:
            super().process_headers(headers)

    def send_headers(self):
        if self.headers_sent or not isinstance(self.headers, Written):
            return super().send_headers()
        major, minor = self.req.version
        connection = "close" if self.should_close() else "keep-alive"
        coding = "Transfer-Encoding: chunked\r\n" if self.chunked else ""
        head = (
            f"HTTP/{major}.{minor} {self.status}\r\nServer: {self.version}\r\nDate: {date()}\r\n"
            f"Connection: {connection}\r\n{coding}{self.headers.text}\r\n"
        )
        self.sock.sendall(head.encode("latin-1"))
        self.headers_sent = True

    def write(self, arg):
        """The first part of the body, with the head before it; the others as they come."""
        if self.headers_sent:
            return super().write(arg)
        sock, self.sock = self.sock, Parts()
        try:
            super().write(arg)
            sock.sendall(b"".join(self.sock))
        finally:
            self.sock = sock
