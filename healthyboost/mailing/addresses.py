"""E-mail addresses: one form of each, how one is shown, what stands for one that is forgotten."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.crypto import salted_hmac
from django.utils.encoding import punycode
from django.utils.translation import gettext as _

LONGEST = 254  # RFC 5321
SALT = "healthyboost.mailing.address"


def normalised(typed):
    """Lower case, the domain as mail servers write it (xn--…); ValidationError with a sentence."""
    name, _at, domain = typed.strip().lower().rpartition("@")
    try:
        address = f"{name}@{punycode(domain)}"
        validate_email(address)
    except (ValidationError, UnicodeError, ValueError):
        raise ValidationError(
            _("This is not an e-mail address. One looks like this: name@example.org"),
            code="invalid",
        ) from None
    if len(address) > LONGEST:
        raise ValidationError(_("This address is too long."), code="invalid")
    return address


def masked(address):
    """anna.berg@example.org → an…@example.org, for whoever needs not know it."""
    name, _at, domain = address.rpartition("@")
    return f"{name[:2] if len(name) > 3 else name[:1]}…@{domain}"


def fingerprint(address, key=None):
    """What stands for an address in the suppression list: nobody reads the address out of it."""
    return salted_hmac(SALT, address.lower(), secret=key, algorithm="sha256").hexdigest()


def secret_keys():
    """The one in use, then former ones that are still known."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def fingerprints(address):
    """Those that the address has, or had, by any key that is known."""
    return [fingerprint(address, key) for key in secret_keys()]


def key_mark(key=None):
    """By which a key is recognised; nobody reads the key out of it."""
    return salted_hmac(f"{SALT}.key", "", secret=key, algorithm="sha256").hexdigest()[:16]


def without_addresses(text, address=""):
    """What a mail server answered, without the addresses that it repeats."""
    name = address.rpartition("@")[0]
    if len(name) > 2:
        text = re.sub(re.escape(name), "…", text, flags=re.IGNORECASE)
    return re.sub(r"[^\s<>@]*@[^\s<>]*", "…", text)
