"""The translators' editor: pairs of paragraphs, each saved by itself, with nothing lost or half done."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from healthyboost.content.age import source_texts
from healthyboost.content.models import Draft
from healthyboost.translation.units import Place, State, save_unit, translation_of
from news.models import Article

from .admin_forms import form_address, press, queries_of, sign_in
from .factories import make_article, make_organisation, make_pilot, make_theme, make_user

pytestmark = pytest.mark.django_db
BODY = (
    "<p>We walk every day.</p>\n<h2>Why we walk</h2>\n<p>It is <strong>good</strong> for all.</p>"
)
GOOD_LV = "Tas visiem nāk <strong>par labu</strong>."
BODY_LV = f"<p>Mēs ejam katru dienu.</p>\n<h2>Kāpēc mēs ejam</h2>\n<p>{GOOD_LV}</p>"
WORDS = {
    "title_en": "A long walk",
    "summary_en": "We walk by the sea.",
    "body_en": BODY,
    "title_lv": "Gara pastaiga",
    "summary_lv": "Mēs ejam gar jūru.",
    "body_lv": BODY_LV,
}


def translated(**fields):
    """An article in English and Latvian, as it was translated."""
    article = make_article(languages=["en", "lv"], **{**WORDS, **fields})
    article.made_from_lv = source_texts(article, "en")
    article.save()
    return article


def change(article, **fields):
    """The source is edited and stored."""
    for name, text in fields.items():
        setattr(article, name, text)
    article.save()


def address_of(page, language="lv", query=""):
    kind = ContentType.objects.get_for_model(page)
    return reverse("admin:translate_page", args=[kind.pk, page.pk, language]) + query


def unit_at(page, place, language="lv"):
    return translation_of(page, language).unit(Place.read(place))


def form_of(unit, text):
    """What the browser sends for one paragraph."""
    place = str(unit.place)
    return {
        f"text:{place}": text,
        f"version:{place}": unit.version,
        f"source:{place}": unit.source_version,
    }


def troubles_of(answer):
    """How many paragraphs an answer to the script says are not saved."""
    return answer.json()["troubles"]


def send_unit(client, page, unit, text, do="save", as_script=True, **more):
    data = {**form_of(unit, text), "do": f"{do}:{unit.place}", **more}
    headers = {"accept": "application/json"} if as_script else {}
    return client.post(address_of(page), data, headers=headers)


def publish(client, page, language="lv", **more):
    return client.post(address_of(page, language), {"do": "publish", **more})


@pytest.fixture
def translator(client):
    client.user = sign_in(client, "translator", languages=["lv"], first_name="Ilze", last_name="O")
    return client


# What is shown


def test_the_source_stands_beside_its_translation_with_its_formatting(translator):
    page = translator.get(address_of(translated())).content.decode()
    assert "It is <strong>good</strong> for all." in page
    assert "Tas visiem nāk <strong>par labu</strong>." in page
    assert "Heading 2" in page


def test_the_head_says_how_much_is_left(translator):
    article = translated()
    change(article, body_en=BODY.replace("every day", "every single day in the rain"))
    page = translator.get(address_of(article)).content.decode()
    assert "4 of 5 paragraphs" in page and "8 words left" in page


def test_what_changed_in_the_source_is_shown_word_by_word(translator):
    article = translated()
    change(article, body_en=BODY.replace("every day", "twice a day"))
    page = translator.get(address_of(article)).content.decode()
    assert "twice a</ins>" in page and "every</del>" in page
    assert "Mēs ejam katru dienu." in page  # her old translation beside it


@pytest.mark.long
def test_two_further_languages_are_shown_and_remembered(translator):
    article = translated(title_fi="Pitkä kävely", title_sv="En lång promenad")
    shown = translator.get(address_of(article, query="?help=fi&help=sv")).content.decode()
    assert "Pitkä kävely" in shown and "En lång promenad" in shown
    assert "Pitkä kävely" in translator.get(address_of(article)).content.decode()
    translator.get(address_of(article, query="?help="))
    assert "Pitkä kävely" not in translator.get(address_of(article)).content.decode()


@pytest.mark.long
def test_any_other_written_language_can_be_the_source(translator):
    article = translated(title_fi="Pitkä kävely", summary_fi="Kävelemme.", body_fi="<p>Joo.</p>")
    page = translator.get(address_of(article, query="?from=fi")).content.decode()
    assert "Kävelemme." in page and "We walk by the sea." not in page


@pytest.mark.long
def test_rows_that_hang_on_the_page_are_translated_with_it(translator):
    pilot = make_pilot(title_en="Paths")
    step = pilot.steps.create(title_en="Ask people", position=1)
    place = f"pilots.pilotstep:{step.pk}|title|0"
    unit = unit_at(pilot, place)
    assert send_unit(translator, pilot, unit, "Jautā cilvēkiem").status_code == 200
    assert unit_at(pilot, place).text == "Jautā cilvēkiem"


def test_a_theme_is_translated_in_its_own_form(translator):
    theme = make_theme("walking")
    response = translator.get(address_of(theme))
    assert response.url == f"{form_address(theme)}#language-lv"


@pytest.mark.parametrize("query", ["?from=xx", "?help=xx&help=en", "?open=nowhere", "?comment=x"])
def test_nonsense_in_the_address_is_answered_with_the_page(translator, query):
    assert translator.get(address_of(translated(), query=query)).status_code == 200


def test_a_page_that_is_not_there_is_not_found(translator):
    kind = ContentType.objects.get_for_model(Article).pk
    for numbers in ([kind, 999999, "lv"], [999999, 1, "lv"], [kind, translated().pk, "xx"]):
        assert translator.get(reverse("admin:translate_page", args=numbers)).status_code == 404


def test_a_language_that_is_not_hers_is_refused(translator):
    article = translated()
    assert translator.get(address_of(article, "fi")).status_code == 403
    unit = unit_at(article, "|title|0", "fi")
    data = {**form_of(unit, "Pitkä"), "do": "save:|title|0"}
    assert translator.post(address_of(article, "fi"), data).status_code == 403
    assert not Draft.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_paragraphs(translator):
    short = translated()
    long = translated(body_en=BODY * 20, body_lv=BODY_LV * 20)
    queries_of(translator, address_of(short))
    assert queries_of(translator, address_of(long)) == queries_of(translator, address_of(short))


# Saving


def test_a_paragraph_is_saved_by_itself_and_is_not_public(translator, client):
    article = translated()
    answer = send_unit(translator, article, unit_at(article, "|body|0"), "<p>Mēs staigājam.</p>")
    assert answer.status_code == 200 and "Saved" in answer.json()["said"]
    assert unit_at(article, "|body|0").text == "Mēs staigājam."
    assert "staigājam" not in client.get(f"/lv{article.get_absolute_url()[3:]}").content.decode()


def test_the_answer_holds_the_row_as_it_is_now_and_the_head(translator):
    article = translated()
    answer = send_unit(translator, article, unit_at(article, "|body|0"), "<p>Jauns.</p>").json()
    [[place, html]] = answer["rows"]
    assert place == "|body|0" and "Jauns." in html and "Mēs ejam katru dienu." in html
    assert "Public until you publish" in html and "5 of 5" in answer["head"]


def test_without_a_script_the_whole_form_saves_what_was_changed_and_nothing_else(translator):
    article, data = translated(), {}
    for unit in translation_of(article, "lv").units:
        data |= form_of(unit, unit.text.replace("Gara", "Ļoti gara"))
    assert translator.post(address_of(article), data).status_code == 302
    assert article.drafts.get().fields == {"title": "Ļoti gara pastaiga"}


def test_saving_many_paragraphs_asks_the_database_as_often_as_saving_few(translator):
    counts = []
    for times in (1, 10):
        article, data = translated(body_en=BODY * times, body_lv=BODY_LV * times), {}
        for unit in translation_of(article, "lv").units:
            data |= form_of(unit, f"{unit.text} Jā" if "|body|" in str(unit.place) else unit.text)
        with CaptureQueriesContext(connection) as queries:
            assert translator.post(address_of(article), data).status_code == 302
        assert article.drafts.get().fields["body"].count("Jā") == 3 * times
        counts.append(len(queries))
    assert counts[1] <= counts[0]


def test_a_nul_in_a_text_is_left_out(translator):
    article = translated()
    change(article, body_en="")
    gone = unit_at(article, "|body|0")
    assert gone.state is State.REMOVED
    send_unit(translator, article, gone, "Mēs\0 ejam.")
    assert unit_at(article, "|body|0").text == "Mēs ejam."


def test_what_was_not_changed_makes_no_draft(translator):
    article = translated()
    send_unit(
        translator,
        article,
        unit_at(article, "|body|2"),
        "<p>Tas visiem nāk <strong>par labu</strong>.</p>",
    )
    assert not article.drafts.exists()


def test_a_paragraph_may_become_several(translator):
    article = translated()
    send_unit(
        translator, article, unit_at(article, "|body|0"), "<p>Mēs ejam.</p><p>Katru dienu.</p>"
    )
    assert article.drafts.get().fields["body"].startswith("<p>Mēs ejam.</p>\n<p>Katru dienu.</p>")
    assert unit_at(article, "|body|0").text == "<p>Mēs ejam.</p><p>Katru dienu.</p>"


@pytest.mark.long
def test_two_paragraphs_are_joined_and_separated_again(translator):
    article = translated()
    send_unit(translator, article, unit_at(article, "|body|1"), "Kāpēc mēs ejam", do="join")
    assert len(translation_of(article, "lv").units) == 4
    unit = unit_at(article, "|body|1")
    answer = send_unit(translator, article, unit, unit.text, do="split").json()
    assert len(translation_of(article, "lv").units) == 5 and "pairs" in answer


def test_of_two_translators_the_second_sees_both_texts(translator):
    article, other = translated(), make_user("editor", first_name="Berit", last_name="A")
    before = unit_at(article, "|title|0")
    save_unit(article, "lv", before.place, "Viņas teksts", before.version, by=other)
    answer = send_unit(translator, article, before, "Mans teksts")
    [[_place, html]] = answer.json()["rows"]
    assert troubles_of(answer) == 1
    assert "Viņas teksts" in html and "Mans teksts" in html and "Berit A" in html
    assert unit_at(article, "|title|0").text == "Viņas teksts"


@pytest.mark.long
def test_after_seeing_both_she_can_save_hers(translator):
    article = translated()
    before = unit_at(article, "|title|0")
    save_unit(article, "lv", before.place, "Viņas teksts", before.version)
    assert troubles_of(send_unit(translator, article, before, "Mans teksts")) == 1
    now = unit_at(article, "|title|0")
    assert troubles_of(send_unit(translator, article, now, "Mans teksts")) == 0
    assert unit_at(article, "|title|0").text == "Mans teksts"


def test_the_same_words_from_both_are_no_conflict(translator):
    article = translated()
    before = unit_at(article, "|title|0")
    save_unit(article, "lv", before.place, "Pastaiga", before.version)
    assert troubles_of(send_unit(translator, article, before, "Pastaiga")) == 0


def test_when_the_source_moves_her_text_stays_beside_what_has_changed(translator):
    article = translated()
    before = unit_at(article, "|body|0")
    change(article, body_en=BODY.replace("every day", "every night"))
    answer = send_unit(
        translator, article, before, "Ejam.", **{"seen:|body|0": "We walk every day."}
    )
    [[_place, html]] = answer.json()["rows"]
    assert troubles_of(answer) == 1 and "Ejam." in html and "night</ins>" in html
    assert not article.drafts.exists()


@pytest.mark.long
def test_a_paragraph_that_has_only_moved_is_saved_where_it_is_now(translator):
    article = translated()
    before = unit_at(article, "|body|2")
    change(article, body_en=f"<p>First of all.</p>\n{BODY}")
    assert troubles_of(send_unit(translator, article, before, "Labi.")) == 0
    assert unit_at(article, "|body|3").text == "Labi."


def test_a_text_for_a_paragraph_that_is_gone_comes_back_to_be_copied(translator):
    article = translated()
    before = unit_at(article, "|body|2")
    change(article, body_en="<p>We walk every day.</p>", body_lv="<p>Mēs ejam katru dienu.</p>")
    change(article, made_from_lv=source_texts(article, "en"))
    answer = send_unit(translator, article, before, "Mans <em>darbs</em>.", as_script=False)
    assert answer.status_code == 200 and "Mans &lt;em&gt;darbs" in answer.content.decode()


def test_without_a_script_a_conflict_keeps_all_that_was_typed(translator):
    article = translated()
    title, summary = unit_at(article, "|title|0"), unit_at(article, "|summary|0")
    save_unit(article, "lv", title.place, "Viņas", title.version)
    data = {**form_of(title, "Mans"), **form_of(summary, "Mans kopsavilkums")}
    answer = translator.post(address_of(article), data)
    assert answer.status_code == 200 and ">Mans</textarea>" in answer.content.decode()
    assert unit_at(article, "|summary|0").text == "Mans kopsavilkums"


def test_what_would_break_the_page_is_refused_with_a_sentence_and_stays_in_its_field(translator):
    article = translated()
    answer = send_unit(translator, article, unit_at(article, "|title|0"), "g" * 251)
    [[_place, html]] = answer.json()["rows"]
    assert troubles_of(answer) == 1 and "250" in html and "g" * 251 in html
    assert not article.drafts.exists()


def test_markup_that_is_not_allowed_never_reaches_the_page(translator):
    article = translated()
    text = '<p onclick="x()">Ejam<script>alert(1)</script></p>'
    answer = send_unit(translator, article, unit_at(article, "|body|0"), text)
    assert "onclick" not in answer.content.decode() and "alert" not in answer.content.decode()
    assert unit_at(article, "|body|0").text == "Ejam"


# What can be said of a paragraph without writing it


def test_a_translation_that_is_right_still_is_made_from_the_new_source(translator):
    article = translated()
    change(article, body_en=BODY.replace("every day", "each and every day"))
    unit = unit_at(article, "|body|0")
    assert unit.state == State.CHANGED
    send_unit(translator, article, unit, unit.text, do="right")
    assert unit_at(article, "|body|0").state == State.CURRENT


@pytest.mark.long
def test_a_paragraph_that_needs_no_translation_is_marked(translator):
    article = translated(body_en="<p>Turku, Helsinki</p>", body_lv="")
    unit = unit_at(article, "|body|0")
    send_unit(translator, article, unit, "", do="same")
    assert unit_at(article, "|body|0").is_same and unit_at(article, "|body|0").text == unit.source
    send_unit(translator, article, unit_at(article, "|body|0"), "", do="clear")
    assert unit_at(article, "|body|0").state == State.MISSING


@pytest.mark.parametrize("verb, is_kept", [("keep", True), ("remove", False)])
def test_what_the_source_no_longer_says_is_kept_or_removed(translator, verb, is_kept):
    article = translated()
    change(article, body_en="\n".join(BODY.split("\n")[:2]))
    unit = unit_at(article, "|body|2")
    assert unit.state == State.REMOVED
    send_unit(translator, article, unit, unit.text, do=verb)
    translation = translation_of(article, "lv")
    assert translation.is_finished
    assert any("par labu" in each.text for each in translation.units) == is_kept


def test_all_minor_changes_are_confirmed_at_once(translator):
    article = translated()
    change(article, body_en=BODY.replace("day.", "day!").replace("all.", "all!"))
    assert [unit.state for unit in translation_of(article, "lv").units].count(State.MINOR) == 2
    translator.post(address_of(article), {"do": "confirm_minor"})
    assert {unit.state for unit in translation_of(article, "lv").units} == {State.CURRENT}


# Going public


def test_publishing_makes_the_draft_public_and_says_so_in_the_history(translator):
    article = translated()
    send_unit(translator, article, unit_at(article, "|title|0"), "Īsa pastaiga")
    assert publish(translator, article).status_code == 302
    article.refresh_from_db()
    assert article.title_lv == "Īsa pastaiga" and not article.drafts.exists()
    entry = LogEntry.objects.get(object_id=article.pk)
    assert json.loads(entry.change_message)[-1]["published"]["language"] == "lv"
    assert entry.user == translator.user


def test_a_new_language_goes_public_only_when_it_is_whole(translator):
    article = make_article(languages=["en"], **{k: v for k, v in WORDS.items() if "_en" in k})
    send_unit(translator, article, unit_at(article, "|title|0"), "Gara pastaiga")
    answer = publish(translator, article, unfinished="1")
    assert answer.status_code == 200 and "not finished" in answer.content.decode()
    assert not Article.objects.get(pk=article.pk).is_public_in("lv")


@pytest.mark.long
def test_a_public_text_may_be_published_with_new_paragraphs_missing_if_she_says_so(translator):
    article = translated()
    change(article, body_en=f"{BODY}\n<p>One more thing.</p>")
    send_unit(translator, article, unit_at(article, "|title|0"), "Jauns virsraksts")
    assert "1 new paragraph missing" in publish(translator, article).content.decode()
    assert publish(translator, article, unfinished="1").status_code == 302
    assert Article.objects.get(pk=article.pk).title_lv == "Jauns virsraksts"
    assert unit_at(article, "|body|3").state == State.MISSING


@pytest.mark.long
def test_what_the_checks_find_is_refused_or_asked_about(translator):
    article = translated()
    bare = '<p>Skat. <a href="https://example.org/">https://example.org/walk</a> te.</p>'
    send_unit(translator, article, unit_at(article, "|summary|0"), "Gara pastaiga")
    answer = publish(translator, article)
    assert answer.status_code == 200 and "only repeats the title" in answer.content.decode()
    assert article.drafts.exists() and bare
    assert publish(translator, article, reason="It is that short.").status_code == 302
    assert "It is that short." in LogEntry.objects.get(object_id=article.pk).change_message


@pytest.mark.long
def test_who_may_not_publish_sends_it_for_review(translator):
    article = translated(withdrawn_at_lv="2026-01-01T00:00Z")
    send_unit(translator, article, unit_at(article, "|title|0"), "Īsa pastaiga")
    assert publish(translator, article).status_code == 403
    translator.post(address_of(article), {"do": "review"})
    assert article.drafts.get().state == Draft.State.REVIEW
    translator.post(address_of(article), {"do": "take_back"})
    assert article.drafts.get().state == Draft.State.WRITING


@pytest.mark.long
def test_a_text_that_was_never_public_is_published_without_another_change(translator):
    article = translated(published_at_lv=None)
    assert publish(translator, article).status_code == 302
    article = Article.objects.get(pk=article.pk)
    assert article.is_public_in("lv") and article.made_from_lv["language"] == "en"


@pytest.mark.long
def test_the_form_asks_before_it_publishes_an_unfinished_translation(client):
    sign_in(client, "editor")
    article = translated()
    change(article, body_en=f"{BODY}\n<p>One more thing.</p>")
    send_unit(client, article, unit_at(article, "|title|0"), "Īsa pastaiga")
    response = press(client, form_address(article), _publish="lv")
    refusal = next(p for p in response.context_data["panels"] if p.code == "lv").refusal
    assert any("not finished" in fault.message for fault in refusal.faults)


@pytest.mark.long
def test_a_text_that_is_written_in_the_form_forgets_its_paragraphs(client):
    sign_in(client, "editor")
    article = translated()
    send_unit(client, article, unit_at(article, "|body|0"), "<p>Ejam.</p><p>Katru dienu.</p>")
    send_unit(client, article, unit_at(article, "|title|0"), "Pastaiga")
    press(client, form_address(article), body_lv="<p>Pavisam cits.</p>")
    assert set(article.drafts.get().paragraphs["fields"]) == {"|title"}


# What helps


def test_the_panel_of_a_paragraph_shows_what_helps_with_it(translator):
    article = translated()
    make_article(
        languages=["en", "lv"], **{**WORDS, "body_lv": BODY_LV.replace("Mēs ejam", "Mēs soļojam")}
    )
    kind = ContentType.objects.get_for_model(article)
    panel = reverse("admin:translate_panel", args=[kind.pk, article.pk, "lv"])
    response = translator.get(panel, {"place": "|body|0"})
    assert response.status_code == 200 and "Ask the author" in response.content.decode()
    assert translator.get(panel, {"place": "nowhere"}).status_code == 404


def test_without_a_script_the_panel_opens_by_a_link(translator):
    page = translator.get(address_of(translated(), query="?open=|body|0")).content.decode()
    assert page.count("Ask the author") == 2  # of the paragraph, and of the whole page


@pytest.mark.long
def test_a_coordinator_translates_the_pages_of_her_city(client):
    city = make_organisation()
    sign_in(client, "coordinator", city)
    assert client.get(address_of(translated(organisation=city))).status_code == 200
    assert client.get(address_of(translated())).status_code == 403
