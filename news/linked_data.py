"""What schema.org calls the facts of an event."""

from healthyboost.content.addresses import address_of
from healthyboost.sharing.linked_data import day, location, reference, references

from .events import Event, Mode

STATUS = {
    Event.State.CANCELLED: "https://schema.org/EventCancelled",
    Event.State.MOVED: "https://schema.org/EventRescheduled",
}
ATTENDANCE = {
    Mode.ON_SITE: "https://schema.org/OfflineEventAttendanceMode",
    Mode.ONLINE: "https://schema.org/OnlineEventAttendanceMode",
    Mode.HYBRID: "https://schema.org/MixedEventAttendanceMode",
}


def event_facts(page, language, found):
    sessions = found["sessions"]
    facts = {
        "eventStatus": STATUS.get(page.state, "https://schema.org/EventScheduled"),
        "eventAttendanceMode": ATTENDANCE.get(page.mode),
        "location": places(page, language),
        "organizer": references(found["organisers"], language),
        "performer": [{"@type": "Person", "name": each.name} for each in found["speakers"]],
        "superEvent": reference(page.series, language),
        "about": page.in_language(language).motto,
    }
    if sessions:
        facts |= times(page, sessions[0]) | {"endDate": times(page, sessions[-1])["endDate"]}
    if len(sessions) > 1:
        facts["subEvent"] = [
            {"@type": "Event", "name": page.in_language(language).title} | times(page, each)
            for each in sessions
        ]
    return facts


def times(page, session):
    """Moments with their offset where hours are known, else as much of the date as is known."""
    starts, ends = session.starts_at(page.zone), session.ends_at(page.zone)
    how = session.start_date_precision
    return {
        "startDate": starts.isoformat() if starts else day(session.start_date, how),
        "endDate": ends.isoformat() if ends else day(session.last_day, how),
    }


def places(page, language):
    shown, found = page.in_language(language), []
    if page.mode != Mode.ONLINE and (place := location(page, shown)):
        found.append(place | {"name": shown.venue or shown.city})
    if page.mode in (Mode.ONLINE, Mode.HYBRID):
        address = page.public_online_url or address_of(page, language)
        found.append({"@type": "VirtualLocation", "url": address})
    return found
