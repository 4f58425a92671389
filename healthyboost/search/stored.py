"""The files of a page, of whatever kind: attachments, versions of a material."""

from functools import cache

from django.apps import apps

from healthyboost.content.hanging import relations_of, row_key
from healthyboost.media.fields import StoredFile


@cache
def file_models():
    return [model for model in apps.get_models() if issubclass(model, StoredFile)]


@cache
def file_relations(model):
    """Names of the relations that lead from a page to its files."""
    relations = relations_of(model).items()
    return [name for name, (related, _fields) in relations if related in file_models()]


def files_of(page):
    """The rows of its files; of a version that is a page elsewhere, too: it has a title."""
    for name in file_relations(type(page)):
        for file in getattr(page, name).all():
            if hasattr(file, "title"):
                yield file


def rows_by_key(keys):
    """{key of hanging.row_key(): row}; a query for each kind of file."""
    found = {}
    for model in file_models():
        label = f"{model._meta.label_lower}:"
        numbers = [key.removeprefix(label) for key in keys if key.startswith(label)]
        if numbers:
            rows = model._base_manager.filter(pk__in=numbers)
            found |= {row_key(row): row for row in rows}
    return found


def address_of(file):
    return file.file.url if file.file else file.url
