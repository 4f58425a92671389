"""Events as files for calendars: iCalendar, RFC 5545.

One UID a session, the same in all languages; SEQUENCE rises when what a calendar shows has changed;
an event that was cancelled stays, with STATUS:CANCELLED, so that calendars strike it out.
"""

import datetime
import hashlib
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from icalendar import Calendar, Timezone, TimezoneDaylight, TimezoneStandard
from icalendar import Event as Entry

from healthyboost.content.addresses import address_of
from healthyboost.content.datestamps import with_changed_at
from healthyboost.content.languages import column

from .events import Event, EventSession

STATUS = {
    Event.State.PLANNED: "TENTATIVE",
    Event.State.CONFIRMED: "CONFIRMED",
    Event.State.MOVED: "CONFIRMED",
    Event.State.CANCELLED: "CANCELLED",
}
RULES_SINCE = 2015  # all zones of TIME_ZONES
REFRESHED = datetime.timedelta(hours=6)  # how often a subscribed calendar should ask


def calendar_of(events, language):
    """The bytes of a file with all sessions that are known to the day, in the text of `language`."""
    numbers = [event.pk for event in events]
    changed = with_changed_at(Event.objects.filter(pk__in=numbers), language)
    moments = dict(changed.values_list("pk", "changed_at"))
    sessions = {}
    for session in EventSession.objects.filter(event__in=numbers, start_date_precision="day"):
        sessions.setdefault(session.event_id, []).append(session)
    file = Calendar()
    file.add("version", "2.0")
    file.add("prodid", "-//Healthy Boost//Events//EN")
    file.add("method", "PUBLISH")
    file.add("x-wr-calname", "Healthy Boost")
    file.add("name", "Healthy Boost", {"language": language})
    file.add("refresh-interval", REFRESHED, {"value": "DURATION"})
    for event in events:
        for session in sessions.get(event.pk, ()):
            file.add_component(entry(event, session, language, moments[event.pk]))
    for place, key in enumerate(sorted({event.time_zone for event in events})):
        file.subcomponents.insert(place, clocks_of(key))
    return file.to_ical()


def clocks_of(key):
    """How the clocks of a zone go, as a rule: lists of days, which the library would write, are more
    than some calendars read, and end in 2037. All zones go so since RULES_SINCE."""
    zone, winter, summer = (
        ZoneInfo(key),
        datetime.datetime(2025, 1, 1),
        datetime.datetime(2025, 7, 1),
    )
    winter, summer = winter.replace(tzinfo=zone), summer.replace(tzinfo=zone)
    found = Timezone()
    found.add("tzid", key)
    if winter.utcoffset() == summer.utcoffset():
        found.add_component(
            clock(TimezoneStandard(), winter, winter, datetime.datetime(1970, 1, 1))
        )
        return found
    for kind, month, before, after in (
        (TimezoneStandard(), 10, summer, winter),
        (TimezoneDaylight(), 3, winter, summer),
    ):
        # the last Sunday of the month, at one o'clock in Greenwich
        last = datetime.datetime(1970, month, 31, 1) + before.utcoffset()
        part = clock(kind, before, after, last - datetime.timedelta(days=last.isoweekday() % 7))
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1SU"})
        found.add_component(part)
    return found


def clock(part, before, after, start):
    part.add("dtstart", start)
    part.add("tzoffsetfrom", before.utcoffset())
    part.add("tzoffsetto", after.utcoffset())
    part.add("tzname", after.tzname())
    return part


def entry(event, session, language, changed_at):
    shown, said = event.in_language(language), {"language": language}
    title = getattr(session, column("title", language)) or ""
    found = Entry()
    found.add("uid", f"event-{event.pk}-{session.pk}@{urlsplit(settings.SITE_ADDRESS).hostname}")
    found.add("dtstamp", changed_at.astimezone(datetime.UTC))
    found.add("last-modified", changed_at.astimezone(datetime.UTC))
    found.add("sequence", event.sequence)
    found.add("status", STATUS[event.state])
    found.add("summary", ": ".join(filter(None, [shown.title, title])), said)
    found.add("description", description(event, shown, language), said)
    found.add("url", address_of(event, language))
    place = ", ".join(filter(None, [shown.venue, event.address, shown.city]))
    if place and (session.mode or event.mode) != "online":
        found.add("location", place, said)
    if event.latitude is not None:
        found.add("geo", (event.latitude, event.longitude))
    starts, ends = session.starts_at(event.zone), session.ends_at(event.zone)
    if starts:
        found.add("dtstart", by_known_clocks(starts))
        if ends:
            found.add("dtend", by_known_clocks(ends))
    else:
        found.add("dtstart", session.start_date)
        found.add("dtend", session.last_day + datetime.timedelta(days=1))  # the day after the last
        found.add("transp", "TRANSPARENT")
    return found


def by_known_clocks(moment):
    """The moment; that of Greenwich before the rules of `clocks_of` held: Moscow had others."""
    return moment if moment.year >= RULES_SINCE else moment.astimezone(datetime.UTC)


def description(event, shown, language):
    parts = [shown.state_note, strip_tags(shown.summary)]
    if event.online_url and event.is_online_url_public:
        parts.append(_("Online: %(address)s") % {"address": event.online_url})
    parts.append(address_of(event, language))
    return "\n\n".join(filter(None, parts))


def hash_of(content):
    return hashlib.sha256(content).hexdigest()[:32]
