"""Texts go out as files that translators' programs read, and come back without harm to anything newer."""

import csv
import io
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import polib
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import etree

from healthyboost.content.languages import language_codes
from healthyboost.content.models import Draft
from healthyboost.translation.counting import catch_up_all
from healthyboost.translation.exchange import views
from healthyboost.translation.exchange.formats import FORMATS, read
from healthyboost.translation.exchange.lines import Key, Unreadable
from healthyboost.translation.exchange.models import Delivery, forget_deliveries
from healthyboost.translation.exchange.report import Outcome, Taker
from healthyboost.translation.exchange.runs import reduced
from healthyboost.translation.exchange.weighing import weigh
from healthyboost.translation.units import Place, save_unit, translation_of
from healthyboost.wordings.catalogues import take_in_release
from healthyboost.wordings.models import Catalogue, InterfaceString, Wording, key_of
from healthyboost.wordings.saving import save_wording
from news.models import Article

from .admin_forms import queries_of, sign_in
from .factories import LONG_AGO, make_article, make_pilot
from .sample_content import load_sample

pytestmark = pytest.mark.django_db

BODY = (
    "<h2>Air</h2>\n<p>The <strong>air</strong> is <em>clean</em> & dry.</p>\n"
    '<p>Read <a href="https://example.org/a?b=1&amp;c=2">the report</a> of 2021.</p>\n'
    "<ul>\n<li>One pilot</li>\n<li>Two pilots</li>\n</ul>"
)
LATVIAN = (
    "<h2>Gaiss</h2>\n<p><strong>Gaiss</strong> ir <em>tīrs</em> un sauss.</p>\n"
    '<p>Lasiet <a href="https://example.org/a?b=1&amp;c=2">ziņojumu</a> par 2021. gadu.</p>\n'
    "<ul>\n<li>Viens izmēģinājums</li>\n<li>Divi izmēģinājumi</li>\n</ul>"
)
LONG = pytest.mark.long
EACH_FORM = ["xliff", *(pytest.param(form, marks=LONG) for form in FORMATS if form != "xliff")]
OUT, IN = "/admin/translate/out/", "/admin/translate/in/"


@pytest.fixture(autouse=True)
def translator(client):
    return sign_in(client, "translator", languages=["lv"])


def make_translated(**fields):
    """An article in English, its source, and in Latvian."""
    defaults = {
        "title_en": "Clean air",
        "title_lv": "Tīrs gaiss",
        "body_en": BODY,
        "body_lv": LATVIAN,
    }
    article = make_article(languages=["en", "lv"], **{**defaults, **fields})
    article.made_from_lv = {
        "language": "en",
        "texts": {
            "title": article.title_en,
            "summary": article.summary_en,
            "body": article.body_en,
        },
    }
    article.save()
    return article


def taken_along(client, form, article=None, language="lv", **asked):
    """The bytes of the file that goes out."""
    page = {"page": f"news.article:{article.pk}"} if article else {}
    query = {
        "language": language,
        "format": form,
        "finished": "1",
        "download": "1",
        **page,
        **asked,
    }
    response = client.get(OUT, query)
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def brought_in(client, data, take=True, **typed):
    """The Delivery of a file that comes back."""
    file = SimpleUploadedFile("texts.bin", data)
    response = client.post(IN, {"file": file, "origin": "human", **typed})
    assert response.status_code == 302, response.context["form"].errors
    delivery = Delivery.objects.get(pk=response.url.rstrip("/").rpartition("/")[2])
    if take and delivery.state == Delivery.State.LOOKED_AT:
        client.post(response.url, {"take": "1"})
    return Delivery.objects.get(pk=delivery.pk)


def outcomes(delivery):
    """{outcome: number} of what is not unchanged."""
    found = {}
    for result in delivery.report:
        if result.outcome != Outcome.SAME:
            found[result.outcome] = found.get(result.outcome, 0) + 1
    return found


