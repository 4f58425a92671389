"""What each term of the field is called in each language."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from healthyboost.content.attached import Worded
from healthyboost.content.languages import column, language_codes, wording

from .uses import Reading, Use

__all__ = ["Reading", "Term", "Use"]


class Term(Worded):
    """A thing that has a name, and the name of it in every language: `preferred`, `also`, `avoid`."""

    identifier = models.CharField(
        _("identifier"),
        max_length=60,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*\Z")],
        help_text=_("Its name in files: a–z, 0–9 and underscores. It stays the same."),
    )
    preferred = models.CharField(
        _("wording"),
        max_length=200,
        blank=True,
        help_text=_("What to call it. An abbreviation stands in brackets behind it."),
    )
    also = models.TextField(
        _("also right"), max_length=1000, blank=True, help_text=_("One wording a line.")
    )
    avoid = models.TextField(
        _("to avoid"),
        max_length=1000,
        blank=True,
        help_text=_("What it should not be called. One wording a line."),
    )
    note = models.TextField(_("note"), max_length=1000, blank=True)
    is_active = models.BooleanField(
        _("in use"),
        default=True,
        help_text=_("Only these terms are shown to translators and looked for in texts."),
    )
    # What the file said when it was last loaded, by column: what differs from it, a person wrote.
    loaded = models.JSONField(default=dict, editable=False)

    needs_words_in = ("preferred",)

    class Meta:
        ordering = ["identifier"]
        verbose_name, verbose_name_plural = _("term"), _("terms")

    def __str__(self):
        return wording(self, "preferred", get_language() or "en")[0] or self.identifier

    def said(self, name, language):
        """The wordings of one kind in `language`, in their order."""
        text = getattr(self, column(name, language)) or ""
        return [line.strip() for line in text.splitlines() if line.strip()]

    @property
    def wordings(self):
        """{language: [what it may be called, the preferred wording first]}"""
        return {
            code: self.said("preferred", code) + self.said("also", code)
            for code in language_codes()
        }
