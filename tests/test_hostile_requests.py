"""Twenty thousand requests that nobody means, to every address there is, through the real application.

Nothing is answered with an error of the server, and nothing that was sent comes back as a script or as a
header. `pytest -s` prints what was asked and what was answered.
"""

import io
import json
import logging
import random
import re
import sys
import traceback
from collections import Counter
from contextlib import nullcontext
from urllib.parse import quote_from_bytes

import pytest
from django.conf import settings
from django.contrib.admin.sites import site
from django.core.signals import got_request_exception, request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import LocalePrefixPattern, URLResolver
from django.utils.regex_helper import normalize

from healthyboost import pulse
from healthyboost.content.languages import language_codes
from healthyboost.content.models import content_models

from .admin_forms import sign_in
from .factories import make, make_contact_person, make_picture, make_theme

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

NUMBER = 20_000
SCRIPT = "<script>attack()</script>"
TOKEN = "t" * 32
# There is no background process; oEmbed has a status for a format that is not there.
SAY_WHAT_IS_MISSING = {"/readyz", "/oembed"}

# What stands in a path or a query, as bytes
PIECES = [
    *(b"", b"0", b"1", b"-1", b"2147483648", b"9223372036854775808", b"9" * 400, b"1e309", b"nan", b"0x1"),
    *(b"\0", b"a\0b", b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b"\r\nSet-Cookie: a=b", b"\n", b"\t", b"\x7f"),
    *(b"..", b"../../etc/passwd", b"..\\..\\x", b"%2e%2e", b"//elsewhere.example", b"\\\\elsewhere.example"),
    *(SCRIPT.encode(), b"'\"><img src=x onerror=attack()>", b"javascript:attack()", b"{{7*7}}", b"{% x %}"),
    *(b"' OR 1=1 --", b"'; SELECT pg_sleep(9) --", b"%s%(a)s", b"${jndi:x}", b"`id`", b"$(id)", b"|x", b";"),
    *("\u202eexe.gnp".encode(), "\u200b".encode(), "а".encode(), "e\u0301".encode(), "👩‍👩‍👧".encode()),
    *(b"x" * 9000, ("a" + "\u0301" * 300).encode(), b"(" * 300, b"[" * 300, b"*", b"?", b"#", b"~", b"+"),
    *(b"en", b"lv", b"zz", b"EN", b"news.article", b"content.theme", b"auth.user", b"walk", b"-"),
    *(b"0001-01-01", b"9999-12-31", b"2024-02-30T25:61", b"true", b"null", b"[]", b"{}", b"csv", b"json"),
]  # fmt: skip
NAMES = """
page year theme city organisation language kind audience country then next q p o e all _popup _to_field
_facets term public slug date__year id__in app_label model_name field_name cursor from to before first last
person format metadataPrefix verb identifier set resumptionToken url maxwidth maxheight select order limit
title_en body_lv summary_ru email csrfmiddlewaretoken _address _started_from _save _publish _continue
action select_across _selected_action login password code lines old_address target file html text id state
pictures-TOTAL_FORMS links-INITIAL_FORMS grants-0-role consent themes answer message subject token
""".split()
METHODS = (
    ["GET"] * 10 + ["POST"] * 7 + ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "LÖK", ""]
)
HEADERS = {
    "HTTP_ACCEPT_LANGUAGE": ["*", "xx", "lv;q=a", ",;=" * 500, "en-" + "a" * 9000, "\xff", "ru,lv;q=1e999"],
    "HTTP_ACCEPT_ENCODING": ["br;q=0", "*;q=0", "gzip;q=\xff", "," * 5000, "identity"],
    "HTTP_ACCEPT": ["*/*", "application/json", "\xff", "text/html;q=" + "9" * 400],
    "HTTP_IF_NONE_MATCH": ["*", '"', 'W/"', '"' * 3000, "\xff", '"a", "b'],
    "HTTP_IF_MODIFIED_SINCE": ["x", "Mon, 99 Foo 0000 99:99:99 GMT", "0", "\xff"],
    "HTTP_IF_RANGE": ["x", '"'],
    "HTTP_RANGE": ["bytes=0-", "bytes=-1", "bytes=9-1", "bytes=0-0,1-1,2-2", "x", "bytes=\xff"],
    "HTTP_HOST": ["elsewhere.example", "a b", "", "[::1", "testserver:99999", "\xff", "TESTSERVER"],
    "HTTP_X_FORWARDED_PROTO": ["https", "http, https", "\xff"],
    "HTTP_X_FORWARDED_FOR": ["1.2.3.4", "::1%25eth0", "x" * 5000, "1.2.3.4, , ", "\xff", "999.1.1.1"],
    "HTTP_X_FORWARDED_HOST": ["elsewhere.example"],
    "HTTP_REFERER": ["http://[", "https://elsewhere.example/\xff", "x" * 9000],
    "HTTP_ORIGIN": ["null", "http://[", "https://elsewhere.example"],
    "HTTP_USER_AGENT": ["", "\xff" * 50, SCRIPT, "x" * 20_000],
    "HTTP_X_REQUESTED_WITH": ["XMLHttpRequest"],
    "HTTP_X_REQUEST_ID": ["a" * 9000, "a b\xff", SCRIPT],
    "CONTENT_LENGTH": ["-1", "x", "99999999999999999999", ""],
    "HTTP_COOKIE": [
        "sessionid=", "sessionid=a\\000b", "sessionid=" + "x" * 9000, "django_language=\xff", "=", ";;;",
        "messages=x", 'messages="[[\\"__json_message\\"', "csrftoken=\xff", "a=" + "b" * 60_000,
    ],
}  # fmt: skip


