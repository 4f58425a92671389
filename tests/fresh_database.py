"""A database for each process that runs tests: a copy of one that the migrations have made.

The migrations take ten seconds, a copy less than one. What is copied stays on the server for the next
run, until something has changed that may shape it.
"""

import hashlib
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from psycopg.sql import SQL, Identifier

ROOT = Path(__file__).parent.parent
PREFIX = "fresh_"
UNFINISHED = f"{PREFIX}unfinished"
KEPT = {"django_content_type", "auth_permission"}  # the same in each database
LOCK = 60_24  # held by who makes or copies: nobody copies what is half made, nobody makes it twice


def make_database(name):
    """The portal of this process uses it from now on."""
    fresh = PREFIX + digest_of_code()
    with server() as asked:
        asked.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        made = [found for (found,) in asked.execute("SELECT datname FROM pg_database")]
        if fresh not in made:
            for old in (found for found in made if found.startswith(PREFIX)):
                asked.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(old)))
            migrate(UNFINISHED)
            rename = SQL("ALTER DATABASE {} RENAME TO {}")
            asked.execute(rename.format(Identifier(UNFINISHED), Identifier(fresh)))
        copy = SQL("CREATE DATABASE {} TEMPLATE {}")
        asked.execute(copy.format(Identifier(name), Identifier(fresh)))
    use(name)


def drop_database(name):
    """Threads of tests may have left sessions open."""
    connection.close()
    with server() as asked:
        asked.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def empty_tables(_case):
    """After a test that commits. Django's `flush` empties all tables and sets up all triggers anew."""
    with connection.cursor() as cursor:
        present = set(connection.introspection.django_table_names(only_existing=True)) - KEPT
        asked = [
            SQL("(SELECT {} FROM {} LIMIT 1)").format(name, Identifier(name)) for name in present
        ]
        cursor.execute(SQL(" UNION ALL ").join(asked))
        if filled := [Identifier(name) for (name,) in cursor.fetchall()]:
            cursor.execute(SQL("TRUNCATE {} CASCADE").format(SQL(", ").join(filled)))


def digest_of_code():
    """Of all that may shape the database: our code, and the versions of that of others."""
    folders = {ROOT / name.split(".")[0] for name in settings.INSTALLED_APPS}
    files = [path for folder in folders for path in folder.rglob("*.py")]
    digest = hashlib.sha256()
    for path in sorted([ROOT / "uv.lock", *files]):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]


def migrate(name):
    from healthyboost.glossary.models import Term

    connection.settings_dict["TEST"]["NAME"] = name
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    Term.objects.all().delete()  # a test that needs the glossary loads it: glossary.table.load_file
    with connection.cursor() as cursor:  # which is emptied after tests that commit
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_guard_all")
    connection.close()


def use(name):
    connection.close()
    settings.DATABASES[connection.alias]["NAME"] = connection.settings_dict["NAME"] = name


@contextmanager
def server():
    params = connection.get_connection_params() | {"dbname": "postgres"}
    with psycopg.connect(**params, autocommit=True) as asked:
        yield asked
