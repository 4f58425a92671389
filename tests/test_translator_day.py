"""A translator's day in real Chromium: with the keyboard alone, beside a colleague, without a network,
without a script, on a phone."""

import datetime
import re
import time

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core import mail
from django.urls import reverse
from django.utils import timezone, translation

from healthyboost.content.age import source_texts
from healthyboost.demand.models import DigestChoice
from healthyboost.glossary.models import Term
from healthyboost.translation.comment_mail import tell_of_comments
from healthyboost.translation.comments import Comment
from healthyboost.translation.digest import send_digests
from healthyboost.translation.units import Place, State, translation_of
from healthyboost.wordings import overlay
from healthyboost.wordings.catalogues import take_in_release
from news.models import Article

from .factories import make_article, make_user
from .test_first_day import Finger, Keyboard, Mouse, faults, log_in, open_browser  # noqa: F401

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
]
EN = (
    "<p>We walk every day.</p>\n<h2>Why we walk</h2>\n<p>It is <strong>good</strong> for all.</p>\n"
    "<ul>\n<li>in the park</li>\n<li>by the sea</li>\n</ul>"
)
LV = (
    "<p>Mēs ejam katru dienu.</p>\n<h2>Kāpēc mēs ejam</h2>\n<p>Tas visiem nāk par labu.</p>\n"
    "<ul>\n<li>parkā</li>\n<li>pie jūras</li>\n</ul>"
)


def walk():
    """In English and Latvian; since it was translated, one paragraph has changed and one is new."""
    article = make_article(
        languages=["en", "lv"], title_en="A long walk", title_lv="Gara pastaiga",
        summary_en="By the sea.", summary_lv="Gar jūru.", body_en=EN, body_lv=LV,
    )  # fmt: skip
    article.made_from_lv = source_texts(article, "en")
    article.body_en = EN.replace("every day", "twice a day").replace(
        "<ul>", "<p>Come along!</p>\n<ul>"
    )
    article.save()
    return article


def address_of(live_server, article, query=""):
    kind = ContentType.objects.get_for_model(article)
    address = reverse("admin:translate_page", args=[kind.pk, article.pk, "lv"])
    return f"{live_server.url}{address}{query}"


def translator(name="ilze", **fields):
    fields = {"username": name, "first_name": name.title(), "language": "en", **fields}
    return make_user("translator", languages=["lv"], **fields)


def enter(hand, live_server, article, name="ilze", query=""):
    page = log_in(hand, live_server.url, name)
    page.goto(address_of(live_server, article, query))
    page.wait_for_selector(".translation-ready")
    return page


def row_of(page, place):
    return page.locator(f'[id="unit-{place}"]')


def begin(page, place):
    """Clicks into a paragraph: its editor has the focus."""
    row = row_of(page, place)
    row.locator(".pair-shown").click()
    is_rich = row.get_attribute("data-rich") is not None
    row.locator(".ProseMirror-focused" if is_rich else "textarea:focus").wait_for()
    return row


def write(page, text):
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def unit_at(article, place):
    return translation_of(article, "lv").unit(Place.read(place))


# The whole day


@pytest.fixture
def own_words():
    """What is put over the strings of this process does not outlive the test."""
    yield
    overlay.overlays.clear()
    overlay.checked.clear()
    for language in overlay.languages():
        overlay.put_over(translation.trans_real.translation(language))


