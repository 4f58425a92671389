"""The portal with a new, empty cache for each request: all is looked up, rendered, compressed and kept."""

from healthyboost.wsgi import application as portal

Cache, django = type(portal.answer), portal.answer.application


def application(environ, start_response):
    return Cache(django)(environ, start_response)
