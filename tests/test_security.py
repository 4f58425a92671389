"""Headers, files, addresses that lead away, what is fetched from elsewhere, what is said of faults."""

import datetime
import re
import subprocess
import sys

import pytest
from django.conf import settings as portal_settings
from django.core.checks import Error
from django.core.files.base import ContentFile
from django.utils import timezone

from healthyboost.discovery.checks import check_security_contact

from .factories import make_article, make_picture, make_user, pdf
from .servers import ROOT, environment

pytestmark = pytest.mark.django_db
LONG = pytest.mark.long
SECURITY = "/.well-known/security.txt"
# Answers of every kind: pages, files, data, errors, the admin.
KINDS = {
    "/": 302, "/en/": 200, "/nowhere/": 404, "/api/v1/articles": 200, "/admin/": 302,
    "/account/login/": 200, "/media/nothing.pdf": 404,
}  # fmt: skip
MORE_KINDS = {
    "/en/search/?q=walk": 200, "/en/news/walk/": 200, "/robots.txt": 200, "/api/v1/nothing": 404,
    "/healthz": 200, "/oai?verb=Identify": 200, "/preview/a:b/": 404, "/en/feeds/": 200,
}  # fmt: skip


# Headers


@pytest.mark.parametrize(
    "path, status",
    [*KINDS.items(), *(pytest.param(*each, marks=LONG) for each in MORE_KINDS.items())],
)
def test_every_answer_says_what_browsers_may_do_with_it(path, status, client):
    make_article(slug="walk")
    answer = client.get(path)
    assert answer.status_code == status
    headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] in ("same-origin", "cross-origin")
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    is_document = headers["Content-Type"].startswith("text/html")
    assert ("camera=()" in headers.get("Permissions-Policy", "")) == is_document
    for name in ("Server", "X-Powered-By", "X-Runtime", "Via"):
        assert name not in headers


@pytest.mark.parametrize(
    "path, allowed",
    [
        ("/en/", set()),
        ("/en/account/", set()),
        ("/admin/", {"clipboard-write"}),
        ("/account/login/", {"publickey-credentials-get", "publickey-credentials-create"}),
    ],
)
def test_powerful_features_are_off_where_nothing_needs_them(path, allowed, client):
    policy = client.get(path).headers["Permissions-Policy"]
    assert set(re.findall(r"([\w-]+)=\(self\)", policy)) == allowed
    assert all(part.endswith(("=()", "=(self)")) for part in policy.split(", "))


def test_over_https_browsers_are_to_come_back_over_https_alone(client, settings):
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    answer = client.get("/en/", secure=True)
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert "Strict-Transport-Security" not in client.get("/en/")


def test_cookies_are_for_the_server_alone(client, settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    make_user("editor", username="anna")
    client.post("/account/login/", {"login": "anna", "password": "secret"}, secure=True)
    client.get("/account/password/", secure=True)
    assert {"sessionid", "csrftoken"} <= set(client.cookies)
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert cookie["secure"] and cookie["path"] == "/", name
        assert cookie["samesite"] in ("Lax", "Strict") and not cookie["domain"], name
    assert client.cookies["sessionid"]["httponly"]  # the other one is read by our scripts


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_with_the_settings_of_production_the_check_for_deployment_has_nothing_to_say(tmp_path):
    variables = environment(tmp_path, HTTPS="1", SECRET_KEY="aB3-" * 20 + "xyz0", MFA_REQUIRED="1")
    del variables["DJANGO_ALLOW_ASYNC_UNSAFE"]  # for the browser of the tests
    said = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level=INFO"],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
    )
    assert said.stderr == ""
    assert "no issues" in said.stdout


# Files