def test_a_day_with_the_keyboard_alone(open_browser, live_server, settings, own_words):  # noqa: F811
    """Digest, queue, stale paragraph, hint of the glossary, question, interface string, public page."""
    settings.SITE_ADDRESS = live_server.url
    ilze, article = translator(), walk()
    author = make_user("editor", first_name="Anna")
    kind = ContentType.objects.get_for_model(article)
    LogEntry.objects.create(
        user=author, content_type=kind, object_id=article.pk, action_flag=ADDITION
    )
    Term.objects.create(identifier="walk", preferred_en="walk", preferred_lv="pastaigāties")
    take_in_release()

    # the digest leads into the queue
    long_ago = timezone.now() - datetime.timedelta(days=9)
    DigestChoice.objects.create(user=ilze, period="daily", told_until=long_ago)
    send_digests()
    [digest] = mail.outbox
    assert "A long walk" in digest.body
    queue = re.search(r"http\S+/admin/translate/\?language=lv", digest.body)[0]
    hand = open_browser(Keyboard)
    page = log_in(hand, live_server.url, "ilze")
    page.goto(queue)

    # the queue leads to the text, the text to the paragraph that has changed
    hand.press(page.get_by_role("link", name="A long walk"))
    page.wait_for_selector(".translation-ready")
    changed = row_of(page, "|body|0")
    hand.reach(changed.locator(".pair-shown, .ProseMirror").filter(visible=True).first)
    changed.locator(".ProseMirror-focused").wait_for()
    assert changed.locator("ins", has_text="twice a").count() == 1
    changed.locator(".panel-terms dd", has_text="pastaigāties").wait_for()
    write(page, "Mēs pastaigājamies divreiz dienā.")

    # a question about it
    hand.press(changed.get_by_text("Ask or comment"))
    hand.fill(changed.get_by_label("Your question or comment"), "In winter, too?")
    hand.press(changed.get_by_role("button", name="Ask the author"))
    changed.get_by_text("In winter, too?").wait_for()
    tell_of_comments()
    assert mail.outbox[-1].to == [author.email] and "In winter, too?" in mail.outbox[-1].body

    # on to the next paragraph, and public
    page.keyboard.press("Control+Enter")
    row_of(page, "|body|3").locator(".ProseMirror-focused").wait_for()
    page.keyboard.type("Nāc līdzi!")
    page.keyboard.press("Escape")
    page.locator(".translate-progress", has_text="8 of 8").wait_for()
    hand.press(page.get_by_role("button", name="Publish"))
    page.get_by_text("Public now").wait_for()

    # a string of the interface, seen live on the page
    hand.press(page.locator(".breadcrumbs").get_by_role("link", name="Translate"))
    hand.press(page.get_by_role("link", name="All strings of the interface"))
    hand.fill(page.get_by_label("Search in original and translation"), "Skip to main content")
    page.keyboard.press("Enter")
    hand.press(page.get_by_role("link", name="Skip to main content", exact=True).last)
    hand.fill(page.locator("#form-0"), "Uz galveno, mīļie")
    hand.press(page.get_by_role("button", name="Save", exact=True))
    page.get_by_text("It is shown from now on").wait_for()
    page.goto(f"{live_server.url}/lv/news/{article.slug}/")
    assert page.locator("a.skip").inner_text() == "Uz galveno, mīļie"
    assert "Mēs pastaigājamies divreiz dienā." in page.locator("main").inner_text()
    assert "Nāc līdzi!" in page.locator("main").inner_text()


# Paragraph by paragraph


def test_with_the_keyboard_alone_each_paragraph_is_saved_on_the_way_to_the_next(
    open_browser, live_server  # noqa: F811
):  # fmt: skip
    translator()
    article = walk()
    page = enter(open_browser(Keyboard), live_server, article, query="#unit-|body|0")
    page.locator('[id="unit-|body|0"] .ProseMirror-focused').wait_for()
    write(page, "Mēs ejam divreiz dienā.")
    page.keyboard.press("Control+Enter")
    page.locator('[id="unit-|body|3"] .ProseMirror-focused').wait_for()
    page.keyboard.type("Nāc līdzi!")
    page.keyboard.press("Enter")
    page.keyboard.type("Gaidīsim.")
    page.keyboard.press("Control+Enter")
    page.locator("#said", has_text="Nothing is left").or_(
        page.locator("#said", has_text="Saved")
    ).first.wait_for()
    page.locator(".translate-progress", has_text="8 of 8").wait_for()
    assert unit_at(article, "|body|0").text == "Mēs ejam divreiz dienā."
    assert unit_at(article, "|body|3").text == "<p>Nāc līdzi!</p><p>Gaidīsim.</p>"
    assert page.evaluate("document.activeElement.closest('.pair')?.id") == "unit-|body|3"


def test_who_is_quicker_than_the_editor_writes_over_what_she_selected(open_browser, live_server):  # noqa: F811
    translator()
    article = walk()
    page = enter(open_browser(), live_server, article)
    row = row_of(page, "|body|0")
    row.evaluate(
        "row => { row.querySelector('.pair-shown').focus(); document.activeElement.select() }"
    )
    row.locator(".ProseMirror-focused").wait_for()
    page.keyboard.type("Mēs skrienam.")
    page.keyboard.press("Escape")
    row.locator(".pair-said", has_text="Saved").wait_for()
    assert unit_at(article, "|body|0").text == "Mēs skrienam."


