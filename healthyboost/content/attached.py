"""What hangs on content objects: former addresses, themes, links, statements of sources."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .dates import precision_field
from .languages import KNOWN_LANGUAGES, column, wording


class Worded(models.Model):
    """A row that is no page of its own but has words in several languages."""

    needs_words_in = ()  # fields that must say something in at least one language

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        language = get_language() or settings.LANGUAGE_CODE
        errors = {
            column(field, language): _("Needed in at least one language.")
            for field in self.needs_words_in
            if not wording(self, field, language)[0]
        }
        if errors:
            raise ValidationError(errors)


class FormerSlug(models.Model):
    """An address that an object had: a trigger of the database writes it when a slug changes."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    owner = GenericForeignKey()
    slug = models.CharField(_("former address"), max_length=250)

    class Meta:
        verbose_name, verbose_name_plural = _("former address"), _("former addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "slug"], name="content_formerslug_unique"
            )
        ]
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="content_formerslug_object")
        ]

    def __str__(self):
        return self.slug

    @classmethod
    def of(cls, model):
        return cls.objects.filter(content_type=ContentType.objects.get_for_model(model))


class Theme(Worded):
    """A thematic area, a group of people that something is for, or a free tag."""

    class Kind(models.TextChoices):
        AREA = "area", _("thematic area")
        GROUP = "group", _("target group")
        TAG = "tag", _("tag")

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices, default=Kind.AREA)
    name = models.CharField(_("name"), max_length=80, blank=True)
    description = models.TextField(_("description"), max_length=300, blank=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    needs_words_in = ("name",)
    interchange_key = "slug"
    open_fields = ("slug", "kind", "name")

    class Meta:
        ordering = ["position", "slug"]
        verbose_name, verbose_name_plural = _("theme"), _("themes")

    def __str__(self):
        return wording(self, "name", get_language() or "en")[0] or self.slug

    def clean(self):
        super().clean()
        if self.parent and (self.parent.parent or self.parent == self):
            raise ValidationError({"parent": _("A part has no parts of its own.")})


class Link(Worded):
    """An address elsewhere, on any content object. Without address its label is shown as text.

    A page that exists in several languages may have an address of its own in each of them.
    """

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    owner = GenericForeignKey()
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    label = models.CharField(_("label"), max_length=200, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True, help_text="https://…")
    target_language = models.CharField(
        _("language of the page that it leads to"),
        max_length=7,
        choices=list(KNOWN_LANGUAGES.items()),
        blank=True,
    )
    own_url = models.URLField(
        _("address in this language"),
        max_length=500,
        blank=True,
        help_text=_("Only where the page exists in this language at another address."),
    )
    verified_at = models.DateField(_("last checked"), null=True, blank=True)

    needs_words_in = ("label",)

    class Meta:
        ordering = ["position", "id"]
        verbose_name, verbose_name_plural = _("link"), _("links")
        indexes = [models.Index(fields=["content_type", "object_id"], name="content_link_owner")]

    def __str__(self):
        return wording(self, "label", get_language() or "en")[0] or self.url

    def target_in(self, language):
        """(address, language of the page there) for a reader of `language`."""
        if own := getattr(self, column("own_url", language)):
            return own, language
        return self.url, self.target_language


class Statement(Worded):
    """What a source says about a content object: where sources differ, each has its own."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    owner = GenericForeignKey()
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    subject = models.CharField(
        _("what it is about"),
        max_length=120,
        blank=True,
        help_text=_("Statements with the same subject stand together."),
    )
    text = models.CharField(_("what the source says"), max_length=400, blank=True)
    reported_by = models.CharField(
        _("reported by"), max_length=200, blank=True, help_text=_("Who published the source.")
    )
    reported_on = models.DateField(
        _("reported on"), null=True, blank=True, help_text=_("Empty: not known.")
    )
    reported_on_precision = precision_field()
    source_url = models.URLField(
        _("address of the source"), max_length=500, blank=True, help_text="https://…"
    )
    written_in = models.CharField(
        _("language of the source"),
        max_length=7,
        choices=list(KNOWN_LANGUAGES.items()),
        blank=True,
    )

    needs_words_in = ("subject", "text", "reported_by")

    class Meta:
        ordering = ["position", "id"]
        verbose_name, verbose_name_plural = _("statement of a source"), _("statements of sources")
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="content_statement_owner")
        ]

    def __str__(self):
        language = get_language() or "en"
        return ": ".join(wording(self, name, language)[0] for name in ("subject", "text"))
