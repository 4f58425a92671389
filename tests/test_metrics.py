"""Numbers for those who watch the portal."""

import importlib
from contextlib import suppress
from smtplib import SMTPRecipientsRefused

import pytest
from django.core.mail import EmailMessage, mailers, send_mail
from django.db import DataError, connection, transaction
from prometheus_client.parser import text_string_to_metric_families

from healthyboost.operations.counts import OTHER, counts, kind_of, kinds
from healthyboost.operations.jobs import noted
from healthyboost.operations.mail import CountedMail
from healthyboost.operations.metrics import metrics
from healthyboost.operations.models import Tally
from healthyboost.operations.tallies import tallies
from healthyboost.operations.watching import Watched
from healthyboost.pulse import process_pulse

from .factories import make_article
from .smtp_server import mail_server
from .test_pagecache import ask, cache, django  # noqa: F401  fixtures

TOKEN = "a-token-for-tests"


def numbers():
    """{(name, label, ...): number} of what Prometheus would read."""
    return {
        (sample.name.removeprefix("healthyboost_"), *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(metrics())
        for sample in family.samples
    }


@pytest.fixture(autouse=True)
def nothing_counted():
    tallies.counts.clear()
    yield
    tallies.counts.clear()


@pytest.fixture
def watched(cache):  # noqa: F811
    return Watched(cache)


@pytest.mark.django_db
def test_there_are_no_numbers_where_no_token_is_set(client):
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("told", [None, "", "Bearer ", "Bearer wrong", "Basic eDp5", "Bearer ā"])
def test_numbers_are_only_for_who_knows_the_token(told, settings, client):
    settings.METRICS_TOKEN = TOKEN
    response = client.get("/metrics", headers={"authorization": told} if told else {})
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_who_knows_the_token_gets_the_numbers(settings, client):
    settings.METRICS_TOKEN = TOKEN
    response = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert response["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'healthyboost_ready{check="database"} 1' in response.text


def test_first_words_of_addresses_are_the_kinds_of_requests():
    assert {"home", "news", "pilots", "search", "admin", "api", "static", "media"} <= set(kinds())
    names = {number: name for name, number in kinds().items()}
    found = [
        names[kind_of(path)] for path in ("/", "/lv/", "/ru/news/a/", "/admin/x/", "/static/a")
    ]
    assert found == ["home", "home", "news", "admin", "static"]


@pytest.mark.parametrize(
    "path", ["", "x", "/anna@example.org/", "/en/anna@example.org", "//", "/é/"]
)
def test_address_of_any_other_form_is_of_no_kind_of_its_own(path):
    assert kind_of(path) in (kinds()[OTHER], kinds()["home"])


@pytest.mark.django_db
def test_requests_are_counted_by_kind_status_and_duration(watched):
    make_article(slug="one")
    before = numbers()
    for path in ("/en/news/one/", "/lv/news/none/", "/en/news/none/"):
        ask(watched, path)
    after = {key: number - before.get(key, 0) for key, number in numbers().items()}
    assert after["requests_total", "2xx", "news"] == 1
    assert after["requests_total", "4xx", "news"] == 2
    assert after["request_seconds_count", "news"] == 3
    assert after["request_seconds_bucket", "+Inf", "news"] == 3
    assert after["request_seconds_sum", "news"] > 0


@pytest.mark.django_db
def test_page_out_of_the_memory_is_told_from_one_that_is_rendered_or_old(watched, monkeypatch):
    def found():
        totals = numbers()
        return [totals["page_cache_total", word] for word in ("miss", "hit", "stale")]

    before = found()
    ask(watched, "/en/news/")
    ask(watched, "/en/news/")
    monkeypatch.setattr(process_pulse, "is_away", True)
    assert ask(watched, "/en/news/").headers["Page-State"] == "stale"
    monkeypatch.setattr(process_pulse, "is_away", False)
    assert [now - then for now, then in zip(found(), before, strict=True)] == [1, 1, 1]


def test_application_that_fails_is_counted_and_its_error_goes_on():
    def fail(environ, start_response):
        raise ZeroDivisionError

    number = kinds()["needed"]
    before = counts.of_kind(number)[0][4]
    with pytest.raises(ZeroDivisionError):
        ask(Watched(fail), "/en/needed/")
    assert counts.of_kind(number)[0][4] == before + 1


@pytest.mark.django_db
def test_queries_are_counted():
    before = numbers()["database_queries_total",]
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert numbers()["database_queries_total",] > before


@pytest.mark.django_db
def test_number_of_queries_for_the_numbers_does_not_depend_on_what_there_is(
    django_assert_num_queries,
):
    Tally.objects.bulk_create(Tally(name="jobs", label=str(each)) for each in range(50))
    with django_assert_num_queries(9):
        numbers()


@pytest.mark.django_db
def test_numbers_go_on_without_the_database(monkeypatch):
    monkeypatch.setattr(process_pulse, "is_away", True)
    found = numbers()
    assert found["ready", "database"] == 0
    assert ("queue_length", "ready") not in found


# What is seldom


@pytest.mark.django_db
def test_jobs_are_counted_by_what_became_of_them():
    with noted("one"):
        pass
    with noted("one") as run:
        run.result = "failed"
    for error in (ValueError, SystemExit):
        with suppress(error), noted("one"):
            raise error
    tallies.write()
    found = numbers()
    assert found["jobs_total", "ok", "one"] == 1
    assert found["jobs_total", "failed", "one"] == 2
    assert found["jobs_total", "left", "one"] == 1
    assert found["job_seconds_total", "one"] >= 0


@pytest.mark.django_db
def test_what_several_processes_counted_is_added_up():
    for number in (2, 3):
        tallies.add("mails", result="sent", number=number)
        tallies.write()
    assert Tally.objects.get(name="mails").number == 5


@pytest.mark.django_db
def test_what_could_not_be_written_is_kept_for_the_next_time():
    tallies.add("n" * 31, result="sent")  # longer than the column
    with pytest.raises(DataError), transaction.atomic():
        tallies.write()
    assert tallies.counts.pop(("n" * 31, "", "sent")) == 1


@pytest.fixture
def mail(settings):
    with mail_server(settings) as keeper:
        own = settings.MAILERS["default"]
        options = {"backend": own["BACKEND"], **own["OPTIONS"]}
        settings.MAILERS = {
            "default": {"BACKEND": "healthyboost.operations.mail.CountedMail", "OPTIONS": options}
        }
        yield keeper


@pytest.mark.django_db
def test_mails_are_counted_when_they_are_sent_and_when_they_are_refused(mail):
    mail.refused["no@example.org"] = "550 no"
    send_mail("Hello", "you", None, ["yes@example.org"])
    with pytest.raises(SMTPRecipientsRefused):
        send_mail("Hello", "you", None, ["no@example.org"])
    tallies.write()
    found = numbers()
    assert mail.addresses == ["yes@example.org"]
    assert (found["mails_total", "sent"], found["mails_total", "failed"]) == (1, 1)


def test_several_mails_go_over_one_connection(mail):
    with mailers.default as opened:
        for name in ("one", "two"):
            opened.send_messages([EmailMessage("Hello", "you", to=[f"{name}@example.org"])])
    assert (len(mail.mails), mail.connections) == (2, 1)


def test_mailer_of_the_settings_is_counted():
    mailer = importlib.import_module("healthyboost.settings").MAILERS["default"]
    assert mailer["BACKEND"] == "healthyboost.operations.mail.CountedMail"
    assert CountedMail(alias="default", **mailer["OPTIONS"]).mailer
