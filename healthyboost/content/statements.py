"""Querysets as one statement, whose SQL is built once: building it costs ten times what sending does."""

import datetime
import itertools
import json
import re
from decimal import Decimal
from functools import cache, lru_cache

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Case, Func, TextField, Value, When
from django.db.models.base import ModelState
from django.utils import timezone

from .languages import column, language_codes, translated_fields

REST = "in_other_languages"  # a column that is an object of them
NOW = "now"  # the parameter that every publication asks for
FIRST_NUMBER = 2**62  # no row has it
FIRST_MOMENT = datetime.datetime(9000, 1, 1, tzinfo=datetime.UTC)  # nothing happens then
PLACEHOLDER = re.compile(r"%[s%]")
MOST_PREPARED = 100  # in a connection: each is some 600 KB of the server's memory
numbers = itertools.count(1)
# Columns whose values are in JSON what they are in Python.
AS_IN_JSON = (
    *(models.CharField, models.TextField, models.BooleanField, models.IntegerField),
    *(models.AutoField, models.JSONField, models.ForeignKey, models.FileField),
)


class Marks:
    """Stand-ins for values that a statement is sent with, recognised among its parameters."""

    def __init__(self, given):
        self.sources = {}  # {mark: (name, attribute of an object or None)}
        self.stand_ins = {name: self._stand_in(name, value) for name, value in given.items()}

    @staticmethod
    @cache
    def names_of(model):
        """Attributes of an object that are marked: its keys, and moments in no language."""
        translated = {f"{name}_" for name in translated_fields(model)}
        return tuple(
            field.attname
            for field in model._meta.concrete_fields
            if field.primary_key
            or field.is_relation
            or isinstance(field, models.DateTimeField)
            and not field.name.startswith(tuple(translated))
            and field.name not in translated_fields(model)
        )

    def _stand_in(self, name, value):
        if isinstance(value, tuple):  # a named one
            return type(value)._make(
                self._mark(getattr(value, part), (name, part)) for part in value._fields
            )
        if not isinstance(value, models.Model):
            return self._mark(value, (name, None))
        marks = {
            attribute: self._mark(getattr(value, attribute), (name, attribute))
            for attribute in self.names_of(type(value))
        }
        # what has no mark is deferred: the stand-in has no row that it could be read from
        return type(value).from_db(connection.alias, list(marks), list(marks.values()))

    def _mark(self, value, source):
        number = len(self.sources)
        match value:
            case None | bool():
                return value
            case int():
                mark = FIRST_NUMBER + number
            case datetime.datetime():
                mark = FIRST_MOMENT + datetime.timedelta(days=number)
            case str():
                mark = f"\ue000mark-{number}\ue000"
            case _:
                raise TypeError(f"no mark for {value!r}")
        self.sources[mark] = source
        return mark


class Statement:
    """`querysets` ({name: queryset}) as one query of JSON arrays.

    `marks` are those in their filters; a moment that lies `between` two is the time of the building.
    """

    def __init__(self, querysets, marks=None, between=None):
        self.is_prepared = marks is not None
        self.sources, self.between = marks.sources if marks else {}, between
        self.empty = {name: [] for name in querysets}
        self.readers, selects, self.parameters = {}, [], []
        for number, (name, queryset) in enumerate(querysets.items()):
            query, reader = only_what_is_read(queryset)
            try:
                sql, values = query.sql_with_params()
            except EmptyResultSet:
                continue
            self.readers[number] = name, reader
            selects.append(f"SELECT {number}, json_agg(found)::text FROM ({sql}) AS found")
            self.parameters += map(self._place, values)
        self.sql = " UNION ALL ".join(selects)
        if self.is_prepared:
            self._number_parameters()

    def _place(self, value):
        """The source of a marked value; the value itself, in a list, where it is always the same."""
        if not self.is_prepared:
            return [value]
        if isinstance(value, (str, int, datetime.datetime)) and value in self.sources:
            return self.sources[value]
        if isinstance(value, datetime.datetime) and self.between[0] <= value <= self.between[1]:
            return NOW
        if isinstance(value, datetime.date) or isinstance(value, str) and "\ue000" in value:
            raise TypeError(f"{value!r} may be another one the next time")
        return [value]

    def _number_parameters(self):
        """$1, $2, ... in place of %s: what comes from the same source is sent once."""
        self.sources = list(
            dict.fromkeys(each for each in self.parameters if type(each) is not list)
        )
        constants = [each[0] for each in self.parameters if type(each) is list]
        places = iter(self.parameters)

        def written(placeholder):
            if placeholder[0] == "%%":
                return "%%"
            place = next(places)
            return "%s" if type(place) is list else f"${self.sources.index(place) + 1}"

        self.sql = PLACEHOLDER.sub(written, self.sql)
        marks = ", ".join(["%s"] * len(self.sources))
        self.constants, self.marks = constants, f"({marks})" if marks else ""

    def rows(self, given=None):
        """{name: [instances]}, for the given values where it is a prepared one."""
        found = {**self.empty}
        if not self.readers:
            return found
        for number, rows in self._sent(given):
            if rows:
                name, reader = self.readers[number]
                found[name] = [
                    reader.instance(row) for row in json.loads(rows, parse_float=Decimal)
                ]
        return found

    def _sent(self, given):
        with connection.cursor() as cursor:
            if not self.is_prepared:
                cursor.execute(self.sql, [value for (value,) in self.parameters])
                return cursor.fetchall()
            values = [value_of(each, given) for each in self.sources]
            if connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]:
                return self._sent_through_pooler(cursor, values)
            prepared = prepared_here()
            if name := prepared.get(self):
                cursor.execute(f"EXECUTE {name}{self.marks}", values)
                return cursor.fetchall()
            name, commands = f"gathered_{next(numbers)}", ""
            if len(prepared) >= MOST_PREPARED:
                commands = f"DEALLOCATE {prepared.pop(next(iter(prepared)))}; "
            commands += f"PREPARE {name} AS {self.sql}; EXECUTE {name}{self.marks}"
            cursor.execute(commands, [*self.constants, *values])
            while cursor.nextset():  # to the answer of the last command
                pass
            prepared[self] = name
            return cursor.fetchall()

    def _sent_through_pooler(self, cursor, values):
        """Which may give the next command to another session: all goes in one."""
        commands = f"PREPARE gathered AS {self.sql}; EXECUTE gathered{self.marks}"
        cursor.execute(f"{commands}; DEALLOCATE gathered", [*self.constants, *values])
        cursor.nextset()
        return cursor.fetchall()


