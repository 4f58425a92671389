"""What an object says, member by member: of each field of a model its schema and its value.

One list for the answers, the tables and the description: they cannot differ. A field that a content type
gets tomorrow is a member tomorrow. What is behind a foreign key and is no page of its own says only what
its model names in `open_fields`; `open_rows` is the condition under which it is shown at all. A page says
what its model names in `closed_fields` instead of the field, and where that is None nothing. A row that
stands for another page, by a field that its model names in `told_pages`, tells of it as a list would.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.db import models

from healthyboost.content.addresses import absolute
from healthyboost.content.dates import Precision, local, machine_date, season
from healthyboost.content.datestamp_triggers import NEVER_SHOWN, NOT_SHOWN
from healthyboost.content.hanging import relations_of
from healthyboost.content.languages import column, language_codes, translated_fields
from healthyboost.content.models import PUBLICATION, RECORD, Content
from healthyboost.content.richtext import RichTextField
from healthyboost.media.fields import UploadField
from healthyboost.translation.standing import Standing

SILENT = {*PUBLICATION, *RECORD, *NEVER_SHOWN, "position"}
SAID_FIRST = ("id", "slug", "source_language", "organisation", "date", "themes")
# How it can stand with a text that is there.
STATES = {
    state.value: state.label
    for state in Standing.State
    if state not in (Standing.State.MISSING, Standing.State.NOT_NEEDED)
}
NUMBERS = {
    models.BooleanField: "boolean",
    models.IntegerField: "integer",
    models.DecimalField: "number",
    models.FloatField: "number",
}


@dataclass(frozen=True)
class Member:
    """`kind` says what it is in a table; `value(row, found)` what it is in JSON."""

    name: str
    kind: str
    schema: dict
    value: Any
    field: Any = None
    in_lists: bool = True


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def many(schema):
    return {"type": "array", "items": schema}


def or_null(schema):
    return {"anyOf": [schema, {"type": "null"}]}


@cache
def members_of(model):
    """The members of a content type, of a row that hangs on one, or of what either refers to."""
    if issubclass(model, Content):
        found = [*members_of_fields(model), *members_of_relations(model)]
        order = {name: place for place, name in enumerate(SAID_FIRST)}
        return sorted(found, key=lambda each: order.get(each.name, len(order)))
    return [*members_of_fields(model), *members_of_relations(model)]


def members_in_lists(model):
    """Without the long texts."""
    return [each for each in members_of(model) if each.in_lists]


def members_of_fields(model):
    translated = set(translated_fields(model))
    columns = {column(name, code) for name in translated for code in language_codes()}
    is_page, opened = issubclass(model, Content), getattr(model, "open_fields", None)
    fields = [*model._meta.fields, *(model._meta.many_to_many if is_page else ())]
    if not opened and not is_page and not hangs(model):
        fields = [each for each in fields if each.name == getattr(model, "interchange_key", "")]
    closed = getattr(model, "closed_fields", {})
    for name in opened or filter(None, (closed.get(each.name, each.name) for each in fields)):
        field = find_field(model, name)
        if not field:  # a property
            yield Member(name.removeprefix("public_"), "scalar", TEXT_OR_NULL, attribute(name))
        elif name in columns | SILENT or is_twin(model, name):
            continue
        elif name in translated:
            yield translated_member(model, field)
        elif field.primary_key:
            if is_page:
                yield Member("id", "scalar", {"type": "integer"}, attribute("pk"))
        elif opened or field.editable or name in SAID_FIRST:
            if not is_owner(model, field):
                yield plain_member(model, field)


def find_field(model, name):
    return None if isinstance(getattr(model, name), property) else model._meta.get_field(name)


def is_twin(model, name):
    """A column that says how well a date is known."""
    return name.endswith("_precision") and hasattr(model, name.removesuffix("_precision"))


def is_owner(model, field):
    """The foreign key by which a row hangs on a page, or on another such row."""
    generic = {
        name
        for each in model._meta.private_fields
        if isinstance(each, GenericForeignKey)
        for name in (each.ct_field, each.fk_field)
    }
    if field.name in generic:
        return True
    return isinstance(field, models.ForeignKey) and any(
        related is model and field.name in keys
        for _name, (related, keys) in relations_of(field.related_model).items()
    )


def attribute(name):
    def value(row, found):
        text = getattr(row, name)
        return None if text == "" else text

    return value


TEXT_OR_NULL = {"type": ["string", "null"]}


def translated_member(model, field):
    """Texts, each with its language; those of a page also say how they came to be."""
    mark = "html" if isinstance(field, RichTextField) else "text"
    owned = issubclass(model, Content) or hangs(model)
    names = {"html": ("RichText", "RichWords"), "text": ("Text", "Words")}[mark]
    page_only = getattr(model, "page_only", ())
    return Member(
        field.name,
        mark,
        many(ref(names[0 if owned else 1])),
        lambda row, found: found.texts(row, field.name, mark),
        field,
        field.name not in page_only,
    )


def hangs(model):
    """Is it a row of one page alone, with the languages of that page?"""
    return any(is_owner(model, field) for field in model._meta.fields)


def plain_member(model, field):
    """A field without words of its own."""
    name = field.name
    if isinstance(field, models.ManyToManyField):
        schema = many(target_schema(field.related_model))
        return Member(name, "many", schema, lambda row, found: found.linked(row, field), field)
    if isinstance(field, models.ForeignKey):
        is_told = name in getattr(model, "told_pages", ())
        schema = or_null(ref("ToldPage") if is_told else target_schema(field.related_model))
        return Member(name, "one", schema, lambda row, found: found.target(row, field), field)
    if isinstance(field, UploadField):
        return Member(name, "file", or_null(ref("File")), file_in(field), field)
    if isinstance(field, models.DateField) and hasattr(model, f"{name}_precision"):
        return Member(name, "date", or_null(ref("Date")), date_in(name), field)
    if isinstance(field, models.JSONField):
        return Member(name, "json", {}, attribute(name), field)
    return Member(name, "scalar", *schema_and_value(field), field)


def moment(name):
    def value(row, found):
        return iso(getattr(row, name))

    return value


def schema_and_value(field):
    can_be_empty = field.null or field.blank
    if isinstance(field, models.DateField):
        is_moment = isinstance(field, models.DateTimeField)
        schema = {"type": "string", "format": "date-time" if is_moment else "date"}
        return or_null(schema) if field.null else schema, moment(field.name)
    for kind, json_type in NUMBERS.items():
        if isinstance(field, kind):
            schema = {"type": [json_type, "null"] if field.null else json_type}
            return schema, number(field.name, json_type)
    schema = {"type": ["string", "null"] if can_be_empty else "string"}
    if field.choices:
        schema["enum"] = [value for value, _label in field.flatchoices if value]
        schema["enum"] += [None] if can_be_empty else []
    return schema, attribute(field.name)


def number(name, json_type):
    def value(row, found):
        amount = getattr(row, name)
        return float(amount) if amount is not None and json_type == "number" else amount

    return value


def target_schema(model):
    return ref("Reference" if issubclass(model, Content) else model.__name__)


def members_of_relations(model):
    """Rows that hang on it: pictures, links, steps."""
    for name, (related, _keys) in relations_of(model).items():
        if name in NOT_SHOWN:
            continue
        use = only_use(related)
        schema = many(target_schema(use.related_model) if use else ref(related.__name__))
        yield Member(
            name, "rows", schema, lambda row, found, name=name: found.children(row, name), None
        )


@cache
def only_use(model):
    """The foreign key of a row that does nothing but hang another one on a page; None otherwise."""
    members = members_of(model)
    return members[0].field if len(members) == 1 and members[0].kind == "one" else None


def file_in(field):
    def value(row, found):
        file = getattr(row, field.name)
        if not file:
            return None
        return {
            "url": absolute(file.url),
            "size": None if field.media_type else row.size,
            "media_type": field.media_type or row.media_type or None,
        }

    return value


def date_in(name):
    """Only as much as is known: "2021-06", month."""

    def value(row, found):
        moment, precision = getattr(row, name), getattr(row, f"{name}_precision")
        if not moment or precision == Precision.UNKNOWN:
            return None
        is_season = precision == Precision.SEASON
        return {
            "value": machine_date(moment, precision),
            "precision": precision,
            "season": season(local(moment)) if is_season else None,
        }

    return value


def iso(moment):
    return moment.isoformat() if moment else None


def targets_of(model):
    """Models behind the foreign keys of what hangs on a content type and of the type itself, once each."""
    found = {}
    for member in members_of(model):
        if member.kind in ("one", "many"):
            found[member.field.related_model] = True
        elif member.kind == "rows":
            found |= dict.fromkeys(targets_of(relations_of(model)[member.name][0]))
    return list(found)


def is_generic(model, name):
    return isinstance(model._meta.get_field(name), GenericRelation)
