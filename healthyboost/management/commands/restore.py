"""A backup put back, into an empty portal."""

import errno
import os
from contextlib import ExitStack
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from healthyboost.audit.models import Kind
from healthyboost.audit.noting import note_command
from healthyboost.backup.archive import Archive, BackupError
from healthyboost.backup.restoring import restore_backup
from healthyboost.database import check_server
from healthyboost.progress import Progress


class Command(BaseCommand):
    help = (
        "Puts an archive of backup into an empty portal, which must not run meanwhile. It is read "
        "whole first, and what is damaged is named. An archive of an earlier release is upgraded. "
        "If anything goes wrong, all is as it was before."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        add = parser.add_argument
        add("archive", type=Path)
        add("--overwrite", action="store_true", help="replace all that is there; it is lost")
        add("--check", action="store_true", help="only read the archive, and say if it is right")
        add(
            "--later",
            type=Path,
            metavar="ARCHIVE",
            help="a later archive: who has unsubscribed, was erased, or lost an account by then "
            "does not come back",
        )
        # manage.py reads --data for every command; here it is only explained
        add("--data", metavar="DIR", help="folder of an embedded portal")

    def handle(self, *, archive, overwrite, check, later, verbosity, **options):
        progress = Progress(self.stdout if verbosity else None)
        try:
            with ExitStack() as stack:
                archives = [stack.enter_context(Archive(path)) for path in (archive, later) if path]
                for each in archives:
                    each.check(lambda done, size: progress.tell("read", done, size))
                    progress.say(f"{each.path} is right, of {each.manifest['made_at']}")
                if check:
                    return
                check_server(connection)
                notes = restore_backup(
                    archives[0],
                    progress.say,
                    progress.tell,
                    overwrite,
                    later=archives[1] if later else None,
                )
                note_command(Kind.RESTORED, what="backup")
        except BackupError as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(
                f"{error.filename or archive}: {os.strerror(error.errno or errno.EIO)}. All is as it was."
            ) from None
        except DatabaseError as error:
            raise CommandError(
                f"The database refused: {str(error).strip().splitlines()[0]}. All is as it was."
            ) from None
        for each in notes:
            progress.say(each)
        progress.say("restored: start the portal and its background process")