def test_leaving_a_paragraph_without_writing_saves_nothing(open_browser, live_server):  # noqa: F811
    translator()
    article = walk()
    page = enter(open_browser(), live_server, article)
    for place in ("|title|0", "|body|2", "|body|4"):
        begin(page, place)
    page.locator("h1").click()
    page.wait_for_timeout(300)
    assert not article.drafts.exists()
    assert row_of(page, "|body|2").locator(".pair-shown").inner_text() == "Tas visiem nāk par labu."


def test_escape_saves_and_stays_at_the_paragraph(open_browser, live_server):  # noqa: F811
    translator()
    article = walk()
    page = enter(open_browser(), live_server, article)
    begin(page, "|title|0")
    write(page, "Īsa pastaiga")
    page.keyboard.press("Escape")
    row_of(page, "|title|0").locator(".pair-said", has_text="Saved").wait_for()
    assert page.evaluate("document.activeElement.id") == "unit-|title|0"
    assert unit_at(article, "|title|0").text == "Īsa pastaiga"


def test_a_button_says_that_a_translation_is_right_still_and_goes_on(open_browser, live_server):  # noqa: F811
    translator()
    article = walk()
    page = enter(open_browser(), live_server, article)
    row = begin(page, "|body|0")
    row.get_by_role("button", name="The translation is right").click()
    page.locator('[id="unit-|body|3"] .ProseMirror-focused').wait_for()
    assert unit_at(article, "|body|0").state == State.CURRENT


def test_paragraphs_are_joined_and_separated(open_browser, live_server):  # noqa: F811
    translator()
    article = walk()
    page = enter(open_browser(), live_server, article)
    row = begin(page, "|body|1")
    page.wait_for_load_state("networkidle")  # help beside it moves what is below
    row.get_by_role("button", name="Join with the next").click()
    page.get_by_role("button", name="Separate again").wait_for()
    assert len(translation_of(article, "lv").units) == 7
    page.get_by_role("button", name="Separate again").click()
    page.locator('[id="unit-|body|5"]').wait_for()
    assert len(translation_of(article, "lv").units) == 8


def test_only_what_is_to_do_can_be_shown(open_browser, live_server):  # noqa: F811
    translator()
    page = enter(open_browser(), live_server, walk())
    page.get_by_role("button", name="To do", exact=True).click()
    assert page.locator(".pair:visible").count() == 2
    page.reload()
    page.wait_for_selector(".translation-ready")
    assert page.locator(".pair:visible").count() == 2


def test_what_is_published_waits_for_what_is_being_saved(open_browser, live_server):  # noqa: F811
    translator()
    article = walk()
    page = enter(open_browser(), live_server, article)
    begin(page, "|title|0")
    write(page, "Īsa pastaiga")
    page.locator("h1").click()
    page.get_by_role("button", name="Publish").wait_for()
    begin(page, "|summary|0")
    write(page, "Pavisam jauns kopsavilkums.")
    page.get_by_role("button", name="Publish").click()
    page.get_by_label("Publish with 1 new paragraph missing").check()
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Public now").wait_for()
    article = Article.objects.get(pk=article.pk)
    assert article.title_lv == "Īsa pastaiga"
    assert article.summary_lv == "Pavisam jauns kopsavilkums."


def test_a_paragraph_in_the_address_is_open_however_slowly_the_page_comes(
    open_browser, live_server  # noqa: F811
):  # fmt: skip
    """The browser takes the focus from what has it when it goes to the place in the address itself."""
    translator()
    article = walk()
    page = log_in(open_browser(), live_server.url, "ilze")

    def hold(route):
        time.sleep(0.5)
        route.continue_()

    page.route("**/talk.js", hold)
    page.goto(address_of(live_server, article, "#unit-|body|0"))
    page.wait_for_load_state("networkidle")
    row_of(page, "|body|0").locator(".ProseMirror-focused").wait_for()


def test_a_link_to_what_is_unfinished_opens_it(open_browser, live_server):  # noqa: F811
    translator()
    article = walk()
    page = enter(open_browser(), live_server, article)
    begin(page, "|title|0")
    write(page, "Īsa pastaiga")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Publish").click()
    page.locator("#refusal:focus").wait_for()
    page.locator("#refusal").get_by_role("link", name="Come along!").click()
    row_of(page, "|body|3").locator(".ProseMirror-focused").wait_for()


