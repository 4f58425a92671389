"""Stored files that show or name a person."""

import email
import json
from email import policy
from pathlib import Path

from django.core.files.storage import default_storage

from healthyboost.content.history import revisions_of
from healthyboost.content.languages import translated_fields
from healthyboost.content.richtext import RichTextField
from healthyboost.media.models import Picture
from healthyboost.sharing.shelf import FOLDER as DRAWN

RULE = "-" * 79  # between two mails in a file, as Django writes them


def remove_picture(picture):
    """Take a picture out of all pages and texts, and answer the files that can go when that is stored."""
    for shown in picture.in_texts.prefetch_related("owner"):
        if shown.owner:
            take_out(shown.owner, f'<img data-picture="{picture.name}">')
    picture.in_texts.all().delete()
    picture.uses.all().delete()
    files = files_of(picture.file.name, picture.renditions)
    for data in revisions_of(Picture, [picture.pk]).values_list(
        "version__serialized_data", flat=True
    ):
        fields = json.loads(data)[0]["fields"]
        if fields.get("file"):  # also one that was replaced
            files |= files_of(fields["file"], fields.get("renditions") or [])
    for other in Picture.objects.filter(sha256=picture.sha256).exclude(pk=picture.pk):
        files -= files_of(other.file.name, other.renditions)
    return sorted(files)


def files_of(name, renditions):
    return {name} | {each[kind] for each in renditions for kind in each if kind != "width"}


def take_out(row, tag):
    originals = translated_fields(type(row))
    for field in row._meta.concrete_fields:
        if isinstance(field, RichTextField) and field.name not in originals:
            text = getattr(row, field.name)
            setattr(row, field.name, text.replace(tag, "") if text else text)
    row.save()


def remove_files(names):
    for name in names:
        if name:
            default_storage.delete(name)


def remove_drawn():
    """Pictures to be shared say titles; they are drawn anew."""
    try:
        _folders, names = default_storage.listdir(DRAWN)
    except FileNotFoundError:
        return
    remove_files(DRAWN + name for name in names)


def remove_mails(folder, naming):
    """Files of mails that were written to a folder instead of being sent."""
    for path in Path(folder).glob("*.log"):
        if any(naming.is_in(text) for text in said_in(path)):
            path.unlink(missing_ok=True)


def said_in(path):
    for text in path.read_text(errors="replace").split(RULE):
        mail = email.message_from_string(text.strip(), policy=policy.default)
        yield from map(str, mail.values())
        for part in mail.walk():
            if part.get_content_maintype() == "text":
                yield part.get_content()
