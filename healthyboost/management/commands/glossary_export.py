"""The glossary from the database as a table, for git."""

from io import StringIO
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from healthyboost.glossary import table


class Command(BaseCommand):
    help = "Writes the glossary as a table (CSV), by itself into locale/glossary.csv; - for the screen."

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", default=None)
        # manage.py reads --data for every command; here it is only explained
        parser.add_argument("--data", metavar="DIR", help="folder of an embedded portal")

    def handle(self, *, file, **options):
        written = StringIO()
        table.write(written)
        if file == "-":
            self.stdout.write(written.getvalue(), ending="")
            return
        path = Path(file) if file else table.table_path()
        try:
            path.write_text(written.getvalue(), encoding="utf-8", newline="")
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from None
        self.stdout.write(f"{path.name} written")
