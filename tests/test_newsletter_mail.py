"""An issue as a mail: what readers of each language get, what keeps it from being sent, its preview."""

import datetime
import re
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from healthyboost.content.models import Draft
from healthyboost.editing.models import CheckedAddress
from healthyboost.mailing.mailings import CannotBeSent, recipients_of, start_mailing
from healthyboost.mailing.messages import OWN, UNSUBSCRIBE, for_themes, mail_of, prepared
from healthyboost.mailing.models import Mailing, MailingText
from news.models import Event, Issue, Item
from news.newsletter_faults import faults_in_words, faults_to_mend
from news.newsletter_mail import LONGEST, message_of, whole_languages
from news.plain_text import PlainText

from .admin_forms import sign_in
from .factories import make, make_article, make_newsletter, make_picture, make_theme, png
from .test_newsletters import make_issue, own
from .test_subscribing import make_subscriber

pytestmark = pytest.mark.django_db
SITE = settings.SITE_ADDRESS
WALK = "https://example.org/walk"


def link(address, words="the route of the walk"):
    return f'<p>See <a href="{address}">{words}</a>.</p>'


def sent(issue, language="en"):
    return prepared(issue, language)


def plain_of(message):
    return for_themes(message.text, ())


def mend(issue):
    """{key of a fault: (fault, languages)}"""
    return {fault.key.partition(":")[0]: (fault, codes) for fault, codes in faults_to_mend(issue)}


def tried(*urls, **fields):
    for url in urls:
        CheckedAddress.objects.create(url=url, checked_at=timezone.now(), **fields)


def address(issue, name="mail", *args):
    return reverse(f"admin:news_issue_{name}", args=[issue.pk, *args])


def in_english(*items, **fields):
    return make_issue(*items, languages=["en"], **fields)


# The mail


def test_a_mail_is_in_the_language_of_its_reader():
    issue = make_issue("Nytt", own("Walk", title_sv="Gång", body_sv="<p>Vi går.</p>"))
    message = sent(issue, "sv")
    assert message.subject == issue.title_sv and message.language == "sv"
    assert '<html lang="sv"' in message.html
    for part in (message.html, plain_of(message)):
        assert "Vi går." in part and "What Walk says." not in part


def test_an_item_in_another_language_says_so_and_is_marked():
    message = sent(make_issue(own("Walk")), "sv")
    assert 'lang="en"' in message.html and "På engelska" in message.html
    assert "På engelska" in message.text


def test_an_issue_that_is_not_in_the_language_of_the_reader_comes_in_another_and_says_so():
    message = sent(make_issue(own(), languages=("sv", "en")), "fi")
    assert message.language == "sv" and "Kieli: ruotsi" in message.html
    assert '<html lang="fi"' in message.html and 'lang="sv"' in message.html


def test_all_addresses_are_whole_and_none_leads_through_a_counter():
    article = make_article()
    page_link = link(f"portal:articles/{article.slug}")
    tail = own("Walk", body_en=page_link + link("/en/news/") + link(WALK), link_url=WALK)
    html = sent(make_issue({"article": article}, tail)).html
    addresses = re.findall(r'(?:href|src)="([^"]*)"', html)
    assert [each for each in addresses if not each.startswith(("https://", "http://"))] == []
    assert f"{SITE}/en/news/{article.slug}/" in addresses and f"{SITE}/en/news/" in addresses
    assert addresses.count(WALK) == 2


def test_a_mail_fetches_nothing_but_its_pictures_and_each_has_its_measures_and_words():
    picture = make_picture(file=ContentFile(png(1400, 700), "walk.png"), alt_en="A walk by the sea")
    html = sent(
        make_issue(own("A", picture=picture), own("B", body_en=f'<img data-picture="{picture}">'))
    ).html
    pictures = re.findall(r"<img[^>]*>", html)
    assert len(pictures) == 2 and not re.search(r"<link|<script|@import|url\(", html)
    for each in pictures:
        assert 'width="560" height="280" alt="A walk by the sea"' in each
        assert re.search(rf'src="{SITE}/media/renditions/\w+-mail\.jpeg"', each)


def test_the_picture_of_a_mail_is_a_small_jpeg_that_other_sites_may_show(client):
    picture = make_picture(file=ContentFile(png(1400, 700), "sea.png"))
    issue = make_issue(own("A", picture=picture))
    path = re.search(rf'src="{SITE}([^"]*jpeg)"', sent(issue).html)[1]
    answer = client.get(path)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    with Image.open(BytesIO(answer.getvalue())) as image:
        assert image.format == "JPEG" and image.size == (1120, 560)
    Issue.objects.update(published_at_en=None, published_at_sv=None)
    assert client.get(path).status_code == 404


