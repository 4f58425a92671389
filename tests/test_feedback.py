"""Readers report a mistake on a page, or write to its contact person, and are answered."""

import datetime
import random
import re
from collections import Counter

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from healthyboost.accounts.models import User
from healthyboost.feedback import receiving
from healthyboost.feedback.delivering import GIVEN_UP, deliver
from healthyboost.feedback.models import Answer, Message
from healthyboost.feedback.receiving import erase_messages, forget_messages, token_of
from healthyboost.feedback.reported import contact_of, page_reported
from healthyboost.mailing.models import Attempts
from healthyboost.management.commands.work import TIMED
from partners.models import ContactPerson

from .admin_forms import form_address
from .factories import (
    make_article,
    make_contact_person,
    make_organisation,
    make_pilot,
    make_user,
)
from .smtp_server import mail_server

pytestmark = pytest.mark.django_db
HERE = {"Sec-Fetch-Site": "same-origin"}
LANGUAGES = ["en", "lv", "fi", "sv", "ru"]
# One by default, the others with `-m long`.
EACH_LANGUAGE = pytest.mark.parametrize(
    "language",
    ["lv", *(pytest.param(code, marks=pytest.mark.long) for code in "en fi sv ru".split())],
)
DAY = datetime.timedelta(days=1)
LIST = "/admin/feedback/message/"


def form_of(path, language="en", person=""):
    return f"/{language}/feedback/{f'write/{person}/' if person else ''}?page={path}"


def report(client, path, language="en", **typed):
    typed = {"about": "fact", "text": "The date is wrong.", **typed}
    return client.post(form_of(path, language), typed, headers=HERE)


def write(client, path, person="kaisa", language="en", **typed):
    typed = {"text": "May we visit you?", "email": "anna@example.org", **typed}
    return client.post(form_of(path, language, person), typed, headers=HERE)


def make_message(path="/en/news/", **fields):
    given = {"about": "fact", "text": "The date is wrong.", "language": "en", "page_language": "en"}
    return Message.objects.create(**{**given, "address": path, **fields})


def make_pilot_with_contact(email="kaisa@city.example", **fields):
    pilot = make_pilot(languages=LANGUAGES)
    pilot.contacts.create(
        person=make_contact_person("kaisa", name="Kaisa K", email=email, **fields)
    )
    return pilot


def path_of(page, language="en"):
    with translation.override(language):
        return page.get_absolute_url()


def recipients(mailoutbox):
    return sorted(address for mail in mailoutbox for address in mail.to)


# The link and the form


@EACH_LANGUAGE
def test_each_page_leads_to_a_form_about_itself(client, language):
    for path in (f"/{language}/news/", path_of(make_article(languages=LANGUAGES), language)):
        form = form_of(path, language)
        assert f'<a href="{form}" rel="nofollow">' in client.get(path).text, path
        assert client.get(form).status_code == 200


def test_the_link_says_nothing_of_what_a_reader_has_looked_for(client):
    answer = client.get("/en/search/?q=diabetes")
    assert 'href="/en/feedback/?page=/en/search/"' in answer.text


def test_pages_of_errors_withdrawn_pages_and_pages_of_one_reader_have_no_link(client):
    gone = make_article(languages=["en", "lv"], withdrawn_at_en=timezone.now())
    message = make_message()
    for path in ("/en/nothing/", path_of(gone), f"/en/feedback/mine/{token_of(message, 'own')}/"):
        assert "/feedback/?page" not in client.get(path).text


