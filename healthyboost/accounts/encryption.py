"""Secrets of second factors are encrypted in the database: a stolen dump of it logs in nowhere.

Keys are derived from SECRET_KEY, which writes, and SECRET_KEY_FALLBACKS, which are still read.
"""

import base64
import hashlib
import logging
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)
SALT = "healthyboost.accounts.encryption"
MARK = "fernet:"  # before it there is nothing: a secret of an earlier release, as it is


def keys():
    """The one that writes first."""
    secret_keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = (hashlib.sha256(f"{SALT}:{key}".encode()).digest() for key in secret_keys)
    return [base64.urlsafe_b64encode(digest) for digest in digests]


def encrypt(text):
    return MARK + Fernet(keys()[0]).encrypt(text.encode()).decode()


def read(stored):
    """InvalidToken where no key opens it."""
    if not stored.startswith(MARK):
        return stored
    fernet = MultiFernet([Fernet(key) for key in keys()])
    return fernet.decrypt(stored.removeprefix(MARK).encode()).decode()


def decrypt(stored):
    """A secret that fits nothing where no key opens it: every code is wrong then, and nobody can guess."""
    try:
        return read(stored)
    except InvalidToken:
        logger.error(
            "A second factor was encrypted with another SECRET_KEY: remove it and add it anew."
        )
        return base64.b32encode(secrets.token_bytes(20)).decode()


def renew():
    """For a timed job: all is encrypted with the present key, so that an old one is needed no longer."""
    from allauth.mfa.models import Authenticator

    present = Fernet(keys()[0])
    with transaction.atomic():
        kinds = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES
        for row in Authenticator.objects.filter(type__in=kinds).select_for_update():
            renewed = with_encrypted(row.data, lambda stored: renewed_secret(stored, present))
            if renewed != row.data:
                row.data = renewed
                row.save(update_fields=["data"])


def renewed_secret(stored, present):
    """As it is where the present key opens it, or none does."""
    try:
        present.decrypt(stored.removeprefix(MARK).encode())
    except InvalidToken:
        try:
            return encrypt(read(stored))
        except InvalidToken:
            pass
    return stored


def with_encrypted(data, change=encrypt):
    """What an authenticator stores, its secrets changed by `change`; the rest as it is."""
    changed = dict(data)
    for name in ("secret", "seed"):
        if isinstance(data.get(name), str):
            changed[name] = change(data[name])
    if isinstance(data.get("migrated_codes"), list):
        changed["migrated_codes"] = [change(code) for code in data["migrated_codes"]]
    return changed
