"""A colleague without an account translates a page by a signed link: what she sees, and what is kept."""

import datetime
import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from healthyboost.content.models import Draft, Origin
from healthyboost.translation.page_link_texts import PageOfTexts
from healthyboost.translation.page_links import PageLink, forget_page_links
from healthyboost.translation.plain_marks import NoSuchLink, links_in, with_marks, without_marks
from healthyboost.translation.units import save_unit, translation_of
from news.models import Article

from .admin_forms import form_address, opened, sign_in
from .factories import make_article, make_user

pytestmark = pytest.mark.django_db

BODY = (
    '<p>Walk <strong>daily</strong>.</p><p>Read <a href="https://example.org/">the report</a>.</p>'
)


def make_link(page, language="lv", made_by=None, **fields):
    """A link that works, made by a translator of Latvian."""
    fields = {
        "made_for": "Anna Kalniņa",
        "expires_at": timezone.now() + datetime.timedelta(days=30),
        **fields,
    }
    made_by = made_by or make_user("translator", languages=["lv"], first_name="Ilze")
    return PageLink.objects.create(page=page, language=language, made_by=made_by, **fields)


def make_source(**fields):
    return make_article(
        **{"title_en": "A walk", "summary_en": "How to walk.", "body_en": BODY} | fields
    )


def boxes_of(link):
    texts = PageOfTexts(link, link.page, None)
    return {box.name: box for _label, boxes in texts.groups for box in boxes}


def send(client, link, typed, button="save", **more):
    """What a browser sends: every box as it stands, and what is typed into some."""
    data = {button: "1", **more}
    for name, box in boxes_of(link).items():
        if not box.is_picture:
            data |= {f"text:{name}": box.text.replace("\n", "\r\n"), f"seen:{name}": box.seen}
    return client.post(link.path, data | {f"text:{name}": text for name, text in typed.items()})


def text_of(response):
    return response.content.decode()


def draft_of(page, language="lv"):
    return Draft.objects.get(object_id=page.pk, language=language)


# Plain marks


@pytest.mark.parametrize(
    "html",
    [
        "",
        "Plain words",
        "5 &lt; 6 &amp; 7",
        "One<br>two",
        "<strong>Bold</strong> and <em>slanted</em>",
        "<strong><em>both</em></strong>",
        'See <a href="https://example.org/a_b*c">the <strong>long</strong> report</a>, please',
        "a_b@example.org and snake_case_name and 2 * 3 * 4",
        "*not bold* and _not slanted_ and [1: not a link]",
        r"a back\slash and \*",
        "<p>One</p><p>Two</p>",
        "<h2>Heading</h2><p>Text</p><ul><li>one</li><li>two</li></ul><p>End</p>",
        "<blockquote><p>Said</p><p>so</p></blockquote>",
        "1. is no item here",
        "- is no item here",
        "# is no heading",
        "[brackets] and 3] more",
        "Smart&nbsp;space",
    ],
)
def test_a_text_goes_into_plain_marks_and_back_without_a_loss(html):
    links = links_in(html)
    marked = with_marks(html, links)
    assert marked is not None
    assert "<" not in marked.replace("5 < 6", "")
    assert without_marks(marked, links) == html


def test_bold_words_and_links_look_as_in_a_message():
    html = 'Walk <strong>daily</strong>, see <a href="https://example.org/">the report</a>'
    assert with_marks(html, links_in(html)) == "Walk *daily*, see [1: the report]"


def test_a_table_has_no_plain_marks():
    assert with_marks("<table><tbody><tr><td>1</td></tr></tbody></table>", []) is None


def test_a_link_that_is_not_there_is_noticed():
    with pytest.raises(NoSuchLink):
        without_marks("[2: the report]", [' href="https://example.org/"'])


def test_typed_tags_are_words_and_nothing_else():
    assert without_marks("<script>alert(1)</script> *so*", []) == (
        "&lt;script&gt;alert(1)&lt;/script&gt; <strong>so</strong>"
    )


# Opening


