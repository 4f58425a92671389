"""A coordinator's first day, from the invitation to an article that is public: with a mouse, with the
keyboard alone, and on a phone; two people in one article; a text that was not saved; all her screens.

A Hand does what a person does with what she has: it fills in a field, presses what can be pressed and
chooses from a list. The steps of the day ask a Hand for it, so that all of them do the same day.
"""

import datetime
import re

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext

from healthyboost.accounts.models import User
from healthyboost.editing.models import Deletion, PreviewLink, UnsavedForm
from healthyboost.media.models import Attachment, Picture
from news.models import Article

from .accessibility import Axe
from .admin_forms import add_address, form_address
from .conftest import TELL_VIOLATIONS, watch
from .factories import (
    make_article,
    make_organisation,
    make_picture,
    make_theme,
    make_user,
    pdf,
    png,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "a-walk-by-the-sea-2026"


def say(text, /, **values):
    """What the admin says to her."""
    with translation.override("lv"):
        return gettext(text) % values if values else gettext(text)


def label_of(model, field):
    with translation.override("lv"):
        return starting(capfirst(str(model._meta.get_field(field).verbose_name)))


def starting(text):
    return re.compile(rf"^{re.escape(text)}")


# Hands


class Mouse:
    """Points at things."""

    options = {"viewport": {"width": 1280, "height": 900}}

    def __init__(self, page):
        self.page = page

    def look(self):
        """At a screen on the way."""

    def press(self, target):
        target.click()

    def fill(self, field, text):
        field.fill(text)

    def tick(self, box):
        box.check()

    def choose(self, select, option):
        select.select_option(label=option)

    def choose_tab(self, name):
        self.press(self.page.get_by_role("tab", name=starting(name)))

    def search(self, field, text):
        """In a list that is searched: the first thing that is found."""
        self.press(field)
        self.page.keyboard.type(text)
        self.press(self.page.get_by_role("option", name=text).first)

    def give(self, field, file):
        with self.page.expect_file_chooser() as chooser:
            self.press(field)
        chooser.value.set_files(file)

    def write(self, editor):
        """Puts the cursor into a text."""
        self.press(editor)


class Keyboard(Mouse):
    """Never touches a mouse."""

    def reach(self, target):
        self.page.wait_for_load_state()
        target.wait_for()
        key = "Shift+Tab" if target.evaluate(STANDS_BEFORE) else "Tab"
        for _stop in range(250):
            if target.evaluate("each => each === document.activeElement"):
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{target} is not reached with the keyboard")

    def press(self, target):
        self.reach(target)
        self.page.keyboard.press("Enter")

    def fill(self, field, text):
        self.reach(field)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def tick(self, box):
        self.reach(box)
        if not box.is_checked():
            self.page.keyboard.press("Space")

    def choose(self, select, option):
        self.reach(select)
        self.page.keyboard.press("Home")
        while select.evaluate("each => each.selectedOptions[0].text") != option:
            before = select.input_value()
            self.page.keyboard.press("ArrowDown")
            assert select.input_value() != before, f"there is no {option}"

    def choose_tab(self, name):
        self.reach(self.page.get_by_role("tab", selected=True))
        for _each in range(5):
            if self.page.get_by_role("tab", name=starting(name), selected=True).count():
                return
            self.page.keyboard.press("ArrowRight")
        raise AssertionError(f"there is no tab {name}")

    def search(self, field, text):
        self.press(field)
        self.page.keyboard.type(text)
        self.page.get_by_role("option", name=text).first.wait_for()
        self.page.keyboard.press("Enter")

    def give(self, field, file):
        self.reach(field)
        with self.page.expect_file_chooser() as chooser:
            self.page.keyboard.press("Space")
        chooser.value.set_files(file)

    def write(self, editor):
        self.reach(editor)


STANDS_BEFORE = """each => Boolean(document.activeElement.compareDocumentPosition(each)
    & Node.DOCUMENT_POSITION_PRECEDING)"""


class Finger(Mouse):
    """On a phone: nothing is wider than it, and nothing is too small to hit."""

    options = {
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
    }

    def look(self):
        self.page.wait_for_load_state()
        assert self.page.evaluate("document.documentElement.scrollWidth") <= 390, self.page.url
        small = self.page.evaluate(TOO_SMALL)
        assert not small, "\n".join([self.page.url, *small])

    def press(self, target):
        target.tap()

    def tick(self, box):
        self.press(box)


# A link in a sentence is as high as its line; the label of a box is part of what one hits.
TOO_SMALL = """() => [...document.querySelectorAll(
    "a, button, select, summary, input:not([type=hidden]), [role=combobox], [role=option]")]
    .filter(each => each.checkVisibility({visibilityProperty: true}))
    .filter(each => !each.closest("p, .help, .messagelist, .prose, .select2-search, .visually-hidden, svg"))
    .filter(each => ![each, ...(each.labels || [])].some(part => {
        const box = part.getBoundingClientRect()
        return box.width == 1 || box.width >= 24 && box.height >= 24 }))
    .map(each => `${each.outerHTML.slice(0, 120)} in ${each.parentElement.className}`)"""


@pytest.fixture
def open_browser(browser, problems):
    """Opens a browser of somebody; the test fails if it complained about anything."""
    contexts = []

    def open_it(hand=Mouse, **options):
        place = {"locale": "lv-LV", "timezone_id": "Europe/Riga"}
        context = browser.new_context(**{**place, **hand.options, **options})
        contexts.append(context)
        context.add_init_script(TELL_VIOLATIONS)
        context.set_default_timeout(30_000)  # a busy machine opens the editor slowly
        context.on("page", lambda page: prepare(page, problems))
        return hand(context.new_page())

    yield open_it
    for context in contexts:
        context.close()
    assert problems == []


def prepare(page, problems):
    watch(page, problems)
    page.on(
        "filechooser", lambda chooser: None
    )  # from now on: a key is faster than a request for it


def log_in(hand, url, name, password="secret"):
    page = hand.page
    page.goto(f"{url}/account/login/")
    hand.fill(page.locator("#id_login"), name)
    hand.fill(page.locator("#id_password"), password)
    hand.press(page.locator("input[type=submit]"))
    page.wait_for_url("**/admin/")
    return page


# The steps of the day


def invite(hand, url):
    """An administrator does it, in English; answers the address in the mail."""
    make_user("administrator", username="chief", language="en")
    make_organisation(slug="jelgava", title_en="Jelgava", languages=["en"])
    page = log_in(hand, url, "chief")
    page.goto(f"{url}{add_address(User)}")
    hand.look()
    hand.fill(page.get_by_label("First name"), "Līga")
    hand.fill(page.get_by_label("Last name"), "Ozola")
    hand.fill(page.get_by_label("Email"), "liga@city.example")
    hand.choose(page.get_by_label("Language of the admin:"), "Latvian")
    hand.choose(page.get_by_label("Role:").filter(visible=True), "coordinator")
    hand.search(page.locator(".field-organisation [role=combobox]").filter(visible=True), "Jelgava")
    hand.press(page.get_by_role("button", name="Send the invitation"))
    page.get_by_text("An invitation was sent to liga@city.example").wait_for()
    (message,) = mail.outbox
    assert message.subject == say("Invitation to Healthy Boost")
    return re.search(r"http\S+", message.body)[0]


def accept(hand, address):
    """She chooses a password, and stands before her first screen, in her language."""
    page = hand.page
    page.goto(address)
    hand.look()
    assert page.locator("html").get_attribute("lang") == "lv"
    first, second = page.locator("input[type=password]").all()
    hand.fill(first, PASSWORD)
    hand.fill(second, PASSWORD)
    hand.press(page.locator("form input[type=submit], form button.default").first)
    page.wait_for_url("**/admin/")
    hand.look()
    assert page.locator("html").get_attribute("lang") == "lv"
    page.get_by_role("heading", name=say("What needs you")).wait_for()


def begin(hand):
    hand.press(hand.page.get_by_role("link", name=say("Write an article"), exact=True))
    hand.page.get_by_role("tab", name=starting("Latviešu"), selected=True).wait_for()
    hand.look()


def panel_of(page, code):
    return page.locator(f"#language-{code}")


def write_latvian(hand):
    page = hand.page
    panel = panel_of(page, "lv")
    hand.fill(panel.get_by_label(label_of(Article, "title")), "Gājiens gar jūru")
    hand.fill(panel.get_by_label(label_of(Article, "summary")), "Sestdien ejam gar jūru.")
    editor = panel.locator(".ProseMirror[contenteditable]")
    hand.write(editor)
    keyboard = page.keyboard
    keyboard.type("## Kad un kur\n")
    keyboard.type("- no stacijas\nlīdz jūrai\n\n")
    keyboard.type("Pirms gada: ")
    link_to_page(hand, panel, "Parks")
    editor.locator("a", has_text="Parks").wait_for()
    assert editor.locator("h2").inner_text() == "Kad un kur"
    assert editor.locator("li").count() == 2


def link_to_page(hand, panel, title):
    hand.press(panel.get_by_role("button", name=say("Link"), exact=True))
    dialog = hand.page.get_by_role("dialog")
    hand.fill(dialog.get_by_role("searchbox"), title)
    hand.look()
    hand.press(dialog.get_by_role("button", name=title))


def group_of(page, words):
    return page.get_by_role("group", name=capfirst(say(words)), exact=True)


def add_row(hand, group):
    hand.press(group.locator(".add-row a"))


def add_picture(hand):
    group = group_of(hand.page, "pictures in use")
    add_row(hand, group)
    row = group.locator(".inline-related:not(.empty-form)")
    hand.give(row.locator("input[type=file]"), as_file("Jura.png", "image/png", png(640, 480)))
    row.locator("strong", has_text="Jura.png").wait_for()
    hand.fill(row.get_by_label(label_of(Picture, "alt")).filter(visible=True), "Jūra rudenī")


def add_attachment(hand):
    group = group_of(hand.page, "attachments")
    add_row(hand, group)
    row = group.locator(".inline-related:not(.empty-form)")
    hand.give(row.locator("input[type=file]"), as_file("Karte.pdf", "application/pdf", pdf()))
    row.locator("strong", has_text="Karte.pdf").wait_for()
    hand.choose(row.get_by_label(label_of(Attachment, "language")), "latviešu")
    hand.fill(row.get_by_label(label_of(Attachment, "title")), "Gājiena karte")
    hand.look()


def as_file(name, media_type, content):
    return {"name": name, "mimeType": media_type, "buffer": content}


def preview(hand):
    page = hand.page
    button = f"Latviešu: {say('Save and preview')}"
    hand.press(page.get_by_role("button", name=button, exact=True))
    page.get_by_role("heading", name=say("Preview: %(language)s", language="Latviešu")).wait_for()
    hand.look()
    assert not Article.objects.get(slug="gajiens-gar-juru").languages
    page.get_by_role("img", name="Jūra rudenī").wait_for()
    page.get_by_role("link", name=starting("Gājiena karte")).wait_for()
    hand.press(page.get_by_role("link", name=say("Back to the form")))
    page.get_by_role("tab", name=starting("Latviešu"), selected=True).wait_for()


def publish(hand):
    """The portal asks about the file, which does not say its title and language; she answers."""
    page = hand.page
    button = page.get_by_role("button", name=f"Latviešu: {say('Save and publish now')}")
    hand.press(button)
    asked = page.get_by_role("alert").filter(has_text="Gājiena karte")
    page.locator(".refusal:focus").wait_for()
    hand.look()
    hand.fill(asked.get_by_role("textbox"), "Karte ir attēls.")
    hand.press(button)
    page.get_by_text(say("Public now: %(languages)s.", languages="Latviešu")).wait_for()
    hand.look()


def schedule_finnish(hand):
    """Beside the Latvian text, where there is room for both."""
    page = hand.page
    hand.choose_tab("Somu")
    if not isinstance(hand, Finger):
        hand.choose(page.get_by_label(say("Beside it"), exact=True), "Latviešu")
        assert panel_of(page, "lv").is_visible()
    panel = panel_of(page, "fi")
    hand.fill(panel.get_by_label(label_of(Article, "title")), "Kävely meren rannalla")
    hand.fill(panel.get_by_label(label_of(Article, "summary")), "Lauantaina kävelemme.")
    hand.write(panel.locator(".ProseMirror[contenteditable]"))
    page.keyboard.type("Lähdemme asemalta.")
    several = page.get_by_role("group", name=say("Publish several languages together"))
    hand.tick(several.get_by_role("checkbox", name=starting("Somu")))
    hand.fill(several.get_by_label(say("Day")), str(tomorrow()))
    hand.fill(several.get_by_label(say("Time")), "09:00")
    button = several.get_by_role(
        "button", name=say("Save and publish the chosen languages"), exact=True
    )
    hand.press(button)
    page.locator(".refusal:focus").wait_for()
    describe_picture(hand, page.get_by_role("alert"))
    hand.fill(page.get_by_role("alert").get_by_role("textbox"), "Kartta on kuva.")
    hand.press(button)
    page.locator(".messagelist .success", has_text="09:00").wait_for()
    hand.look()
    page.get_by_role("tab", name=re.compile(f"Somu.*{say('scheduled')}", re.S)).wait_for()


def describe_picture(hand, asked):
    """The picture is described in Latvian alone: the portal leads to its own form, in Finnish."""
    with hand.page.expect_popup() as opened:
        hand.press(asked.get_by_role("link", name="jura"))
    there = type(hand)(opened.value)
    field = panel_of(there.page, "fi").get_by_label(label_of(Picture, "alt"))
    there.fill(field, "Meri syksyllä")
    there.look()
    there.press(there.page.get_by_role("button", name=say("Save"), exact=True))
    there.page.locator(".messagelist .success").wait_for()
    there.page.close()


def tomorrow():
    return timezone.localdate() + datetime.timedelta(days=1)


def read(guest, url):
    """A visitor reads it: Latvian today, Finnish tomorrow."""
    article, page = Article.objects.get(slug="gajiens-gar-juru"), guest.page
    assert article.organisation.slug == "jelgava"
    assert article.languages == ["lv"]
    assert timezone.localtime(article.published_at_fi).isoformat()[:16] == f"{tomorrow()}T09:00"
    page.goto(f"{url}/lv/news/gajiens-gar-juru/")
    page.get_by_role("heading", name="Gājiens gar jūru").wait_for()
    page.get_by_role("heading", name="Kad un kur").wait_for()
    picture = page.get_by_role("img", name="Jūra rudenī")
    assert picture.evaluate("each => each.decode().then(() => each.naturalWidth)") > 0
    file = page.get_by_role("link", name=starting("Gājiena karte")).get_attribute("href")
    assert page.request.get(f"{url}{file}").body() == pdf()
    page.goto(f"{url}/fi/news/gajiens-gar-juru/")
    page.get_by_text("Gājiens gar jūru").first.wait_for()
    assert page.locator("html").get_attribute("lang") == "fi"
    assert page.locator(".notice").is_visible()
    Article.objects.update(published_at_fi=timezone.now() - datetime.timedelta(minutes=1))
    page.goto(f"{url}/fi/news/gajiens-gar-juru/")
    page.get_by_role("heading", name="Kävely meren rannalla").wait_for()
    assert not page.locator(".notice").is_visible()


def first_day(hand_class, open_browser, url):
    make_article(slug="parks", title_lv="Parks", languages=["lv"])
    address = invite(open_browser(hand_class), url)
    hand = open_browser(hand_class)
    accept(hand, address)
    begin(hand)
    write_latvian(hand)
    add_picture(hand)
    add_attachment(hand)
    preview(hand)
    publish(hand)
    schedule_finnish(hand)
    read(open_browser(Mouse), url)


@pytest.mark.long
def test_a_first_day_with_a_mouse(open_browser, live_server):
    first_day(Mouse, open_browser, live_server.url)


@pytest.mark.long
def test_a_first_day_with_the_keyboard_alone(open_browser, live_server):
    first_day(Keyboard, open_browser, live_server.url)


@pytest.mark.long
def test_a_first_day_on_a_phone(open_browser, live_server):
    first_day(Finger, open_browser, live_server.url)


# Two people in one article


@pytest.mark.long
def test_two_people_change_one_text_and_both_texts_survive(open_browser, live_server):
    city = make_organisation(slug="jelgava", languages=["lv"])
    article = make_article(
        organisation=city, languages=["lv"], published_at_lv=None, summary_lv="Par gājienu."
    )
    people = [
        make_user("coordinator", city, username=name, first_name=name, language="lv")
        for name in ("Līga", "Ilze")
    ]
    hands = [open_browser() for _person in people]
    for hand, person in zip(hands, people, strict=True):
        log_in(hand, live_server.url, person.username)
        hand.page.goto(f"{live_server.url}{form_address(article)}#language-lv")
    first, second = hands
    summary = label_of(Article, "summary")
    first.fill(panel_of(first.page, "lv").get_by_label(summary), "Par gājienu gar jūru.")
    first.fill(panel_of(first.page, "lv").get_by_label(label_of(Article, "title")), "Gājiens")
    second.fill(panel_of(second.page, "lv").get_by_label(summary), "Par gājienu sestdien.")
    save_and_stay(first)
    first.page.locator(".messagelist .success").wait_for()

    save_and_stay(second)
    both = second.page.locator(".both-versions")
    assert "Līga" in both.inner_text()
    assert both.locator(".stored-version").inner_text() == "Par gājienu gar jūru."
    field = panel_of(second.page, "lv").locator("textarea[name=summary_lv]")
    assert field.input_value() == "Par gājienu sestdien."
    second.press(second.page.get_by_role("button", name=say("Take this text instead")).first)
    assert field.input_value() == "Par gājienu gar jūru."
    second.fill(field, "Par gājienu gar jūru sestdien.")
    save_and_stay(second)
    second.page.locator(".messagelist .success").wait_for()
    article.refresh_from_db()
    assert article.title_lv == "Gājiens"
    assert article.summary_lv == "Par gājienu gar jūru sestdien."
    second.press(second.page.get_by_role("link", name=say("History")))
    versions = second.page.locator(".versions > li")
    told = [each.inner_text() for each in versions.all()]
    assert "Ilze" in told[0] and "Līga" in told[1]


def save_and_stay(hand):
    hand.press(hand.page.get_by_role("button", name=say("Save and continue editing")))
    hand.page.wait_for_load_state()


# A text that was not saved


TITLE = "Gājiens gar jūru"


@pytest.fixture
def typed(open_browser, live_server):
    """A title typed into a new article, kept by the portal, and never saved; answers the hand."""
    make_user("coordinator", make_organisation(), username="liga", language="lv")
    hand = open_browser()
    log_in(hand, live_server.url, "liga")
    hand.page.goto(f"{live_server.url}{add_address(Article)}")
    hand.fill(title_in(hand), TITLE)
    hand.page.locator(".kept-status", has_text=re.compile(r"\d\d:\d\d")).wait_for()
    return hand


def title_in(hand):
    return panel_of(hand.page, "lv").get_by_label(label_of(Article, "title"))


def take_up_again(hand):
    hand.press(hand.page.locator(".unsaved").get_by_text(say("Continue with this text")))
    hand.page.get_by_text(say("This text is not saved yet. Look at it, then save.")).wait_for()
    assert title_in(hand).input_value() == TITLE


@pytest.mark.long
def test_a_text_in_a_closed_tab_is_offered_again(typed, live_server):
    context = typed.page.context
    typed.page.close(run_before_unload=False)
    typed.page = context.new_page()
    typed.page.goto(f"{live_server.url}{add_address(Article)}")
    take_up_again(typed)


@pytest.mark.long
def test_a_text_that_only_the_browser_has_is_offered_again(typed, live_server):
    UnsavedForm.objects.all().delete()
    context = typed.page.context
    typed.page.close(run_before_unload=False)
    typed.page = context.new_page()
    typed.page.goto(f"{live_server.url}{add_address(Article)}")
    take_up_again(typed)


@pytest.mark.long
def test_a_text_is_offered_on_another_computer(typed, open_browser, live_server):
    other = open_browser()
    log_in(other, live_server.url, "liga")
    other.page.goto(f"{live_server.url}{add_address(Article)}")
    take_up_again(other)


@pytest.mark.long
def test_a_text_outlives_its_session(typed, problems, live_server):
    Session.objects.all().delete()
    typed.press(typed.page.get_by_role("button", name=say("Save"), exact=True))
    page = typed.page
    page.get_by_role("heading", name=say("Your text is kept")).wait_for()
    with page.expect_popup() as opened:
        typed.press(page.get_by_role("link", name=say("Log in, in a new window")))
    window = opened.value
    window.locator("#id_login").fill("liga")
    window.locator("#id_password").fill("secret")
    window.locator("input[type=submit]").click()
    window.wait_for_url("**/admin/")
    typed.press(page.get_by_role("button", name=say("Save again")))
    page.locator(".messagelist .success").wait_for()
    assert Article.objects.get().title_lv == TITLE
    problems[:] = [each for each in problems if "403 (Forbidden)" not in each]


# What a screen reader meets

# Django's own: an empty heading above a column without words, a list inside its search field.
NOT_OURS = {"empty-table-header", "list"}


def faults(page):
    """What axe finds, one line each; and whether something is wider than the screen."""
    page.wait_for_load_state("networkidle")
    found = [each for each in Axe().run(page).response["violations"] if each["id"] not in NOT_OURS]
    said = [f"{each['id']}: {node['html'][:150]}" for each in found for node in each["nodes"]]
    width = page.viewport_size["width"]
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
        said.append(f"{wide} wide")
    return said


class Screens:
    """The screens of a coordinator of Jelgava, each opened by a method of its name."""

    def __init__(self, hand, url):
        self.hand, self.page, self.url = hand, hand.page, url
        city = make_organisation(slug="jelgava", languages=["lv"])
        self.user = make_user("coordinator", city, username="liga", language="lv")
        self.article = make_article(
            organisation=city, languages=["lv", "en"], themes=[make_theme()], published_at_en=None
        )
        picture = make_picture("jura", organisation=city, alt_lv="Jūra", consent_until="2020-01-01")
        self.article.pictures.create(picture=picture)
        self.article.attachments.create(
            language="lv", title="Karte", file=ContentFile(pdf(), "karte.pdf")
        )
        PreviewLink.objects.create(
            page=self.article, language="lv", made_by=self.user, expires_at=a_day_later()
        )

    def go(self, name, *args, model=Article):
        meta = model._meta
        view = f"admin:{meta.app_label}_{meta.model_name}_{name}"
        self.page.goto(f"{self.url}{reverse(view, args=args)}")

    def login(self):
        self.page.goto(f"{self.url}/account/login/")

    def first_screen(self):
        log_in(self.hand, self.url, "liga")

    def all_pages_by_language(self):
        self.page.goto(f"{self.url}{reverse('admin:matrix')}")

    def list_of_articles(self):
        self.go("changelist")

    def new_article(self):
        self.go("add")

    def form(self):
        self.page.goto("about:blank")  # or it would stay, as it was typed
        self.page.goto(f"{self.url}{form_address(self.article)}#language-lv")

    def form_that_is_refused(self):
        self.form()
        self.page.locator("[name=_publish][value=lv]").click()
        self.page.locator(".refusal:focus").wait_for()

    def form_with_an_error(self):
        self.form()
        self.page.locator("[name=summary_lv]").fill("")
        self.page.locator("[name=_publish][value=lv]").click()
        self.page.locator(".errornote").wait_for()

    def form_with_changes_that_are_not_public(self):
        self.form()
        self.page.locator("[name=title_lv]").fill("Gājiens")
        self.page.locator("[name=_continue]").click()
        self.page.locator(".messagelist .success").wait_for()

    def form_with_both_versions(self):
        self.form()
        self.page.locator("[name=summary_en]").evaluate("each => each.value = 'Mine'")
        Article.objects.update(summary_en="Theirs")
        self.page.locator("[name=_continue]").click()
        self.page.locator(".both-versions").first.wait_for(state="attached")
        self.page.get_by_role("tab", name=starting("Angļu")).click()

    def form_with_two_languages_beside_each_other(self):
        self.form()
        beside = self.page.locator("#language-beside")
        if beside.is_visible():
            beside.select_option("en")

    def history(self):
        self.go("history", self.article.pk)

    def compare(self):
        self.go("compare", self.article.pk, "lv")

    def preview(self):
        self.go("preview", self.article.pk, "lv")

    def preview_links(self):
        self.go("preview_links", self.article.pk, "lv")

    def delete(self):
        self.go("delete", self.article.pk)

    def delete_one_language(self):
        self.go("delete_language", self.article.pk, "en")

    def pictures(self):
        self.go("changelist", model=Picture)

    def picture(self):
        self.go("change", Picture.objects.get().pk, model=Picture)

    def new_picture(self):
        self.go("add", model=Picture)

    def files(self):
        self.go("changelist", model=Attachment)

    def recently_deleted(self):
        self.go("changelist", model=Deletion)

    def account(self):
        self.page.goto(f"{self.url}/account/")

    def sessions(self):
        self.page.goto(f"{self.url}/account/sessions/")

    def people(self):
        self.user.grants.update(role="administrator", organisation=None)
        self.go("changelist", model=User)

    def invitation(self):
        self.go("add", model=User)


def a_day_later():
    return timezone.now() + datetime.timedelta(days=1)


ALL_SCREENS = [name for name in vars(Screens) if not name.startswith("_") and name != "go"]


@pytest.mark.long
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_her_screens_are_accessible(scheme, width, open_browser, live_server):
    size = {"width": width, "height": 900}
    screens = Screens(open_browser(color_scheme=scheme, viewport=size), live_server.url)
    found = {}
    for name in ALL_SCREENS:
        getattr(screens, name)()
        if wrong := faults(screens.page):
            found[name] = wrong
    assert not found, "\n".join(f"{name}: {line}" for name in found for line in found[name])
