"""A real mail server on the loopback for tests: it keeps what it takes, and refuses what it is told to."""

import email
import email.policy
import logging
import socket
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

logging.getLogger("mail.log").setLevel(logging.ERROR)  # it tells of every command


class Keeper:
    """`refused` and `refused_text`: {address: answer}; "hang up" closes the connection once."""

    def __init__(self):
        self.mails, self.connections = [], 0
        self.refused, self.refused_text, self.hang_ups = {}, {}, set()

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        address = envelope.rcpt_tos[0]
        if address in self.refused_text:
            return self.refused_text[address]
        self.mails.append((address, envelope.mail_from, envelope.content))
        if address in self.hang_ups:
            self.hang_ups.remove(address)
            server.transport.abort()  # it has the mail, and never says so
        return "250 OK"

    @property
    def taken(self):
        """[(address, the mail)] as a mail program reads it."""
        read = email.policy.default
        return [(to, email.message_from_bytes(mail, policy=read)) for to, _by, mail in self.mails]

    @property
    def addresses(self):
        return [address for address, _by, _mail in self.mails]


class QuietServer(Controller):
    def factory(self):
        return SMTP(self.handler, hostname="mail.example.org", enable_SMTPUTF8=True)


@contextmanager
def mail_server(settings):
    """The portal sends to it; `settings` is that of pytest-django."""
    keeper = Keeper()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = QuietServer(keeper, hostname="127.0.0.1", port=port)
    server.start()
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 10},
        }
    }
    try:
        yield keeper
    finally:
        server.stop()
