"""Cards of projects and pilots on other sites, and the oEmbed answer that leads to them."""

import json
import threading
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from xml.etree import ElementTree

import pytest
from django.core.files.base import ContentFile
from django.test import override_settings
from django.utils import timezone
from lxml import etree

from healthyboost.media.models import PictureUse

from .factories import (
    make_article,
    make_organisation,
    make_picture,
    make_pilot,
    make_project,
    png,
)

pytestmark = pytest.mark.django_db
SITE = "https://portal.example.org"
FUNDER = {"emblem_text_en": "European Union", "funding_statement_en": "Paid by the union."}


@pytest.fixture(autouse=True)
def site_address():
    with override_settings(SITE_ADDRESS=SITE):
        yield


def funded_pilot(**fields):
    project = make_project(slug="sea", acronym="Sea", **FUNDER)
    return make_pilot(project=project, slug="walk", aim_en="<p>To walk more</p>", **fields)


def text_of(answer):
    return unescape(answer.content.decode())


# The card


def test_a_card_describes_a_pilot_and_names_its_funder(client):
    pilot = funded_pilot(city_en="Riga")
    card = text_of(client.get("/en/cards/pilots/walk/"))
    for words in (pilot.title_en, pilot.summary_en, "Riga", "To walk more", *FUNDER.values()):
        assert words in card
    assert 'href="/en/pilots/walk/"' in card and '<base target="_top">' in card


def test_a_card_describes_a_project_and_names_its_funder(client):
    project = make_project(slug="sea", goal_en="<p>A clean sea</p>", **FUNDER)
    card = text_of(client.get("/en/cards/projects/sea/"))
    for words in (project.title_en, project.summary_en, "A clean sea", *FUNDER.values()):
        assert words in card


def test_a_card_says_nothing_of_a_project_that_is_not_public(client):
    project = make_project(published_at_en=None, **FUNDER)
    make_pilot(project=project, slug="walk")
    assert "Paid by the union." not in text_of(client.get("/en/cards/pilots/walk/"))


def test_a_card_is_for_any_frame_and_runs_nothing(client):
    funded_pilot()
    for path, status in (("walk", 200), ("nothing", 404)):
        answer = client.get(f"/en/cards/pilots/{path}/")
        assert answer.status_code == status
        policy = answer["Content-Security-Policy"]
        assert "frame-ancestors *" in policy and "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "X-Frame-Options" not in answer
        page = etree.HTML(answer.content)
        assert page.xpath("//script | //form | //*[@style] | //style") == []
        assert not answer.cookies and "cookie" not in answer.get("Vary", "").lower()


def test_nothing_else_can_be_framed(client):
    funded_pilot()
    for path in ("/en/pilots/walk/", "/en/feeds/", "/account/login/", "/en/cards/x/"):
        answer = client.get(path)
        assert answer["X-Frame-Options"] == "DENY", path
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"], path


def test_a_card_in_another_language_says_so(client):
    pilot = make_pilot(slug="walk", languages=["fi"])
    card = text_of(client.get("/en/cards/pilots/walk/"))
    assert '<html lang="en">' in card
    assert f'<h1 lang="fi">{pilot.title_fi}</h1>' in card
    assert "It is shown in Finnish." in card
    assert f'<link rel="canonical" href="{SITE}/fi/pilots/walk/">' in card


def test_a_card_that_a_machine_translated_says_so(client):
    make_pilot(slug="walk", languages=["fi", "en"], origin_en="machine")
    assert "Machine translation, not reviewed" in text_of(client.get("/en/cards/pilots/walk/"))


