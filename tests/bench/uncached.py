"""The portal with a new, empty cache for each request: all is looked up, rendered, compressed and kept."""

from healthyboost.wsgi import application as portal

from healthyboost.operations.watching import Watched  # isort: skip (after the portal is set up)
from healthyboost.pagecache.application import PageCache  # isort: skip


def application(environ, start_response):
    return Watched(PageCache(portal.django))(environ, start_response)
