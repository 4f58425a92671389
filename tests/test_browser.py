"""The public pages in a real browser: the sample content, every template, both schemes, any width."""

import pytest

from healthyboost.content.languages import language_codes

from .accessibility import Axe
from .factories import (
    LONG_AGO,
    make_article,
    make_organisation,
    make_page,
    make_pilot,
    make_project,
)
from .sample_content import load_sample

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
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
FEW_PATHS = [
    "",
    "news/",
    "pilots/turku/",
    "x/",
]
SCREENS = [(320, "dark"), (1280, "light"), (320, "light"), (1280, "dark")]
# Landmarks, lists and rows with nothing in them: a screen reader would announce them all the same.
SILENT = """() => [...document.querySelectorAll(
    "main :is(aside, section, nav, figure, dl, ul, ol, li, p, dd, tbody, td, h1, h2, h3)")]
    .filter(each => !each.textContent.trim() && !each.querySelector("img"))
    .map(each => `silent: ${each.outerHTML.slice(0, 120)}`)"""
# Links inside a sentence are as high as its lines; all others are large enough for a finger.
SMALL = """() => [...document.querySelectorAll("a, button, select")]
    .filter(each => !each.closest("svg, .prose p") && each.checkVisibility())
    .filter(each => { const box = each.getBoundingClientRect();
        return box.width < 24 || box.height < 24 })
    .map(each => `small: ${each.outerHTML.slice(0, 120)}`)"""
# What WCAG 1.4.12 lets a reader do to any text.
SPACING = """() => { const sheet = new CSSStyleSheet(); sheet.replaceSync(`* { line-height: 1.5 !important;
    letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
    p { margin-block-end: 2em !important }`); document.adoptedStyleSheets = [sheet] }"""
OVERLAPS = """() => { const names = [...document.querySelectorAll(".chart text:not(.chart-sea-name)")]
    .map(each => [each.textContent, each.getBoundingClientRect()]);
    return names.flatMap(([name, a], index) => names.slice(index + 1)
        .filter(([, b]) => a.left < b.right && b.left < a.right
            && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > a.height * 0.3)
        .map(([other]) => `${name} / ${other}`)) }"""


@pytest.fixture
def sample(live_server):
    load_sample()
    return live_server.url


@pytest.fixture
def few_pages(live_server):
    """Enough for what does not depend on the content, and much faster than the sample."""
    project = make_project(
        slug="healthy-boost",
        title_en="Healthy Boost",
        emblem_text_en="European Union",
        funding_statement_en="Paid by a programme.",
        total_budget=10,
    )
    pilot = make_pilot(
        project=project,
        organisation=make_organisation(country="FI"),
        slug="turku",
        city_en="Turku",
        latitude="60.4518",
        longitude="22.2666",
    )
    make_article(pilot=pilot, date=LONG_AGO, date_precision="day")
    make_page(kind="about")
    return live_server.url


def look(page, url, width=1280, scheme="light"):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(url, wait_until="load")


def faults(page):
    """What axe finds, what is announced but empty, what is too small to hit: one line each."""
    found = Axe().run(page).response["violations"]
    said = [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]
    return said + page.evaluate(SILENT) + page.evaluate(SMALL)


def widest(page):
    return page.evaluate("document.documentElement.scrollWidth")


def forget_missing(problems):
    """A page that is meant to be missing makes the browser say so."""
    problems[:] = [problem for problem in problems if "404 (Not Found)" not in problem]


def test_pages_are_accessible_and_nothing_is_cut_off(page, problems, few_pages):
    for path in FEW_PATHS:
        look(page, f"{few_pages}/en/{path}", 320, "dark")
        assert faults(page) == [], path
        assert widest(page) <= 320, path
    forget_missing(problems)