def test_the_page_shows_the_original_beside_boxes_in_the_language_of_the_colleague(client):
    link = make_link(make_source(), note="By Friday, please")
    response = client.get(link.path)
    text = text_of(response)
    assert response.status_code == 200
    assert '<html lang="lv">' in text
    assert "Anna Kalniņa" in text and "Ilze" in text and "By Friday, please" in text
    assert "<strong>daily</strong>" in text
    assert "[1: the report]" in text


@pytest.mark.long
def test_the_page_speaks_another_language_where_it_is_asked_to(client):
    link = make_link(make_source())
    text = text_of(client.get(f"{link.path}?in=en"))
    assert '<html lang="en">' in text
    assert "asks you to translate this page" in text


def test_the_page_sets_no_cookie_and_is_neither_kept_nor_listed(client):
    response = client.get(make_link(make_source()).path)
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Referrer-Policy"] == "no-referrer"


@pytest.mark.long
def test_the_number_of_queries_does_not_grow_with_the_text(client):
    def queries(paragraphs):
        body = "".join(f"<p>Paragraph number {number}.</p>" for number in range(paragraphs))
        link = make_link(make_source(body_en=body), made_by=maker)
        client.get(link.path)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(link.path).status_code == 200
        return len(found)

    maker = make_user("translator", languages=["lv"])
    assert queries(2) == queries(30)


# Saving


def test_what_is_typed_is_kept_in_the_draft_with_the_name_and_is_not_public(client):
    article = make_source()
    link = make_link(article)
    response = send(client, link, {"|title|0": "Pastaiga", "|body|0": "Staigā *katru dienu*."})
    assert response.status_code == 302
    assert "saved=2" in response["Location"]
    draft = draft_of(article)
    assert draft.fields["title"] == "Pastaiga"
    assert "<strong>katru dienu</strong>" in draft.fields["body"]
    assert draft.origin == Origin.HUMAN and draft.state == Draft.State.WRITING
    assert translation_of(article, "lv").units[0].by == "Anna Kalniņa"
    article.refresh_from_db()
    assert not article.title_lv


def test_a_link_keeps_its_address_and_gets_new_words(client):
    article = make_source()
    link = make_link(article)
    send(client, link, {"|body|1": "Lasi [1: ziņojumu]."})
    assert '<a href="https://example.org/">ziņojumu</a>' in draft_of(article).fields["body"]


@pytest.mark.long
def test_going_on_later_shows_what_was_saved(client):
    link = make_link(make_source())
    send(client, link, {"|title|0": "Pastaiga"})
    assert "Pastaiga" in text_of(client.get(link.path))


def test_sending_the_same_form_twice_is_no_conflict(client):
    link = make_link(make_source())
    data = {"save": "1"}
    box = boxes_of(link)["|title|0"]
    data |= {"text:|title|0": "Pastaiga", "seen:|title|0": box.seen}
    client.post(link.path, data)
    assert client.post(link.path, data).status_code == 302


def test_nothing_typed_saves_nothing(client):
    article = make_source()
    assert send(client, make_link(article), {}).status_code == 302
    assert not Draft.objects.exists()


@pytest.mark.long
def test_an_unknown_link_number_is_refused_and_the_text_stays_in_its_box(client):
    link = make_link(make_source())
    response = send(client, link, {"|title|0": "Pastaiga", "|body|1": "Lasi [7: ziņojumu]."})
    text = text_of(response)
    assert response.status_code == 422
    assert "Lasi [7: ziņojumu]." in text
    assert draft_of(link.page).fields == {"title": "Pastaiga"}


def test_a_text_that_is_too_long_is_refused_and_kept_in_its_box(client):
    link = make_link(make_source())
    response = send(client, link, {"|title|0": "garš " * 80})
    assert response.status_code == 422
    assert "garš garš" in text_of(response)
    assert not Draft.objects.exists()


