"""What stored files say of a person: on their pages, and where no reader looks."""

import hashlib
from itertools import batched

from django.core.files.storage import default_storage

from healthyboost.media.fields import CaptionsField, UploadField
from healthyboost.media.files import SHORT_NAMES, kind_of
from healthyboost.media.models import Picture
from healthyboost.media.orphans import file_fields, files_in, folders_of, named_by_rows
from healthyboost.media.storage import UNSAVED
from healthyboost.search.files import read, unread_files
from healthyboost.search.models import FileText
from healthyboost.search.stored import file_models

from .mentions import Fate, Mention

AT_ONCE = 20  # texts, each as long as a book
LARGEST_CAPTIONS = 2_000_000  # bytes


def in_texts(digests, naming):
    """Of the FileTexts of these files; the text of a file that no row has any more goes."""
    for some in batched(digests, AT_ONCE):
        owners = {}
        for model in file_models():
            for row in model._base_manager.filter(sha256__in=some).order_by("pk"):
                owners.setdefault(row.sha256, []).append(row)
        for said in FileText.objects.filter(pk__in=some).order_by("pk"):
            text = naming.passages(f"{said.text}\n{said.more}")
            is_sure, excerpt = naming.is_in(text), naming.excerpt(text)[:200]
            if is_sure or naming.is_likely_in(text):
                for row in owners.get(said.pk, ()):
                    yield Mention(row, ["file"], Fate.FILE, excerpt, is_sure, is_inside=True)
            if is_sure and said.pk not in owners:
                yield Mention(said, ["text", "more"], Fate.GOES, excerpt)


def in_captions(naming):
    for field in file_fields():
        if isinstance(field, CaptionsField):
            for row in field.model._base_manager.exclude(**{field.name: ""}).order_by("pk"):
                text = text_of(getattr(row, field.name))
                is_sure = naming.is_in(text)
                if is_sure or naming.is_likely_in(text):
                    excerpt = naming.excerpt(text)[:200]
                    yield Mention(row, [field.name], Fate.FILE, excerpt, is_sure, is_inside=True)


def text_of(file):
    try:
        with file.open("rb") as stream:
            return stream.read(LARGEST_CAPTIONS).decode("utf-8", "replace")
    except FileNotFoundError:
        return ""


def waiting_files():
    """Rows whose file the background process has not read yet."""
    return [row for files in unread_files() for row in files]


def closed_files():
    """Rows whose file could not be read, or not all of it: a scan, a password."""
    closed = FileText.objects.filter(is_whole=False).values("sha256")
    return [
        row
        for model in file_models()
        if model is not Picture
        for row in model._base_manager.filter(sha256__in=closed).order_by("pk")
    ]


# Files of no row: replaced ones, which the history names, and uploads of forms that are not saved


def stray_files(naming):
    """Names of stored files that name her and belong to no row."""
    return [name for name in strays(file_fields()) if naming.is_in(name)]


def strays_that_say(naming):
    """The same of what they say. What was never read is read now."""
    fields = file_fields()
    documents = (UNSAVED, *(each.upload_to for each in fields if is_read(each)))
    return [name for name in strays(fields) if name.startswith(documents) and says(name, naming)]


def strays(fields):
    named = named_by_rows(fields)
    for folder in sorted(folders_of(fields) | {UNSAVED}):
        for name in files_in(folder):
            if name not in named and default_storage.exists(name):
                yield name


def is_read(field):
    """Pictures say nothing: what stood beside them was taken out when they were stored."""
    return isinstance(field, UploadField) and field.kind != "picture"


def says(name, naming):
    try:
        with default_storage.open(name) as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            kind = kind_of(stream)
            if kind not in SHORT_NAMES:
                return False
            known = FileText.objects.filter(sha256=digest).exclude(is_whole=None).first()
            said = known or read(digest, stream, kind)
    except FileNotFoundError:  # the timed job was faster
        return False
    return naming.is_in(naming.passages(f"{said.text}\n{said.more}"))
