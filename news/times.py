"""When an event is, in words of the reader's language: the year and the zone are always said."""

import re
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from healthyboost.content.dates import say_date

from .events import OFTEN, TIME_ZONES

ZONE_NAMES = dict(TIME_ZONES)


def say_days(session):
    """ "14 March 2024", "14–15 March 2024", "29 November – 2 December 2024", "May – June 2024"."""
    first, last, how = session.start_date, session.last_day, session.start_date_precision
    if say_date(first, how) == say_date(last, how):
        return say_date(first, how)
    form = pgettext("date format: day", "j F Y")
    if how == "day" and (first.year, first.month) == (last.year, last.month):
        # "14–15 March 2024", "14.–15. maaliskuuta 2024", "2024. gada 14.–15. marts"
        return date_format(last, re.sub(r"(?<!\\)j(\.?)", rf"{first.day}\1–j\1", form))
    if how != "year" and first.year == last.year:
        if form.startswith("Y"):  # "2024. gada maijs – jūnijs"
            return f"{say_date(first, how)} – {say_date(last, how, short=True)}"
        return f"{say_date(first, how, short=True)} – {say_date(last, how)}"
    return f"{say_date(first, how)} – {say_date(last, how)}"


def say_sessions(sessions, zone):
    """Lines for a list: what is the same is said once, as in "7, 14, 21 May 2024, 10:00–12:00, …"."""
    lines = []
    for (days, rest), group in groupby(sessions, lambda session: together(session, zone)):
        lines.append(f"{say_several_days(group)}{rest}" if days else rest)
    return list(dict.fromkeys(lines))


def together(session, zone):
    """Sessions for which this is the same stand in one line: days of a month with the same hours."""
    first, starts = session.start_date, session.starts_at(zone)
    if session.start_date_precision != "day" or session.last_day != first:
        return None, say_session(session, zone)
    hours = f", {say_hours(starts, session.ends_at(zone))}, {say_zone_of(starts)}" if starts else ""
    return (first.year, first.month), hours


def say_several_days(sessions):
    """ "7, 14, 21 May 2024", "2024. gada 7., 14., 21. maijs": single days of one month."""
    *earlier, last = sorted({session.start_date for session in sessions})
    return date_format(
        last,
        re.sub(
            r"(?<!\\)j(\.?)",
            lambda j: "".join(f"{day.day}{j[1]}, " for day in earlier) + j[0],
            pgettext("date format: day", "j F Y"),
        ),
    )


def say_clock(moment):
    return date_format(moment, pgettext("date format: time", "H:i"))


def say_hours(starts, ends):
    """ "10:00–12:00" of the same day, as the clocks of its zone show it."""
    if not ends:
        return say_clock(starts)
    last = date_format(ends, pgettext("date format: end of a time", "H:i"))
    return f"{say_clock(starts)}–{last}"


def say_zone_of(moment):
    """ "Stockholm time (CEST, UTC+2)" of a moment in a zone of TIME_ZONES."""
    hours, minutes = divmod(int(moment.utcoffset().total_seconds()) // 60, 60)
    offset = f"UTC{hours:+d}{f':{minutes:02}' if minutes else ''}"
    name = moment.tzname()
    said = f"{name}, {offset}" if name.isalpha() else offset  # Moscow's is "MSK", others' "+03"
    return f"{ZONE_NAMES[moment.tzinfo.key]} ({said})"


def say_session(session, zone):
    """ "12 April 2024, 10:00–12:00, Stockholm time (CEST, UTC+2)"; without times the days alone."""
    starts = session.starts_at(zone)
    if not starts:
        return say_days(session)
    if session.last_day == session.start_date:
        hours = say_hours(starts, session.ends_at(zone))
        return f"{say_days(session)}, {hours}, {say_zone_of(starts)}"
    ends = session.ends_at(zone)
    if not ends:
        return _("%(days)s, from %(time)s, %(zone)s") % {
            "days": say_days(session),
            "time": say_clock(starts),
            "zone": say_zone_of(starts),
        }
    return (
        f"{say_date(session.start_date)}, {say_clock(starts)} – "
        f"{say_date(session.last_day)}, {say_clock(ends)}, {say_zone_of(starts)}"
    )


def elsewhere(session, zone):
    """[("09:00–11:00", "Stockholm time, Warsaw time")]: the hours in the cities where clocks differ."""
    starts, ends = session.starts_at(zone), session.ends_at(zone)
    if not starts:
        return []
    there = {}
    for name, label in TIME_ZONES[:OFTEN]:
        begins = starts.astimezone(ZoneInfo(name))
        if begins.utcoffset() == starts.utcoffset():
            continue
        hours = say_hours(begins, ends and ends.astimezone(begins.tzinfo))
        if begins.date() != starts.date():
            hours = f"{say_date(begins.date())}, {hours}"
        there.setdefault(hours, []).append(str(label))
    return [(hours, ", ".join(labels)) for hours, labels in there.items()]
