"""The content of one object in one form, whether it comes from a file or from the database."""

import difflib
from dataclasses import dataclass, field
from pathlib import Path

from django.core.files import File
from django.db import models

from healthyboost.media.fields import UploadField

from .shapes import Shape

LONGEST_MESSAGE = 600  # letters: some repeat what stands in the file


@dataclass(eq=False)
class Document:
    """Values by column. What is empty, or as by default, is left out.

    A foreign key is the key of its target, a many-to-many field a sorted list of keys, a file a
    Path in a folder or a FieldFile of the database.
    """

    shape: Shape
    values: dict = field(default_factory=dict)
    parts: dict = field(default_factory=dict)  # name of the part: list of documents
    row: models.Model | None = None
    # of a document that was read
    key: str = ""
    path: str = ""  # within the folder, for messages
    line: int = 1
    lines: dict = field(default_factory=dict)  # column, (column, item) or language: line
    faulty: set = field(default_factory=set)  # columns that were complained about
    is_unreadable: bool = False
    # of a document that is being written
    before: "Document | None" = None
    changed: bool = False

    def all_parts(self):
        return [part for name in self.shape.parts for part in self.parts.get(name, [])]

    def is_faulty(self):
        return (
            self.is_unreadable
            or bool(self.faulty)
            or any(part.is_faulty() for part in self.all_parts())
        )

    def set(self, column, value):
        if not is_default(self.shape.columns[column], value):
            self.values[column] = value


def is_default(column, value):
    default = [] if column.many_to_many else column.get_default()
    return value == default or (value in (None, "") and default in (None, ""))


def document_of(row, shape):
    """The document of a row of the database."""
    document = Document(shape, row=row)
    for name, column in shape.columns.items():
        document.set(name, value_of(row, name, column))
    for part in shape.parts.values():
        rows = list(getattr(row, part.name).all())
        if not part.shape.model._meta.ordering:
            rows.sort(key=lambda each: getattr(each, part.shape.only_field or "pk"))
        document.parts[part.name] = [document_of(each, part.shape) for each in rows]
    return document


def value_of(row, name, column):
    value = getattr(row, name)
    if column.many_to_many:
        return sorted(key_of(each) for each in value.all())
    if column.is_relation:
        return value and key_of(value)
    if isinstance(column, models.FileField):
        return value or None
    if hasattr(column, "in_file"):
        return column.in_file(row, value)
    return value


def key_of(row):
    return getattr(row, row.interchange_key)


def with_parts(rows, shape):
    """The queryset with all that a document needs, in a fixed number of queries."""
    return rows.prefetch_related(*lookups(shape))


def lookups(shape, prefix=""):
    for name, column in shape.fields.items():
        if column.is_relation:
            yield prefix + name
    for part in shape.parts.values():
        yield prefix + part.name
        yield from lookups(part.shape, f"{prefix}{part.name}__")


def same_values(one, other):
    """The parts aside. Files are compared by their bytes."""
    return one.values.keys() == other.values.keys() and all(
        same_value(one.values[name], other.values[name]) for name in one.values
    )


def same_value(one, other):
    if isinstance(one, Path) or isinstance(other, Path):
        return bool(one) and bool(other) and same_file(one, other)
    return one == other


def same_file(one, other):
    """Two Paths or FieldFiles; one of a folder is compared as it would be stored."""
    path, stored = (one, other) if isinstance(one, Path) else (other, one)
    if isinstance(stored, Path) or not isinstance(stored.field, UploadField):
        return same_bytes(path, stored)
    with path.open("rb") as stream:
        return same_bytes(stored.field.stored_form(File(stream, path.name)), stored)


def same_bytes(*files):
    """One that is lost is like no other."""
    try:
        with files[0].open("rb") as first, files[1].open("rb") as second:
            while (block := first.read(65536)) == second.read(65536):
                if not block:
                    return True
    except FileNotFoundError:
        pass
    return False


class Faults:
    """All that is wrong with a folder, each with its file and line."""

    def __init__(self):
        self.found = set()

    def add(self, path, line, message):
        said = str(message)
        if len(said) > LONGEST_MESSAGE:
            said = said[:LONGEST_MESSAGE] + "…"
        self.found.add((path, line, said))

    def __len__(self):
        return len(self.found)

    def __iter__(self):
        return (f"{path}:{line}: {message}" for path, line, message in sorted(self.found))


def nearest(name, names):
    """' Do you mean “title”?', or '' where nothing is near."""
    near = difflib.get_close_matches(name, list(names), n=1)
    return f" Do you mean “{near[0]}”?" if near else ""
