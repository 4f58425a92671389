"""Under which licence the portal's data may be used: the owner decides it, in the settings."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, override

from healthyboost.content.addresses import absolute

NAMES = {
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "https://creativecommons.org/licenses/by-sa/4.0/": "CC BY-SA 4.0",
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0",
}


def licence_name():
    """Of the data, in the active language."""
    if not settings.DATA_LICENCE:
        return gettext("no open licence yet: please ask before you publish it again")
    return NAMES.get(settings.DATA_LICENCE, settings.DATA_LICENCE)


def licence_address():
    """Where the terms stand: without a licence, the portal's own page about its data."""
    with override("en"):
        return settings.DATA_LICENCE or absolute(reverse("data")) + "#licence"
