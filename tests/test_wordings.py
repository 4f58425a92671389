"""The words of the interface, edited in the browser: live at once, kept, exported, never breaking."""

import logging
import re
import shutil

import polib
import pytest
from django.conf import settings
from django.core.management import call_command
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext

from healthyboost import wordings
from healthyboost.translation.memory import suggestions
from healthyboost.wordings import catalogues, marks, overlay, saving
from healthyboost.wordings.models import InterfaceString, Wording, WordingChange
from healthyboost.wordings.remembering import remember_wordings
from healthyboost.wordings.waiting import said_before

from .admin_forms import queries_of, sign_in
from .factories import make_article, make_user

pytestmark = pytest.mark.django_db
HEADER = {"Content-Type": "text/plain; charset=UTF-8"}
PLURALS = {
    "lv": "nplurals=3; plural=(n%10==0 || (n%100>=11 && n%100<=19) ? 0 :"
    " n%10==1 && n%100!=11 ? 1 : 2);",
    "fi": "nplurals=2; plural=(n != 1);",
}
LAZY = gettext_lazy("Skip to main content")


@pytest.fixture(autouse=True)
def own_words():
    """What a test puts over the translations of this process does not outlive it."""
    yield
    overlay.overlays.clear()
    overlay.checked.clear()
    for language in overlay.languages():
        overlay.put_over(translation.trans_real.translation(language))


def make_catalogue(folder, language, entries, name="django"):
    """A .po file: {msgid: text}, {(msgid, plural): [texts]}, or entries of polib."""
    path = folder / language / "LC_MESSAGES" / f"{name}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = polib.POFile(wrapwidth=0, encoding="utf-8")
    content.metadata = HEADER | {"Language": language, "Plural-Forms": PLURALS[language]}
    for said, texts in entries.items():
        if isinstance(said, tuple):
            plural = dict(enumerate(texts))
            entry = polib.POEntry(msgid=said[0], msgid_plural=said[1], msgstr_plural=plural)
        else:
            entry = polib.POEntry(msgid=said, msgstr=texts)
        entry.occurrences = [("templates/base.html", "")]
        content.append(entry)
    content.save(str(path))
    return path


@pytest.fixture
def release(tmp_path, monkeypatch):
    """A function that makes a release of one catalogue and takes it in: release(lv={…})."""
    monkeypatch.setattr(settings, "LOCALE_PATHS", [tmp_path])

    def take_in(**catalogue_entries):
        for language, entries in catalogue_entries.items():
            make_catalogue(tmp_path, language, entries)
        assert catalogues.take_in_release()
        return tmp_path

    return take_in


SKIP = "Skip to main content"
DAYS = "%(count)s day", "%(count)s days"


def wording_of(msgid, language="lv"):
    rows = Wording.objects.select_related("string")
    return rows.get(string__msgid=msgid, language=language)


def edit(msgid, *forms, language="lv"):
    wording = wording_of(msgid, language)
    saved = saving.save_wording(wording, list(forms), wording.version, make_user("superuser"))
    overlay.refresh()
    return saved


def put_in_by_sql(msgid, *forms, language="lv"):
    Wording.objects.filter(string__msgid=msgid, language=language).update(forms=list(forms))
    overlay.refresh()


# What a release brings


@pytest.fixture
def latvian(tmp_path, monkeypatch):
    """The portal's own catalogues of one language, to be written to."""
    shutil.copytree(settings.LOCALE_PATHS[0] / "lv", tmp_path / "lv")
    monkeypatch.setattr(settings, "LOCALE_PATHS", [tmp_path])
    return tmp_path / "lv" / "LC_MESSAGES" / "django.po"


def test_release_is_taken_in_once_with_all_its_strings(latvian):
    assert catalogues.take_in_release()
    assert not catalogues.take_in_release()
    assert Wording.objects.filter(language="lv").count() == InterfaceString.objects.count() > 1000
    assert {need for (need,) in Wording.objects.values_list("need")} <= {"", "missing"}


