"""The page of a search: what it says to those who see it, hear it, or have no mouse."""

import re

import pytest

from healthyboost.search import files, finding

from .factories import make_article, make_material, make_theme
from .sample_content import load_sample
from .test_browser import faults, forget_missing, look, widest
from .test_search import text_of
from .test_search_results import attach

STATES = {
    "empty": "",
    "found": "?q=health",
    "in another language": "?q=hyvinvointi&language=lv",
    "in a file": "?q=hullabaloo",
    "spelt otherwise": "?q=wellbieng",
    "not found": "?q=xyzzyqwv",
    "filtered": "?q=health&theme=nutrition",
    "long": f"?q={'x' * 190}",
    "at fault": "?q=health&year=abc",
}
FOCUSED = """() => { const it = document.activeElement, style = getComputedStyle(it);
    const isSeen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return [it.id || it.rel || it.getAttribute("class") || it.parentElement.localName, isSeen] }"""
HEADINGS = """() => [...document.querySelectorAll("main :is(h1, h2, h3, h4)")]
    .map(each => Number(each.localName[1]))"""


def title_of(text):
    return re.search(r"<title>(.*?)</title>", text, re.DOTALL)[1].strip()


# What a screen reader hears


@pytest.mark.django_db
def test_title_says_the_query_the_number_and_the_place(client):
    for number in range(12):
        make_article(title_en=f"Sauna {number}")
    text = text_of(client, "sauna")
    assert title_of(text).startswith("Search: sauna – 12 results – ")
    after = re.search(r"after=([^&\"]+)", text)[1]
    second = text_of(client, "sauna", after=after)
    assert title_of(second).startswith("Search: sauna – 12 results (11–12) – ")


@pytest.mark.django_db
def test_title_says_the_spelling_that_was_searched(client):
    make_article(title_en="Cooperation")
    text = text_of(client, "coperation")
    assert title_of(text).startswith("Search: cooperation – 1 result – ")
    assert 'value="coperation"' in text


@pytest.mark.django_db
def test_number_of_results_is_a_status(client):
    make_article(title_en="Sauna")
    for query, said in (("sauna", "1 result"), ("xyzzyqwv", "Nothing was found")):
        status = re.search(r'role="status">(.*?)</div>', text_of(client, query), re.DOTALL)[1]
        assert said in status


@pytest.mark.django_db
def test_a_result_in_another_language_is_marked_as_such(client):
    make_article(languages=["fi"], title_fi="Sauna", body_fi="<p>Lämmin sauna.</p>")
    result = re.search(r'<li class="entry result">.*?</li>', text_of(client, "sauna"), re.DOTALL)[0]
    assert re.search(r'<a href="[^"]+" lang="fi" hreflang="fi"><mark>Sauna', result)
    assert '<p lang="fi">' in result and "In Finnish" in result
    own = text_of(client, "sauna", "fi")
    assert 'lang="fi"' not in re.search(r'<li class="entry result">.*?</li>', own, re.DOTALL)[0]


@pytest.mark.django_db
def test_topics_stand_apart_from_groups_of_people(client):
    make_theme(slug="ageing", name_en="Older people", kind="area")
    make_theme(slug="older", name_en="Older people", kind="group")
    choices = re.findall(r'<optgroup label="(.*?)">(.*?)</optgroup>', text_of(client, "sauna"))
    assert [(label, "Older people" in names) for label, names in choices] == [
        ("Thematic area", True),
        ("Target group", True),
    ]


# In a browser


@pytest.fixture
def sample(live_server):
    load_sample()
    attach(make_material(title_en="Guide"), "All about the hullabaloo")
    files.read_files()
    finding.count_months()
    return live_server.url


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_search_is_accessible_in_every_state(page, problems, sample):
    for language, schemes in (("en", ("light", "dark")), ("ru", ("dark", "light"))):
        for name, query in STATES.items():
            for width, scheme in zip((320, 1280), schemes, strict=True):
                look(page, f"{sample}/{language}/search/{query}", width, scheme)
                assert faults(page) == [], f"{language} {name} {width} {scheme}"
                assert widest(page) <= width, f"{language} {name} {width}"
            if name == "in a file":
                assert page.locator(".result .note a").inner_text() == "The guide"
            levels = page.evaluate(HEADINGS)
            assert all(b <= a + 1 for a, b in zip([0, *levels], levels, strict=False)), name
    forget_missing(problems)


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_search_works_by_keyboard_alone(page, sample):
    look(page, f"{sample}/en/", 390)
    link = page.get_by_role("banner").get_by_role("link", name="Search", exact=True)
    link.press("Enter")
    page.wait_for_url("**/search/")
    assert page.evaluate(FOCUSED) == ["q", True]  # nobody who comes to search presses Tab first
    page.keyboard.type("health")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=health**")
    page.locator("#q").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # opens the filters
    assert page.locator("#filter-kind").is_visible()
    kind_and_date = page.locator(".result .when:has(time)").first
    assert kind_and_date.bounding_box()["height"] < 40  # one line, without a frame of events
    path = []
    for _press in range(40):
        page.keyboard.press("Tab")
        name, is_seen = page.evaluate(FOCUSED)
        assert is_seen, name
        path.append(name)
        if name == "next":
            break
    filters = ["filter-kind", "filter-theme", "filter-language", "filter-year", "button"]
    assert path[:5] == filters and path.count("h3") == 10 and path[-1] == "next"
    page.keyboard.press("Enter")
    page.wait_for_url("**after=**")
    assert "(11–20)" in page.title()
