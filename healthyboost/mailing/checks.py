"""Blocked addresses can only be recognised with the key that their fingerprints were made with."""

from django.core.checks import Warning
from django.db import DatabaseError, transaction

from .addresses import key_mark, secret_keys


def check_suppression_keys(app_configs, databases=None, **kwargs):
    """Asks the database, so it runs where a command names one: migrate, check --database."""
    from .models import Suppression

    if "default" not in (databases or ()):
        return []
    known = [key_mark(key) for key in secret_keys()]
    try:
        with transaction.atomic():
            count = Suppression.objects.exclude(key__in=known).count()
    except DatabaseError:  # before the first migrate
        return []
    words = f"Mail could go to blocked addresses again ({count}): their SECRET_KEY is not known."
    hint = "Put the former SECRET_KEY into SECRET_KEY_FALLBACKS, and leave it there."
    return [Warning(words, hint=hint, id="mailing.W001")] if count else []