def test_release_is_taken_in_when_the_tables_are_brought_up_to_date(latvian, capsys):
    for words in (["--plan"], ["--check"], ["wordings"]):
        call_command("migrate", *words)
        assert not InterfaceString.objects.exists()
    capsys.readouterr()
    call_command("migrate")
    assert "interface strings of this release are taken in" in capsys.readouterr().out
    assert Wording.objects.filter(language="lv").count() > 1000
    call_command("migrate")
    assert "taken in" not in capsys.readouterr().out


def test_string_without_text_with_too_few_forms_or_fuzzy_waits(release):
    folder = release(lv={"One": "", "Two": "Divi", DAYS: ["%(count)s dienu"], "Three": "Trīs"})
    path = folder / "lv" / "LC_MESSAGES" / "django.po"
    path.write_text(path.read_text().replace('msgid "Three"', '#, fuzzy\nmsgid "Three"'))
    catalogues.take_in_release()
    waiting = wordings.to_do("lv")
    assert [each.msgid for each in waiting] == ["One", "%(count)s day", "Three"]
    assert [each.words for each in waiting] == [1, 2, 1]


def test_new_string_of_a_release_waits_with_what_was_said_of_a_similar_one_before(release):
    release(lv={"Read the news of all the cities": "Lasiet visu pilsētu ziņas"})
    release(lv={"Read the news of all cities": ""})
    (waiting,) = wordings.to_do("lv")
    string = InterfaceString.objects.get(pk=waiting.id)
    assert [each.said for each in said_before(string, "lv")] == [["Lasiet visu pilsētu ziņas"]]


def test_edited_wording_survives_a_release(release):
    release(lv={SKIP: "Uz saturu"})
    edit(SKIP, "Pāriet uz saturu")
    release(lv={SKIP: "Uz saturu", "New": "Jauns"})
    overlay.refresh()
    with translation.override("lv"):
        assert gettext(SKIP) == "Pāriet uz saturu"
    assert not wording_of(SKIP).differs


def test_wording_is_settled_once_the_release_says_the_same(release):
    release(lv={SKIP: "Uz saturu"})
    edit(SKIP, "Pāriet uz saturu")
    release(lv={SKIP: "Pāriet uz saturu"})
    assert wording_of(SKIP).forms is None


def test_release_that_changed_the_same_text_differently_is_told_and_changes_nothing(release):
    release(lv={SKIP: "Uz saturu"})
    edit(SKIP, "Pāriet uz saturu")
    release(lv={SKIP: "Lēkt uz saturu"})
    wording = wording_of(SKIP)
    assert wording.differs
    assert (wording.said, wording.released) == (["Pāriet uz saturu"], ["Lēkt uz saturu"])
    saving.keep_own(wording, wording.version, make_user("superuser"))
    assert not wording_of(SKIP).differs


# What is edited


def test_edited_text_is_seen_by_all_ways_of_asking_for_it(release):
    release(
        lv={SKIP: "Uz saturu", DAYS: ["%(count)s dienu", "%(count)s diena", "%(count)s dienas"]}
    )
    edit(SKIP, "Pāriet")
    edit(DAYS[0], "%(count)s d.", "%(count)s d. (1)", "%(count)s d. (2)")
    with translation.override("lv"):
        assert (gettext(SKIP), str(LAZY)) == ("Pāriet", "Pāriet")
        assert ngettext(*DAYS, 21) % {"count": 21} == "21 d. (1)"
    with translation.override("fi"):
        assert gettext(SKIP) != "Pāriet"