def test_a_mail_says_who_sends_it_and_how_to_end_it():
    issue = make_issue(own(), newsletter=make_newsletter(name_en="Cities today"))
    message = sent(issue)
    for part in (message.html, message.text):
        assert "because you subscribed to “Cities today”" in part
        assert OWN in part and UNSUBSCRIBE in part
        assert f"{SITE}/en/newsletter/{issue.slug}/" in part
        assert f"{SITE}/en/newsletter/{issue.slug}/issue.pdf" in part


def test_the_contents_lead_to_the_places_on_the_web():
    issue = make_issue("News", own("Walk", anchor="the-walk"))
    assert f'href="{SITE}/en/newsletter/{issue.slug}/#the-walk"' in sent(issue).html


def test_what_nobody_may_read_is_left_out_with_its_heading():
    hidden = make_article(title_en="Secret plan", published_at_en=None)
    issue = make_issue("Plans", {"article": hidden}, "News", own("Walk"))
    message = sent(issue)
    for part in (message.html, message.text):
        assert "Secret plan" not in part and "Plans" not in part and "Walk" in part


def test_an_event_says_when_it_is_and_that_it_is_cancelled():
    event = make(Event, state="cancelled")
    event.sessions.create(start_date=datetime.date(2026, 3, 14))
    message = sent(make_issue({"event": event, "kind": "event announcement"}))
    for part in (message.html, message.text):
        assert "14 March 2026" in part and "Cancelled" in part


def test_hostile_words_stay_words():
    hostile = "<script>alert(1)</script></td></tr><!--/themes--><!--themes 9-->\"' & ]]>"
    issue = make_issue(
        own(hostile),
        "<b>",
        own(link_url=WALK, link_label_en=hostile),
        title_en=f"Sea{hostile}\r\nBcc: a@b.example",
        summary_en=hostile,
    )
    message = sent(issue)
    assert "<script" not in message.html and "<!--themes 9-->" not in message.html
    assert "<!--" not in message.text
    assert "\n" not in message.subject and "\r" not in message.subject
    assert "themes 9" in for_themes(message.text, {1})


def test_a_long_issue_is_shortened_below_what_gmail_shows():
    body = "".join(f"<p>{'The city walks by the sea. ' * 20}</p>" for _each in range(12))
    issue = make_issue(*(own(f"Walk {number}", body_en=body) for number in range(24)))
    message = sent(issue)
    assert 30_000 < len(message.html.encode()) <= LONGEST
    assert message.html.count("Read all of it") == 24
    assert " ".join(message.text.split()).count("The city walks") == 24 * 12 * 20


def test_the_queries_do_not_grow_with_the_items():
    def queries(issue):
        issue = Issue.objects.select_related("newsletter").get(pk=issue.pk)
        with CaptureQueriesContext(connection) as found:
            message_of(issue, "en")
        with CaptureQueriesContext(connection) as others:
            faults_to_mend(issue)
        return len(found), len(others)

    def items(count):
        for number in range(count):
            yield {"article": make_article(body_en=link(WALK))}
            yield own(f"Walk {number}", body_en=link(f"{WALK}/{number}") + link("/en/news/x/"))

    few, many = in_english(*items(1)), in_english(*items(4))
    queries(few)
    assert queries(few) == queries(many)
    assert queries(many)[0] <= 12


# Themes


def test_a_subscriber_gets_what_is_about_her_themes_and_what_is_for_everybody():
    sea, wood = make_theme(), make_theme()
    issue = make_issue("Sea and wood", own("Sea"), own("Wood"), "All", own("Everybody"))
    items = {item.title_en: item for item in issue.items.all()}
    items["Sea"].themes.set([sea]), items["Wood"].themes.set([wood])
    subscriber = make_subscriber()
    subscriber.themes.set([wood])
    message = sent(issue)
    text = MailingText(html=message.html, text=message.text, subject="A", text_language="en")
    delivery = SimpleNamespace(pk=1, subscriber=subscriber, language="en")
    mail = mail_of(delivery, text)
    for part in (mail.body, mail.alternatives[0].content):
        assert "What Wood says." in part and "What Everybody says." in part
        assert "What Sea says." not in part and "Sea and wood" in part
        assert "<!--themes" not in part and "<!--/themes" not in part
    subscriber.themes.clear()
    mail = mail_of(delivery, text)
    assert "What Sea says." in mail.body and "<!--themes" not in mail.body