def test_who_goes_on_writing_while_it_is_saved_is_told_when_it_was(open_browser, live_server):  # noqa: F811
    translator()
    article = walk()
    page = enter(open_browser(), live_server, article)
    held = []
    page.route(
        "**/admin/translate/**",
        lambda route: held.append(route) if route.request.method == "POST" else route.continue_(),
    )
    row = begin(page, "|body|0")
    write(page, "Mēs ejam.")
    page.keyboard.press("Escape")
    row.locator(".pair-said", has_text="Saving").wait_for()
    begin(page, "|body|0")
    page.keyboard.type(" Ejam tālāk.")
    held[0].continue_()
    row.locator(".pair-said", has_text="Saved").wait_for()
    assert row.locator(".ProseMirror-focused").inner_text() == "Mēs ejam. Ejam tālāk."
    assert unit_at(article, "|body|0").text == "Mēs ejam."


# Two people, no network, no session


def test_of_two_translators_in_one_page_neither_loses_a_word(open_browser, live_server):  # noqa: F811
    translator("ilze")
    translator("berta")
    article = walk()
    ilze = enter(open_browser(), live_server, article, "ilze")
    berta = enter(open_browser(), live_server, article, "berta")
    for page, text in ((ilze, "Ilzes teksts"), (berta, "Bertas teksts")):
        begin(page, "|title|0")
        write(page, text)
        page.keyboard.press("Escape")
        row_of(page, "|title|0").locator(".pair-said", has_text="Saved").or_(
            page.get_by_text("has saved this paragraph meanwhile")
        ).first.wait_for()
    row = row_of(berta, "|title|0")
    row.get_by_text("Ilze has saved this paragraph meanwhile").wait_for()
    assert unit_at(article, "|title|0").text == "Ilzes teksts"
    assert "Ilzes teksts" in row.inner_text() and "Bertas teksts" in row.inner_text()
    row.get_by_role("button", name="Save mine").click()
    row_of(berta, "|title|0").locator(".pair-said", has_text="Saved").wait_for()
    assert unit_at(article, "|title|0").text == "Bertas teksts"
    begin(berta, "|summary|0")  # other paragraphs do not meet
    write(berta, "Bertas kopsavilkums")
    begin(ilze, "|body|0")
    write(ilze, "Ilzes rindkopa")
    for page, place in ((ilze, "|body|0"), (berta, "|summary|0")):
        page.keyboard.press("Escape")
        row_of(page, place).locator(".pair-said", has_text="Saved").wait_for()
    assert unit_at(article, "|summary|0").text == "Bertas kopsavilkums"
    assert unit_at(article, "|body|0").text == "Ilzes rindkopa"


def lose_what_is_sent(page, is_heard=False):
    """On its way to the portal; where it `is_heard`, only the answer is lost."""

    def lose(route):
        if route.request.method != "POST":
            route.continue_()
            return
        if is_heard:
            route.fetch()
        route.abort()

    page.route("**/admin/translate/**", lose)


def open_again(page, live_server, article):
    """The network is there again when the page is."""
    page.on("dialog", lambda question: question.accept())  # something is not saved
    page.goto(address_of(live_server, article))
    page.wait_for_selector(".translation-ready")
    page.unroute("**/admin/translate/**")


def test_without_a_network_the_text_is_kept_and_offered_again(
    open_browser, live_server, problems  # noqa: F811
):  # fmt: skip
    translator()
    article = walk()
    page = enter(open_browser(), live_server, article)
    row = begin(page, "|body|0")
    lose_what_is_sent(page)
    write(page, "Rakstīts vilcienā.")
    page.keyboard.press("Escape")
    row.locator(".pair-said", has_text="Your text is kept in this browser").wait_for()
    open_again(page, live_server, article)
    page.get_by_role("button", name="Put it in").click()
    page.locator(".ProseMirror", has_text="Rakstīts vilcienā.").press("Escape")
    row.locator(".pair-said", has_text="Saved").wait_for()
    assert unit_at(article, "|body|0").text == "Rakstīts vilcienā."
    problems[:] = [each for each in problems if "ERR_FAILED" not in each]


