"""What there is to translate into a language: pages and strings of the interface in one list, ranked.

Queue(user, language, asked) is that of one person, filtered by a query string.
"""

from functools import reduce
from operator import or_
from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.functional import cached_property

from healthyboost.accounts.rights import organisations_of
from healthyboost.content.languages import (
    in_any_language,
    language_codes,
    translated_fields,
)
from healthyboost.content.models import Content, Draft
from healthyboost.search.for_editors import says

from .ranking import ORDERS, rank_of_string, rank_sql, wanted_sql
from .reach import Sums, reach, strings_for
from .standing import Standing
from .touching import counted_models

PAGE_SIZE = 40
STRINGS = "strings"  # the kind of what is no page
State = Standing.State
STATES = (*Standing.TO_DO, State.MINOR, State.NOT_NEEDED)
COLUMNS = (
    "content_type_id",
    "object_id",
    "state",
    "source_language",
    "changed",
    "total",
    "words",
    "since",
    "public_from",
    "public_until",
    "organisation_id",
    "has_draft",
)


class Place(NamedTuple):
    """Where in the order the next page of the queue begins: behind this one."""

    rank: int
    kind: int  # a content type; 0: strings
    number: int

    def __str__(self):
        return "~".join(map(str, self))

    @classmethod
    def read(cls, text):
        """None for what is no place."""
        parts = text.split("~")
        is_number = [part.removeprefix("-").isdecimal() and len(part) < 18 for part in parts]
        return cls(*map(int, parts)) if len(parts) == 3 and all(is_number) else None

    @property
    def order(self):
        return -self.rank, self.kind, self.number


class Listed(NamedTuple):
    """A page, or a row that is no page, with what its Standing and its readers say."""

    place: Place
    visits: int
    requests: int
    standing: dict


class ListedString(NamedTuple):
    place: Place
    string: object


