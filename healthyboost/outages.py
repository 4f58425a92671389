"""Faults that pass by themselves or with an operator's help, and in which nothing may be lost."""

import errno

import psycopg
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _
from psycopg.errors import DiskFull

# psycopg's own where no cursor of Django was in between
AWAY = OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}


def outage_in_words(error):
    """A sentence where a database is away or a disk is full; "" for any other error.

    Also where that was why another error came: a transaction that cannot be ended, for one.
    """
    for each in with_reasons(error):
        if isinstance(each, DiskFull) or is_without_room(each):
            return _("The portal has no room left to store anything.")
    return _("The database does not answer just now.") if is_of_the_database(error) else ""


def is_of_the_database(error):
    return any(isinstance(each, AWAY) for each in with_reasons(error))


def with_reasons(error):
    while error:
        yield error
        error = error.__cause__ or error.__context__


def is_without_room(error):
    return isinstance(error, OSError) and error.errno in NO_ROOM
