"""Pictures and files, and where they are used."""

import hashlib

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from healthyboost.content.languages import KNOWN_LANGUAGES, column, language_codes, wording

from .files import check_document, check_picture, kind_of
from .renditions import render

FILE_LANGUAGES = list(KNOWN_LANGUAGES.items())


class DescribedFile(models.FileField):
    """A file whose size, type and hash are stored with it when it is stored.

    The fields that `describe_file` fills must stand below this one in the class: Django saves the
    fields of a row in that order.
    """

    def pre_save(self, instance, add):
        file = getattr(instance, self.attname)
        is_new = bool(file) and not file._committed
        file = super().pre_save(instance, add)
        if is_new:
            del file.file  # an upload opens only once: from here on what is stored is read
            instance.describe_file(file)
        return file


class StoredFile:
    """What is known of a stored file. The fields stand in each class, below its file."""

    def describe_file(self, file):
        with file.open("rb") as stream:
            self.media_type = kind_of(stream)
            digest = hashlib.file_digest(stream, "sha256")
        self.size, self.sha256 = file.size, digest.hexdigest()


class Picture(StoredFile, models.Model):
    """A photograph or drawing, once, wherever it is used."""

    name = models.SlugField(
        _("name"), max_length=120, unique=True, help_text=_("A short name to find it by.")
    )
    file = DescribedFile(
        _("file"),
        upload_to="pictures/",
        max_length=250,
        validators=[check_picture],
        help_text=_("JPEG, PNG or WebP, at most 8 MB."),
    )
    size = models.PositiveBigIntegerField(null=True, editable=False)
    media_type = models.CharField(max_length=100, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    renditions = models.JSONField(default=list, editable=False)
    decorative = models.BooleanField(
        _("decorative"), default=False, help_text=_("It says nothing that the text does not say.")
    )
    alt = models.CharField(
        _("alternative text"),
        max_length=250,
        blank=True,
        help_text=_("What somebody who cannot see the picture should know."),
    )
    caption = models.CharField(_("caption"), max_length=300, blank=True)
    credit = models.CharField(
        _("credit"), max_length=150, blank=True, help_text=_("Photographer or owner.")
    )
    licence = models.CharField(_("licence"), max_length=80, blank=True)
    focal_x = models.DecimalField(
        _("focal point, from the left"),
        max_digits=3,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("0 to 1. What must stay in sight when the picture is cut."),
    )
    focal_y = models.DecimalField(
        _("focal point, from the top"),
        max_digits=3,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )

    interchange_key = "name"

    class Meta:
        ordering = ["name"]
        verbose_name, verbose_name_plural = _("picture"), _("pictures")
        constraints = [
            models.CheckConstraint(
                condition=Q(focal_x__isnull=True, focal_y__isnull=True)
                | Q(focal_x__isnull=False, focal_y__isnull=False)
                & Q(focal_x__range=(0, 1), focal_y__range=(0, 1)),
                name="media_picture_focal_point",
                violation_error_message=_("A focal point has two numbers from 0 to 1."),
            ),
            models.CheckConstraint(
                condition=Q(decorative=False)
                | Q(**{f"{column('alt', code)}__isnull": True for code in language_codes()})
                | Q(**{column("alt", code): "" for code in language_codes()}),
                name="media_picture_decorative_has_no_alt",
                violation_error_message=_("A decorative picture has no alternative text."),
            ),
        ]

    def __str__(self):
        return self.name

    def describe_file(self, file):
        super().describe_file(file)
        self.width, self.height, self.renditions = render(file, self.sha256)

    def clean(self):
        said = any(getattr(self, column("alt", code)) for code in language_codes())
        if not self.decorative and not said:
            raise ValidationError(
                _("Describe the picture in at least one language, or mark it decorative.")
            )
        if self.decorative and said:
            raise ValidationError(_("A decorative picture has no alternative text."))

    def can_be_seen(self):
        """A visitor may have it: something public uses it."""
        return any(use.owner and use.owner.languages for use in self.uses.prefetch_related("owner"))


class PictureUse(models.Model):
    """A picture on a content object. The first one stands for the object in lists."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    owner = GenericForeignKey()
    picture = models.ForeignKey(
        Picture, models.PROTECT, related_name="uses", verbose_name=_("picture")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name, verbose_name_plural = _("picture in use"), _("pictures in use")
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="media_pictureuse_owner")
        ]

    def __str__(self):
        return str(self.picture)


class Attachment(StoredFile, models.Model):
    """One file in one language, on any content object."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    owner = GenericForeignKey()
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    file = DescribedFile(
        _("file"), upload_to="attachments/", max_length=250, validators=[check_document]
    )
    size = models.PositiveBigIntegerField(null=True, editable=False)
    media_type = models.CharField(max_length=100, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    language = models.CharField(_("language"), max_length=7, choices=FILE_LANGUAGES)
    title = models.CharField(
        _("title"), max_length=200, help_text=_("In the language of the file.")
    )
    accessible = models.BooleanField(
        _("accessible"),
        null=True,
        blank=True,
        help_text=_("A tagged PDF, for instance. Empty: not known."),
    )

    class Meta:
        ordering = ["position", "id"]
        verbose_name, verbose_name_plural = _("attachment"), _("attachments")
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="media_attachment_owner")
        ]

    def __str__(self):
        return self.title

    def can_be_seen(self):
        return bool(self.owner and self.owner.languages)


def alternative_text(picture, language=None):
    """(text, language) for `alt`: ('', language) where the picture is decorative."""
    language = language or get_language()
    return ("", language) if picture.decorative else wording(picture, "alt", language)