@pytest.mark.long
@pytest.mark.parametrize("language", language_codes())
def test_all_pages_are_accessible_in_every_language(page, problems, sample, language):
    # Words do not change colours: each page on all screens in Latvian, and in two other languages on one.
    part = slice(None) if language == "lv" else slice(language_codes().index(language) % 2, None, 2)
    for name, path in list(PAGES.items())[part]:
        for width, scheme in SCREENS[: 4 if language == "lv" else 1]:
            look(page, f"{sample}/{language}/{path}", width, scheme)
            assert faults(page) == [], f"{name} {width} {scheme}"
            assert widest(page) <= width, f"{name} {width}"
    forget_missing(problems)


@pytest.mark.long
@pytest.mark.parametrize("language", ["fi", "ru"])
def test_text_may_be_spaced_out_on_a_small_phone(page, problems, sample, language):
    for name in ("home", "fallback", "partner", "pilot", "material", "project"):
        look(page, f"{sample}/{language}/{PAGES[name]}", width=320)
        page.evaluate(SPACING)
        assert widest(page) <= 320, name


@pytest.mark.long
def test_names_on_the_map_do_not_cover_each_other(page, problems, sample):
    for language in language_codes():
        for width, name in ((390, "home"), (390, "partners"), (1280, "partners")):
            look(page, f"{sample}/{language}/{PAGES[name]}", width)
            assert page.evaluate(OVERLAPS) == [], f"{language} {name}"


def test_first_tab_leads_past_the_navigation(page, few_pages):
    look(page, f"{few_pages}/fi/news/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Siirry sisältöön"
    page.keyboard.press("Enter")
    page.wait_for_url("**#main")
    assert page.evaluate("document.activeElement.id") == "main"


def test_menu_of_a_phone_opens_and_closes_by_keyboard(page, few_pages):
    look(page, f"{few_pages}/lv/", width=390)
    menu = page.locator("#main-navigation")
    assert not menu.is_visible()
    page.locator(".nav-open").press("Enter")
    assert menu.is_visible()
    page.keyboard.press("Escape")
    assert not menu.is_visible()


@pytest.mark.long
def test_switcher_keeps_query_and_anchor(page, few_pages):
    look(page, f"{few_pages}/en/news/?year=2021#y2021")
    page.get_by_role("link", name="Latviešu").click()
    page.wait_for_url("**/lv/**")
    assert page.url == f"{few_pages}/lv/news/?year=2021#y2021"


def test_filters_work_without_script(browser, few_pages):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    look(page, f"{few_pages}/sv/news/")
    page.locator("#filter-city").select_option("turku")
    page.locator(".filters button").click()
    page.wait_for_url("**city=turku**")
    assert page.locator(".entry").count() >= 1
    context.close()


@pytest.mark.long
def test_page_does_not_jump_while_it_loads(page, few_pages):
    look(page, f"{few_pages}/en/")
    shift = page.evaluate(
        """() => new Promise(done => { let sum = 0; new PerformanceObserver(list => {
        list.getEntries().forEach(entry => sum += entry.value)}).observe(
        {type: "layout-shift", buffered: true}); setTimeout(() => done(sum), 500) })"""
    )
    assert shift < 0.05


@pytest.mark.long
def test_first_visit_is_light(page, few_pages):
    sizes = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    look(page, f"{few_pages}/en/")
    assert sum(sizes) < 150_000
    assert len(sizes) <= 16


@pytest.mark.long
def test_paper_shows_address_and_funding_but_no_menu(page, few_pages):
    look(page, f"{few_pages}/en/about/")
    page.emulate_media(media="print")
    assert page.get_by_text(f"{few_pages}/en/about/", exact=True).is_visible()
    assert page.locator(".emblem").is_visible()
    assert not page.locator(".nav").is_visible()


@pytest.mark.long
def test_paper_carries_nothing_to_press(page, sample):
    look(page, f"{sample}/fi/news/tools-available/")
    page.emulate_media(media="print")
    assert page.locator(".notice h2").is_visible()
    for pressed in (".go", ".then", ".nav-open", ".crumbs", ".cover"):
        assert not page.locator(pressed).first.is_visible(), pressed
