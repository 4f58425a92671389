"""Writing: links to pages of the portal, pictures in a text, text that was copied elsewhere."""

import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from healthyboost.content.models import Link, content_models
from healthyboost.content.pasting import removed, say_removed
from healthyboost.content.references import lost_references, reference_to
from healthyboost.content.richtext import clean
from healthyboost.content.stray import stray
from healthyboost.media.models import Picture
from news.models import Article

from .accessibility import Axe
from .admin_forms import add_address, errors_of, form_address, send, sign_in
from .factories import (
    LONG_AGO,
    make_article,
    make_organisation,
    make_page,
    make_picture,
    make_pilot,
)


@pytest.fixture
def staff(db, client):
    sign_in(client)
    return client


def link_to(page, words="a walk", rest=""):
    return f'<p><a href="{reference_to(page)}{rest}">{words}</a></p>'


def shown_at(client, page, language="en"):
    with translation.override(language):
        return client.get(page.get_absolute_url()).content.decode()


# Links to pages of the portal


@pytest.mark.parametrize("language", ["en", "fi"])
def test_a_link_to_a_page_leads_to_it_in_the_language_of_the_reader(language, db, client):
    walk = make_article(slug="walk", languages=["en", "fi"])
    text = make_article(languages=["en", "fi"], body_en=link_to(walk), body_fi=link_to(walk))
    assert f'<a href="/{language}/news/walk/">a walk</a>' in shown_at(client, text, language)


def test_a_link_says_the_language_of_a_page_that_is_not_in_that_of_the_reader(db, client):
    walk = make_article(slug="walk", languages=["fi"])
    text = make_article(body_en=link_to(walk))
    assert '<a href="/en/news/walk/" hreflang="fi">a walk</a>' in shown_at(client, text)


def test_a_link_follows_its_page_to_a_new_address(db, client):
    walk = make_article(slug="walk")
    text = make_article(body_en=link_to(walk, rest="#map"))
    for slug in ("stroll", "hike"):
        walk.slug = slug
        walk.save()
    assert '<a href="/en/news/hike/#map">a walk</a>' in shown_at(client, text)


def test_a_link_to_a_page_that_no_reader_may_see_is_its_mere_words(db, client):
    walk = make_article(slug="walk", languages=["en"], published_at_en=None)
    text = make_article(body_en=link_to(walk))
    assert "<p>a walk</p>" in shown_at(client, text)
    walk.delete()
    assert "<p>a walk</p>" in shown_at(client, text)


def test_a_link_never_leads_to_a_language_that_was_withdrawn(db, client):
    walk = make_article(slug="walk", languages=["en", "fi"], withdrawn_at_en=LONG_AGO)
    text = make_article(body_en=link_to(walk))
    assert '<a href="/fi/news/walk/" hreflang="fi">a walk</a>' in shown_at(client, text)


def test_links_and_pictures_of_a_page_cost_one_query_however_many(db, client):
    pilot = make_pilot(languages=["en"])
    make_picture("park")

    def queries():
        with CaptureQueriesContext(connection) as captured:
            shown_at(client, pilot)
        return len(captured)

    ContentType.objects.get_for_models(*content_models())  # asked once a process
    shown_at(client, pilot)
    without = queries()
    pilot.aim_en = link_to(make_article()) + '<img data-picture="park">'
    pilot.save()
    assert queries() == without + 1
    pages = [make_article(), make_organisation(), make_page(), make_pilot()]
    pilot.lessons_en = pilot.body_en = "".join(link_to(page) for page in pages)
    pilot.save()
    for page in pages:
        pilot.steps.create(title_en="Step", text_en=link_to(page, "step"))
    assert queries() == without + 1


def test_what_looks_like_a_link_in_plain_words_stays_words(db):
    template = Template("{% load content %}{% references %}{{ words }}{% endreferences %}")
    words = '<a href="portal:articles/walk">x</a>'
    assert "&lt;a href=&quot;portal:articles/walk&quot;&gt;" in template.render(
        Context({"words": words})
    )


