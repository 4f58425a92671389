"""What a feed is of: all kinds of pages or one, of a theme, of an organisation, in one language."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.urls import get_script_prefix, reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from healthyboost.content.addresses import absolute
from healthyboost.content.languages import wording
from healthyboost.content.models import Theme, content_models, public_in

ALL = "all"
FORMS = {"atom": "application/atom+xml", "json": "application/feed+json"}


class Missing(Exception):
    """There is no such feed; says why, in words for readers."""


@cache
def feed_models():
    """{name in addresses: content type} of what feeds tell of; news first, the last app."""
    return {model.feed_name: model for model in reversed(content_models()) if model.feed_name}


def kind_title(kind):
    if kind == ALL:
        return _("Everything new")
    model = feed_models()[kind]
    return str(model.feed_title or capfirst(model._meta.verbose_name_plural))


@cache
def feed_path(language, kind, form, prefix):
    with override(language):
        return reverse("feeds:feed", args=[kind, form])


@dataclass(frozen=True)
class Selection:
    language: str
    kind: str = ALL
    theme: Theme | None = None
    organisation: Any = None

    @property
    def models(self):
        return {ALL: feed_models()}.get(self.kind) or {self.kind: feed_models()[self.kind]}

    def public(self, model, now):
        """The pages of one type that are public in the language of the feed, not only shown in it."""
        pages = model.objects.filter(public_in(self.language, now))
        if self.theme:
            pages = pages.filter(themes=self.theme.pk)
        if self.organisation:
            pages = pages.filter(organisation=self.organisation.pk)
        return pages

    @property
    def query(self):
        chosen = {"theme": self.theme, "organisation": self.organisation}
        return {name: row.slug for name, row in chosen.items() if row}

    def path(self, form="atom", **more):
        path = feed_path(self.language, self.kind, form, get_script_prefix())
        query = urlencode({**self.query, **more})
        return f"{path}?{query}" if query else path

    def address(self, form="atom", **more):
        return absolute(self.path(form, **more))

    @property
    def page_path(self):
        """For people: the page of feeds with this one chosen."""
        with override(self.language):
            path = reverse("feeds:list")
        query = urlencode(({} if self.kind == ALL else {"kind": self.kind}) | self.query)
        return f"{path}?{query}" if query else path

    def in_language(self, language):
        return replace(self, language=language)

    @property
    def key(self):
        """What names the feed whatever becomes of addresses."""
        parts = [self.kind]
        parts += [f"theme{self.theme.pk}"] if self.theme else []
        parts += [f"organisation{self.organisation.pk}"] if self.organisation else []
        return "-".join(parts)

    @property
    def title(self):
        """ "News – Physical activity – Riga": in the language of the feed, as far as there are words."""
        parts = [kind_title(self.kind)]
        if self.theme:
            parts.append(wording(self.theme, "name", self.language)[0])
        if self.organisation:
            parts.append(self.organisation.shown.title)
        return " – ".join(parts)


def selection_of(kind, theme="", organisation=""):
    """The Selection of the texts in an address, in the active language; Missing where it says nonsense."""
    if kind != ALL and kind not in feed_models():
        raise Missing(_("There is no kind of feed “%(name)s”.") % {"name": kind[:60]})
    return Selection(
        get_language(),
        kind,
        theme_of(theme) if theme else None,
        organisation_of(organisation) if organisation else None,
    )


def theme_of(slug):
    found = Theme.objects.filter(slug=slug[:200]).first() if "\0" not in slug else None
    if not found:
        raise Missing(_("There is no topic “%(name)s”.") % {"name": slug[:60]})
    return found


def organisation_of(slug):
    """The organisation of this address, or of this former address, public or gone from the language."""
    organisations = apps.get_model("partners.Organisation").objects
    try:
        found = organisations.with_slug(slug) if "\0" not in slug else None
    except organisations.model.DoesNotExist:
        found = None
    if not found or not (found.languages or found.is_gone_from(get_language())):
        raise Missing(_("There is no organisation “%(name)s”.") % {"name": slug[:60]})
    return found
