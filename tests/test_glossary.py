"""The glossary: terms in any form, what to call them, where they drift, and the table they come from."""

import csv
from io import StringIO

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.urls import reverse

from healthyboost import pulse
from healthyboost.glossary import index, table
from healthyboost.glossary.apps import load_at_first
from healthyboost.glossary.matching import missing_in, terms_for, terms_in
from healthyboost.glossary.models import Reading, Term, Use
from healthyboost.glossary.uses import read_again, read_pages, still_to_read
from healthyboost.translation.counting import catch_up_all

from .admin_forms import add_address, errors_of, form_address, list_address, send, sign_in
from .factories import make_article
from .test_pulse import wait_until


def make_term(identifier="walk", **fields):
    wordings = {"preferred_en": "walk", "preferred_lv": "pastaiga"} if not fields else fields
    return Term.objects.create(identifier=identifier, **wordings)


def said(text, language):
    return {hit.term.identifier for hit in terms_in(text, language)}


# Matching


def test_a_term_without_a_name_in_the_other_language_is_not_asked_for(db):
    make_term(preferred_en="walk")
    assert terms_for("A walk", "en", "lv") == []
    assert missing_in("A walk", "en", "Kaut kas", "lv") == []


def test_what_to_avoid_is_found_and_named(db):
    make_term(preferred_en="walk", preferred_lv="pastaiga", avoid_lv="gājiens")
    (hit,) = missing_in("A walk", "en", "Garā gājiena diena", "lv")
    assert (hit.avoided, hit.avoid, hit.wanted) == ("gājiena", ["gājiens"], ["pastaiga"])


def test_a_term_that_is_not_in_use_is_not_looked_for(db):
    make_term(preferred_en="walk", is_active=False)
    assert said("A walk", "en") == set()


@pytest.mark.parametrize(
    "text", ["", " ", "<p>", "&", "&#0;", "\0", "a" * 100_000, "walk " * 2_000]
)
def test_any_text_can_be_searched(db, text):
    make_term()
    assert said(text, "en") <= {"walk"}
    assert terms_in(text, "de") == []


def test_terms_are_asked_of_the_database_once(db, django_assert_num_queries):
    make_term()
    with django_assert_num_queries(1):
        for _time in range(3):
            assert said("A walk", "en") == {"walk"}


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_every_process_hears_of_a_changed_term():
    pulse.start()
    try:
        term = make_term()
        wait_until(lambda: pulse.is_proven() and said("A walk", "en"))
        Term.objects.filter(pk=term.pk).update(preferred_en="stroll")
        wait_until(lambda: said("A stroll", "en") == {"walk"})
    finally:
        pulse.stop()


# The table


def written():
    output = StringIO()
    table.write(output)
    return output.getvalue()


def load(text):
    return table.load(StringIO(text))


def small_table(**cells):
    row = {
        "id": "walk",
        **dict.fromkeys(table.columns(), ""),
        "en": "walk",
        "lv": "pastaiga",
    } | cells
    return "\n".join([",".join(row), ",".join(row.values())]) + "\n"


def test_what_is_to_be_avoided_and_what_is_not_in_use_survive_the_table(db):
    make_term(preferred_lv="pastaiga", also_lv="iešana\nstaigāšana", avoid_lv="gājiens")
    make_term("run", preferred_en="run", is_active=False)
    before = written()
    assert "pastaiga | iešana | staigāšana | !gājiens" in before and "\n#run," in before
    Term.objects.all().delete()
    load(before)
    assert written() == before


def test_loading_again_changes_nothing(db):
    load(small_table())
    loaded = load(small_table())
    assert (loaded.new, loaded.changed, loaded.differing) == ([], [], [])


def test_loading_takes_over_what_changed_in_the_table(db):
    load(small_table())
    assert load(small_table(lv="gājiens")).changed == ["walk"]
    assert Term.objects.get().preferred_lv == "gājiens"


def test_loading_leaves_what_people_wrote_and_says_what_differs(db):
    load(small_table())
    Term.objects.update(preferred_lv="iešana")
    loaded = load(small_table(lv="gājiens", en="stroll"))
    assert loaded.differing == [("walk", "lv", "iešana", "gājiens")]
    assert Term.objects.values_list("preferred_lv", "preferred_en").get() == ("iešana", "stroll")


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("", "There is no row in the table."),
        ("id,en\nwalk,walk\n", "Line 1: there is no column lv"),
        (small_table(id="Walk!"), "Line 2: identifier:"),
        (small_table(en="", lv=""), "Needed in at least one language."),
        (small_table(en="x" * 201), "Line 2: preferred_en:"),
        (small_table() + "walk,a,b,c,d,e,f\n", "Line 3: walk stands here a second time."),
        (small_table() + "run,run\n", "Line 3: it has not as many cells as line 1."),
        (small_table() + "run,a,b,c,d,e,f,g\n", "Line 3: it has not as many cells as line 1."),
    ],
)
def test_a_table_with_faults_is_refused_whole_with_the_line(db, text, sentence):
    with pytest.raises(table.Unreadable) as refused:
        load(text)
    assert sentence in "\n".join(refused.value.args)
    assert Term.objects.count() == 0


