"""A change to a text before it is public."""

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .history import record, row_key
from .languages import column, translated_fields
from .page import Origin


class DraftConflict(Exception):
    """The live text is no longer the one that the draft started from."""


class Draft(models.Model):
    """A change to one language of an object that nobody but its editors sees."""

    class State(models.TextChoices):
        WRITING = "writing", _("being written")
        REVIEW = "review", _("waiting for review")

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    page = GenericForeignKey()
    language = models.CharField(_("language"), max_length=7, choices=settings.LANGUAGES)
    fields = models.JSONField(_("texts"), default=dict)  # {field: text} of the page itself
    # {"pilots.pilotstep:12": {field: text}} of rows that hang on the page
    rows = models.JSONField(_("texts of its parts"), default=dict)
    # {"|body" or "pilots.pilotstep:12|text": rows of paragraphs}: translation/units.py
    paragraphs = models.JSONField(default=dict, editable=False)
    started_from = models.CharField(max_length=64)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("author")
    )
    origin = models.CharField(
        _("origin"), max_length=7, choices=Origin.choices, default=Origin.HUMAN
    )
    made_from = models.JSONField(null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.WRITING)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name, verbose_name_plural = _("draft"), _("drafts")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "language"],
                name="content_draft_one_a_language",
            )
        ]

    def __str__(self):
        return f"{self.page} ({self.language})"

    @classmethod
    def of(cls, page, language, author=None):
        """The draft of `page` in `language`: the one that exists, or a new unsaved one."""
        key = {
            "content_type": ContentType.objects.get_for_model(page),
            "object_id": page.pk,
            "language": language,
        }
        return cls.objects.filter(**key).first() or cls(
            **key, author=author, started_from=page.live_hash(language)
        )

    @property
    def has_changes(self):
        return bool(self.fields or self.rows)

    def put_on(self, page):
        """Give `page`, in memory, the texts of this draft: what the page will say."""
        for name, text in self.fields.items():
            if name not in page.text_fields:
                raise ValueError(f"{name} is no text of {page._meta.label}")
            setattr(page, column(name, self.language), text)
        setattr(page, column("origin", self.language), self.origin)
        setattr(page, column("made_from", self.language), self.made_from)

    def put_on_row(self, row):
        """The same for a row that hangs on the page."""
        for name, text in self.rows.get(row_key(row), {}).items():
            if name in translated_fields(type(row)):
                setattr(row, column(name, self.language), text)

    def changed_rows(self):
        """The rows that still exist of those that this draft has texts for."""
        for key in self.rows:
            label, number = key.split(":")
            row = apps.get_model(label)._base_manager.filter(pk=number).first()
            if row:
                yield row

    @transaction.atomic
    def publish(self, overwrite=False, by=None):
        """Make the draft the live text and remove it; DraftConflict if the live text has moved on.

        `overwrite` is for somebody who has seen both versions and chosen this one; `by` is who does it.
        """
        page = (
            self.content_type.model_class()._base_manager.select_for_update().get(pk=self.object_id)
        )
        if not overwrite and page.live_hash(self.language) != self.started_from:
            raise DraftConflict(str(self))
        record([page])
        self.put_on(page)
        version = page.in_language(self.language)
        if not version.published_at or version.withdrawn_at:
            setattr(page, column("published_at", self.language), timezone.now())
            setattr(page, column("withdrawn_at", self.language), None)
        page.full_clean()
        page.save()
        for row in self.changed_rows():
            self.put_on_row(row)
            row.full_clean()
            row.save()
        self.delete()
        moment = timezone.now().isoformat()
        record([page], by, [{"published": {"language": self.language, "public_from": moment}}])
        return page
