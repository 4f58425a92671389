"""What hangs on a page and says something too: steps, labels of links, statements of sources."""

from functools import cache

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models

from .languages import translated_fields

# Translated, but names, addresses and terms: another one makes no translation older.
NO_PROSE = {"name_status", "city", "own_url", "preferred", "also", "avoid"}


def row_key(row):
    """How a draft, a version and made_from name a row: "pilots.pilotstep:12"."""
    return f"{row._meta.label_lower}:{row.pk}"


@cache
def relations_of(model):
    """{name: (related model, names of the fields that say whose it is)} of the rows of a page."""
    found = {
        field.name: (
            field.related_model,
            {field.content_type_field_name, field.object_id_field_name},
        )
        for field in model._meta.private_fields
        if isinstance(field, GenericRelation)
    }
    for name in getattr(model, "parts", ()):
        relation = model._meta.get_field(name)
        found[name] = (relation.related_model, {relation.field.name})
    return found


@cache
def prose_fields(model):
    """Names of the translated fields whose words are those of a text: no choices, names, addresses."""
    fields = {name: model._meta.get_field(name) for name in translated_fields(model)}
    return tuple(
        name
        for name, field in fields.items()
        if isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, models.URLField | models.EmailField | models.FileField)
        and not field.choices
        and name not in NO_PROSE
    )


@cache
def prose_relations(model):
    """Names of the relations that lead to rows with prose, at once or further on: {name: model}."""
    return {
        name: related
        for name, (related, _fields) in relations_of(model).items()
        if prose_fields(related) or prose_relations(related)
    }


@cache
def prose_parts(model):
    """The same with those further on; by these names a page of its own shows them to visitors."""
    found = {}
    for name, related in prose_relations(model).items():
        found |= {name: related, **prose_parts(related)}
    return found


def prose_lookups(model, prefix=""):
    """What to prefetch so that a page costs the same number of queries however much hangs on it."""
    for name, related in prose_relations(model).items():
        yield prefix + name
        yield from prose_lookups(related, f"{prefix}{name}__")


def rows_with_prose(row):
    """The rows that hang on `row`, which has them all at hand."""
    for name, related in prose_relations(type(row)).items():
        for each in getattr(row, name).all():
            if prose_fields(related):
                yield each
            yield from rows_with_prose(each)


def hanging_rows(page):
    """The same, as they are in the database."""
    model = type(page)
    fresh = model._base_manager.only("pk").prefetch_related(*prose_lookups(model))
    fresh = fresh.filter(pk=page.pk).first()
    return list(rows_with_prose(fresh)) if fresh else []
