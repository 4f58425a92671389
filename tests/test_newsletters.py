"""Newsletter issues: what readers of each language get on the web and on paper."""

import re
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from pypdf import PdfReader

from healthyboost.content.addresses import address_of
from healthyboost.search.building import build
from materials.models import Material
from news.models import Article, Event, Issue, Item, KeptPdf
from news.newsletters import lowered, reading_of
from news.pdf_blocks import blocks_of

from .factories import (
    make,
    make_article,
    make_contact_person,
    make_newsletter,
    make_organisation,
    make_picture,
)

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "lv", "fi", "sv", "ru"]
LONG_AGO_TO_COME = "2199-01-01T00:00Z"


def make_issue(*items, languages=("sv", "en"), **fields):
    """A public issue with these items: dicts of their fields, or titles of headings."""
    issue = make(Issue, languages=languages, **fields)
    for position, item in enumerate(items):
        if isinstance(item, str):
            item = {"kind": "section", "title_sv": item, "title_en": item}
        members = item.pop("members", [])
        row = issue.items.create(position=position, **item)
        row.members.set(members)
    return issue


def own(title="Text of its own", **fields):
    return {"title_en": title, "body_en": f"<p>What {title} says.</p>", **fields}


def html_of(client, issue, language="en"):
    answer = client.get(f"/{language}/newsletter/{issue.slug}/")
    assert answer.status_code == 200
    return answer.content.decode()


def pdf_of(client, issue, language="en"):
    answer = client.get(f"/{language}/newsletter/{issue.slug}/issue.pdf")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    return answer.content