def test_the_form_sets_no_cookie_is_kept_by_nobody_and_is_in_no_search_engine(client):
    answer = client.get(form_of("/en/news/"))
    assert not answer.cookies and "no-store" in answer["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in answer.text


def test_the_form_names_the_page_in_the_language_of_the_page(client):
    article = make_article(languages=["lv"], title_lv="Pastaiga")
    answer = client.get(form_of(path_of(article, "lv"), "ru"))
    assert f'href="{path_of(article, "lv")}"  lang="lv"' in answer.text


HOSTILE = [
    *("\r\n", "\nBcc: all@x.org", "\0", "\x1b", "\u202e", "\u2028", "\U0001f6b6", "ﷺ" * 50),
    *("{{ x }}", "%s%n", "<b>", "'--", "é", "=?utf-8?q?=0a?=", " ", "//", "..", "%00", "a" * 6000),
]
ODD_ADDRESSES = [
    "",
    "/",
    "/nothing/",
    "/en/news/nothing/",
    "/de/news/",
    "//example.com/en/news/",
    "https://example.com/en/news/",
    "/en/../admin/",
    "/en/news/%0d%0aBcc:%20all@example.org",
    "/en/news/\n",
    "/en/news/\x00",
    "/en/news/?q=/",
    "/en/news/#x",
    "/en\\news/",
    "/admin/",
    "/account/login/",
    "/media/x.png",
    "/api/v1/",
    "/en/feedback/",
    "/en/newsletter/subscribe/mine/secret/",
    "/en/needed/wish/secret/",
    "/preview/secret/",
    "javascript:alert(1)",
    "/en/" + "a" * 3000 + "/",
    "/ēn/",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
]


def test_only_pages_of_the_portal_can_be_reported():
    assert [address for address in ODD_ADDRESSES if page_reported(address)] == []


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/",
        *(pytest.param(each, marks=pytest.mark.long) for each in ODD_ADDRESSES),
    ],
)
def test_a_form_about_another_address_is_not_there_and_what_is_sent_in_it_is_not_lost(
    client, address
):
    assert client.get("/en/feedback/", {"page": address}).status_code == 404
    sent = client.post(
        "/en/feedback/",
        {"about": "fact", "text": "My words"},
        headers=HERE,
        query_params={"page": address},
    )
    assert sent.status_code == 404 and "My words" in sent.text
    assert not Message.objects.exists()


def test_a_page_that_no_reader_may_see_cannot_be_reported():
    assert page_reported(path_of(make_article(published_at_en=None))) is None
    assert page_reported(path_of(make_article(withdrawn_at_en=timezone.now()))) is None


# What is sent


def test_a_report_is_kept_with_the_page_and_the_languages_of_reader_and_page(client):
    city = make_organisation()
    article = make_article(languages=["en", "lv"], organisation=city)
    answer = report(client, path_of(article, "lv"), "ru", email=" Anna@Example.org ")
    message = Message.objects.get()
    assert answer.status_code == 302 and not answer.cookies
    assert (message.page, message.address) == (article, path_of(article, "lv"))
    assert (message.language, message.page_language) == ("ru", "lv")
    assert (message.organisation, message.email) == (city, "anna@example.org")
    assert message.state == "open"


def test_what_is_wrong_with_a_form_is_said_and_nothing_that_was_typed_is_lost(client):
    typed = {"about": "", "text": "Кто это? <b>", "email": "anna@"}
    answer = report(client, "/en/news/", **typed)
    assert answer.status_code == 400 and not Message.objects.exists()
    assert "Choose what is wrong." in answer.text and 'id="email-fault"' in answer.text
    assert "Кто это? &lt;b&gt;" in answer.text and 'value="anna@"' in answer.text


def test_a_text_that_is_too_long_comes_back_whole(client):
    answer = report(client, "/en/news/", text="a" * 5001)
    assert answer.status_code == 400 and "a" * 5001 in answer.text
    assert "5001 characters" in answer.text


def test_a_line_end_counts_once_and_control_characters_are_left_out(client):
    report(client, "/en/news/", text="a\r\n" * 2499 + "b\u202e\x07\x1bc")
    assert Message.objects.get().text == "a\n" * 2499 + "bc"


@pytest.mark.long
def test_whatever_is_sent_is_answered_and_no_mail_carries_it_in_a_header(
    client, mailoutbox, monkeypatch
):
    for name in ("MOST_OF_A_NETWORK", "MOST_TO_A_PERSON", "MOST_IN_ALL"):
        monkeypatch.setattr(receiving, name, (10**6, receiving.DAY))
    make_user("editor")
    dice, own = random.Random(7), path_of(make_pilot_with_contact(), "lv")
    pieces = [*HOSTILE, "", "fact", own, "/en/news/", "anna@example.org"]

    def words():
        return "".join(dice.choices(pieces, k=dice.randint(0, 3)))

    seen = Counter()
    for _number in range(800):
        typed = {
            "about": dice.choice(["fact", "access", words()]),
            "text": f"x{words()}",
            "email": dice.choice(["anna@example.org", "", words()]),
            "homepage": dice.choice(["", "", words()]),
            words(): words(),
        }
        query = {"page": dice.choice([own, own, "/en/", words()]), words(): words()}
        path = dice.choice(["", "", "write/kaisa/", "mine/x/", "answered/x/"])
        answer = client.post(f"/fi/feedback/{path}", typed, headers=HERE, query_params=query)
        seen[answer.status_code] += 1
        assert answer.status_code in (302, 400, 403, 404, 410), (path, typed, query)
    assert seen[302] > 50
    deliver(seconds=60)
    assert len(mailoutbox) > 20
    for mail in mailoutbox:
        headers = mail.message()
        assert set(recipients([mail])) <= {"kaisa@city.example", User.objects.get().email}
        assert headers["Bcc"] is None and headers["Reply-To"] in (None, "anna@example.org")


