"""Dates that are known to the minute, the day, the month, the season or only the year."""

import datetime
from functools import lru_cache

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

# Of moments: at either end a time zone would lead out of what Python can count.
YEARS = range(2, 9999)


class Precision(models.TextChoices):
    MINUTE = "minute", _("to the minute")
    DAY = "day", _("to the day")
    MONTH = "month", _("to the month")
    SEASON = "season", _("to the season")
    YEAR = "year", _("to the year")
    UNKNOWN = "unknown", _("not known")


# What a date in a calendar can be known to: no time of day, and an empty date says "not known".
DAY_CHOICES = [choice for choice in Precision.choices if choice[0] not in ("minute", "unknown")]


def precision_field():
    """The twin of a DateField `<x>`, to be named `<x>_precision`."""
    return models.CharField(_("known"), max_length=7, choices=DAY_CHOICES, default="day")


def in_order(earlier, later):
    """A constraint: `earlier` is not after `later`, where both are known."""
    return models.CheckConstraint(
        condition=Q(**{f"{earlier}__isnull": True})
        | Q(**{f"{later}__isnull": True})
        | Q(**{f"{earlier}__lte": models.F(later)}),
        name=f"%(app_label)s_%(class)s_{earlier}_before_{later}",
        violation_error_message=_("The end is before the start."),
    )


def local(moment):
    return timezone.localtime(moment) if hasattr(moment, "hour") else moment


def say_date(moment, precision="day", short=False):
    """`moment` in words of the active language, cut to its precision; '' where it is not known.

    The forms are strings of the catalogue, in the letters of Django's `date` filter. `short` leaves
    out the year, for lists that stand under it.
    """
    if not moment or precision == Precision.UNKNOWN:
        return ""
    moment = local(moment)
    if precision == Precision.YEAR:
        return date_format(moment, pgettext("date format: year", "Y"))
    if precision == Precision.SEASON:
        return say_season(moment, short)
    if precision == Precision.MONTH:
        form = (
            pgettext("date format: month", "F") if short else pgettext("date format: month", "F Y")
        )
        return date_format(moment, form)
    if short:
        return date_format(moment, pgettext("date format: day", "j F"))
    return date_format(moment, pgettext("date format: day", "j F Y"))


def say_season(moment, short=False):
    if short:
        names = {
            "winter": pgettext("season", "Winter"),
            "spring": pgettext("season", "Spring"),
            "summer": pgettext("season", "Summer"),
            "autumn": pgettext("season", "Autumn"),
        }
        return names[season(moment)]
    names = {
        "winter": pgettext("season", "Winter %(year)s"),
        "spring": pgettext("season", "Spring %(year)s"),
        "summer": pgettext("season", "Summer %(year)s"),
        "autumn": pgettext("season", "Autumn %(year)s"),
    }
    return names[season(moment)] % {"year": moment.year}


def season(moment):
    """December belongs to the winter of its own year."""
    return ("winter", "spring", "summer", "autumn")[moment.month % 12 // 3]


def say_period(start, start_precision, end, end_precision):
    """ "2019–2021", "21 January 2019 – 30 June 2021", "Until: June 2021"; '' where nothing is known."""
    first, last = say_date(start, start_precision), say_date(end, end_precision)
    if first == last:
        return first
    if not last:
        return capfirst(gettext("from: %(since)s") % {"since": first})
    if not first:
        return capfirst(gettext("until: %(until)s") % {"until": last})
    dash = "–" if first.isdigit() and last.isdigit() else " – "
    return f"{first}{dash}{last}"


@lru_cache(maxsize=1000)
def machine_date(moment, precision="day"):
    """The value of `<time datetime>`: only as much as is known. A season has no such form: its year."""
    length = {"minute": None, "day": 10, "month": 7}.get(precision, 4)
    return local(moment).isoformat()[:length]


def say_time(moment):
    return date_format(local(moment), pgettext("date format: time", "H:i"))


def say_day_and_time(moment):
    """ "5 May 2026, 09:00": of what has happened, for those who know in which zone they are."""
    return f"{say_date(moment)}, {say_time(moment)}"


def say_moment(moment):
    """ "5 May 2026, 09:00, Helsinki time (EEST, UTC+3)": of what happens at a moment."""
    return f"{say_day_and_time(moment)}, {settings.TIME_ZONE_NAME} ({say_offset(moment)})"


def say_zone():
    """ "Helsinki time (EET, UTC+2; in summer EEST, UTC+3)": in which all times are given."""
    year, zone = timezone.localdate().year, timezone.get_default_timezone()
    winter, summer = (
        say_offset(datetime.datetime(year, month, 1, 12, tzinfo=zone)) for month in (1, 7)
    )
    said = winter
    if summer != winter:
        said = gettext("%(winter)s; in summer %(summer)s") % {"winter": winter, "summer": summer}
    return f"{settings.TIME_ZONE_NAME} ({said})"


def say_offset(moment):
    moment = timezone.localtime(moment, timezone.get_default_timezone())
    hours, minutes = divmod(int(moment.utcoffset().total_seconds()) // 60, 60)
    return f"{moment.tzname()}, UTC{hours:+d}{f':{minutes:02}' if minutes else ''}"
