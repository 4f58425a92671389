"""What readers want in their language: numbers a day, and the few addresses that asked to be told."""

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Demand(models.Model):
    """How often a page was wanted in a language on one day. Nobody is named or recognised in it."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    language = models.CharField(max_length=7, choices=settings.LANGUAGES)
    day = models.DateField()
    # of the page in another language, or of a translation that is older than its original
    visits = models.PositiveIntegerField(default=0)
    requests = models.PositiveIntegerField(default=0)  # "I need this page in Latvian"

    class Meta:
        verbose_name, verbose_name_plural = _("demand"), _("demand")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "language", "day"], name="demand_one_a_day"
            )
        ]
        indexes = [models.Index(fields=["language", "day"], name="demand_demand_of_language")]

    def __str__(self):
        return f"{self.content_type_id} {self.object_id} {self.language} {self.day}"


class Wish(models.Model):
    """Somebody wants to be told by mail once. It counts when she has confirmed it from her mail box."""

    class Wants(models.TextChoices):
        TRANSLATION = "translation", _("a translation")
        UPDATE = "update", _("a translation that is up to date")

    email = models.EmailField(_("e-mail address"))
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    language = models.CharField(_("language"), max_length=7, choices=settings.LANGUAGES)
    wants = models.CharField(max_length=11, choices=Wants.choices, default=Wants.TRANSLATION)
    consent = models.TextField()  # the words that she agreed to
    asked_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True, blank=True)  # the question whether it was she
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("wish"), _("wishes")
        constraints = [
            models.UniqueConstraint(
                fields=["email", "content_type", "object_id", "language"], name="demand_wish_once"
            )
        ]

    def __str__(self):
        return f"{self.content_type_id} {self.object_id} {self.language}"


class DigestChoice(models.Model):
    """How often a person is told by mail what there is to translate."""

    class Period(models.TextChoices):
        DAILY = "daily", _("every day")
        WEEKLY = "weekly", _("every week, on Monday")
        OFF = "off", _("never")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="digest_choice"
    )
    period = models.CharField(
        _("how often"), max_length=6, choices=Period.choices, default=Period.WEEKLY
    )
    told_until = models.DateTimeField(default=timezone.now)  # what came later is news
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("choice of mail"), _("choices of mail")

    def __str__(self):
        return f"{self.user_id} {self.period}"
