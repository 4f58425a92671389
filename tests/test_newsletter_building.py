"""An issue is built in the admin: its items in order, what is new taken over."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from news.models import Event, Item
from news.taking_over import since_last

from .admin_forms import errors_of, form_address, opened, press, send, sign_in
from .factories import make, make_article, make_material, make_organisation, make_theme
from .test_newsletters import make_issue, own

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def editor(client):
    client.user = sign_in(client, "editor")
    return client


def take_over(issue):
    return reverse("admin:news_issue_take_over", args=[issue.pk])


def titles(issue):
    return [str(item) for item in issue.items.all()]


def fresh_article(**fields):
    return make_article(date=NOW, date_precision="day", **fields)


# What is new


def test_what_is_ticked_stands_at_the_end_of_its_section_and_shows_the_page(editor):
    issue = make_issue("News", own("Walk"), "Tools", own("Ball"))
    news = fresh_article(title_en="Swim")
    tool = make_material(title_en="Net", date=NOW, date_precision="day")
    headings = {item.title_en: item.pk for item in issue.items.all() if item.is_section}
    ticked = [f"article:{news.pk}", f"material:{tool.pk}"]
    under = {"under-article": headings["News"], "under-material": headings["Tools"]}
    answer = editor.post(take_over(issue), {"take": ticked, **under})
    assert answer.url.startswith(form_address(issue))
    assert titles(issue) == ["News", "Walk", "Swim", "Tools", "Ball", "Net"]
    item = issue.items.get(article=news)
    assert (item.kind, item.title_en, item.body_en) == ("news", None, None)


def test_only_what_is_public_and_not_in_the_issue_is_offered(editor):
    there = fresh_article(title_en="Is there")
    fresh_article(title_en="Secret plan", published_at_en=None)
    make_article(title_en="Old news", date=NOW - datetime.timedelta(days=999), date_precision="day")
    fresh_article(title_en="Fresh news")
    shown = editor.get(take_over(make_issue({"article": there}))).text
    assert "Fresh news" in shown
    for title in ("Is there", "Secret plan", "Old news"):
        assert title not in shown


def test_events_are_offered_while_they_are_still_to_come(editor):
    for title, days in (("Coming walk", 30), ("Walk of yesterday", -1)):
        event = make(Event, title_en=title)
        day = NOW.date() + datetime.timedelta(days=days)
        event.sessions.create(start_date=day)
    shown = editor.get(take_over(make_issue())).text
    assert "Coming walk" in shown and "Walk of yesterday" not in shown


def test_new_is_what_came_after_the_issue_before():
    then = NOW - datetime.timedelta(days=40)
    before = make_issue(date=then, date_precision="day")
    issue = make_issue(newsletter=before.newsletter, date=NOW, date_precision="day")
    assert since_last(issue) == timezone.localdate(then)
    assert since_last(before) < since_last(issue)


@pytest.mark.parametrize("since", ["abc", "2026-02-31", "0001-01-01", "9" * 30, "<script>"])
def test_nonsense_for_a_day_is_answered_with_a_sentence(editor, since):
    shown = editor.get(take_over(make_issue()), {"since": since})
    assert shown.status_code == 200
    assert "This is no date." in shown.text and "<script>" not in shown.text


@pytest.mark.parametrize(
    "take", [[], ["article:0"], ["nonsense"], ["article:99999999999999999999"]]
)
def test_nothing_is_taken_over_where_nothing_offered_is_ticked(editor, take):
    issue = make_issue("News")
    shown = editor.post(take_over(issue), {"take": take, "under-article": "x"})
    assert "Tick what is to be taken over." in shown.text and titles(issue) == ["News"]


def test_only_who_may_edit_the_issue_takes_over(client):
    issue, news = make_issue(), fresh_article()
    sign_in(client, "translator", languages=["lv"])
    assert client.post(take_over(issue), {"take": [f"article:{news.pk}"]}).status_code == 403
    assert not issue.items.exists()


def test_what_was_taken_over_is_in_the_history(editor):
    issue, news = make_issue(), fresh_article(title_en="Swim")
    editor.post(take_over(issue), {"take": [f"article:{news.pk}"]})
    shown = editor.get(reverse("admin:news_issue_history", args=[issue.pk])).text
    assert "Swim" in shown


# The form


def test_the_numbers_of_their_positions_put_the_items_in_order(editor):
    issue = make_issue("News", own("Walk"), own("Swim"))
    assert send(editor, form_address(issue), **{"items-2-position": "1", "items-1-position": "2"})
    assert titles(issue) == ["News", "Swim", "Walk"]


def test_the_form_keeps_what_an_item_shows_and_whose_news_it_is(editor):
    city, sea = make_organisation(), make_theme()
    article = make_article()
    issue = make_issue({"article": article, "members": [city]}, own())
    issue.items.first().themes.set([sea])
    assert send(editor, form_address(issue)).status_code == 302
    item = Item.objects.get(article=article)
    assert list(item.members.all()) == [city] and list(item.themes.all()) == [sea]


def test_the_queries_of_the_form_do_not_grow_with_the_items(editor):
    def items(count):
        for _number in range(count):
            yield {"article": make_article(), "members": [make_organisation()]}
            yield own()

    few, many = make_issue(*items(1)), make_issue(*items(3))
    for item in Item.objects.all():
        item.themes.set([make_theme()])
    opened(editor, form_address(few))
    with CaptureQueriesContext(connection) as first:
        editor.get(form_address(few))
    with CaptureQueriesContext(connection) as second:
        editor.get(form_address(many))
    assert len(first) == len(second)


def test_two_pages_in_one_item_are_refused_in_words_and_nothing_is_lost(editor):
    article, material = make_article(), make_material()
    issue = make_issue(own())
    typed = {"items-0-article": article.pk, "items-0-material": material.pk}
    shown = press(editor, form_address(issue), **typed, **{"items-0-title_en": "Both"})
    assert "only one page: choose one." in str(errors_of(shown))
    (rows,) = [each.formset for each in shown.context_data["inline_admin_formsets"][:1]]
    assert rows.forms[0]["title_en"].value() == "Both"
    assert titles(issue) == ["Text of its own"]


# In a browser


@pytest.fixture
def building(page, live_server, client):
    sign_in(client)
    issue = make_issue("News", own("Walk"), own("Swim"), "Tools", own("Ball"))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    page.context.add_cookies([{**cookie, "url": live_server.url}])
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(live_server.url + form_address(issue))
    return issue


def order(page):
    return page.locator(".item-row:not(.empty-form) .inline_label").all_inner_texts()


def save(page):
    with page.expect_navigation():
        page.locator("[name=_continue]").first.click()


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_items_are_moved_by_keyboard_and_stay_there(page, building):
    up = page.locator("#items-2 .item-up")
    up.focus()
    page.keyboard.press("Enter")
    assert order(page)[:3] == ["News", "Swim", "Walk"]
    assert page.evaluate("document.activeElement.className") == "item-up"
    assert "Swim" in page.locator("#items-status").inner_text()
    save(page)
    assert titles(building) == ["News", "Swim", "Walk", "Tools", "Ball"]


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_items_are_moved_by_dragging(page, building):
    page.locator("#items-4").scroll_into_view_if_needed()
    grip = page.locator("#items-4 .item-handle").bounding_box()
    goal = page.locator("#items-1 > details > summary").bounding_box()
    page.mouse.move(grip["x"] + 10, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(grip["x"] + 10, goal["y"] + 12, steps=12)
    page.mouse.up()
    save(page)
    assert titles(building) == ["News", "Ball", "Walk", "Swim", "Tools"]


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_folded_item_has_its_editor_when_it_is_unfolded_and_a_link_to_a_field_unfolds_it(
    page, building
):
    from playwright.sync_api import expect

    assert page.locator(".item-row .ProseMirror").count() == 0
    page.locator("#items-1 > details > summary h3").click()
    page.locator("#items-1 fieldset:not([hidden]) .ProseMirror[role=textbox]").first.wait_for()
    assert page.locator("#items-2 .ProseMirror").count() == 0
    page.evaluate("location.hash = 'id_items-2-title_sv'")
    expect(page.locator("#id_items-2-title_sv")).to_be_focused()
    assert page.locator("#id_items-2-title_en").is_hidden()
    save(page)
    assert titles(building)[1:3] == ["Walk", "Swim"]
    assert building.items.get(title_en="Walk").body_en == "<p>What Walk says.</p>"


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_mail_is_seen_in_its_frame_and_nothing_in_it_runs(page, live_server, client):
    sign_in(client)
    issue = make_issue("News", own("Walk"))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    page.context.add_cookies([{**cookie, "url": live_server.url}])
    page.goto(live_server.url + reverse("admin:news_issue_mail", args=[issue.pk, "en"]))
    for name in ("desktop", "phone"):
        frame = page.frame_locator(f".mail-{name}")
        assert "What Walk says." in frame.locator("body").inner_text()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"]


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_new_item_that_was_moved_up_survives_the_removal_of_another(page, building):
    for number, title in ((5, "Kept"), (6, "Removed")):
        page.locator("#items-group .add-row a").click()
        page.locator(f"#id_items-{number}-title_sv").fill(title)
    for _press in range(3):
        page.locator("#items-5 .item-up").press("Enter")
    page.locator("#items-6 .inline-deletelink").press("Enter")
    page.wait_for_function("document.activeElement.matches('#items-4 > details > summary')")
    assert "Removed" in page.locator("#items-status").inner_text()
    save(page)
    assert titles(building) == ["News", "Walk", "Kept", "Swim", "Tools", "Ball"]
