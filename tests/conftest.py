"""Tests run on real PostgreSQL (DATABASE_URL, else the embedded one) and in real Chromium."""

import gc
import os
import shutil
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TransactionTestCase, override_settings
from django.utils import translation

from healthyboost.embedded import EmbeddedError, Server
from healthyboost.pulse import process_pulse

from . import fresh_database, open_pages

FOLDER = Path(tempfile.mkdtemp(prefix="healthyboost-tests-"))
SETTINGS = {
    "SECRET_KEY": "only-for-tests",
    "ALLOWED_HOSTS": ["testserver", "localhost", "127.0.0.1"],
    "SITE_ADDRESS": "http://testserver",
    "MISSING": [],
    "SECURE_SSL_REDIRECT": False,
    "SESSION_COOKIE_SECURE": False,
    "CSRF_COOKIE_SECURE": False,
    "MFA_REQUIRED": False,  # tests/test_accounts.py asks for it
    "ALLAUTH_TRUSTED_PROXY_COUNT": 0,
    "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": True,
    "MEDIA_ROOT": str(FOLDER / "media"),
    "STATIC_ROOT": str(FOLDER / "static"),
    "STORAGES": settings.STORAGES
    | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
    "TASKS": {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}},
    # as safe as a test needs: hashing a password takes a tenth of a second otherwise
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
}
BROWSERS = "chromium", "chromium-browser", "google-chrome"
BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation", event =>
    console.error(`CSP ${event.violatedDirective} blocked ${event.blockedURI}`))"""


def pytest_configure(config):
    """pytest-django has read settings.py by now, so what differs in tests is set over it."""
    for folder in ("media", "static"):
        (FOLDER / folder).mkdir(exist_ok=True)
    override_settings(**SETTINGS).enable()
    TransactionTestCase._fixture_teardown = fresh_database.empty_tables
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's own event loop is not ours
    gc.disable()  # collecting thousands of tests leaves nothing behind: a quarter faster


def pytest_collection_finish(session):
    gc.freeze()
    gc.enable()


def pytest_sessionstart(session):
    try:
        call_command("compilemessages", verbosity=0)
    except CommandError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_unconfigure(config):
    shutil.rmtree(FOLDER, ignore_errors=True)


@pytest.fixture(autouse=True)
def english():
    """Each test begins in English: a request leaves its language behind in the thread."""
    translation.activate("en")


# The database


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_modify_db_settings, django_db_blocker):
    """Each run has a database of its own, so that several runs can share the server."""
    name = f"test_{os.getpid()}"
    with django_db_blocker.unblock():
        fresh_database.make_database(name)
    yield
    with django_db_blocker.unblock():
        fresh_database.drop_database(name)


@pytest.fixture(autouse=True)
def no_terms_of_other_tests():
    from healthyboost.glossary import index

    index.forget()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request):
    """The embedded server, in a folder that stays: the next run need not create it."""
    if settings.DATABASES["default"].get("HOST") or os.environ.get("DATABASE_URL"):
        yield
        return
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]
    server = Server(request.config.cache.mkdir("postgresql"), fsync=False)
    try:
        server.start()
    except EmbeddedError as error:
        pytest.exit(str(error), returncode=1)
    host = str(server.socket_folder)
    forget_old_databases(host)
    settings.DATABASES["default"] |= {"HOST": host, "USER": "postgres"}
    yield
    server.stop()


def forget_old_databases(host):
    """Those of runs that were killed."""
    with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as server:
        names = server.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'test\_%'")
        for (name,) in names.fetchall():
            try:
                os.kill(int(name.removeprefix("test_")), 0)
            except (ProcessLookupError, ValueError):
                server.execute(f'DROP DATABASE IF EXISTS "{name}"')
            except PermissionError:
                continue


@pytest.fixture(scope="session")
def static_root(django_db_setup, tmp_path_factory):
    """All static files, for a portal that runs as in production: tests/servers.py."""
    from .servers import collect_static

    folder = tmp_path_factory.mktemp("static")
    collect_static(folder)
    return folder


@pytest.fixture(scope="session")
def portal(django_db_setup, django_db_blocker):
    """The answers of the whole portal with the sample content; a test that uses it is `django_db`."""
    from .portal_crawl import sample_portal

    with django_db_blocker.unblock():
        return sample_portal()


@pytest.fixture(scope="session")
def site(portal):
    """{path: Answer} of everything that a visitor can reach."""
    return portal.answers


@pytest.fixture(autouse=True)
def quiet_server(request):
    """Before the tables are emptied the server has answered what a closed browser asked it last."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")  # ends after this fixture
    yield
    quiet, until = 0, time.monotonic() + 10
    while quiet < 3 and time.monotonic() < until:
        time.sleep(0.02)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            quiet = 0 if cursor.fetchone()[0] else quiet + 1