def test_lost_links_and_pictures_are_found(db):
    hidden = make_article(published_at_en=None)
    html = link_to(hidden, "<em>hidden</em>") + '<p><a href="portal:articles/gone">gone</a></p>'
    html += link_to(make_article()) + '<img data-picture="gone">'
    found = [(each.kind, each.excerpt, each.place) for each in lost_references(html)]
    assert found == [
        ("hidden page", "hidden", 1),
        ("lost page", "gone", 2),
        ("lost picture", "gone", 3),
    ]


def test_the_form_says_which_links_lead_nowhere(staff):
    text = make_article(body_en='<p><a href="portal:articles/gone">a walk that was</a></p>')
    page = staff.get(form_address(text)).content.decode()
    assert "A link to a page of the portal that no longer exists: “a walk that was”" in page
    text = make_article(body_en=link_to(text))
    assert "lost-references" not in staff.get(form_address(text)).content.decode()


def test_who_may_only_look_sees_links_and_pictures_as_readers_do(db, client):
    make_picture("park", alt_en="A park")
    page = make_page(body_en=link_to(make_article(slug="walk")) + '<img data-picture="park">')
    sign_in(client, "coordinator")
    form = client.get(form_address(page)).content.decode()
    assert '<a href="/en/news/walk/">a walk</a>' in form
    assert 'alt="A park"' in form


def test_no_page_takes_an_address_that_links_follow_to_another(staff):
    walk = make_article(slug="walk")
    walk.slug = "hike"
    walk.save()
    other = make_article(slug="other")
    assert "slug" in errors_of(send(staff, form_address(other), slug="walk"))
    send(staff, add_address(Article), title_en="Walk", slug="walk")
    assert set(Article.objects.values_list("slug", flat=True)) == {"hike", "other", "walk-2"}
    send(staff, form_address(walk), slug="walk")
    walk.refresh_from_db()
    assert walk.slug == "walk"


def test_links_and_pictures_are_the_same_after_dump_and_load(db, client, tmp_path):
    walk = make_article(slug="walk")
    walk.slug = "hike"
    walk.save()
    make_picture("park")
    body = '<p><a href="portal:articles/walk">a walk</a></p>\n<img data-picture="park">'
    make_article(slug="text", body_en=body)
    call_command("dump_content", tmp_path, verbosity=0)
    Article.objects.all().delete()
    Picture.objects.all().delete()
    call_command("load_content", tmp_path, verbosity=0)
    text = Article.objects.get(slug="text")
    assert text.body_en == body
    assert '<a href="/en/news/hike/">a walk</a>' in shown_at(client, text)


# Choosing a page


def choices(client, what, **question):
    return client.get(reverse(f"admin:writing_{what}"), question).json()["results"]


def test_a_page_is_found_by_its_title_in_any_language(staff):
    make_article(slug="walk", languages=["lv", "en"], title_lv="Gājiens", title_en="A walk")
    make_organisation(title_en="A city", languages=["fi"], title_fi="Kaupunki")
    assert choices(staff, "pages", q="gajiens") == [
        {
            "reference": "portal:articles/walk",
            "title": "A walk",
            "language": "en",
            "detail": "Article · English, Latvian",
        }
    ]


def test_a_page_that_is_not_public_yet_can_be_linked_to_and_says_so(staff):
    make_article(title_en="A walk", published_at_en=None)
    assert choices(staff, "pages", q="walk")[0]["detail"] == "Article · not public"


def test_a_page_is_found_by_its_address_even_a_former_one(staff):
    walk = make_article(slug="walk", languages=["fi"])
    walk.slug = "hike"
    walk.save()
    for address in ("/fi/news/walk/", "http://testserver/en/news/hike/?then=ru#map"):
        (found,) = choices(staff, "pages", q=address)
        assert found["reference"] == "portal:articles/hike"
    assert choices(staff, "pages", q="https://elsewhere.example/fi/news/hike/") == []


def test_queries_of_the_choice_do_not_grow_with_its_rows(staff):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            choices(staff, "pages", q="article")
        return len(captured)

    make_article()
    queries()
    first = queries()
    for _number in range(5):
        make_article()
    assert queries() == first


