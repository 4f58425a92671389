"""Lines of the log: which request they belong to, and that they say nothing of anybody."""

import json
import logging
import sys
import time

import pytest
from django.db import IntegrityError

from healthyboost.operations.logs import JSONLines, TextLines, message_of, without_personal_data
from healthyboost.operations.tracing import at_work_on, request_id
from healthyboost.operations.watching import Watched


def record(message, *values, error=None, **more):
    own = logging.LogRecord("portal", logging.WARNING, "x.py", 1, message, values, error)
    own.__dict__.update(more)
    return own


def line(*words, **more):
    return json.loads(JSONLines().format(record(*words, **more)))


def raised(error):
    try:
        raise error
    except type(error):
        return sys.exc_info()


def answered(environ=None, application=None):
    """{header: value} of an answer, through what numbers requests."""
    told = {}

    def plain(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [request_id.get().encode()]

    def start(status, headers, exc_info=None):
        told.update(headers)

    body = b"".join(Watched(application or plain)({"PATH_INFO": "/", **(environ or {})}, start))
    return told | {"body": body.decode()}


@pytest.fixture(autouse=True)
def no_request():
    token = request_id.set("")
    yield
    request_id.reset(token)


# Numbers of requests


def test_number_that_the_server_in_front_gave_is_taken_over():
    told = answered({"HTTP_X_REQUEST_ID": "7e6f7f4c-2b1d-4d0c"})
    assert told["X-Request-ID"] == told["body"] == "7e6f7f4c-2b1d-4d0c"


@pytest.mark.parametrize(
    "given",
    ["", "short", "x" * 65, "a b c d e f", "anna@example.org", "192.168.100.20", "a\nb\nc\nd"],
)
def test_number_of_any_other_form_is_replaced(given):
    told = answered({"HTTP_X_REQUEST_ID": given})
    assert len(told["X-Request-ID"]) == 16
    assert told["X-Request-ID"] == told["body"] != given


def test_two_requests_have_two_numbers():
    assert answered()["X-Request-ID"] != answered()["X-Request-ID"]


def test_line_says_its_request():
    request_id.set("7e6f7f4c")
    assert line("Hello")["request_id"] == "7e6f7f4c"
    assert TextLines().format(record("Hello")).endswith("WARNING portal: Hello [7e6f7f4c]")


def test_each_run_of_a_job_has_its_own_number():
    with at_work_on("send_mailings"):
        first = line("One")["job"]
        assert line("Two")["job"] == first
    with at_work_on("send_mailings"):
        assert line("Three")["job"] != first
    assert first.startswith("send_mailings-")
    assert "job" not in line("Four")


@pytest.mark.django_db
def test_page_that_tells_of_a_fault_says_its_number(client, monkeypatch):
    def fail(*words):
        raise ZeroDivisionError

    monkeypatch.setattr("healthyboost.views.gather_again", fail)
    client.raise_request_exception = False
    request_id.set("7e6f7f4c")
    assert "7e6f7f4c" in client.get("/fi/").text
    assert "7e6f7f4c" not in client.get("/fi/nowhere/").text


# Forms of lines


def test_line_for_programs_is_one_object():
    text = JSONLines().format(record("%s\u2028 and\nmore", "Ā", error=raised(ValueError("no\nno"))))
    assert len(text.splitlines()) == 1
    assert json.loads(text)["message"] == "Ā\u2028 and\nmore"
    assert json.loads(text)["exception"].endswith("ValueError: no\nno")
    assert json.loads(text)["time"].endswith("Z")


def test_nobody_can_write_a_second_line_into_the_log():
    text = TextLines().format(record("Not Found: %s", "/a\n2026-01-01 ERROR\r\x1b[31m\x85\u2028"))
    assert len(text.splitlines()) == 1


@pytest.mark.django_db
def test_an_address_that_leads_nowhere_is_said_by_its_form_alone(client, caplog):
    for path, form in (
        ("/en/news/walk-with-asa-ek/", "/en/news/<str:slug>/"),
        ("/\u00e5sa-ek.php", "(no address of the portal)"),
    ):
        assert client.get(path).status_code == 404
        said = message_of(caplog.records[-1])
        assert said == f"Not Found: {form}"


def test_line_whose_words_do_not_fit_is_not_lost():
    assert line("%d of %d", "many")["message"] == "%d of %d"


@pytest.mark.parametrize(
    "said, shown",
    [
        ("mail to anna.kalnina+x@pašvaldība.lv failed", "mail to (e-mail address) failed"),
        ("<anna@example.org>: no", "<(e-mail address)>: no"),
        ("Invalid request from ip=203.0.113.77: x", "Invalid request from ip=(network address): x"),
        ("from 2001:db8::17, said", "from (network address), said"),
        ("::ffff:203.0.113.77", "(network address)"),
        ("Listening at: http://127.0.0.1:8000 (12)", "Listening at: http://127.0.0.1:8000 (12)"),
        (
            "at 12:34:56 PostgreSQL 18.6.3 said Up::down",
            "at 12:34:56 PostgreSQL 18.6.3 said Up::down",
        ),
        ("300.300.300.300", "300.300.300.300"),
    ],
)
def test_addresses_of_people_and_computers_are_left_out(said, shown):
    assert without_personal_data(said) == shown
    assert line("%s", said)["message"] == shown


def test_values_that_the_database_quotes_are_left_out():
    error = IntegrityError(
        'null value in column "email" violates\nDETAIL:  Failing row contains (1, Anna Kalniņa).'
        "\nLINE 1: SELECT 'Anna Kalniņa'\n               ^\nmore"
    )
    said = line("Failed: %s", error, error=raised(error))
    assert "Anna" not in str(said)
    assert "violates" in said["message"] and said["exception"].endswith("more")


@pytest.mark.django_db
def test_secret_that_stands_in_an_address_is_left_out(client, caplog):
    client.get("/preview/verysecrettoken/")
    client.get("/en/newsletter/subscribe/mine/verysecrettoken/")
    assert [record for record in caplog.records if record.name == "django.request"]
    assert "verysecret" not in " ".join(map(JSONLines().format, caplog.records))


def test_long_hostile_message_is_cleaned_in_no_time():
    began = time.process_time()
    for piece in ("a@", "1.", "::", "a.b@c.", "LINE 1: ", "\n"):
        without_personal_data(piece * 5_000)
    assert time.process_time() - began < 5
