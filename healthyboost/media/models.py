"""Pictures and files, and where they are used."""

import datetime

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from healthyboost.accounts.rights import page_of
from healthyboost.content.agreed import agreed_today, agrees_today
from healthyboost.content.languages import KNOWN_LANGUAGES, column, language_codes, wording

from .fields import DescribedFile, PictureFile, StoredFile
from .files import check_document, check_picture
from .renditions import render

FILE_LANGUAGES = list(KNOWN_LANGUAGES.items())
SOON = datetime.timedelta(days=60)  # a consent that ends within it is to be asked for again


class PictureQuerySet(models.QuerySet):
    def agreed(self):
        """Those that may be shown today."""
        return self.filter(agreed_today())

    def consent_ends_by(self, day):
        """Those of people whose consent ends then or has ended."""
        return self.filter(consent_until__lte=day)

    def unused(self):
        return self.filter(uses=None, in_texts=None)


class Picture(StoredFile, models.Model):
    """A photograph or drawing, once, wherever it is used."""

    name = models.SlugField(
        _("name"), max_length=120, unique=True, help_text=_("A short name to find it by.")
    )
    file = PictureFile(
        _("file"),
        upload_to="pictures/",
        max_length=250,
        validators=[check_picture],
        help_text=_("JPEG, PNG or WebP, at most 20 MB."),
    )
    address = models.CharField(max_length=250, blank=True, editable=False)
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

    organisation = models.ForeignKey(
        "partners.Organisation",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="owned_pictures",
        verbose_name=_("organisation"),
        help_text=_("Whose picture this is. Empty: the whole network."),
    )
    consent_note = models.TextField(
        _("Do the people in this picture agree?"),
        max_length=500,
        blank=True,
        help_text=_(
            "Who can be recognised, who agreed, when and how. Empty: nobody can be recognised."
        ),
    )
    consent_until = models.DateField(
        _("they agree until"),
        null=True,
        blank=True,
        help_text=_(
            "After this day the picture is shown nowhere. You get a mail two months before. Empty: "
            "without an end."
        ),
    )
    consent_told_of = models.DateField(null=True, editable=False)  # the end that was written about

    objects = PictureQuerySet.as_manager()
    interchange_key = "name"
    open_rows = agreed_today()
    # What is for everybody: who can be recognised, and what they agreed to, is not.
    open_fields = (
        *("name", "file", "width", "height"),
        *("decorative", "alt", "caption", "credit", "licence"),
    )

    class Meta:
        ordering = ["name"]
        verbose_name, verbose_name_plural = _("picture"), _("pictures")
        indexes = [
            models.Index(fields=["address"], name="media_picture_address"),
            models.Index(
                fields=["sha256"], name="media_picture_hash", opclasses=["varchar_pattern_ops"]
            ),
        ]
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

    def look_inside(self, stream):
        """A picture has no facts of its own: what it said of itself has been removed."""

    @property
    def shortcomings(self):
        return []

    @property
    def thumbnail(self):
        """Address of the smallest copy."""
        smallest = self.renditions[0]["webp"] if self.renditions else self.file.address
        return self.file.storage.url(smallest)

    @property
    def consent(self):
        """ "ended", "ends soon", "given", or "" where there is no need for one."""
        today = timezone.localdate()
        if self.consent_until and self.consent_until < today:
            return "ended"
        if self.consent_until and self.consent_until <= today + SOON:
            return "ends soon"
        return "given" if self.consent_note or self.consent_until else ""

    def clean(self):
        said = any(getattr(self, column("alt", code)) for code in language_codes())
        if not self.decorative and not said:
            raise ValidationError(
                _("Describe the picture in at least one language, or mark it decorative.")
            )
        if self.decorative and said:
            raise ValidationError(_("A decorative picture has no alternative text."))

    def can_be_seen(self):
        """A visitor may have it: something public uses it, and the people in it agree."""
        return agrees_today(self) and any(page.languages for page in self.pages())

    def pages(self):
        """The pages that show it, a few queries for each fifty."""
        for rows in (self.uses, self.in_texts):
            newest_first = rows.order_by("-pk").prefetch_related("owner")
            for row in newest_first.iterator(chunk_size=50):
                if row.owner:
                    yield page_of(row.owner)


def used_by(pictures, most=6):
    """{primary key: the pages that show it, at most so many}, in a fixed number of queries."""
    found = {picture.pk: [] for picture in pictures}
    for model in (PictureUse, PictureInText):
        newest = Window(RowNumber(), partition_by="picture", order_by="-pk")
        rows = model.objects.filter(picture__in=found).annotate(place=newest)
        for row in rows.filter(place__lte=most).order_by("-pk").prefetch_related("owner"):
            page = page_of(row.owner) if row.owner else None
            if page and page not in found[row.picture_id]:
                found[row.picture_id].append(page)
    return {key: pages[:most] for key, pages in found.items()}


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


class PictureInText(models.Model):
    """A picture that a rich text shows: written when the row of the text is saved."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    owner = GenericForeignKey()
    picture = models.ForeignKey(
        Picture, models.PROTECT, related_name="in_texts", verbose_name=_("picture")
    )

    class Meta:
        verbose_name, verbose_name_plural = _("picture in a text"), _("pictures in texts")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "picture"], name="media_pictureintext_once"
            )
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
    address = models.CharField(max_length=250, blank=True, editable=False)
    size = models.PositiveBigIntegerField(null=True, editable=False)
    media_type = models.CharField(max_length=100, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    facts = models.JSONField(default=dict, editable=False)
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
        verbose_name, verbose_name_plural = _("file"), _("files")
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="media_attachment_owner"),
            models.Index(fields=["address"], name="media_attachment_address"),
        ]

    def __str__(self):
        return self.title

    def can_be_seen(self):
        return bool(self.owner and self.owner.languages)


class OrphanedFile(models.Model):
    """A stored file that no row names, and since when: it is removed after a while."""

    name = models.CharField(max_length=250, unique=True)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name, verbose_name_plural = _("file without a row"), _("files without a row")

    def __str__(self):
        return self.name


def alternative_text(picture, language=None):
    """(text, language) for `alt`: ('', language) where the picture is decorative."""
    language = language or get_language()
    return ("", language) if picture.decorative else wording(picture, "alt", language)
