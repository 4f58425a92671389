"""What the operator set is usable."""

import re

from django.conf import settings
from django.core.checks import Error

KEY = re.compile(r"[A-Za-z0-9-]{8,128}")


def check_indexnow_key(app_configs, **kwargs):
    if not settings.INDEXNOW_KEY or KEY.fullmatch(settings.INDEXNOW_KEY):
        return []
    words = "INDEXNOW_KEY needs 8 to 128 characters of a-z, A-Z, 0-9 and the hyphen."
    return [Error(words, id="discovery.E001")]