@pytest.mark.parametrize(
    ("place", "text"), [("|body|0", "Tunelī & <tālāk>"), ("|title|0", "Tunelī")]
)
def test_what_was_saved_though_the_answer_was_lost_is_not_offered_again(
    place, text, open_browser, live_server, problems  # noqa: F811
):  # fmt: skip
    translator()
    article = walk()
    page = enter(open_browser(), live_server, article)
    row = begin(page, place)
    lose_what_is_sent(page, is_heard=True)
    write(page, text)
    page.keyboard.press("Escape")
    row.locator(".pair-said", has_text="Your text is kept in this browser").wait_for()
    open_again(page, live_server, article)
    assert row.locator(".pair-shown").inner_text() == text
    assert page.get_by_role("button", name="Put it in").count() == 0
    assert page.evaluate(KEPT_HERE) == []
    problems[:] = [each for each in problems if "ERR_FAILED" not in each]


KEPT_HERE = "Object.keys(localStorage).filter(key => key.startsWith('translation:'))"


def test_when_the_network_is_back_what_was_written_is_saved_by_itself(
    open_browser, live_server, problems  # noqa: F811
):  # fmt: skip
    translator()
    article = walk()
    page = enter(open_browser(), live_server, article)
    begin(page, "|title|0")
    page.context.set_offline(True)
    write(page, "Tunelī")
    page.keyboard.press("Escape")
    page.get_by_text("Your text is kept in this browser").first.wait_for()
    page.context.set_offline(False)
    row_of(page, "|title|0").locator(".pair-said", has_text="Saved").wait_for()
    assert unit_at(article, "|title|0").text == "Tunelī"
    problems[:] = [each for each in problems if "ERR_INTERNET_DISCONNECTED" not in each]


def test_after_the_session_has_ended_the_text_is_there_still(open_browser, live_server):  # noqa: F811
    translator()
    article = walk()
    hand = open_browser()
    page = enter(hand, live_server, article)
    begin(page, "|title|0")
    Session.objects.all().delete()
    write(page, "Pēc pusdienām")
    page.keyboard.press("Escape")
    page.get_by_text("you are not logged in any more").first.wait_for()
    assert unit_at(article, "|title|0").text == "Gara pastaiga"
    other = page.context.new_page()
    log_in(Mouse(other), live_server.url, "ilze")
    other.close()
    begin(page, "|title|0")
    page.keyboard.press("Escape")
    row_of(page, "|title|0").locator(".pair-said", has_text="Saved").wait_for()
    assert unit_at(article, "|title|0").text == "Pēc pusdienām"


# Comments


def test_a_question_is_asked_without_leaving_the_paragraph(open_browser, live_server):  # noqa: F811
    translator()
    article = walk()
    page = enter(open_browser(), live_server, article)
    row = begin(page, "|body|0")
    row.get_by_text("Ask or comment").click()
    row.get_by_label("Your question or comment").fill("By which sea?")
    row.get_by_role("button", name="Ask the author").click()
    row.get_by_text("By which sea?").wait_for()
    assert row.locator(".ProseMirror").is_visible()
    assert Comment.objects.get().quote == "We walk twice a day."


# Without a script, on a phone


def test_without_a_script_everything_is_saved_and_published(open_browser, live_server):  # noqa: F811
    translator()
    article = walk()
    page = log_in(open_browser(java_script_enabled=False), live_server.url, "ilze")
    page.goto(address_of(live_server, article))
    page.locator('[id="text-|title|0"]').fill("Īsa pastaiga")
    page.locator('[id="text-|body|3"]').fill("<p>Nāc <strong>līdzi</strong>!</p>")
    page.get_by_role("button", name="Save all").click()
    page.get_by_text("Saved").first.wait_for()
    row_of(page, "|body|0").get_by_role("button", name="The translation is right").click()
    page.get_by_role("button", name="Publish").click()
    page.get_by_text("Public now").wait_for()
    article = Article.objects.get(pk=article.pk)
    assert article.title_lv == "Īsa pastaiga" and "Nāc <strong>līdzi</strong>!" in article.body_lv


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("hand", [Mouse, Finger], ids=["desk", "phone"])
def test_nothing_in_the_editor_keeps_anybody_out(open_browser, live_server, hand, scheme):  # noqa: F811
    translator()
    article = walk()
    hand = open_browser(hand, color_scheme=scheme)
    page = enter(hand, live_server, article, query="?help=en&help=fi")
    assert faults(page) == []
    row = begin(page, "|body|0")
    row.get_by_text("Ask or comment").wait_for()
    assert faults(page) == []
    hand.look()
