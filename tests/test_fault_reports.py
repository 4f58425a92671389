"""What is sent to Sentry when something fails, to a real server that takes it."""

import gzip
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import brotli
import pytest
from django.core.exceptions import ImproperlyConfigured

from healthyboost.operations.faults import report_faults, scrubbed

from .failing_portal import SECRETS

ROOT = Path(__file__).parent.parent


@pytest.fixture
def taken():
    """(address for SENTRY_DSN, [what was sent there])"""
    sent = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            unpack = {"br": brotli.decompress, "gzip": gzip.decompress}
            sent.append(unpack.get(self.headers["Content-Encoding"], bytes)(body).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words):
            pass

    server = HTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://key@127.0.0.1:{server.server_port}/1", sent
    server.shutdown()
    server.server_close()


def run_failing_portal(**variables):
    return subprocess.run(
        [sys.executable, "-m", "tests.failing_portal"],
        cwd=ROOT,
        env=os.environ | {"DEBUG": "1", **variables},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.long
def test_fault_is_reported_with_its_place_and_nothing_of_who_asked(taken):
    address, sent = taken
    run_failing_portal(SENTRY_DSN=address)
    said = "".join(sent)
    assert len(sent) == 2  # what was logged, and what was raised
    assert "ValueError" in said and '"function":"fail"' in said.replace(": ", ":")
    assert "No mail to %s" in said and "(e-mail address)" in said
    assert [word for word in SECRETS if word in said.lower().replace("failing_portal", "")] == []


@pytest.mark.long
def test_nothing_is_loaded_nor_sent_without_the_setting(taken):
    assert run_failing_portal(SENTRY_DSN="").returncode == 0
    assert taken[1] == []


def test_only_what_is_named_leaves_the_portal():
    event = {
        "event_id": "1",
        "request": {"url": "http://x/?q=anna", "headers": {"Cookie": "verysecret"}},
        "user": {"ip_address": "203.0.113.77"},
        "breadcrumbs": {"values": [{"message": "anna"}]},
        "extra": {"sys.argv": ["anna"]},
        "contexts": {"runtime": {"name": "CPython"}, "device": {"name": "anna"}},
        "logentry": {"message": "Hello %s", "formatted": "Hello anna", "params": ["anna"]},
        "exception": {"values": [{"type": "ValueError", "value": "anna@example.org"}]},
    }
    kept = scrubbed(event)
    assert not [word for word in SECRETS if word in str(kept)]
    assert kept["exception"]["values"][0]["value"] == "(e-mail address)"
    assert kept["logentry"]["message"] == "Hello %s"


def test_address_that_is_none_is_named(settings):
    settings.SENTRY_DSN = "sentry.example.org"
    with pytest.raises(ImproperlyConfigured, match="SENTRY_DSN must look like https://"):
        report_faults()


def test_package_that_is_missing_is_named(settings, monkeypatch):
    settings.SENTRY_DSN = "https://key@sentry.example.org/1"
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    with pytest.raises(ImproperlyConfigured, match="needs the package sentry-sdk"):
        report_faults()
