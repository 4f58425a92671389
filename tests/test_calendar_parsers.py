"""What another reader of iCalendar makes of our files: vobject, which shares nothing with their writer."""

import datetime
from zoneinfo import ZoneInfo

import pytest
import vobject

from news.events import TIME_ZONES

from .test_events import make_event

pytestmark = pytest.mark.django_db
UTC = datetime.UTC


def entries(client, language="en"):
    answer = client.get(f"/{language}/events/calendar.ics")
    return vobject.readOne(answer.content.decode()).contents.get("vevent", [])


@pytest.mark.long
@pytest.mark.parametrize("day", ["2027-03-28", "2041-10-26"])
def test_hours_around_a_change_of_clocks_are_those_of_every_zone(client, day):
    for zone, _name in TIME_ZONES:
        make_event(day, time_zone=zone, start_time="10:00", end_time="12:30", title_en=zone)
    found = {entry.summary.value: entry for entry in entries(client)}
    for zone, _name in TIME_ZONES:
        expected = datetime.datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=ZoneInfo(zone))
        assert found[zone].dtstart.value.astimezone(UTC) == expected.astimezone(UTC), zone
        length = found[zone].dtend.value - found[zone].dtstart.value
        assert length == datetime.timedelta(hours=2.5)


@pytest.mark.parametrize("day", ["2014-10-25", "2014-10-26", "2005-07-01"])
def test_hours_of_the_past_are_those_of_the_clocks_then(client, day):
    event = make_event(day, time_zone="Europe/Moscow", start_time="01:30", end_time="12:30")
    answer = client.get(f"/en/events/{event.slug}/event.ics")
    found = vobject.readOne(answer.content.decode()).vevent
    for hour, value in (("01:30", found.dtstart.value), ("12:30", found.dtend.value)):
        expected = datetime.datetime.fromisoformat(f"{day}T{hour}")
        expected = expected.replace(tzinfo=ZoneInfo("Europe/Moscow"))
        assert value.astimezone(UTC) == expected.astimezone(UTC)


def test_a_moved_event_has_its_new_time_and_a_higher_sequence(client):
    event = make_event("2090-05-07", start_time="10:00")
    (before,) = entries(client)
    event.sessions.update(start_date="2090-06-08")
    event.state = "moved"
    event.save()
    (after,) = entries(client)
    assert after.uid.value == before.uid.value
    assert int(after.sequence.value) > int(before.sequence.value)
    assert after.dtstart.value.date() == datetime.date(2090, 6, 8)


def test_a_cancelled_event_is_struck_out_and_days_without_hours_are_days(client):
    make_event("2090-05-07", end_date="2090-05-09", state="cancelled")
    (entry,) = entries(client)
    assert entry.status.value == "CANCELLED"
    assert entry.dtstart.value == datetime.date(2090, 5, 7)
    assert entry.dtend.value == datetime.date(2090, 5, 10)


def test_words_of_any_kind_come_through_whole(client):
    title = 'Comma, semicolon; back\\slash "quotes" “ļoti” 🎉 ' + "ж" * 100
    make_event(
        "2090-05-07", title_ru=title, summary_ru="One\nTWO\r\nBEGIN:VEVENT", languages=["ru"]
    )
    (entry,) = entries(client, "ru")
    assert entry.summary.value == title
    assert "BEGIN:VEVENT" in entry.description.value
