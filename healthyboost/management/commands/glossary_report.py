"""Where a translation does not call a thing what the glossary calls it."""

import csv
from collections import defaultdict

from django.core.management.base import BaseCommand
from django.utils.translation import override

from healthyboost.content.hanging import prose_lookups
from healthyboost.content.models import content_models
from healthyboost.glossary.models import Term, Use
from healthyboost.glossary.uses import uses_in

DRIFTING = (Use.Kind.AVOID, Use.Kind.NONE)
AT_ONCE = 200  # pages in memory


class Command(BaseCommand):
    help = (
        "Lists translations whose original says a term of the glossary while they do not call it "
        "what the glossary calls it. A finding is a question, not yet a fault: a good translation "
        "may say the thing otherwise."
    )

    def add_arguments(self, parser):
        parser.add_argument("--csv", action="store_true", help="one line a finding, for a table")
        # manage.py reads --data for every command; here it is only explained
        parser.add_argument("--data", metavar="DIR", help="folder of an embedded portal")

    def handle(self, **options):
        addresses, texts = defaultdict(list), 0
        for page, found in self.pages():
            texts += len({use.language for use in found})
            for use in found:
                if use.kind in DRIFTING:
                    with override(use.language):
                        addresses[use.term, use.language].append(page.get_absolute_url())
        found = sorted(
            addresses.items(), key=lambda each: (-len(each[1]), each[0][0].identifier, each[0][1])
        )
        self.write_table(found) if options["csv"] else self.write_list(found, texts)

    def pages(self):
        """(page, its Uses with their terms)"""
        terms = Term.objects.in_bulk()
        for model in content_models():
            pages = model._base_manager.order_by("pk").prefetch_related(*prose_lookups(model))
            for page in pages.iterator(AT_ONCE):
                found = list(uses_in(page))
                for use in found:
                    use.term = terms[use.term_id]
                yield page, found

    def write_table(self, found):
        table = csv.writer(self.stdout, lineterminator="\n")
        table.writerow(["term", "language", "wanted", "address", "note"])
        for (term, language), places in found:
            for address in places:
                row = (term.identifier, language, wanted(term, language), address, term.note)
                table.writerow(row)

    def write_list(self, found, texts):
        for (term, language), places in found:
            self.stdout.write(
                f"{len(places)} × {language} {wanted(term, language)}: {term.preferred_en}"
            )
            if term.note:
                self.stdout.write(f"    note: {term.note}")
            for address in places:
                self.stdout.write(f"    {address}")
        total = sum(len(places) for _key, places in found)
        self.stdout.write(
            f"{total} findings in {texts} translations, {len(found)} terms and languages"
        )


def wanted(term, language):
    return " / ".join(term.said("preferred", language))
