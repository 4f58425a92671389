"""Stored files that nothing names any more: found once a day, removed after a while.

A row that was deleted can be put back for a month, so its file stays as long as that. A file that a
row or a version in the history names is never touched.
"""

import re
from datetime import timedelta

from django.apps import apps
from django.core.files.storage import default_storage
from django.db.models import FileField
from django.utils import timezone

from .kept import FOLDER as UNSAVED
from .kept import SECONDS
from .models import OrphanedFile, Picture
from .renditions import FOLDER as RENDITIONS

MONTH = timedelta(days=30)


def remove_orphans(older_than=MONTH):
    """Remove the files that no row has named for so long; the number of them."""
    remove_unsaved()
    now = timezone.now()
    fields = file_fields()
    named = named_by_rows(fields)
    # what is being stored this minute has no row yet
    orphans = {
        name
        for folder in folders_of(fields)
        for name in files_in(folder)
        if name not in named and default_storage.get_modified_time(name) < now - timedelta(hours=1)
    }
    orphans -= named_by_versions(fields)
    OrphanedFile.objects.exclude(name__in=orphans).delete()
    OrphanedFile.objects.bulk_create(
        [OrphanedFile(name=name) for name in orphans], batch_size=1000, ignore_conflicts=True
    )
    old = OrphanedFile.objects.filter(since__lte=now - older_than)
    names = set(old.values_list("name", flat=True)) - named_by_rows(fields)  # put back meanwhile
    for name in names:
        default_storage.delete(name)
    old.delete()
    return len(names)


def remove_unsaved():
    """Uploads of forms that nobody saved within a day."""
    limit = timezone.now() - timedelta(seconds=SECONDS)
    for name in files_in(UNSAVED):
        if default_storage.get_modified_time(name) < limit:
            default_storage.delete(name)


def file_fields():
    return [
        field
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, FileField)
    ]


def folders_of(fields):
    return {RENDITIONS, *(field.upload_to for field in fields)}


def files_in(folder):
    try:
        _folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    return [f"{folder}{name}" for name in names]


def named_by_rows(fields):
    names = {
        name
        for field in fields
        for name in field.model._base_manager.exclude(**{field.name: ""})
        .values_list(field.name, flat=True)
        .iterator()
    }
    for renditions in Picture.objects.values_list("renditions", flat=True).iterator():
        names |= {each[kind] for each in renditions for kind in each if kind != "width"}
    return names


def named_by_versions(fields):
    """Where the history of the rows is kept, its versions name files, too."""
    if not apps.is_installed("reversion"):
        return set()
    folders = "|".join(re.escape(folder) for folder in folders_of(fields))
    name_in_version = re.compile(rf'(?:{folders})[^"\\]+')
    versions = apps.get_model("reversion", "Version").objects.filter(
        content_type__in=apps.get_model("contenttypes", "ContentType")
        .objects.get_for_models(*{field.model for field in fields})
        .values()
    )
    texts = versions.values_list("serialized_data", flat=True).iterator()
    return {name for text in texts for name in name_in_version.findall(text)}