def words_of(pdf):
    pages = PdfReader(BytesIO(pdf)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


# One source of text


def test_an_item_shows_the_page_as_it_is_now(client):
    article = make_article(title_en="The walk")
    issue = make_issue({"article": article})
    Article.objects.update(title_en="The long walk", summary_en="All along the sea.")
    html = html_of(client, issue)
    assert "The long walk</a></h2>" in html and "All along the sea." in html
    assert "The walk" not in html


def test_words_of_an_item_come_before_those_of_its_page(client):
    item = {"article": make_article(title_en="The walk"), "title_en": "Walk with us"}
    html = html_of(client, make_issue(item))
    assert "Walk with us</a></h2>" in html and "The walk" not in html


@pytest.mark.parametrize(
    "hidden",
    [
        {"published_at_en": None},
        {"published_at_en": LONG_AGO_TO_COME},
        {"withdrawn_at_en": "2022-01-01T00:00Z"},
        {"unpublish_at_en": "2022-01-01T00:00Z"},
    ],
)
def test_what_is_not_public_shows_neither_on_the_page_nor_on_paper(client, hidden):
    article = make_article(title_en="A secret", **hidden)
    item = {"article": article, "title_en": "Still a secret", "body_en": "<p>Not to be read.</p>"}
    issue = make_issue("Soon", item, "Later", own("Open to all"))
    html, paper = html_of(client, issue), words_of(pdf_of(client, issue))
    for text in (html, paper):
        assert "secret" not in text and "Not to be read" not in text and article.slug not in text
        assert "Soon" not in text and "Later" in text and "Open to all" in text


def test_the_search_does_not_find_words_beside_a_page_that_is_not_public(client):
    hidden = make_article(published_at_en=None)
    issue = make_issue({"article": hidden, **own("Zebrafinch")}, own("Goldfinch"))
    build(lambda words: None)
    address = f"/en/newsletter/{issue.slug}/"
    assert address not in client.get("/en/search/?q=zebrafinch").text
    assert address in client.get("/en/search/?q=goldfinch").text


def test_a_page_withdrawn_from_the_readers_language_is_not_shown_in_another(client):
    article = make_article(languages=["en", "sv"], withdrawn_at_en="2022-01-01T00:00Z")
    issue = make_issue({"article": article}, own())
    assert article.slug not in html_of(client, issue, "en")
    assert article.slug in html_of(client, issue, "sv")


def test_organisations_that_are_not_public_are_not_named(client):
    city = make_organisation(title_en="Hidden city", published_at_en=None)
    assert "Hidden city" not in html_of(client, make_issue(own(members=[city])))


# Languages


def test_an_item_that_lacks_the_readers_language_says_so(client):
    issue = make_issue(own("English only"), {"title_sv": "Svenska", "body_sv": "<p>Ord.</p>"})
    html = html_of(client, issue)
    first, second = html.split('<article class="issue-item"')[1:]
    assert 'lang="sv"' in second and "In Swedish" in second
    assert 'lang="sv"' not in first and "In English" not in first


@pytest.mark.parametrize(
    "texts, wish, language",
    [
        ({"title_en": "A", "title_lv": "B"}, "lv", "lv"),
        ({"title_en": "A", "body_en": "<p>a</p>", "title_lv": "B"}, "lv", "en"),
        ({"title_fi": "A", "title_sv": "B", "title_en": "C"}, "ru", "sv"),
        ({"title_fi": "A", "title_en": "C"}, "ru", "en"),
        ({"title_fi": "A"}, "ru", "fi"),
    ],
)
def test_an_item_is_read_whole_in_one_language(texts, wish, language):
    item = make_issue(texts).items.get()
    assert reading_of(item, wish).language == language


def test_without_a_title_in_any_language_there_is_nothing_to_read():
    assert reading_of(make_issue({"kind": "news"}).items.get(), "en") is None


def test_headings_in_an_item_stand_below_its_title(client):
    assert lowered('<h2>A</h2>\n<h4 id="x">B</h4>') == '<h4>A</h4>\n<h6 id="x">B</h6>'
    body = "<h2>Inside</h2>\n<p>Text</p>"
    html = html_of(client, make_issue(own(body_en=body), "Part", own(body_en=body)))
    assert re.findall(r"<h([1-6])", html.split('class="matter')[1].split("<footer")[0]) == [
        "2",
        "3",
        "2",
        "3",
        "4",
    ]


# Order and places


def test_items_stand_in_their_order_under_their_headings(client):
    issue = make_issue(own("First"), "Part one", own("Second"), "Empty", "Part two", own("Third"))
    html = html_of(client, issue)
    titles = re.findall(
        r'<h[23] id="[^"]+">([^<]+)</h', html.split('class="matter')[1].split("</main>")[0]
    )
    assert titles == ["First", "Part one", "Second", "Part two", "Third"]
    contents = html.split('id="in-this-issue"')[1].split("</nav>")[0]
    assert re.findall(r">([^<>\n]+)</a>", contents) == titles


def test_every_entry_of_the_contents_leads_to_its_text(client):
    html = html_of(client, make_issue("Main", own("Contents"), own("Contents"), own("???")))
    contents = html.split('id="in-this-issue"')[1].split("</nav>")[0]
    places = re.findall(r' id="([^"]+)"', html)
    assert len(places) == len(set(places))
    assert set(re.findall(r'href="#([^"]+)"', contents)) <= set(places)


def test_a_place_is_made_of_the_title_once_and_stays():
    issue = make_issue({"title_sv": "Platskompassen för alla", "title_en": "The compass"}, own())
    item = issue.items.first()
    assert item.anchor == "platskompassen-for-alla"
    item.title_sv, item.position = "Annat", 9
    item.save()
    assert Item.objects.get(pk=item.pk).anchor == "platskompassen-for-alla"


def test_two_items_of_one_title_have_two_places():
    issue = make_issue(own("News"), own("News"), own("Main"))
    assert [item.anchor for item in issue.items.all()] == ["news", "news-2", "main-2"]


def test_an_item_without_words_takes_the_slug_of_its_page():
    article = make_article(slug="long-walk")
    assert make_issue({"article": article}).items.get().anchor == "long-walk"


def test_a_place_that_the_page_itself_uses_is_refused():
    item = make_issue(own()).items.get()
    item.anchor = "main"
    with pytest.raises(ValidationError):
        item.clean()


# Facts of what is shown


def test_an_event_says_when_it_is_and_a_material_its_languages(client):
    event = make(Event, time_zone="Europe/Riga")
    event.sessions.create(start_date="2024-05-29", start_time="10:00", end_time="12:00")
    material = make(Material)
    for language in ("lv", "et"):
        material.versions.create(language=language, title="x", url="https://example.org/x")
    issue = make_issue({"event": event}, {"material": material})
    html, paper = html_of(client, issue), words_of(pdf_of(client, issue))
    for text in (html, paper):
        assert "29 May 2024, 10:00–12:00, Riga time (EEST, UTC+3)" in text
        assert "Latvian, Estonian" in text


def test_a_contact_who_has_left_is_not_named(client):
    gone = make_contact_person(name="Somebody Gone", is_current=False)
    issue = make_issue(own(contact=gone))
    assert "Somebody Gone" not in html_of(client, issue)
    assert "Somebody Gone" not in words_of(pdf_of(client, issue))


def test_the_issues_before_and_after_are_linked(client):
    newsletter = make_newsletter()
    days = ["2023-12-05T00:00Z", "2024-05-02T00:00Z", "2024-12-05T00:00Z"]
    first, middle, last = (
        make_issue(own(), date=day, date_precision="day", newsletter=newsletter) for day in days
    )
    html = html_of(client, middle)
    assert re.search(rf'rel="prev" href="/en/newsletter/{first.slug}/"', html)
    assert re.search(rf'rel="next" href="/en/newsletter/{last.slug}/"', html)
    Issue.objects.filter(pk=last.pk).update(published_at_en=None, published_at_sv=None)
    assert last.slug not in html_of(client, middle)


def test_the_front_page_shows_the_latest_issue_and_where_to_subscribe(client):
    issue = make_issue(own(), title_en="Spring 2024")
    html = client.get("/en/").content.decode()
    assert "Spring 2024" in html and f"/en/newsletter/{issue.slug}/" in html
    assert reverse("subscribe") in html


@pytest.mark.parametrize("number", [2, 30])
def test_queries_do_not_grow_with_the_items(client, number, django_assert_max_num_queries):
    event = make(Event)
    event.sessions.create(start_date="2024-05-29")
    city, picture, person = make_organisation(), make_picture(), make_contact_person()
    kinds = [
        lambda: own(members=[city], picture=picture, contact=person),
        lambda: {"article": make_article(organisation=city)},
        lambda: {"event": event},
        lambda: {"material": make(Material)},
    ]
    issue = make_issue("Part", *(kinds[each % 4]() for each in range(number)))
    html_of(client, issue)
    with django_assert_max_num_queries(8):
        html_of(client, issue)
    pdf_of(client, issue)
    with django_assert_max_num_queries(8):
        pdf_of(client, issue)


# On paper


def structure_of(pdf):
    """What the marks of a PDF say: its language, title, and whether it claims to be PDF/UA-1."""
    reader = PdfReader(BytesIO(pdf))
    root = reader.trailer["/Root"]
    return {
        "language": root["/Lang"],
        "title": reader.metadata.title,
        "is tagged": bool(root["/MarkInfo"]["/Marked"]) and "/StructTreeRoot" in root,
        "is for all": b"pdfuaid:part" in root["/Metadata"].get_data(),
        "bookmarks": [each.title for each in reader.outline if not isinstance(each, list)],
    }


def test_the_pdf_is_tagged_and_says_its_title_and_language(client):
    issue = make_issue("Part", own("Walks"), title_sv="Våren", languages=["sv"])
    said = structure_of(pdf_of(client, issue, "sv"))
    assert said == {
        "language": "sv",
        "title": "Våren",
        "is tagged": True,
        "is for all": True,
        "bookmarks": ["Part"],
    }


def test_text_in_another_language_is_marked_on_paper(client):
    issue = make_issue({"title_lv": "Veselība", "body_lv": "<p>Teksts.</p>"}, languages=["en"])
    pdf = pdf_of(client, issue)
    assert "Latvian" in words_of(pdf)
    assert "lv" in marks_of(pdf, "/Lang")


def test_pictures_on_paper_have_their_words(client):
    picture = make_picture(alt_en="A dog in the park")
    assert "A dog in the park" in marks_of(pdf_of(client, make_issue(own(picture=picture))), "/Alt")


def marks_of(pdf, name):
    """The values of an attribute of the elements of a tagged PDF."""
    waiting = [PdfReader(BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"]]
    found = set()
    while waiting:
        element = waiting.pop()
        if name in element:
            found.add(str(element[name]))
        inner = element.get("/K", [])
        inner = inner if isinstance(inner, list) else [inner]
        inner = [each.get_object() if hasattr(each, "get_object") else each for each in inner]
        waiting += [each for each in inner if isinstance(each, dict)]
    return found


HOSTILE = [
    '#read("/etc/passwd")',
    '#panic("x") $x^2$ `raw` *bold* _em_ <label> @ref [content] // comment /* x */ \\u{41}',
    '"; #import "@preview/x:0.1.0": * ; "',
    "= Heading\n- list\n+ list\n/ Term: x",
    "]#[{}()",
]


def test_what_looks_like_code_is_read_as_words(client):
    items = [{"title_en": text[:200], "body_en": f"<p>{text}</p>"} for text in HOSTILE]
    issue = make_issue(*items, title_en=HOSTILE[0], summary_en=HOSTILE[1])
    said = re.sub(r"\s", "", words_of(pdf_of(client, issue)))
    for text in HOSTILE:
        assert said.count(re.sub(r"\s", "", text)[:20]) >= 2, text


ODD = [
    "<table><tbody><tr><th>A</th><th>B</th></tr><tr><td>1</td></tr></tbody></table>",
    '<table><tbody><tr><td colspan="9999" rowspan="9999">x</td></tr></tbody></table>',
    "<table><tbody><tr></tr></tbody></table>",
    "<blockquote>" * 60 + "<p>deep</p>" + "</blockquote>" * 60,
    "<h4>Too deep at once</h4>\n<p>x</p>\n<h2>Up</h2>\n<h4>Down</h4>",
    "<ul><li><h3>In a list</h3></li><li><ol><li><p>a</p></li></ol></li></ul>",
    '<p><a href="https://example.org/' + "x" * 9000 + '">long</a></p>',
    '<p><a href="#place">place</a> <a href="/en/">home</a> <a href="mailto:a@b.lv">mail</a></p>',
    '<p><img data-picture="nowhere"></p><p>a<br>b</p><p><br></p>',
    "<p>\u202e\u200b\u00ad soft</p>",
]


def test_any_text_can_be_set_as_pdf_ua(client, caplog):
    items = [own(f"Item {number}", body_en=html) for number, html in enumerate(ODD)]
    issue = make_issue("Part", *items, body_en=ODD[4])
    assert structure_of(pdf_of(client, issue))["is for all"]
    assert not caplog.records


@pytest.mark.long
@pytest.mark.parametrize("html", ODD)
def test_each_text_can_be_set_as_pdf_ua(client, html, caplog):
    issue = make_issue(own(body_en=html), "Part", own(body_en=html), body_en=html)
    assert structure_of(pdf_of(client, issue))["is for all"]
    assert not caplog.records


def test_letters_that_no_face_has_do_not_keep_the_pdf_from_being_made(client):
    assert pdf_of(client, make_issue(own("Party 🎉 中文"))).startswith(b"%PDF")


def test_a_pdf_that_cannot_be_made_in_time_leads_back_to_the_page(client, monkeypatch):
    monkeypatch.setattr("news.issue_pdf.LONGEST", 0)
    answer = client.get(f"/en/newsletter/{make_issue(own()).slug}/issue.pdf")
    assert answer.status_code == 503 and "Please read the issue on its page" in answer.text
    assert not KeptPdf.objects.exists()


def test_a_lost_picture_file_does_not_keep_the_pdf_from_being_made(client):
    picture = make_picture(alt_en="Lost")
    for rendition in picture.renditions:
        picture.file.storage.delete(rendition["webp"])
    assert pdf_of(client, make_issue(own(picture=picture))).startswith(b"%PDF")


def test_the_pdf_is_made_once_and_again_when_its_content_is_another(client):
    article = make_article()
    issue = make_issue({"article": article})
    pdf_of(client, issue)
    first = KeptPdf.objects.get()
    pdf_of(client, issue)
    assert KeptPdf.objects.get().made_of == first.made_of
    Article.objects.update(summary_en="Quite another summary.")
    assert "Quite another summary." in words_of(pdf_of(client, issue))
    assert KeptPdf.objects.get().made_of != first.made_of


def test_a_pdf_that_has_not_changed_is_not_sent_again_and_sets_no_cookie(client):
    issue = make_issue(own())
    path = f"/en/newsletter/{issue.slug}/issue.pdf"
    first = client.get(path)
    assert not first.cookies and "Cookie" not in first.get("Vary", "")
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304


@pytest.mark.parametrize("language, status", [("en", 200), ("sv", 200), ("lv", 404)])
def test_there_is_a_pdf_in_each_language_in_which_the_issue_is_public(client, language, status):
    issue = make_issue(own())
    path = f"/{language}/newsletter/{issue.slug}/issue.pdf"
    assert client.get(path).status_code == status


def test_the_page_leads_to_the_pdf_in_the_language_shown(client):
    issue = make_issue(own(), languages=["sv"])
    assert f"/sv/newsletter/{issue.slug}/issue.pdf" in html_of(client, issue, "ru")


def test_a_draft_has_no_pdf(client):
    issue = make_issue(own(), languages=["sv"], published_at_sv=None)
    assert client.get(f"/sv/newsletter/{issue.slug}/issue.pdf").status_code == 404


def test_the_address_on_paper_is_that_of_the_portal(client):
    issue = make_issue(own())
    pdf = client.get(f"/en/newsletter/{issue.slug}/issue.pdf", headers={"host": "localhost"})
    assert address_of(issue, "en") in re.sub(r"\s", "", words_of(pdf.content))


def test_a_table_keeps_its_words_whatever_its_form():
    html = "<table><tr><td>a</td><td><p>b</p></td></tr><tr><td>c</td></tr></table>"
    (table,) = blocks_of(html, lambda name: None, str)
    assert [[bool(cell) for cell in row] for row in table["rows"]] == [[True, True], [True, False]]
