"""A backup: written under another name, read back whole, and only then given its name."""

import fcntl
import os
import re
import shutil
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils.crypto import salted_hmac

from healthyboost.media.orphans import file_fields, named_by_rows

from . import tables
from .archive import Archive, BackupError, Writer
from .files import copy_in, in_megabytes, media_files

NAME = "healthyboost-%Y%m%d-%H%M%S.zip"  # in UTC, so that they sort by age
OURS = re.compile(r"healthyboost-\d{8}-\d{6}\.zip")
UNFINISHED = ".part"
SHOWN = 50  # files that are named


def make_backup(folder, say, tell):
    """The path of the new archive. `say` gets sentences, `tell` how far it is."""
    folder, media = Path(folder).resolve(), Path(settings.MEDIA_ROOT).resolve()
    if folder.is_relative_to(media):
        raise BackupError(f"{folder} is in the media folder, which visitors read: choose another.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with the_only_one_in(folder):
        for leftover in folder.glob(f"healthyboost-*{UNFINISHED}"):
            leftover.unlink()
        path = new_name(folder)
        unfinished = path.with_name(path.name + UNFINISHED)
        try:
            write(unfinished, media, say, tell)
            with Archive(unfinished) as archive:
                archive.check(lambda done, size: tell("read back", done, size))
            unfinished.rename(path)
            sync(folder)
        finally:
            unfinished.unlink(missing_ok=True)
    return path


def forget_old(folder, keep, newest):
    """Remove all archives but the newest; their names."""
    others = [
        path for path in Path(folder).iterdir() if OURS.fullmatch(path.name) and path != newest
    ]
    old = sorted(others, reverse=True)[keep - 1 :]
    for path in old:
        path.unlink()
    return [path.name for path in old]


def write(path, media, say, tell):
    writer = Writer(path)
    try:
        facts, named = write_tables(writer, tell)
        rows = sum(table["rows"] for table in facts["tables"].values())
        say(f"{len(facts['tables'])} tables, {rows:,} rows")
        files = media_files(media)
        refuse_without_room(path.parent, sum(size for _name, size in files))
        size = sum(size for _name, size in files)
        notes = copy_in(writer, media, files, lambda done: tell("files", done, size))
        say(f"{len(files):,} files, {in_megabytes(size)}")
        missing = sorted(named - {name for name, _size in files})
        notes += [f"The file {name} is missing in {media}." for name in missing]
        for note in notes[:SHOWN]:
            say(note)
        if len(notes) > SHOWN:
            say(f"and {len(notes) - SHOWN} more files")
        writer.finish(facts | {"key": key_mark(), "missing": missing})
    except BaseException:
        writer.discard()
        raise


def write_tables(writer, tell):
    """All tables as they were at one moment; which files they name."""
    with connection.cursor() as cursor:
        found = tables.tables_of(cursor)
        if not tables.migrations_of(cursor):
            raise BackupError("There is no portal in this database: nothing was written.")
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        tables.hold_still(cursor, found)
        count = 0

        def tell_table(name):
            nonlocal count
            count += 1
            tell("tables", count, len(found))

        made_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        facts = {"made_at": made_at} | tables.dump(cursor, writer, found, tell_table)
        return facts, named_files()


def named_files():
    """None where the tables are those of another release: then only a restore would tell."""
    try:
        with transaction.atomic():
            return named_by_rows(file_fields())
    except DatabaseError:
        return set()


def key_mark():
    """Tells one SECRET_KEY from another, and nothing else about it."""
    return salted_hmac("healthyboost.backup", "key", algorithm="sha256").hexdigest()[:16]


@contextmanager
def the_only_one_in(folder):
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BackupError(f"Another backup is just being written to {folder}.") from None
    finally:
        os.close(handle)


def new_name(folder):
    """Two backups within a second are for tests, but none may take the place of another."""
    while (path := folder / datetime.now(UTC).strftime(NAME)).exists():
        time.sleep(0.1)
    return path


def refuse_without_room(folder, size):
    if size > (free := shutil.disk_usage(folder).free):
        raise BackupError(
            f"{folder} has no room for the media: {in_megabytes(size)} are needed, "
            f"{in_megabytes(free)} are free."
        )


def sync(folder):
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
