"""What a program asked for: every parameter and value is known, or the answer says what is."""

import datetime
import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from healthyboost.content.dates import YEARS
from healthyboost.content.languages import language_codes
from healthyboost.content.models import Theme

from .cursors import read_cursor
from .problems import Problem
from .resources import by_model, changed_since

LIMIT, MOST = 20, 100
FORMATS = {"json": "application/json", "csv": "text/csv"}
SLUG = re.compile(r"[-\w]{1,120}", re.ASCII)
SLUG_SCHEMA = {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$", "maxLength": 120}
NAMED = 60  # values that a refusal names


@dataclass(frozen=True)
class Parameter:
    """`read` makes a value of the text, or raises ValueError with what is allowed."""

    name: str
    schema: dict
    description: str
    read: Any
    condition: Any = None  # Q of the rows, of the value


def parameters_of_object():
    codes = language_codes()
    words = _(
        "One language: each text in it, or in the one that a reader gets instead. "
        "Without it: all languages that are public."
    )
    return [Parameter("lang", {"type": "string", "enum": codes}, words, one_of(codes))]


def parameters_of_list(resource):
    """What can be asked of a list, in the order in which the description names it."""
    yield from parameters_of_object()
    yield Parameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT},
        _("How many objects one answer holds."),
        read_limit,
    )
    yield Parameter(
        "cursor",
        {"type": "string", "minLength": 1, "maxLength": 200},
        _("Where to go on: copied from the address in “next”."),
        known_cursor,
    )
    yield Parameter(
        "format",
        {"type": "string", "enum": list(FORMATS)},
        _("csv: the whole list as a table."),
        one_of(list(FORMATS)),
    )
    yield Parameter(
        "theme",
        SLUG_SCHEMA,
        _("Only what has this topic."),
        known_theme,
        lambda theme: Q(themes=theme),
    )
    yield Parameter(
        "year",
        {"type": "integer", "minimum": YEARS[0], "maximum": YEARS[-1]},
        _("Only what has its date in the given year."),
        read_year,
        lambda year: Q(date__year=year),
    )
    yield Parameter(
        "changed_since",
        {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]},
        _("Only what has changed since this day or moment. Without a time zone it is UTC."),
        read_moment,
        lambda moment: changed_since(resource.model, moment),
    )
    for field in resource.choice_fields():
        values = [value for value, _label in field.flatchoices if value]
        yield Parameter(
            field.name,
            {"type": "string", "enum": values},
            _("Only with this value of “%(field)s”.") % {"field": field.verbose_name},
            one_of(values),
            lambda value, name=field.name: Q(**{name: value}),
        )
    for field in resource.page_fields():
        target = by_model()[field.related_model]
        words = _("Only what has the page with this slug in “%(field)s”.") % {
            "field": field.verbose_name
        }
        yield Parameter(
            field.name,
            SLUG_SCHEMA,
            words,
            known_page(target),
            lambda key, name=field.attname: Q(**{name: key}),
        )


def answers_to(asked, parameters):
    """{name: value} of a query string; Problem where anything in it is not known."""
    by_name = {each.name: each for each in parameters}
    values = {}
    for name in asked:
        if name not in by_name:
            known = ", ".join(by_name) or "none"
            raise Problem(
                400,
                f"There is no parameter “{name[:60]}”. Known here: {known}.",
                parameter=name[:60],
            )
        texts = asked.getlist(name)
        if len(texts) > 1:
            raise Problem(400, f"“{name}” is there more than once.", parameter=name)
        try:
            values[name] = by_name[name].read(texts[0])
        except ValueError as error:
            detail = f"“{texts[0][:60]}” is no value of “{name}”: {error}."
            raise Problem(400, detail, parameter=name) from error
    return values


def one_of(values):
    def read(text):
        if text not in values:
            raise ValueError(f"known are {', '.join(map(str, values))}")
        return text

    return read


def number_within(lowest, highest):
    def read(text):
        if not re.fullmatch(r"[0-9]{1,9}", text) or not lowest <= int(text) <= highest:
            raise ValueError(f"a whole number from {lowest} to {highest}")
        return int(text)

    return read


read_limit = number_within(1, MOST)
read_year = number_within(YEARS[0], YEARS[-1])


def known_cursor(text):
    try:
        return read_cursor(text)
    except ValueError as error:
        raise ValueError("take the address in “next” as it is") from error


def read_moment(text):
    expected = "a day such as 2026-05-31, or a moment such as 2026-05-31T09:00:00Z"
    try:
        moment = parse_datetime(text)
        if not moment and (day := parse_date(text)):
            moment = datetime.datetime.combine(day, datetime.time())
    except ValueError as error:
        raise ValueError(expected) from error
    if not moment or moment.year not in YEARS:
        raise ValueError(expected)
    if timezone.is_naive(moment):
        return moment.replace(tzinfo=datetime.UTC)
    return moment.astimezone(datetime.UTC)  # PostgreSQL knows no zones that are 18 hours off


def known_theme(text):
    slugs = dict(Theme.objects.values_list("slug", "pk"))
    if text not in slugs:
        named = ", ".join(list(slugs)[:NAMED])
        raise ValueError(f"known are {named}{' …' if len(slugs) > NAMED else ''}")
    return slugs[text]


def known_page(resource):
    def read(text):
        found = SLUG.fullmatch(text) and resource.public().filter(slug=text).values_list("pk")
        if not found:
            raise ValueError(f"{resource.path} lists those that are public")
        return found[0][0]

    return read
