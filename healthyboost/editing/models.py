"""What the work on content leaves behind: nothing of it is seen by visitors."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _


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