@pytest.fixture(autouse=True)
def empty_cache(request, django_db_blocker):
    """The table of the cache belongs to no model, so emptying the tables after a test leaves it."""
    yield
    if "transactional_db" in request.fixturenames:
        with django_db_blocker.unblock():
            cache.clear()


@pytest.fixture
def proven(monkeypatch):
    """As if the pulse had just been proven: no page is asked after at the database."""
    monkeypatch.setattr(process_pulse, "proven", time.monotonic() + 3600)


# The browser


def browser_path():
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


def pytest_itemcollected(item):
    """What asks for the whole portal, page after page, is a full matrix."""
    if "portal" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.long)


@pytest.hookimpl(trylast=True)  # after `-m` has chosen
def pytest_collection_modifyitems(config, items):
    order = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.stem, len(LONGEST)))
    needing = [item for item in items if item.get_closest_marker("browser")]
    if not needing or browser_path():
        return
    advice = "install the package chromium, or set CHROMIUM to the path of a browser."
    if os.environ.get("CI", "").lower() in ("1", "true"):
        raise pytest.UsageError(f"{len(needing)} tests need Chromium, and there is none: {advice}")
    items[:] = [item for item in items if item not in needing]
    config.hook.pytest_deselected(items=needing)
    config.stash[LEFT_OUT] = f"{len(needing)} browser tests were left out: {advice}"


LEFT_OUT = pytest.StashKey()
# Files that take minutes with `-m long`. They begin first: else one of two processes ends with the last
# of them alone.
LONGEST = """
test_demo test_first_day test_restore test_faults_processes test_browser test_faults_database
test_faults_load test_permission_walk test_freshness test_faults_time test_hostile_requests
test_mailing_load test_upgrade test_erased_everywhere test_weight test_translator_day test_pagecache_live
test_age_sequences test_portal test_operations_live test_network_life_browser test_exchange
test_wordings_live test_search_page test_admin test_admin_languages test_rights test_search_scale
test_feedback_browser test_api_hostile test_search test_graceful_end test_security_live test_front
test_subscribing_browser test_no_personal_data
""".split()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call" and report.failed:
        report.sections += open_pages.sections()
    if report.when == "teardown":
        open_pages.pages.clear()
    return report


def pytest_sessionfinish(session):
    if LEFT_OUT in session.config.stash and hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash[LEFT_OUT]


def pytest_testnodedown(node, error):
    if told := getattr(node, "workeroutput", {}).get("left_out"):
        node.config.stash[LEFT_OUT] = told


def pytest_terminal_summary(terminalreporter, config):
    if LEFT_OUT in config.stash:
        terminalreporter.write_line(config.stash[LEFT_OUT], yellow=True)


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser_path(), args=BROWSER_OPTIONS)
        yield started
        started.close()


@pytest.fixture
def problems():
    """What the page complained about; a test that expects something removes it from this list."""
    return []


@pytest.fixture
def page(browser, problems):
    """A page in a fresh browser profile; the test fails if it left any problem."""
    context = browser.new_context()
    context.add_init_script(TELL_VIOLATIONS)
    opened = context.new_page()
    watch(opened, problems)
    yield opened
    context.close()
    assert problems == []


def watch(page, problems):
    """Errors in the console (violated policies too), and requests to any other host."""
    open_pages.remember(page)

    def note_request(request):
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in OUR_HOSTS:
            problems.append(f"request to {request.url}")

    def note_message(message):
        if message.type == "error":
            problems.append(f"console: {message.text} ({message.location.get('url')})")

    page.on("request", note_request)
    page.on("console", note_message)
    page.on("pageerror", lambda error: problems.append(f"script: {error}"))


OUR_HOSTS = {"localhost", "127.0.0.1", None}