@pytest.mark.parametrize("what", ["pages", "pictures"])
def test_nobody_else_searches(what, db, client):
    address = reverse(f"admin:writing_{what}")
    assert client.get(address).status_code == 302
    assert client.post(reverse("admin:writing_pasted"), {"html": "x"}).status_code == 302


# Pictures


def test_a_picture_in_a_text_is_shown_in_its_place_without_a_jump(db, client):
    make_picture("park", alt_en="A park in Jelgava", caption_en="In spring", credit="A. Ozola")
    text = make_article(body_en='<p>Before</p><img data-picture="park"><p>After</p>')
    page = shown_at(client, text)
    figure = re.search(r"<p>Before</p>\s*(<figure.*?</figure>)\s*<p>After</p>", page, re.S)[1]
    for part in (
        '<source type="image/avif"',
        'width="64" height="48"',
        'alt="A park in Jelgava"',
        "In spring",
        "Picture: A. Ozola",
        'loading="lazy"',
    ):
        assert part in figure


def test_a_picture_is_described_in_the_language_of_the_text(db, client):
    make_picture("park", alt_en="A park", alt_fi="Puisto")
    text = make_article(languages=["fi"], body_fi='<img data-picture="park">')
    assert 'alt="Puisto" loading' in shown_at(client, text, "en")


def test_a_visitor_gets_the_file_of_a_picture_that_only_a_text_shows(db, client):
    picture = make_picture("park")
    assert client.get(picture.thumbnail).status_code == 404
    make_article(body_en='<img data-picture="park">')
    assert client.get(picture.thumbnail).status_code == 200


def test_a_picture_that_is_gone_leaves_no_trace(db, client):
    text = make_article(body_en='<p>Before</p><img data-picture="park"><p>After</p>')
    page = shown_at(client, text)
    assert re.search(r"<p>Before</p>\s*<p>After</p>", page)


def test_a_picture_stands_between_paragraphs(db):
    html = (
        '<p>One <strong>two</strong><img data-picture="a"> three</p><h2><img data-picture="b"></h2>'
    )
    assert clean(html) == (
        '<img data-picture="a">\n<p>One <strong>two</strong> three</p>\n<img data-picture="b">'
    )


def test_pictures_are_searched_by_their_words(staff):
    make_picture("park", alt_en="A park", alt_lv="Parks Jelgavā")
    make_picture("sea", alt_en="The sea")
    (found,) = choices(staff, "pictures", q="jelgava", language="lv")
    assert (found["name"], found["alt"], found["language"]) == ("park", "Parks Jelgavā", "lv")
    assert staff.get(found["thumbnail"]).status_code == 200
    assert choices(staff, "pictures", name="sea")[0]["alt"] == "The sea"


