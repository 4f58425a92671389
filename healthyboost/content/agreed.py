"""What is shown only as long as a person agrees: rows with a day `consent_until`, that day included."""

from django.db.models import Q
from django.db.models.functions import Now, TruncDate
from django.utils import timezone


def agreed_today():
    """Q. The database says which day it is: the question may be kept, and asked again tomorrow."""
    today = TruncDate(Now(), tzinfo=timezone.get_default_timezone())
    return Q(consent_until=None) | Q(consent_until__gte=today)


def agrees_today(row):
    return not row.consent_until or row.consent_until >= timezone.localdate()