def test_where_somebody_was_faster_both_texts_are_shown_and_hers_can_be_saved(client):
    article = make_source()
    link = make_link(article)
    box = boxes_of(link)["|title|0"]
    save_unit(article, "lv", box.unit.place, "Pārgājiens", box.unit.version)
    data = {"save": "1", "text:|title|0": "Pastaiga", "seen:|title|0": box.seen}
    response = client.post(link.path, data)
    text = text_of(response)
    assert response.status_code == 422
    assert "Pārgājiens" in text and "Pastaiga" in text
    assert draft_of(article).fields["title"] == "Pārgājiens"
    seen = re.search(r'name="seen:\|title\|0" value="([^"]*)"', text)[1]
    assert client.post(link.path, data | {"seen:|title|0": seen}).status_code == 302
    assert draft_of(article).fields["title"] == "Pastaiga"


def test_where_the_original_has_changed_the_text_stays_and_says_so(client):
    article = make_source()
    link = make_link(article)
    box = boxes_of(link)["|title|0"]
    Article.objects.filter(pk=article.pk).update(title_en="A long walk")
    data = {"save": "1", "text:|title|0": "Pastaiga", "seen:|title|0": box.seen}
    response = client.post(link.path, data)
    assert response.status_code == 422
    assert "Pastaiga" in text_of(response)
    assert not Draft.objects.exists()


@pytest.mark.long
def test_where_the_paragraph_is_gone_the_text_is_shown_for_copying(client):
    article = make_source()
    link = make_link(article)
    box = boxes_of(link)["|body|1"]
    Article.objects.filter(pk=article.pk).update(body_en="<p>Nothing else.</p>")
    data = {"save": "1", "text:|body|1": "Lasi to.", "seen:|body|1": box.seen}
    response = client.post(link.path, data)
    assert response.status_code == 422
    assert "Lasi to." in text_of(response)


def test_a_translation_that_is_still_right_is_confirmed_with_a_tick(client):
    article = make_source(
        languages=["en", "lv"],
        title_lv="Pastaiga",
        made_from_lv={"language": "en", "texts": {"title": "A stroll in the park"}},
    )
    link = make_link(article)
    assert boxes_of(link)["|title|0"].may_be_right
    response = send(client, link, {}, **{"right:|title|0": "on"})
    assert response.status_code == 302
    title = translation_of(article, "lv").units[0]
    assert title.state == "current" and title.text == "Pastaiga"


@pytest.mark.parametrize("name", ["|body|99", "nonsense", "|secret|0", "a|b|c|d"])
@pytest.mark.long
def test_a_place_that_does_not_exist_loses_no_text(client, name):
    link = make_link(make_source())
    response = client.post(link.path, {f"text:{name}": "Mana teksta rinda", "save": "1"})
    assert response.status_code == 422
    assert "Mana teksta rinda" in text_of(response)


@pytest.mark.long
def test_a_nul_in_a_text_is_left_out(client):
    article = make_source()
    assert send(client, make_link(article), {"|title|0": "Pas\0taiga"}).status_code == 302
    assert draft_of(article).fields["title"] == "Pastaiga"


@pytest.mark.long
def test_too_many_saves_are_answered_with_the_text(client, monkeypatch):
    from healthyboost.translation import page_link_views

    monkeypatch.setattr(page_link_views, "SAVES", (1, 600))
    link = make_link(make_source())
    send(client, link, {"|title|0": "Pastaiga"})
    response = send(client, link, {"|title|0": "Garā pastaiga"})
    assert response.status_code == 429
    assert "Garā pastaiga" in text_of(response)


# Done


def test_done_lets_the_draft_wait_for_review_and_tells_who_made_the_link(client):
    article = make_source()
    link = make_link(article)
    response = send(client, link, {"|title|0": "Pastaiga"}, button="done")
    assert "done=1" in response["Location"]
    assert draft_of(article).state == Draft.State.REVIEW
    [sent] = mail.outbox
    assert sent.to == [link.made_by.email]
    assert "Anna Kalniņa" in sent.body and f"/{article.pk}/lv/" in sent.body
    link.refresh_from_db()
    assert link.done_at
    assert "Ilze" in text_of(client.get(response["Location"]))


@pytest.mark.long
def test_done_without_a_word_says_so(client):
    response = send(client, make_link(make_source()), {}, button="done")
    assert response.status_code == 422
    assert not mail.outbox


# Asking