@pytest.mark.parametrize(
    "email", ["a@b.org\nBcc: c@d.org", "a@b.org\r\nSubject: x", "a@b.org, c@d.org", "a\0@b.org"]
)
def test_no_header_is_smuggled_in_with_the_address(client, email):
    assert report(client, "/en/news/", email=email).status_code == 400
    assert not Message.objects.exists()


def test_a_text_with_a_nul_is_refused_with_a_sentence(client):
    assert report(client, "/en/news/", text="a\0b").status_code == 400


def test_what_another_site_sends_is_refused_with_the_text_kept(client):
    answer = client.post(
        form_of("/en/news/"),
        {"about": "fact", "text": "My words"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403 and "My words" in answer.text
    assert not Message.objects.exists()


def test_a_button_that_is_pressed_twice_sends_one_message(client):
    first, second = report(client, "/en/news/"), report(client, "/en/news/")
    assert Message.objects.count() == 1 and first.url == second.url


def test_what_fills_in_the_hidden_field_is_kept_as_spam_and_told_to_nobody(client, mailoutbox):
    make_user("editor")
    assert report(client, "/en/news/", homepage="http://x").status_code == 302
    deliver()
    assert Message.objects.get().state == "spam" and not mailoutbox


def test_messages_are_limited_for_a_network_and_the_text_is_not_lost(client, monkeypatch):
    monkeypatch.setattr(receiving, "MOST_OF_A_NETWORK", (2, receiving.HOUR))
    for number in range(2):
        assert report(client, "/en/news/", text=f"{number}").status_code == 302
    answer = report(client, "/en/news/", text="My words")
    assert answer.status_code == 429 and "My words" in answer.text
    assert answer["Retry-After"] == "3600" and Message.objects.count() == 2
    stored = "".join(Attempts.objects.values_list("name", flat=True))
    assert "127.0.0.1" not in stored


def test_messages_to_one_person_are_limited_wherever_they_come_from(client, monkeypatch):
    path = path_of(make_pilot_with_contact())
    monkeypatch.setattr(receiving, "MOST_TO_A_PERSON", (1, receiving.DAY))
    assert write(client, path).status_code == 302
    client.defaults["REMOTE_ADDR"] = "198.51.100.7"
    assert write(client, path, text="More").status_code == 429
    assert report(client, path).status_code == 302


def test_without_the_database_the_text_is_on_the_page_again(client):
    def no_answer(*args):
        raise OperationalError("gone")

    with connection.execute_wrapper(no_answer):
        answer = report(client, "/en/news/", text="My words")
    assert answer.status_code == 503 and "My words" in answer.text
    assert answer["Retry-After"] == "60"


# Who is told


def test_the_coordinators_of_the_page_are_told_and_nobody_else(client, mailoutbox):
    city = make_organisation()
    coordinator = make_user("coordinator", city)
    make_user("coordinator", make_organisation())
    make_user("editor")
    report(client, path_of(make_article(organisation=city)))
    deliver()
    assert recipients(mailoutbox) == [coordinator.email]


def test_of_a_bad_translation_the_translators_of_that_language_are_told(client, mailoutbox):
    latvian = make_user("translator", languages=["lv"])
    make_user("translator", languages=["fi"])
    editor = make_user("editor")
    article = make_article(source_language="en", languages=["en", "lv"])
    report(client, path_of(article, "lv"), about="translation")
    deliver()
    assert recipients(mailoutbox) == [latvian.email]
    report(client, path_of(article, "en"), about="translation")  # the original
    deliver()
    assert recipients(mailoutbox[1:]) == [editor.email]


def test_of_a_page_that_somebody_cannot_use_the_editors_are_told(client, mailoutbox):
    city = make_organisation()
    make_user("coordinator", city)
    editor = make_user("editor")
    report(client, path_of(make_article(organisation=city)), about="access")
    deliver()
    assert recipients(mailoutbox) == [editor.email]


def test_where_nobody_is_nearer_the_next_are_told(client, mailoutbox):
    city = make_organisation()
    make_user("coordinator", city, wants_mail=False)
    make_user("editor", is_active=False)
    administrator = make_user("administrator", email="boss@example.org")
    report(client, path_of(make_article(organisation=city)))
    deliver()
    assert recipients(mailoutbox) == [administrator.email]


@EACH_LANGUAGE
def test_colleagues_are_told_in_their_language_without_the_address_of_the_reader(
    client, mailoutbox, language
):
    make_user("editor", language=language)
    article = make_article(title_en="Walk\nBcc: all@example.org")
    report(client, path_of(article), "ru", text="Это не так", email="anna@example.org")
    deliver()
    (mail,) = mailoutbox
    said = mail.message().as_string() + mail.body
    assert "Это не так" in mail.body and "anna@example.org" not in said
    assert f"http://testserver{form_address(Message.objects.get())}" in mail.body
    assert "\n" not in mail.subject and not mail.bcc and not mail.reply_to


def test_nobody_is_told_twice(mailoutbox):
    make_user("editor")
    make_message()
    deliver()
    deliver()
    assert len(mailoutbox) == 1


@pytest.mark.long
def test_who_has_the_mail_does_not_get_it_again_when_another_gets_it_later(settings):
    first, second = make_user("editor"), make_user("editor")
    make_message()
    with mail_server(settings) as server:
        server.refused[second.email] = "451 later"
        deliver()
        assert [mail[0] for mail in server.mails] == [first.email]
        assert Message.objects.get().told_at is None
        deliver()  # not yet
        server.refused.clear()
        Message.objects.update(due_at=timezone.now())
        deliver()
        assert [mail[0] for mail in server.mails] == [first.email, second.email]
    assert Message.objects.get().told_at


def test_without_a_mail_server_nothing_is_lost(settings, mailoutbox):
    make_user("editor")
    message = make_message(email="anna@example.org")
    Answer.objects.create(message=message, subject="Thank you", text="It is mended.")
    works = settings.MAILERS
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 1},
        }
    }
    deliver()
    assert Message.objects.get().told_at is None and Answer.objects.get().sent_at is None
    settings.MAILERS = works
    Message.objects.update(due_at=timezone.now())
    Answer.objects.update(due_at=timezone.now())
    deliver()
    assert len(mailoutbox) == 2


