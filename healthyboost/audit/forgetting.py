"""What the guard of the table lets through: old rows go, and the names of persons who are gone."""

import datetime

from django.db.models import Q
from django.utils import timezone

from .models import Entry

KEPT_FOR = datetime.timedelta(days=731)  # the guard lets go what is older than 24 months


def forget_entries():
    """For a timed job; how many."""
    return Entry.objects.filter(at__lt=timezone.now() - KEPT_FOR)._raw_delete("default")


def forget_person(number):
    """Empty the name of an account, by its primary key, wherever it stands; how many entries.

    The account must be deleted or switched off before: that is an act, which is noted with its name.
    The number stays, and leads nowhere.
    """
    did = Entry.objects.filter(person_id=number).exclude(person="").update(person="")
    about = Entry.objects.filter(model="accounts.user", object_id=str(number))
    return did + about.exclude(name="").update(name="")


def forget_name(model, number):
    """The same for what is no account but is called after a person, such as a page."""
    of_it = Q(model=model._meta.label_lower, object_id=str(number))
    return Entry.objects.filter(of_it).exclude(name="").update(name="")
