"""The database of the first release, with content and a life behind it, brought to the present code.

tests/data/README.md says what it holds, and how its pages were written down.
"""

import csv
import json
import lzma
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from psycopg.sql import SQL, Identifier

from healthyboost.backup.tables import LEFT_OUT
from healthyboost.embedded import running

from .servers import ask, environment, gunicorn
from .test_restore import AS_OFTEN_AS_LIKED, BASE_DIR, SAMPLE, System

pytestmark = pytest.mark.long
DATA = Path(__file__).parent / "data"
DUMP, PAGES = DATA / "first_release.sql.xz", DATA / "first_release_pages.csv"
# What accounts could do stood in groups. It stands in grants now: a test of its own looks at them.
BECAME_GRANTS = {"accounts_user_groups", "auth_group", "auth_group_permissions"}
DROPPED_EMPTY = {"accounts_user_user_permissions"}
SEARCHED = {"en": "sea", "lv": "jūras", "fi": "merellä", "sv": "havet", "ru": "море"}
LANGUAGES = [code for code, _name in settings.LANGUAGES]
HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.S)
CHECKS = """
from django.core.management import call_command
call_command("check", fail_level="WARNING")
call_command("migrate", check_unapplied=True)
from healthyboost.content.models import Draft
for draft in Draft.objects.all():  # one started from what is gone
    print(draft.page.live_hash(draft.language) == draft.started_from)
"""
SCHEMA = """
SELECT 'column', table_name, column_name || ' ' || data_type || ' ' || is_nullable
  || ' ' || coalesce(character_maximum_length::text, '') || ' ' || coalesce(column_default, '')
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname || pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', tgrelid::regclass::text, pg_get_triggerdef(oid) || tgenabled::text
  FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


class Upgrade(NamedTuple):
    first: System  # as the first release left it
    now: System
    new_system: object  # a function of a name: an empty one, or with `template` the rows of another


@pytest.fixture(scope="module")
def upgrade(tmp_path_factory):
    with tempfile.TemporaryDirectory(prefix="healthyboost-") as folder:
        os.chmod(folder, 0o755)
        with running(folder, fsync=False) as url:

            def new_system(name, template="template1"):
                with psycopg.connect(url, autocommit=True) as server:
                    words = SQL("CREATE DATABASE {} TEMPLATE {}")
                    server.execute(words.format(Identifier(name), Identifier(template)))
                own = url.replace("/healthyboost?", f"/{name}?")
                return System(own, tmp_path_factory.mktemp(name))

            first = new_system("first")
            with (
                psycopg.connect(first.url) as loading,
                lzma.open(DUMP, "rt", encoding="utf-8") as dump,
            ):
                loading.execute(dump.read())
            now = new_system("now", template="first")
            for kind in "pictures", "materials":  # its uploads are those of the sample still
                shutil.copytree(Path(BASE_DIR, SAMPLE, kind), now.media / kind)
            now.does("migrate", "-v0")
            yield Upgrade(first, now, new_system)


@contextmanager
def running_portal(system, static_root):
    """The port of a portal whose background process has done what waited."""
    variables = {"DATABASE_URL": system.url, "MEDIA_ROOT": str(system.media), "DEBUG": "1"}
    outside = environment(static_root, **variables)
    words = [sys.executable, "manage.py", "work"]
    with (system.media.with_suffix(".log")).open("wb") as log:
        work = subprocess.Popen(words, cwd=BASE_DIR, env=outside, stderr=log)
        try:
            with gunicorn(static_root, workers=1, log=log, **variables) as (_process, port):
                until = time.monotonic() + 120
                while not is_ready(system, port):
                    assert time.monotonic() < until, ask(port, "/readyz").text
                    time.sleep(0.2)
                yield port
        finally:
            work.terminate()
            work.wait(20)


def is_ready(system, port):
    is_indexed = system.ask("SELECT count(*) FROM search_touched") == [(0,)]
    return is_indexed and ask(port, "/readyz").status == 200


def rows_of(system):
    """{table: ([column], [row])}, each value as PostgreSQL writes it."""
    tables = {}
    with psycopg.connect(system.url) as connection:
        columns = connection.execute(
            "SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) "
            "FROM information_schema.columns WHERE table_schema = 'public' GROUP BY 1 ORDER BY 1"
        )
        for table, names in columns.fetchall():
            texts = SQL(", ").join(SQL("{}::text").format(Identifier(name)) for name in names)
            asked = SQL("SELECT {} FROM {}").format(texts, Identifier(table))
            tables[table] = names, connection.execute(asked).fetchall()
    return tables


def test_every_row_of_the_first_release_is_there_and_every_text_is_as_it_was(upgrade):
    before, after = rows_of(upgrade.first), rows_of(upgrade.now)
    assert before.keys() - after.keys() == {"accounts_user_groups", *DROPPED_EMPTY}
    assert not any(before[table][1] for table in DROPPED_EMPTY)
    print(f"\n{'table':38} before  after  changed")
    changed = {}
    for table, (names, rows) in before.items():
        if table in BECAME_GRANTS | DROPPED_EMPTY:
            continue
        names_now, rows_now = after[table]
        places = [names_now.index(name) for name in names]  # no column is gone
        same = {tuple(row[place] for place in places) for row in rows_now}
        changed[table] = [row for row in rows if row not in same]
        print(f"{table:38} {len(rows):6} {len(rows_now):6} {len(changed[table]):8}")
    assert {table: rows for table, rows in changed.items() if rows} == {}
    texts = {
        code: sum(
            bool(value)
            for names, rows in before.values()
            for row in rows
            for name, value in zip(names, row, strict=True)
            if name.endswith(f"_{code}") and not name.startswith(("published_at", "origin"))
        )
        for code in LANGUAGES
    }
    print("texts:", texts)
    assert min(texts.values()) > 200


def test_everybody_may_do_what_the_groups_allowed(upgrade):
    grants = upgrade.now.ask(
        "SELECT username, role, languages FROM accounts_grant "
        "JOIN accounts_user ON accounts_user.id = user_id ORDER BY username, role"
    )
    assert grants == [
        ("both", "editor", []),
        ("both", "translator", LANGUAGES),
        ("coordinator", "coordinator", []),
        ("editor", "editor", []),
        ("left", "editor", []),
        ("translator", "translator", LANGUAGES),
    ]


def test_the_upgraded_portal_is_ready_and_answers_at_every_address_of_the_first_release(
    upgrade, tmp_path
):
    can_be_published = upgrade.now.does("shell", "-v0", "-c", CHECKS).split()
    assert (can_be_published.count("True"), can_be_published.count("False")) == (6, 1)
    with PAGES.open(encoding="utf-8", newline="") as file:
        known = {path: (int(status), words) for path, status, words in csv.reader(file)}
    wrong, found = [], {}
    with running_portal(upgrade.now, tmp_path) as port:
        ready = json.loads(ask(port, "/readyz").text)
        for path, (status, words) in known.items():
            answer = ask(port, path)
            heading = (
                HEADING.search(answer.text)
                if status == 200 and "html" in answer.headers["Content-Type"]
                else None
            )
            said = answer.headers.get("Location") or plain(heading[1] if heading else "")
            found[answer.status] = found.get(answer.status, 0) + 1
            is_page = path.count("/") == 4
            if answer.status != status or (is_page and status in (200, 301) and said != words):
                wrong.append((path, status, words, answer.status, said))
        searched = {
            code: "/aland-sea-day/" in ask(port, f"/{code}/search/?q={quote(word)}").text
            for code, word in SEARCHED.items()
        }
    print(f"\n{found}, {ready}, found by search: {searched}")
    assert wrong == []
    assert ready["ready"] is True
    assert all(searched.values())


def test_a_backup_of_it_put_back_is_the_same_portal_page_for_page(upgrade, tmp_path):
    restored = upgrade.new_system("restored")
    restored.does("restore", upgrade.now.backup(tmp_path))
    before, after = rows_of(upgrade.now), rows_of(restored)
    assert before.keys() == after.keys()
    for table in before.keys() - LEFT_OUT - AS_OFTEN_AS_LIKED - {"audit_entry"}:
        assert sorted(map(repr, before[table][1])) == sorted(map(repr, after[table][1])), table
    # what all migrations make at once is what the first release has become step by step
    assert set(upgrade.now.ask(SCHEMA)) ^ set(restored.ask(SCHEMA)) == set()
    with ThreadPoolExecutor() as side_by_side:
        pages, pages_again = side_by_side.map(System.pages, (upgrade.now, restored))
    print(f"\n{len(pages)} public addresses")
    assert len(pages) > 400
    assert pages_again == pages


def plain(html):
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())
