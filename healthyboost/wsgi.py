"""The portal as a WSGI application. It refuses to start half-configured."""

import os

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.translation import trans_real

from healthyboost import pulse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthyboost.settings")

if settings.MISSING:
    raise ImproperlyConfigured(f"Set {', '.join(settings.MISSING)}: README.md lists the settings.")


class Request(WSGIRequest):
    """Takes every text for UTF-8, whatever a client says: to Python "zlib" is a charset, too."""

    encoding = property(lambda self: None, lambda self, charset: None)


class Portal(WSGIHandler):
    request_class = Request

    def __init__(self):
        super().__init__()
        from healthyboost.operations.watching import Watched  # both have models: after setup()
        from healthyboost.pagecache.application import PageCache

        self.django = portal = super().__call__
        if not settings.DEBUG:  # who works on a template wants to see it
            portal = PageCache(portal)
            pulse.every(1, portal.warm)
        self.answer = Watched(portal)

    def __call__(self, environ, start_response):
        pulse.start()  # here, not at import: the processes that answer are forked after that
        return self.answer(environ, start_response)


django.setup(set_prefix=False)
application = Portal()
# Loaded before the processes are forked, the texts of the interface are in memory once.
for code, _language in settings.LANGUAGES:
    trans_real.translation(code)
