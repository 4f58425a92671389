"""The glossary from a table into the database."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from healthyboost.audit.models import Kind
from healthyboost.audit.noting import note_command
from healthyboost.glossary import table


class Command(BaseCommand):
    help = (
        "Loads the glossary from a table (CSV), by itself from locale/glossary.csv. New terms are "
        "added and what changed in the table is taken over; what people wrote in the portal stays, "
        "and where it differs from the table both are listed."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, nargs="?", default=None)
        # manage.py reads --data for every command; here it is only explained
        parser.add_argument("--data", metavar="DIR", help="folder of an embedded portal")

    def handle(self, *, file, verbosity, **options):
        path = file or table.table_path()
        try:
            with path.open(encoding="utf-8-sig", newline="") as opened:
                loaded = table.load(opened)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from None
        except table.Unreadable as error:
            raise CommandError("\n".join([*error.args, "Nothing was loaded."])) from None
        new, changed, differing = map(len, (loaded.new, loaded.changed, loaded.differing))
        if new or changed:
            note_command(Kind.LOADED, what="glossary", new=new, changed=changed)
        for identifier, column, ours, theirs in loaded.differing:
            self.stdout.write(
                f"{identifier}, {column}: the portal says “{ours}”, {path.name} “{theirs}”"
            )
        if verbosity:
            self.stdout.write(
                f"{new} new, {changed} changed, {differing} left as people wrote them"
            )
