"""Files of a folder into the media storage."""

from django.core.files import File

from healthyboost.media.fields import DescribedFile

from .documents import same_file


def store(row, column, path):
    """Store the file under its own name; with a number where another row has that name."""
    name, number = path.name, 1
    while column.storage.exists(stored := column.generate_filename(row, name)):
        if is_left_behind(row, column, stored, path):
            setattr(row, column.name, stored)
            if isinstance(column, DescribedFile):
                row.describe_file(getattr(row, column.name))
            row.save()
            return
        number += 1
        name = f"{path.stem}-{number}{path.suffix}"
    with path.open("rb") as stream:
        setattr(row, column.name, File(stream, name))
        row.save()


def is_left_behind(row, column, stored, path):
    """The very file is there and nobody's, as when its row was replaced or its database is gone."""
    others = type(row)._base_manager.filter(**{column.name: stored}).exclude(pk=row.pk)
    return not others.exists() and same_file(path, column.attr_class(row, column, stored))
