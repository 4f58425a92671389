"""Brings the tables up to date, as Django's own, and takes the interface strings of the release in.

The first process of a release would do that as it starts, and answer two seconds later.
"""

from django.core.management.commands import migrate

from healthyboost.wordings.catalogues import take_in_release


class Command(migrate.Command):
    def handle(self, *args, **options):
        super().handle(*args, **options)
        is_whole = not options["app_label"] and not options["plan"]
        is_for_tests = options["run_syncdb"]  # each of them takes in what it is about
        if is_whole and not is_for_tests and not options["check_unapplied"]:
            if take_in_release() and options["verbosity"]:
                self.stdout.write("The interface strings of this release are taken in.")
