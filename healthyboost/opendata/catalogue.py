"""Every dataset of the portal: what it holds, where it is, in which forms, when it last changed."""

from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from healthyboost.api.resources import resources
from healthyboost.content.addresses import absolute
from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import Datestamp
from healthyboost.content.page import PUBLICATION, public_in
from healthyboost.feeds.selection import ALL, FORMS, Selection, feed_models

HARVESTED = "materials"  # what can be had through OAI-PMH
WITH_MONEY = ("projects", "organisations")


@dataclass(frozen=True)
class Distribution:
    """One form of a dataset, in one language or, where `language` is empty, in all of them."""

    name: object
    path: str
    media_type: str
    language: str = ""
    service: str = ""  # name of the service that it is had through

    @property
    def address(self):
        return absolute(self.path)


@dataclass
class Dataset:
    name: str  # in addresses, never to change
    title: object
    description: object
    models: list
    distributions: list = field(default_factory=list)
    changed_at: object = None


@dataclass(frozen=True)
class Service:
    name: str
    title: object
    address: str
    description: str  # address
    datasets: tuple


def datasets():
    """Every Dataset, with the moment of its last change."""
    found = [list_of(resource) for resource in resources().values()]
    pages = [resource.model for resource in resources().values()]
    with_money = [each.model for each in resources().values() if each.name in WITH_MONEY]
    found += [
        Dataset(
            "projects-partners-budgets",
            _("Projects, partners and budgets"),
            _(
                "With the fields of keep.eu, the database of Interreg projects. "
                "The lines of each budget add up to its total."
            ),
            with_money,
            [
                Distribution(
                    "JSON",
                    reverse("keep_json") + f"?lang={code}",
                    "application/json",
                    code,
                )
                for code in language_codes()
            ]
            + [
                Distribution(
                    name,
                    reverse("keep_csv", args=[table]) + f"?lang={code}",
                    "text/csv",
                    code,
                )
                for table, name in (
                    ("projects", _("CSV: projects")),
                    ("partners", _("CSV: partners")),
                )
                for code in language_codes()
            ],
        ),
        Dataset(
            "news-feeds",
            _("Everything new"),
            _("Feeds of all kinds of pages, with the full text, newest first."),
            list(feed_models().values()),
            feeds(ALL),
        ),
        Dataset(
            "sitemap",
            _("Addresses of all pages"),
            _("Each public page, its languages and when it last changed."),
            pages,
            [Distribution("XML", reverse("sitemap_index"), "application/xml")],
        ),
    ]
    changes = {model: last_change(model) for model in pages}
    for dataset in found:
        moments = [changes[model] for model in dataset.models if changes[model]]
        dataset.changed_at = max(moments, default=None)
    return found


def last_change(model):
    """When something that visitors see of any object of a type last changed, or None.

    What with_datestamp() says of the newest, asked of whole tables. First when texts came and went;
    then only of what was changed later than that: it is little, and it may not be public.
    """
    now, moments = timezone.now(), {}
    stamps = Datestamp.objects.filter(content_type=ContentType.objects.get_for_model(model))
    for code in language_codes():
        was_public = Q(**{f"{column('published_at', code)}__lte": now})
        for name in (column(part, code) for part in PUBLICATION):
            moments[f"last_{name}"] = Max(name, filter=was_public & Q(**{f"{name}__lte": now}))
    found = list(model.objects.order_by().aggregate(**moments).values())
    found.append(stamps.aggregate(last=Max("deleted_at"))["last"])
    last = max(filter(None, found), default=None)
    if not last:
        return None
    changes = {}
    for code in language_codes():
        name = column("changed_at", code)
        later = stamps.filter(**{f"{name}__gt": last})
        public = model.objects.order_by().filter(
            public_in(code, now), pk__in=later.values("object_id")
        )
        changes[f"last_{name}"] = Max(name, filter=Q(object_id__in=public.values("pk")))
    return max(filter(None, [last, *stamps.aggregate(**changes).values()]))


def list_of(resource):
    """The dataset of all public objects of a type."""
    distributions = [
        Distribution("JSON", resource.path, "application/json", service="api"),
        Distribution("CSV", f"{resource.path}.csv", "text/csv", service="api"),
    ]
    kinds = {model: kind for kind, model in feed_models().items()}
    if resource.model in kinds:
        distributions += feeds(kinds[resource.model])
    if resource.name == HARVESTED:
        harvest = reverse("oai") + "?verb=ListRecords&metadataPrefix="
        distributions += [
            Distribution("OAI-PMH: Dublin Core", f"{harvest}oai_dc", "text/xml", service="oai"),
            Distribution("OAI-PMH: IEEE LOM", f"{harvest}oai_lom", "text/xml", service="oai"),
        ]
    return Dataset(
        resource.name,
        resource.model._meta.verbose_name_plural,
        _("All that is public of this kind, with its texts in every language."),
        [resource.model],
        distributions,
    )


def feeds(kind):
    names = {"atom": "Atom", "json": "JSON Feed"}
    return [
        Distribution(names[form], Selection(code, kind).path(form), media_type, code)
        for form, media_type in FORMS.items()
        for code in language_codes()
    ]


def services():
    lists = tuple(resources())
    harvest = absolute(reverse("oai"))
    return [
        Service(
            "api",
            _("Interface for programs"),
            absolute(reverse("api")),
            absolute(reverse("api_description")),
            lists,
        ),
        Service(
            "oai",
            _("Interface for harvesters (OAI-PMH 2.0)"),
            harvest,
            f"{harvest}?verb=Identify",
            (HARVESTED,),
        ),
    ]