def test_a_card_leads_to_no_page_that_is_not_public(client):
    make_article(slug="secret", published_at_en=None)
    make_pilot(slug="walk", aim_en='<p><a href="portal:articles/secret">x</a></p>')
    assert "secret" not in text_of(client.get("/en/cards/pilots/walk/"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_scheme_of_a_card_can_be_chosen(client, scheme):
    funded_pilot()
    card = text_of(client.get(f"/en/cards/pilots/walk/?scheme={scheme}"))
    assert f'<html lang="en" data-scheme="{scheme}">' in card


def test_a_scheme_that_is_none_is_left_to_the_reader(client):
    funded_pilot()
    card = text_of(client.get('/en/cards/pilots/walk/?scheme="><b>'))
    assert '<html lang="en">' in card and "<b>" not in card


def test_a_card_of_nothing_public_is_answered_404_in_the_language(client):
    make_pilot(slug="draft", published_at_en=None)
    make_article(slug="walk")
    for path in ("pilots/draft", "pilots/nothing", "articles/walk", "nothing/walk"):
        answer = client.get(f"/lv/cards/{path}/")
        assert answer.status_code == 404
        assert '<html lang="lv">' in text_of(answer)


def test_a_withdrawn_card_leads_to_the_other_languages(client):
    make_pilot(slug="walk", languages=["en", "fi"], withdrawn_at_en=timezone.now())
    answer = client.get("/en/cards/pilots/walk/")
    assert answer.status_code == 410
    assert 'href="/fi/cards/pilots/walk/" target="_self"' in text_of(answer)


def test_a_former_address_of_a_card_leads_on(client):
    pilot = make_pilot(slug="walk")
    pilot.slug = "walks"
    pilot.save()
    answer = client.get("/en/cards/pilots/walk/?scheme=dark")
    assert answer.status_code == 301
    assert answer["Location"] == "/en/cards/pilots/walks/?scheme=dark"


def test_a_card_that_has_not_changed_is_not_sent_again(client):
    funded_pilot()
    tag = client.get("/en/cards/pilots/walk/")["ETag"]
    again = client.get("/en/cards/pilots/walk/", headers={"If-None-Match": tag})
    assert again.status_code == 304


def test_pictures_that_are_public_can_be_shown_on_other_sites(client):
    picture = make_picture()
    PictureUse.objects.create(owner=make_pilot(), picture=picture)
    assert client.get(picture.thumbnail)["Cross-Origin-Resource-Policy"] == "cross-origin"


# How a card gets to another site


@pytest.mark.parametrize("path, kind", [("about/sea", "projects"), ("pilots/walk", "pilots")])
def test_a_page_gives_the_code_of_its_card(client, path, kind):
    funded_pilot()
    page = etree.HTML(client.get(f"/sv/{path}/").content)
    [code] = page.xpath("//details//textarea[@readonly]/text()")
    frame = etree.HTML(code).find(".//iframe")
    assert frame.get("src") == f"{SITE}/sv/cards/{kind}/{path.split('/')[1]}/"
    assert frame.get("title") and frame.get("sandbox")


def test_a_title_cannot_break_out_of_the_code(client):
    make_pilot(slug="walk", title_en='</textarea><script>"&quot;')
    page = etree.HTML(client.get("/en/pilots/walk/").content)
    [code] = page.xpath("//details//textarea/text()")
    assert etree.HTML(code).find(".//iframe").get("title") == '</textarea><script>"&quot;'


def asked(client, url=f"{SITE}/en/pilots/walk/", **more):
    return client.get("/oembed", {"url": url, **more})


def test_a_page_names_its_oembed_answer_and_gets_it(client):
    pilot = funded_pilot(organisation=make_organisation(title_en="City of Riga"))
    page = etree.HTML(client.get("/en/pilots/walk/").content)
    [address] = page.xpath("//link[@type='application/json+oembed']/@href")
    answer = client.get(address.removeprefix(SITE))
    said = answer.json()
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert (said["version"], said["type"], said["title"]) == ("1.0", "rich", pilot.title_en)
    assert said["author_name"] == "City of Riga"
    frame = etree.HTML(said["html"]).find(".//iframe")
    assert frame.get("src") == f"{SITE}/en/cards/pilots/walk/"
    assert (int(frame.get("width")), int(frame.get("height"))) == (said["width"], said["height"])


def test_oembed_in_xml_says_the_same(client):
    funded_pilot(title_en="Go\x0b & <b>")
    as_json, as_xml = (asked(client, format=form) for form in ("json", "xml"))
    said = {element.tag: element.text for element in ElementTree.fromstring(as_xml.content)}
    assert as_xml["Content-Type"] == "text/xml; charset=utf-8"
    assert said == {
        name: str(value).replace("\x0b", "") for name, value in json.loads(as_json.content).items()
    }


def test_oembed_gives_nothing_larger_than_asked(client):
    pilot = funded_pilot()
    picture = make_picture(file=ContentFile(png(1200, 300), "wide.png"))
    PictureUse.objects.create(owner=pilot, picture=picture)
    said = asked(client, maxwidth=300, maxheight=200).json()
    assert (said["width"], said["height"]) == (300, 200)
    assert 'width="300" height="200"' in said["html"] and "thumbnail_url" not in said
    said = asked(client, maxwidth=5000).json()
    assert (said["width"], said["height"]) == (600, 460)
    assert (said["thumbnail_width"], said["thumbnail_height"]) == (480, 120)


def test_oembed_answers_in_the_language_of_the_address(client):
    pilot = make_pilot(slug="walk", languages=["en", "fi"])
    said = asked(client, f"{SITE}/fi/pilots/walk/?a=b#c").json()
    assert said["title"] == pilot.title_fi
    assert "/fi/cards/pilots/walk/" in said["html"]


WITHOUT_CARD = [
    "https://elsewhere.example/en/pilots/walk/",
    "ftp://portal.example.org/en/pilots/walk/",
    f"{SITE}/en/pilots/nothing/",
    f"{SITE}/en/pilots/draft/",
    f"{SITE}/lv/pilots/gone/",
    f"{SITE}/en/pilots/",
    f"{SITE}/en/news/article/",
    f"{SITE}/pilots/walk/",
    f"{SITE}/en/pilots/%00/",
    f"{SITE}/admin/",
    "http://[",
    "nonsense",
    "x" * 5000,
]


def test_oembed_knows_only_what_has_a_public_card(client):
    funded_pilot()
    make_pilot(slug="draft", published_at_en=None)
    make_pilot(slug="gone", languages=["en", "lv"], withdrawn_at_lv=timezone.now())
    make_article(slug="article")
    for url in WITHOUT_CARD:
        answer = asked(client, url)
        assert (answer.status_code, bool(answer.content)) == (404, True), url
        assert answer["Access-Control-Allow-Origin"] == "*"


NOT_UNDERSTOOD = [
    ({"format": "yaml"}, 501),
    ({"format": ""}, 501),
    ({"url": ""}, 400),
    ({"maxwidth": "wide"}, 400),
    ({"maxwidth": "0"}, 400),
    ({"maxheight": "-5"}, 400),
    ({"maxheight": "9" * 400}, 400),
    ({"maxheight": "٣"}, 400),
]


def test_oembed_says_what_it_did_not_understand(client):
    for query, status in NOT_UNDERSTOOD:
        answer = asked(client, **query)
        assert (answer.status_code, bool(answer.content)) == (status, True), query
        assert answer["Content-Type"].startswith("text/plain")


def test_a_format_that_oembed_does_not_have_is_no_error_in_the_log(client, caplog):
    assert asked(client, format="yaml").status_code == 501
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_queries_of_a_card_and_of_oembed_are_few(client, django_assert_max_num_queries):
    pilot = funded_pilot(results_en='<p><a href="portal:pilots/walk">x</a></p>')
    PictureUse.objects.create(owner=pilot, picture=make_picture())
    asked(client)
    with django_assert_max_num_queries(3):
        client.get("/en/cards/pilots/walk/")
    with django_assert_max_num_queries(4):
        asked(client)


# On another site, in a real browser


@pytest.fixture
def other_site(tmp_path):
    """(folder, address) of a site at another port."""
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    handler.log_message = lambda *parts: None
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield tmp_path, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def framed(live_server, other_site, page, problems):
    """A function: show some HTML on the other site, with the portal's address for SITE."""
    folder, address = other_site

    def show(html, width=900, scheme="light"):
        (folder / "index.html").write_text(
            f'<!DOCTYPE html><link rel="icon" href="data:,"><title>Partner</title>{html}'
        )
        page.set_viewport_size({"width": width, "height": 700})
        page.emulate_media(color_scheme=scheme)
        page.goto(address)
        return page

    with override_settings(SITE_ADDRESS=live_server.url):
        yield show
    # what the browser says of the scripts by which a test looks into a frame that runs none
    problems[:] = [problem for problem in problems if "Blocked script execution" not in problem]


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [200, 900])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_code_shows_the_card_on_another_site(framed, client, live_server, width, scheme):
    pilot = funded_pilot()
    PictureUse.objects.create(owner=pilot, picture=make_picture())
    page = etree.HTML(client.get("/en/pilots/walk/").content)
    [code] = page.xpath("//details//textarea/text()")
    page = framed(code, width, scheme)
    card = page.frame_locator("iframe")
    assert card.locator("h1").inner_text() == pilot.title_en
    assert card.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)")
    inside = "document.documentElement"
    assert card.locator("body").evaluate(f"() => {inside}.scrollWidth <= {inside}.clientWidth")
    light = card.locator("html").evaluate("root => getComputedStyle(root).backgroundColor")
    assert light == {"light": "rgb(253, 253, 251)", "dark": "rgb(11, 32, 39)"}[scheme]
    assert page.context.cookies() == []
    card.get_by_text("Aim").click()
    assert card.get_by_text("To walk more").is_visible()
    card.get_by_text("Read more").click()
    page.wait_for_url(f"{live_server.url}/en/pilots/walk/")


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_another_site_cannot_frame_a_page(framed, page, live_server, problems):
    funded_pilot()
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        framed(f'<iframe src="{live_server.url}/en/pilots/walk/"></iframe>')
    while not page.frames[1].url:
        page.wait_for_timeout(20)
    assert page.frames[1].url == "chrome-error://chromewebdata/"
    assert any("frame-ancestors" in problem for problem in problems)
    problems.clear()
