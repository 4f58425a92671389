"""A whole portal saved and put back by the commands, each in a process of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from itertools import count
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from healthyboost.backup.archive import Archive
from healthyboost.embedded import running

from .filled_portal import fill
from .test_backup import change_manifest, contents, rewrite

pytestmark = pytest.mark.long
BASE_DIR = Path(__file__).resolve().parent.parent
SAMPLE = "healthyboost/sample"
numbers = count(1)
# What triggers, sequences and jobs do to a portal in its life.
LIFE = """
from django.core.management import call_command
from django.utils import timezone
from tests.factories import make_user
from healthyboost.content.models import Draft
from healthyboost.mailing.models import Mailing, Subscriber
from healthyboost.search.indexing import catch_up
from news.models import Article, Event, Issue
for article in Article.objects.order_by("pk")[:3]:
    article.slug += "-moved"
    article.title_en = "Ā new\\ttitle \\\\ of\\nit"
    article.save()
Article.objects.order_by("pk").last().delete()
for event in Event.objects.all():
    event.venue_en = "Elsewhere"
    event.save()
draft = Draft.of(article, "en"); draft.fields = {"title": "Draft"}; draft.save()
make_user("coordinator", username="anna"); make_user("editor", username="berta")
for name in "anna", "berta", "ciara":
    Subscriber.objects.create(email=f"{name}@example.org", language="en", state="confirmed")