def test_a_colleague_who_can_never_be_reached_keeps_nobody_waiting(settings):
    first, second = make_user("editor"), make_user("editor")
    make_message()
    with mail_server(settings) as server:
        server.refused[first.email] = "550 no such user"
        deliver()
        assert [mail[0] for mail in server.mails] == [second.email]
    assert Message.objects.get().told_at


@pytest.mark.long
def test_what_could_not_be_delivered_for_days_is_given_up_and_stays_in_the_admin(settings):
    editor = make_user("editor")
    make_message(sent_at=timezone.now() - GIVEN_UP - DAY)
    with mail_server(settings) as server:
        server.refused[editor.email] = "451 later"
        deliver()
    assert Message.objects.get().told_at and Message.objects.get().is_open


# A contact person


@EACH_LANGUAGE
def test_the_address_of_a_contact_person_is_nowhere_but_a_form_is(client, language):
    pilot = make_pilot_with_contact()
    path = path_of(pilot, language)
    form, text = form_of(path, language, "kaisa"), client.get(path).text
    assert f'href="{form}" rel="nofollow"' in text and "city.example" not in text
    for address in (
        form,
        f"/api/v1/pilots/{pilot.slug}",
        "/api/v1/people",
        f"/{language}/feeds/pilots.atom",
        f"/{language}/feeds/pilots.json",
        "/data/keep.json",
        f"/{language}/search/?q=Kaisa",
    ):
        answer = client.get(address)
        assert "city.example" not in b"".join(answer).decode(), address


def test_who_left_or_has_no_address_cannot_be_written_to(client):
    path = path_of(make_pilot_with_contact())
    for fields in ({"is_current": False}, {"is_current": True, "email": ""}):
        ContactPerson.objects.update(**fields)
        assert "/write/" not in client.get(path).text
        assert write(client, path).status_code == 404


def test_a_person_is_written_to_only_from_a_page_that_names_her():
    make_pilot_with_contact()
    for other in (path_of(make_pilot()), "/en/pilots/"):
        assert contact_of(page_reported(other), "kaisa") is None


def test_a_message_to_a_contact_person_needs_an_address_to_be_answered(client):
    answer = write(client, path_of(make_pilot_with_contact()), email="")
    assert answer.status_code == 400 and "May we visit you?" in answer.text


