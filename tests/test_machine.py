"""Machine translation: against a real server on this machine that speaks LibreTranslate's language."""

import datetime
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.utils import timezone

from healthyboost.content.models import Draft, Origin
from healthyboost.editing.checks import faults_of
from healthyboost.translation.approval import fingerprint
from healthyboost.translation.machine import MachineFailed, left_this_month, service
from healthyboost.translation.machine_http import LibreTranslate
from healthyboost.translation.machine_marks import Broken, Sent
from healthyboost.translation.machine_runs import (
    MachineRun,
    begin,
    start,
    units_for_machine,
)
from healthyboost.translation.units import (
    publish_translation,
    save_unit,
    translation_of,
)
from news.models import Article

from .admin_forms import sign_in
from .factories import make_article

pytestmark = pytest.mark.django_db

BODY = (
    '<p>Walk <strong>daily</strong>, see <a href="portal:news/a-walk">the walk</a>.</p>'
    "<p>Write to ilze@example.org.</p>"
)


class Spoken:
    """What the server was asked, and how it is to answer."""

    def __init__(self):
        self.asked, self.faults, self.change = [], [], lambda text: f"LV {text}"

    def answer(self, path, data):
        """(status, headers, body)"""
        if path == "/languages":
            return 200, {}, [{"code": "en", "name": "English", "targets": ["lv", "en", "ru"]}]
        self.asked.append(data)
        if self.faults:
            return self.faults.pop(0)(data)
        return 200, {}, {"translatedText": [self.change(text) for text in data["q"]]}


@contextmanager
def serving(spoken):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.reply(*spoken.answer(self.path, None))

        def do_POST(self):
            length = int(self.headers["Content-Length"])
            self.reply(*spoken.answer(self.path, json.loads(self.rfile.read(length))))

        def reply(self, status, headers, body):
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                pass  # nobody waits any more

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def spoken(settings, monkeypatch):
    """The server; the settings name it, and nobody waits between two tries."""
    cache.clear()
    monkeypatch.setattr(LibreTranslate, "pauses", (0, 0))
    found = Spoken()
    with serving(found) as address:
        settings.MACHINE_TRANSLATION = address
        settings.MACHINE_TRANSLATION_KEY = "secret-key"
        settings.MACHINE_TRANSLATION_TIMEOUT = 0.3
        settings.MACHINE_TRANSLATION_BUDGET = 100_000
        settings.MACHINE_TRANSLATION_PRICE = 0.0
        yield found


def make_source(**fields):
    texts = {"title_en": "A walk", "summary_en": "How to walk.", "body_en": BODY}
    return make_article(**texts | fields)


def translate(article, by=None):
    """The MachineRun after all that can be translated was sent."""
    units = units_for_machine(translation_of(article, "lv", "en"))
    run = begin(article, "lv", "en", units, by)
    start(run)
    run.refresh_from_db()
    return run


def draft_of(article):
    return Draft.objects.filter(object_id=article.pk, language="lv").first()


def address(article, name="machine"):
    kind = ContentType.objects.get_for_model(article).pk
    return f"/admin/translate/{name}/{kind}/{article.pk}/lv/"


# What is sent and what comes back


@pytest.mark.parametrize(
    "source, is_rich, sent",
    [
        ("Plain words & more", False, "Plain words & more"),
        (
            "Write to a@example.org\nor %(name)s",
            False,
            'Write to <span translate="no">a@example.org</span><br>'
            'or <span translate="no">%(name)s</span>',
        ),
        ('See <a href="portal:news/x">it</a>', True, 'See <a id="1">it</a>'),
        ('<img data-picture="walk">', True, '<img id="1">'),
        (
            "<strong>Bold</strong>, {count}",
            True,
            '<strong>Bold</strong>, <span translate="no">{count}</span>',
        ),
    ],
)
def test_addresses_stay_here_and_what_must_not_change_is_marked(source, is_rich, sent):
    prepared = Sent(source, is_rich)
    assert prepared.text == sent
    assert prepared.back(sent) == source