def test_an_issue_of_which_nothing_is_about_her_themes_is_not_sent_to_her():
    sea, wood = make_theme(), make_theme()
    issue = make_issue(own("Sea"))
    issue.items.first().themes.set([sea])
    subscriber = make_subscriber()
    subscriber.themes.set([wood])
    assert list(recipients_of(issue)) == []
    issue.items.first().themes.clear()
    assert list(recipients_of(issue)) == [subscriber]


# Plain text


def test_plain_text_has_headings_and_numbered_links_in_lines_that_mails_can_hold():
    html = (
        "<h2>The way</h2><p>A <strong>long</strong> walk, <a href='https://a.example'>here</a>.</p>"
        "<ul><li>one</li><li>two<ol><li>first</li></ol></li></ul><blockquote><p>Said so.</p>"
        "</blockquote><table><tr><th>City</th><td>Turku</td></tr></table>"
        "<p>Write to <a href='mailto:a@b.example'>a@b.example</a></p>"
    )
    read = PlainText(html)
    assert read.links == ["https://a.example"]
    assert read.lines == [
        *("The way", "-------", "", "A long walk, here [1].", "", "- one", "- two", "  1. first"),
        *("", "> Said so.", "", "City | Turku", "", "Write to a@b.example"),
    ]


def test_no_line_of_the_plain_text_is_longer_than_78_columns():
    body = f"<p>{'Veselību veicinošas pašvaldības. ' * 30}</p>{link(WALK)}<ul><li>{'ā ' * 90}</li></ul>"
    text = plain_of(sent(make_issue("Long " * 30, own("Walk " * 30, body_en=body))))
    lines = [line for line in text.splitlines() if "://" not in line]
    assert max(map(len, lines)) <= 78
    assert f"[1] {WALK}" in text


# What keeps it from being sent


def test_nothing_is_wrong_with_a_whole_issue():
    tried(WALK)
    issue = in_english("News", own("Walk", body_en=link(WALK)), {"article": make_article()})
    assert faults_in_words(issue) == []


@pytest.mark.parametrize("href", ["#", "", "#walk"])
def test_an_empty_link_keeps_it(href):
    fault, codes = mend(in_english(own(body_en=link(href))))["address"]
    assert codes == ["en"] and "#id_items-0-body_en" in fault.address


def test_a_dead_link_keeps_it_and_one_that_fails_for_an_hour_does_not():
    issue = in_english(own(link_url=WALK))
    now = timezone.now()
    tried(WALK, fault="gone", failing_since=now)
    assert "#id_items-0-link_url" in mend(issue)["dead"][0].address
    CheckedAddress.objects.update(fault="time")
    assert "dead" not in mend(issue)
    CheckedAddress.objects.update(failing_since=now - datetime.timedelta(days=4))
    assert "dead" in mend(issue)


def test_links_that_nobody_has_tried_keep_it_until_somebody_tries_them(client):
    sign_in(client, "editor")
    issue = in_english(own(link_url="http://localhost:9/"))
    fault, _codes = mend(issue)["untried"]
    assert client.post(fault.address, follow=True).status_code == 200
    assert CheckedAddress.objects.get().checked_at
    assert "untried" not in mend(issue)


@pytest.mark.parametrize("path", ["/en/news/none/", "/en/nowhere/", "/sv/news/hidden/"])
def test_a_link_to_something_of_the_portal_that_is_not_public_keeps_it(path):
    make_article(slug="hidden", published_at_en=None)
    issue = in_english(
        own("Walk", body_en=link(f"{SITE}{path}")), own("Swim", link_url=SITE + path)
    )
    found = [fault.address for fault, _codes in faults_to_mend(issue) if fault.key[:4] == "link"]
    assert len(found) == 1 and "#id_items-" in found[0]


def test_a_link_to_a_public_page_keeps_nothing():
    article = make_article()
    issue = in_english(own(body_en=link(f"/en/news/{article.slug}/") + link(f"{SITE}/en/news/")))
    assert "link" not in mend(issue)


def test_a_reference_to_a_page_that_is_not_public_keeps_it():
    hidden = make_article(published_at_en=None)
    assert "hidden page" in mend(in_english(own(body_en=link(f"portal:articles/{hidden.slug}"))))