def test_a_contact_person_gets_the_message_and_answers_it_herself(client, mailoutbox):
    pilot = make_pilot_with_contact()
    make_user("editor")
    write(client, path_of(pilot))
    deliver()
    (mail,) = mailoutbox
    assert mail.to == ["kaisa@city.example"] and mail.reply_to == ["anna@example.org"]
    assert "May we visit you?" in mail.body
    link = re.search(r"http://testserver(/\S+/answered/\S+)", mail.body)[1]
    assert client.get(link).status_code == 200 and Message.objects.get().is_open
    client.post(link, {"answered": "1"})
    assert Message.objects.get().state == "answered"


def test_where_the_contact_person_cannot_be_reached_the_editors_look_after_it(client, settings):
    pilot, editor = make_pilot_with_contact(), make_user("editor")
    write(client, path_of(pilot))
    with mail_server(settings) as server:
        server.refused["kaisa@city.example"] = "550 no such user"
        deliver()
        ((address, _sender, content),) = server.mails
    assert address == editor.email and Message.objects.get().is_person_refused


# The reader's own page


def test_a_reader_deletes_what_she_has_sent_with_one_button(client):
    link = report(client, "/en/news/", email="anna@example.org").url
    assert "Thank you" in client.get(link).text
    assert Message.objects.exists()
    client.post(link, {"delete": "1"})
    assert not Message.objects.exists()
    assert client.get(link).status_code == 410


@pytest.mark.parametrize("token", ["x", "1:abc", "é"])
def test_a_link_that_is_not_ours_leads_nowhere(client, token):
    make_message()
    for part in ("mine", "answered"):
        assert client.get(f"/en/feedback/{part}/{token}/").status_code == 410


def test_a_link_for_one_thing_does_not_do_the_other(client):
    token = token_of(make_message(), "own")
    assert client.post(f"/en/feedback/answered/{token}/", {"answered": "1"}).status_code == 410
    assert Message.objects.get().is_open


# The admin


def signed_in(*args, **fields):
    client = Client()
    client.user = make_user(*args, **fields)
    client.force_login(client.user)
    return client


def decide(client, message, button, **typed):
    address = form_address(message)
    seen = re.search(r'name="seen" value="([^"]*)"', client.get(address).text)[1]
    return client.post(address, {"seen": seen, button: "1", **typed})


def test_each_colleague_sees_what_she_answers_for():
    city = make_organisation()
    of_city = make_message(organisation=city, text="of the city")
    bad_latvian = make_message(about="translation", page_language="lv", text="bad Latvian")
    rest = make_message(text="the rest")
    seen_by = {
        signed_in("coordinator", city): [of_city],
        signed_in("translator", languages=["lv"]): [bad_latvian],
        signed_in("editor"): [of_city, bad_latvian, rest],
        signed_in("administrator"): [of_city, bad_latvian, rest],
    }
    for staff, theirs in seen_by.items():
        listed = staff.get(LIST)
        for message in (of_city, bad_latvian, rest):
            is_hers = message in theirs
            assert (message.text in listed.text) == is_hers
            assert (staff.get(form_address(message)).status_code == 200) == is_hers
            if not is_hers:
                staff.post(form_address(message), {"seen": "open-0", "spam": "1"})
                message.refresh_from_db()
                assert message.is_open
    assert Client().get(LIST).status_code == 302


def test_only_editors_and_administrators_delete_messages():
    city = make_organisation()
    for role, may in (("coordinator", False), ("editor", True)):
        staff, message = signed_in(role, city), make_message(organisation=city)
        address = form_address(message).replace("/change/", "/delete/")
        staff.post(address, {"post": "yes"})
        assert Message.objects.filter(pk=message.pk).exists() != may


@EACH_LANGUAGE
def test_an_answer_goes_out_in_the_language_of_the_reader(language, mailoutbox):
    article = make_article(title_en="Walk")
    report(Client(), path_of(article), language, email="anna@example.org")
    staff, message = signed_in("editor", language="en"), Message.objects.get()
    mailoutbox.clear()
    decide(staff, message, "send", subject="Tack!\r\nBcc: x@example.org", text="Rättat.")
    deliver()
    (mail,) = [each for each in mailoutbox if each.to == ["anna@example.org"]]
    assert mail.subject == "Tack! Bcc: x@example.org" and mail.bcc == []
    assert "Rättat." in mail.body and "The date is wrong." in mail.body
    assert f"http://testserver/{language}/feedback/mine/" in mail.body
    assert staff.user.email not in mail.message().as_string()
    message.refresh_from_db()
    assert message.state == "answered" and message.answers.get().written_by == staff.user


