"""What a process does beside answering: one thread, with a database connection of its own.

listen(channel, function)   function(message) after each NOTIFY on `channel`; function(None) at every
                            connection, also the first: messages may have been missed
notify(channel, message)    told to the listeners of all processes when the transaction is committed
every(seconds, function)    function() again and again, and once more when the process ends
start()                     begins the thread, once a process: after a fork the child has its own
is_proven()                 whether the thread has just heard itself: nothing was missed

`listen` and `every` belong into AppConfig.ready. Functions run one after another, only while the
database answers; what one raises is logged, and the others go on.
"""

import atexit
import logging
import os
import select
import socket
import threading
import time
import uuid

import psycopg
from django.db import Error, InterfaceError, OperationalError, connection, connections
from psycopg import sql

log = logging.getLogger(__name__)
BEAT = 1  # second between two proofs
PROVEN_FOR = 2.5  # seconds: a beat, and time for what the functions do
PAUSE = 1  # second before another try, when the database is away
FIRST_WAIT = 1  # second that a start waits for what the listeners fetch first
LAST_WAIT = 2  # seconds that the end of a process waits for the last calls
# A server that vanished without a word is noticed in seconds, not in a quarter of an hour.
ALERT = {
    "connect_timeout": 5,
    "tcp_user_timeout": 5000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
}


class Pulse:
    def __init__(self):
        self.listeners, self.timers = [], []
        self.forget()

    def forget(self):
        """In a process that was forked from one with a pulse: it has none yet."""
        self.thread, self.proven = None, float("-inf")
        self.is_away = False  # the database
        self.starting = threading.Lock()

    def listen(self, channel, function):
        self.listeners.append((channel, function))

    def every(self, seconds, function):
        self.timers.append((seconds, function))

    def is_proven(self):
        return time.monotonic() - self.proven < PROVEN_FOR

    def start(self):
        if self.thread:
            return
        with self.starting:
            if self.thread:
                return
            self.heard, self.is_away = [], False
            self.own = f"pulse_{uuid.uuid4().hex}"
            self.connected = threading.Event()
            self.wake, self.sleeper = socket.socketpair()  # something to read: end
            self.thread = threading.Thread(target=self._run, name="pulse", daemon=True)
            self.thread.start()
        self.connected.wait(FIRST_WAIT)

    def stop(self):
        """End the thread; what runs by the clock runs a last time."""
        if not self.thread:
            return
        self.wake.close()
        self.thread.join(LAST_WAIT)
        self.thread, self.proven = None, float("-inf")

    def _run(self):
        connections["default"] = own = connection.copy()
        own.settings_dict["OPTIONS"] = {**own.settings_dict.get("OPTIONS", {}), **ALERT}
        own.settings_dict["OPTIONS"].pop("pool", None)
        due = [time.monotonic() + seconds for seconds, _function in self.timers]
        is_ending = False
        while not is_ending:
            try:
                listening = self._connect()
                while not is_ending and own.connection is listening:
                    is_ending = self._rest(BEAT, own.connection)
                    self._beat(due)
            except (Error, psycopg.Error, OSError, ValueError) as error:
                if not self.is_away:  # told once, however long it lasts
                    log.warning("The database is away: %s", str(error).strip())
                self.is_away, self.proven = True, float("-inf")
            if not is_ending:
                own.close()
                is_ending = self._rest(PAUSE)
        for _seconds, function in self.timers:
            call(function)
        connections.close_all()

    def _connect(self):
        """Answers the connection that listens: Django may open another one in its place."""
        connection.ensure_connection()
        listening = connection.connection
        listening.add_notify_handler(self.heard.append)
        for channel in {self.own, *(channel for channel, _function in self.listeners)}:
            listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        if self.is_away:
            log.warning("The database is back.")
        self.is_away = False
        self.heard.clear()
        for _channel, function in self.listeners:
            call(function, None)
        self._prove(listening)
        self.connected.set()
        return listening

    def _rest(self, seconds, *woken_by):
        """Until something comes in, at most `seconds`; True: the process ends."""
        return self.sleeper in select.select([self.sleeper, *woken_by], [], [], seconds)[0]

    def _prove(self, own):
        """Notify ourselves, and hear it: with it has come all that was notified before."""
        mark = uuid.uuid4().hex
        own.execute("SELECT pg_notify(%s, %s)", [self.own, mark])
        until = time.monotonic() + PROVEN_FOR
        while all(message.payload != mark for message in self.heard):
            if not select.select([own], [], [], max(0, until - time.monotonic()))[0]:
                raise OperationalError("it does not tell what it was told")
            own.execute("SELECT 1")
        self.proven = time.monotonic()

    def _beat(self, due):
        self._prove(connection.connection)
        heard, self.heard[:] = list(self.heard), []
        for message in heard:
            for channel, function in self.listeners:
                if channel == message.channel:
                    call(function, message.payload)
        for number, (seconds, function) in enumerate(self.timers):
            if due[number] <= time.monotonic():
                call(function)
                due[number] = time.monotonic() + seconds


def call(function, *words):
    try:
        function(*words)
    except (OperationalError, InterfaceError) as error:  # said in a line: the database is away
        log.warning("%s.%s: %s", function.__module__, function.__qualname__, str(error).strip())
    except Exception:
        log.exception("%s.%s failed", function.__module__, function.__qualname__)


def notify(channel, message=""):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [channel, message])


process_pulse = Pulse()
listen, every = process_pulse.listen, process_pulse.every
start, stop, is_proven = process_pulse.start, process_pulse.stop, process_pulse.is_proven
atexit.register(stop)
os.register_at_fork(after_in_child=process_pulse.forget)