def test_a_picture_without_words_in_that_language_keeps_it():
    picture = make_picture()
    issue = make_issue(own("Walk", title_sv="Gång", body_sv="<p>Vi går.</p>", picture=picture))
    fault, codes = mend(issue)["alt"]
    assert codes == ["sv"] and fault.address.endswith("#language-sv")
    assert f"/media/picture/{picture.pk}/" in fault.address


def test_an_empty_section_keeps_it():
    fault, codes = mend(make_issue(own(), "Nothing here"))["empty"]
    assert codes == ["en", "sv"] and "#id_items-1-" in fault.address


def test_an_item_with_neither_text_nor_page_keeps_it():
    assert "no-text" in mend(in_english({"title_en": "Walk"}))
    issue = in_english({"article": make_article()}, own())
    issue.items.first().article.delete()
    assert "lost-page" in mend(issue)


def test_an_item_whose_page_is_not_public_keeps_it():
    assert "hidden-page" in mend(in_english({"article": make_article(published_at_en=None)}))


def test_a_language_that_is_written_and_not_public_keeps_it():
    fault, codes = mend(in_english(own(), title_lv="Jauns"))["not-public"]
    assert codes == ["lv"] and fault.address.endswith("#language-lv")


def test_the_server_sends_nothing_that_has_a_fault(client):
    editor = sign_in(client, "editor")
    make_subscriber()
    issue = in_english(own(body_en=link("#")))
    with pytest.raises(CannotBeSent):
        start_mailing(issue, editor)
    assert not Mailing.objects.exists()
    Item.objects.update(body_en="<p>A walk.</p>")
    assert start_mailing(issue, editor).deliveries.count() == 1


def test_a_fault_is_said_with_a_link_and_hostile_words_stay_words():
    issue = in_english({"title_en": "<script>alert(1)</script>"})
    said = " ".join(faults_in_words(issue))
    assert "<script" not in said and re.search(r'<a href="/admin/news/issue/\d+/change/#id_', said)


def test_the_languages_that_have_all_of_it_are_known():
    issue = make_issue(own("Walk"), languages=("en", "sv"))
    assert whole_languages(issue) == ["en"]


# The preview


@pytest.fixture
def editor(client):
    client.user = sign_in(client, "editor")
    return client


def test_the_mail_is_shown_locked_in_at_an_address_of_its_own(editor):
    issue = make_issue(own("Walk"))
    around = editor.get(address(issue, "mail", "en"))
    assert address(issue, "mail_itself", "en") in around.text and "sandbox=" in around.text
    assert "frame-src 'self'" in around["Content-Security-Policy"]
    assert "unsafe-inline" not in around["Content-Security-Policy"]
    mail = editor.get(address(issue, "mail_itself", "en"))
    policy = mail["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "style-src 'unsafe-inline'" in policy
    assert "sandbox " in policy and "allow-scripts" not in policy
    assert mail["X-Frame-Options"] == "SAMEORIGIN" and "no-store" in mail["Cache-Control"]
    assert "What Walk says." in mail.text and ".invalid" not in mail.text


def test_the_preview_shows_what_is_not_public_yet(editor):
    issue = make_issue(own("Walk"), published_at_en=None, published_at_sv=None)
    Draft.objects.create(
        page=issue, language="en", fields={"title": "The new title"}, rows={}, started_from=""
    )
    for name in ("mail", "mail_itself"):
        assert "The new title" in editor.get(address(issue, name, "en")).text
    assert "The new title" not in str(Issue.objects.values_list("title_en", flat=True))


def test_an_issue_without_a_text_in_a_language_is_shown_as_its_readers_get_it(editor):
    issue = make_issue(own("Walk"), languages=("sv",))
    assert "Kieli: ruotsi" in editor.get(address(issue, "mail_itself", "fi")).text


def test_the_preview_of_an_empty_issue_is_no_error(editor):
    issue = make_issue(languages=[])
    for name in ("mail", "mail_itself"):
        assert editor.get(address(issue, name, "en")).status_code == 200
    assert editor.get(address(issue, "mail", "xx")).status_code == 404


def test_visitors_do_not_see_the_preview_and_translators_try_no_links(client):
    issue = make_issue(own("Walk"))
    assert client.get(address(issue, "mail_itself", "en")).status_code == 302
    sign_in(client, "translator", languages=["lv"])
    assert client.get(address(issue, "mail", "en")).status_code == 200
    coordinator = type(client)()
    sign_in(coordinator, "coordinator")
    assert coordinator.post(address(issue, "mail", "en")).status_code == 403
