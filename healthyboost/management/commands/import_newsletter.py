"""Takes an old newsletter apart into the draft of an issue: `import_newsletter old.html --newsletter x`."""

import datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from healthyboost.audit.models import Kind
from healthyboost.audit.noting import note_command
from news.importing.flattening import Unreadable, decoded
from news.importing.people import KnownOrganisations
from news.importing.splitting import split
from news.importing.storing import choices_as_found, events_on_these_days, store
from news.models import Issue, Newsletter


class Command(BaseCommand):
    help = (
        "Takes an old newsletter (Markdown or HTML) apart into sections, items, events and people, "
        "and stores them as drafts that nobody sees before they are published. The screen “Bring an "
        "old newsletter in” of the admin does the same, with ticks for what to keep."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--newsletter", required=True, help="short name of the newsletter")
        parser.add_argument("--language", required=True, choices=list(dict(settings.LANGUAGES)))
        parser.add_argument("--title", default="", help="title of the issue")
        parser.add_argument("--number", default="", help="its number")
        parser.add_argument("--date", type=datetime.date.fromisoformat, help="day it came out")
        parser.add_argument(
            "--url", default="", help="where it stood, for links that are not whole"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what was found")

    def handle(self, *, file, newsletter, language, title, number, date, url, dry_run, **options):
        of = Newsletter.objects.filter(slug=newsletter).first()
        if not of:
            known = ", ".join(Newsletter.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no newsletter “{newsletter}”. There are: {known}.")
        if number and Issue.objects.filter(newsletter=of, number=number).exists():
            raise CommandError(f"There is already an issue {number} of {newsletter}.")
        try:
            text = decoded(file.read_bytes())
            found = split(text, language, KnownOrganisations(of.publisher), date, url, title)
        except (OSError, Unreadable) as error:
            raise CommandError(str(error)) from error
        found.title = found.title or title or file.stem
        choices = choices_as_found(found, events_on_these_days(found.rows))
        self.say(found, choices)
        if dry_run:
            return
        issue = store(found, choices, of, language, came_out=date, number=number)
        note_command(Kind.LOADED, issue, what="newsletter")
        self.stdout.write(f"Stored as a draft: {issue.slug}, {issue.items.count()} items.")

    def say(self, found, choices):
        self.stdout.write(found.title)
        for choice in choices:
            row = choice.row
            self.stdout.write(f"{'  ' * row.level}[{choice.kind}] {row.title}")
            lines = [f"event: {choice.event}"] if choice.event else []
            lines += [f"organisation: {slug}" for slug in choice.members]
            lines += [f"person: {person.words}" for person in choice.people]
            for line in [*lines, *row.notes]:
                self.stdout.write(f"{'  ' * row.level}    {line}")
        for note in found.notes:
            self.stdout.write(note)
