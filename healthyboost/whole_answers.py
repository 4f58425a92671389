"""gunicorn's answers, sent at once. It sends the head of each, and then the page: a process that is
killed in between leaves a page cut off, for which nginx can ask no other process any more."""

from gunicorn.http import wsgi


class Parts(list):
    """What is sent to it."""

    sendall = list.append


class Answer(wsgi.Response):
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
