import hashlib

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

CONTEXT_SEPARATOR = "\x04"  # gettext's own


class Catalogue(models.Model):
    """One .po file as it was when it was last taken in."""

    language = models.CharField(_("language"), max_length=10)
    name = models.CharField(_("name"), max_length=20)  # django, djangojs
    digest = models.CharField(max_length=64)
    plural_forms = models.CharField(max_length=500)  # the value of its header
    taken_in_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("catalogue")
        verbose_name_plural = _("catalogues")
        constraints = [
            models.UniqueConstraint(fields=["language", "name"], name="one_catalogue_a_name")
        ]

    def __str__(self):
        return f"{self.language}/{self.name}.po"


class InterfaceString(models.Model):
    """An English text of the interface. Those of earlier releases stay, with their translations."""

    key = models.CharField(max_length=64, unique=True)
    catalogue = models.CharField(max_length=20)
    context = models.TextField(blank=True)
    msgid = models.TextField(_("original"))
    msgid_plural = models.TextField(blank=True)
    comment = models.TextField(blank=True)
    files = ArrayField(models.TextField(), default=list, blank=True)  # that use it
    words = models.PositiveIntegerField(default=0)
    is_public = models.BooleanField(default=False)  # visitors may read it
    is_current = models.BooleanField(default=True)  # this release uses it
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("interface string")
        verbose_name_plural = _("interface strings")

    def __str__(self):
        return self.msgid

    @property
    def originals(self):
        return [self.msgid, self.msgid_plural] if self.msgid_plural else [self.msgid]

    @property
    def name_in_catalogue(self):
        """What gettext looks it up by."""
        return f"{self.context}{CONTEXT_SEPARATOR}{self.msgid}" if self.context else self.msgid


def key_of(catalogue, context, msgid):
    return hashlib.sha256("\0".join([catalogue, context, msgid]).encode()).hexdigest()


class WordingQuerySet(models.QuerySet):
    def with_said(self):
        """`said_forms`: what visitors read, as `Wording.said`."""
        return self.annotate(said_forms=Coalesce("forms", "released"))

    def of_this_release(self):
        return self.filter(string__is_current=True)

    def that_differ(self):
        """Edited here, while a later release changed the same text in another way."""
        return self.filter(forms__isnull=False).exclude(released=models.F("catalogue_forms"))


class Wording(models.Model):
    """What an interface string says in a language: one text, or one for each plural form."""

    class Need(models.TextChoices):
        NOTHING = "", _("translated")
        MISSING = "missing", _("not translated")
        BROKEN = "broken", _("broken: the original is shown")

    string = models.ForeignKey(InterfaceString, models.CASCADE, related_name="wordings")
    language = models.CharField(_("language"), max_length=10)
    released = ArrayField(models.TextField(), default=list, blank=True)  # what the .po file says
    # What was written here; NULL: what the release says holds.
    forms = ArrayField(models.TextField(), null=True, blank=True)
    catalogue_forms = ArrayField(models.TextField(), default=list, blank=True)  # said when edited
    need = models.CharField(max_length=10, choices=Need.choices, blank=True, default="")
    version = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    at = models.DateTimeField(null=True, blank=True)

    objects = WordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("wording of the interface")
        verbose_name_plural = _("wordings of the interface")
        constraints = [
            models.UniqueConstraint(fields=["string", "language"], name="one_wording_a_language")
        ]
        indexes = [models.Index(fields=["language", "need"], name="wording_need")]

    def __str__(self):
        return " / ".join(self.said) or str(self.string)

    @property
    def said(self):
        return self.released if self.forms is None else self.forms

    @property
    def differs(self):
        return self.forms is not None and self.released != self.catalogue_forms

    @cached_property
    def name(self):
        return self.by.get_full_name() or self.by.get_username() if self.by else ""


class WordingChange(models.Model):
    wording = models.ForeignKey(Wording, models.CASCADE, related_name="changes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    name = models.CharField(max_length=200, blank=True)  # stays when the account goes
    at = models.DateTimeField(auto_now_add=True)
    before = ArrayField(models.TextField(), default=list, blank=True)
    after = ArrayField(models.TextField(), default=list, blank=True)

    class Meta:
        verbose_name = _("change of a wording")
        verbose_name_plural = _("changes of wordings")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.wording} · {self.at}"
