"""Rows that were deleted, put back under their primary keys as they were."""

from collections import defaultdict

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from healthyboost.content.history import model_of


def revive(rows):
    """Save `rows`, {key: {field: value}}; answers in words what cannot come back.

    What leads to a row that no longer exists is left empty; where it must lead somewhere, the row
    stays away, and so does what hangs on it.
    """
    there, rows, notes = Targets(rows), dict(rows), []
    while lost := [key for key, fields in rows.items() if there.is_lost(key, fields)]:
        for key in lost:
            del rows[key]
            there.known.discard(number_of(key))
            if not model_of(key)._meta.auto_created:
                notes.append(say_lost(key))
    for key, fields in rows.items():
        build(key, there.kept(key, fields)).save_base(raw=True)
    for key, fields in rows.items():
        for field in model_of(key)._meta.many_to_many:
            if field.name in fields:
                known = [n for n in fields[field.name] if (field.related_model, n) in there.known]
                getattr(build(key, {}), field.name).set(known)
    return notes


def say_lost(key):
    name = capfirst(model_of(key)._meta.verbose_name)
    return _("%(name)s: does not come back, because what it leads to no longer exists.") % {
        "name": name
    }


class Targets:
    """Which of the rows that values lead to exist, or are about to."""

    def __init__(self, rows):
        wanted = defaultdict(set)
        for key, fields in rows.items():
            for _field, model, number in leads_of(key, fields):
                wanted[model].add(number)
        self.known = {number_of(key) for key in rows}
        for model, numbers in wanted.items():
            found = model._base_manager.filter(pk__in=numbers).values_list("pk", flat=True)
            self.known |= {(model, number) for number in found}

    def is_lost(self, key, fields):
        return any(
            (model, number) not in self.known
            for field, model, number in leads_of(key, fields)
            if not (field.many_to_many or getattr(field, "null", False))
        )

    def kept(self, key, fields):
        """The values, without those that lead nowhere any more."""
        gone = {
            field.name
            for field, model, number in leads_of(key, fields)
            if not field.many_to_many and (model, number) not in self.known
        }
        return {name: None if name in gone else value for name, value in fields.items()}


def number_of(key):
    """(model, primary key) that a key of a version names."""
    model = model_of(key)
    return model, model._meta.pk.to_python(key.partition(":")[2])


def leads_of(key, fields):
    """(field, model, primary key) of each row that these values lead to."""
    meta = model_of(key)._meta
    for field in (*meta.concrete_fields, *meta.many_to_many):
        if field.is_relation and fields.get(field.name):
            value = fields[field.name]
            for number in value if field.many_to_many else [value]:
                yield field, field.related_model, number
    for field in meta.private_fields:
        if isinstance(field, GenericForeignKey) and field.ct_field in fields:
            owner = ContentType.objects.get_for_id(fields[field.ct_field])
            yield field, owner.model_class(), fields[field.fk_field]


def build(key, fields):
    """An instance with these values; nothing is saved."""
    model, number = number_of(key)
    row = model(pk=number)
    for name, value in fields.items():
        field = model._meta.get_field(name)
        if not field.many_to_many:
            setattr(row, field.attname, python_value(field, value))
    return row


def python_value(field, value):
    """From what JSON has."""
    return field.target_field.to_python(value) if field.is_relation else field.to_python(value)
