"""The whole subscription in a real browser, with the keyboard alone, on a small screen."""

import pytest
from django.contrib.contenttypes.models import ContentType

from healthyboost.mailing.letters import answer_sign_ups
from healthyboost.mailing.links import address_for
from healthyboost.mailing.mailing_screens import start_address
from healthyboost.mailing.messages import Sendable, sendable
from healthyboost.mailing.models import Attempts, Mailing, Subscriber
from news.models import Article

from .accessibility import Axe
from .admin_forms import form_address
from .factories import make_article, make_theme, make_user
from .test_browser import faults, widest
from .test_sending import message_of
from .test_subscribing import LANGUAGES, link_in, make_subscriber

pytestmark = [
    pytest.mark.long,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


def tab_to(page, selector):
    """With the key, as a person without a mouse gets there."""
    for _number in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no way to {selector} with the keyboard")


def send(page):
    """Nothing is looked for on the page that is left."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("language", LANGUAGES)
def test_somebody_subscribes_changes_it_and_is_erased_with_the_keyboard_alone(
    language, page, live_server, mailoutbox, problems
):
    make_theme(**{f"name_{language}": "Walking"})

    def look():
        assert faults(page) == [], page.url
        assert widest(page) <= 320, page.url

    page.emulate_media(color_scheme="dark" if language in ("fi", "ru") else "light")
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(f"{live_server}/{language}/newsletter/subscribe/")
    look()
    tab_to(page, "#id_email")
    page.keyboard.type("anna@example")
    send(page)
    page.locator(".notice-fault").wait_for()
    look()
    problems[:] = [each for each in problems if "400 (Bad Request)" not in each]  # as it should
    assert page.locator("#id_email").input_value() == "anna@example"
    tab_to(page, "#id_email")
    page.keyboard.press("End")
    page.keyboard.type(".org")
    tab_to(page, "[name=themes]")
    page.keyboard.press("Space")
    tab_to(page, "#id_consent")
    page.keyboard.press("Space")
    tab_to(page, "main form button")
    send(page)
    page.locator("main form").wait_for(state="detached")
    look()
    answer_sign_ups()
    page.goto(f"{live_server}{link_in(mailoutbox[0])}")
    look()
    tab_to(page, "button[name=confirm]")
    send(page)
    page.wait_for_url("**/mine/**")
    look()
    assert Subscriber.objects.get().is_confirmed and Subscriber.objects.get().themes.exists()
    tab_to(page, "button[name=save]")
    send(page)
    page.locator("[role=status]").wait_for()
    tab_to(page, "button[name=unsubscribe]")
    send(page)
    page.locator("button[name=undo]").wait_for()
    look()
    tab_to(page, "[name=sure]")
    page.keyboard.press("Space")
    tab_to(page, "button[name=erase]")
    send(page)
    page.locator("main form").wait_for(state="detached")
    look()
    assert not Subscriber.objects.exists() and page.context.cookies() == []
    assert Attempts.objects.exists()


def test_the_pages_behind_the_links_are_accessible(page, live_server):
    subscriber = make_subscriber()
    path = address_for(subscriber, "end").split("/", 3)[3]
    page.set_viewport_size({"width": 320, "height": 800})
    for address in (path, "en/newsletter/subscribe/link/"):
        page.goto(f"{live_server}/{address}")
        assert faults(page) == [] and widest(page) <= 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_screens_of_a_mailing_are_accessible(scheme, page, live_server, client, monkeypatch):
    described = Sendable(message_of, languages_of=lambda article: ["en"])
    monkeypatch.setitem(sendable, Article, described)
    article = make_article()
    kind = ContentType.objects.get_for_model(article)
    mailing = Mailing.objects.create(content_type=kind, object_id=article.pk, title="March")
    mailing.deliveries.create(subscriber=make_subscriber(), language="en", answer="451", tries=1)
    client.force_login(make_user("superuser"))
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 1280, "height": 800})
    for address in (form_address(mailing), start_address(make_article(languages=["en"]))):
        page.goto(f"{live_server}{address}")
        assert Axe().run(page).response["violations"] == [], address
        page.set_viewport_size({"width": 380, "height": 800})
        assert widest(page) <= 380, address
