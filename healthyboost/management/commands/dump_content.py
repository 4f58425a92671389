"""All content into a folder of YAML files. What nobody has published from a Draft stays behind."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from healthyboost.audit.models import Kind
from healthyboost.audit.noting import note_command
from healthyboost.interchange.dumping import dump
from healthyboost.interchange.shapes import folder_name, models_with_files


class Command(BaseCommand):
    help = (
        "Writes all content to a folder, one YAML file an object, with the media files beside "
        "them. load_content reads it. Drafts, accounts and settings are not in it."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--force",
            action="store_true",
            help="write into a folder that is not empty, in place of an earlier dump",
        )
        # manage.py reads --data for every command; here it is only explained
        parser.add_argument("--data", metavar="DIR", help="folder of an embedded portal")

    def handle(self, *, folder, force, verbosity, **options):
        def say(words):
            if verbosity:
                self.stdout.write(f"  {words}")
                self.stdout.flush()

        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()) and not force:
                raise CommandError(
                    f"The folder {folder} is not empty: choose another, or add --force."
                )
            for model in models_with_files():
                for path in folder.glob(f"{folder_name(model)}/*.yaml"):
                    path.unlink()
            count = dump(folder, say)
            note_command(Kind.EXPORTED, what="content")
        except OSError as error:
            raise CommandError(f"{error.filename or folder}: {error.strerror}.") from None
        say(f"{count} objects written to {folder}")
