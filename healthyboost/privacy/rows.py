"""What an erasure finds out about single rows, and how it changes what a model does not know."""

import json

from django.core.files.storage import default_storage
from django.db import connection

from healthyboost.content.languages import column
from healthyboost.media.fields import UploadField
from healthyboost.media.models import Picture

from .finding import OWN_ROWS


def is_about(naming, row):
    """A version of a row of hers, or a deletion of one."""
    kind = row._meta.label
    if kind not in ("reversion.Version", "editing.Deletion"):
        return False
    model = row.content_type.model_class()
    names = OWN_ROWS.get(model._meta.label_lower, ()) if model else ()
    if kind == "reversion.Version":
        fields = json.loads(row.serialized_data)[0]["fields"]
    else:
        fields = row.rows.get(f"{model._meta.label_lower}:{row.object_id}", {}) if names else {}
    return any(naming.is_whole(fields.get(name)) for name in names)


def names_nobody_writes(mention):
    """Of its fields those that only the portal sets: the names of a file, and what texts call a picture."""
    kinds = mention.model._meta.concrete_fields
    files = [kind for kind in kinds if isinstance(kind, UploadField)]
    names = {each for kind in files for each in (kind.name, kind.address_field)}
    if mention.model is Picture:
        names.add("name")
    return [name for name in mention.fields if name in names and mention.is_sure]


def is_of_account(mention, living):
    """An entry of the log that keeps its name: that of an account which is there. It goes with that."""
    if mention.label != "audit.entry":
        return False
    row = mention.row
    is_about = row.model == "accounts.user" and int(row.object_id) in living
    return "person" in mention.fields and row.person_id in living or is_about


def copy_again(row, names):
    """Columns without language hold a text of some language as it once was; here, the English one."""
    table, quote = row._meta.db_table, connection.ops.quote_name
    changes = ", ".join(
        f"{quote(name)} = coalesce({quote(column(name, 'en'))}, "
        f"{'NULL' if row._meta.get_field(name).null else repr('')})"
        for name in names
    )
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {quote(table)} SET {changes} WHERE id = %s", [row.pk])


def file_is_there(file):
    return bool(file) and default_storage.exists(file.name)
