"""Asks an address whether it answers, and never one inside our own network.

The name is resolved here, the number is checked, and the connection goes to that very number: a name
that says another number the next moment leads nowhere else. Each redirection is checked anew.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext_lazy as _

TIMEOUT = 10.0  # seconds for each step
DEADLINE = 25.0  # seconds for one question as a whole
REDIRECTS = 5
PORTS = {"http": 80, "https": 443}
# Answers of pages that are there and let no program in.
CLOSED_TO_PROGRAMS = {401, 402, 403, 405, 406, 407, 418, 429, 451, 999}
FAULTS = {
    "gone": _("the page is gone"),
    "error": _("the server answers with an error"),
    "host": _("there is no such server"),
    "connection": _("the server cannot be reached"),
    "time": _("the server does not answer in time"),
    "certificate": _("its certificate is not valid"),
    "redirects": _("it leads in a circle"),
    "refused": _("it is no public address"),
    "broken": _("the answer is broken"),
}
# An IPv4 address inside, behind a translator; the relay of 6to4; names of machines; documentation.
NOBODYS = [
    ipaddress.ip_network(each)
    for each in ("64:ff9b::/96", "64:ff9b:1::/48", "192.88.99.0/24", "2001:20::/28", "3fff::/20")
]


class Refused(Exception):
    """An address that is not to be asked."""


@dataclass
class Answer:
    status: int | None = None
    fault: str = ""  # a key of FAULTS


def is_public(number, port):
    """Whether a resolved address is one that anybody on the internet can reach."""
    address = ipaddress.ip_address(number.partition("%")[0])
    if mapped := getattr(address, "ipv4_mapped", None):
        address = mapped
    if any(address in network for network in NOBODYS):
        return False
    if address.version == 6 and (address.sixtofour or address.teredo):
        return False
    return (
        port in PORTS.values()
        and address.is_global
        and not (address.is_multicast or address.is_reserved)
        and not getattr(address, "is_site_local", False)  # fec0::/10, still in use inside networks
    )


def ask(url, allowed=is_public):
    """The Answer of an address: asked for its head, and for the beginning of the page otherwise.

    `allowed(number, port)` says which numbers may be connected to.
    """
    answer = follow("HEAD", url, allowed)
    return follow("GET", url, allowed) if answer.fault not in ("", "refused", "host") else answer


def follow(method, url, allowed):
    for _step in range(REDIRECTS + 1):
        try:
            status, location = request(method, url, allowed)
        except Refused:
            return Answer(fault="refused")
        except socket.gaierror:
            return Answer(fault="host")
        except TimeoutError:
            return Answer(fault="time")
        except ssl.SSLCertVerificationError:
            return Answer(fault="certificate")
        except (http.client.HTTPException, ValueError):
            return Answer(fault="broken")
        except OSError:
            return Answer(fault="connection")
        if status not in (301, 302, 303, 307, 308) or not location:
            return Answer(status, fault_of(status))
        try:
            url = urljoin(url, location)
        except ValueError:
            return Answer(status, "broken")
    return Answer(status, "redirects")


def fault_of(status):
    if status < 400 or status in CLOSED_TO_PROGRAMS:
        return ""
    return "gone" if status in (404, 410) else "error"


def request(method, url, allowed):
    """(status, where it leads on to) of one address. Nothing of the page itself is read."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise Refused(url)
    name, port = parts.hostname.encode("idna").decode(), parts.port or PORTS[parts.scheme]
    number = resolve(name, port, allowed)
    connection = http.client.HTTPConnection(name, port, timeout=TIMEOUT)
    connection.sock = socket.create_connection((number, port), timeout=TIMEOUT)
    over = threading.Timer(DEADLINE, end, [connection])
    over.start()
    try:
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(connection.sock, server_hostname=name)
        connection.request(
            method,
            iri_to_uri((parts.path or "/") + (f"?{parts.query}" if parts.query else "")),
            headers={
                "Host": f"{name}:{parts.port}" if parts.port else name,
                "User-Agent": f"HealthyBoost link check (+{settings.SITE_ADDRESS})",
                "Accept": "*/*",
                "Connection": "close",
            },
        )
        response = connection.getresponse()
        return response.status, response.getheader("Location")
    finally:
        over.cancel()
        connection.close()


def resolve(name, port, allowed):
    """A number of the host that may be asked."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    for *_others, (number, *_rest) in found:
        if allowed(number, port):
            return number
    raise Refused(name)


def end(connection):
    """A server that sends one letter at a time is not waited for."""
    try:
        connection.sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it has just ended
