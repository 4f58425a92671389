"""The page about open data, and its catalogue for machines."""

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from healthyboost.api.problems import problem_response
from healthyboost.content.addresses import absolute
from healthyboost.content.asked import reads
from healthyboost.limits.counting import INTERFACE, limited

from .answers import data_response
from .catalogue import datasets
from .dcat import graph, json_ld, turtle
from .licence import licence_name

WRITERS = {"jsonld": (json_ld, "application/ld+json"), "ttl": (turtle, "text/turtle")}


@reads()
@require_safe
def open_data(request):
    context = {
        "datasets": datasets(),
        "licence_name": licence_name(),
        "licence_address": settings.DATA_LICENCE,
        "harvest": absolute(reverse("oai")),
    }
    return render(request, "opendata/data.html", context)


@require_safe
@limited(INTERFACE)
def catalogue(request, form):
    """The catalogue as DCAT-AP; it says everything in all languages, so there is nothing to ask for."""
    if form not in WRITERS:
        raise Http404(form)
    if request.GET:
        return problem_response(request, 400, "The catalogue has no parameters.")
    write, media_type = WRITERS[form]
    return data_response(request, write(graph()), f"{media_type}; charset=utf-8", "mul")