@pytest.mark.parametrize("name", ["plan.pdf", "page.html", "drawing.svg"])
def test_a_file_that_is_no_picture_is_stored_and_not_opened(name, client):
    attachment = make_article().attachments.create(
        title="Plan", language="en", file=ContentFile(pdf("<script>alert(1)</script>"), name)
    )
    answer = client.get(attachment.file.url)
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_picture_is_shown_in_pages_and_runs_nothing(client):
    picture = make_picture()
    make_article().pictures.create(picture=picture)
    answer = client.get(picture.file.url)
    assert answer["Content-Disposition"].startswith("inline; ")
    assert answer["Content-Type"] == "image/png"
    assert "sandbox" in answer["Content-Security-Policy"]


# What is fetched from elsewhere

# Mail is sent through the server of EMAIL_URL by Django.
ASKING = re.compile(
    r"^\s*(?:from|import) (?:socket|http\.client|urllib\.request|imaplib|poplib|ftplib|xmlrpc|requests"
    r"|httpx|urllib3|aiohttp|asyncio)\b",
    re.M,
)
# Addresses that people type go through editing/asking.py alone. The others ask what the operator named
# in a setting, often on purpose inside her own network, and follow no redirection; or nobody else.
WHO_ASKS_WHAT = {
    "healthyboost/editing/asking.py": "every address that somebody typed",
    "healthyboost/translation/machine_http.py": "MACHINE_TRANSLATION",
    "healthyboost/discovery/indexnow.py": "INDEXNOW_SERVICE",
    "healthyboost/mailing/bounces.py": "BOUNCE_INBOX",
    "healthyboost/management/commands/demo.py": "itself",
    "healthyboost/api/page.py": "nothing: the program that it shows to readers does",
    "healthyboost/pulse.py": "itself: a pair of sockets",
    "healthyboost/slow_clients.py": "nothing: it ends connections of others",
}


def test_one_module_asks_addresses_that_people_type():
    found = {
        str(path.relative_to(ROOT))
        for folder in ("healthyboost", "partners", "pilots", "materials", "news")
        for path in (ROOT / folder).rglob("*.py")
        if ASKING.search(path.read_text())
    }
    assert found <= set(WHO_ASKS_WHAT)


def test_what_the_operator_named_leads_nowhere_else():
    for module in ("translation/machine_http.py", "discovery/indexnow.py"):
        assert "build_opener(NoRedirect)" in (ROOT / "healthyboost" / module).read_text()


# Addresses that lead away

# Browsers take "\" for "/", and leave out tabs and ends of lines.
MORE = (
    r"""
\\evil.example ///evil.example /%09/evil.example https:evil.example javascript:alert(1) /%5Cevil.example
http:///evil.example //evil.example%2F.. https://testserver@evil.example //testserver.evil.example
/%0d%0aLocation:%20//evil.example data:text/html,x
""".split()
    + ["/\t/evil.example", "\x00//evil.example", " //evil.example"]
)
ELSEWHERE = ["//evil.example", "https://evil.example", "/\\evil.example"]
ELSEWHERE += [pytest.param(each, marks=LONG) for each in MORE]
NAMES = "next", "then", "url", "return_to", "_popup", "redirect", "back", "page", "language"


def leads_away(address):
    """Whether a browser at http://testserver/ would go elsewhere."""
    plain = re.sub(r"[\x00-\x20]", "", address).replace("\\", "/")
    is_ours = re.match(r"https?://testserver([/?#]|$)", plain)
    return not is_ours and bool(re.match(r"//|[a-z][a-z0-9+.-]*:", plain, re.I))


@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_question_leads_to_another_site(address, client):
    make_user("editor", username="anna")
    for path in ("/", "/news", "/account/login/", "/account/logout/", "/admin/login/", "/en"):
        answer = client.get(path, dict.fromkeys(NAMES, address))
        assert not leads_away(answer.get("Location", "")), path
    typed = {"login": "anna", "password": "secret", "next": address}
    answer = client.post("/account/login/", typed)
    assert answer.status_code == 302 and not leads_away(answer["Location"])
    for path in ("/admin/language/", "/account/logout/"):
        answer = client.post(path, {"language": "lv", "next": address})
        assert not leads_away(answer.get("Location", "")), path


