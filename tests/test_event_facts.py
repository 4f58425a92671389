"""Events of which little is known, in their files, and those of the sample."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone, translation
from django.utils.html import strip_tags

from healthyboost.content.languages import language_codes
from news.models import Article, Event, EventSession
from news.times import say_days

from .factories import make

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).parent.parent / "healthyboost" / "sample"

SEMINAR = """\
source_language: sv
kind: seminar
mode: ''
time_zone: Europe/Stockholm
open_to: ''
sv:
  title: Ett seminarium
  summary: Om hälsa.
  published_at: 2024-05-02 09:00
sessions:
- start_date: 2024-11-29
- start_date: 2025-01-31
"""


def load_seminar(folder):
    (folder / "events").mkdir(parents=True)
    (folder / "events" / "seminar.yaml").write_text(SEMINAR)
    call_command("load_content", str(folder), verbosity=0)
    return Event.objects.get()


def text_at(client, address):
    """What stands in the main part of a page."""
    page = client.get(address).content.decode()
    return strip_tags(page.partition("<main")[2].partition("</main>")[0])


def page_of(client, event):
    return text_at(client, f"/en/events/{event.slug}/")


def test_the_file_of_an_event_says_its_dates_only_in_its_sessions(tmp_path):
    event = load_seminar(tmp_path / "in")
    assert timezone.localtime(event.date, event.zone).date().isoformat() == "2024-11-29"
    call_command("dump_content", str(tmp_path / "out"), verbosity=0)
    assert (tmp_path / "out" / "events" / "seminar.yaml").read_text() == SEMINAR


def test_an_event_that_is_loaded_again_is_as_it_was(tmp_path, capsys):
    load_seminar(tmp_path)
    call_command("load_content", str(tmp_path))
    assert "0 new, 0 changed, 1 as they were" in capsys.readouterr().out


def test_where_it_is_not_known_whether_an_event_is_on_site_or_online_the_page_is_silent(client):
    event = make(Event, mode="", open_to="")
    text = page_of(client, event)
    assert event.title in text
    assert not [word for word in ("on site", "online", "Open to") if word in text]
    assert [key for key, _message, _is_error in event.own_faults("en")] == ["no-session"]


def test_for_whom_an_event_is_can_be_said_in_words_alone(client):
    text = page_of(client, make(Event, mode="", open_to="", audience_en="Nurses of the city"))
    assert "Nurses of the city" in text and "Open to all" not in text


@pytest.mark.parametrize("years, is_said", [(1, True), (-1, False)])
def test_an_event_that_is_over_is_no_longer_called_planned(client, years, is_said):
    event = make(Event, state="planned")
    year = timezone.localdate().year + years
    event.sessions.create(start_date=f"{year}-06-01", start_date_precision="year")
    assert ("planned and not confirmed" in page_of(client, event)) == is_said
    when = "" if is_said else "?when=past"
    assert ("Planned" in text_at(client, f"/en/events/{when}")) == is_said


@pytest.mark.parametrize(
    "code, days, months",
    [
        ("en", "14–15 March 2024", "May – June 2024"),
        ("lv", "2024. gada 14.–15. marts", "2024. gada maijs – jūnijs"),
        ("fi", "14.–15. maaliskuuta 2024", "toukokuu – kesäkuu 2024"),
        ("sv", "14–15 mars 2024", "maj – juni 2024"),
        ("ru", "14–15 марта 2024 г.", "май – июнь 2024 г."),
    ],
)
def test_days_and_months_of_a_period_are_said_as_each_language_says_them(code, days, months):
    two_days = EventSession(start_date=date(2024, 3, 14), end_date=date(2024, 3, 15))
    two_months = EventSession(
        start_date=date(2024, 5, 1), end_date=date(2024, 6, 1), start_date_precision="month"
    )
    with translation.override(code):
        said = [say_days(two_days), say_days(two_months)]
    assert [text.replace("\xa0", " ").lower() for text in said] == [days.lower(), months.lower()]


@pytest.mark.long
def test_the_events_of_the_sample_are_public_in_five_languages_and_dated_by_their_sessions(
    settings, tmp_path
):
    settings.MEDIA_ROOT = str(tmp_path)
    call_command("load_content", str(SAMPLE), verbosity=0)
    events = list(Event.objects.all())
    assert len(events) > 20
    assert {tuple(event.languages) for event in events} == {tuple(language_codes())}
    assert all(event.date and event.ends_at for event in events)
    assert not Article.objects.filter(kind="event report", event=None).exists()
