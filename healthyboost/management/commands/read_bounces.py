"""Reads mails that came back: `read_bounces bounces.mbox`, `read_bounces Maildir/`, `… | read_bounces -`."""

import sys

from django.core.management.base import BaseCommand, CommandError

from healthyboost.mailing.bounces import mails_in, mails_of, read_bounces


class Command(BaseCommand):
    help = "Reads reports about mails that could not be delivered, and ends what cannot be reached."

    def add_arguments(self, parser):
        parser.add_argument("path", help="an mbox file, a Maildir or a mail; - reads the input")

    def handle(self, path, **options):
        try:
            mails = mails_of(sys.stdin.buffer) if path == "-" else mails_in(path)
            counts = read_bounces(mails)
        except (OSError, ValueError) as error:
            raise CommandError(error) from error
        self.stdout.write(
            ", ".join(f"{what}: {number}" for what, number in sorted(counts.items())) or "no mails"
        )
