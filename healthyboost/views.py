"""Pages that belong to no app: the front page, the project, errors."""

import sys

from django.core.exceptions import DisallowedHost
from django.http import HttpResponseBadRequest
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from healthyboost.api.problems import problem_response
from healthyboost.api.resources import ROOT as API
from healthyboost.chart.projection import mark, merged
from healthyboost.content.asked import reads
from healthyboost.content.gathering import gather_again
from healthyboost.content.views import ContentDetail, page_response, second_language
from healthyboost.editing.keeping import kept_page, sent_by_our_form
from healthyboost.media.models import Picture
from healthyboost.operations.tracing import request_id
from healthyboost.outages import outage_in_words
from healthyboost.pages.models import Page
from materials.models import Material
from news.event_views import with_sessions
from news.models import Article, Event, Issue
from partners.models import Organisation, Partnership, Project
from partners.views import project_context, project_parts
from pilots.models import Pilot
from pilots.views import by_city, pilot_marks


@reads()
@require_safe
def home(request):
    found = gather_again("home", on_the_front_page)
    found["pilots"] = by_city(found["pilots"])
    context = {
        **found,
        "marks": lambda: marks_of_the_network(found),
        "model": found["materials"][0] if found["materials"] else None,
        "events": with_sessions(found["events"]),
    }
    if found["projects"]:
        project = found["projects"][0]
        of_project = [role for role in found["partnerships"] if role.project_id == project.pk]
        rows = {"partnerships": of_project, "organisations": found["organisations"]}
        context |= project_context(project, rows | {"funding_lines": [], "funding_sources": []})
    return render(request, "home.html", context)


def marks_of_the_network(found):
    """A light for each pilot, a dot where there are only organisations."""
    lights = pilot_marks(found["pilots"], size=35)
    dots = merged(mark(each) for each in found["organisations"])
    lit = {(light.x, light.y) for light in lights}
    return [dot for dot in dots if (dot.x, dot.y) not in lit] + lights


def on_the_front_page():
    """Querysets of what it shows."""
    # of these only dots on the map, and numbers
    organisations = Organisation.objects.published().only("country", "latitude", "longitude")
    articles = Article.objects.published().for_reader().newest_first()
    materials = Material.objects.published().for_reader().filter(front_page_position__isnull=False)
    return {
        "pilots": Pilot.objects.published().for_reader().order_by("id"),
        "articles": articles[:5],
        "lead_pictures": Picture.objects.agreed()
        .filter(uses__content_type__model="article", uses__object_id__in=articles[:1].values("pk"))
        .order_by("uses__position", "uses__id")[:1],
        "events": Event.objects.published().for_reader().upcoming().soonest_first()[:3],
        "issues": Issue.objects.published().for_reader().newest_first()[:1],
        "materials": materials.order_by("front_page_position", "id"),
        "projects": Project.objects.published().for_reader().order_by("id")[:1],
        "partnerships": Partnership.objects.all(),
        "organisations": organisations.exclude(partnerships=None),
    }


def pages_about():
    return {"pages": Page.objects.filter(kind=Page.Kind.ABOUT).order_by("id")[:1]}


def first_project():
    return {"projects": Project.objects.published().order_by("id")[:1]}


class AboutDetail(ContentDetail):
    """The page of kind "about" with the facts of the project below it."""

    model = Page
    template_name = "partners/about.html"

    def get(self, request):
        self.page = next(iter(gather_again("about", pages_about)["pages"]), None)
        if not self.page:
            return not_found(request)
        self.page.second_language = second_language(request)
        return page_response(self, request, self.page)

    def get_template_names(self):
        return [self.template_name]

    @cached_property
    def project(self):
        return next(iter(gather_again("project", first_project)["projects"]), None)

    def given(self):
        return {"page": self.page, "project": self.project}

    def gathered(self, page, project):
        return project_parts(project) | {"statements": project.statements.all()} if project else {}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        project = self.project
        return (
            context | {"project": project} | (project_context(project, context) if project else {})
        )


def bad_request(request, exception=None):
    if isinstance(exception, DisallowedHost):  # every page of ours says its own address
        return HttpResponseBadRequest("Unknown host.", content_type="text/plain")
    return error(request, 400, _("The request was not understood"), _("Please check the address."))


def forbidden(request, exception=None, reason=""):
    if reason and sent_by_our_form(request):
        return kept_page(request, _("This form has been open for too long."), 403)
    text = _("You may not see this page. If you should, ask the administrator of the portal.")
    return error(request, 403, _("Access denied"), text)


def not_found(request, exception=None):
    return error(request, 404, _("Page not found"), _("The page may have moved or been removed."))


def too_many(request, exception=None):
    """`exception`: how soon it may be tried again, where that is known (healthyboost.limits)."""
    text = _("Please try again later.")
    if exception:
        text = _("Many requests came from your internet connection. Please try again in a minute.")
    return error(request, 429, _("Too many requests"), text)


def server_error(request):
    """Without the database: it may be what failed."""
    if why := outage_in_words(sys.exception()):
        if request.method == "POST" and sent_by_our_form(request):
            return kept_page(request, why, 503)
        text = _("Please try again in a minute.")
        response = error(request, 503, _("The portal cannot answer at the moment"), text)
        response["Retry-After"] = "30"
        return response
    return error(request, 500, _("Something went wrong"), _("Please try again later."))


def error(request, status, title, text):
    if request.path_info.startswith(f"{API}/"):
        return problem_response(request, status)
    context = {"title": title, "text": text, "status": status, "has_database": status < 500}
    context["number"] = request_id.get() if status >= 500 else ""
    return render(request, "error.html", context, status=status)
