"""What the work on content leaves behind: nothing of it is seen by visitors."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .asking import FAULTS


class UnsavedForm(models.Model):
    """What a person typed into a form and has not saved yet: offered again on any computer."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="unsaved_forms")
    address = models.CharField(max_length=300)  # path of the form
    fields = models.JSONField(default=dict)  # {name: [values]} as a browser posts them
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name, verbose_name_plural = _("unsaved form"), _("unsaved forms")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "address"], name="editing_unsavedform_one_a_form"
            )
        ]

    def __str__(self):
        return self.address


class PreviewLink(models.Model):
    """Lets somebody without an account look at one language of a page before it is public."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    page = GenericForeignKey()
    language = models.CharField(_("language"), max_length=7, choices=settings.LANGUAGES)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        verbose_name, verbose_name_plural = _("preview link"), _("preview links")
        indexes = [
            models.Index(fields=["content_type", "object_id"], name="editing_previewlink_page")
        ]

    def __str__(self):
        return f"{self.page} ({self.language})"

    @property
    def works(self):
        return not self.withdrawn_at and self.expires_at > timezone.now()


class CheckedAddress(models.Model):
    """An address elsewhere that texts link to, and what it answered when it was last asked."""

    url = models.URLField(_("address"), max_length=500, unique=True)
    checked_at = models.DateTimeField(_("last checked"), null=True, blank=True)
    status = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    fault = models.CharField(_("fault"), max_length=200, blank=True)
    failing_since = models.DateTimeField(_("dead since"), null=True, blank=True)

    class Meta:
        ordering = ["url"]
        verbose_name, verbose_name_plural = _("checked address"), _("checked addresses")

    def __str__(self):
        return self.url

    @property
    def fault_in_words(self):
        return FAULTS.get(self.fault, self.fault)


class AddressUse(models.Model):
    """A page that links to an address elsewhere: noted when it is saved, and once a day."""

    address = models.ForeignKey(
        CheckedAddress, models.CASCADE, related_name="uses", verbose_name=_("address")
    )
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    page = GenericForeignKey()

    class Meta:
        verbose_name, verbose_name_plural = _("use of an address"), _("uses of addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "address"], name="editing_addressuse_once"
            )
        ]

    def __str__(self):
        return f"{self.page}: {self.address}"


class Told(models.Model):
    """The author of a page has been told by mail that a language of it is public."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    language = models.CharField(max_length=7)
    published_at = models.DateTimeField()
    told_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "language", "published_at"],
                name="editing_told_once",
            )
        ]

    def __str__(self):
        return f"{self.content_type_id} {self.object_id} {self.language}"


class Deletion(models.Model):
    """Something that was deleted, with all that went with it: brought back within thirty days."""

    content_type = models.ForeignKey(ContentType, models.CASCADE, verbose_name=_("kind"))
    object_id = models.BigIntegerField()
    titles = models.JSONField(_("title"), default=dict)  # {language of the reader: title}
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("deleted by"),
    )
    deleted_at = models.DateTimeField(_("deleted"), auto_now_add=True)
    rows = models.JSONField(default=dict)  # {key of a row: {field: value}}
    # [key of a row, field, primary key]: what stayed, and led to a row that went
    detached = models.JSONField(default=list)

    class Meta:
        ordering = ["-deleted_at", "-pk"]
        verbose_name, verbose_name_plural = _("deleted object"), _("recently deleted")

    def __str__(self):
        return self.titles.get(get_language()) or next(iter(self.titles.values()), "")
