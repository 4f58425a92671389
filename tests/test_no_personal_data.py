"""Every address of the portal, asked with data of a person: no log and no number says any of it."""

import logging
import re
from collections import Counter

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import LocalePrefixPattern, RoutePattern

from healthyboost.operations.logs import JSONLines, TextLines
from healthyboost.operations.metrics import metrics
from healthyboost.operations.tallies import tallies

from .admin_forms import sign_in
from .test_hostile import addresses

MARKS = "zzmark", "anna.kalnina", "203.0.113.77", "markbrowser", "verysecret"
MAIL, SECRET = "anna.kalnina@example.org", "verysecret-zzmark"
FILLED = {"int": "1", "uuid": "0" * 8 + "-0000-0000-0000-" + "0" * 12}


def routes(patterns, before="/"):
    """An address for each pattern of the portal; secrets and names are the marked ones."""
    for pattern in patterns:
        own = pattern.pattern
        if isinstance(own, LocalePrefixPattern):
            yield from routes(pattern.url_patterns, before + "en/")
        elif isinstance(own, RoutePattern):
            path = before + re.sub(r"<(?:(\w+):)?(\w+)>", filled, str(own))
            if hasattr(pattern, "url_patterns"):
                yield from routes(pattern.url_patterns, path)
            else:
                yield path


def filled(match):
    kind, name = match.groups()
    return SECRET if name in ("token", "key", "uidb36") else FILLED.get(kind, "one")


class Collector(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines, self.formats = [], (JSONLines(), TextLines())

    def emit(self, record):
        self.lines += [each.format(record) for each in self.formats]


@pytest.fixture
def collected():
    collector = Collector()
    logging.getLogger().addHandler(collector)
    yield collector.lines
    logging.getLogger().removeHandler(collector)


def visitors():
    marked = {"REMOTE_ADDR": "203.0.113.77", "HTTP_USER_AGENT": "Mozilla/5.0 (markbrowser)"}
    marked |= {"HTTP_X_FORWARDED_FOR": "203.0.113.77", "HTTP_REFERER": "https://zzmark.example/"}
    somebody, administrator = (Client(raise_request_exception=False, **marked) for _each in "12")
    sign_in(administrator, email=MAIL, first_name="Zzmark")
    return somebody, administrator


@pytest.mark.long
@pytest.mark.django_db
def test_nothing_of_a_person_is_in_a_log_or_in_a_number(collected, settings):
    settings.MACHINE_TRANSLATION = ""
    known = sorted({*addresses(), *routes(get_resolver().url_patterns)})
    sent = dict.fromkeys(
        ("q", "email", "name", "text", "message", "subject", "title_en", "username", "login"), MAIL
    ) | {"q": "zzmark", "name": "Zzmark", "password": SECRET, "page": "zzmark", "year": "zzmark"}
    statuses = Counter()
    for client in visitors():
        for path in known:
            if "logout" in path:
                continue
            asked = {"q": "zzmark"} if path.startswith("/admin/") else sent
            statuses[client.get(path, asked).status_code] += 1
            statuses[client.post(path, sent).status_code] += 1
    with_mail = client.get(f"/en/news/{MAIL}/")
    assert with_mail.status_code == 404
    print(f"{len(known)} addresses, answers {dict(statuses)}, {len(collected) // 2} lines")
    assert len(known) > 300 and len(collected) > 100
    said = "\n".join([*collected, metrics(), str(tallies.counts)]).lower()
    assert [mark for mark in MARKS if mark in said] == [], context_of(said)


def context_of(said):
    found = [line[:600] for line in said.splitlines() if any(mark in line for mark in MARKS)]
    return "\n".join(found[:10])
