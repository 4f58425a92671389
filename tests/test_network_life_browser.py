"""Events and the newsletter in a real browser: on any screen, by keyboard, with any clock."""

import pytest

from healthyboost.content.languages import language_codes
from news.models import Event, Issue

from .accessibility import Axe
from .factories import make, make_organisation, make_picture
from .test_browser import SILENT, SMALL, look, widest

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
]
ALL = language_codes()


@pytest.fixture
def portal_with_life(live_server):
    """A series of events of every state, and an issue in which every kind of item stands."""
    series = make_event("Seminars on health in the city", "2090-01-01", how="month")
    for state in ("planned", "moved", "cancelled"):
        make_event(f"A {state} training", "2090-05-07", state=state, series=series)
    event = make_event("Walk", "2090-05-29", start_time="10:00", end_time="12:00", slug="walk")
    past = make_event("Long ago", "2019-05-29", slug="past")
    issue = make(Issue, languages=ALL, slug="spring", number="1")
    make(Issue, languages=["sv"], newsletter=issue.newsletter, slug="swedish")
    issue.items.create(title_en="Before all", body_en="<h2>Inside</h2><p>Text.</p>")
    issue.items.create(kind="section", position=1, title_sv="Samhällsplanering för hållbarhet")
    for position, page in enumerate([event, past], start=2):
        issue.items.create(position=position, event=page, picture=make_picture())
    member = issue.items.create(
        position=9,
        title_ru="Длинные слова: здравоохранение и градостроительство",
        body_ru="<p>Текст.</p><table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>",
        link_url="https://example.org/",
    )
    member.members.set([make_organisation()])
    return live_server.url


def make_event(title, day, how="day", start_time=None, end_time=None, **fields):
    titles = {f"title_{code}": title for code in ALL}
    event = make(Event, languages=ALL, time_zone="Europe/Riga", **titles, **fields)
    event.sessions.create(
        start_date=day, start_date_precision=how, start_time=start_time, end_time=end_time
    )
    return event


PAGES = {
    "events": "events/",
    "past events": "events/?when=past",
    "event": "events/walk/",
    "past event": "events/past/",
    "month": "events/month/2090/5/",
    "empty month": "events/month/2098/5/",
    "newsletter": "newsletter/",
    "issue": "newsletter/spring/",
    "issue in another language": "newsletter/swedish/",
    "home": "",
}


SCREENS = [(390, "light"), (1280, "dark"), (768, "dark"), (1280, "light")]


@pytest.mark.parametrize("language", ALL)
def test_pages_are_accessible_on_any_screen(page, portal_with_life, language):
    for name, path in PAGES.items():
        for width, scheme in SCREENS[: 4 if language == "lv" else 1]:  # words do not change colours
            look(page, f"{portal_with_life}/{language}/{path}", width, scheme)
            where = f"{name} {width} {scheme}"
            violations = Axe().run(page).response["violations"]
            assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == [], where
            silent = [
                each for each in page.evaluate(SILENT) if "<td" not in each
            ]  # days of a month
            assert silent + page.evaluate(SMALL) == [], where
            assert widest(page) <= width, where


@pytest.mark.parametrize("language", ALL)
def test_the_header_stands_in_one_line_at_1024(page, portal_with_life, language):
    look(page, f"{portal_with_life}/{language}/events/", 1024)
    tops = page.eval_on_selector_all(
        ".nav li, .search-link", "all => all.map(each => each.getBoundingClientRect().y)"
    )
    heights = page.eval_on_selector_all(
        ".nav a", "all => all.map(each => each.getBoundingClientRect().height)"
    )
    assert max(tops) - min(tops) < 20 and max(heights) - min(heights) < 2
    assert widest(page) <= 1024


def own_time(browser, url, zone, language="en"):
    """What stands after "In your time:" for a reader whose clock is that of `zone`."""
    context = browser.new_context(timezone_id=zone)
    opened = context.new_page()
    opened.goto(f"{url}/{language}/events/walk/")
    line = opened.locator(".own-time")
    said = line.inner_text().strip() if line.is_visible() else ""
    context.close()
    return said


@pytest.mark.parametrize(
    "zone, hours",
    [
        ("Europe/Riga", None),
        ("Europe/Helsinki", None),
        ("Europe/London", ["08:00", "10:00"]),
        ("Asia/Kolkata", ["12:30", "14:30"]),
        ("America/St_Johns", ["04:30", "06:30"]),
        ("Pacific/Auckland", ["19:00", "21:00"]),
    ],
)
def test_readers_elsewhere_are_told_the_hours_of_their_own_clock(
    browser, portal_with_life, zone, hours
):
    said = own_time(browser, portal_with_life, zone)
    assert bool(said) == bool(hours)
    assert all(hour in said for hour in hours or [])


def test_own_hours_that_fall_on_another_day_say_which(browser, portal_with_life):
    session = Event.objects.get(slug="walk").sessions.get()
    session.start_time, session.end_time = "00:00", "01:00"
    session.save()
    said = own_time(browser, portal_with_life, "America/New_York")
    assert "28 May 2090" in said and "17:00" in said
    said = own_time(browser, portal_with_life, "Europe/London")
    assert "28 May 2090" in said and "22:00" in said and "24:00" not in said


@pytest.mark.parametrize("day", ["2027-03-27", "2027-03-28", "2027-10-31"])
def test_cities_that_change_their_clocks_together_stay_together(browser, portal_with_life, day):
    Event.objects.get(slug="walk").sessions.update(start_date=day)
    assert own_time(browser, portal_with_life, "Europe/Helsinki") == ""
    assert "09:00" in own_time(browser, portal_with_life, "Europe/Stockholm")


@pytest.mark.parametrize("day, hour", [("2027-03-27", "11:00"), ("2027-03-28", "10:00")])
def test_a_city_that_does_not_change_its_clocks_is_told_so_on_that_day(
    browser, portal_with_life, day, hour
):
    Event.objects.get(slug="walk").sessions.update(start_date=day)
    said = own_time(browser, portal_with_life, "Europe/Moscow")
    assert hour in said if hour == "11:00" else said == ""


def test_the_contents_lead_to_a_text_by_keyboard(page, portal_with_life):
    look(page, f"{portal_with_life}/en/newsletter/spring/", 390)
    page.locator(".toc a", has_text="Walk").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**#walk")
    title = page.locator("#walk")
    assert title.is_visible()
    assert page.evaluate("document.querySelector(':target').id") == "walk"
    page.keyboard.press("Tab")
    assert page.evaluate(
        "document.activeElement.closest('article').querySelector('#walk') !== null"
    )


def test_an_event_is_reached_through_the_month_by_keyboard(page, portal_with_life):
    for width in (390, 1280):
        look(page, f"{portal_with_life}/en/events/month/2090/5/", width)
        for _press in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent") == "Walk":
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**/events/walk/")
