"""The portal as a WSGI application. It refuses to start half-configured."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthyboost.settings")

if settings.MISSING:
    raise ImproperlyConfigured(f"Set {', '.join(settings.MISSING)}: README.md lists the settings.")

application = get_wsgi_application()