def test_a_question_goes_to_who_made_the_link_and_the_texts_are_saved_along(client):
    article = make_source()
    link = make_link(article)
    response = send(
        client,
        link,
        {"|title|0": "Pastaiga"},
        button="ask",
        question="What does it mean?",
        reply_to="anna@example.org",
    )
    assert response.status_code == 302
    [sent] = mail.outbox
    assert "What does it mean?" in sent.body
    assert sent.reply_to == ["anna@example.org"]
    assert draft_of(article).fields["title"] == "Pastaiga"


@pytest.mark.long
def test_line_ends_in_titles_and_names_stay_out_of_the_head_of_a_mail(client, mailoutbox):
    page = make_source(title_en="A walk\nBcc: all@example.org")
    maker = make_user("translator", languages=["lv"])
    link = make_link(page, made_by=maker, made_for="Anna\nBcc: all@example.org")
    send(client, link, {"|title|0": "Pastaiga"}, "done")
    client.force_login(maker)
    client.post(list_address(page), {"made_for": "Bo", "email": "bo@example.org", "days": "30"})
    assert [mail.recipients() for mail in mailoutbox] == [[maker.email], ["bo@example.org"]]
    assert all("Bcc: all@example.org" in mail.subject for mail in mailoutbox)


def test_a_question_with_a_broken_address_stays_in_its_box(client):
    link = make_link(make_source())
    response = send(client, link, {}, button="ask", question="What is it?", reply_to="anna@")
    assert response.status_code == 422
    assert "What is it?" in text_of(response)
    assert not mail.outbox


# The end of a link


def dead_links():
    article, yesterday = make_source(), timezone.now() - datetime.timedelta(days=1)
    maker = make_user("translator", languages=["lv"])
    yield make_link(article, expires_at=yesterday)
    yield make_link(article, withdrawn_at=yesterday)
    yield make_link(article, made_by=make_user("translator", languages=["fi"]))
    maker.is_active = False
    maker.save()
    yield make_link(article, made_by=maker)
    gone = make_source()
    link = make_link(gone)
    gone.delete()
    yield link


def test_a_link_that_has_ended_leads_to_the_public_page_and_returns_what_was_typed(client):
    for link in dead_links():
        response = client.get(link.path)
        assert response.status_code == 410
        assert '<html lang="lv">' in text_of(response)
        page = Article.objects.filter(pk=link.object_id).first()
        assert not page or f"/lv/news/{page.slug}" in text_of(response)
        response = client.post(link.path, {"text:|title|0": "Pastaiga", "save": "1"})
        assert response.status_code == 410
        assert "Pastaiga" in text_of(response)
    assert not Draft.objects.exists()


@pytest.mark.parametrize("token", ["1", "1:abc", "x:y:z", "1:" + "a" * 43])
def test_a_token_that_is_not_ours_opens_nothing(client, token):
    make_link(make_source())
    assert client.get(f"/translate/{token}/").status_code == 404


@pytest.mark.long
def test_a_link_that_was_forgotten_has_ended(client):
    link = make_link(make_source())
    PageLink.objects.all().delete()
    assert client.get(link.path).status_code == 410


def test_old_links_are_forgotten_with_the_names_in_them():
    article, now = make_source(), timezone.now()
    make_link(article, expires_at=now - datetime.timedelta(days=100))
    kept = make_link(article, expires_at=now - datetime.timedelta(days=10))
    forget_page_links()
    assert list(PageLink.objects.all()) == [kept]


# Making links


def list_address(page, language="lv"):
    kind = ContentType.objects.get_for_model(page).pk
    return f"/admin/translate/links/?content_type={kind}&object={page.pk}&language={language}"


def test_a_translator_makes_a_link_and_sends_it_by_mail(client):
    sign_in(client, "translator", languages=["lv"], language="en")
    article = make_source()
    data = {"made_for": "Anna", "email": "anna@example.org", "note": "Short, please", "days": "7"}
    response = client.post(list_address(article), data, follow=True)
    link = PageLink.objects.get()
    [sent] = mail.outbox
    assert link.address in sent.body and "Short, please" in sent.body
    assert sent.to == ["anna@example.org"]
    assert link.path in text_of(response)
    assert link.expires_at - timezone.now() < datetime.timedelta(days=7)
    assert "anna@example.org" not in str(PageLink.objects.values().get())


