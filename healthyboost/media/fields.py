"""Fields that store uploads: checked before they are stored, under plain names, at addresses that stay."""

import hashlib
import re
from pathlib import PurePath

from django.db import models
from django.db.models.fields.files import FieldFile

from healthyboost.editing.slugs import make_slug

from .documents import facts_of, shortcomings
from .files import CHECKS, kind_of
from .kept import KeptFileField, KeptFileInput
from .metadata import without_metadata

PLAIN = re.compile(r"[-\w]{1,112}", re.ASCII)
SUFFIX = 8  # letters that the end of a name may have, its dot included


def plain(text):
    """A name that no address and no disk has trouble with; as it is where it is one already."""
    text = text.removeprefix(".")
    return text if PLAIN.fullmatch(text) else make_slug(text)


class AddressedFile(FieldFile):
    """A row's file keeps the address of the first one that the row had, whatever replaces it."""

    @property
    def address(self):
        return getattr(self.instance, self.field.address_field, "") or self.name

    @property
    def url(self):
        self._require_file()
        return self.storage.url(self.address)


class UploadField(models.FileField):
    """A file that is checked before it is stored, whoever stores it."""

    attr_class = AddressedFile
    address_field = ""
    media_type = ""  # where all files of the field are of one

    def generate_filename(self, instance, filename):
        """A name of plain letters; never one at which another row has its address."""
        path = PurePath(filename)
        stem = plain(path.stem) or self.model._meta.model_name
        suffix = f".{plain(path.suffix)}"[:SUFFIX] if plain(path.suffix) else ""
        name = super().generate_filename(instance, f"{stem}{suffix}")
        others = self.model._base_manager.exclude(pk=instance.pk)
        while self.address_field and others.filter(**{self.address_field: name}).exists():
            name = self.storage.get_alternative_name(name.removesuffix(suffix), suffix)
        return name

    def pre_save(self, instance, add):
        file = getattr(instance, self.attname)
        is_new = bool(file) and not file._committed
        if is_new:
            self.run_validators(file)
            file.file = self.stored_form(file.file)
        file = super().pre_save(instance, add)
        if is_new:
            del file.file  # an upload opens only once: from here on what is stored is read
            self.look_at(instance, file)
        return file

    def stored_form(self, file):
        """What is stored of an upload."""
        return file

    def look_at(self, instance, file):
        """The file has been stored."""

    def rows_at(self, path):
        """The rows whose file has this address."""
        return self.model._default_manager.filter(**{self.address_field or self.name: path})

    @property
    def kind(self):
        """ "picture", "document" or "captions": what its check takes."""
        return next(kind for kind, check in CHECKS.items() if check in self.validators)

    def formfield(self, **kwargs):
        # the widget of the admin gives way, and names of any length are shortened
        own = {"form_class": KeptFileField, "widget": KeptFileInput, "max_length": None}
        return super().formfield(**{**kwargs, **own, "kind": self.kind})


class DescribedFile(UploadField):
    """A file whose size, type, hash and address are stored with it when it is stored.

    The fields that `describe_file` fills must stand below this one in the class: Django saves the
    fields of a row in that order.
    """

    address_field = "address"

    def look_at(self, instance, file):
        instance.describe_file(file)


class PictureFile(DescribedFile):
    def stored_form(self, file):
        return without_metadata(file)


class CaptionsField(UploadField):
    """Captions of a video. No address is kept for them: they are read with their video."""

    media_type = "text/vtt"


class StoredFile:
    """What is known of a stored file. The fields stand in each class, below its file."""

    def describe_file(self, file):
        with file.open("rb") as stream:
            self.media_type = kind_of(stream)
            digest = hashlib.file_digest(stream, "sha256")
            self.look_inside(stream)
        self.size, self.sha256 = file.size, digest.hexdigest()
        self.address = self.address or file.name

    def look_inside(self, stream):
        self.facts = facts_of(stream, self.media_type)

    @property
    def shortcomings(self):
        """What a reader of this document misses, as sentences: warnings, no errors."""
        return shortcomings(self.facts, self.language)
