"""Sessions in the database; one that cannot be stored just now takes no answer away."""

import logging

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError

from healthyboost.outages import is_of_the_database

log = logging.getLogger(__name__)


class SessionStore(db.SessionStore):
    def save(self, must_create=False):
        """Django takes a database that is away for a session that is gone, and answers 400 with it."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if not is_of_the_database(error):
                raise
            # What was asked for has been done, and is told. A session holds little that matters beside
            # who is signed in; that is stored when a session begins.
            log.warning("The database is away: a session is not stored.")