def addresses(patterns=None, before=""):
    """{address with %(name)s for what varies} of all that can be asked for."""
    found = set()
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(each.pattern, LocalePrefixPattern):
            starts = ["lv/"]
        else:
            text = each.pattern.regex.pattern.removesuffix(r"\z").removesuffix(r"\Z")
            starts = [start for start, _names in normalize(text)]
        for start in starts:
            if isinstance(each, URLResolver):
                found |= addresses(each.url_patterns, before + start)
            else:
                found.add("/" + before + start)
    return found


class Hostile:
    """Requests by chance, the same at each run."""

    def __init__(self, seed, words):
        self.chance, self.words = random.Random(seed), words

    def piece(self):
        return self.chance.choice(PIECES)

    def filled(self, address):
        """Half of the names are filled in with what there is."""

        def fill(match):
            usual = self.chance.random() < 0.5
            return (self.chance.choice(self.words) if usual else self.piece()).decode("latin-1")

        path = re.sub(r"%\(\w+\)s", fill, address)
        if self.chance.random() < 0.1:
            parts = path.split("/")
            parts[self.chance.randrange(len(parts))] = self.piece().decode("latin-1")
            path = "/".join(parts)
        return path

    def query(self):
        count = self.chance.choice([0, 0, 1, 2, 4, 1200 if self.chance.random() < 0.05 else 3])
        return "&".join(f"{self.name()}={quote_from_bytes(self.piece())}" for _each in range(count))

    def name(self):
        if self.chance.random() < 0.85:
            return self.chance.choice(NAMES)
        return quote_from_bytes(self.piece()[:200])

    def body(self):
        """(bytes, content type)"""
        kind = self.chance.choice([*["form"] * 3, *["multipart"] * 2, "json", "noise", "many"])
        if kind == "form":
            return self.query().encode(), "application/x-www-form-urlencoded"
        if kind == "many":
            return b"a=b&" * 6000, "application/x-www-form-urlencoded"
        if kind == "json":
            return self.chance.choice(JSON), "application/json"
        if kind == "noise":
            return self.piece(), self.chance.choice(CONTENT_TYPES)
        return self.multipart(), "multipart/form-data; boundary=edge"

    def multipart(self):
        parts = b""
        for _each in range(self.chance.choice([1, 2, 5])):
            name = self.name().encode()
            file = (
                b'; filename="' + self.piece()[:300] + b'"' if self.chance.random() < 0.5 else b""
            )
            kind = (
                b"Content-Type: "
                + self.chance.choice([b"image/png", b"text/html", b"\xff"])
                + b"\r\n"
            )
            parts += (
                b'--edge\r\nContent-Disposition: form-data; name="' + name + b'"' + file + b"\r\n"
            )
            parts += kind + b"\r\n" + self.chance.choice(FILES) + b"\r\n"
        return parts + self.chance.choice([b"--edge--\r\n", b"--edge", b""])

    def environ(self, address, cookie):
        method = self.chance.choice(METHODS)
        body, content_type = self.body() if method not in ("GET", "HEAD") else (b"", "")
        made = {
            "REQUEST_METHOD": method.encode().decode("latin-1"),
            "SCRIPT_NAME": "",
            "PATH_INFO": self.filled(address),
            "QUERY_STRING": self.query(),
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": f"10.0.{self.chance.randrange(256)}.{self.chance.randrange(256)}",
            "HTTP_HOST": "testserver",
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": content_type,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        cookies = [cookie] if cookie else []
        if self.chance.random() < 0.8:  # past the check of where a form came from
            cookies.append(f"csrftoken={TOKEN}")
            made["HTTP_X_CSRFTOKEN"] = TOKEN
        if cookies:
            made["HTTP_COOKIE"] = "; ".join(cookies)
        for _each in range(self.chance.choice([0, 0, 1, 2])):
            name = self.chance.choice(list(HEADERS))
            if name != "HTTP_COOKIE" or not cookie:
                made[name] = self.chance.choice(HEADERS[name])
        return made


JSON = [
    b"", b"{", b"null", b"[]", b"1e999", b'"\\ud800"', b"[" * 100_000, b'{"a":' * 5000, b'{"id": NaN}',
    b"\xff",
    b'{"text": "\\u0000"}', b'{"units": [{"id": 1, "text": null}]}', json.dumps({"html": SCRIPT}).encode(),
]  # fmt: skip
CONTENT_TYPES = [
    "", "text/plain", "multipart/form-data", "multipart/form-data; boundary=",
    "application/json; charset=zlib", "\xff", ";", "application/xml", "multipart/mixed; boundary=a",
    "multipart/form-data; boundary=" + "x" * 300, "application/x-www-form-urlencoded; charset=utf-7",
]  # fmt: skip
FILES = [
    b"", b"\x89PNG\r\n\x1a\n", b"%PDF-1.4\n%%EOF", b"PK\x03\x04", SCRIPT.encode(), b"\xff\xd8\xff\xe0" * 50,
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='attack()'/>", b'<?xml version="1.0"?><xliff/>',
    b"a;b\n" * 50,
]  # fmt: skip


@pytest.fixture
def content():
    """Rows that are public, rows that are not, and the words that name them."""
    rows = [make(model) for model in content_models()]
    rows += [make(model, published_at_en=None) for model in content_models()]
    others = [make_picture(), make_theme(), make_contact_person()]
    words = {str(row.pk) for row in [*rows, *others]} | {row.slug for row in rows}
    words |= {*language_codes(), *(model._meta.model_name for model in site._registry), "1"}
    return [word.encode() for word in sorted(words)]


@pytest.fixture
def ask():
    """(status, headers, body) of the application; what went wrong is in `ask.errors`."""
    from healthyboost.wsgi import application

    def note_error(request=None, **kwargs):
        error = sys.exc_info()[1]
        where = [
            f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
        ask.errors.append((repr(error)[:300], where[-8:]))

    def ask(environ, is_signed_in):
        told = []
        # What somebody does who may do much is taken back: the next one finds the same portal.
        with transaction.atomic() if is_signed_in else nullcontext():
            response = application(environ, lambda *words: told.append(words))
            body = b"".join(response)
            if hasattr(response, "close"):
                response.close()
            if is_signed_in:
                transaction.set_rollback(True)
        status, headers, *_rest = told[-1]
        return int(status[:3]), headers, body

    ask.errors = []
    logging.disable()  # each of them is told of at length
    got_request_exception.connect(note_error)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield ask
    pulse.stop()  # the application began it: pages of other tests would be made anew by it
    logging.disable(logging.NOTSET)
    got_request_exception.disconnect(note_error)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def cookie_of(role):
    client = Client()
    sign_in(client, role, username=f"hostile-{role}")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def faults_of(path, status, headers, body):
    kinds = {name.lower(): value for name, value in headers}
    if status >= 500 and path not in SAY_WHAT_IS_MISSING:
        yield f"status {status}"
    if any("\r" in value or "\n" in value for _name, value in headers):
        yield "a header of two lines"
    if "a=b" in kinds.get("set-cookie", ""):
        yield "a cookie of the sender"
    if re.match(r"(?!http://testserver/)(?:\w+:|[/\\]{2})", kinds.get("location", "")):
        yield f"leads elsewhere: {kinds['location'][:80]}"
    if "html" in kinds.get("content-type", "") and SCRIPT.encode() in body:
        yield "a script comes back"


def test_twenty_thousand_hostile_requests_to_every_address_are_all_answered(content, ask, proven):
    known = sorted(addresses())
    cookies = {
        "nobody": "",
        "editor": cookie_of("editor"),
        "administrator": cookie_of("administrator"),
    }
    # who is not signed in is asked to sign in at most addresses: that costs little
    people = ["nobody"] * 15 + ["editor"] * 4 + ["administrator"]
    hostile, counts, failed = Hostile(11, content), Counter(), []
    for number in range(NUMBER):
        address = known[number % len(known)]
        who = hostile.chance.choice(people)
        environ = hostile.environ(address, cookies[who])
        asked = {name: value for name, value in environ.items() if not name.startswith("wsgi.")}
        status, headers, body = ask(environ, who != "nobody")
        counts[who, status] += 1
        for fault in faults_of(asked["PATH_INFO"], status, headers, body):
            failed.append((fault, who, address, str(asked)[:600], ask.errors[-1:]))
        ask.errors.clear()
    tell(counts, len(known))
    assert failed == [], "\n".join(map(str, failed[:15]))


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("key", ["0x1", "9" * 400])
@pytest.mark.parametrize("name", ["themes", "organisation"])
def test_a_choice_that_is_no_key_is_refused(name, key, method, client):
    sign_in(client)
    for model in ("partners/organisation", "pages/page"):
        typed = {name: key} if method == "POST" else None
        response = client.generic(method, f"/admin/{model}/add/?{name}={key}")
        assert response.status_code < 500
        if typed:
            assert client.post(f"/admin/{model}/add/", typed).status_code == 200


def tell(counts, addresses):
    print(f"\n{sum(counts.values()):,} requests to {addresses} addresses")
    for who in dict.fromkeys(who for who, _status in counts):
        said = ", ".join(
            f"{status}: {n:,}" for (one, status), n in sorted(counts.items()) if one == who
        )
        print(f"{who:>14} | {said}")
