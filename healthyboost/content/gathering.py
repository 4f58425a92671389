"""Rows of many tables in one query: what hangs on a page costs one round trip, however much it is."""

import json
from decimal import Decimal

from django.core.exceptions import EmptyResultSet
from django.db import connection


def gather(**querysets):
    """{name: [instances]} of plain querysets (one model each, no select_related), in one query.

    PostgreSQL hands each queryset over as one JSON array; order, slices and deferred fields hold.
    """
    found = {name: [] for name in querysets}
    selects, params = [], []
    for name, queryset in querysets.items():
        try:
            sql, values = queryset.query.sql_with_params()
        except EmptyResultSet:
            continue
        selects.append(f"SELECT %s, jsonb_agg(to_jsonb(found))::text FROM ({sql}) AS found")
        params += [name, *values]
    if not selects:
        return found
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(selects), params)
        answer = cursor.fetchall()
    for name, rows in answer:
        if rows:
            model = querysets[name].model
            found[name] = [instance(model, row) for row in json.loads(rows, parse_float=Decimal)]
    return found


def instance(model, row):
    """A saved instance of `model` from {column: JSON value}; columns that are missing are deferred."""
    fields = [field for field in model._meta.concrete_fields if field.column in row]
    return model.from_db(
        connection.alias,
        [field.attname for field in fields],
        [field.to_python(row[field.column]) for field in fields],
    )
