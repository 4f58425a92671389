"""PostgreSQL, and each request finds out for nothing whether its connection is still there.

Django asks the server with a query. A server that stops, or ends a connection, says so at once: only
where something has come in unasked is there anything to find out. One that vanishes without a word is
noticed by TCP.
"""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self):
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0) or super().is_usable()