from django.contrib.contenttypes.models import ContentType
issue = Issue.objects.first()
Mailing.objects.create(content_type=ContentType.objects.get_for_model(issue), object_id=issue.pk, title="Sea")
while catch_up(): pass
"""
# Made anew by what follows a restore, or noted by `migrate` for the background process.
AS_OFTEN_AS_LIKED = {"translation_touched", "mailing_mailing"}


class System(NamedTuple):
    """A database and a folder of uploads; the commands that run on them."""

    url: str
    media: Path

    def python(self, *words, **variables):
        return subprocess.run(
            [sys.executable, *words],
            cwd=BASE_DIR,
            env={name: value for name, value in os.environ.items() if not name.startswith("PG")}
            | {"DATABASE_URL": self.url, "MEDIA_ROOT": str(self.media), "DEBUG": "1"}
            | {"SITE_ADDRESS": "http://testserver", "ALLOWED_HOSTS": "testserver"}
            | variables,
            capture_output=True,
            text=True,
        )

    def manage(self, *words, **variables):
        return self.python("manage.py", *map(str, words), **variables)

    def does(self, *words, **variables):
        """The command must succeed; what it printed."""
        done = self.manage(*words, **variables)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refuses(self, *words, **variables):
        """The command must end with one sentence; that sentence."""
        done = self.manage(*words, **variables)
        assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
        assert done.stderr.startswith("CommandError: ")
        return done.stderr

    def ask(self, question):
        with psycopg.connect(self.url) as connection:
            return connection.execute(question).fetchall()

    def pages(self):
        done = self.python("-m", "tests.page_digests")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def backup(self, folder):
        self.does("backup", folder)
        return max(folder.glob("*.zip"))


@pytest.fixture(scope="module")
def filled():
    """The folder of a portal with the sample content."""
    with tempfile.TemporaryDirectory(prefix="healthyboost-") as name:
        os.chmod(name, 0o755)
        fill(name)
        yield Path(name)


@pytest.fixture(scope="module")
def server(filled):
    with running(filled, fsync=False) as url:
        yield url


@pytest.fixture(scope="module")
def new_system(server, tmp_path_factory):
    """A function that makes an empty one, or one with the rows of another."""

    def make(like=None):
        name = f"system{next(numbers)}"
        template = like.url.split("@/")[1].split("?")[0] if like else "template1"
        with psycopg.connect(server, dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return System(server.replace("/healthyboost?", f"/{name}?"), tmp_path_factory.mktemp(name))

    return make


@pytest.fixture(scope="module")
def old(server, filled, new_system):
    """A portal with the sample content and a life behind it."""
    system = new_system(like=System(server, filled / "media"))
    shutil.copytree(filled / "media", system.media, dirs_exist_ok=True)
    system.does("shell", "-v0", "-c", LIFE)
    return system


@pytest.fixture(scope="module")
def archive(old, tmp_path_factory):
    return old.backup(tmp_path_factory.mktemp("backups"))


@pytest.fixture(scope="module")
def restored(archive, new_system):
    """The portal after `restore`, and what the command said."""
    system = new_system()
    return system, system.does("restore", archive)


def parts(archive):
    with Archive(archive) as opened:
        return opened.parts


def test_every_row_every_file_and_every_public_page_is_the_same_afterwards(
    old, archive, restored, tmp_path
):
    new, said = restored
    assert "Newsletters that were being sent: 1. They are paused" in said
    assert "do it once more" in said  # who was erased since
    before, after = parts(archive), parts(new.backup(tmp_path))
    # that it was restored stands in the log
    same = {f"database/{name}.copy" for name in (*AS_OFTEN_AS_LIKED, "audit_entry")}
    assert {name for name in before if before[name] != after.get(name)} <= same
    assert before.keys() == after.keys()
    pages = old.pages()
    assert len(pages) > 300
    assert new.pages() == pages


def test_the_restored_portal_goes_on(archive, restored):
    new, _said = restored
    ((last,),) = new.ask("SELECT max(id) FROM news_article")
    made = "from tests.factories import make_article; print(make_article(slug='new').pk)"
    assert int(new.does("shell", "-v0", "-c", made)) > last + 1000
    assert new.ask("SELECT state FROM mailing_mailing") == [("paused",)]
    assert new.ask("SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'") == [(0,)]
    # the triggers of a migration and those that follow each migrate
    new.ask("UPDATE news_article SET slug = 'newer' WHERE slug = 'new' RETURNING id")
    assert new.ask("SELECT count(*) FROM content_formerslug WHERE slug = 'new'") == [(1,)]
    assert "not empty" in new.refuses("restore", archive)


def test_a_portal_that_is_not_empty_is_replaced_only_on_demand(old, archive, new_system):
    new = new_system(like=old)
    (new.media / "mine.txt").write_text("mine")
    new.ask("UPDATE news_article SET title_en = 'Mine' RETURNING id")
    assert "Nothing was changed" in new.refuses("restore", archive)
    assert contents(new.media) == {"mine.txt": "mine"}
    said = new.does("restore", archive, "--overwrite", SECRET_KEY="another" * 10)
    assert "another SECRET_KEY" in said
    assert new.ask("SELECT count(*) FROM news_article WHERE title_en = 'Mine'") == [(0,)]
    assert not (new.media / "mine.txt").exists()


def test_nothing_is_touched_when_an_archive_is_damaged(archive, new_system, tmp_path):
    def damage(named):
        name = next(name for name in named if name.startswith("media/"))
        named[name] = b"damaged"

    new, damaged = new_system(), tmp_path / "damaged.zip"
    damaged.write_bytes(archive.read_bytes())
    sentence = new.refuses("restore", rewrite(damaged, damage))
    assert "is damaged:\n  the file " in sentence
    assert new.ask("SELECT count(*) FROM pg_class WHERE relname = 'django_migrations'") == [(0,)]
    assert not list(new.media.iterdir())


def test_all_is_as_it_was_when_the_database_refuses_a_row(old, archive, new_system, tmp_path):
    """The archive is whole, and its rows name others that are not there."""
    wrong = tmp_path / "wrong.zip"
    wrong.write_bytes(archive.read_bytes())

    def empty(manifest):
        manifest["tables"]["partners_organisation"]["rows"] = 0
        manifest["parts"]["database/partners_organisation.copy"] |= {
            "size": 0,
            "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        }

    rewrite(wrong, lambda named: named.update({"database/partners_organisation.copy": b""}))
    change_manifest(wrong, empty)
    new = new_system(like=old)
    (new.media / "mine.txt").write_text("mine")
    before = new.ask("SELECT title_en, xmin FROM news_article ORDER BY id")
    assert "All is as it was" in new.refuses("restore", wrong, "--overwrite")
    assert new.ask("SELECT title_en, xmin FROM news_article ORDER BY id") == before
    assert contents(new.media) == {"mine.txt": "mine"}


def test_a_running_portal_and_a_database_of_others_are_left_alone(archive, new_system):
    new = new_system()
    with psycopg.connect(new.url, application_name="portal"):
        assert "Others use this database (portal)" in new.refuses("restore", archive)
    with psycopg.connect(new.url) as others:
        others.execute("CREATE TABLE recipes AS SELECT 1 AS id")
    assert "not the portal's (recipes)" in new.refuses("restore", archive, "--overwrite")
    assert new.ask("SELECT id FROM recipes") == [(1,)]


def test_an_archive_of_a_later_release_names_what_is_not_known(archive, new_system, tmp_path):
    later = tmp_path / "later.zip"
    later.write_bytes(archive.read_bytes())
    change_manifest(later, lambda facts: facts["migrations"].append(["news", "0999_tomorrow"]))
    assert "news.0999_tomorrow" in new_system().refuses("restore", later)


EARLIER = """
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
plan = [each for each, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes())]
names = [(each.app_label, each.name) for each in plan]
first = [name for name in names[: names.index(("news", "0003_events"))]]
last = {app: (app, name) for app, name in first}
executor.migrate(list(last.values()))
apps = executor.loader.project_state(list(last.values())).apps
city = apps.get_model("partners", "Organisation").objects.create(slug="riga", kind="city",
    title="Riga", title_en="Riga", summary_en="A city.", source_language="en",
    published_at_en="2024-01-01T00:00:00Z")