def test_a_command_loads_a_table_and_another_writes_it(db, tmp_path):
    path, output = tmp_path / "terms.csv", StringIO()
    path.write_text("\ufeff" + small_table(), encoding="utf-8")
    call_command("glossary_load", path, stdout=output)
    Term.objects.update(preferred_lv="iešana")
    path.write_text(small_table(lv="gājiens"), encoding="utf-8")
    call_command("glossary_load", path, stdout=output)
    assert "1 new, 0 changed, 0 left" in output.getvalue()
    assert "walk, lv: the portal says “iešana”, terms.csv “gājiens”" in output.getvalue()
    call_command("glossary_export", str(path), stdout=output)
    assert path.read_text(encoding="utf-8") == written()


def test_a_command_says_why_it_cannot_read_or_write_a_table(db, tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("glossary_load", tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CommandError, match="Nothing was loaded"):
        call_command("glossary_load", tmp_path / "bytes.csv")
    with pytest.raises(CommandError, match="No such file"):
        call_command("glossary_export", str(tmp_path / "none" / "terms.csv"))


def test_a_new_portal_begins_with_the_terms_of_the_table(db, settings, tmp_path):
    class Made:
        app_label, name = "glossary", "0001_initial"

    settings.LOCALE_PATHS = [tmp_path]
    load_at_first(plan=[(Made, False)])  # there is no table
    (tmp_path / table.NAME).write_text(small_table(), encoding="utf-8")
    load_at_first(plan=[(Made, True)])
    assert Term.objects.count() == 0
    load_at_first(plan=[(Made, False)])
    assert Term.objects.get().identifier == "walk"


def test_a_table_with_faults_does_not_stop_a_new_portal(db, settings, tmp_path, caplog):
    class Made:
        app_label, name = "glossary", "0001_initial"

    settings.LOCALE_PATHS = [tmp_path]
    (tmp_path / table.NAME).write_text("nonsense", encoding="utf-8")
    load_at_first(plan=[(Made, False)])
    assert "The glossary was not loaded" in caplog.text


# The report


def drifting_article(**fields):
    texts = {"body_en": "<p>A walk</p>", "body_lv": "<p>Diena</p>"} | fields
    return make_article(languages=["en", "lv"], **texts)


def report_page(client, **asked):
    return client.get(reverse("admin:glossary_term_report"), asked)


def test_pages_are_read_in_the_background_and_again_when_they_change(db):
    make_term()
    article = drifting_article(body_en="<p>Good.</p><p>A walk</p>")
    assert still_to_read() == 1
    read_pages()
    assert still_to_read() == 0
    use = Use.objects.get()
    assert (use.language, use.kind, use.place) == ("lv", "none", "|body|1")
    article.body_lv = "<p>Pastaigas</p>"
    article.save()
    catch_up_all()
    assert still_to_read() == 1
    read_pages()
    assert Use.objects.get().kind == "preferred"


def test_pages_are_read_again_when_the_glossary_changes(db):
    term = make_term()
    drifting_article(body_lv="<p>Gājiens</p>")
    read_pages()
    assert Use.objects.get().kind == "none"
    Term.objects.filter(pk=term.pk).update(avoid_lv="gājiens")
    index.forget()
    assert still_to_read() == 1
    read_pages()
    assert Use.objects.values_list("kind", "wording").get() == ("avoid", "gājiens")


def test_what_was_read_of_a_deleted_page_goes(db):
    make_term()
    drifting_article(body_lv="<p>Gājiens</p>").delete()
    article = drifting_article(body_lv="<p>Gājiens</p>")
    read_pages()
    kind = ContentType.objects.get_for_model(article)
    type(article).objects.filter(pk=article.pk).delete()
    read_pages()
    assert (Use.objects.count(), Reading.objects.filter(content_type=kind).count()) == (0, 0)


def test_the_report_shows_what_translations_say_and_leads_to_the_paragraph(client, db):
    sign_in(client, "translators", languages=["lv"])
    make_term(preferred_en="walk", preferred_lv="pastaiga", also_lv="iešana", avoid_lv="gājiens")
    for word in ("Pastaiga", "Iešana", "Gājiens", "Gājieni", "Diena"):
        article = drifting_article(body_en="<p>Good.</p><p>A walk</p>", body_lv=f"<p>{word}</p>")
    read_pages()
    page = report_page(client)
    (line,) = page.context["lines"]
    assert line.drifting == 3 and line.is_split
    assert set(line.calls) == {
        ("gājiens", "avoid", 2),
        ("iešana", "also", 1),
        ("pastaiga", "preferred", 1),
        ("", "none", 1),
    }
    places = report_page(client, term="walk", language="lv").context["places"]
    editor = reverse(
        "admin:translate_page",
        args=[ContentType.objects.get_for_model(article).pk, article.pk, "lv"],
    )
    assert f"{editor}#unit-|body|1" in [place.address for place in places]
    assert len(places) == 3


def test_the_report_costs_the_same_queries_for_many_pages(
    client, db, django_assert_max_num_queries, monkeypatch
):
    sign_in(client)
    make_term()
    counts = []
    for _time in range(2):
        for _number in range(3):
            drifting_article()
        read_pages()
        with django_assert_max_num_queries(40) as asked:
            assert report_page(client).status_code == 200
            assert report_page(client, term="walk").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_report_goes_on_from_page_to_page(client, db, monkeypatch):
    monkeypatch.setattr("healthyboost.glossary.report.PAGE_SIZE", 2)
    sign_in(client)
    make_term()
    for _number in range(3):
        drifting_article()
    read_pages()
    first = report_page(client, term="walk")
    second = report_page(client, term="walk", after=first.context["following"])
    shown = [place.address for page in (first, second) for place in page.context["places"]]
    assert len(set(shown)) == 3 and not second.context["following"]


def test_the_report_is_a_table_to_take_away(client, db):
    sign_in(client)
    make_term(preferred_en="walk", preferred_lv="pastaiga", avoid_lv="=gājiens")
    drifting_article(body_en="<p>A walk</p>", body_lv="<p>gājiens</p>")
    read_pages()
    page = report_page(client, format="csv", language="lv")
    rows = list(csv.reader(StringIO(page.getvalue().decode().removeprefix("\ufeff"))))
    assert rows[1][:4] == ["walk", "Latvian", "pastaiga", "walk"]
    assert rows[1][5] == "'=gājiens"


@pytest.mark.parametrize("asked", [{"term": "none"}, {"language": "xx"}, {"after": "9" * 40}])
def test_the_report_answers_nonsense_with_a_page(client, db, asked):
    sign_in(client)
    make_term()
    assert report_page(client, **({"term": "walk"} | asked)).status_code == 200


def test_the_report_is_for_those_who_may_see_the_glossary(client, db):
    assert report_page(client).status_code == 302


def test_a_page_that_was_touched_is_read_again(db):
    make_term()
    article = drifting_article()
    read_pages()
    read_again(ContentType.objects.get_for_model(article).pk, {article.pk})
    assert still_to_read() == 1


# The forms


def test_a_term_is_added_and_changed_in_the_admin(client, db):
    sign_in(client, "editors")
    send(
        client,
        add_address(Term),
        identifier="walk",
        preferred_en="walk",
        preferred_lv="pastaiga",
        also_lv="iešana",
    )
    term = Term.objects.get()
    assert term.wordings["lv"] == ["pastaiga", "iešana"]
    send(client, form_address(term), preferred_fi="kävely")
    assert Term.objects.get().preferred_fi == "kävely"
    history = client.get(reverse("admin:glossary_term_history", args=[term.pk]))
    assert "kävely" in history.text


def test_a_translator_writes_the_wordings_of_her_languages_alone(client, db):
    sign_in(client, "translators", languages=["lv"])
    term = make_term()
    address = form_address(term)
    send(client, address, preferred_lv="iešana", preferred_en="stroll", is_active="")
    term.refresh_from_db()
    assert (term.preferred_lv, term.preferred_en, term.is_active) == ("iešana", "walk", True)
    assert client.get(add_address(Term)).status_code == 403


def test_a_coordinator_sees_the_glossary_and_changes_nothing(client, db):
    sign_in(client, "coordinators")
    term = make_term()
    assert "pastaiga" in client.get(list_address(Term)).text
    client.post(form_address(term), {"preferred_lv": "iešana"})
    assert Term.objects.get().preferred_lv == "pastaiga"


@pytest.mark.parametrize(
    "typed, field",
    [
        ({"identifier": "Two words", "preferred_en": "walk"}, "identifier"),
        ({"identifier": "walk"}, "preferred_en"),
        ({"identifier": "run", "preferred_en": "walk"}, "identifier"),
    ],
)
def test_a_term_with_faults_is_refused_with_a_sentence(client, db, typed, field):
    sign_in(client, "editors")
    make_term("run", preferred_en="run")
    assert field in errors_of(send(client, add_address(Term), **typed))


def test_the_list_shows_all_languages_side_by_side(client, db):
    sign_in(client, "editors")
    make_term(
        preferred_en="walk", preferred_lv="pastaiga", also_lv="iešana", preferred_ru="прогулка"
    )
    page = client.get(list_address(Term), {"q": "iesana"}).text
    assert '<span lang="lv">pastaiga / iešana</span>' in page
    assert '<span lang="ru">прогулка</span>' in page