def test_text_with_a_context_is_edited_in_that_context_alone(release, tmp_path):
    path = make_catalogue(tmp_path, "lv", {"May": "drīkst"})
    content = polib.pofile(str(path), wrapwidth=0)
    content.append(polib.POEntry(msgid="May", msgctxt="month", msgstr="maijs"))
    content.save(str(path))
    catalogues.take_in_release()
    wording = Wording.objects.select_related("string").get(string__context="month")
    saving.save_wording(wording, ["Maijs"], 0, make_user("superuser"))
    overlay.refresh()
    with translation.override("lv"):
        assert (pgettext("month", "May"), gettext("May") != "Maijs") == ("Maijs", True)


def test_going_back_to_the_release_shows_its_text_again(release):
    release(lv={SKIP: "Uz saturu"})
    saved = edit(SKIP, "Pāriet")
    user = make_user("superuser")
    saving.back_to_release(wording_of(SKIP), saved.version, user)
    overlay.refresh()
    assert overlay.overlays == {}
    assert wording_of(SKIP).said == ["Uz saturu"]
    changes = WordingChange.objects.values_list("before", "after")
    assert list(changes) == [(["Pāriet"], ["Uz saturu"]), (["Uz saturu"], ["Pāriet"])]


def test_second_translator_who_looked_at_the_older_version_overwrites_nothing(release):
    release(lv={SKIP: "Uz saturu"})
    edit(SKIP, "Pāriet")
    with pytest.raises(saving.Conflict) as told:
        saving.save_wording(wording_of(SKIP), ["Doties"], 0, make_user("superuser"))
    assert told.value.wording.said == ["Pāriet"]
    assert wording_of(SKIP).said == ["Pāriet"]


@pytest.mark.parametrize("forms", [["%(count)s d."], ["", "", ""], ["%(count)s", "%(n)s", "1"]])
def test_wording_that_would_break_a_page_is_refused(forms, release):
    release(lv={DAYS: ["%(count)s dienu", "%(count)s diena", "%(count)s dienas"]})
    with pytest.raises(saving.Refused):
        edit(DAYS[0], *forms)
    assert wording_of(DAYS[0]).forms is None


# What is broken all the same


def test_broken_wording_in_the_database_is_left_out_and_told_once(release, caplog):
    release(lv={SKIP: "Uz saturu", "%(name)s wrote": "%(name)s rakstīja"})
    with caplog.at_level(logging.ERROR):
        put_in_by_sql("%(name)s wrote", "%(nam)s rakstīja 5%")
        overlay.refresh()
    assert len(caplog.records) == 1
    assert overlay.overlays == {}
    assert [each.need for each in wordings.to_do("lv")] == ["broken"]


def test_broken_plural_forms_in_the_database_are_left_out(release):
    release(lv={DAYS: ["%(count)s dienu", "%(count)s diena", "%(count)s dienas"]})
    put_in_by_sql(DAYS[0], "%(count)s d.")
    assert overlay.overlays == {}


def test_broken_wording_never_becomes_an_error_page(release):
    """Python's own formatting, lazy texts, blocktranslate and plural forms."""
    release(
        lv={
            "%(name)s wrote": "%(name)s rakstīja",
            "By %(name)s": "No %(name)s",
            DAYS: ["%(count)s dienu", "%(count)s diena", "%(count)s dienas"],
        }
    )
    put_in_by_sql("%(name)s wrote", "%(x)s")
    put_in_by_sql("By %(name)s", "%(name)")
    put_in_by_sql(DAYS[0], "%(counts)s", "%(count)d %", "%s")
    with translation.override("lv"):
        assert str(gettext_lazy("%(name)s wrote")) % {"name": "Ilze"} == "Ilze wrote"
        assert ngettext(*DAYS, 1) % {"count": 1} == "1 day"
        by = Template(
            "{% load i18n %}{% blocktranslate trimmed %}By {{ name }}{% endblocktranslate %}"
        )
        assert by.render(Context({"name": "Ilze"})) == "By Ilze"


