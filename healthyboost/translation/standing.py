"""How it stands with each language of everything that has words: what a queue is made of.

A computed table. The database notes what was touched, whoever wrote it (touching.py), and counting.py
computes these rows anew: nobody else writes them.
"""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class StandingQuerySet(models.QuerySet):
    def readable(self, now=None):
        """Those whose source visitors can read now."""
        now = now or timezone.now()
        return self.filter(public_from__lte=now).exclude(public_until__lte=now)

    def coming(self, now=None):
        """Those whose source visitors can read now or will."""
        now = now or timezone.now()
        return self.filter(public_from__isnull=False).exclude(public_until__lte=now)

    def to_do(self, language):
        """What somebody should write in `language`: of texts that are public or will be."""
        return self.coming().filter(language=language, state__in=Standing.TO_DO)

    def old(self, language=None):
        """Translations whose source says something else by now."""
        found = self.filter(state=Standing.State.CHANGED)
        return found.filter(language=language) if language else found


class Standing(models.Model):
    """One language of a page, or of a row with words of its own such as a theme."""

    class State(models.TextChoices):
        ORIGINAL = "original", _("original")
        MISSING = "missing", _("not translated")
        INCOMPLETE = "incomplete", _("translated in part")
        CHANGED = "changed", _("older than its source")
        MINOR = "minor", _("small changes in the source")
        CURRENT = "current", _("up to date")
        UNKNOWN = "unknown", pgettext_lazy("state of a translation", "translated")
        NOT_NEEDED = "not_needed", _("needs no translation")

    TO_DO = (State.MISSING, State.INCOMPLETE, State.CHANGED)

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    page = GenericForeignKey()
    language = models.CharField(max_length=7, choices=settings.LANGUAGES)
    state = models.CharField(max_length=10, choices=State.choices)
    has_draft = models.BooleanField(default=False)
    source_language = models.CharField(max_length=7, choices=settings.LANGUAGES, blank=True)
    changed = models.PositiveIntegerField(default=0)  # paragraphs of the source that are to do
    minor = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)  # paragraphs of the source
    words = models.PositiveIntegerField(default=0)  # of the source, in what is to do
    since = models.DateTimeField()  # when it came to be so
    # Of the source; time passes without anybody touching a row, so these are asked when it is read.
    public_from = models.DateTimeField(null=True)
    public_until = models.DateTimeField(null=True)
    organisation_id = models.BigIntegerField(null=True)

    objects = StandingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "language"], name="translation_standing_one"
            )
        ]
        indexes = [
            models.Index(fields=["language", "state", "since"], name="translation_standing_queue"),
        ]

    def __str__(self):
        return f"{self.content_type} {self.object_id} ({self.language}): {self.state}"


class NotNeeded(models.Model):
    """Somebody says that a page needs no translation into a language."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    page = GenericForeignKey()
    language = models.CharField(max_length=7, choices=settings.LANGUAGES)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "language"], name="translation_notneeded_one"
            )
        ]

    def __str__(self):
        return f"{self.page} ({self.language})"


class Touched(models.Model):
    """What is to be counted anew: triggers of the database write it, for one object often."""

    content_type = models.ForeignKey(
        ContentType, models.DO_NOTHING, db_constraint=False, db_index=False
    )
    object_id = models.BigIntegerField()

    def __str__(self):
        return f"{self.content_type_id}:{self.object_id}"


def counts(languages):
    """{language: {"texts": what is to do, "words": of it, and how many in each state}}: one query."""
    found = {
        code: {"texts": 0, "words": 0} | dict.fromkeys(Standing.State, 0) for code in languages
    }
    rows = Standing.objects.filter(language__in=languages).coming().values("language", "state")
    for row in rows.annotate(number=Count("pk"), to_write=Sum("words")).order_by():
        of_language = found[row["language"]]
        of_language[row["state"]] = row["number"]
        if row["state"] in Standing.TO_DO:
            of_language["texts"] += row["number"]
            of_language["words"] += row["to_write"]
    return found


def still_to_count():
    """How many objects have been touched and not been counted since."""
    return Touched.objects.values("content_type", "object_id").distinct().count()


def standings_of(page):
    """{language: Standing} of one page or row, as they were counted last."""
    kind = ContentType.objects.get_for_model(page)
    found = Standing.objects.filter(Q(content_type=kind, object_id=page.pk))
    return {each.language: each for each in found}