def changed(data, *pairs):
    """A file in which somebody has written something else; a document is unpacked for it."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        parts["word/document.xml"] = changed(parts["word/document.xml"], *pairs)
        return zipped(parts)
    for old, new in pairs:
        assert old.encode() in data, old
        data = data.replace(old.encode(), new.encode())
    return data


def zipped(parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def draft_of(article):
    return Draft.objects.filter(object_id=article.pk, language="lv").first()


def said(article, place):
    return translation_of(article, "lv").unit(Place.read(place)).text


# The round trip


@pytest.mark.parametrize("form", EACH_FORM)
def test_what_comes_back_without_change_changes_nothing(client, form):
    article = make_translated()
    delivery = brought_in(client, taken_along(client, form, article), take=False)
    assert outcomes(delivery) == {} and len(delivery.report) == 7
    assert draft_of(article) is None


@pytest.mark.parametrize(
    "form", ["docx", *(pytest.param(form, marks=LONG) for form in FORMATS if form != "docx")]
)
def test_a_changed_text_waits_in_the_draft_with_its_marks(client, form):
    article = make_translated()
    file = changed(taken_along(client, form, article), ("Gaiss", "Šodien gaiss"))
    assert outcomes(brought_in(client, file)) == {"taken": 2}
    assert said(article, "|body|0") == "Šodien gaiss"
    assert said(article, "|body|1") == "<strong>Šodien gaiss</strong> ir <em>tīrs</em> un sauss."
    article.refresh_from_db()
    assert article.title_lv == "Tīrs gaiss" and "Šodien" not in article.body_lv


@pytest.mark.parametrize("form", EACH_FORM)
def test_a_new_translation_is_taken_with_the_form_of_its_source(client, translator, form):
    article = make_translated(body_lv="")
    file = taken_along(client, form, article)
    line = next(line for line in read(file) if "|body|3" in line.key)
    line.text = "Viens izmēģinājums"
    weigh([line], Taker(translator, "human", saves=True))
    assert draft_of(article).fields["body"] == "<ul>\n<li>Viens izmēģinājums</li>\n</ul>"


def test_marks_are_codes_in_xliff_and_the_same_ones_have_the_same_number(client):
    root = etree.fromstring(taken_along(client, "xliff", make_translated()))
    units = root.findall(".//{*}trans-unit")
    unit = next(each for each in units if "|body|1@" in each.get("id"))
    source, target = (unit.find(f"{{*}}{name}") for name in ("source", "target"))
    assert [(each.tag.rpartition("}")[2], each.get("id"), each.text) for each in source] == [
        ("bpt", "1", "<strong>"),
        ("ept", "1", "</strong>"),
        ("bpt", "2", "<em>"),
        ("ept", "2", "</em>"),
    ]
    assert [each.get("id") for each in target] == ["1", "1", "2", "2"]
    assert target.get("state") == "final" and unit.get("approved") == "yes"


def test_codes_that_a_program_has_emptied_are_those_of_the_source(client):
    article = make_translated()
    file = changed(
        taken_along(client, "xliff", article),
        ('<bpt id="1" ctype="bold">&lt;strong&gt;</bpt>Gaiss', '<bpt id="1"/>Vējš'),
    )
    brought_in(client, file)
    assert said(article, "|body|1") == "<strong>Vējš</strong> ir <em>tīrs</em> un sauss."


def test_a_file_says_what_the_source_said_before(client):
    article = make_translated()
    Article.objects.filter(pk=article.pk).update(title_en="Cleaner air")
    entry = next(
        each for each in polib.pofile(taken_along(client, "po", article).decode()) if each.fuzzy
    )
    assert (entry.msgid, entry.previous_msgid) == ("Cleaner air", "Clean air")
    xliff = etree.fromstring(taken_along(client, "xliff", article))
    (before,) = xliff.findall(".//{*}alt-trans")
    assert before.get("alttranstype") == "previous-version"
    assert before.find("{*}source").text == "Clean air"
    assert before.getparent().find("{*}target").get("state") == "needs-review-translation"


def test_only_what_is_to_do_goes_out_unless_all_is_asked_for(client):
    article = make_translated(title_lv="")
    lines = read(taken_along(client, "xliff", article, finished=""))
    assert [Key.read(line.key).place for line in lines] == ["|title|0"]


# What has moved on meanwhile


def test_a_text_that_was_edited_here_meanwhile_is_left_and_both_are_shown(client, translator):
    article = make_translated()
    file = changed(taken_along(client, "xliff", article), ("Tīrs gaiss", "Svaigs gaiss"))
    unit = translation_of(article, "lv").unit(Place("", "title", 0))
    save_unit(article, "lv", unit.place, "Labs gaiss", unit.version, by=translator)
    delivery = brought_in(client, file)
    assert outcomes(delivery) == {"newer": 1}
    assert said(article, "|title|0") == "Labs gaiss"
    page = client.get(delivery.get_absolute_url()).content.decode()
    assert "Svaigs gaiss" in page and "Labs gaiss" in page
    assert f"/{article.pk}/lv/?from=en#unit-|title|0" in page


def test_a_translation_of_a_source_that_has_changed_is_left(client):
    article = make_translated()
    file = changed(taken_along(client, "po", article), ("Tīrs gaiss", "Svaigs gaiss"))
    Article.objects.filter(pk=article.pk).update(title_en="Cleaner air")
    assert outcomes(brought_in(client, file)) == {"source": 1}
    assert draft_of(article) is None


def test_a_paragraph_that_has_moved_is_found_by_what_it_says(client):
    article = make_translated()
    file = changed(taken_along(client, "xliff", article), ("Divi izmēģinājumi", "Divi piemēri"))
    article.body_en = article.body_en.replace("<h2>Air</h2>", "<p>New first.</p><h2>Air</h2>")
    article.save()
    assert outcomes(brought_in(client, file)) == {"taken": 1}
    assert said(article, "|body|5") == "Divi piemēri"


def test_an_empty_line_takes_no_translation_away(client):
    article = make_translated()
    file = changed(taken_along(client, "po", article), ('msgstr "Tīrs gaiss"', 'msgstr ""'))
    assert outcomes(brought_in(client, file)) == {"empty": 1}
    assert said(article, "|title|0") == "Tīrs gaiss"


def test_a_translation_that_is_marked_as_right_counts_for_the_new_source(client):
    article = make_translated()
    Article.objects.filter(pk=article.pk).update(title_en="Clean air!")
    Article.objects.filter(pk=article.pk).update(title_en="Air that is clean")
    file = changed(taken_along(client, "po", article), ("#, fuzzy\n", ""))
    assert outcomes(brought_in(client, file)) == {"confirmed": 1}
    assert draft_of(article).made_from["texts"]["title"] == "Air that is clean"


def test_what_is_marked_as_unfinished_in_the_file_is_left(client):
    article = make_translated()
    Article.objects.filter(pk=article.pk).update(title_en="Air that is clean")
    file = changed(taken_along(client, "po", article), ("Tīrs gaiss", "Varbūt tīrs gaiss"))
    assert outcomes(brought_in(client, file)) == {"unsure": 1}


def test_the_same_line_twice_with_two_texts_is_left(client):
    article = make_translated()
    file = taken_along(client, "xliff", article).decode()
    unit = re.search(r"<trans-unit [^>]*\|title\|0.*?</trans-unit>", file)[0]
    again = unit.replace("Tīrs gaiss", "Svaigs gaiss")
    assert outcomes(brought_in(client, file.replace(unit, unit + again).encode())) == {"twice": 2}


def test_a_page_that_is_gone_is_said_to_be_gone(client):
    article = make_translated()
    file = taken_along(client, "xliff", article)
    article.delete()
    assert outcomes(brought_in(client, file)) == {"unknown": 7}


def test_a_damaged_number_is_named(client):
    article = make_translated()
    file = changed(taken_along(client, "xliff", article), ("|title|0@", "|title|0 "))
    assert outcomes(brought_in(client, file)) == {"damaged": 1}


def test_a_text_that_would_break_the_page_is_left_with_the_reason(client):
    article = make_translated()
    title = "Tīrs gaiss " * 40
    file = changed(taken_along(client, "po", article), ("Tīrs gaiss", title))
    delivery = brought_in(client, file)
    assert outcomes(delivery) == {"faulty": 1}
    assert any(result.reasons for result in delivery.report)


def test_markup_that_no_text_may_have_does_not_come_in(client):
    article = make_translated()
    evil = "Gaiss <script>alert(1)</script><img src=x onerror=alert(1)>"
    delivery = brought_in(
        client, changed(taken_along(client, "po", article), ('msgstr "Gaiss"', f'msgstr "{evil}"'))
    )
    shown = client.get(delivery.get_absolute_url()).content.decode()
    assert "<script>alert" not in shown and "onerror" not in shown
    assert "script" not in str(getattr(draft_of(article), "fields", ""))


# Whose


def test_nobody_brings_in_a_language_that_is_not_hers(client):
    article = make_translated()
    file = changed(taken_along(client, "xliff", article), ("Tīrs gaiss", "Svaigs gaiss"))
    client.logout()
    sign_in(client, "translator", languages=["fi"], username="finnish")
    assert outcomes(brought_in(client, file)) == {"rights": 7}
    assert draft_of(article) is None


def test_visitors_see_neither_screen(client):
    client.logout()
    assert client.get(OUT).status_code == 302 and client.get(IN).status_code == 302


def test_those_who_translate_nothing_are_told_so(client, translator):
    translator.grants.all().delete()
    assert client.get(OUT).status_code == 403 and client.get(IN).status_code == 403


def test_a_language_that_is_not_hers_does_not_go_out(client):
    make_translated()
    assert client.get(OUT, {"language": "fi", "download": "1"}).status_code == 403


def test_the_report_of_another_person_is_not_found(client):
    delivery = brought_in(client, taken_along(client, "xliff", make_translated()))
    client.logout()
    sign_in(client, "superuser")
    assert client.get(delivery.get_absolute_url()).status_code == 404


def test_who_translated_is_kept_and_a_machine_is_called_one(client):
    article = make_translated()
    file = changed(taken_along(client, "xliff", article), ("Tīrs gaiss", "Svaigs gaiss"))
    brought_in(client, file, origin="machine", translator="A machine")
    unit = translation_of(article, "lv").unit(Place("", "title", 0))
    assert (unit.by, unit.origin, draft_of(article).origin) == ("A machine", "machine", "machine")


# Strings of the interface


RULE = (
    "nplurals=3; plural=(n%10==0 || (n%100>=11 && n%100<=19) ? 0 : n%10==1 && n%100!=11 ? 1 : 2);"
)


def make_string(msgid, said, msgid_plural=""):
    """A string of the interface, and what it says in Latvian."""
    Catalogue.objects.get_or_create(language="lv", name="django", defaults={"plural_forms": RULE})
    string = InterfaceString.objects.create(
        key=key_of("django", "", msgid),
        catalogue="django",
        msgid=msgid,
        msgid_plural=msgid_plural,
        files=["news/views.py"],
        since=LONG_AGO,
    )
    return Wording.objects.create(string=string, language="lv", released=said)


def make_plural():
    return make_string(
        "%(count)s city", ["%(count)s pilsētu", "%(count)s pilsēta", ""], "%(count)s cities"
    )


def interface(client, form):
    return taken_along(client, form, part="interface")


@pytest.mark.parametrize("form", EACH_FORM)
def test_words_of_the_interface_come_back_the_same(client, form):
    make_plural()
    make_string("Read <b>more</b> & more", ["Lasīt <b>vairāk</b>\nun vairāk"])
    delivery = brought_in(client, interface(client, form), take=False)
    assert outcomes(delivery) == {} and len(delivery.lines) == 4


def test_plural_forms_are_one_entry_of_a_catalogue_and_a_group_of_xliff(client):
    make_plural()
    (entry,) = polib.pofile(interface(client, "po").decode())
    assert (entry.msgid, entry.msgid_plural) == ("%(count)s city", "%(count)s cities")
    assert entry.msgstr_plural == {0: "%(count)s pilsētu", 1: "%(count)s pilsēta", 2: ""}
    (group,) = etree.fromstring(interface(client, "xliff")).findall(".//{*}group")
    assert group.get("restype") == "x-gettext-plurals"
    sources = [unit.find("{*}source").text for unit in group]
    assert sources == ["%(count)s cities", "%(count)s city", "%(count)s cities"]


@pytest.mark.parametrize("form", ["po", pytest.param("xliff", marks=LONG)])
def test_a_new_plural_form_is_stored_with_the_others(client, form):
    wording = make_plural()
    pairs = {
        "po": ('msgstr[2] ""', 'msgstr[2] "%(count)s pilsētas"'),
        "xliff": ('state="needs-translation" />', 'state="new">%(count)s pilsētas</target>'),
    }
    delivery = brought_in(client, changed(interface(client, form), pairs[form]))
    assert outcomes(delivery) == {"taken": 1}
    wording.refresh_from_db()
    assert wording.said == ["%(count)s pilsētu", "%(count)s pilsēta", "%(count)s pilsētas"]


def test_a_lost_placeholder_is_refused_and_the_old_words_stay(client):
    wording = make_string("%(name)s is here", ["%(name)s ir klāt"])
    delivery = brought_in(client, changed(interface(client, "xliff"), ("%(name)s ir", "Viss ir")))
    assert outcomes(delivery) == {"faulty": 1}
    assert "name" in delivery.report[0].reasons[0]
    wording.refresh_from_db()
    assert wording.said == ["%(name)s ir klāt"]


def test_words_of_the_interface_that_were_edited_here_meanwhile_are_left(client, translator):
    wording = make_string("Here", ["Šeit"])
    file = changed(interface(client, "po"), ("Šeit", "Te"))
    save_wording(wording, ["Tepat"], wording.version, translator)
    assert outcomes(brought_in(client, file)) == {"newer": 1}
    wording.refresh_from_db()
    assert wording.said == ["Tepat"]


# Files that are none, or mean harm

XML = b'<?xml version="1.0"?>'
START = b'<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2">'
LAUGHS = (
    XML
    + b"<!DOCTYPE xliff ["
    + b'<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
    + START
    + b"&j;</xliff>"
)
OUTSIDE = (
    XML + b'<!DOCTYPE xliff [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + START + b"&x;</xliff>"
)
DOCUMENT = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
BAD = {
    "nothing": b"",
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
    "a billion laughs": LAUGHS,
    "a file of the server": OUTSIDE,
    "half an XLIFF": START + b"<file><body>",
    "XLIFF 2": XML + b'<xliff version="2.0"/>',
    "an empty XLIFF": START + b"</xliff>",
    "marks in marks in marks": START + b"<g>" * 5000,
    "an encoding that nobody knows": b'<?xml version="1.0" encoding="klingon"?>' + START,
    "half a PO": b'msgid "a',
    "PO in other letters": b'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8"\n\n"\xff\xfe\xfd"',
    "PO in a codec of Python": b'msgid ""\nmsgstr "charset=zip_codec"\n',
    "the name of a file": b"/etc/passwd#msgid",
    "another XML": XML + b"<html5/>",
    "a page without a table": b"<html><p>Hello</p></html>",
    "no complete archive": b"PK\x03\x04 and nothing more",
    "an archive of something else": zipped({"mimetype": b"application/epub+zip"}),
    "a document without our table": zipped({"word/document.xml": DOCUMENT + b"</w:document>"}),
    "a document that laughs": zipped({"word/document.xml": LAUGHS}),
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_a_bad_file_is_answered_with_a_sentence(data):
    with pytest.raises(Unreadable, match=r"\w{3}.*\.$"):
        read(data)


def test_a_document_that_is_huge_when_unpacked_is_not_unpacked(monkeypatch):
    monkeypatch.setattr("healthyboost.translation.exchange.document.LARGEST_PART", 10_000)
    with pytest.raises(Unreadable, match="too large"):
        read(zipped({"word/document.xml": DOCUMENT + b" " * 20_000}))


def test_a_small_archive_of_endless_marks_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr("healthyboost.translation.exchange.xliff.MOST_ELEMENTS", 1000)
    with pytest.raises(Unreadable, match="too large"):
        read(zipped({"word/document.xml": b"<a>" + b"<b/>" * 1000 + b"</a>"}))


def test_the_sentence_stands_in_the_form(client):
    file = SimpleUploadedFile("texts.xlf", LAUGHS)
    response = client.post(IN, {"file": file, "origin": "human"})
    assert response.status_code == 422
    assert "DOCTYPE" in response.content.decode()


def test_a_file_that_is_too_large_is_answered_with_a_sentence(client, monkeypatch):
    monkeypatch.setattr("healthyboost.translation.exchange.views.LARGEST", 10)
    response = client.post(IN, {"file": SimpleUploadedFile("a.po", b"a" * 11), "origin": "human"})
    assert response.status_code == 422 and "too large" in response.content.decode()


@pytest.mark.parametrize(
    "form, encoding",
    [("xliff", "utf-16"), ("po", "utf-8-sig"), pytest.param("html", "utf-16", marks=LONG)],
)
def test_other_encodings_and_line_ends_are_read(client, form, encoding):
    article = make_translated()
    text = taken_along(client, form, article).decode().replace("Tīrs gaiss", "Svaigs gaiss")
    text = text.replace('encoding="UTF-8"', "").replace("\n", "\r\n")
    assert outcomes(brought_in(client, text.encode(encoding))) == {"taken": 1}


def test_a_table_that_a_spreadsheet_has_saved_is_read(client):
    article = make_translated()
    text = taken_along(client, "html", article).decode().replace("Tīrs gaiss", "Svaigs gaiss")
    text = re.sub(r"<td ([^>]*)>", r"<td \1 class=xl65 style='mso-x:\"a b\"'>", text)
    text = re.sub(r"<th scope=.row.>(.*?)<small>(.*?)</small></th>", r"<td>\1\n  \2</td>", text)
    text = text.replace("<td", "\r\n  <TD").replace("</td>", "</TD>")
    assert outcomes(brought_in(client, text.encode())) == {"taken": 1}


def test_tracked_changes_of_a_document_are_taken_as_accepted(client):
    article = make_translated()
    old = '<w:r><w:t xml:space="preserve">Tīrs gaiss</w:t></w:r>'
    new = (
        "<w:del><w:r><w:delText>Tīrs</w:delText></w:r></w:del>"
        '<w:ins><w:r><w:t xml:space="preserve">Svaigs</w:t></w:r></w:ins>'
        '<w:r><w:t xml:space="preserve"> gaiss</w:t></w:r>'
    )
    file = changed(taken_along(client, "docx", article), (old, new))
    assert outcomes(brought_in(client, file)) == {"taken": 1}
    assert said(article, "|title|0") == "Svaigs gaiss"


def test_what_a_document_cannot_hold_is_no_change():
    assert reduced("<strong><a href='x'>a</a></strong>") == reduced(
        "<strong><a href='x'>a</a></strong>"
    )
    assert reduced("a<em>b</em><em>c</em><br>d") == "a<em>bc</em><br>d"


# Screens


def test_the_report_can_be_taken_along_as_a_table(client):
    article = make_translated()
    file = changed(taken_along(client, "xliff", article), ("Tīrs gaiss", "=2+2"))
    delivery = brought_in(client, file)
    answer = client.get(delivery.get_absolute_url(), {"format": "csv"})
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 8 and rows[0][0] == "Result"
    assert [row[6] for row in rows if row[0] == "taken"] == ["'=2+2"]


def test_the_queries_of_a_report_do_not_grow_with_it(client):
    small = brought_in(client, taken_along(client, "xliff", make_translated()))
    long = "".join(f"<p>Paragraph {number}.</p>\n" for number in range(25))
    article = make_translated(body_en=long, body_lv="")
    text = re.sub(
        r"<target (.*?)needs-translation\" />",
        r'<target \1new">Rindkopa.</target>',
        taken_along(client, "xliff", article).decode(),
    )
    large = brought_in(client, text.encode(), take=False)
    assert len(large.report) == 27
    client.get(small.get_absolute_url())
    assert queries_of(client, large.get_absolute_url()) == queries_of(
        client, small.get_absolute_url()
    )


def test_taking_many_paragraphs_asks_the_database_as_often_as_taking_few(client):
    counts = []
    for number in (3, 30):
        body = "".join(f"<p>Paragraph {each}.</p>\n" for each in range(number))
        file = taken_along(client, "xliff", make_translated(body_en=body, body_lv=""))
        text = file.decode().replace('needs-translation" />', 'new">Rindkopa.</target>')
        delivery = brought_in(client, text.encode(), take=False)
        delivery.state = Delivery.State.TAKING
        with CaptureQueriesContext(connection) as queries:
            delivery.work()
        assert outcomes(delivery) == {Outcome.TAKEN: number}
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_many_pages_go_out_with_as_many_queries_as_few(client):
    counts = []
    for _time in range(2):
        make_translated(body_lv="")
        make_pilot(languages=["en"]).steps.create(title_en="Walk")
        catch_up_all()
        taken_along(client, "po", part="pages")
        with CaptureQueriesContext(connection) as queries:
            taken_along(client, "po", part="pages")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_file_that_is_taken_twice_at_once_keeps_the_report_of_the_first(client, rf):
    article = make_translated(body_lv="")
    file = changed(taken_along(client, "xliff", article), ("Tīrs gaiss", "Tīrāks gaiss"))
    seen_by_second = brought_in(client, file, take=False)
    client.post(seen_by_second.get_absolute_url(), {"take": "1"})
    views.answer(rf.post("/", {"take": "1"}), seen_by_second)
    assert outcomes(Delivery.objects.get()) == {Outcome.TAKEN: 1}


def test_nothing_to_translate_is_said_in_words(client):
    answer = client.get(OUT, {"language": "lv", "download": "1", "part": "pages"})
    assert "There is nothing to translate" in answer.content.decode()


@pytest.mark.parametrize(
    "query",
    ["page=news.article:99999999999999999999", "page=x", "kind=%00", "language=xx", "format=x"],
)
def test_nonsense_in_the_address_asks_nothing(client, query):
    assert client.get(f"{OUT}?{query}").status_code in (200, 400)


def test_old_deliveries_are_forgotten(client, monkeypatch):
    delivery = brought_in(client, taken_along(client, "xliff", make_translated()))
    forget_deliveries()
    assert Delivery.objects.filter(pk=delivery.pk).exists()
    Delivery.objects.update(created_at="2020-01-01T00:00Z")
    forget_deliveries()
    assert not Delivery.objects.exists()


@pytest.mark.long
def test_a_large_file_is_worked_on_in_the_background(client, monkeypatch):
    monkeypatch.setattr("healthyboost.translation.exchange.models.AT_ONCE", 3)
    article = make_translated()
    file = changed(taken_along(client, "xliff", article), ("Tīrs gaiss", "Svaigs gaiss"))
    assert outcomes(brought_in(client, file)) == {"taken": 1}
    assert said(article, "|title|0") == "Svaigs gaiss"


# Valid for everybody else


def schema():
    """The strict schema of XLIFF 1.2 as the package php-symfony-translation of Debian installs it."""
    try:
        listed = subprocess.run(
            ["dpkg", "-L", "php-symfony-translation"], capture_output=True, text=True, check=True
        )
        (path,) = [line for line in listed.stdout.split() if "xliff-core-1.2-strict" in line]
    except (OSError, subprocess.CalledProcessError, ValueError):
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail("The package php-symfony-translation is missing.")
        pytest.skip("needs the package php-symfony-translation")

    class Beside(etree.Resolver):
        """What the schema asks of the web lies beside it."""

        def resolve(self, url, _name, context):
            if url.endswith("/xml.xsd"):
                return self.resolve_filename(str(Path(path).with_name("xml.xsd")), context)
            return None

    parser = etree.XMLParser()
    parser.resolvers.add(Beside())
    return etree.XMLSchema(etree.parse(path, parser))


def check_catalogue(data):
    try:
        answer = subprocess.run(
            ["msgfmt", "--check", "--output-file=-", "-"], input=data, capture_output=True
        )
    except OSError:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail("The package gettext is missing.")
        pytest.skip("needs msgfmt")
    assert answer.returncode == 0, answer.stderr.decode()


def test_a_file_keeps_to_the_strict_schema(client):
    article = make_translated(title_lv="")
    Article.objects.filter(pk=article.pk).update(summary_en="Another summary")
    schema().assertValid(etree.fromstring(taken_along(client, "xliff", article)))


def test_a_catalogue_passes_msgfmt(client):
    article = make_translated(title_lv="")
    Article.objects.filter(pk=article.pk).update(summary_en="Another\nsummary")
    check_catalogue(taken_along(client, "po", article))


@pytest.mark.long
def test_the_whole_portal_goes_out_and_comes_back_and_nothing_differs(client, tmp_path):
    load_sample()
    take_in_release()
    client.logout()
    sign_in(client, "superuser")
    for language in language_codes():
        for form in FORMATS if language == "lv" else ["xliff", "po"]:
            data = taken_along(client, form, language=language)
            delivery = brought_in(client, data, take=False)
            assert outcomes(delivery) == {}
            assert len(delivery.report) > (1500 if language != "en" else 150)
            if form == "xliff":
                schema().assertValid(etree.fromstring(data))
            elif form == "po":
                check_catalogue(data)
                assert len(polib.pofile(data.decode())) > 150
            if form in ("xliff", "po") and language == "lv":
                asked = tmp_path, data, FORMATS[form].ending, "Goals", "Mērķi un nodomi"
                number, edited = edited_elsewhere(*asked)
                assert number == len(delivery.report) or form == "po"
                assert outcomes(brought_in(client, edited, take=False)) == {"taken": 1}
    assert not Draft.objects.exists()


OTHER_PROGRAM = """
import sys
from translate.storage import factory
file = factory.getobject(sys.argv[1])
print(sum(unit.istranslatable() for unit in file.units))
next(unit for unit in file.units if unit.source == sys.argv[3]).target = sys.argv[4]
file.savefile(sys.argv[2])
"""


def edited_elsewhere(folder, data, ending, source, text):
    """(texts, bytes) of a file that the reader of Virtaal has opened, changed in one text and saved."""
    before, after = folder / f"before.{ending}", folder / f"after.{ending}"
    before.write_bytes(data)
    answer = subprocess.run(
        [sys.executable, "-c", OTHER_PROGRAM, before, after, source, text],
        check=True,
        capture_output=True,
        text=True,
    )
    return int(answer.stdout), after.read_bytes()


@pytest.mark.long
@pytest.mark.parametrize("form", ["xliff", "po"])
def test_of_fifty_changed_texts_ten_edited_here_meanwhile_are_reported_and_forty_taken(
    client, translator, form
):
    articles = [make_translated(title_lv=f"Virsraksts {number}") for number in range(50)]
    file = taken_along(client, form, part="pages").decode()
    for number in range(50):
        file = re.sub(rf"Virsraksts {number}\b", f"Jauns nosaukums {number}", file)
    for article in articles[:10]:
        unit = translation_of(article, "lv").unit(Place("", "title", 0))
        save_unit(article, "lv", unit.place, "Labots šeit", unit.version, by=translator)
    delivery = brought_in(client, file.encode())
    assert outcomes(delivery) == {"taken": 40, "newer": 10}
    assert len(delivery.report) == 350
    for number, article in enumerate(articles):
        wanted = "Labots šeit" if number < 10 else f"Jauns nosaukums {number}"
        assert said(article, "|title|0") == wanted
        article.refresh_from_db()
        assert article.title_lv == f"Virsraksts {number}"
    left = {each.text for each in delivery.report if each.outcome == "newer"}
    assert left == {f"Jauns nosaukums {number}" for number in range(10)}


def test_the_screens_lead_to_each_other(client):
    assert reverse("admin:translate_in") in client.get(OUT).content.decode()
    assert reverse("admin:translate_out") in client.get(IN).content.decode()
