"""gunicorn's threads, kept by no client that speaks slowly, or not at all, and its processes, each with
a fair share of the clients. nginx, where it stands in front, takes in whole requests; the first is for
whoever reaches the portal without it."""

import socket
import struct
import time

from gunicorn.workers import gthread

HEAD_TIMEOUT = 5  # seconds in which a client has said what it wants
PAUSE = 0.0001  # second for each open connection, of ten at most
SILENCE = struct.pack("ll", 30, 0)  # seconds in which a client says, or takes, something more


class Worker(gthread.ThreadWorker):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.listening_since = {}  # {connection: second}, until its request is known

    def accept(self, listener):
        """All processes hear of a new client. The one that has most waits longest, and another takes it:
        else one may have them all, and its threads wait for each other while the others are idle."""
        if self.nr_conns and self.cfg.workers > 1:
            time.sleep(min(self.nr_conns, 10) * PAUSE)
        super().accept(listener)

    def handle(self, conn):
        if not conn.initialized:
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, SILENCE)
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, SILENCE)
            if not conn.wait_for_data(0):
                return gthread._DEFER  # it waits where that costs no thread
        self.listening_since[conn] = time.monotonic()
        try:
            return super().handle(conn)
        finally:
            self.listening_since.pop(conn, None)

    def handle_request(self, req, conn):
        self.listening_since.pop(conn, None)
        return super().handle_request(req, conn)

    def notify(self):
        """Each second, in the thread that waits for connections."""
        super().notify()
        for conn, since in list(self.listening_since.items()):
            if time.monotonic() - since > HEAD_TIMEOUT:
                try:
                    conn.sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # it has gone already
