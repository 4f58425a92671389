"""What the operator set is usable."""

import re

from django.conf import settings
from django.core.checks import Error
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

KEY = re.compile(r"[A-Za-z0-9-]{8,128}")
CONTACT = re.compile(r"(mailto:|https://|tel:)[!-~]+")


def check_indexnow_key(app_configs, **kwargs):
    if not settings.INDEXNOW_KEY or KEY.fullmatch(settings.INDEXNOW_KEY):
        return []
    words = "INDEXNOW_KEY needs 8 to 128 characters of a-z, A-Z, 0-9 and the hyphen."
    return [Error(words, id="discovery.E001")]


def security_contacts():
    """The addresses of SECURITY_CONTACT, as security.txt says them: mail, a page or a telephone."""
    contacts = [each.strip() for each in settings.SECURITY_CONTACT.split(",")]
    return [f"mailto:{each}" if is_mail(each) else each for each in contacts if each]


def is_mail(text):
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def check_security_contact(app_configs, **kwargs):
    if all(map(CONTACT.fullmatch, security_contacts())):
        return []
    words = "SECURITY_CONTACT needs mail addresses, or addresses that begin with https:// or tel:."
    return [Error(words, id="discovery.E002")]
