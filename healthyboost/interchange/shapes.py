"""What of a model stands in its YAML file, and where: derived from the model alone.

A model has files of its own if it names its key: `interchange_key = "slug"`. All else is written
inside the file of the object that it belongs to: its generic relations and its `parts`.
"""

from dataclasses import dataclass
from functools import cache, cached_property

from django.apps import apps
from django.contrib.contenttypes.fields import GenericRelation

from healthyboost.content.languages import column, language_codes, translated_fields
from healthyboost.content.models import Draft


@dataclass
class Shape:
    model: type
    key: str | None  # name of the field that the file is named after
    fields: dict  # name: untranslated field, many-to-many included
    translated: list  # names of the fields that have one column per language
    parts: dict  # name of the relation: Part

    @cached_property
    def texts(self):
        """Column: field, of the translated fields in all languages."""
        return {
            column(name, code): self.model._meta.get_field(column(name, code))
            for code in language_codes()
            for name in self.translated
        }

    @cached_property
    def columns(self):
        """Column: field, of everything but the parts."""
        return self.fields | self.texts

    @cached_property
    def only_field(self):
        """Name of the field where there is no other: such rows are written as a plain list."""
        return next(iter(self.fields)) if len(self.fields) == 1 and not self.translated else None


@dataclass
class Part:
    """Rows that belong to one object alone."""

    name: str
    relation: object
    shape: Shape

    def owned_by(self, row):
        """The columns of a new row that say whose it is."""
        if isinstance(self.relation, GenericRelation):
            content_type = self.relation.get_content_type()
            return {
                self.relation.content_type_field_name: content_type,
                self.relation.object_id_field_name: row.pk,
            }
        return {self.relation.field.name: row}


def models_with_files():
    return [model for model in apps.get_models() if getattr(model, "interchange_key", None)]


def folder_name(model):
    return f"{model._meta.model_name}s"


@cache
def shape_of(model, left_out=frozenset()):
    """`left_out`: the columns that a part has because it is one."""
    translated = translated_fields(model)
    key = getattr(model, "interchange_key", None)
    fields = {
        field.name: field
        for field in sorted([*model._meta.fields, *model._meta.many_to_many], key=in_order_of_class)
        if field.name not in left_out | {key, *translated}
        and field.editable
        and not field.primary_key
        and not hasattr(field, "translated_field")
        and (not field.is_relation or hasattr(field.related_model, "interchange_key"))
    }
    return Shape(model, key, fields, translated, {part.name: part for part in parts_of(model)})


def in_order_of_class(field):
    return field.creation_counter


def parts_of(model):
    for relation in model._meta.private_fields:
        # what is being written is nobody's business but its author's
        if isinstance(relation, GenericRelation) and relation.related_model is not Draft:
            left_out = {relation.content_type_field_name, relation.object_id_field_name, "position"}
            yield Part(
                relation.name, relation, shape_of(relation.related_model, frozenset(left_out))
            )
    for name in getattr(model, "parts", ()):
        relation = model._meta.get_field(name)
        left_out = frozenset({relation.field.name, "position"})
        yield Part(name, relation, shape_of(relation.related_model, left_out))
