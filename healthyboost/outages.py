"""Faults that pass by themselves or with an operator's help, and in which nothing may be lost."""

import errno

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _
from psycopg.errors import DiskFull

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}


def outage_in_words(error):
    """A sentence where a database is away or a disk is full; "" for any other error.

    Also where that was why another error came: a transaction that cannot be ended, for one.
    """
    while error:
        if isinstance(error.__cause__, DiskFull) or is_without_room(error):
            return _("The portal has no room left to store anything.")
        if isinstance(error, (OperationalError, InterfaceError)):
            return _("The database does not answer just now.")
        error = error.__cause__ or error.__context__
    return ""


def is_without_room(error):
    return isinstance(error, OSError) and error.errno in NO_ROOM
