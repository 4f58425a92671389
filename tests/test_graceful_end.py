"""A server that is told to end answers what was sent to it, and takes nothing that it will not answer."""

import socket
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException

import psutil
import pytest

from . import servers

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
SLOW = "tests.slow_portal:application"  # takes a second for /slow
ASKED = f"POST / HTTP/1.1\r\nHost: {servers.HOST}\r\nContent-Length: 2\r\n\r\n".encode()
PAUSE = 0.05  # second between two questions of a client
LEFT_OUT = "fail_timeout=1s"  # so long by nginx, for not having answered; it would be ten
GRACE = {"GUNICORN_CMD_ARGS": "--graceful-timeout=20"}


def test_requests_that_have_begun_are_answered_when_the_server_is_told_to_end(static_root):
    with servers.gunicorn(static_root, app=SLOW) as (process, port):
        found = []
        asking = [
            threading.Thread(target=lambda: found.append(servers.ask(port, "/slow").status))
            for _each in range(8)
        ]
        for thread in asking:
            thread.start()
        time.sleep(0.5)
        begin = time.monotonic()
        process.terminate()
        process.wait(20)
        seconds = time.monotonic() - begin
        for thread in asking:
            thread.join()
    print(f"ended after {seconds:.1f} s, answers: {found}")
    assert found == [200] * 8


def test_a_server_that_ends_refuses_new_connections_while_it_answers_the_old_ones(static_root):
    """One that it took, and then reset, is a form that nginx may send to nobody else."""
    with servers.gunicorn(static_root, app=SLOW) as (process, port), ExitStack() as stack:
        kept, silent = (
            stack.enter_context(socket.create_connection(("127.0.0.1", port), 5)) for _n in range(2)
        )
        kept.sendall(ASKED + b"ok")
        assert b" 200 " in kept.recv(4096)
        time.sleep(0.3)
        process.terminate()
        time.sleep(0.3)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 5)
        for connection in (kept, silent):
            connection.sendall(ASKED + b"ok")
            answer = connection.recv(4096)
            assert b" 200 " in answer and b"Connection: close" in answer
        process.wait(20)


class Asking(threading.Thread):
    """Asks again and again, and counts the outcomes."""

    def __init__(self, asked):
        super().__init__(daemon=True)
        self.asked, self.found, self.is_ending = asked, Counter(), threading.Event()

    def run(self):
        while not self.is_ending.is_set():
            self.found[self.asked()] += 1
            time.sleep(PAUSE)


@contextmanager
def all_asking(*asked):
    """Yields the counter of their outcomes, which is filled at the end."""
    outcomes, threads = Counter(), [Asking(each) for each in asked]
    for thread in threads:
        thread.start()
    try:
        yield outcomes
    finally:
        for thread in threads:
            thread.is_ending.set()
        for thread in threads:
            thread.join(40)
            outcomes.update(thread.found)


def test_clients_who_keep_a_connection_that_has_ended_keep_nobody_from_reading(static_root):
    closing = ASKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with (
        servers.gunicorn(static_root, app=SLOW, workers=1) as (process, port),
        ExitStack() as stack,
    ):
        clients = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), 5))
            for _n in range(20)
        ]
        for client in clients:
            client.sendall(closing + b"ok")
            client.recv(4096)
        began = time.monotonic()
        assert servers.ask(port, "/").status == 200
        assert time.monotonic() - began < 1
        time.sleep(5)
        (worker,) = psutil.Process(process.pid).children()
        assert [each.status for each in worker.net_connections("tcp4")] == ["LISTEN"]


def test_who_waits_for_a_process_that_is_told_to_end_is_answered(static_root):
    with (
        servers.gunicorn(static_root, app=SLOW, workers=1) as (process, port),
        ExitStack() as stack,
    ):
        (worker,) = psutil.Process(process.pid).children()
        worker.suspend()
        waiting = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), 5)) for _n in range(6)
        ]
        for connection in waiting[:3]:
            connection.sendall(ASKED + b"ok")
        process.terminate()
        time.sleep(0.3)
        worker.resume()
        time.sleep(0.3)
        for connection in waiting[3:]:
            connection.sendall(ASKED + b"ok")
        for connection in waiting:
            assert b" 200 " in connection.recv(4096)
        process.wait(20)


@servers.needs_nginx
def test_forms_reach_one_of_two_servers_while_they_are_replaced(static_root):
    """With readers beside, whose connections to both are kept."""
    ports = [servers.free_port(), servers.free_port()]

    def asked(method, body=None):
        """A client with a connection of its own."""
        connection = HTTPConnection("127.0.0.1", front, timeout=30)

        def ask():
            try:
                connection.request(method, "/", body, {"Host": servers.HOST})
                response = connection.getresponse()
                response.read()
                return response.status
            except (OSError, HTTPException) as error:
                connection.close()
                return type(error).__name__

        return ask

    options = {"workers": 1, "app": SLOW, **GRACE}
    with ExitStack() as stack:
        servers_of = [stack.enter_context(ExitStack()) for _each in ports]
        for own, port in zip(servers_of, ports, strict=True):
            own.enter_context(servers.gunicorn(static_root, port=port, **options))
        both = f"{ports[0]} {LEFT_OUT}; server 127.0.0.1:{ports[1]} {LEFT_OUT}"
        _nginx, front = stack.enter_context(servers.nginx(both))
        with (
            all_asking(*[asked("GET") for _each in range(3)]) as read,
            all_asking(*[asked("POST", b"ok") for _each in range(3)]) as written,
        ):
            for own, port in list(zip(servers_of, ports, strict=True)) * 2:
                own.close()
                own.enter_context(servers.gunicorn(static_root, port=port, **options))
                time.sleep(2)
    print(f"read: {dict(read)}, written: {dict(written)}")
    assert read.keys() == written.keys() == {200}
