"""gunicorn's threads, kept by no client that speaks slowly, or not at all, and its processes, each with
a fair share of the clients, and an end at which no request is lost. nginx, where it stands in front,
takes in whole requests; the first is for whoever reaches the portal without it."""

import select
import selectors
import socket
import struct
import sys
import time
from collections import deque
from functools import partial

from gunicorn.workers import gthread

HEAD_TIMEOUT = 5  # seconds in which a client has said what it wants
PAUSE = 0.0001  # second for each open connection, of ten at most
PARTING = 2  # seconds for a client to take the end of its answer
SILENCE = struct.pack("ll", 30, 0)  # seconds in which a client says, or takes, something more


class Worker(gthread.ThreadWorker):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.parting_conns = deque()
        self.listening_since = {}  # {connection: second}, until its request is known

    def accept(self, listener):
        """All processes hear of a new client. The one that has most waits longest, and another takes it:
        else one may have them all, and its threads wait for each other while the others are idle."""
        if self.nr_conns and self.cfg.workers > 1:
            time.sleep(min(self.nr_conns, 10) * PAUSE)
        super().accept(listener)

    def set_accept_enabled(self, enabled):
        """A process that ends takes those who wait at its door, and closes it. gunicorn would leave it
        open until all are answered, take nobody, and reset the connections of all who came. (Who comes
        between the last look outside and the close, some microseconds, is reset still.)"""
        super().set_accept_enabled(enabled)
        if self.alive or enabled:
            return
        sys.setswitchinterval(1e-6)  # seconds: no other thread comes in between
        for listener in self.sockets:
            while select.select([listener], [], [], 0)[0]:
                super().accept(listener)
            listener.close()

    def finish_request(self, conn, fs):
        if fs.cancelled() or fs.exception():
            super().finish_request(conn, fs)
        elif not fs.result():
            self.part_with(conn)
        elif fs.result() is gthread._DEFER and not self.alive:  # it may say something yet
            conn.set_timeout()
            self.wait_for(conn, self.pending_conns, self.on_pending_socket_readable)
        else:
            super().finish_request(conn, fs)

    def wait_for(self, conn, conns, callback):
        """Where that costs no thread, until `conn.timeout`."""
        conn.sock.setblocking(False)
        conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(callback, conn))

    def part_with(self, conn):
        """RFC 9112 section 9.6: the client has its answer whole before the connection goes. gunicorn
        would wait for it in the thread that waits for all others."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.nr_conns -= 1
            return conn.close()
        conn.timeout = time.monotonic() + PARTING
        self.wait_for(conn, self.parting_conns, self.on_parting_socket_readable)

    def on_parting_socket_readable(self, conn, client):
        try:
            if client.recv(4096):
                return  # the rest of a form that was too large, say
        except BlockingIOError:
            return
        except OSError:
            pass
        self.parting_conns.remove(conn)
        self.drop(conn)

    def drop(self, conn):
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self):
        super().murder_pending()
        while self.parting_conns and self.parting_conns[0].timeout < time.monotonic():
            self.drop(self.parting_conns.popleft())

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
