"""Database and media into one archive, while the portal runs."""

import errno
import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from healthyboost.audit.models import Kind
from healthyboost.audit.noting import note_command
from healthyboost.backup.archive import BackupError
from healthyboost.backup.files import in_megabytes
from healthyboost.backup.making import forget_old, make_backup
from healthyboost.database import check_server
from healthyboost.progress import Progress


class Command(BaseCommand):
    help = (
        "Writes database and media to one archive in a folder, reads it back whole, and keeps it "
        "only if it is right. The portal goes on meanwhile. restore reads it. Whoever has the "
        "archive has all personal data: only its owner may read the file; keep it safe."
    )

    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--keep", type=int, metavar="N", help="remove all archives there but the newest N"
        )
        # manage.py reads --data for every command; here it is only explained
        parser.add_argument("--data", metavar="DIR", help="folder of an embedded portal")

    def handle(self, *, folder, keep, verbosity, **options):
        if keep is not None and keep < 1:
            raise CommandError("--keep needs a number from 1: the new archive is one of them.")
        check_server(connection)
        progress = Progress(self.stdout if verbosity else None)
        try:
            path = make_backup(folder, progress.say, progress.tell)
            note_command(Kind.EXPORTED, what="backup", **({"kept": keep} if keep else {}))
            progress.say(f"read back: it is right, {in_megabytes(path.stat().st_size)}")
            old = forget_old(path.parent, keep, path) if keep else []
        except BackupError as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                reason = f"There is no room left in {folder}"
            else:
                reason = f"{error.filename or folder}: {os.strerror(error.errno or errno.EIO)}"
            raise CommandError(f"{reason}: no archive was made, older ones are kept.") from None
        except DatabaseError as error:
            raise CommandError(
                f"The database did not let itself be read: {str(error).strip().splitlines()[0]}. "
                "No archive was made, older ones are kept."
            ) from None
        if old:
            progress.say(f"removed: {', '.join(old)}")
        progress.say(str(path))
