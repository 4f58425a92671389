"""The newsletter on the web: all issues, one with its table of contents, and that one as a PDF."""

import logging

from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _
from django.views.decorators.http import etag, require_safe

from healthyboost.content.models import public_in
from healthyboost.content.views import ContentDetail, ContentList

from .issue_pdf import NotMade, Paper, kept_pdf
from .newsletters import Issue, with_pages
from .readings import readable, with_facts

log = logging.getLogger(__name__)


class IssueList(ContentList):
    model = Issue

    related = ("newsletter",)

    def count_words(self, count):
        return ngettext("%(count)s issue", "%(count)s issues", count)


class IssueDetail(ContentDetail):
    model = Issue
    select_related = ("organisation", "newsletter__publisher")

    def gathered(self, page):
        return {"items": page.items.all(), **neighbours(page)}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        items, shown = with_pages(context["items"], self.page), context["shown"]
        has_pdf = self.page.is_public_in(shown.language)
        return context | {
            "sections": with_facts(readable(items, shown.language)),
            "pdf_url": pdf_address(self.page, shown.language) if has_pdf else "",
        }


def neighbours(issue):
    """The issues before and after this one, each in a list, as querysets."""
    others = Issue.objects.published().for_lists().filter(newsletter=issue.newsletter_id)
    if not issue.date:
        return {"earlier": others.none(), "later": others.none()}
    same_day = Q(date=issue.date)
    return {
        "earlier": others.filter(
            Q(date__lt=issue.date) | same_day & Q(pk__lt=issue.pk)
        ).newest_first()[:1],
        "later": others.filter(Q(date__gt=issue.date) | same_day & Q(pk__gt=issue.pk)).order_by(
            "date", "pk"
        )[:1],
    }


def pdf_address(issue, language):
    with override(language):
        return reverse("newsletter:pdf", args=[issue.slug])


@require_safe
def issue_pdf(request, slug):
    """An issue in the active language, if it is public in it."""
    language = get_language()
    issues = Issue.objects.filter(public_in(language)).select_related("newsletter__publisher")
    try:
        issue = issues.with_slug(slug)
    except Issue.DoesNotExist as error:
        raise Http404("no such issue in this language") from error
    if issue.slug != slug:
        return HttpResponsePermanentRedirect(pdf_address(issue, language))
    paper = Paper(issue, language)

    @etag(lambda request: f'"{paper.hash}"')
    def answer(request):
        try:
            content = kept_pdf(paper)
        except NotMade as error:
            log.error("PDF: %s", error)
            return render(request, "error.html", not_made(), status=503)
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{issue.slug}-{language}.pdf"'
        response["Content-Language"] = language
        response["Cache-Control"] = "public, no-cache"
        return response

    return answer(request)


def not_made():
    return {
        "title": _("The PDF could not be made"),
        "text": _("Please read the issue on its page, and print it from there."),
        "status": 503,
    }
