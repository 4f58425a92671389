"""Search: one field, a few filters, a page of results."""

from dataclasses import dataclass, field

from django.conf import settings
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from healthyboost.content.asked import reads
from healthyboost.content.filters import Choice, Filter, row_choices
from healthyboost.content.kept import kept
from healthyboost.content.models import Theme, content_models
from healthyboost.content.paging import COUNT_LIMIT
from healthyboost.limits.counting import SEARCH, limited

from .asking import read
from .finding import find, timeline
from .nearby import newest, other_spelling
from .results import results

SIZE = 10


@dataclass
class Slice:
    """One page of what was found, by the key of its first or last result."""

    found: list
    asked: dict
    fault: str = ""
    start: int = 0
    items: list = field(default_factory=list)

    def __post_init__(self):
        try:
            if after := self.asked.get("after"):
                self.start = self.place_beyond(key_of(after))
            elif before := self.asked.get("before"):
                self.start = max(0, self.place_beyond(key_of(before), 0) - SIZE)
        except ValueError:
            self.fault = _("There is no such page of results.")
        self.items = self.found[self.start : self.start + SIZE]

    def place_beyond(self, key, itself=1):
        """The place of what comes behind `key`; with `itself` 0 its own."""
        for place, each in enumerate(self.found):
            if each.key > key or not itself and each.key == key:
                return place
        return len(self.found)

    @property
    def first(self):
        return self.start + 1

    @property
    def last(self):
        return self.start + len(self.items)

    @property
    def next(self):
        return written(self.items[-1].key) if self.found.has(self.last) else ""

    @property
    def previous(self):
        return written(self.items[0].key) if self.start and self.items else ""


def written(key):
    is_other, score, number = key
    return f"{int(is_other)}_{score!r}_{number}"


def key_of(text):
    """ValueError where `text` is no key."""
    is_other, score, number = text[:80].split("_")
    return bool(int(is_other)), float(score), int(number)


@kept
def themes():
    return list(row_choices(Theme.objects.all()))


def filters():
    kinds = [
        Choice(model._meta.model_name, str(capfirst(model._meta.verbose_name_plural)), row=model)
        for model in content_models()
    ]
    months, _total = timeline()
    years = sorted({mark[2:6] for mark, _texts in months if mark[2:6]}, reverse=True)
    return [
        Filter("kind", _("Kind"), _("Everything"), kinds, None),
        Filter("theme", _("Topic"), _("All topics"), themes(), None),
        Filter(
            "language", _("Language"), _("All languages"),
            [Choice(code, str(capfirst(name))) for code, name in settings.LANGUAGES], None,
        ),
        Filter("year", _("Year"), _("All years"), [Choice(year, year) for year in years], None),
    ]  # fmt: skip


def marks_of(chosen):
    """What the filters ask of an entry: see lexemes.marks_of()."""
    marks = []
    if kind := chosen.get("kind"):
        marks.append(f"+{kind.row._meta.label_lower}")
    if theme := chosen.get("theme"):
        marks.append(f"+t{theme.row.pk}")
    if year := chosen.get("year"):
        marks.append("|".join(f"+m{year.value}{month:02}" for month in range(1, 13)))
    return marks


@reads("q", "kind", "theme", "language", "year", "after", "before", is_endless=True)
@require_safe
@limited(SEARCH)
def search(request):
    asked, language = request.GET, get_language()
    text = asked.get("q", "").strip()
    question, all_filters = read(text), filters()
    faults = [fault for each in all_filters if (fault := each.choose(asked.get(each.name, "")))]
    chosen = {each.name: each.chosen for each in all_filters if each.chosen}
    marks = marks_of(chosen)
    codes = [chosen["language"].value] if "language" in chosen else None
    context = {
        "q": text,
        "question": question,
        "filters": all_filters,
        "is_filtered": bool(chosen),
        "kept": {name: choice.value for name, choice in chosen.items()},
    }
    if not faults and not question.is_empty:
        found = find(question, language, marks, codes)
        if not found:
            other, found = other_spelling(question, language, marks, codes)
            context["instead"] = other
            question = read(other) if other else question
        some = not found and len(question.wanted) > 1
        if some:
            found = find(question, language, marks, codes, some=True)
        paging = Slice(found, asked)
        if paging.fault or (asked.get("after") or asked.get("before")) and not paging.items:
            faults.append(paging.fault or _("There is no such page of results."))
        context |= {
            "paging": paging,
            "results": results(question, paging.items),
            "count_said": count_said(found),
            "is_some": some and bool(found),
            "newest": results(question, newest(language)) if not found else (),
        }
    context["faults"] = faults
    return render(request, "search/search.html", context, status=404 if faults else 200)


def count_said(found):
    """How many there are. More than a thousand are not counted, nor are those in other languages, which
    come last, when there are many in the reader's own."""
    if found.has_more:
        number = number_format(min(len(found), COUNT_LIMIT), force_grouping=True)
        return _("More than %(count)s results") % {"count": number}
    if not found.is_counted:
        said = ngettext("At least %(count)s result", "At least %(count)s results", found.number)
        return said % {"count": found.number}
    return ngettext("%(count)s result", "%(count)s results", len(found)) % {"count": len(found)}
