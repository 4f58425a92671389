"""Items of all content types in one list, with the state of each language: one query for all of it.

What a list of items shows is computed by the database from the columns of publication and from what
was counted of the translations (translation/standing.py): no text is read.
"""

import datetime
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import (
    CharField,
    F,
    Q,
    Value,
)
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language

from healthyboost.accounts.models import Role
from healthyboost.accounts.rights import RIGHTS, kind_of, may_be_owned, organisations_of
from healthyboost.content.dates import say_date
from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import Draft, content_models
from healthyboost.translation.standing import Standing

from .states import EVERYTHING, NOBODY, stored_state
from .translated import STATES

COLUMNS = ("pk", "slug", "source_language", "organisation_id", "date", "date_precision")


@dataclass
class Item:
    """A page in a list: no row of the database, only what the list shows."""

    model: type
    pk: int
    slug: str
    source_language: str
    organisation_id: int | None
    date: datetime.datetime | None
    date_precision: str
    titles: dict
    states: dict  # by language, a key of STATES
    changed: dict = field(default_factory=dict)  # by language: paragraphs changed in the source

    @property
    def label(self):
        return self.model._meta.label_lower

    @property
    def kind(self):
        return str(capfirst(self.model._meta.verbose_name))

    @property
    def title_language(self):
        wished = (get_language(), self.source_language, "en", *language_codes())
        return next((code for code in wished if self.titles.get(code)), "")

    @property
    def title(self):
        return self.titles.get(self.title_language) or self.slug

    @property
    def form(self):
        meta = self.model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[self.pk])

    @property
    def said_date(self):
        return say_date(self.date, self.date_precision)

    @property
    def cells(self):
        """(code, name of the language, state, symbol, word) for each language."""
        return [
            (code, capfirst(name), self.states[code], *STATES[self.states[code]])
            for code, name in settings.LANGUAGES
        ]


# One query


def find(wheres, limit, oldest=False, after=None):
    """Up to `limit` Items of {model: Q}, by date; `after` is the Place of the last one seen."""
    querysets, codes = [], language_codes()
    for model, where in wheres.items():
        if after:
            where &= after.following(model, oldest)
        newest = (F("date").desc(nulls_last=True), "-pk")
        order = (F("date").asc(nulls_first=True), "pk") if oldest else newest
        querysets.append(
            model._base_manager.annotate(
                item_label=Value(model._meta.label_lower, output_field=CharField()),
                **{column("item_state", code): stored_state(model, code) for code in codes},
            )
            .filter(where)
            .order_by(*order)
            .values_list(
                "item_label",
                *COLUMNS,
                *(column("title", code) for code in codes),
                *(column("item_state", code) for code in codes),
            )[:limit]
        )
    if not querysets:
        return []
    first, *others = querysets
    rows = list(first.union(*others, all=True) if others else first)
    models = {model._meta.label_lower: model for model in wheres}
    found = []
    for label, *row in rows:
        own, rest = row[: len(COLUMNS)], row[len(COLUMNS) :]
        titles = dict(zip(codes, rest[: len(codes)], strict=True))
        states = dict(zip(codes, rest[len(codes) :], strict=True))
        found.append(Item(models[label], *own, titles, states))
    return sorted(found, key=newest_first, reverse=oldest)[:limit]


def newest_first(item):
    date = -item.date.timestamp() if item.date else float("inf")
    return date, item.label, -item.pk


@dataclass
class Place:
    """Where in the order of a list the next page begins: behind an item of this date, type and key."""

    date: datetime.datetime | None
    label: str
    pk: int

    @classmethod
    def of(cls, item):
        return cls(item.date, item.label, item.pk)

    @classmethod
    def read(cls, text):
        """None for what is no place."""
        try:
            date, label, pk = text.split("~")
            return cls(datetime.datetime.fromisoformat(date) if date else None, label, int(pk))
        except ValueError:
            return None

    def __str__(self):
        return "~".join([self.date.isoformat() if self.date else "", self.label, str(self.pk)])

    def following(self, model, oldest):
        """Q: the rows of `model` that come behind it."""
        label = model._meta.label_lower
        if label == self.label:
            same_date = Q(pk__gt=self.pk) if oldest else Q(pk__lt=self.pk)
        else:
            same_date = EVERYTHING if (label > self.label) != oldest else NOBODY
        if self.date is None:
            unknown = Q(date=None) & same_date
            return Q(date__isnull=False) | unknown if oldest else unknown
        beyond = Q(date__gt=self.date) if oldest else Q(date__lt=self.date) | Q(date=None)
        return beyond | Q(date=self.date) & same_date


def add_drafts_and_ages(items):
    """The states that need more than the row: drafts of public texts, age of translations."""
    by_key = {(ContentType.objects.get_for_model(each.model).pk, each.pk): each for each in items}
    these = {
        "content_type__in": {kind for kind, _pk in by_key},
        "object_id__in": {pk for _kind, pk in by_key},
    }
    old = Standing.objects.old().filter(**these)
    for kind, pk, language, changed in old.values_list(
        "content_type", "object_id", "language", "changed"
    ):
        item = by_key.get((kind, pk))
        if item and item.states[language] == "public":
            item.states[language], item.changed[language] = "old", changed
    drafts = Draft.objects.filter(**these)
    for kind, pk, language, state in drafts.values_list(
        "content_type", "object_id", "language", "state"
    ):
        if item := by_key.get((kind, pk)):
            item.states[language] = "review" if state == Draft.State.REVIEW else "changed"
    return items


# Whose


def models_for(user):
    """The content types that `user` may look at, in the order of their names."""
    meta = [model._meta for model in content_models()]
    seen = [each for each in meta if user.has_perm(f"{each.app_label}.view_{each.model_name}")]
    return [each.model for each in sorted(seen, key=lambda each: str(each.verbose_name_plural))]


def writers(user, model, code):
    """The organisations on whose rows of `model` she writes the texts in `code`; None: on all rows."""
    if user.is_superuser:
        return None
    organisations = set()
    for grant in user.current_grants:
        is_hers = grant.role != Role.TRANSLATOR or code in grant.languages
        if "translate" in RIGHTS[grant.role].get(kind_of(model), ()) and is_hers:
            return None
        if grant.organisation_id and may_be_owned(model):
            organisations.add(grant.organisation_id)
    return organisations


def writes(user, model, code):
    """Q: the rows of `model` whose texts in `code` are hers to write."""
    organisations = writers(user, model, code)
    return EVERYTHING if organisations is None else Q(organisation__in=organisations)


def hers(user, condition):
    """{model: Q} of what is hers to write in a language for which condition(model, code) holds."""
    return {
        model: reduce(
            or_,
            (writes(user, model, code) & condition(model, code) for code in language_codes()),
        )
        for model in models_for(user)
    }


def own_organisations(user):
    """Primary keys of the organisations whose pages are hers; None: all."""
    owners = [organisations_of(user, model) for model in models_for(user)]
    return None if None in owners else set().union(*owners)
