"""Where a term drifts: pages whose translation calls it otherwise than the glossary, and as a table."""

import csv
from collections import defaultdict
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from healthyboost.editing.matrix import Lines, harmless

from .models import Term
from .uses import Use, still_to_read

PAGE_SIZE = 40
DRIFTING = (Use.Kind.AVOID, Use.Kind.NONE)


@dataclass
class Line:
    """One term in one language: how often translations call it what."""

    term: Term
    language: str
    calls: list = field(default_factory=list)  # [(wording, Use.Kind, number of pages)]
    pages: int = 0

    @property
    def language_name(self):
        return dict(settings.LANGUAGES)[self.language]

    @property
    def wanted(self):
        return " / ".join(self.term.said("preferred", self.language))

    @property
    def drifting(self):
        return sum(number for _wording, kind, number in self.calls if kind in DRIFTING)

    @property
    def is_split(self):
        """Several right wordings for one thing: a reader may take them for several things."""
        return len([kind for _wording, kind, _number in self.calls if kind not in DRIFTING]) > 1


@dataclass
class Place:
    """A page whose translation drifts."""

    use: Use
    title: str
    title_language: str
    address: str  # its editor, at the paragraph

    @property
    def word(self):
        return self.use.get_kind_display()


def asked_language(request):
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else ""


def report_view(model_admin, request):
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    language = asked_language(request)
    if request.GET.get("format") == "csv":
        return table_to_take_away(language)
    term = model_admin.get_queryset(request).filter(identifier=request.GET.get("term", "")).first()
    places, following = places_of(term, language, request.GET.get("after", "")) if term else ([], 0)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Where terms drift"),
        "opts": model_admin.opts,
        "language": language,
        "language_choices": [(code, capfirst(name)) for code, name in settings.LANGUAGES],
        "still_to_read": still_to_read(),
        "term": term,
        "places": places,
        "following": following,
        "lines": [] if term else lines_of(language),
    }
    return TemplateResponse(request, "admin/glossary/report.html", context)


def uses(language, **lookups):
    found = Use.objects.filter(term__is_active=True, **lookups)
    return found.filter(language=language) if language else found


def lines_of(language):
    """The Lines of terms that drift, or have several right wordings in use; most pages first."""
    counted = (
        uses(language).values("term", "language", "kind", "wording").annotate(pages=Count("pk"))
    )
    found, terms = defaultdict(list), Term.objects.in_bulk()
    for row in counted.order_by("-pages", "wording"):
        if row["term"] in terms:
            found[row["term"], row["language"]].append((row["wording"], row["kind"], row["pages"]))
    lines = [
        Line(terms[term], code, calls, sum(number for *_rest, number in calls))
        for (term, code), calls in found.items()
    ]
    kept = [line for line in lines if line.drifting or line.is_split]
    return sorted(kept, key=lambda line: (-line.drifting, line.term.identifier, line.language))


def places_of(term, language, after):
    """(Places on this page of the list, key of the next page or 0)"""
    found = uses(language, term=term, kind__in=DRIFTING).order_by("pk")
    if after.isdecimal() and len(after) < 19:
        found = found.filter(pk__gt=after)
    some = list(found.prefetch_related("page")[: PAGE_SIZE + 1])
    following = some[PAGE_SIZE - 1].pk if len(some) > PAGE_SIZE else 0
    return [place_of(use) for use in some[:PAGE_SIZE] if use.page], following


def place_of(use):
    page = use.page
    code = page.source_language
    address = reverse(
        "admin:translate_page", args=[use.content_type_id, use.object_id, use.language]
    )
    return Place(use, page.in_language(code).title, code, f"{address}#unit-{use.place}")


# To take away


def table_to_take_away(language):
    response = StreamingHttpResponse(
        table_lines(language, get_language()), content_type="text/csv; charset=utf-8"
    )
    today = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="terms-{today}.csv"'
    return response


def table_lines(language, own):
    rows = csv.writer(Lines())
    with translation.override(own):
        yield "\ufeff"  # or spreadsheets take it for Latin letters only
        heading = [_("Term"), _("Language"), _("Wording"), _("In the original"), _("Translation")]
        yield rows.writerow(map(harmless, [*heading, _("Instead"), _("Address")]))
        found = uses(language, kind__in=DRIFTING).select_related("term")
        for use in found.order_by("term__identifier", "language", "pk").iterator(2000):
            address = reverse(
                "admin:translate_page", args=[use.content_type_id, use.object_id, use.language]
            )
            cells = [
                use.term.identifier,
                dict(settings.LANGUAGES)[use.language],
                " / ".join(use.term.said("preferred", use.language)),
                use.said,
                use.get_kind_display(),
                use.wording,
                f"{settings.SITE_ADDRESS}{address}#unit-{use.place}",
            ]
            yield rows.writerow(map(harmless, cells))
