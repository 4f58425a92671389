"""Several sessions of an event, said in few words."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from news.models import EventSession
from news.times import say_sessions

from .test_events import make_event
from .test_newsletters import html_of, make_issue, words_of

RIGA = ZoneInfo("Europe/Riga")
TEN, NOON = datetime.time(10), datetime.time(12)


def sessions(*days, **fields):
    return [EventSession(start_date=datetime.date.fromisoformat(day), **fields) for day in days]


@pytest.mark.parametrize(
    "language, said",
    [
        ("en", "7, 14, 21 May 2024"),
        ("lv", "2024. gada 7., 14., 21. maijs"),
        ("fi", "7., 14., 21. toukokuuta 2024"),
        ("sv", "7, 14, 21 maj 2024"),
        ("ru", "7, 14, 21 мая 2024"),
    ],
)
def test_single_days_of_a_month_are_said_in_one_line(language, said):
    with translation.override(language):
        (line,) = say_sessions(sessions("2024-05-07", "2024-05-14", "2024-05-21"), RIGA)
    assert line.removesuffix(" г.") == said


def test_days_with_the_same_hours_say_them_and_the_zone_once():
    hours = {"start_time": TEN, "end_time": NOON}
    days = sessions("2024-05-07", "2024-05-14", "2024-06-04", **hours)
    assert say_sessions(days, RIGA) == [
        "7, 14 May 2024, 10:00–12:00, Riga time (EEST, UTC+3)",
        "4 June 2024, 10:00–12:00, Riga time (EEST, UTC+3)",
    ]


def test_a_change_of_clocks_within_a_month_is_not_hidden():
    lines = say_sessions(sessions("2024-03-28", "2024-03-31", start_time=TEN), RIGA)
    assert [line[-6:] for line in lines] == ["UTC+2)", "UTC+3)"]


def test_what_is_known_only_to_the_year_is_said_once_whatever_the_number_of_sessions():
    rows = sessions("2024-01-01", "2024-01-01", "2024-01-01", start_date_precision="year")
    assert say_sessions(rows, RIGA) == ["2024"]


@pytest.mark.django_db
def test_the_page_of_a_series_says_its_year_once_below_the_titles(client):
    event = make_event("2024-01-01", start_date_precision="year", summary_en="In parts.")
    event.sessions.update(title_en="Lessons")
    event.sessions.create(start_date="2024-01-01", start_date_precision="year", title_en="Theory")
    html = client.get(f"/en/events/{event.slug}/").text
    shown = html.partition('<ul class="sessions"')[2].partition("</ul>")[0]
    assert shown.count("2024") == 1
    assert shown.index("Lessons") < shown.index("Theory") < shown.index("2024")


@pytest.mark.django_db
@pytest.mark.long
def test_an_issue_says_the_days_of_an_event_in_one_line_on_the_web_and_on_paper(client):
    event = make_event("2024-05-07")
    event.sessions.create(start_date="2024-05-14")
    issue = make_issue({"event": event})
    assert "7, 14 May 2024" in html_of(client, issue)
    pdf = client.get(f"/en/newsletter/{issue.slug}/issue.pdf").content
    assert "7, 14 May 2024" in words_of(pdf)