@pytest.mark.long
def test_the_mail_is_in_the_language_of_the_translation(client):
    sign_in(client, "translator", languages=["lv"], language="ru")
    client.post(list_address(make_source()), {"made_for": "Anna", "email": "a@example.org"})
    with translation.override("lv"):
        from django.utils.translation import gettext as say

        assert say("You do not know what this is about? Then there is nothing to do.") in (
            mail.outbox[0].body
        )


@pytest.mark.long
def test_a_link_without_a_name_or_with_a_broken_address_is_not_made(client):
    sign_in(client, "translator", languages=["lv"], language="en")
    response = client.post(list_address(make_source()), {"made_for": " ", "email": "anna@"})
    assert response.status_code == 200
    assert "Say for whom" in text_of(response) and "This is no e-mail address." in text_of(response)
    assert not PageLink.objects.exists()


def test_a_withdrawn_link_opens_nothing_any_more(client):
    user = sign_in(client, "translator", languages=["lv"])
    article = make_source()
    link = make_link(article, made_by=user)
    client.post(list_address(article), {"withdraw": str(link.pk)})
    client.logout()
    assert client.get(link.path).status_code == 410


def test_only_who_writes_the_language_makes_links_for_it(client):
    sign_in(client, "translator", languages=["fi"])
    article = make_source()
    assert client.get(list_address(article)).status_code == 403
    assert client.post(list_address(article), {"made_for": "Anna"}).status_code == 403


@pytest.mark.parametrize("query", ["", "?content_type=1", "?content_type=x&object=1&language=lv"])
def test_nonsense_in_the_address_of_the_list_is_no_page(client, query):
    sign_in(client)
    assert client.get(f"/admin/translate/links/{query}").status_code == 404


@pytest.mark.long
def test_the_form_of_the_page_leads_to_the_links(client):
    sign_in(client, "translator", languages=["lv"], language="en")
    article = make_source()
    context = opened(client, form_address(article))
    [panel] = [panel for panel in context["panels"] if panel.code == "lv"]
    assert list_address(article) in [address for _label, address in panel.tools]


# In a browser


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.parametrize("width, scheme", [(390, "light"), (1280, "dark")])
def test_a_colleague_translates_with_the_keyboard(page, live_server, width, scheme):
    from .accessibility import Axe

    link = make_link(make_source(), note="By Friday, please")
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{live_server.url}{link.path}?in=en")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("Title").focus()
    page.keyboard.type("Pastaiga")
    page.keyboard.press("Tab")
    page.keyboard.type("Kā staigāt.")
    page.get_by_role("button", name="Save, I am done").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Thank you!").wait_for()
    assert Axe().run(page).response["violations"] == []
    assert draft_of(link.page).fields == {"title": "Pastaiga", "summary": "Kā staigāt."}


@pytest.mark.long
@pytest.mark.browser
def test_what_was_typed_and_not_saved_is_there_when_the_page_is_opened_again(page, live_server):
    link = make_link(make_source())
    address = f"{live_server.url}{link.path}?in=en"
    page.goto(address)
    page.get_by_label("Title").press_sequentially("Pastaiga")
    page.on("dialog", lambda dialog: dialog.accept())  # it is asked whether to leave
    page.goto(address)
    assert page.get_by_label("Title").input_value() == "Pastaiga"
    page.get_by_role("button", name="Save, I will go on later").click()
    page.get_by_text("1 paragraph is saved.").wait_for()
    page.goto(address)
    assert page.get_by_text("What you typed last time").count() == 0


@pytest.mark.long
@pytest.mark.browser
def test_the_page_works_without_a_script(browser, live_server):
    link = make_link(make_source())
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}{link.path}?in=en")
    page.get_by_label("Paragraph 2").fill("Lasi [1: ziņojumu].")
    page.get_by_role("button", name="Save, I will go on later").click()
    page.get_by_text("1 paragraph is saved.").wait_for()
    assert context.cookies() == []
    context.close()
    assert "ziņojumu</a>" in draft_of(link.page).fields["body"]
