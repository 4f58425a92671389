"""Pages of a list without counting a large table."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

COUNT_LIMIT = 1000  # from here on a list says "more than"


@dataclass
class Paging:
    items: list = field(default_factory=list)
    number: int = 1
    count: int = 0
    size: int = 10
    fault: Any = None

    @property
    def is_counted(self):
        return self.count <= COUNT_LIMIT

    @property
    def last(self):
        """Number of the last page; of the last one that is counted in a long list."""
        return max(1, -(-min(self.count, COUNT_LIMIT) // self.size))

    @property
    def has_next(self):
        return self.number * self.size < self.count or (
            not self.is_counted and len(self.items) == self.size
        )

    @property
    def next(self):
        return self.number + 1

    @property
    def previous(self):
        return self.number - 1

    @property
    def has_several(self):
        return self.number > 1 or self.has_next

    def numbers(self):
        """Pages to link: first, those around this one, last; None for a gap."""
        wanted = {1, self.last, *range(self.number - 1, self.number + 2)}
        shown = sorted(n for n in wanted if 1 <= n <= max(self.last, self.number))
        for before, number in zip([0, *shown], shown, strict=False):
            if number - before > 1:
                yield None
            yield number


class BadPage(ValueError):
    """Says what is wrong with `?page=`."""


def page_number(asked):
    """The number of a page; BadPage where the text of `?page=` is nonsense."""
    if asked and not (asked.isascii() and asked.isdecimal() and 0 < len(asked) < 7 and int(asked)):
        raise BadPage(_("“%(value)s” is no page number.") % {"value": asked[:60]})
    return int(asked or 1)


def no_such_page(number):
    return _("There is no page %(number)s.") % {"number": number}


def paginate(queryset, asked, size):
    """Paging of an ordered queryset; `asked` is the text of `?page=`, with a fault if it is nonsense."""
    try:
        number = page_number(asked)
    except BadPage as error:
        return Paging(fault=str(error), size=size)
    count = queryset.order_by()[: COUNT_LIMIT + 1].count()
    items = list(queryset[(number - 1) * size : number * size]) if count else []
    if number > 1 and not items:
        return Paging(fault=no_such_page(number), size=size)
    return Paging(items, number, count, size)


class Start(NamedTuple):
    """The row that a page begins with. `has_undated`: rows without a date stand on that page."""

    id: int
    date: datetime | None
    has_undated: bool


class Extent(NamedTuple):
    """How many rows a list has, and with which rows its pages begin."""

    count: int
    starts: list[Start]


def extent(queryset, size, limit=None):
    """The Extent of a queryset in its order, undated rows last; of its first `limit` rows."""
    sql, values = queryset.values_list("id", "date")[:limit].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), (array_agg(id ORDER BY place))[1], (array_agg(date ORDER BY place))[1],"
            " count(date) < count(*)"
            f" FROM (SELECT *, row_number() OVER () AS place FROM ({sql}) AS listed) AS numbered"
            " GROUP BY (place - 1) / %s ORDER BY (place - 1) / %s",
            [*values, size, size],
        )
        pages = cursor.fetchall()
    return Extent(sum(rows for rows, *_start in pages), [Start(*start) for _rows, *start in pages])