# What was copied elsewhere

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal
{mso-style-parent:""; font-family:"Calibri"}</style></head><body><!--StartFragment-->
<h1 style='mso-margin-top-alt:auto'><span lang=FI style='color:#2F5496'>Liikunta<o:p></o:p></span></h1>
<p class=MsoNormal><b style='mso-bidi-font-weight:normal'><span style='font-family:"Arial"'>Hyvä</span></b>
<i>elämä</i> etäliikunta\u00adpalvelut<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New
Roman"'>&nbsp;&nbsp;</span></span></span><![endif]>Kävely<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level2 lfo1'><!--[if !supportLists]--><span><span
style='mso-list:Ignore'>o<span style='font:7.0pt'>&nbsp; </span></span></span><!--[endif]-->sauvoilla</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><span><span
style='mso-list:Ignore'>·<span>&nbsp; </span></span></span>Uinti</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span
style='mso-list:Ignore'>1.<span>&nbsp; </span></span>Eka</p>
<p class=MsoNormal><img width=100 src="file:///C:/image001.png"><a name="_GoBack"></a>Loppu</p>
<!--EndFragment--></body></html>"""


def test_a_text_from_word_keeps_its_structure_and_loses_its_looks():
    assert clean(WORD).split("\n") == [
        "<h2>Liikunta</h2>",
        "<p><strong>Hyvä</strong> <em>elämä</em> etäliikuntapalvelut</p>",
        "<ul>",
        "<li><p>Kävely</p>",
        "<ul>",
        "<li><p>sauvoilla</p>",
        "</li>",
        "</ul>",
        "</li>",
        "<li><p>Uinti</p>",
        "</li>",
        "</ul>",
        "<ol>",
        "<li><p>Eka</p>",
        "</li>",
        "</ol>",
        "<p>Loppu</p>",
    ]


def test_a_mail_keeps_its_paragraphs():
    html = '<div dir="ltr">One<div><br></div><div>Two <span style="font-weight:700">bold</span></div></div>'
    assert clean(html) == "<p>One</p>\n<p>Two <strong>bold</strong></p>"
    google = (
        '<b style="font-weight:normal;" id="docs-internal-guid-1"><p>One</p><p><i>Two</i></p></b>'
    )
    assert clean(google) == "<p>One</p>\n<p><em>Two</em></p>"


def test_links_lose_what_only_follows_the_reader():
    html = (
        '<p><a href="https://city.example/a?utm_source=mail&amp;id=3&amp;fbclid=x#top">city</a></p>'
    )
    assert clean(html) == '<p><a href="https://city.example/a?id=3#top">city</a></p>'


def test_an_address_without_its_scheme_is_completed():
    assert 'href="https://www.healthyboost.eu"' in clean('<a href="www.healthyboost.eu">x</a>')


def test_what_was_removed_is_said_in_words():
    words = say_removed(removed(WORD, clean(WORD)))
    assert words == "1 picture, fonts and colours, 1 empty paragraph, 1 hidden character"
    html = '<p onclick="x()">a<script>x()</script><u>b</u> <a href="javascript:x()">c</a></p>'
    assert say_removed(removed(html, clean(html))) == (
        "2 scripts, forms or embedded things, 1 link that leads nowhere, underlining and other formats"
    )
    assert not removed("<p>A <strong>clean</strong> text&nbsp;5</p>", "")


def test_pasting_answers_what_is_kept_and_what_is_not(staff):
    walk = make_article(slug="walk")
    html = '<div style="color:red">See <a href="http://testserver/en/news/walk/">a walk</a></div>'
    answer = staff.post(reverse("admin:writing_pasted"), {"html": html}).json()
    assert answer == {
        "html": f'<p>See <a href="{reference_to(walk)}">a walk</a></p>',
        "removed": "fonts and colours",
    }


def test_a_save_says_what_it_removed(staff):
    article = make_article(languages=["fi"])
    typed = '<p>Teksti<img src="https://elsewhere.example/a.png"></p><p></p>'
    answer = send(staff, form_address(article), body_fi=typed, _continue="1")
    (told,) = [
        str(each) for each in staff.get(answer.url).context["messages"] if "emoved" in str(each)
    ]
    assert told == "Text (Finnish): removed when it was saved: 1 picture"


def test_a_save_of_a_clean_text_says_nothing_of_it(staff):
    article = make_article()
    answer = send(staff, form_address(article), body_en="<p>Another text</p><p></p>", _continue="1")
    told = [str(each) for each in staff.get(answer.url).context["messages"]]
    assert len(told) == 1 and "successfully" in told[0]


HOSTILE = [
    '<a href="javascript:alert(1)">x</a>',
    '<a href="java\nscript:alert(1)">x</a>',
    '<a href=" vbscript:x">x</a>',
    '<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>',
    '<a href="portal:articles/walk&quot; onclick=&quot;x()">x</a>',
    "<a href='portal:\"><script>x()</script>'>x</a>",
    '<a href="portal:javascript:x()">x</a>',
    '<a href="PORTAL:articles/../../admin/">x</a>',
    '<a title="<p>" href="portal:a/b">x</a><img data-picture="a"></p><p>',
    '<a title="<em x" href="https://a.example"><em></em></a>',
    '<img src="x" onerror="x()">',
    '<img data-picture="a&quot; onerror=&quot;x()">',
    '<img data-picture="../../admin" src="https://elsewhere.example/x.png">',
    '<img src="data:image/svg+xml,<svg onload=x()>">',
    '<p style="mso-list:l0 level1"><span style="mso-list:Ignore"><script>x()</script></span></p>',
    '<span style="font-weight:bold"><img src=x onerror=x()></span>',
    '<b style="font-weight:bold;background:url(javascript:x())">x</b>',
    '<div><iframe srcdoc="<script>x()</script>"></iframe></div>',
    "<svg><a xlink:href='javascript:x()'>x</a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=x()>",
]
TAG = re.compile(r"<(?!/)(\w+)([^>]*)>")
HARMLESS = re.compile(
    r'(?: href="(?:https?:|mailto:|portal:[a-z]+/[-\w]+(?:#[-\w]+)?")[^"]*"?| title="[^"<>]*"'
    r'| data-picture="[-\w]+")*'
)


@pytest.mark.parametrize("html", HOSTILE)
def test_hostile_text_is_harmless_and_cleaning_it_again_changes_nothing(html):
    cleaned = clean(html)
    assert all(HARMLESS.fullmatch(attributes) for _name, attributes in TAG.findall(cleaned))
    assert not re.search(r"<(?:script|iframe|svg|math|style)", cleaned)
    assert clean(cleaned) == cleaned


def test_hostile_text_is_cleaned_however_it_comes_in(staff, tmp_path):
    html = "".join(HOSTILE)
    send(staff, add_address(Article), title_en="Form", slug="form", body_en=html)
    make_article(slug="shell", body_en=html)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "file.yaml").write_text(
        f"source_language: en\nen:\n  title: File\n  body: |\n    {html.replace(chr(10), ' ')}\n"
    )
    call_command("load_content", tmp_path, verbosity=0)
    stored = {each.slug: each.body_en for each in Article.objects.all()}
    assert set(stored) == {"form", "shell", "file"}
    for body in stored.values():
        assert body and clean(body) == body
        assert "script" not in body and "onerror" not in body


# Stray characters


@pytest.mark.parametrize(
    "text, language, kinds",
    [
        ("etäliikunta- palveluiden", "fi", ["broken word"]),
        ("hyvinvointi- ja terveyspalvelut", "fi", []),
        ("sport- och fritid", "sv", []),
        ("pre- and post-tests", "en", []),
        ("спорт- и досуг", "ru", []),
        ("Baltic- ja Itämeri", "fi", []),
        ("Itämeri- Hanke", "fi", []),
        ("etä\u00adliikunta", "fi", ["soft hyphen"]),
        ("a\u200bb\ufeff", "en", ["hidden character", "hidden character"]),
        ("two  spaces", "en", ["double space"]),
        ("a\u00a0\u00a0\u00a0row", "en", ["double space"]),
        ("5\u00a0km, 1.–\u20604. luokka", "fi", []),
        ("a word , another", "en", ["space before punctuation"]),
        ("well :) and so on ...", "en", []),
        ("👩‍👩‍👧", "en", []),
    ],
)
def test_stray_characters_are_found(text, language, kinds):
    assert [each.kind for each in stray(text, language)] == kinds


def test_a_stray_character_is_found_in_its_paragraph():
    (found,) = stray("<p>First.</p>\n<p>Then <em>etäliikunta-</em> palveluiden ja muuta</p>", "fi")
    assert found.place == 2
    assert "etäliikunta- palveluiden" in found.excerpt
    assert found.words == "A hyphen and a space inside a word"


def test_what_is_harmless_is_removed_at_a_save():
    html = "<p>etä\u00adliikunta \u200b on  hyvä,&nbsp;&nbsp;5&nbsp;km</p>"
    assert clean(html) == "<p>etäliikunta on hyvä, 5&nbsp;km</p>"


# Links beside the text


def test_a_link_leads_each_reader_to_the_address_in_her_language(db, client):
    article = make_article(languages=["en", "fi", "lv"])
    article.links.create(
        url="https://city.example/",
        target_language="en",
        label_en="City",
        own_url_fi="https://city.example/fi",
    )
    assert '<a href="https://city.example/fi" hreflang="fi"' in shown_at(client, article, "fi")
    assert '<a href="https://city.example/" hreflang="en"' in shown_at(client, article, "lv")


def test_the_address_of_a_link_is_completed_in_the_form(staff):
    article = make_article()
    prefix = "content-link-content_type-object_id"
    send(
        staff,
        form_address(article),
        **{
            f"{prefix}-TOTAL_FORMS": "1",
            f"{prefix}-0-position": "0",
            f"{prefix}-0-url": "www.city.example",
            f"{prefix}-0-label_en": "City",
        },
    )
    assert Link.objects.get().url == "https://www.city.example"


def test_the_words_of_the_editor_are_in_the_language_of_the_person(staff):
    words = staff.get(reverse("admin:jsi18n")).content.decode()
    assert '"Bulleted list": "Bulleted list"' in words


# In the browser


@pytest.fixture
def open_form(page, live_server, client, transactional_db):
    """Opens the form of an article in Chromium; answers its text editor."""
    sign_in(client)
    cookie = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page.set_default_timeout(10_000)

    def open_it(article):
        page.goto(f"{live_server.url}{form_address(article)}#language-en")
        editor = page.locator(".prose-editor:has([name=body_en]) .ProseMirror[contenteditable]")
        editor.click()
        page.keyboard.press("Control+End")
        return editor

    return open_it


def saved(page, article):
    page.locator("[name=_continue]").click()
    page.wait_for_selector(".messagelist .success")
    return Article.objects.get(pk=article.pk).body_en


@pytest.mark.long
@pytest.mark.browser
def test_a_link_to_a_page_is_set_with_the_keyboard_alone(page, open_form):
    make_article(slug="walk", title_en="A walk by the sea")
    article = make_article(body_en="<p>See </p>", published_at_en=None)
    open_form(article)
    page.keyboard.type(" ")
    page.keyboard.press("Control+k")
    page.keyboard.type("by the")
    page.get_by_text("Found: 1").wait_for()
    found = Axe().run(page, context=".writing-dialog")
    assert found.response["violations"] == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator(".ProseMirror a", has_text="A walk by the sea").wait_for()
    page.keyboard.type(" or swim")
    for _letter in "swim":
        page.keyboard.press("Shift+ArrowLeft")
    page.wait_for_function("getSelection().toString() == 'swim'")
    page.keyboard.press("Control+k")
    page.locator("#writing-elsewhere").fill("www.city.example")
    page.keyboard.press("Enter")
    page.locator(".ProseMirror a", has_text="swim").wait_for()
    links = (
        '<a href="portal:articles/walk">A walk by the sea</a>',
        '<a href="https://www.city.example">swim</a>',
    )
    assert saved(page, article) == "<p>See {} or {}</p>".format(*links)


@pytest.mark.long
@pytest.mark.browser
def test_what_is_pasted_from_word_is_cleaned_said_and_undone(page, open_form):
    article = make_article(body_en="<p>Before</p>", published_at_en=None)
    editor = open_form(article)
    editor.evaluate(
        """(area, html) => {
            const clipboardData = new DataTransfer()
            clipboardData.setData("text/html", html)
            const paste = { clipboardData, bubbles: true, cancelable: true }
            area.dispatchEvent(new ClipboardEvent("paste", paste))
        }""",
        WORD,
    )
    note = page.locator(".writing-note:not(:empty)")
    note.wait_for()
    assert note.inner_text().startswith("Removed: 1 picture, fonts and colours, 1 empty paragraph")
    assert editor.locator("ul ul p").inner_text() == "sauvoilla"
    note.locator("button").click()
    assert editor.inner_text() == "Before"


@pytest.mark.long
@pytest.mark.browser
def test_a_picture_is_put_into_a_text_and_seen_there(page, open_form):
    make_picture("park", alt_en="A park in Jelgava")
    before = '<p>Before, in Finnish <em lang="fi">ennen</em></p>'  # words keep their language
    article = make_article(body_en=before, published_at_en=None)
    editor = open_form(article)
    page.locator(".prose-editor:has([name=body_en]) [aria-label=Picture]").click()
    page.get_by_role("button", name="A park in Jelgava").click()
    editor.get_by_alt_text("A park in Jelgava").wait_for()
    assert saved(page, article) == f'{before}\n<img data-picture="park">'