def test_words_of_scripts_are_edited_too_and_left_out_where_they_are_broken(
    release, client, tmp_path
):
    date = "%(month)s %(day)s, %(year)s"
    make_catalogue(tmp_path, "lv", {"Today": "Šodien", date: date}, "djangojs")
    release(lv={SKIP: "Uz saturu"})
    sign_in(client, language="lv")
    edit("Today", "Šodien tieši")
    put_in_by_sql(date, "%(month)s %(dya)s")
    answer = client.get("/admin/jsi18n/")
    assert "\\u0160odien tie\\u0161i" in answer.text
    assert "dya" not in answer.text


def test_compilemessages_leaves_out_what_would_break_a_page_and_says_so(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(settings, "LOCALE_PATHS", [tmp_path])
    entries = {"%(name)s wrote": "%(nam)s rakstīja", "One": "Viens", DAYS: ["a", "b"]}
    path = make_catalogue(tmp_path, "lv", entries)
    call_command("compilemessages", verbosity=0)
    built = polib.mofile(str(path.with_suffix(".mo")))
    assert [entry.msgid for entry in built] == ["One"]
    assert capsys.readouterr().err.count("Left out of") == 2


# Out again


def test_export_of_nothing_changes_no_byte(tmp_path):
    call_command("locale_export", folder=str(tmp_path), verbosity=0)
    for source in catalogues.catalogue_files().values():
        assert tmp_path.joinpath(*source.parts[-3:]).read_bytes() == source.read_bytes()


@pytest.mark.long
def test_export_writes_what_was_edited_and_nothing_else_and_again_the_same(latvian):
    catalogues.take_in_release()
    edit(SKIP, "Pāriet uz “saturu”\\")
    before = latvian.read_text().splitlines()
    call_command("locale_export", verbosity=0)
    after = latvian.read_text()
    changed = [line for line in after.splitlines() if line not in before]
    assert changed == ['msgstr "Pāriet uz “saturu”\\\\"']
    assert len(after.splitlines()) == len(before)
    call_command("locale_export", verbosity=0)
    assert latvian.read_text() == after
    assert catalogues.take_in_release()
    assert not Wording.objects.filter(forms__isnull=False).exists()


# The screens


def form_of_string(msgid, language="lv"):
    wording = wording_of(msgid, language)
    return f"/admin/translate/strings/{language}/{wording.string_id}/"


def test_list_is_searched_in_original_and_translation_and_filtered(release, client):
    release(lv={SKIP: "Uz saturu", "Menu": "Izvēlne", "Search": ""})
    edit("Menu", "Saraksts")
    sign_in(client, "translator", languages=["lv"])

    def found(query):
        answer = client.get(f"/admin/translate/strings/?{query}")
        return [row.string.msgid for row in answer.context["paging"].items]

    assert found("") == ["Menu", "Search", SKIP]
    assert found("q=SATURU") == [SKIP]
    assert found("q=skip") == [SKIP]
    assert found("state=missing") == ["Search"]
    assert found("state=changed") == ["Menu"]
    assert found("part=admin") == []
    assert found("page=x&state=y&language=fi&part=z") == []


def test_list_needs_as_many_queries_for_many_strings_as_for_few(release, client):
    sign_in(client)
    release(lv={"One": "Viens"})
    few = queries_of(client, "/admin/translate/strings/?language=lv")
    release(lv={f"Word {number}": f"Vārds {number}" for number in range(40)})
    assert queries_of(client, "/admin/translate/strings/?language=lv") == few


def test_form_has_a_field_for_each_plural_form_with_numbers(release, client):
    release(lv={DAYS: ["%(count)s dienu", "%(count)s diena", "%(count)s dienas"]})
    sign_in(client, "translator", languages=["lv"])
    answer = client.get(form_of_string(DAYS[0]))
    numbers = [form.numbers for form in answer.context["forms"]]
    assert numbers == ["0, 10, 11, 12, 13, …", "1, 21, 31, 41, 51, …", "2, 3, 4, 5, 6, …"]
    assert answer.context["placeholders"] == ["%(count)s"]


def test_saving_in_the_form_is_live_and_noted_with_who_and_what_before(
    release, client, django_capture_on_commit_callbacks
):
    release(lv={SKIP: "Uz saturu"})
    user = sign_in(client, "translator", languages=["lv"])
    address = form_of_string(SKIP)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(address, {"form_0": "Pāriet", "version": "0"})
    assert (answer.status_code, answer.url) == (302, address)
    assert "Pāriet" in client.get("/lv/").text
    change = WordingChange.objects.get()
    assert (change.by, change.before, change.after) == (user, ["Uz saturu"], ["Pāriet"])


def test_refused_text_stays_in_the_form_with_the_reason(release, client):
    release(lv={"%(name)s wrote": "%(name)s rakstīja"})
    sign_in(client, "translator", languages=["lv"])
    address = form_of_string("%(name)s wrote")
    answer = client.post(address, {"form_0": "%(nam)s raksta", "version": "0"})
    (form,) = answer.context["forms"]
    assert form.text == "%(nam)s raksta"
    assert form.findings[0].is_error
    assert answer.context["is_refused"]
    assert wording_of("%(name)s wrote").forms is None


def test_text_of_a_translator_who_was_overtaken_stays_beside_the_other(release, client):
    release(lv={SKIP: "Uz saturu"})
    edit(SKIP, "Pāriet")
    sign_in(client, "translator", languages=["lv"])
    answer = client.post(form_of_string(SKIP), {"form_0": "Doties", "version": "0"})
    assert answer.context["conflict"].said == ["Pāriet"]
    assert [form.text for form in answer.context["forms"]] == ["Doties"]
    assert answer.context["wording"].version == 1
    assert wording_of(SKIP).said == ["Pāriet"]


def test_text_while_it_is_written_is_checked_and_not_stored(release, client):
    release(lv={"%(name)s wrote": "%(name)s rakstīja"})
    sign_in(client, "translator", languages=["lv"])
    address = form_of_string("%(name)s wrote")
    answer = client.post(f"{address}check/", {"form_0": "raksta"})
    assert "wording-error" in answer.text
    assert wording_of("%(name)s wrote").forms is None


@pytest.mark.parametrize(
    "role, languages, status",
    [("translator", ["fi"], 403), ("coordinator", [], 403), ("editor", [], 200)],
)
def test_only_who_writes_the_language_may_edit_its_interface(
    role, languages, status, release, client
):
    release(lv={SKIP: "Uz saturu"}, fi={SKIP: "Sisältöön"})
    sign_in(client, role, languages=languages)
    address = form_of_string(SKIP)
    assert client.get(address).status_code == status
    assert client.post(f"{address}check/", {"form_0": "a"}).status_code == status
    sent = client.post(address, {"form_0": "Pāriet", "version": "0"})
    assert sent.status_code == (302 if status == 200 else 403)


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_form_with_a_nonsense_version_saves_nothing_and_keeps_the_text(version, release, client):
    release(lv={SKIP: "Uz saturu"})
    sign_in(client)
    answer = client.post(form_of_string(SKIP), {"form_0": "Pāriet", "version": version})
    assert answer.status_code == 200
    assert [form.text for form in answer.context["forms"]] == ["Pāriet"]


# On the page itself


def test_page_has_its_strings_marked_for_a_translator(release, client):
    release(lv={SKIP: "Uz saturu", "Main": "Galvenā"})
    edit(SKIP, "Uz <saturu>".replace("<", "“").replace(">", "”"))
    sign_in(client, "translator", languages=["lv"])
    answer = client.get("/lv/?translate=1")
    number = wording_of(SKIP).string_id
    marked = f'<span data-wording="{number}" data-language="lv">Uz “saturu”</span>'
    assert marked in answer.text
    assert answer["Cache-Control"] == "private, no-store"
    assert not any("\ue000" <= letter <= "\ue0ff" for letter in answer.text)


def test_letters_in_a_text_that_look_like_marks_break_no_page(release, client):
    release(lv={SKIP: "Uz saturu"})
    strange = "Walk \ue000\ue0ff\ue010\ue001far\ue002 \ue000\ue020" + "\ue019" * 5000 + "\ue001"
    article = make_article(languages=["lv"], title_lv="Pastaiga", body_lv=f"<p>{strange}</p>")
    sign_in(client, "translator", languages=["lv"])
    address = article.get_absolute_url().replace("/en/", "/lv/")
    answer = client.get(f"{address}?translate=1")
    assert answer.status_code == 200 and "data-wording" in answer.text


def test_visitor_and_translator_of_another_language_get_the_page_as_it_always_is(release, client):
    release(lv={SKIP: "Uz saturu"}, fi={SKIP: "Sisältöön"})
    plain = client.get("/lv/")
    asked = client.get("/lv/?translate=1")
    assert "data-wording" not in asked.text
    assert asked.headers.get("Vary") == plain.headers.get("Vary")
    assert not asked.cookies
    sign_in(client, "translator", languages=["fi"])
    assert "data-wording" not in client.get("/lv/?translate=1").text.split("<aside")[0]


@pytest.mark.parametrize(
    "html, wanted, hidden",
    [
        ("<p>{a}</p>", "<p>[a]</p>", []),
        ("<p>{a {b} c}</p>", "<p>[a [b] c]</p>", []),
        ("<p>{a <a href='x>y'>b</a>}</p>", "<p>[a <a href='x>y'>b</a>]</p>", []),
        ('<img alt="{a}">{b}', '<img alt="a">[b]', ["a"]),
        ("<title>{a}</title>", "<title>a</title>", ["a"]),
        ("<script>x('{a}')</script>", "<script>x('a')</script>", ["a"]),
        ("<svg><text>{a}</text></svg>", "<svg><text>a</text></svg>", ["a"]),
        ("<p><b>{a</b> c}</p>", "<p><b>a</b> c</p>", ["a c"]),
        ("<p>{a</p>", "<p>a</p>", ["a"]),
        ("<p>a}</p>", "<p>a</p>", []),
        ("<!-- {a} --><p>{b}", "<!-- a --><p>[b]", ["a"]),
        ("<i title='{a}'>{c}</i>", "<i title='a'>[c]</i>", ["a"]),
    ],
)
def test_marks_become_elements_in_text_and_are_listed_elsewhere(html, wanted, hidden):
    number = iter(range(1, 10))
    letters = {
        "{": lambda: (
            f"{marks.START}{chr(marks.LANGUAGES)}{chr(marks.DIGITS + next(number))}{marks.MIDDLE}"
        ),
        "}": lambda: marks.END,
    }
    page = marks.MarkedPage("".join(letters[each]() if each in letters else each for each in html))
    shown = re.sub(r"<span data-wording=[^>]*>", "[", page.html).replace("</span>", "]")
    assert shown == wanted
    assert list(page.hidden.values()) == hidden


def test_marks_leave_json_and_addresses(release):
    assert marks.stripped("a\\ue000\\ue021b %EE%80%80c\ue002") == "ab c"


def test_what_the_interface_says_is_in_the_translation_memory(release):
    release(
        lv={SKIP: "Uz saturu", DAYS: ["%(count)s dienu", "%(count)s diena", "%(count)s dienas"]}
    )
    remember_wordings()
    (found,) = suggestions("%(count)s days", "en", "lv")
    assert found.text == "%(count)s dienas"
    edit(SKIP, "Pāriet uz saturu")
    remember_wordings()
    (found,) = suggestions(SKIP, "en", "lv")
    assert (found.text, found.similarity) == ("Pāriet uz saturu", 100)