@pytest.mark.parametrize(
    "source, answer",
    [
        ('See <a href="/x">it</a>', "Skaties to"),
        ('See <a href="/x">it</a>', 'Skaties <a id="2">to</a>'),
        ('See <a href="/x">it</a>', 'Skaties <a id="1">to</a> <a id="1">un to</a>'),
        ("<strong>Bold</strong> words", "Trekni vārdi"),
        ("Words", "<script>alert(1)</script>"),
        ("Words", "  "),
        ("For %(name)s", "Priekš %(vārds)s"),
        ("To a@example.org", "Uz b@example.org"),
    ],
)
def test_an_answer_without_all_marks_links_and_placeholders_is_broken(source, answer):
    prepared = Sent(source, is_rich="<" in source or "script" in answer)
    with pytest.raises(Broken):
        prepared.back(answer)


def test_marks_may_stand_in_another_order():
    prepared = Sent('<strong>One</strong> <a href="/x">two</a>', True)
    assert prepared.back('<a id="1">divi</a> <strong>viens</strong>') == (
        '<a href="/x">divi</a> <strong>viens</strong>'
    )


# The service


def test_the_service_gets_texts_languages_format_and_key(spoken):
    assert service().translate(["One", "Two"], "en", "lv", True) == ["LV One", "LV Two"]
    assert spoken.asked == [
        {
            "q": ["One", "Two"],
            "source": "en",
            "target": "lv",
            "format": "html",
            "api_key": "secret-key",
        }
    ]


def test_many_texts_go_in_several_questions(spoken):
    texts = [f"Text {number}" for number in range(45)]
    assert service().translate(texts, "en", "lv", False) == [f"LV {text}" for text in texts]
    assert [len(asked["q"]) for asked in spoken.asked] == [20, 20, 5]
    assert {asked["format"] for asked in spoken.asked} == {"text"}


def test_the_languages_are_asked_for_once(spoken):
    assert service().languages() == {("en", "lv"), ("en", "en"), ("en", "ru")}
    assert service().languages()


