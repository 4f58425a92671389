"""All items by all languages: what is public, missing or too old; to look at and to take away."""

import csv
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.apps import apps
from django.conf import settings
from django.db.models import Q
from django.http import StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from healthyboost.accounts.rights import organisations_of
from healthyboost.content.languages import column, language_codes, wording
from healthyboost.content.models import Theme
from healthyboost.content.sorting import name_key
from healthyboost.search.for_editors import says
from healthyboost.translation.counting import catch_up

from .items import Place, add_drafts_and_ages, find, models_for
from .states import EVERYTHING, in_state
from .translated import STATES

PAGE_SIZE = 40
AT_ONCE = 500  # items in one query of the table to take away
FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # spreadsheets compute what begins so


@dataclass
class Question:
    """What is asked of the list, from the query string; nonsense there asks nothing."""

    user: object
    asked: dict

    def choice(self, name, choices):
        asked = self.asked.get(name, "")
        return asked if asked in choices else ""

    @cached_property
    def models(self):
        models = {model._meta.label_lower: model for model in models_for(self.user)}
        kind = self.choice("kind", models)
        return [models[kind]] if kind else list(models.values())

    @cached_property
    def language(self):
        return self.choice("language", language_codes())

    @cached_property
    def state(self):
        return self.choice("state", [state for state in STATES if state != "written"])

    @cached_property
    def is_oldest_first(self):
        return self.asked.get("order") == "oldest"

    def number(self, name):
        text = self.asked.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 10 else None

    def where(self, model):
        found, words = EVERYTHING, self.asked.get("q", "").strip()[:200]
        codes = [self.language] if self.language else language_codes()
        if self.state:
            found &= reduce(or_, (in_state(model, self.state, code) for code in codes))
        if words:
            found &= says(model, words, self.user)
        if organisation := self.number("organisation"):
            found &= Q(organisation=organisation)
        if theme := self.number("theme"):
            found &= Q(themes=theme)
        if self.asked.get("mine") and (own := organisations_of(self.user, model)) is not None:
            found &= Q(organisation__in=own)
        return found

    def items(self, after=None, limit=PAGE_SIZE):
        """(Items, the Place behind which the next ones are or None)."""
        wheres = {model: self.where(model) for model in self.models}
        found = find(wheres, limit + 1, self.is_oldest_first, after)
        shown = add_drafts_and_ages(found[:limit])
        following = Place.of(shown[-1]) if len(found) > limit else None
        if self.state in ("old", "public"):
            codes = [self.language] if self.language else language_codes()
            shown = [each for each in shown if self.state in {each.states[code] for code in codes}]
        return shown, following

    def all_items(self):
        after = None
        while True:
            items, after = self.items(after, AT_ONCE)
            yield from items
            if not after:
                return


def organisation_names():
    """{primary key: title} of all organisations, in the alphabet of the reader."""
    model = apps.get_model("partners.Organisation")
    language = get_language()
    rows = model._base_manager.only(
        "slug", "source_language", *(column("title", code) for code in language_codes())
    )
    names = {
        row.pk: wording(row, "title", language, row.source_language)[0] or row.slug for row in rows
    }
    return dict(sorted(names.items(), key=lambda name: name_key(name[1], language)))


def matrix_view(site, request):
    question, organisations = Question(request.user, request.GET), organisation_names()
    still_to_count = catch_up()
    if request.GET.get("format") == "csv":
        return table_to_take_away(question, organisations)
    items, following = question.items(Place.read(request.GET.get("after", "")))
    for item in items:
        item.organisation = organisations.get(item.organisation_id, "")
    kept = request.GET.copy()
    kept.pop("after", None)
    own = [organisations_of(request.user, model) for model in models_for(request.user)]
    context = {
        **site.each_context(request),
        "title": _("All pages by language"),
        "question": question,
        "asked": request.GET,
        "kept": kept.urlencode(),
        "items": items,
        "following": following,
        "is_first": "after" not in request.GET,
        "is_filtered": any(
            value for name, value in request.GET.items() if name not in ("after", "order")
        ),
        "kinds": [
            (model._meta.label_lower, capfirst(model._meta.verbose_name_plural))
            for model in models_for(request.user)
        ],
        "language_choices": [(code, capfirst(name)) for code, name in settings.LANGUAGES],
        "states": [(state, *said) for state, said in STATES.items() if state != "written"],
        "organisations": [(str(pk), name) for pk, name in organisations.items()],
        "themes": [(str(theme.pk), str(theme)) for theme in Theme.objects.all()],
        "has_own": any(own),
        "still_to_count": still_to_count,
    }
    return TemplateResponse(request, "admin/desk/matrix.html", context)


class Lines:
    """A file that hands each line on."""

    def write(self, line):
        return line


def table_to_take_away(question, organisations):
    response = StreamingHttpResponse(
        lines(question, organisations, get_language()), content_type="text/csv; charset=utf-8"
    )
    today = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="pages-{today}.csv"'
    return response


def lines(question, organisations, language):
    rows = csv.writer(Lines())
    with translation.override(language):
        yield "\ufeff"  # or spreadsheets take it for Latin letters only
        names = [str(capfirst(name)) for _code, name in settings.LANGUAGES]
        heading = [_("Type"), pgettext("text", "title"), _("Address"), _("Organisation")]
        yield rows.writerow(
            map(harmless, map(capfirst, [*heading, _("Date"), _("First written in"), *names]))
        )
        for item in question.all_items():
            yield rows.writerow(
                map(
                    harmless,
                    [
                        item.kind,
                        item.title,
                        item.slug,
                        organisations.get(item.organisation_id, ""),
                        item.said_date if item.date else "",
                        dict(settings.LANGUAGES)[item.source_language],
                        *(word for *_rest, word in item.cells),
                    ],
                )
            )


def harmless(cell):
    """What a spreadsheet would compute is text in it."""
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULAS) else text
