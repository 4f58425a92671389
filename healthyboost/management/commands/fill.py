"""Made-up pages in every language, for load tests. Each run adds more; dumps include them."""

import random
from datetime import time, timedelta
from itertools import product

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from healthyboost.content.languages import column, language_codes, translated_fields
from healthyboost.content.models import Theme
from healthyboost.management.words import WORDS
from healthyboost.search.building import build
from news.models import Article, Event, EventSession, Issue, Item, Newsletter
from partners.models import Organisation, Partnership, Project
from pilots.models import Pilot

YEARS = 10  # back from now
KINDS = "articles", "organisations", "events", "issues"
SECTIONS, ITEMS = 6, 4  # of an issue of the newsletter, and of each section


class Command(BaseCommand):
    help = "Adds made-up public pages in all languages, to test the portal under load."

    def add_arguments(self, parser):
        add = parser.add_argument
        for kind in KINDS:
            add(f"--{kind}", type=int, default=0, metavar="N")
        # manage.py reads --data for every command; here it is only explained
        add("--data", metavar="DIR", help="folder of an embedded portal")

    def handle(self, *, verbosity, **options):
        numbers = {kind: options[kind] for kind in KINDS}
        if min(numbers.values()) < 0 or not any(numbers.values()):
            wanted = ", ".join(f"--{kind} N" for kind in KINDS)
            raise CommandError(f"Say how many: {wanted}.")
        with transaction.atomic():
            filling = Filling(self.say if verbosity else lambda words: None)
            filling.add_organisations(numbers["organisations"])
            if numbers["articles"] or numbers["events"] or numbers["issues"]:
                filling.add_what_others_need()
            filling.add_articles(numbers["articles"])
            filling.add_events(numbers["events"])
            filling.add_issues(numbers["issues"])
        build(self.say if verbosity else lambda words: None)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        if verbosity:
            added = ", ".join(f"{number} {kind}" for kind, number in numbers.items() if number)
            self.say(f"added: {added}")

    def say(self, words):
        self.stdout.write(f"  {words}")
        self.stdout.flush()


