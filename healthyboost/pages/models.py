"""Pages that belong to the portal itself: about, privacy, accessibility, contact."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from healthyboost.content.models import Content


class Page(Content):
    class Kind(models.TextChoices):
        ABOUT = "about", _("about the project")
        PRIVACY = "privacy", _("privacy statement")
        COOKIES = "cookies", _("cookies")
        ACCESSIBILITY = "accessibility", _("accessibility statement")
        CONTACT = "contact", _("contact")
        OTHER = "other", _("other")

    kind = models.CharField(_("kind"), max_length=13, choices=Kind.choices, default=Kind.OTHER)
    reviewed_on = models.DateField(
        _("last reviewed"), null=True, blank=True, help_text=_("Shown on statements.")
    )
    footer_position = models.PositiveSmallIntegerField(
        _("place in the footer"), null=True, blank=True, help_text=_("Empty: not in the footer.")
    )

    url_name = "pages:detail"
    address_fields = ("slug", "kind")
    not_copied = ("kind", "footer_position")

    class Meta(Content.Meta):
        verbose_name, verbose_name_plural = _("page"), _("pages")
        constraints = [
            *Content.Meta.constraints,
            models.UniqueConstraint(
                fields=["kind"],
                condition=~Q(kind="other"),
                name="pages_page_one_of_a_kind",
                violation_error_message=_("There is already a page of this kind."),
            ),
        ]

    @property
    def schema_type(self):
        types = {self.Kind.ABOUT: "AboutPage", self.Kind.CONTACT: "ContactPage"}
        return types.get(self.kind, "WebPage")

    def get_absolute_url(self):
        return reverse("about") if self.kind == self.Kind.ABOUT else super().get_absolute_url()
