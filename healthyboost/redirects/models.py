"""Old addresses and where they lead; addresses that visitors ask for and that nobody answers."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from healthyboost.content.references import reference_to
from healthyboost.editing.slugs import free_slug, make_slug

from .addresses import key_typed, keys_at, page_at, page_of, path_of, without_language

# A path of the portal, never of another host; or a content object. Empty: gone.
TARGET = r"^(/([^/\\[:space:]][^\\[:space:]]*)?|portal:[a-z]+/[-a-zA-Z0-9_]+(#[-a-zA-Z0-9_]+)?)?$"


def validate_key(address):
    if (key := key_typed(address)) != address:
        raise ValidationError(_("Write it as %(address)s"), params={"address": key})


class Redirect(models.Model):
    """Asked only where nothing else answers. What stands in it may be shown to everybody."""

    # The file in a dump is named after it.
    name = models.SlugField(max_length=120, unique=True, editable=False)
    old_address = models.CharField(
        _("old address"), max_length=300, unique=True, validators=[validate_key]
    )
    target = models.CharField(_("leads to"), max_length=500, blank=True)  # empty: gone, 410
    language = models.CharField(
        _("language"),
        max_length=7,
        choices=settings.LANGUAGES,
        blank=True,
        help_text=_("In which language the page is shown."),
    )
    note = models.CharField(
        _("note"), max_length=300, blank=True, help_text=_("For colleagues; no visitor sees it.")
    )
    hits = models.PositiveIntegerField(_("times used"), default=0, editable=False)
    last_used = models.DateField(_("last used"), null=True, blank=True, editable=False)

    interchange_key = "name"

    class Meta:
        ordering = ["old_address"]
        verbose_name, verbose_name_plural = _("redirect"), _("redirects")
        constraints = [
            models.CheckConstraint(
                condition=Q(target__regex=TARGET),
                name="redirects_redirect_target_is_ours",
                violation_error_message=_(
                    "It can lead only to a page of this portal: /news/ or portal:articles/walk"
                ),
            ),
            models.CheckConstraint(
                condition=Q(old_address__regex=r"^/[^/].*$"),
                name="redirects_redirect_old_address_is_path",
            ),
        ]

    def __str__(self):
        return self.old_address

    def save(self, *args, **kwargs):
        if not self.name:
            wish = make_slug(re.sub("[/?=&]", " ", self.old_address))
            self.name = free_slug(Redirect.objects.all(), wish, "name")
        super().save(*args, **kwargs)
        MissedAddress.objects.filter(path=self.old_address).delete()

    def clean(self):
        chain = self.chain()
        if not chain:
            return
        message = _(
            "One redirect would lead to another: %(chain)s. Let each lead to the last page at once."
        )
        if chain[0] == chain[-1]:
            message = _("This would be a loop: %(chain)s")
        error = ValidationError(message, params={"chain": " → ".join(chain)})
        raise ValidationError({"target": error})

    def chain(self):
        """The addresses of a chain that this redirect would make, or would be a part of; or []."""
        keys = keys_at(self.target, self.language)
        if self.old_address in keys:
            return [self.old_address, self.old_address]
        others = Redirect.objects.exclude(pk=self.pk)
        if following := others.filter(old_address__in=keys).first():
            if self.old_address in keys_at(following.target, following.language):
                return [self.old_address, following.old_address, self.old_address]
            return [self.old_address, following.old_address, following.shown_target]
        for before in self.leading_here(others):
            return [before.old_address, self.old_address, self.shown_target]
        return []

    def leading_here(self, others):
        path = without_language(self.old_address.split("?")[0])[1]
        page = page_at(path)
        wanted = Q(target__istartswith=reference_to(page)) if page else Q()
        for end in ("", "/", "?", "#"):
            exactly = "target__istartswith" if end else "target__iexact"
            wanted |= Q(**{exactly: path + end})
        for each in others.filter(wanted):
            if self.old_address in keys_at(each.target, each.language):
                yield each

    @property
    def shown_target(self):
        """What a person reads: the address of the page, or that it is gone."""
        return path_of(self.target) or self.target if self.target else gettext("gone (410)")

    @property
    def page(self):
        return page_of(self.target)


class MissedAddress(models.Model):
    """How often readers asked for an address that nothing answers. Nobody is recognised in it."""

    path = models.CharField(_("address"), max_length=200, unique=True)
    hits = models.PositiveIntegerField(_("times asked for"), default=0)
    from_own_pages = models.PositiveIntegerField(
        _("from pages of this portal"),
        default=0,
        help_text=_("There is a link of ours to mend."),
    )
    first_day = models.DateField(_("first asked for"))
    last_day = models.DateField(_("last asked for"))
    is_set_aside = models.BooleanField(_("never mind"), default=False)

    class Meta:
        ordering = ["-hits", "-last_day", "id"]
        verbose_name, verbose_name_plural = _("missed address"), _("missed addresses")
        indexes = [models.Index(fields=["last_day"], name="redirects_missed_last_day")]

    def __str__(self):
        return self.path
