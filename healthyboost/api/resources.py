"""Which content types there are, what each is called in addresses, and which of its rows are public."""

from dataclasses import dataclass
from functools import cache

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone

from healthyboost.content.addresses import absolute
from healthyboost.content.languages import column, language_codes, translated_fields
from healthyboost.content.models import PUBLICATION, Content, Datestamp, public_in
from healthyboost.content.references import kinds

ROOT = "/api/v1"


@dataclass(frozen=True)
class Resource:
    """A content type: `articles`."""

    name: str
    model: type

    @property
    def path(self):
        return f"{ROOT}/{self.name}"

    @property
    def type_name(self):
        return self.model._meta.model_name

    def address_of(self, page):
        return absolute(f"{self.path}/{page.slug}")

    def public(self, language=None):
        """What a reader of `language` may see, also in another one; without it: public in any."""
        if language:
            return self.model.objects.published(language)
        now, public = timezone.now(), Q()
        for code in language_codes():
            public |= public_in(code, now)
        return self.model.objects.filter(public)

    def choice_fields(self):
        """Fields of the type itself that have a fixed list of values: `kind`, `state`, `country`."""
        translated = translated_fields(self.model)
        silent = {field.name for field in Content._meta.fields} | {
            name
            for field in translated
            for name in (field, *(column(field, code) for code in language_codes()))
        }
        return [
            field
            for field in self.model._meta.concrete_fields
            if field.choices
            and field.name not in silent
            and not field.name.endswith(("_precision", "_language"))
        ]

    def page_fields(self):
        """Foreign keys to other content types: `organisation`, `project`."""
        return [
            field
            for field in self.model._meta.concrete_fields
            if isinstance(field, models.ForeignKey) and field.related_model in by_model()
        ]


@cache
def resources():
    """{name: Resource}: every content type that has pages."""
    return {name: Resource(name, model) for name, model in kinds().items()}


@cache
def by_model():
    return {resource.model: resource for resource in resources().values()}


def changed_since(model, moment):
    """Q: what visitors see of an object has changed at `moment` or later, in any language.

    As content.datestamps has it, asked the other way round: for all rows at once.
    """
    now, changed = timezone.now(), Q()
    kind = ContentType.objects.get_for_model(model)
    for code in language_codes():
        published, unpublish, withdrawn = (column(name, code) for name in PUBLICATION)
        noted = Datestamp.objects.filter(
            content_type=kind, **{f"{column('changed_at', code)}__gte": moment}
        )
        was_public = Q(**{f"{published}__lte": now})
        is_public = was_public & Q(**{f"{withdrawn}__isnull": True})
        changed |= was_public & Q(**{f"{published}__gte": moment})
        changed |= was_public & Q(**{f"{withdrawn}__gte": moment})
        changed |= is_public & Q(**{f"{unpublish}__gte": moment, f"{unpublish}__lte": now})
        changed |= is_public & Q(pk__in=noted.values("object_id"))
    return changed
