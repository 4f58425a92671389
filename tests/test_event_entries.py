"""When an event is, in a list and on its page: nothing is said twice, and what is over is not offered."""

import pytest

from .test_events import make_event

pytestmark = pytest.mark.django_db


def entry(client, event):
    html = client.get("/en/events/").text
    start = html.index("<time", html.index('<li class="entry'))
    return html[start : html.index("</li>", start)]


def when(client, event):
    html = client.get(f"/en/events/{event.slug}/").text
    return html.partition('<section class="whole event-when"')[2].partition("</section>")[0]


def test_an_entry_of_an_event_of_one_day_says_the_day_once(client):
    assert entry(client, make_event("2090-05-07")).count("7 May 2090") == 1


def test_an_entry_of_an_event_of_several_days_says_both_the_first_day_and_all_of_them(client):
    event = make_event("2090-05-07")
    event.sessions.create(start_date="2090-05-14")
    shown = entry(client, event)
    assert shown.count("7 May 2090") == 1 and shown.count("7, 14 May 2090") == 1


def test_an_entry_of_days_far_apart_lists_the_first_of_them_too(client):
    event = make_event("2090-11-29")
    event.sessions.create(start_date="2091-01-31")
    shown = entry(client, event)
    assert "29 November 2090;<br>31 January 2091" in shown


def test_an_entry_of_an_event_with_hours_says_them_without_its_day(client):
    shown = entry(client, make_event("2090-05-07", start_time="10:00", time_zone="Europe/Riga"))
    assert shown.count("7 May 2090") == 1 and "10:00, Riga time" in shown


def test_nobody_is_offered_to_add_a_cancelled_event_to_a_calendar(client):
    assert "event.ics" in when(client, make_event("2090-05-07"))
    cancelled = make_event("2090-05-08", state="cancelled")
    assert "event.ics" not in when(client, cancelled)
    told = client.get(f"/en/events/{cancelled.slug}/event.ics").text
    assert "STATUS:CANCELLED" in told


def test_hours_of_other_cities_stand_beside_a_single_session(client):
    shown = when(client, make_event("2090-05-07", start_time="10:00", time_zone="Europe/Riga"))
    assert '<br><span class="quiet">09:00, Stockholm time' in shown and "<details" not in shown


def test_hours_of_other_cities_stand_once_below_several_sessions(client):
    event = make_event("2090-05-07", start_time="10:00", time_zone="Europe/Riga")
    event.sessions.create(start_date="2090-05-14", start_time="12:00")
    sessions, _, below = when(client, event).partition("</ul>")
    assert "Stockholm" not in sessions and "In your time" not in sessions
    assert below.count("In your time:") == 1 and below.count("data-begins") == 2
    assert "09:00, Stockholm time" in below and "11:00, Stockholm time" in below


def test_several_sessions_without_hours_have_none_in_other_cities(client):
    event = make_event("2090-05-07")
    event.sessions.create(start_date="2090-05-14")
    assert "In your time" not in when(client, event) and "<details" not in when(client, event)
