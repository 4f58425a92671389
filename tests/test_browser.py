"""The public pages in a real browser: the sample content, every template, both schemes, any width."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command

from healthyboost.content.languages import language_codes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAMPLE = Path(__file__).parent.parent / "healthyboost" / "sample"
PAGES = {
    "home": "",
    "news": "news/",
    "fault": "news/?year=abc",
    "article": "news/workshop-cherepovets/",
    "fallback": "news/tools-available/",
    "partners": "partners/",
    "partner": "partners/rsu/",
    "pilots": "pilots/",
    "pilot": "pilots/helsinki/",
    "materials": "materials/",
    "material": "materials/model/",
    "about": "about/",
    "project": "about/healthy-boost/",
    "statement": "pages/accessibility/",
    "error": "nothing/",
}
WIDTHS = (320, 1280)


@pytest.fixture
def sample(live_server):
    call_command("load_content", SAMPLE, verbosity=0)
    return live_server.url


def look(page, url, width=1280, scheme="light"):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(url, wait_until="load")


def faults(page):
    """What axe finds, in one line each."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


def widest(page):
    return page.evaluate("document.documentElement.scrollWidth")


def forget_missing(problems):
    """A page that is meant to be missing makes the browser say so."""
    problems[:] = [problem for problem in problems if "404 (Not Found)" not in problem]


def test_pages_are_accessible_and_nothing_is_cut_off(page, problems, sample):
    for name, path in PAGES.items():
        for width, scheme in ((320, "dark"), (1280, "light")):
            look(page, f"{sample}/en/{path}", width, scheme)
            assert faults(page) == [], name
            assert widest(page) <= width, name
    forget_missing(problems)


@pytest.mark.long
@pytest.mark.parametrize("language", language_codes())
def test_all_pages_are_accessible_in_every_language(page, problems, sample, language):
    for name, path in PAGES.items():
        for width in WIDTHS:
            for scheme in ("light", "dark"):
                look(page, f"{sample}/{language}/{path}", width, scheme)
                assert faults(page) == [], f"{name} {width} {scheme}"
                assert widest(page) <= width, f"{name} {width}"
    forget_missing(problems)


def test_first_tab_leads_past_the_navigation(page, sample):
    look(page, f"{sample}/fi/news/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Siirry sisältöön"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_menu_of_a_phone_opens_and_closes_by_keyboard(page, sample):
    look(page, f"{sample}/lv/", width=390)
    menu = page.locator("#main-navigation")
    assert not menu.is_visible()
    page.locator(".nav-open").press("Enter")
    assert menu.is_visible()
    page.keyboard.press("Escape")
    assert not menu.is_visible()


def test_switcher_keeps_query_and_anchor(page, sample):
    look(page, f"{sample}/en/news/?year=2021#y2021")
    page.get_by_role("link", name="Latviešu").click()
    page.wait_for_url("**/lv/**")
    assert page.url == f"{sample}/lv/news/?year=2021#y2021"


def test_filters_work_without_script(browser, sample):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    look(page, f"{sample}/sv/news/")
    page.locator("#filter-city").select_option("turku")
    page.locator(".filters button").click()
    page.wait_for_url("**city=turku**")
    assert page.locator(".entry").count() >= 1
    context.close()


def test_page_does_not_jump_while_it_loads(page, sample):
    look(page, f"{sample}/en/")
    shift = page.evaluate(
        """() => new Promise(done => { let sum = 0; new PerformanceObserver(list => {
        list.getEntries().forEach(entry => sum += entry.value)}).observe(
        {type: "layout-shift", buffered: true}); setTimeout(() => done(sum), 500) })"""
    )
    assert shift < 0.05


def test_first_visit_is_light(page, sample):
    sizes = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    look(page, f"{sample}/en/")
    assert sum(sizes) < 150_000
    assert len(sizes) <= 16


def test_paper_shows_address_and_funding_but_no_menu(page, sample):
    look(page, f"{sample}/en/about/")
    page.emulate_media(media="print")
    assert page.get_by_text(f"{sample}/en/about/", exact=True).is_visible()
    assert page.locator(".emblem").is_visible()
    assert not page.locator(".nav").is_visible()
