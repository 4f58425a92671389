"""Every address of the admin and of the interface for programs, asked for and posted to as everybody.

`pytest -m "" -n 0 -s tests/test_permission_walk.py` prints how often each was answered how. What exactly each
may do with what is the matter of tests/test_rights.py; here nobody is forgotten, and no address.
"""

import logging
import re
from collections import Counter
from http.cookies import SimpleCookie

import pytest
from django.contrib.admin.sites import site
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import get_resolver

from healthyboost.accounts.models import User
from healthyboost.content.models import Theme, content_models
from healthyboost.media.models import Picture
from partners.models import ContactPerson

from .factories import (
    make,
    make_contact_person,
    make_organisation,
    make_picture,
    make_theme,
    make_user,
    needed,
)

pytestmark = [pytest.mark.long, pytest.mark.django_db]
METHODS = "GET", "POST"
PEOPLE = {
    "anonymous": lambda: None,
    "without rights": lambda: make_user(),
    "coordinator elsewhere": lambda: make_user("coordinator", make_organisation()),
    "translator into Finnish": lambda: make_user("translator", languages=["fi"]),
    "editor": lambda: make_user("editor"),
    "administrator": lambda: make_user("administrator"),
}
# Open to everybody: the door itself, and links in mails, which are signed.
OPEN = re.compile(r"/admin/(login/|no-mail/|translate/digest/off/|\(nothing\))")
# What a person writes about herself alone, and what the portal notes or works out by itself.
OWN_TABLES = {
    "django_session", "cache", "usersessions_usersession", "editing_unsavedform", "accounts_user",
    "demand_digestchoice", "audit_entry", "translation_memoryentry", "translation_standing",
    "translation_touched",
}  # fmt: skip
# Forms that are open for the Finnish words in them alone: tests/test_rights.py looks at the columns.
HERS = {
    "translator into Finnish": {
        "content_theme", "media_picture", "partners_contactperson", "django_admin_log",
        "reversion_revision", "reversion_version",
    },
}  # fmt: skip
SENT = {
    "post": "yes", "action": "delete_selected", "_publish": "ru", "_withdraw": "lv", "delete": "lv",
    "title_en": "Broken into", "title_lv": "Ielauzies", "name": "Broken into", "text": "Broken into",
    "language": "sv", "text_0": "Ielauzies", "organisation": "", "lines": "/old /news/", "yes": "yes",
}  # fmt: skip


def patterns(found=None, start=""):
    for each in get_resolver().url_patterns if found is None else found:
        here = start + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from patterns(each.url_patterns, here)
        else:
            yield here


class World:
    """A row of everything, of a city in which nobody of those who ask has a part."""

    def __init__(self, who):
        self.city = make_organisation(languages=["lv", "en"])
        self.rows = {model: self.make(model) for model in [*content_models(), *site._registry]}
        self.client = Client(raise_request_exception=False)
        if person := PEOPLE[who]():
            self.client.force_login(person)
        self.signed_in = self.client.cookies

    def make(self, model):
        ways = {
            Picture: make_picture,
            ContactPerson: make_contact_person,
            Theme: make_theme,
            User: make_user,
        }
        if model in ways:
            return ways[model]()
        if model in content_models():
            has_owner = any(field.name == "organisation" for field in model._meta.fields)
            return make(model, **({"organisation": self.city} if has_owner else {}))
        try:
            with transaction.atomic():
                row = model(**needed(model, {}, 1))
                return model._base_manager.bulk_create([row])[0]
        except (DatabaseError, ValueError, TypeError, IndexError):
            return None  # asked for by a number behind which nothing is

    def address(self, pattern):
        """A real address for a pattern: of the row of its model, in Latvian."""
        parts = pattern.split("/")
        row = next(
            (row for model, row in self.rows.items() if row and names_of(model) == parts[1:3]),
            self.rows[next(iter(content_models()))],
        )
        kind = ContentType.objects.get_for_model(row).pk
        filled = {
            "object_id": row.pk, "id": row.pk, "number": row.pk, "content_type_id": kind,
            "kind": kind, "language": "lv", "revision": 1, "app_label": "news", "token": "a:b:c",
            "url": "(nothing)", "name": "articles", "slug": row.slug if hasattr(row, "slug") else "x",
            "suffix": "csv", "path": "articles",
        }  # fmt: skip
        text = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", pattern)
        text = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(filled[found[1]]), text)
        return "/" + text.replace("^", "").replace("$", "").replace("\\", "")

    def walk(self, address, method):
        """(status, names of tables that it changed); all is as it was afterwards."""
        self.client.cookies = SimpleCookie(
            {name: cookie.value for name, cookie in self.signed_in.items()}
        )
        sent = SENT | {"_selected_action": [row.pk for row in self.rows.values() if row][:1]}
        before = written()
        point = transaction.savepoint()
        try:
            ask = self.client.post if method == "POST" else self.client.get
            response = ask(address, sent if method == "POST" else None)
            changed = {name for name, count in written().items() if count != before.get(name, 0)}
            return response.status_code, changed
        finally:
            transaction.savepoint_rollback(point)


def names_of(model):
    return [model._meta.app_label, model._meta.model_name]


def written():
    """{table: rows written, changed or deleted in this transaction} of all that is not somebody's own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables "
            "WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 AND relname != ALL(%s)",
            [sorted(OWN_TABLES)],
        )
        return dict(cursor.fetchall())


@pytest.fixture
def no_log():
    logging.disable(logging.CRITICAL)  # each refusal would be told
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("who", PEOPLE)
def test_nobody_gets_further_than_she_may_at_any_address(who, no_log):
    world, counts, wrong = World(who), Counter(), []
    found = [each for each in patterns() if each.startswith(("admin/", "api/"))]
    assert len(found) > 250
    for pattern in found:
        address = world.address(pattern)
        for method in METHODS:
            status, changed = world.walk(address, method)
            counts[method, status] += 1
            if fault := fault_of(who, method, address, status, changed):
                wrong.append((fault, method, address, status, sorted(changed)))
    for method in METHODS:
        row = {status: counts[method, status] for way, status in sorted(counts) if way == method}
        print(f"\n{who:24} {method:5} " + "  ".join(f"{key}: {row[key]:3}" for key in row), end="")
    assert not wrong, "\n".join(map(str, wrong))


def fault_of(who, method, address, status, changed):
    if status >= 500:
        return "failed"
    if address.startswith("/api/"):
        return (changed and "changed") or (method == "POST" and status != 405 and "not refused")
    if method == "GET" and changed:
        return "reading changed something"
    if who in ("anonymous", "without rights"):
        return (changed and "changed") or (status == 200 and not OPEN.match(address) and "let in")
    if who in ("coordinator elsewhere", "translator into Finnish"):
        return changed - HERS.get(who, set()) and "changed what is not hers"
    return ""