def answers(status=200, body=b"{}", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda data: (status, headers, body)


def slow(data):
    time.sleep(0.6)
    return 200, {}, {"translatedText": data["q"]}


FAILURES = {
    "time": slow,
    "error": answers(500, b"<h1>oops</h1>"),
    "busy": answers(429, {"error": "Slowdown"}),
    "key": answers(403, {"error": "Invalid API key"}),
    "refused": answers(400, {"error": "Invalid request"}),
    "languages": answers(400, {"error": "lv is not supported"}),
    "no JSON": answers(200, b"<html>"),
    "another JSON": answers(200, {"translated": ["x"]}),
    "a list": answers(200, ["x"]),
    "fewer texts": answers(200, {"translatedText": []}),
    "no text": answers(200, {"translatedText": [None]}),
    "moved": answers(302, b"", Location="http://127.0.0.1:9/translate"),
    "cut off": answers(200, b'{"transl', Content_Length="500"),
}
KEYS = {
    "no JSON": "broken",
    "another JSON": "broken",
    "a list": "broken",
    "fewer texts": "broken",
    "no text": "broken",
    "moved": "broken",
    "cut off": "broken",
}


@pytest.mark.parametrize(
    "failure", [pytest.param("time", marks=pytest.mark.long), *sorted(FAILURES.keys() - {"time"})]
)
def test_a_failing_service_is_told_apart_in_words(spoken, failure):
    spoken.faults = [FAILURES[failure]] * 3
    with pytest.raises(MachineFailed) as raised:
        service().translate(["One"], "en", "lv", False)
    assert raised.value.key == KEYS.get(failure, failure)


@pytest.mark.parametrize("failure", ["error", "busy"])
def test_what_fails_for_a_moment_is_asked_again(spoken, failure):
    spoken.faults = [FAILURES[failure]] * 2
    assert service().translate(["One"], "en", "lv", False) == ["LV One"]


def test_a_service_that_is_not_there_cannot_be_reached(spoken, settings):
    settings.MACHINE_TRANSLATION = "http://127.0.0.1:9"
    with pytest.raises(MachineFailed) as raised:
        service().translate(["One"], "en", "lv", False)
    assert raised.value.key == "connection"


def test_another_service_is_named_by_its_class(settings):
    settings.MACHINE_TRANSLATION = "tests.test_machine.Shouting"
    assert service().translate(["one"], "en", "lv", False) == ["ONE"]


class Shouting:
    """A service as somebody else may write one."""

    name, host, at_once = "Shouting", "", 0

    def languages(self):
        return {("en", "lv")}

    def translate(self, texts, source, target, is_html):
        return [text.upper() for text in texts]


# A page


def test_a_page_is_translated_into_a_draft_that_is_marked_and_not_public(spoken):
    article = make_source()
    run = translate(article)
    draft = draft_of(article)
    assert (run.done, run.skipped, run.fault) == (4, [], "")
    assert draft.origin == Origin.MACHINE
    assert draft.fields["title"] == "LV A walk"
    assert '<a href="portal:news/a-walk">the walk</a>' in draft.fields["body"]
    assert "portal:" not in json.dumps(spoken.asked)
    assert {unit.origin for unit in translation_of(article, "lv").units} == {Origin.MACHINE}
    article.refresh_from_db()
    assert not article.title_lv


def test_what_a_person_has_written_is_neither_sent_nor_replaced(spoken):
    article = make_source()
    title = translation_of(article, "lv").units[0]
    save_unit(article, "lv", title.place, "Pastaiga", title.version)
    translate(article)
    assert draft_of(article).fields["title"] == "Pastaiga"
    assert "A walk" not in json.dumps(spoken.asked)


@pytest.mark.long
def test_a_paragraph_whose_original_changed_is_translated_again_and_stays_public_until_then(spoken):
    article = make_source(
        languages=["en", "lv"],
        title_lv="Pastaiga",
        made_from_lv={
            "language": "en",
            "texts": {"title": "A stroll", "summary": "How to walk.", "body": BODY},
        },
        summary_lv="Kā staigāt.",
        body_lv=BODY,
    )
    run = translate(article)
    assert run.done == 1
    assert draft_of(article).fields == {"title": "LV A walk"}
    article.refresh_from_db()
    assert article.title_lv == "Pastaiga"


def test_a_broken_paragraph_is_left_out_with_its_reason_and_the_others_are_kept(spoken):
    spoken.change = lambda text: text.replace("</a>", "").replace('<a id="1">', "")
    article = make_source()
    run = translate(article)
    assert run.done == 3
    assert run.skipped[0][0] == "|body|0"
    assert draft_of(article).fields["title"] == "A walk"


@pytest.mark.long
def test_what_came_before_a_failure_is_kept(spoken):
    body = "".join(f"<p>Paragraph {number}.</p>" for number in range(25))
    article = make_source(body_en=body)
    for _number in range(3):  # title and summary as plain text come apart from the rest
        spoken.faults.append(lambda data: (200, {}, {"translatedText": data["q"]}))
    spoken.faults += [FAILURES["error"]] * 3
    run = translate(article)
    assert run.fault == "error"
    assert 10 <= run.done < run.units
    assert draft_of(article)


@pytest.mark.long
def test_somebody_who_saves_meanwhile_keeps_her_text(spoken):
    article = make_source()
    title = translation_of(article, "lv").units[0]

    def while_it_is_translated(text):
        if text == "A walk":
            save_unit(article, "lv", title.place, "Pastaiga", title.version)
        return f"LV {text}"

    units = units_for_machine(translation_of(article, "lv", "en"))
    run = begin(article, "lv", "en", units, None)
    spoken.change = lambda text: f"LV {text}"
    service_answer = LibreTranslate.translate

    def translate_and_save(self, texts, *args):
        found = service_answer(self, texts, *args)
        for text in texts:
            while_it_is_translated(text)
        return found

    try:
        LibreTranslate.translate = translate_and_save
        start(run)
    finally:
        LibreTranslate.translate = service_answer
    run.refresh_from_db()
    assert draft_of(article).fields["title"] == "Pastaiga"
    assert [place for place, _reason in run.skipped] == ["|title|0"]


# Budget


@pytest.mark.long
def test_each_page_takes_its_characters_from_the_budget_of_the_month(spoken, settings):
    settings.MACHINE_TRANSLATION_BUDGET = 1000
    run = translate(make_source())
    assert 0 < run.characters < 1000
    assert left_this_month() == 1000 - run.characters


def test_a_page_that_costs_more_than_is_left_is_not_sent(spoken, settings):
    settings.MACHINE_TRANSLATION_BUDGET = 20
    with pytest.raises(MachineFailed) as raised:
        translate(make_source())
    assert raised.value.key == "budget"
    assert not spoken.asked and not MachineRun.objects.exists()


@pytest.mark.long
def test_what_could_not_be_sent_costs_nothing(spoken):
    spoken.faults = [FAILURES["key"]]
    before = left_this_month()
    run = translate(make_source())
    assert run.fault == "key"
    assert left_this_month() == before


# On the screen


@pytest.mark.long
def test_the_screen_says_what_it_costs_and_where_the_texts_go(client, spoken, settings):
    settings.MACHINE_TRANSLATION_PRICE = 20_000.0
    sign_in(client, "translator", languages=["lv"], language="en")
    text = client.get(address(make_source())).content.decode()
    assert "To translate: 4 paragraphs." in text
    assert "€" in text and "left this month: 100,000" in text
    assert "127.0.0.1" in text
    assert "secret-key" not in text


def test_a_translator_starts_it_and_reads_what_was_done(client, spoken):
    sign_in(client, "translator", languages=["lv"], language="en")
    article = make_source()
    response = client.post(address(article), {"from": "en"}, follow=True)
    assert "4 paragraphs are translated." in response.content.decode()
    assert draft_of(article).origin == Origin.MACHINE
    assert client.get(f"{address(article)}progress/").json()["is_running"] is False


@pytest.mark.long
def test_a_failure_is_said_in_the_words_of_the_reader(client, spoken):
    sign_in(client, "translator", languages=["lv"], language="en")
    spoken.faults = [FAILURES["key"]]
    response = client.post(address(make_source()), {"from": "en"}, follow=True)
    assert "does not accept the key" in response.content.decode()


@pytest.mark.long
def test_a_pair_of_languages_that_the_service_does_not_know_is_said(client, spoken):
    sign_in(client, language="en")
    article = make_source()
    text = client.get(address(article).replace("/lv/", "/fi/")).content.decode()
    assert "does not know these two languages" in text


def test_who_does_not_write_the_language_cannot_start_it(client, spoken):
    sign_in(client, "translator", languages=["fi"])
    article = make_source()
    assert client.post(address(article)).status_code == 403
    assert client.get(address(article, "approve")).status_code == 403
    assert not spoken.asked


def test_without_a_service_there_is_no_such_screen(client, settings):
    settings.MACHINE_TRANSLATION = ""
    sign_in(client)
    assert client.get(address(make_source())).status_code == 404


# The label, and who takes it away


def made_public(article):
    translate(article)
    publish_translation(article, "lv")
    return Article.objects.get(pk=article.pk)


def test_publishing_asks_once_more_and_the_reader_is_told(client, spoken):
    article = made_public(make_source())
    assert article.origin_lv == Origin.MACHINE
    assert "machine" in {fault.key for fault in faults_of(article, "lv")}
    text = client.get(f"/lv/news/{article.slug}/").content.decode()
    assert "language-notice" in text


@pytest.mark.long
def test_the_label_stays_when_one_paragraph_of_several_is_mended(spoken):
    article = made_public(make_source())
    title = translation_of(article, "lv").units[0]
    save_unit(article, "lv", title.place, "Pastaiga", title.version)
    assert draft_of(article).origin == Origin.MACHINE
    assert [unit.origin == Origin.MACHINE for unit in translation_of(article, "lv").units] == [
        False,
        True,
        True,
        True,
    ]


@pytest.mark.long
def test_the_label_goes_when_a_person_has_saved_every_paragraph(spoken):
    article = make_source()
    translate(article)
    for unit in translation_of(article, "lv").units:
        save_unit(article, "lv", unit.place, unit.text, unit.version)
    assert draft_of(article).origin == Origin.HUMAN


def test_a_person_who_has_read_the_public_text_takes_the_label_away(client, spoken):
    user = sign_in(client, "translator", languages=["lv"], language="en")
    article = made_public(make_source())
    seen = fingerprint(article, "lv", None)
    response = client.post(address(article, "approve"), {"seen": seen})
    assert response.status_code == 302
    article.refresh_from_db()
    assert article.origin_lv == Origin.HUMAN
    history = client.get(f"/admin/news/article/{article.pk}/history/").content.decode()
    assert "machine translation read and approved" in history
    assert user.username in history
    assert "language-notice" not in client.get(f"/lv/news/{article.slug}/").content.decode()


@pytest.mark.long
def test_a_draft_that_was_approved_goes_public_without_a_label(client, spoken):
    sign_in(client, "translator", languages=["lv"], first_name="Ilze", last_name="Kalniņa")
    article = make_source()
    translate(article)
    seen = fingerprint(article, "lv", draft_of(article))
    client.post(address(article, "approve"), {"seen": seen})
    assert {unit.by for unit in translation_of(article, "lv").units} == {"Ilze Kalniņa"}
    publish_translation(article, "lv")
    article.refresh_from_db()
    assert article.origin_lv == Origin.HUMAN


@pytest.mark.long
def test_what_was_changed_since_it_was_read_is_not_approved(client, spoken):
    sign_in(client, "translator", languages=["lv"])
    article = make_source()
    translate(article)
    seen = fingerprint(article, "lv", draft_of(article))
    title = translation_of(article, "lv").units[0]
    save_unit(
        article, "lv", title.place, "LV A stroll", title.version, origin=Origin.MACHINE, name="x"
    )
    client.post(address(article, "approve"), {"seen": seen})
    assert draft_of(article).origin == Origin.MACHINE


@pytest.mark.long
def test_the_screen_shows_both_texts_of_what_a_machine_made(client, spoken):
    sign_in(client, "translator", languages=["lv"], language="en")
    article = make_source()
    translate(article)
    text = client.get(address(article, "approve")).content.decode()
    assert "LV A walk" in text and "<strong>daily</strong>" in text
    assert "I have read this translation and approve it" in text


@pytest.mark.long
def test_a_list_says_which_entry_is_machine_made(client, spoken):
    made_public(make_source())
    assert "mašīntulkojums" in client.get("/lv/news/").content.decode()


@pytest.mark.long
def test_a_reader_of_another_language_is_told_too(client, spoken):
    article = made_public(make_source())
    Article.objects.filter(pk=article.pk).update(published_at_en=None, source_language="lv")
    text = client.get(f"/en/news/{article.slug}/").content.decode()
    assert "Machine translation, not reviewed" in text


# In the background


@pytest.mark.long
def test_a_long_page_is_left_to_the_background_process(client, spoken, monkeypatch):
    monkeypatch.setattr(LibreTranslate, "at_once", 0)
    sign_in(client, "translator", languages=["lv"], language="en")
    article = make_source()
    client.post(address(article), {"from": "en"})
    assert MachineRun.objects.get().done == 4
    assert draft_of(article)


@pytest.mark.long
def test_a_run_whose_process_died_is_called_interrupted_and_can_be_started_again(client, spoken):
    sign_in(client, "translator", languages=["lv"], language="en")
    article = make_source()
    units = units_for_machine(translation_of(article, "lv", "en"))
    run = begin(article, "lv", "en", units, None)
    assert "Being translated" in client.get(address(article)).content.decode()
    client.post(address(article), {"from": "en"})
    assert MachineRun.objects.count() == 1
    long_ago = timezone.now() - datetime.timedelta(hours=1)
    MachineRun.objects.filter(pk=run.pk).update(changed_at=long_ago)
    assert "was interrupted" in client.get(address(article)).content.decode()
    client.post(address(article), {"from": "en"})
    assert draft_of(article).fields["title"] == "LV A walk"


class Failing(Shouting):
    at_once = 10_000

    def translate(self, texts, source, target, is_html):
        raise KeyError("a mistake of its author")


def test_a_mistake_in_a_service_is_a_fault_of_the_service(settings):
    settings.MACHINE_TRANSLATION = "tests.test_machine.Failing"
    assert translate(make_source()).fault == "error"
