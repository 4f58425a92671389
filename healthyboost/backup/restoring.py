"""A backup put back: into an empty system, all of it or nothing.

Before anything is touched the archive has been read whole. Then the media are unpacked beside the old
ones, and in one transaction the tables are dropped, made by the migrations that the archive had, filled,
and migrated on to this release. The media take their place just before that transaction ends.
"""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from healthyboost.accounts.models import User
from healthyboost.content.models import content_models
from healthyboost.mailing.models import Mailing, Subscriber
from healthyboost.media.models import Picture
from healthyboost.search.models import Touched

from . import tables
from .archive import BackupError
from .files import Staged, media_files
from .later import NOT_KNOWN, Known
from .making import key_mark


def restore_backup(archive, say, tell, overwrite=False, later=None):
    """Sentences about what has to be known. `later` is an archive whose lists of people are believed."""
    media = Path(settings.MEDIA_ROOT).resolve()
    targets = targets_of(archive)
    known = later and Known(archive, later)
    with connection.cursor() as cursor:
        refuse_company(cursor)
        refuse_foreign_tables(cursor, targets)
        if not overwrite:
            refuse_content(cursor, media)
    staged = Staged(media)
    try:
        staged.unpack(archive, lambda done, size: tell("files", done, size))
        say(f"{len(archive.media):,} files unpacked")
        with transaction.atomic(durable=True):
            put_tables(archive, targets, say, tell)
            notes = settle(archive, known)
            staged.put_in_place()
    except BaseException:
        staged.put_back()
        staged.clear()
        raise
    if left := staged.cleared():
        notes.append(f"{left}, the media that were replaced, cannot be removed: remove it.")
    return notes


# What is refused


def targets_of(archive):
    """[(app, name)] of the last migration of each app that had been applied."""
    applied = {tuple(pair) for pair in archive.manifest["migrations"]}
    graph = MigrationExecutor(connection).loader.graph
    if unknown := sorted(".".join(each) for each in applied - graph.nodes.keys()):
        raise BackupError(
            "The archive is of another release of the portal: this one does not know the migration "
            f"{unknown[0]}. Restore it with the release that made it or a later one; there it can "
            "be upgraded."
        )
    for each in applied:
        if missing := [
            parent for parent in graph.node_map[each].parents if parent.key not in applied
        ]:
            raise BackupError(
                f"The archive is of an unfinished upgrade: it has the migration {'.'.join(each)} "
                f"without {'.'.join(missing[0].key)}."
            )
    followed = {
        parent.key
        for each in applied
        for parent in graph.node_map[each].parents
        if parent.key[0] == each[0]
    }
    return sorted(applied - followed)


def refuse_company(cursor):
    cursor.execute(
        "SELECT coalesce(nullif(application_name, ''), 'process ' || pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend' ORDER BY 1"
    )
    if others := [name for (name,) in cursor.fetchall()]:
        raise BackupError(
            f"Others use this database ({', '.join(others[:5])}): stop the portal and its background "
            "process first. They would go on showing what was there before."
        )


def refuse_foreign_tables(cursor, targets):
    """All tables are dropped: none may be there that no migration makes again."""
    foreign = tables.tables_of(cursor).keys() - tables_in(apps)
    if foreign:  # or of an earlier release
        foreign -= tables_in(MigrationExecutor(connection).loader.project_state(targets).apps)
    if foreign:
        raise BackupError(
            f"The database has tables that are not the portal's ({', '.join(sorted(foreign)[:5])}): give the "
            "portal a database of its own."
        )


def tables_in(apps):
    return {model._meta.db_table for model in apps.get_models(include_auto_created=True)}


def refuse_content(cursor, media):
    """The tables may be those of another release, so they are asked without models."""
    there = tables.tables_of(cursor)
    found = []
    for model in (User, *content_models(), Picture, Subscriber):
        if model._meta.db_table in there:
            cursor.execute(f"SELECT count(*) FROM {tables.quoted(model._meta.db_table)}")
            if count := cursor.fetchone()[0]:
                found.append(f"{model._meta.db_table}: {count:,} rows")
    if count := len(media_files(media)):
        found.append(f"{media}: {count:,} files")
    if found:
        raise BackupError(
            f"This portal is not empty ({'; '.join(found)}). Nothing was changed. To have all of "
            "it replaced back it up and add --overwrite; with --later and that backup, who has "
            "unsubscribed since does not come back."
        )


# What is done


def put_tables(archive, targets, say, tell):
    count = 0

    def tell_table(name):
        nonlocal count
        count += 1
        tell("tables", count, len(archive.tables))

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        # In one transaction a table with checks that wait could not be altered by the next migration.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        tables.drop_all(cursor)
        MigrationExecutor(connection).migrate(targets)
        say("tables made as they were in the archive")
        left_out = tables.load(cursor, archive, tell_table)
        rows = sum(table["rows"] for table in archive.tables.values())
        say(
            f"{len(archive.tables) - len(left_out)} tables, {rows:,} rows, compared with the archive"
        )
        for name in left_out:
            say(f"left out, since no migration makes it: the table {name}")
        ContentType.objects.clear_cache()
        upgrade(cursor, archive, say)
        cursor.execute("ANALYZE")


def upgrade(cursor, archive, say):
    """To this release; the triggers of this release are set in any case."""
    call_command("migrate", verbosity=0, interactive=False)
    number = len(tables.migrations_of(cursor)) - len(archive.manifest["migrations"])
    if number:
        say(f"upgraded by migrations: {number}")
        for model in content_models():  # nothing has noted which texts they changed
            kind = ContentType.objects.get_for_model(model)
            Touched.objects.bulk_create(
                Touched(content_type=kind, object_id=pk)
                for pk in model._base_manager.values_list("pk", flat=True)
            )


def settle(archive, known):
    """What must not go on as if no time had passed; sentences about it."""
    notes = []
    stopped = Mailing.objects.filter(state=Mailing.State.SENDING)
    if count := stopped.update(state=Mailing.State.PAUSED, trouble=""):
        notes.append(
            f"Newsletters that were being sent: {count}. They are paused: some subscribers may "
            "have got them after the backup."
        )
    notes += known.follow() if known else [NOT_KNOWN]
    if archive.manifest["key"] != key_mark():
        notes.append(
            "This portal has another SECRET_KEY than that of the backup. What was signed or encrypted "
            "with the other one is void: links in mails that were sent, second factors, the list of "
            "addresses that get no mail. Set the old key, if you have it."
        )
    return notes
