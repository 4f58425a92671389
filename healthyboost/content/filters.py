"""The questions of a list: a name in the query string, the choices, and what a choice does."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .languages import wording
from .sorting import name_key


@dataclass
class Choice:
    value: str
    label: str
    language: str = ""  # of the label, where it is not that of the page
    row: Any = None


@dataclass
class Filter:
    """`lookup` is a lookup of the queryset, or a function of the queryset and the row of the choice,
    else its value."""

    name: str
    label: str
    all_label: str
    choices: list[Choice]
    lookup: Any
    value: str = ""
    chosen: Choice | None = field(default=None, init=False)

    def choose(self, value):
        """Take the value of the query string; the fault in words if it is none of the choices."""
        self.value = value
        self.chosen = next((choice for choice in self.choices if choice.value == value), None)
        if value and not self.chosen:
            return _("There is no choice “%(value)s” under “%(name)s”.") % {
                "value": value[:60],
                "name": self.label,
            }
        return None

    @property
    def given(self):
        """What the lookup reads of the choice: its row, else its value."""
        return self.chosen.value if self.chosen.row is None else self.chosen.row

    def apply(self, queryset, given):
        """`given` as it is, or what stands in for it in gather_again."""
        if not callable(self.lookup):
            return queryset.filter(**{self.lookup: given})
        return self.lookup(queryset, given)


def row_choices(rows, field="name"):
    """Choices of rows that are no pages, such as themes."""
    language = get_language()
    for row in rows:
        text, code = wording(row, field, language)
        yield Choice(row.slug, text, "" if code == language else code, row)


def page_choices(pages, field="title"):
    """Choices of content objects by name, in the language in which each is shown."""
    language, choices = get_language(), []
    for page in pages:
        shown = page.shown
        other = "" if shown.language == language else shown.language
        choices.append(Choice(page.slug, getattr(shown, field), other, page))
    return sorted(choices, key=lambda choice: name_key(choice.label, language))


class Period(NamedTuple):
    since: datetime
    before: datetime


def year_choices(years):
    """Choices of years: the row of each is its Period, in the time zone of the portal."""
    for year in years:
        since, before = (timezone.make_aware(datetime(each, 1, 1)) for each in (year, year + 1))
        yield Choice(str(year), str(year), row=Period(since, before))


def in_period(rows, period):
    return rows.filter(date__gte=period.since, date__lt=period.before)
