"""Tools, reports and training, each with a file or an address per language and form."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from healthyboost.content.models import Content, ContentQuerySet, Theme
from healthyboost.content.richtext import RichTextField
from healthyboost.media.fields import CaptionsField, DescribedFile, StoredFile
from healthyboost.media.files import check_captions, check_document
from healthyboost.media.models import FILE_LANGUAGES
from partners.models import Organisation, Project
from pilots.models import Pilot


class MaterialQuerySet(ContentQuerySet):
    def current(self):
        """Those that no newer material replaces."""
        return self.filter(replaced_by=None)


class Material(Content):
    """A material. Its date is its release: one to come announces it."""

    class Kind(models.TextChoices):
        TOOL = "tool", _("tool")
        REPORT = "report", _("report")
        TRAINING = "training", _("training")
        VIDEO = "video", _("video")
        RECOMMENDATIONS = "policy recommendations", _("policy recommendations")
        STATEMENT = "position statement", _("position statement")
        STRATEGY = "strategy", _("strategy")
        ACTIVITY_REPORT = "activity report", _("activity report")
        PAPER = "scientific paper", _("scientific paper")

    kind = models.CharField(_("kind"), max_length=22, choices=Kind.choices)
    audience = models.ManyToManyField(
        Theme,
        blank=True,
        related_name="materials_for",
        limit_choices_to={"kind": Theme.Kind.GROUP},
        verbose_name=_("for whom"),
    )
    authors = models.ManyToManyField(
        Organisation, blank=True, related_name="materials", verbose_name=_("authors")
    )
    author_text = models.CharField(_("authors in words"), max_length=200, blank=True)
    project = models.ForeignKey(
        Project,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="materials",
        verbose_name=_("project"),
    )
    pilots = models.ManyToManyField(
        Pilot, blank=True, related_name="materials", verbose_name=_("pilots")
    )
    minutes_needed = models.PositiveSmallIntegerField(
        _("time needed, minutes"), null=True, blank=True
    )
    edition = models.CharField(_("version"), max_length=40, blank=True)
    replaces = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("replaces"),
    )
    licence = models.CharField(_("licence"), max_length=80, blank=True)
    doi = models.CharField(
        "DOI",
        max_length=100,
        blank=True,
        validators=[
            RegexValidator(r"^10\.\d{4,9}/\S+$", _("A DOI looks like 10.1051/shsconf/2018."))
        ],
    )

    front_page_position = models.PositiveSmallIntegerField(
        _("place on the front page"),
        null=True,
        blank=True,
        help_text=_("Empty: not there. The first one stands under the model."),
    )

    objects = MaterialQuerySet.as_manager()
    url_name = "materials:detail"
    schema_type = "LearningResource"
    feed_name = "materials"
    not_copied = ("front_page_position",)
    page_only = (*Content.page_only, "author_text")
    parts = ("versions",)

    class Meta(Content.Meta):
        verbose_name, verbose_name_plural = _("material"), _("materials")

    @property
    def is_coming(self):
        """Announced: its release is still to come."""
        return bool(self.date and self.date > timezone.now())

    def clean(self):
        super().clean()
        older, seen = self.replaces, {self.pk}
        while older:
            if older.pk in seen:
                raise ValidationError({"replaces": _("A material cannot replace itself.")})
            seen.add(older.pk)
            older = older.replaces


class MaterialVersion(StoredFile, models.Model):
    """A material in one language and form."""

    class Form(models.TextChoices):
        FILE = "file", _("Document")
        TOOL = "online tool", _("Online tool")
        PAGE = "web page", _("Web page")
        VIDEO = "video", _("Video")
        AUDIO = "audio", _("Audio")

    material = models.ForeignKey(Material, models.CASCADE, related_name="versions")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    language = models.CharField(_("language"), max_length=7, choices=FILE_LANGUAGES)
    form = models.CharField(_("form"), max_length=11, choices=Form.choices, default=Form.FILE)
    title = models.CharField(
        _("title"), max_length=250, help_text=_("In the language of the version.")
    )
    file = DescribedFile(
        _("file"), upload_to="materials/", max_length=250, blank=True, validators=[check_document]
    )
    address = models.CharField(max_length=250, blank=True, editable=False)
    size = models.PositiveBigIntegerField(null=True, editable=False)
    media_type = models.CharField(max_length=100, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    facts = models.JSONField(default=dict, editable=False)
    accessible = models.BooleanField(
        _("accessible"),
        null=True,
        blank=True,
        help_text=_("A tagged PDF, for instance. Empty: not known."),
    )
    url = models.URLField(_("address"), max_length=500, blank=True)
    pages = models.PositiveSmallIntegerField(_("pages"), null=True, blank=True)
    duration_seconds = models.PositiveIntegerField(_("length in seconds"), null=True, blank=True)
    captions_file = CaptionsField(
        _("captions"),
        upload_to="captions/",
        max_length=250,
        blank=True,
        validators=[check_captions],
        help_text=_("A WebVTT file."),
    )
    transcript = RichTextField(_("transcript"), blank=True)
    is_partial = models.BooleanField(
        _("in part"), default=False, help_text=_("Only a part of the material is in this language.")
    )
    partial_note = models.CharField(
        _("which part"), max_length=200, blank=True, help_text=_("In the language of the version.")
    )

    class Meta:
        ordering = ["position", "id"]
        verbose_name, verbose_name_plural = _("version"), _("versions")
        indexes = [models.Index(fields=["address"], name="materials_version_address")]
        constraints = [
            models.UniqueConstraint(
                fields=["material", "language", "form"],
                name="materials_version_one_of_a_form",
                violation_error_message=_("There is already a version in this language and form."),
            ),
            models.CheckConstraint(
                condition=Q(file="") ^ Q(url=""),
                name="materials_version_file_or_url",
                violation_error_message=_("A version is a file or an address: one of the two."),
            ),
        ]

    def __str__(self):
        return f"{self.title} ({self.get_language_display()})"

    def can_be_seen(self):
        return bool(self.material.languages)
