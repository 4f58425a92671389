"""A month of the editors: what goes public, what ends, and what is dated and not public yet."""

import calendar
import datetime
import re
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from healthyboost.content.dates import say_date, say_time
from healthyboost.content.gathering import gather
from healthyboost.content.languages import column, language_codes, wording
from healthyboost.content.models import PUBLICATION

from .items import hers
from .states import EVERYTHING

MOST = 100  # of one content type
A_DAY = 6
COLUMNS = ("slug", "source_language", "organisation", "date", "date_precision")


@dataclass
class Event:
    moment: datetime.datetime
    state: str  # "scheduled", "public", "ends" or "draft"
    word: str
    title: str
    language: str  # of the title
    address: str
    codes: str  # the languages that it is about

    @property
    def symbol(self):
        return {"scheduled": "◷", "public": "●", "ends": "⊘", "draft": "◐"}[self.state]

    @property
    def time(self):
        return "" if self.state == "draft" else say_time(self.moment)


@dataclass
class Day:
    date: datetime.date
    is_of_month: bool
    events: list = field(default_factory=list)

    @property
    def is_today(self):
        return self.date == timezone.localdate()

    @property
    def shown(self):
        return self.events[:A_DAY]

    @property
    def further(self):
        return len(self.events) - A_DAY


class Month:
    def __init__(self, year, number):
        self.year, self.number = year, number

    @classmethod
    def read(cls, text):
        """Of "2026-11"; this month for anything else."""
        found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text, re.ASCII)
        today = timezone.localdate()
        return cls(*map(int, found.groups())) if found else cls(today.year, today.month)

    def __str__(self):
        return f"{self.year}-{self.number:02}"

    def beside(self, step):
        year, number = divmod(self.year * 12 + self.number - 1 + step, 12)
        return Month(year, number + 1)

    @property
    def previous(self):
        return self.beside(-1)

    @property
    def next(self):
        return self.beside(1)

    @property
    def name(self):
        return capfirst(say_date(datetime.date(self.year, self.number, 1), "month"))

    @property
    def weekdays(self):
        return [(WEEKDAYS[number], WEEKDAYS_ABBR[number]) for number in range(7)]

    def filled(self, user):
        """With what happens in it, of what is hers; one query."""
        days = calendar.Calendar().monthdatescalendar(self.year, self.number)
        self.weeks = [[Day(date, date.month == self.number) for date in week] for week in days]
        by_date = {day.date: day for week in self.weeks for day in week if day.is_of_month}
        zone = timezone.get_default_timezone()
        begin, end = (
            datetime.datetime(month.year, month.number, 1, tzinfo=zone)
            for month in (self, self.next)
        )
        querysets = {
            model._meta.label_lower.replace(".", "_"): model._base_manager.filter(
                where & happens_between(begin, end)
            ).only(*COLUMNS, *columns_by_language())[:MOST]
            for model, where in hers(user, lambda model, code: EVERYTHING).items()
        }
        for page in (page for pages in gather(**querysets).values() for page in pages):
            for event in events_of(page, begin, end):
                by_date[event.moment.date()].events.append(event)
        for day in by_date.values():
            day.events.sort(key=lambda event: (event.state == "public", event.moment, event.title))
        self.has_events = any(day.events for day in by_date.values())
        return self


def columns_by_language():
    return [column(name, code) for name in ("title", *PUBLICATION) for code in language_codes()]


def happens_between(begin, end):
    """Q: goes public or ends in that time; or has its date in it and is public in no language."""
    moments = (
        Q(**{f"{column(name, code)}__gte": begin, f"{column(name, code)}__lt": end})
        for name in ("published_at", "unpublish_at")
        for code in language_codes()
    )
    unpublished = (
        Q(**{f"{column('published_at', code)}__isnull": True}) for code in language_codes()
    )
    dated = Q(date__gte=begin, date__lt=end) & reduce(and_, unpublished)
    return reduce(or_, moments) | dated


def events_of(page, begin, end):
    title, language = wording(page, "title", get_language(), page.source_language)
    meta, now, found = page._meta, timezone.now(), {}
    for code in language_codes():
        version = page.in_language(code)
        if version.withdrawn_at:
            continue
        if version.published_at:
            is_over = version.published_at <= now
            found.setdefault(
                (version.published_at, "public" if is_over else "scheduled"), []
            ).append(code)
        if version.unpublish_at:
            found.setdefault((version.unpublish_at, "ends"), []).append(code)
    if page.date and not any(page.in_language(code).published_at for code in language_codes()):
        found[page.date, "draft"] = []
    words = {
        "scheduled": _("goes public"),
        "public": _("public"),
        "ends": _("no longer public"),
        "draft": _("draft"),
    }
    names = dict(settings.LANGUAGES)
    form = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[page.pk])
    for (moment, state), codes in found.items():
        if begin <= moment < end:
            yield Event(
                timezone.localtime(moment),
                state,
                words[state],
                title or page.slug,
                language,
                form + (f"#language-{codes[0]}" if codes else ""),
                ", ".join(str(names[code]) for code in codes),
            )