apps.get_model("news", "Article").objects.create(slug="walk", title="Walk", title_en="A walk",
    summary_en="By the sea.", source_language="en", organisation=city, kind="news",
    published_at_en="2024-01-01T00:00:00Z")
"""
LOOK = """
from django.test import Client
from healthyboost.search.indexing import catch_up
while catch_up(): pass
page, found = (Client().get(path) for path in ("/en/news/walk/", "/en/search/?q=walks"))
print(page.status_code, "/en/news/walk/" in found.text)
"""


def test_an_archive_of_an_earlier_release_is_upgraded(new_system, tmp_path):
    first = new_system()
    first.does("shell", "-v0", "-c", EARLIER)
    assert first.ask("SELECT to_regclass('news_event')") == [(None,)]
    new = new_system()
    assert "upgraded by" in new.does("restore", first.backup(tmp_path))
    assert new.does("migrate", "--check") == ""
    assert new.does("shell", "-v0", "-c", LOOK).split() == ["200", "True"]


def test_who_has_gone_since_does_not_come_back(old, archive, new_system, tmp_path):
    since = new_system(like=old)
    since.does(
        "shell",
        "-v0",
        "-c",
        """
from healthyboost.accounts.models import User
from healthyboost.mailing.models import Subscriber
from healthyboost.mailing.subscribing import erase, unsubscribe
erase(Subscriber.objects.get(email="anna@example.org"))
unsubscribe(Subscriber.objects.get(email="berta@example.org"))
User.objects.filter(username="anna").update(is_active=False)
""",
    )
    later, new = since.backup(tmp_path), new_system()
    assert "is not later than" in new.refuses("restore", later, "--later", archive)
    said = new.does("restore", archive, "--later", later)
    assert "Subscriptions that had ended by the later archive: 2." in said
    assert "Accounts closed by the later archive: anna." in said
    assert new.ask("SELECT email, state FROM mailing_subscriber ORDER BY email") == [
        ("berta@example.org", "unsubscribed"),
        ("ciara@example.org", "confirmed"),
    ]
    assert new.ask("SELECT reason FROM mailing_suppression") == [("erased",)]
    users = dict(new.ask("SELECT username, is_active FROM accounts_user"))
    assert (users["anna"], users["berta"]) == (False, True)


def test_a_backup_is_of_one_moment_while_others_write(old, new_system, tmp_path):
    """Each writer adds a row to a table that is read early and one to a table that is read late."""
    system = new_system(like=old)
    add = (
        "WITH one AS (INSERT INTO accounts_user (username, password, is_superuser, first_name, "
        "last_name, email, is_staff, is_active, date_joined, language, wants_mail) SELECT "
        "'user' || n, '', false, '', '', '', false, true, now(), 'en', false "
        "FROM generate_series({0}, {0}) n) "
        "INSERT INTO translation_touched (content_type_id, object_id) "
        "SELECT min(id), -1 FROM django_content_type"
    )
    with subprocess.Popen(
        [sys.executable, "manage.py", "backup", str(tmp_path)],
        cwd=BASE_DIR,
        env=os.environ
        | {"DATABASE_URL": system.url, "MEDIA_ROOT": str(system.media), "DEBUG": "1"},
        stdout=subprocess.DEVNULL,
    ) as backup:
        with psycopg.connect(system.url, autocommit=True) as writer:
            for number in count():
                if backup.poll() is not None:
                    break
                writer.execute(add.format(number))
                time.sleep(0.001)
    assert backup.returncode == 0
    with zipfile.ZipFile(max(tmp_path.glob("*.zip"))) as made:
        users = made.read("database/accounts_user.copy").count(b"\tuser")
        touched = made.read("database/translation_touched.copy").count(b"\t-1")
    assert 0 < users == touched < number