def value_of(source, given):
    if source is NOW:
        return timezone.now()
    name, attribute = source
    return getattr(given[name], attribute) if attribute else given[name]


def prepared_here():
    """{Statement: name} of what the server knows in this connection."""
    connection.ensure_connection()
    own = connection.connection
    if not hasattr(own, "prepared_statements"):
        own.prepared_statements = {}
    return own.prepared_statements


def only_what_is_read(queryset):
    """(query, Reader) of a queryset: nobody reads the column of a translated field that has no language."""
    query, model = queryset.query.chain(), queryset.model
    names, is_deferred = query.deferred_loading
    untold = set(translated_fields(model))
    fields = [
        field
        for field in model._meta.concrete_fields
        if field.name not in untold
        and (
            field.primary_key
            or (
                {field.name, field.attname}.isdisjoint(names)
                if is_deferred
                else field.name in names
            )
        )
    ]
    # Where `is_enough`, translated fields of these names are read in this language alone.
    language, is_enough, names_left_out = getattr(query, "of_others", (None, None, None))
    others = in_other_languages(model, language, names_left_out) if language else ()
    rest = [field for field in fields if field.name in others]
    fields = [field for field in fields if field.name not in others]
    query.clear_deferred_loading()
    query.add_fields([field.attname for field in fields], allow_m2m=False)
    if rest:
        read = Case(
            When(is_enough, then=Value(None)),
            default=Columns(*(field.attname for field in rest)),
            output_field=TextField(),
        )
        query.add_annotation(read, REST)
    return query, reader_of(model, tuple(fields), tuple(rest))


@cache
def in_other_languages(model, language, names=None):
    """Names of the columns of translated fields, all or some, in all languages but one."""
    codes = [code for code in language_codes() if code != language]
    names = translated_fields(model) if names is None else names
    return {column(name, code) for name in names for code in codes}


class Columns(Func):
    """A JSON object of columns of a row."""

    template = "(SELECT row_to_json(columns) FROM (SELECT %(expressions)s) AS columns)"


@lru_cache(10_000)
def moment(text):
    """The languages of a page share their moments."""
    return datetime.datetime.fromisoformat(text)


def converter_of(field):
    """What makes a Python value of a JSON value that is not null; None where it is the same."""
    if isinstance(field, AS_IN_JSON):
        return None
    return moment if isinstance(field, models.DateTimeField) else field.to_python


@cache
def reader_of(model, fields, rest):
    return Reader(model, fields, rest)


class Reader:
    """Makes saved instances of `model` from {column: JSON value}; other columns are deferred.

    `rest` are those of other languages, which stand by themselves, and not where nobody reads them. As
    from_db() does, without its signals: nobody listens to them.
    """

    def __init__(self, model, fields, rest=()):
        self.model = model
        self.fields, self.rest = (
            [(field.column, field.attname, converter_of(field)) for field in some]
            for some in (fields, rest)
        )

    def instance(self, row):
        made = self.model.__new__(self.model)
        made._state = ModelState()
        made._state.adding, made._state.db = False, connection.alias
        read_into(made.__dict__, row, self.fields)
        if self.rest and row[REST]:
            read_into(made.__dict__, row[REST], self.rest)
        return made


def read_into(values, row, fields):
    for name, attribute, convert in fields:
        value = row[name]
        values[attribute] = convert(value) if convert and value is not None else value