@pytest.mark.parametrize("address", ELSEWHERE)
@pytest.mark.parametrize(
    "start", ["", *(pytest.param(each, marks=LONG) for each in ("/en", "/api/v1", "/api/v1/x"))]
)
def test_no_path_leads_to_another_site(start, address, client):
    for end in ("", "/"):
        answer = client.generic("GET", f"{start}/{address}{end}" if start else address + end)
        assert answer.status_code < 500
        assert not leads_away(answer.get("Location", "")), answer.get("Location")


# security.txt


def test_whoever_finds_a_weakness_reads_whom_to_tell(client, settings):
    settings.SECURITY_CONTACT = "security@example.org, https://example.org/report"
    answer = client.get(SECURITY)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    lines = answer.text.splitlines()
    assert lines[:2] == [
        "Contact: mailto:security@example.org",
        "Contact: https://example.org/report",
    ]
    assert lines[3:] == [
        "Preferred-Languages: en, lv, fi, sv, ru",
        "Canonical: http://testserver/.well-known/security.txt",
    ]
    until = datetime.datetime.fromisoformat(lines[2].removeprefix("Expires: "))
    assert datetime.timedelta(170) < until - timezone.now() < datetime.timedelta(365)


def test_without_a_contact_there_is_no_security_txt(client):
    assert portal_settings.SECURITY_CONTACT == ""
    assert client.get(SECURITY).status_code == 404


@pytest.mark.parametrize(
    "contact, is_fine",
    [
        ("", True),
        ("security@example.org", True),
        ("tel:+371-1", True),
        ("http://example.org/", False),
        ("somebody", False),
        ("https://example.org/\nContact: mailto:evil@example.org", False),
    ],
)
def test_a_contact_that_nobody_could_use_stops_the_start(contact, is_fine, settings):
    settings.SECURITY_CONTACT = contact
    found = check_security_contact(None)
    assert bool(found) != is_fine and all(isinstance(each, Error) for each in found)


# Secrets

SECRETS = {
    "SECRET_KEY": "topsecret-key-" + "x" * 50,
    "MACHINE_TRANSLATION_KEY": "topsecret-translation",
    "BOUNCE_INBOX": "imaps://reader:topsecret-inbox@127.0.0.1:1/INBOX",
    "EMAIL_URL": "smtp+tls://writer:topsecret-mail@127.0.0.1:1",
    "DATABASE_URL": "postgres://portal:topsecret-database@127.0.0.1:1/portal",
}
FAIL = """
import logging
import django
django.setup()
from django.core.mail import send_mail
from django.db import connection
from healthyboost.mailing.bounces import read_inbox
from healthyboost.translation.machine_http import LibreTranslate
from django.test import Client
logger = logging.getLogger("test")
for act in (
    connection.ensure_connection, read_inbox, LibreTranslate().ask_languages,
    lambda: send_mail("a", "b", "a@example.org", ["b@example.org"]),
    lambda: Client(raise_request_exception=False).get("/readyz"),
    lambda: Client(raise_request_exception=False).get("/en/"),
):
    try:
        act()
    except Exception:
        logger.exception("failed")
"""


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_what_is_logged_when_everything_fails_holds_no_secret(tmp_path):
    outside = SECRETS | {"MACHINE_TRANSLATION": "http://127.0.0.1:1", "LOG_LEVEL": "DEBUG"}
    said = subprocess.run(
        [sys.executable, "-c", FAIL],
        cwd=ROOT,
        env=environment(tmp_path) | outside | {"HTTPS": "0"},
        capture_output=True,
        text=True,
    )
    words = said.stdout + said.stderr
    assert words.count("failed") >= 4  # it did log
    assert "topsecret" not in words
