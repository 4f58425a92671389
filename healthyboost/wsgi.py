"""The portal as a WSGI application. It refuses to start half-configured."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthyboost.settings")

if settings.MISSING:
    raise ImproperlyConfigured(f"Set {', '.join(settings.MISSING)}: README.md lists the settings.")


class Request(WSGIRequest):
    """Takes every text for UTF-8, whatever a client says: to Python "zlib" is a charset, too."""

    encoding = property(lambda self: None, lambda self, charset: None)


application = get_wsgi_application()
application.request_class = Request
