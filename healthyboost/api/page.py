"""The page for people who write programs: what there is, with examples that run."""

from django.conf import settings
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from healthyboost.content.addresses import absolute
from healthyboost.content.asked import reads
from healthyboost.content.gathering import gather
from healthyboost.content.models import Theme
from healthyboost.limits.counting import INTERFACE

from .members import STATES
from .questions import parameters_of_list
from .resources import ROOT, resources

PROGRAM = """\
import json
from urllib.request import urlopen

address = "{address}?lang={language}&limit=100"
while address:
    with urlopen(address) as answer:
        page = json.load(answer)
    for article in page["items"]:
        print(article["title"][0]["text"])
    address = page["next"]
"""


@reads()
@require_safe
def for_people(request):
    context = {
        "lists": [
            {"resource": each, "name": capfirst(each.model._meta.verbose_name_plural)}
            for each in resources().values()
        ],
        "examples": examples(),
        "program": PROGRAM.format(
            address=absolute(f"{ROOT}/articles"), language=get_language()
        ).strip(),
        "parameters": parameters(),
        "states": STATES.items(),
        "most": INTERFACE.most,
        "licence": settings.DATA_LICENCE,
        "description": absolute(f"{ROOT}/openapi.json"),
        "root": absolute(f"{ROOT}/"),
    }
    return render(request, "api/for_people.html", context)


def examples():
    """(what it gives, address) of requests that can be made as they stand."""
    language = get_language()
    known = resources()
    found = gather(
        themes=Theme.objects.filter(kind=Theme.Kind.AREA)[:1],
        pilots=known["pilots"].public().for_lists().order_by("pk")[:1],
    )
    yield _("The five newest articles in one language"), of(f"articles?lang={language}&limit=5")
    for pilot in found["pilots"]:
        yield _("One pilot, with its texts in all languages"), of(f"pilots/{pilot.slug}")
    for theme in found["themes"]:
        yield _("Materials on one topic"), of(f"materials?theme={theme.slug}")
    yield _("What has changed since a given day"), of("articles?changed_since=2026-01-01")
    yield (
        _("All organisations as a table for a spreadsheet"),
        of(f"organisations.csv?lang={language}"),
    )


def of(rest):
    return absolute(f"{ROOT}/{rest}")


def parameters():
    """(parameter, [names of the lists that know it], or None where all do), each with its values."""
    found = {}
    for resource in resources().values():
        for parameter in parameters_of_list(resource):
            key = parameter.name, *parameter.schema.get("enum", ())
            found.setdefault(key, (parameter, []))[1].append(resource.name)
    for parameter, names in found.values():
        yield parameter, None if len(names) == len(resources()) else names
