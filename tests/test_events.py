"""Events: when they are, said in the zone of each; lists, months, and files for calendars."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation
from icalendar import Calendar

from news.models import Event, EventSession
from news.times import elsewhere, say_session

from .factories import make, make_organisation, make_theme

pytestmark = pytest.mark.django_db
STOCKHOLM = ZoneInfo("Europe/Stockholm")
NEXT_YEAR = timezone.localdate().year + 1


def make_event(start="2024-04-12", **fields):
    """A public event; `start`: the day of its session, None for no session."""
    names = {"start_time", "end_time", "end_date", "start_date_precision"}
    session = {name: fields.pop(name) for name in names & fields.keys()}
    event = make(Event, **{"mode": "online", **fields})
    if start:
        event.sessions.create(start_date=start, **session)
    return Event.objects.get(pk=event.pk)


def calendar(client, address="/en/events/calendar.ics"):
    answer = client.get(address)
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/calendar")
    return Calendar.from_ical(answer.content)


# Dates follow from sessions


def test_the_date_of_an_event_is_that_of_its_first_session():
    event = make_event("2024-11-29", time_zone="Europe/Stockholm", start_time="10:00")
    event.sessions.create(start_date="2025-01-31")
    event.refresh_from_db()
    assert event.date == datetime.datetime(2024, 11, 29, 10, tzinfo=STOCKHOLM)
    assert event.date_precision == "minute"
    assert event.ends_at == datetime.datetime(2025, 2, 1, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    "day, precision, over",
    [
        ("2024-05-07", "day", "2024-05-08"),
        ("2024-05-07", "month", "2024-06-01"),
        ("2024-12-31", "month", "2025-01-01"),
        ("2024-01-10", "season", "2024-03-01"),
        ("2024-04-10", "season", "2024-06-01"),
        ("2024-08-31", "season", "2024-09-01"),
        ("2024-09-01", "season", "2024-12-01"),
        ("2024-12-10", "season", "2025-01-01"),
        ("2024-05-07", "year", "2025-01-01"),
    ],
)
def test_an_event_is_over_when_all_that_its_date_may_mean_has_passed(day, precision, over):
    event = make_event(day, start_date_precision=precision, time_zone="Europe/Riga")
    assert timezone.localtime(event.ends_at, ZoneInfo("Europe/Riga")).isoformat()[:10] == over
    assert event.date_precision == precision


def test_a_save_does_not_bring_an_old_date_back():
    event = make_event("2024-05-07")
    EventSession.objects.update(start_date="2024-06-07")
    event.save()
    event.refresh_from_db()
    assert timezone.localtime(event.date).date() == datetime.date(2024, 6, 7)


def test_without_its_last_session_an_event_has_no_date():
    event = make_event("2024-05-07")
    event.sessions.all().delete()
    event.refresh_from_db()
    assert (event.date, event.date_precision, event.ends_at) == (None, "unknown", None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"end_date": "2024-04-11"},
        {"end_time": "10:00"},
        {"start_time": "10:00", "end_time": "09:00"},
        {"start_time": "10:00", "start_date_precision": "month"},
    ],
)
def test_a_session_whose_times_contradict_is_refused(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_event("2024-04-12", **wrong)


def test_a_series_is_no_part_of_a_series():
    series = make_event()
    part = make_event(series=series)
    with pytest.raises(ValidationError):
        make_event(series=part).clean()
    series.series = make_event()
    with pytest.raises(ValidationError):
        series.clean()


# In words


@pytest.mark.parametrize(
    "session, said",
    [
        ({"start_date": "2024-04-12"}, "12 April 2024"),
        ({"start_date": "2024-03-14", "end_date": "2024-03-15"}, "14–15 March 2024"),
        (
            {"start_date": "2024-11-29", "end_date": "2024-12-02"},
            "29 November – 2 December 2024",
        ),
        (
            {"start_date": "2024-05-01", "end_date": "2024-06-01", "start_date_precision": "month"},
            "May – June 2024",
        ),
        ({"start_date": "2025-01-01", "start_date_precision": "year"}, "2025"),
        (
            {"start_date": "2024-04-12", "start_time": "10:00", "end_time": "12:00"},
            "12 April 2024, 10:00–12:00, Stockholm time (CEST, UTC+2)",
        ),
        (
            {"start_date": "2024-01-12", "start_time": "10:00"},
            "12 January 2024, 10:00, Stockholm time (CET, UTC+1)",
        ),
    ],
)
def test_a_session_is_said_with_year_and_zone(session, said):
    event = make_event(None)
    row = event.sessions.create(**session)
    row.refresh_from_db()
    assert say_session(row, STOCKHOLM) == said


@pytest.mark.parametrize(
    "zone, day, others",
    [
        ("Europe/Helsinki", "2024-03-31", {"Stockholm time, Warsaw time": "09:00"}),
        ("Europe/Helsinki", "2024-01-31", {"Moscow time": "11:00"}),
        ("Europe/Moscow", "2024-10-27", {"Helsinki time, Riga time": "09:00"}),
        ("Europe/Moscow", "2024-10-26", {"Stockholm time, Warsaw time": "09:00"}),
    ],
)
def test_the_hours_in_other_cities_follow_the_clocks_of_that_day(zone, day, others):
    session = make_event(None).sessions.create(start_date=day, start_time="10:00")
    session.refresh_from_db()
    found = {cities: hours for hours, cities in elsewhere(session, ZoneInfo(zone))}
    assert others.items() <= found.items()


# Lists


def test_coming_events_stand_soonest_first_and_past_ones_elsewhere(client):
    make_event(f"{NEXT_YEAR}-05-01", title_en="Later")
    make_event(f"{NEXT_YEAR}-04-01", title_en="Sooner")
    make_event("2020-04-01", title_en="Long ago")
    text = client.get("/en/events/").text
    assert text.index("Sooner") < text.index("Later") and "Long ago" not in text
    text = client.get("/en/events/?when=past").text
    assert "Long ago" in text and "Sooner" not in text


def test_an_event_is_coming_until_its_last_day_is_over():
    today = timezone.localdate()
    event = make_event(today - datetime.timedelta(days=3), end_date=today)
    assert event in Event.objects.upcoming() and event not in Event.objects.past()
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    assert event in Event.objects.past(tomorrow)


def test_without_coming_events_the_list_shows_the_last_ones(client):
    make_event("2020-04-01", title_en="Long ago")
    text = client.get("/en/events/").text
    assert "There are no upcoming events." in text and "Long ago" in text


def test_the_list_is_filtered(client):
    theme = make_theme("walking")
    make_event(f"{NEXT_YEAR}-04-01", title_en="Walk", themes=[theme], country="FI", kind="workshop")
    make_event(f"{NEXT_YEAR}-04-01", title_en="Run", country="SE", kind="webinar")
    for query in ("theme=walking", "country=FI", "kind=workshop"):
        text = client.get(f"/en/events/?{query}").text
        assert "Walk" in text and ">Run<" not in text
    assert client.get("/en/events/?country=XX").status_code == 404
    assert client.get("/en/events/?when=never").status_code == 404


def test_a_month_shows_what_happens_on_its_days(client):
    make_event("2024-04-29", end_date="2024-05-02", title_en="Camp")
    make_event("2024-05-10", start_date_precision="month", title_en="Some day")
    make_event("2024-06-01", title_en="Not in May")
    text = client.get("/en/events/month/2024/5/").text
    assert text.count(">Camp<") == 3  # two days in the grid, once in the list for phones
    assert "Some day" in text and "Not in May" not in text
    assert ">Camp<" in client.get("/en/events/month/2024/4/").text
    assert client.get("/en/events/month/2024/13/").status_code == 404
    assert client.get("/en/events/month/").status_code == 200


@pytest.mark.parametrize("path", ["/en/events/", "/en/events/month/2027/5/", "/en/"])
def test_queries_do_not_grow_with_the_events(client, path, django_assert_max_num_queries):
    for _number in range(8):
        make_event("2027-05-10", organisers=[make_organisation()])
    with django_assert_max_num_queries(8):
        assert client.get(path).status_code == 200


# The page


def test_the_page_says_when_where_who_and_how_to_take_part(client):
    city = make_organisation(title_en="Norrköping")
    event = make_event(
        f"{NEXT_YEAR}-04-12",
        start_time="10:00",
        end_time="12:00",
        time_zone="Europe/Stockholm",
        mode="hybrid",
        venue_en="City Library",
        city_en="Norrköping",
        country="SE",
        organisers=[city],
        register_url="https://register.example.org/",
        online_url="https://meet.example.org/secret",
    )
    event.speakers.create(name="Ida Grindsjö", role_en="adviser", organisation=city)
    text = client.get(event.get_absolute_url()).text
    assert f"12 April {NEXT_YEAR}, 10:00–12:00, Stockholm time" in text
    assert "11:00–13:00, Helsinki time, Riga time" in text
    assert "City Library" in text and "Ida Grindsjö" in text and "register.example.org" in text
    assert "secret" not in text and "Participants get the address from the organiser." in text
    Event.objects.update(is_online_url_public=True)
    assert "https://meet.example.org/secret" in client.get(event.get_absolute_url()).text


def test_a_cancelled_event_says_so_and_takes_no_registrations(client):
    event = make_event(
        f"{NEXT_YEAR}-04-12",
        state="cancelled",
        state_note_en="Too few came.",
        register_url="https://register.example.org/",
    )
    text = client.get(event.get_absolute_url()).text
    assert "This event is cancelled." in text and "Too few came." in text
    assert "register.example.org" not in text


def test_registration_ends_with_its_last_day_in_the_zone_of_the_event():
    event = make_event(
        "2024-05-10",
        time_zone="Europe/Moscow",
        register_url="https://register.example.org/",
        register_until=datetime.date(2024, 5, 7),
    )
    at = datetime.datetime(2024, 5, 7, 23, 30, tzinfo=ZoneInfo("Europe/Moscow"))
    assert event.can_register(at)
    assert not event.can_register(at + datetime.timedelta(hours=1))


# Files for calendars


def test_a_file_holds_the_sessions_with_their_zone(client):
    event = make_event(
        "2024-04-12",
        start_time="10:00",
        end_time="12:00",
        time_zone="Europe/Stockholm",
        title_en="Webinar",
    )
    file = calendar(client, f"{event.get_absolute_url()}event.ics")
    (entry,) = file.walk("VEVENT")
    assert str(entry["SUMMARY"]) == "Webinar"
    assert entry["DTSTART"].dt == datetime.datetime(2024, 4, 12, 10, tzinfo=STOCKHOLM)
    assert entry["DTSTART"].params["TZID"] == "Europe/Stockholm"
    assert [str(zone["TZID"]) for zone in file.walk("VTIMEZONE")] == ["Europe/Stockholm"]


def test_days_without_hours_are_all_day_and_end_after_the_last_day(client):
    make_event(f"{NEXT_YEAR}-03-14", end_date=f"{NEXT_YEAR}-03-15")
    (entry,) = calendar(client).walk("VEVENT")
    assert entry["DTSTART"].dt == datetime.date(NEXT_YEAR, 3, 14)
    assert entry["DTEND"].dt == datetime.date(NEXT_YEAR, 3, 16)


def test_the_uid_is_the_same_in_all_languages_and_the_text_is_not(client):
    event = make_event(f"{NEXT_YEAR}-03-14", languages=["en", "lv"])
    english, latvian = (
        calendar(client, f"/{code}/events/calendar.ics").walk("VEVENT")[0] for code in ("en", "lv")
    )
    assert english["UID"] == latvian["UID"]
    assert str(latvian["SUMMARY"]) == event.title_lv


def test_sequence_rises_with_what_a_calendar_shows_and_with_nothing_else(client):
    event = make_event(f"{NEXT_YEAR}-03-14")

    def sequence():
        return calendar(client).walk("VEVENT")[0]["SEQUENCE"]

    before = sequence()
    Event.objects.update(body_en="<p>More words</p>")
    assert sequence() == before
    EventSession.objects.update(start_date=f"{NEXT_YEAR}-03-15")
    assert sequence() == before + 1
    with connection.cursor() as cursor:
        cursor.execute("UPDATE news_event SET state = 'moved'")
    assert sequence() == before + 2
    event.refresh_from_db()
    event.save()
    assert sequence() == before + 2


def test_a_cancelled_event_stays_in_the_calendar_as_cancelled(client):
    make_event(f"{NEXT_YEAR}-03-14", state="cancelled")
    assert calendar(client).walk("VEVENT")[0]["STATUS"] == "CANCELLED"


def test_the_calendar_holds_a_theme_and_only_what_is_public_in_its_language(client):
    theme = make_theme("walking")
    make_event(f"{NEXT_YEAR}-03-14", title_en="Walk", themes=[theme])
    make_event(f"{NEXT_YEAR}-03-14", languages=["fi"])
    make_event(f"{NEXT_YEAR}-03-14", published_at_en=None)
    make_event(f"{NEXT_YEAR}-03-14", start_date_precision="month")
    make_event("2019-03-14", title_en="Long ago")
    make_event(f"{NEXT_YEAR}-03-15", title_en="Run")
    assert {str(each["SUMMARY"]) for each in calendar(client).walk("VEVENT")} == {"Walk", "Run"}
    themed = calendar(client, "/en/events/calendar.ics?theme=walking").walk("VEVENT")
    assert [str(each["SUMMARY"]) for each in themed] == ["Walk"]
    assert client.get("/en/events/calendar.ics?theme=nothing").status_code == 404


def test_a_calendar_that_has_not_changed_is_not_sent_again(client):
    make_event(f"{NEXT_YEAR}-03-14")
    first = client.get("/en/events/calendar.ics")
    again = client.get("/en/events/calendar.ics", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304


def test_the_page_of_a_fallback_language_leads_to_the_file_in_the_language_shown(client):
    event = make_event(f"{NEXT_YEAR}-03-14", languages=["sv"])
    with translation.override("fi"):
        text = client.get(event.get_absolute_url()).text
    assert f"/sv/events/{event.slug}/event.ics" in text