def test_an_answer_without_words_is_not_sent_and_the_subject_is_kept():
    staff, message = signed_in("editor"), make_message(email="anna@example.org")
    answer = decide(staff, message, "send", subject="My subject", text=" ")
    assert 'value="My subject"' in answer.text and not Answer.objects.exists()
    message.refresh_from_db()
    assert message.is_open


def test_two_colleagues_do_not_answer_the_same_message_without_knowing(mailoutbox):
    message = make_message(email="anna@example.org")
    first, second = signed_in("editor"), signed_in("editor")
    decide(first, message, "send", subject="First", text="Mended")
    late = second.post(
        form_address(message), {"seen": "open-0", "send": "1", "subject": "S", "text": "My words"}
    )
    assert Answer.objects.count() == 1
    assert "My words" in late.text and "Mended" in late.text


def test_an_answer_that_never_arrives_opens_the_message_again(settings):
    staff, message = signed_in("editor"), make_message(email="anna@example.org")
    decide(staff, message, "send", subject="S", text="T")
    with mail_server(settings) as server:
        server.refused["anna@example.org"] = "550 no such user"
        deliver()
    message.refresh_from_db()
    assert message.is_open and "never reaches the reader" in staff.get(form_address(message)).text


@pytest.mark.parametrize(
    "button, state", [("close", "answered"), ("spam", "spam"), ("reopen", "open")]
)
def test_a_message_is_closed_set_aside_and_opened_again(button, state):
    message = make_message()
    if button == "reopen":
        message.close(Message.State.SPAM)
    decide(signed_in("editor"), message, button)
    message.refresh_from_db()
    assert message.state == state and bool(message.closed_at) == (state != "open")


@pytest.mark.long
def test_several_are_set_aside_at_once():
    rows = [make_message(text=f"{number}") for number in range(3)]
    chosen = {"action": "set_spam", "_selected_action": [row.pk for row in rows[:2]]}
    signed_in("editor").post(LIST, chosen)
    assert Message.objects.filter(state="spam").count() == 2


@pytest.mark.long
def test_the_list_shows_the_open_ones_and_the_others_when_asked():
    make_message(text="an open one")
    make_message(text="some spam", state="spam", closed_at=timezone.now())
    staff = signed_in("editor")
    for query, has_open, has_spam in (("", 1, 0), ("?state=spam", 0, 1), ("?state=all", 1, 1)):
        text = staff.get(LIST + query).text
        assert ("an open one" in text, "some spam" in text) == (has_open, has_spam)


@pytest.mark.long
def test_the_list_asks_no_more_of_the_database_for_more_messages():
    staff, counts = signed_in("editor"), []
    person = make_contact_person()
    for _number in range(2):
        for number in range(4):
            make_message(text=f"{number}", person=person)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            staff.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_words_of_a_reader_are_shown_as_text():
    message = make_message(text="<script>alert(1)</script>", email="anna@example.org")
    staff = signed_in("editor")
    for address in (LIST, form_address(message)):
        assert "<script>alert" not in staff.get(address).text


def test_what_waits_is_on_the_first_screen():
    make_message(text="The date is wrong.")
    staff = signed_in("editor")
    assert "The date is wrong." in staff.get("/admin/").text
    assert "The date is wrong." not in signed_in("translator", languages=["lv"]).get("/admin/").text


# Deleted in time


def test_answered_messages_and_spam_are_deleted_after_ninety_days():
    now = timezone.now()
    old = [make_message(state=state, closed_at=now - 91 * DAY) for state in ("answered", "spam")]
    young = make_message(state="answered", closed_at=now - 89 * DAY)
    waiting = make_message(sent_at=now - 400 * DAY)
    Answer.objects.create(message=old[0], subject="S", text="T")
    forget_messages()
    assert set(Message.objects.all()) == {young, waiting} and not Answer.objects.exists()


def test_the_jobs_run_by_the_clock():
    jobs = {job for _name, _period, job in TIMED}
    assert {deliver, forget_messages} <= jobs


def test_an_erased_reader_leaves_no_trace(client):
    report(client, "/en/news/", email="anna@example.org")
    staff, message = signed_in("editor"), Message.objects.get()
    decide(staff, message, "send", subject="Dear Anna", text="Dear Anna@example.org")
    assert erase_messages("Anna@Example.org") == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            if table.startswith("search_"):
                continue
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s', ["%anna%"])
            assert cursor.fetchone() == (0,), table
