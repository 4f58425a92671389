"""Where a translation does not call a thing what the glossary calls it."""

import csv
import html
import re
from collections import defaultdict

from django.core.management.base import BaseCommand
from django.utils.translation import override

from healthyboost.content.languages import language_codes
from healthyboost.content.models import content_models
from healthyboost.translation.terms import drift

TAG = re.compile(r"<[^>]+>")


class Command(BaseCommand):
    help = (
        "Lists texts whose English version uses a term of locale/glossary.csv while another "
        "language does not use its term for it. A finding is a question, not yet a fault: a good "
        "translation may say the thing otherwise."
    )

    def add_arguments(self, parser):
        parser.add_argument("--csv", action="store_true", help="one line a finding, for a table")
        # manage.py reads --data for every command; here it is only explained
        parser.add_argument("--data", metavar="DIR", help="folder of an embedded portal")

    def handle(self, **options):
        addresses, count = defaultdict(list), 0
        for page in (page for model in content_models() for page in model.objects.order_by("pk")):
            texts = texts_of(page)
            count += len(texts)
            for each in drift(texts):
                with override(each.language):
                    addresses[each].append(page.get_absolute_url())
        found = sorted(addresses.items(), key=lambda pair: (-len(pair[1]), pair[0].term.id))
        self.write_table(found) if options["csv"] else self.write_list(found, count)

    def write_table(self, found):
        table = csv.writer(self.stdout, lineterminator="\n")
        table.writerow(["term", "language", "wanted", "address", "note"])
        for each, places in found:
            for address in places:
                row = (
                    each.term.wordings["en"][0],
                    each.language,
                    each.wanted,
                    address,
                    each.term.note,
                )
                table.writerow(row)

    def write_list(self, found, count):
        for each, places in found:
            term = each.term
            self.stdout.write(
                f"{len(places)} × {each.language} {each.wanted}: {term.wordings['en'][0]}"
            )
            if term.note:
                self.stdout.write(f"    note: {term.note}")
            for address in places:
                self.stdout.write(f"    {address}")
        total = sum(len(places) for each, places in found)
        self.stdout.write(f"{total} findings in {count} texts, {len(found)} terms and languages")


def texts_of(page):
    """{language: all that an object says in it} of the languages that it has a text in."""
    texts = {}
    for code in language_codes():
        version = page.in_language(code)
        if version.title:
            words = "\n".join(str(getattr(version, name)) for name in page.text_fields)
            texts[code] = html.unescape(TAG.sub(" ", words))
    return texts
