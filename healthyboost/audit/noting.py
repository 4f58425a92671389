"""Acts that change no row are noted here; of all others the database is told who acts."""

import getpass
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from .models import Entry

SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


def note(kind, person=None, about=None, name="", by="", **details):
    """Into the log, within the transaction that is open: `person`, a user or nobody, did it to a row.

    `by` is the name of who has no account here.
    """
    is_known = person is not None and person.pk is not None
    return Entry.objects.create(
        at=timezone.now(),
        person_id=person.pk if is_known else None,
        person=name_of(person) if is_known else by,
        kind=kind,
        model=about._meta.label_lower if about is not None else "",
        object_id=str(about.pk) if about is not None else "",
        name=name[:310],
        details=details,
    )


def note_command(kind, about=None, **details):
    """The same of a command: who did it is signed in to the machine, under a name that it knows."""
    return note(kind, about=about, by=name_on_machine(), how="command", **details)


def name_on_machine():
    try:
        return getpass.getuser()[:310]
    except (OSError, KeyError, ImportError):  # a container may run under a mere number
        return ""


def name_of(person):
    """As the triggers say it: audit_name_of()."""
    return person.get_full_name() or person.get_username()


@contextmanager
def acting(person):
    """Within it, the triggers take it that `person`, a user, is who changes rows."""
    told = tell(person.pk)
    try:
        yield
    finally:
        if told and not tell("") and not connection.in_atomic_block:
            connection.close()  # the next request must not act in this person's name


def tell(number):
    """Whether the database could be told. If not, the act cannot be stored either, and says so."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('audit.person', %s, false)", [str(number)])
    except (DatabaseError, InterfaceError):
        return False
    return True


def name_who_acts(get_response):
    """Middleware: what a request changes, the person who sent it has done."""

    def answer(request):
        person = None if request.method in SAFE else signed_in(request)
        if not person:
            return get_response(request)
        with acting(person):
            return get_response(request)

    return answer


def signed_in(request):
    try:
        return request.user if request.user.is_authenticated else None
    except (DatabaseError, InterfaceError):
        return None  # the view finds it out itself, and keeps what was typed