class Queue:
    """`asked` is a query string as a dict; nonsense in it asks nothing. `since`: only what is newer."""

    def __init__(self, user, language, asked, since=None):
        self.user, self.language, self.asked = user, language, asked
        self.since, self.now = since, timezone.now()

    def choice(self, name, choices):
        asked = self.asked.get(name, "")
        return asked if asked in choices else ""

    def number(self, name):
        text = self.asked.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None

    @cached_property
    def kinds(self):
        """{label: content type} of what she may filter by."""
        models = counted_models()
        kinds = ContentType.objects.get_for_models(*models)
        return {model._meta.label_lower: kinds[model] for model in models}

    @cached_property
    def kind(self):
        return self.choice("kind", [STRINGS, *self.kinds])

    @cached_property
    def state(self):
        return self.choice("state", STATES)

    @cached_property
    def source(self):
        return self.choice("source", [code for code in language_codes() if code != self.language])

    @cached_property
    def work(self):
        return self.choice("work", ("mine", "progress", "free"))

    @cached_property
    def original(self):
        """Which originals: "" those that visitors can read, "coming" those not yet public, "all"."""
        return self.choice("original", ("coming", "all"))

    @cached_property
    def order(self):
        return self.choice("order", ORDERS) or ORDERS[0]

    @cached_property
    def words(self):
        return self.asked.get("q", "").strip()[:200]

    @cached_property
    def is_filtered(self):
        return any(
            value
            for name, value in self.asked.items()
            if name not in ("after", "order", "language")
        )

    # What is in it

    @cached_property
    def standings(self):
        """Of pages, unordered."""
        where = reach(self.user, self.language)
        if where is None or self.kind == STRINGS:
            return Standing.objects.none()
        found = Standing.objects.filter(where, language=self.language)
        found = found.filter(state__in=[self.state] if self.state else Standing.TO_DO)
        if self.kind:
            found = found.filter(content_type=self.kinds[self.kind])
        if self.source:
            found = found.filter(source_language=self.source)
        if organisation := self.number("organisation"):
            found = found.filter(organisation_id=organisation)
        if self.original == "":
            found = found.readable(self.now)
        elif self.original == "coming":
            found = found.filter(Q(public_from=None) | Q(public_from__gt=self.now))
        if self.since:
            found = found.filter(Q(since__gt=self.since) | Q(public_from__gt=self.since))
        if theme := self.number("theme"):
            found = found.filter(self.rows_with(lambda model: theme_filter(model, theme)))
        if self.words:
            found = found.filter(self.rows_with(self.named))
        if self.asked.get("own") and (own := self.own_organisations) is not None:
            found = found.filter(organisation_id__in=own)
        return self.in_work(found)

    def in_work(self, found):
        drafts = Draft.objects.filter(language=self.language)
        if self.work == "mine":
            drafts = drafts.filter(author=self.user)
            rows = drafts.values_list("content_type", "object_id")
            by_kind = {}
            for kind, pk in rows:
                by_kind.setdefault(kind, []).append(pk)
            return found.filter(
                reduce(
                    or_,
                    (Q(content_type=kind, object_id__in=pks) for kind, pks in by_kind.items()),
                    Q(pk__in=[]),
                )
            )
        return found.filter(has_draft=self.work == "progress") if self.work else found

    def rows_with(self, condition):
        """Q: standings of the rows for which condition(model), a Q or None, holds."""
        found = Q(pk__in=[])
        for label, kind in self.kinds.items():
            model = apps.get_model(label)
            if (where := condition(model)) is not None:
                rows = model._base_manager.filter(where).values("pk")
                found |= Q(content_type=kind, object_id__in=rows)
        return found

    def named(self, model):
        if issubclass(model, Content):
            return says(model, self.words, self.user)
        return in_any_language(name_field(model), unaccent__icontains=self.words)

    @cached_property
    def own_organisations(self):
        """None: all."""
        models = [model for model in counted_models() if issubclass(model, Content)]
        owners = [organisations_of(self.user, model) for model in models]
        return None if None in owners else set().union(*owners)

    @cached_property
    def strings(self):
        """Of the interface: they have no organisation, theme, draft or original to come."""
        is_elsewhere = (
            self.kind not in ("", STRINGS)
            or self.state not in ("", State.MISSING)
            or self.source not in ("", settings.LANGUAGE_CODE)
            or self.work in ("mine", "progress")
            or self.original == "coming"
            or any(self.asked.get(name) for name in ("organisation", "theme", "own"))
        )
        if is_elsewhere:
            return []
        words = self.words.casefold()
        found = strings_for(self.user, self.language)
        return [
            each
            for each in found
            if words in each.msgid.casefold() and (not self.since or each.since > self.since)
        ]

    @cached_property
    def sums(self):
        sums = Sums(len(self.strings), sum(each.words for each in self.strings))
        counted = self.standings.aggregate(texts=Count("pk"), words=Sum("words"))
        sums.add(counted["texts"], counted["words"])
        return sums

    # In its order

    def page(self, after=None, limit=PAGE_SIZE):
        """([Listed or ListedString], the Place behind which the next ones are or None)"""
        found = [*self.listed(after, limit + 1), *self.listed_strings(after)]
        found.sort(key=lambda each: each.place.order)
        following = found[limit - 1].place if len(found) > limit else None
        return found[:limit], following

    def listed(self, after, limit):
        standings = self.standings.order_by().values(*COLUMNS)
        try:
            to_do, to_do_values = standings.query.sql_with_params()
        except EmptyResultSet:  # such as hers, where she has begun nothing
            return []
        wanted, wanted_values = wanted_sql(self.language)
        rank, rank_values = rank_sql(self.order, self.now)
        behind, behind_values = "", []
        if after:
            behind = "WHERE (-rank, content_type_id, object_id) > (%s, %s, %s)"
            behind_values = after.order
        sql = (
            f"WITH to_do AS ({to_do}), wanted AS ({wanted}), ranked AS (SELECT to_do.*, "
            f"coalesce(visits, 0) AS visits, coalesce(requests, 0) AS requests, {rank} AS rank "
            "FROM to_do LEFT JOIN wanted USING (content_type_id, object_id)) "
            f"SELECT rank, visits, requests, {', '.join(COLUMNS)} FROM ranked {behind} "
            "ORDER BY rank DESC, content_type_id, object_id LIMIT %s"
        )
        values = [*to_do_values, *wanted_values, *rank_values, *behind_values, limit]
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return [listed(*row) for row in cursor.fetchall()]

    def listed_strings(self, after):
        found = [
            ListedString(Place(rank_of_string(each, self.order, self.now), 0, each.id), each)
            for each in self.strings
        ]
        return [each for each in found if not after or each.place.order > after.order]


def listed(rank, visits, requests, *row):
    standing = dict(zip(COLUMNS, row, strict=True))
    place = Place(rank, standing["content_type_id"], standing["object_id"])
    return Listed(place, int(visits), int(requests), standing)


def name_field(model):
    """The translated field that a row is called by."""
    fields = translated_fields(model)
    return next((name for name in ("title", "name") if name in fields), fields[0])


def theme_filter(model, theme):
    is_page = issubclass(model, Content)
    return Q(themes=theme) if is_page else None