class Filling:
    def __init__(self, say):
        self.say, self.now = say, timezone.now()
        self.random = random.Random(Article._base_manager.count())  # the same on the same content
        self.sentences = {
            code: [" ".join(words) for words in product(*(words_of(code, part) for part in PARTS))]
            for code in language_codes()
        }

    def add_organisations(self, number):
        kinds = [kind for kind, _label in Organisation._meta.get_field("kind").flatchoices]

        def row(pk):
            return self.page(pk, "organisation", named=True) | {
                "kind": self.random.choice(kinds),
                "country": self.random.choice(["FI", "LV", "SE", "EE", "LT", "PL", "DE"]),
                "latitude": f"{self.random.uniform(54, 65):.4f}",
                "longitude": f"{self.random.uniform(10, 30):.4f}",
            }

        self.copy(Organisation, map(row, new_keys(Organisation, number)), number)

    def add_what_others_need(self):
        """Themes, organisations and pilots to choose from, where there are none."""
        if not Theme._base_manager.exists():
            for number in range(1, 9):
                Theme.objects.create(slug=f"theme-{number}", **named("theme", number, "name"))
        if not Organisation._base_manager.exists():
            self.add_organisations(20)
        if not Pilot._base_manager.exists():
            self.add_pilots(10)

    def add_pilots(self, number):
        project = Project._base_manager.first() or Project.objects.create(
            start=self.now.date() - timedelta(days=365 * YEARS),
            **self.public("project", 1),
            acronym="Sample",
            number="sample",
        )
        owners = Organisation._base_manager.order_by("id")[:number]
        for place, owner in enumerate(owners, 1):
            if not project.partnerships.filter(organisation=owner).exists():
                Partnership.objects.create(project=project, organisation=owner)
            pilot = self.public("pilot", place)
            Pilot.objects.create(project=project, organisation=owner, state="running", **pilot)

    def public(self, what, number):
        """The columns of a page that is made through its model."""
        text = {column("summary", code): self.words(code, 1) for code in language_codes()}
        published = {column("published_at", code): self.now for code in language_codes()}
        page = {"slug": f"sample-{what}-{number}", "source_language": settings.LANGUAGE_CODE}
        return page | named(what, number, "title") | text | published

    def add_articles(self, number):
        keys = new_keys(Article, number)
        themes, owners, pilots = map(keys_of, (Theme, Organisation, Pilot))

        def row(pk):
            return self.page(pk, "article") | {
                "organisation_id": self.random.choice(owners),
                "pilot_id": self.random.choice([None, None, *pilots]),
                "kind": self.random.choice(Article.Kind.values),
            }

        self.copy(Article, map(row, keys), number)
        self.add_themes(Article, keys, themes)

    def add_events(self, number):
        """With one to three sessions each, some of them still to come."""
        keys = new_keys(Event, number)
        themes, owners = keys_of(Theme), keys_of(Organisation)

        def row(pk):
            return self.page(pk, "event") | {
                "date": None,  # follows from the sessions
                "date_precision": "unknown",
                "organisation_id": self.random.choice(owners),
                "kind": self.random.choice(Event.Kind.values),
            }

        self.copy(Event, map(row, keys), number)
        of_events = [pk for pk in keys for _each in range(self.random.choice([1, 1, 1, 2, 3]))]

        def session(pk, event):
            days = self.random.randrange(-YEARS * 365, 365)
            return {
                "id": pk,
                "event_id": event,
                "start_date": self.now.date() + timedelta(days=days),
                "start_time": time(self.random.randrange(8, 18)),
            }

        sessions = zip(new_keys(EventSession, len(of_events)), of_events, strict=True)
        self.copy(EventSession, (session(pk, event) for pk, event in sessions))
        self.add_themes(Event, keys, themes)

    def add_issues(self, number):
        """Half of their items show articles, as long as there are any."""
        if not number:
            return
        keys, owners, articles = new_keys(Issue, number), keys_of(Organisation), keys_of(Article)
        newsletter = Newsletter.objects.first() or Newsletter.objects.create(
            slug="sample-newsletter", **named("newsletter", 1, "name")
        )

        def row(pk):
            own = {"newsletter_id": newsletter.pk, "number": str(pk)}
            return self.page(pk, "issue") | own | {"organisation_id": self.random.choice(owners)}

        def item(pk, issue, place):
            said = {"id": pk, "issue_id": issue, "position": place, "anchor": f"item-{place}"}
            if place % (ITEMS + 1) == 0:
                kind = Item.Kind.SECTION
            elif articles and self.random.random() < 0.5:
                return said | {"article_id": self.random.choice(articles)}
            else:
                kind = self.random.choice([Item.Kind.MEMBER_NEWS, Item.Kind.NEWS])
            for code in language_codes():
                said[column("title", code)] = self.words(code, 1).rstrip(".")
                if kind != Item.Kind.SECTION:
                    said[column("body", code)] = f"<p>{self.words(code, 4)}</p>"
            return said | {"kind": kind}

        self.copy(Issue, map(row, keys), number)
        places = list(product(keys, range(SECTIONS * (ITEMS + 1))))
        items = zip(new_keys(Item, len(places)), places, strict=True)
        self.copy(Item, (item(pk, *place) for pk, place in items))

    def add_themes(self, model, keys, themes):
        through, name = model.themes.through, model._meta.model_name
        pairs = (
            {"id": pair, f"{name}_id": pk, "theme_id": theme}
            for pair, pk, theme in self.pairs(through, keys, themes)
        )
        self.copy(through, pairs)

    def pairs(self, through, keys, themes):
        """One or two themes for each page."""
        chosen = [
            (pk, theme)
            for pk in keys
            for theme in self.random.sample(themes, min(len(themes), self.random.choice([1, 2])))
        ]
        return [
            (key, pk, theme)
            for key, (pk, theme) in zip(new_keys(through, len(chosen)), chosen, strict=True)
        ]

    def page(self, pk, what, named=False):
        """The columns that all content types have, public in every language."""
        minutes = self.random.randrange(1, YEARS * 365 * 24 * 60)
        moment = self.now.replace(second=0, microsecond=0) - timedelta(minutes=minutes)
        row = {
            "id": pk,
            "slug": f"sample-{what}-{pk}",
            "source_language": self.random.choice(language_codes()),
            "date": moment,
            "date_precision": "minute",
        }
        for code in language_codes():
            title = f"{words_of(code, what)} {pk}" if named else self.words(code, 1).rstrip(".")
            row[column("title", code)] = title
            row[column("summary", code)] = self.words(code, 2)
            row[column("body", code)] = self.body(code)
            row[column("published_at", code)] = moment
        return row

    def words(self, code, number):
        return " ".join(self.random.choices(self.sentences[code], k=number))

    def body(self, code):
        """Rich text in the form in which it is stored."""
        blocks = [f"<p>{self.words(code, 4)}</p>"]
        for heading in words_of(code, "heading"):
            blocks += [f"<h2>{heading}</h2>", *(f"<p>{self.words(code, 4)}</p>" for _each in "ab")]
        return "\n".join(blocks)

    def copy(self, model, rows, number=None):
        """COPY rows, each a dict by attribute; what a row does not say is as by default."""
        fields = [field for field in model._meta.concrete_fields if not field.generated]
        defaults = {
            field.attname: field.get_db_prep_save(field.get_default(), connection)
            for field in fields
        }
        # beside its columns by language a text has one for code that knows none
        own = [(name, column(name, settings.LANGUAGE_CODE)) for name in translated_fields(model)]
        names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
        with connection.cursor() as cursor:
            with cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as copy:
                for count, row in enumerate(rows, 1):
                    row = defaults | row
                    row |= {name: row[source] for name, source in own if row[source] is not None}
                    copy.write_row([row[field.attname] for field in fields])
                    if number and count % 2000 == 0:
                        self.say(f"{model._meta.verbose_name_plural}: {count} of {number}")


PARTS = "who", "what", "when"


def words_of(language, part):
    """A language without words of its own borrows those of English: this is for load tests."""
    return WORDS.get(language, WORDS["en"])[part]


def named(what, number, field):
    return {column(field, code): f"{words_of(code, what)} {number}" for code in language_codes()}


def keys_of(model):
    return list(model._base_manager.values_list("pk", flat=True))


def new_keys(model, number):
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [f'"{table}"', number],
        )
        return [key for (key,) in cursor.fetchall()]
