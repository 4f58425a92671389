"""Content from a folder of YAML files into the database: all of it or none."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from healthyboost.audit.models import Kind
from healthyboost.audit.noting import note_command
from healthyboost.interchange.documents import Faults
from healthyboost.interchange.reading import read_folder
from healthyboost.interchange.writing import Refused, write
from healthyboost.search.finding import count_months


class Command(BaseCommand):
    help = (
        "Loads content from a folder, one YAML file an object, as dump_content writes it. An "
        "object that exists becomes what its file says; objects without a file stay as they are. "
        "If anything is wrong, all that is wrong is listed and nothing is written."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        # manage.py reads --data for every command; here it is only explained
        parser.add_argument("--data", metavar="DIR", help="folder of an embedded portal")

    def handle(self, *, folder, verbosity, **options):
        def say(words):
            if verbosity:
                self.stdout.write(f"  {words}")
                self.stdout.flush()

        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        faults = Faults()
        documents = read_folder(folder, faults, say)
        if not documents and not faults:
            raise CommandError(
                f"There is no content in {folder}: no file such as articles/walk.yaml."
            )
        say(f"{len(documents)} files read")
        try:
            write(documents, faults, say)
        except Refused:
            for fault in faults:
                self.stderr.write(fault)
            count = f"{len(faults)} faults" if len(faults) > 1 else "One fault"
            raise CommandError(f"{count}: nothing was written.") from None
        count_months()  # so that search offers their years at once
        new = sum(not document.before for document in documents)
        changed = sum(document.changed for document in documents) - new
        if new or changed:
            note_command(Kind.LOADED, what="folder", new=new, changed=changed)
        say(f"{new} new, {changed} changed, {len(documents) - new - changed} as they were")
