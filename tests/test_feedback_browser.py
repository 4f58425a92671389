"""Reporting a mistake and answering it in a real browser, with the keyboard, on a small screen."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from healthyboost.feedback.delivering import deliver
from healthyboost.feedback.models import Answer, Message

from .admin_forms import form_address
from .factories import make_article, make_user
from .test_browser import faults, widest
from .test_feedback import LANGUAGES, LIST, make_message, make_pilot_with_contact, path_of
from .test_subscribing_browser import tab_to

pytestmark = [
    pytest.mark.long,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
LONG_WORD = "Gesundheitsförderungs" * 12


def press(page, selector):
    tab_to(page, selector)
    page.keyboard.press("Enter")


@pytest.mark.parametrize(
    "language, width",
    [("en", 1280), ("en", 320), ("lv", 390), ("fi", 320), ("sv", 1280), ("ru", 390), ("ru", 320)],
)
def test_a_reader_reports_a_mistake_and_deletes_it_with_the_keyboard_alone(
    language, width, page, live_server, problems
):
    def look():
        assert faults(page) == [], page.url
        assert widest(page) <= width, page.url

    page.emulate_media(color_scheme="dark" if language in ("fi", "ru") else "light")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{live_server}{path_of(make_article(languages=LANGUAGES), language)}")
    press(page, "footer a[href*=feedback]")
    page.locator("main form").wait_for()
    look()
    tab_to(page, "#id_text")
    page.keyboard.type(LONG_WORD)
    tab_to(page, "#id_email")
    page.keyboard.type("anna@")
    page.keyboard.press("Enter")
    page.locator(".notice-fault").wait_for()
    look()
    problems[:] = [each for each in problems if "400 (Bad Request)" not in each]  # as it should
    assert page.locator("#id_text").input_value() == LONG_WORD
    press(page, ".notice-fault a[href='#id_about_0']")
    page.keyboard.press("Space")
    tab_to(page, "#id_email")
    page.keyboard.press("End")
    page.keyboard.type("example.org")
    press(page, "main form button")
    page.wait_for_url("**/mine/**")
    look()
    message = Message.objects.get()
    assert (message.text, message.email) == (LONG_WORD, "anna@example.org")
    assert message.about == "fact" and page.context.cookies() == []
    press(page, "main form button")
    page.locator("main form").wait_for(state="detached")
    look()
    assert not Message.objects.exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_contact_person_is_written_to_without_script(language, browser, live_server, mailoutbox):
    pilot = make_pilot_with_contact()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server}{path_of(pilot, language)}")
    page.locator("main a[href*='/write/']").click()
    page.fill("#id_text", "May we visit you?")
    page.fill("#id_email", "anna@example.org")
    page.locator("main form button").click()
    page.wait_for_url("**/mine/**")
    deliver()
    (mail,) = mailoutbox
    page.goto(live_server.url + re.search(r"http://[^/]+(/\S+/answered/\S+)", mail.body)[1])
    page.locator("main form button").click()
    page.locator("main form").wait_for(state="detached")
    assert Message.objects.get().state == "answered"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_screens_of_a_colleague_are_accessible_and_she_answers_with_the_keyboard(
    scheme, page, live_server, client
):
    message = make_message(text=LONG_WORD, email="anna@example.org", language="fi")
    Answer.objects.create(message=message, subject="Kiitos", text=LONG_WORD, is_refused=True)
    client.force_login(make_user("superuser"))
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.emulate_media(color_scheme=scheme)
    for address in (LIST, form_address(message)):
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{live_server}{address}")
            assert Axe().run(page).response["violations"] == [], address
            assert widest(page) <= width, address
    tab_to(page, "#id_text")
    page.keyboard.type("Korjattu.")
    press(page, "button[name=send]")
    page.locator("button[name=reopen]").wait_for()
    assert Answer.objects.filter(text="Korjattu.").exists()
