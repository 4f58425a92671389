"""A finished page: made once, sent as it is to everybody."""

import gzip
import hashlib
import re
import time

import brotli

from healthyboost.headers import Written

LARGEST = 512 * 1024  # bytes of a page that is kept
QUALITY = 5  # of brotli: half a millisecond a page
WINDOW = 16  # bits: 64 KB, as much as a page. With larger tables all else falls out of a processor's cache.
OVERHEAD = 3500  # bytes of an entry beside its texts
# What a cache in front of the portal may do: show a page for a second, and one second longer while it
# asks again; where the portal does not answer, the last good one for a day.
POLICY = "public, max-age=0, s-maxage=1, stale-while-revalidate=1, stale-if-error=86400"
STALE_POLICY = "public, max-age=0, s-maxage=1, stale-if-error=86400"
MADE_HERE = {"content-length", "content-encoding", "vary", "etag"}
KEPT_IN_304 = {"cache-control", "content-location", "expires", "last-modified"}
ENCODINGS = "br", "gzip", ""
MOST_WORDINGS = 500  # of Accept-Encoding that are remembered
accepted_by = {}  # {Accept-Encoding: encoding}


def is_for_everybody(response):
    """Whether the response may be kept, whatever its view says of itself."""
    policy, vary = (
        {word.strip() for word in response.get(name, "").lower().split(",")}
        for name in ("Cache-Control", "Vary")
    )
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not policy & {"private", "no-store"}
        and vary <= {"", "accept-encoding"}
        and "Content-Encoding" not in response
        and "nonce-" not in response.get("Content-Security-Policy", "")
        and len(response.content) <= LARGEST
    )


class Entry:
    __slots__ = (
        "address",
        "number",
        "end",
        "lack",
        "made",
        "asked",
        "seen",
        "size",
        "opaque",
        "headers",
        "if_unchanged",
        "last_modified",
        "answers",
    )

    def __init__(self, address, response, number, end):
        """Of a response that is_for_everybody(): a page of generation `number`, until second `end`."""
        self.address, self.number, self.end = address, number, end
        self.made = time.time()
        self.lack = getattr(response, "lack", None)
        self.asked = self.seen = 0  # how often it was found here; how often at the last look
        body = response.content
        self.opaque = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
        self.last_modified = response.get("Last-Modified")
        own = [header for header in response.items() if header[0].lower() not in MADE_HERE]
        if "Cache-Control" not in response:
            own.append(("Cache-Control", POLICY))
        own += [("Vary", "Accept-Encoding"), ("ETag", f"W/{self.opaque}")]
        self.headers = own
        self.if_unchanged = Written(
            own[-2:] + [header for header in own if header[0].lower() in KEPT_IN_304]
        )
        self.if_unchanged.length = 0  # it says none, and nobody need look for its end
        self.answers = {}
        self.answers["br"] = self.answer_of(
            brotli.compress(body, quality=QUALITY, lgwin=WINDOW), "br"
        )
        self.size = OVERHEAD + len(self.answers["br"][1][0]) + len(address.key.query)

    def answer_of(self, body, encoding):
        """(headers, [body])"""
        headers = [*self.headers, ("Content-Length", str(len(body)))]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        return Written(headers), [body]

    def make(self, encoding):
        """Bytes that this takes: most readers take brotli, so the others are made when asked for."""
        body = brotli.decompress(self.answers["br"][1][0])
        if encoding == "gzip":
            body = gzip.compress(body, 6, mtime=0)
        self.answers[encoding] = self.answer_of(body, encoding)
        return len(body)

    def is_held_by(self, environ):
        """Whether the asker has these bytes, in whatever encoding."""
        tags = environ.get("HTTP_IF_NONE_MATCH")
        if tags:
            return self.opaque in tags or tags.strip() == "*"
        since = environ.get("HTTP_IF_MODIFIED_SINCE")
        return since is not None and since == self.last_modified

    def send_unchanged(self, start_response, more=()):
        """To whom it is_held_by()."""
        start_response("304 Not Modified", self.if_unchanged + more if more else self.if_unchanged)
        return []

    def send(self, environ, start_response, encoding, more=()):
        """As a WSGI application does. `more`: headers beside its own."""
        if self.is_held_by(environ):
            return self.send_unchanged(start_response, more)
        return self.send_whole(environ, start_response, encoding, more)

    def send_whole(self, environ, start_response, encoding, more=()):
        headers, body = self.answers[encoding]
        start_response("200 OK", headers + more if more else headers)
        return body if environ["REQUEST_METHOD"] == "GET" else []

    def send_stale(self, environ, start_response, encoding):
        """Marked as what it is: the last good bytes, while nobody knows of newer ones."""

        def start(status, headers, exc_info=None):
            kept = [header for header in headers if header[0] != "Cache-Control"]
            start_response(status, [("Cache-Control", STALE_POLICY), *kept])

        age = str(max(0, int(time.time() - self.made)))
        marks = (
            ("Warning", '110 - "Response is Stale"'),
            ("Age", age),
            ("Page-State", "stale"),
        )
        return self.send(environ, start, encoding, marks)


def encoding_for(environ):
    """The one of ENCODINGS that the asker takes and we like best."""
    wording = environ.get("HTTP_ACCEPT_ENCODING", "")
    encoding = accepted_by.get(wording)
    if encoding is None:
        encoding = best_of(wording)
        if len(wording) < 200 and len(accepted_by) < MOST_WORDINGS:
            accepted_by[wording] = encoding
    return encoding


def best_of(wording):
    taken = {}
    for each in wording.lower().split(","):
        name, *rest = (part.strip() for part in each.split(";"))
        weight = next((part[2:].strip() for part in rest if part.startswith("q=")), "1")
        taken[name] = re.fullmatch(r"0(\.0*)?", weight) is None
    return next((code for code in ENCODINGS[:2] if taken.get(code, taken.get("*"))), "")
