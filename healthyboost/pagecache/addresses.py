"""The one form in which an address is known to the cache, and the request that stands for it."""

import io
import sys
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict
from django.urls import Resolver404, resolve
from django.utils.translation import get_language_from_path, override

from healthyboost.content.asked import is_endless, names_read

PROTOCOLS = (None, "http", "https")
OWN_COOKIES = settings.SESSION_COOKIE_NAME, "messages"
# What counts readers, and no page: healthyboost.demand.visits, healthyboost.redirects.counting.
COUNTED = "HTTP_USER_AGENT", "HTTP_REFERER", "HTTP_SEC_PURPOSE", "HTTP_PURPOSE"
# What says for whom something is made: healthyboost.limits. A refusal is kept for nobody.
ASKER = "REMOTE_ADDR", "HTTP_X_FORWARDED_FOR"


class Key(NamedTuple):
    """All that a kept page depends on, as the server hands it over."""

    scheme: str
    protocol: str | None  # as a server in front says it
    host: str
    path: str
    query: str


class Address(NamedTuple):
    key: Key
    is_as_asked: bool  # nothing of the query was left out
    is_endless: bool


def raw_key(environ):
    """The Key of an address that is written as we write it. A tuple like that, and cheaper."""
    return (
        environ["wsgi.url_scheme"],
        environ.get("HTTP_X_FORWARDED_PROTO"),
        environ.get("HTTP_HOST"),
        environ["PATH_INFO"],
        environ.get("QUERY_STRING", ""),
    )


def has_own_cookie(environ):
    cookie = environ.get("HTTP_COOKIE")
    return cookie is not None and any(name in cookie for name in OWN_COOKIES)


def address_of(environ):
    """The Address that is asked for; None where the page may be no other asker's."""
    scheme, protocol, host, path, query = raw_key(environ)
    if not host or host != host.lower() or protocol not in PROTOCOLS or environ.get("SCRIPT_NAME"):
        return None
    try:
        view = view_at(path.encode("latin-1").decode(), settings.ROOT_URLCONF)
        asked = QueryDict(query.encode("latin-1"))
    except (UnicodeError, Resolver404, SuspiciousOperation):
        return None
    names = view and names_read(view)
    if names is None:
        return None
    normal = urlencode([(name, asked[name]) for name in names if asked.get(name)])
    is_as_asked = len(asked) == len([name for name in names if name in asked])
    return Address(Key(scheme, protocol, host, path, normal), is_as_asked, is_endless(view))


@lru_cache(maxsize=1000)
def view_at(path, _urls):
    """The view behind a path that begins with a language; None behind another one."""
    language = get_language_from_path(path)
    if not language or "\0" in path:
        return None
    with override(language):
        return resolve(path).func


def request_for(key, environ=None):
    """The environ that a page is rendered for: its address and nothing of the asker.

    Of `environ`, that of a reader who waits for the page, the headers of COUNTED and ASKER.
    """
    asked = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": key.path,
        "QUERY_STRING": key.query,
        "SERVER_NAME": "portal",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "",
        "HTTP_HOST": key.host,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": key.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if key.protocol:
        asked["HTTP_X_FORWARDED_PROTO"] = key.protocol
    if environ:
        names = (*ASKER, *COUNTED) if environ["REQUEST_METHOD"] == "GET" else ASKER
        asked |= {name: environ[name] for name in names if name in environ}
    return asked
