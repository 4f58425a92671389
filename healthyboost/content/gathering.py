"""Rows of many tables in one query: what hangs on a page costs one round trip, however much it is.

gather(**querysets)                   {name: [instances]}
gather_again(name, build, **given)    the same of build(**given), whose SQL is built once and prepared
"""

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language

from .statements import Marks, Statement

known = {}  # {(name, language, form of what was given): Statement}


def gather(**querysets):
    """{name: [instances]} of plain querysets (one model each, no select_related), in one query.

    PostgreSQL hands each queryset over as one JSON array; order, slices and deferred fields hold.
    """
    return Statement(querysets).rows()


def gather_again(name, build, **given):
    """gather(**build(**given)); what it sends is remembered under `name`, with another one per language.

    `build` is called once, with marks in place of numbers, texts, moments and objects: it may filter
    by them and ask whether there is something, and nothing else. An object has only its keys and its
    moments. So that few are remembered, `name` comes from the code and not from a reader.
    """
    key = name, get_language(), *(form_of(value) for value in given.values())
    if key not in known:
        marks = Marks(given)
        before = timezone.now()
        querysets = build(**marks.stand_ins)
        known[key] = Statement(querysets, marks, between=(before, timezone.now()))
    return known[key].rows(given)


def form_of(value):
    """What of a given value makes another query: its type, and which of its parts are empty."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, tuple):
        return type(value), *(each if isinstance(each, bool) else each is None for each in value)
    if not isinstance(value, models.Model):
        return type(value)
    empty = [name for name in Marks.names_of(type(value)) if getattr(value, name) is None]
    return type(value), ContentType.objects.get_for_model(value).pk, *empty
