"""The search index made anew, while the portal runs: page after page is replaced."""

from django.core.management.base import BaseCommand

from healthyboost.search.building import build


class Command(BaseCommand):
    help = "Makes the search index anew. Search goes on meanwhile."

    def handle(self, *, verbosity, **options):
        build(self.say if verbosity else lambda words: None)

    def say(self, words):
        self.stdout.write(f"  {words}")
        self.stdout.flush()
