"""Sending in real processes that are killed, and forms and links that are sent in masses."""

import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import psutil
import pytest
from django.conf import settings as portal_settings
from django.core import signing
from django.db import connection, connections
from django.test import Client

from healthyboost.mailing.bounces import read_bounces
from healthyboost.mailing.mailings import start_mailing
from healthyboost.mailing.messages import Sendable, sendable
from healthyboost.mailing.models import Delivery, Mailing, SignUp, Subscriber
from healthyboost.mailing.subscribing import CONSENT_VERSION
from news.models import Article

from .factories import make_article
from .smtp_server import mail_server
from .test_bounces import make_delivery, report
from .test_sending import WORDS, message_of
from .test_subscribing import FORM, make_subscriber, own_address

BASE_DIR = Path(__file__).resolve().parent.parent
pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]
READERS = 1500  # many times what a process looks up at once
KILLS = 5


@contextmanager
def sending_process(port):
    """`manage.py send_mailings` on the database of the tests."""
    database = portal_settings.DATABASES["default"]
    host, number = database["HOST"] or "localhost", database["PORT"] or 5432
    user = f"{database['USER']}:{database['PASSWORD']}"
    process = subprocess.Popen(
        [sys.executable, "manage.py", "send_mailings"],
        cwd=BASE_DIR,
        env=os.environ
        | {
            "DATABASE_URL": f"postgres://{user}@/{database['NAME']}?host={host}&port={number}",
            "SECRET_KEY": "only-for-tests",
            "ALLOWED_HOSTS": "localhost",
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "MAILS_PER_SECOND": "0",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def make_readers(number):
    codes = cycle(WORDS)
    Subscriber.objects.bulk_create(
        Subscriber(
            email=f"{(code := next(codes))}-{place}@example.org",
            language=code,
            state="confirmed",
            consent="Yes",
            consent_version=CONSENT_VERSION,
            consent_language=code,
        )
        for place in range(number)
    )


@pytest.fixture
def mailing(monkeypatch):
    monkeypatch.setitem(
        sendable, Article, Sendable(message_of, languages_of=lambda article: article.languages)
    )
    make_readers(READERS)
    return start_mailing(make_article(languages=list(WORDS)), None)


def check_everybody_is_served(mailing, server, most_repeats):
    names = {}
    for address, mail in server.taken:
        names.setdefault(address, []).append(mail["Message-ID"])
        language = address[:2]
        assert mail["Content-Language"] == language
        assert WORDS[language] in mail.get_body(["plain"]).get_content()
    repeats = sum(len(each) - 1 for each in names.values())
    assert len(names) == READERS and repeats <= most_repeats
    assert all(len(set(each)) == 1 for each in names.values())
    assert len({each[0] for each in names.values()}) == READERS
    assert dict(Counter(mailing.deliveries.values_list("state", flat=True))) == {"sent": READERS}
    mailing.refresh_from_db()
    assert mailing.state == Mailing.State.FINISHED
    return repeats


def test_nobody_is_left_out_and_nobody_served_twice_though_the_process_is_killed(mailing, settings):
    with mail_server(settings) as server:
        port = settings.MAILERS["default"]["OPTIONS"]["port"]
        begin, lost = time.monotonic(), []
        for _kill in range(KILLS):
            with sending_process(port) as process:
                goal = len(server.mails) + random.randint(1, READERS // (KILLS + 1))
                while len(server.mails) < goal and process.poll() is None:
                    time.sleep(0.001)
                time.sleep(random.random() / 50)
                process.kill()  # -9
                process.wait()
            lost.append(len(server.mails))
        with sending_process(port) as process:
            first, start, peak = len(server.mails), time.monotonic(), 0
            memory = psutil.Process(process.pid)
            while process.poll() is None:
                try:
                    peak = max(peak, memory.memory_info().rss)
                except psutil.NoSuchProcess:
                    break
                time.sleep(0.1)
            spent = time.monotonic() - start
            assert process.returncode == 0, process.stderr.read()
        repeats = check_everybody_is_served(mailing, server, KILLS)
    print(
        f"\n{READERS} subscribers, {KILLS} kills after {lost} mails: {repeats} repeats,"
        f" {time.monotonic() - begin:.0f} s in all; the last process:"
        f" {(READERS - first) / spent:.0f} mails a second, {peak / 2**20:.0f} MB"
    )


def test_several_processes_send_together_and_nobody_gets_two(mailing, settings):
    with mail_server(settings) as server:
        port = settings.MAILERS["default"]["OPTIONS"]["port"]
        with sending_process(port) as first, sending_process(port) as second:
            shares = [int(each.communicate()[0]) for each in (first, second)]
        assert check_everybody_is_served(mailing, server, 0) == 0
    print(f"\ntwo processes sent {shares}")
    assert sum(shares) == READERS and min(shares) > READERS / 20


def test_thousands_of_sign_ups_are_counted_and_refused():
    def sign_up(number):
        client = Client(headers={"Sec-Fetch-Site": "same-origin"})
        address = f"10.0.{number % 200}.7" if number % 2 else f"10.1.{number // 250}.{number % 250}"
        typed = {"email": f"a{number}@example.org", "language": "en", "consent": "on"}
        try:
            return client.post(FORM, typed, REMOTE_ADDR=address).status_code
        finally:
            connections.close_all()

    begin = time.monotonic()
    with ThreadPoolExecutor(4) as threads:
        answers = Counter(threads.map(sign_up, range(2_200)))
    print(f"\n2,200 sign-ups in {time.monotonic() - begin:.0f} s: {dict(answers)}")
    assert set(answers) == {200, 429} and answers[200] == SignUp.objects.count() == 1000


def test_a_flood_of_returned_mails_ends_only_what_truly_came_back():
    made = [make_delivery(make_subscriber(f"a{number}@example.org")) for number in range(20)]
    true = [report(f"delivery-{each.pk}") for each in made[:10]]
    forged = [
        report(f"<delivery-{made[number % 20].pk}.{number:024x}@x>") for number in range(1000)
    ]
    flood = forged + true * 50
    random.shuffle(flood)
    begin = time.monotonic()
    counts = read_bounces(flood)
    print(f"\n{len(flood)} returned mails in {time.monotonic() - begin:.1f} s: {dict(counts)}")
    assert counts == {"not ours": 1000, "hard": 10, "repeated": 490}
    assert Subscriber.objects.filter(state="confirmed").count() == 10


def test_links_that_are_made_up_open_nothing(client):
    subscriber = make_subscriber()
    good, answers = own_address(subscriber), Counter()
    token = good.split("/")[-2]
    chance = random.Random(7)
    for number in range(500):
        letters = list(token)
        for _place in range(chance.randint(1, 3)):
            place = chance.randrange(len(letters))
            letters[place] = chance.choice("abcXYZ019-_:.%")
        forged = "".join(letters)
        if forged == token or number % 10 == 0:
            forged = signing.dumps(
                subscriber.pk, key=f"guess {number}", salt="healthyboost.mailing.own"
            )
        purpose = chance.choice(["mine", "end", "confirm"])
        typed = {"erase": "1", "sure": "1", "unsubscribe": "1"}
        answers[client.post(f"{FORM}{purpose}/{forged}/", typed).status_code] += 1
    print(f"\n500 forged links: {dict(answers)}")
    assert set(answers) <= {400, 404, 410} and Subscriber.objects.get().is_confirmed


@pytest.mark.parametrize("field", ["email", "language", "themes", "consent", "homepage"])
def test_nothing_typed_becomes_a_header_of_a_mail(field, mailoutbox):
    bad = [
        "\r\nBcc: x@example.org",
        "\nSubject: y",
        "%0d%0aCc: z",
        "\x00",
        "\u2028To: q",
        "=?utf-8?q?=0A?=",
    ]
    for number, words in enumerate(bad):
        typed = {"email": f"a{number}@example.org", "language": "en", "consent": "on"}
        typed[field] = typed.get(field, "") + words
        client = Client(headers={"Sec-Fetch-Site": "same-origin"})
        answer = client.post(FORM, typed, REMOTE_ADDR=f"10.0.0.{number}")
        assert answer.status_code in (200, 400)
    for sign_up in SignUp.objects.all():
        assert re.fullmatch(r"a\d@example\.org", sign_up.email)


def test_everything_waits_again_when_the_connection_to_the_database_breaks(mailing, settings):
    with mail_server(settings) as server:
        port = settings.MAILERS["default"]["OPTIONS"]["port"]
        with sending_process(port) as process:
            while len(server.mails) < 200:
                time.sleep(0.01)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            process.wait(timeout=30)
        with sending_process(port) as process:
            assert process.wait(timeout=300) == 0
        check_everybody_is_served(mailing, server, 1)
    assert not Delivery.objects.exclude(state="sent").exists()
