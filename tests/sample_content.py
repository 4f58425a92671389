"""The sample content in the database of the tests: loaded once by each process, then copied."""

import shutil
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from psycopg.sql import SQL, Identifier

from .fresh_database import KEPT

SAMPLE = Path(__file__).parent.parent / "healthyboost" / "sample"
CHANGES = "pagecache_change"  # nobody may see the same one twice


def load_sample():
    """Into a database whose tables are empty. Its rows have the same keys each time."""
    if not loaded().rows:
        call_command("load_content", SAMPLE, verbosity=0)
        loaded().take()
    else:
        loaded().put()


@cache
def loaded():
    return Loaded(Path(settings.MEDIA_ROOT).parent / "media-of-the-sample")


class Loaded:
    def __init__(self, folder):
        self.rows = {}  # {table: what COPY says of it}
        self.folder = folder  # of the files

    def take(self):
        tables = connection.introspection.django_table_names(only_existing=True)
        with connection.cursor() as cursor:
            for table in sorted({*tables} - KEPT - {CHANGES}):
                with cursor.copy(SQL("COPY {} TO STDOUT").format(Identifier(table))) as copy:
                    if content := b"".join(copy):
                        self.rows[table] = content
        shutil.copytree(settings.MEDIA_ROOT, self.folder)

    def put(self):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SET LOCAL session_replication_role = replica"
            )  # no triggers: all is there
            for table, content in self.rows.items():
                with cursor.copy(SQL("COPY {} FROM STDIN").format(Identifier(table))) as copy:
                    copy.write(content)
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
            cursor.execute("INSERT INTO pagecache_change DEFAULT VALUES")
            cursor.execute("NOTIFY pages")
        shutil.copytree(self.folder, settings.MEDIA_ROOT, dirs_exist_ok=True)
