"""A page is translated paragraph by paragraph; nothing is overwritten, nothing half-done is public."""

import random

import pytest

from healthyboost.content.age import age_of
from healthyboost.content.blocks import parse, render
from healthyboost.content.models import Draft, Origin
from healthyboost.content.richtext import clean
from healthyboost.translation.units import (
    Conflict,
    Place,
    SourceMoved,
    State,
    Unfinished,
    join_units,
    publish_translation,
    save_unit,
    source_languages,
    split_unit,
    translation_of,
)
from news.models import Article

from .factories import make_article

BODY = clean("<h2>Walks</h2><p>First.</p><p>Second.</p><ul><li>Third.</li><li>Fourth.</li></ul>")
LATVIAN = clean("<h2>Pastaigas</h2><p>Viens.</p><p>Divi.</p><ul><li>Trīs.</li><li>Četri.</li></ul>")
ARTICLE = {"title_en": "Walk", "summary_en": "A walk.", "body_en": BODY}
TEXTS = {"title_lv": "Pastaiga", "summary_lv": "Par pastaigu.", "body_lv": LATVIAN}


@pytest.fixture
def translated(db):
    """An English original and its Latvian translation, both public."""
    article = make_article(languages=["en", "lv"], **ARTICLE, **TEXTS)
    article.made_from_lv = "en"
    article.save()
    return Article.objects.get(pk=article.pk)


@pytest.fixture
def untranslated(db):
    return make_article(languages=["en"], **ARTICLE)


def rewrite(article, **texts):
    Article.objects.filter(pk=article.pk).update(**texts)
    return Article.objects.get(pk=article.pk)


def states(article, language="lv", source=None):
    units = translation_of(article, language, source).units
    return {str(unit.place): str(unit.state) for unit in units if unit.state != "current"}


def at(article, place, language="lv"):
    return translation_of(article, language).unit(Place.read(place))


def save(article, place, text, language="lv", **kwargs):
    unit = at(article, place, language)
    return save_unit(article, language, unit.place, text, unit.version, **kwargs)


# Blocks


@pytest.mark.parametrize(
    "html",
    [
        BODY,
        "<ul><li>a<ul><li>n</li></ul>more</li></ul><ul><li>b</li></ul>",
        '<table><tbody><tr><td>a</td><td colspan="2"></td></tr></tbody></table><p>z</p>',
        '<img data-picture="a"><p>b</p><blockquote><p>q</p><ol><li>1</li></ol></blockquote>',
        "plain <strong>x</strong>",
        "",
    ],
)
def test_blocks_make_the_text_again(html):
    assert clean(render(parse(clean(html)))) == clean(html)


def test_blocks_of_any_text_make_it_again():
    chance = random.Random(4)
    marks = ["p", "ul", "li", "blockquote", "h2", "strong", "table", "tr", "td", "br", "img"]
    for _number in range(200):
        pieces = []
        for _piece in range(chance.randrange(12)):
            mark = chance.choice(marks)
            pieces.append(chance.choice([f"<{mark}>", f"</{mark}>", "word ", "a&amp;b"]))
        text = clean("".join(pieces))
        assert clean(render(parse(text))) == text


def test_item_of_a_list_whose_beginning_is_missing_stands_in_a_list_of_its_own():
    assert render(parse(BODY)[4:]) == "<ul><li>Fourth.</li></ul>"


# Reading


def test_current_translation_has_nothing_to_do(translated):
    translation = translation_of(translated, "lv")
    assert states(translated) == {} and translation.words_to_do == 0 and translation.is_finished
    assert [unit.kind for unit in translation.units] == [
        *("text", "text", "heading", "paragraph", "paragraph", "item", "item"),
    ]
    assert (translation.units[3].source, translation.units[3].text) == ("First.", "Viens.")


def test_untranslated_page_is_all_to_do(untranslated):
    translation = translation_of(untranslated, "lv")
    assert {unit.state for unit in translation.units} == {State.MISSING}
    assert translation.words_to_do == 8


def test_changed_paragraph_keeps_its_translation_and_what_it_was_made_from(translated):
    article = rewrite(translated, body_en=BODY.replace("Second.", "Second, at noon."))
    unit = at(article, "|body|2")
    assert states(article) == {"|body|2": "changed"}
    assert (unit.source, unit.then, unit.text) == ("Second, at noon.", "Second.", "Divi.")


def test_mark_and_comma_are_minor(translated):
    article = rewrite(translated, body_en=BODY.replace("Second.", "<strong>Second</strong>!"))
    assert states(article) == {"|body|2": "minor"}


def test_new_paragraph_is_missing_and_the_others_stay(translated):
    article = rewrite(translated, body_en=BODY.replace("<p>Second", "<p>Between.</p><p>Second"))
    assert states(article) == {"|body|2": "missing"}
    assert at(article, "|body|3").text == "Divi."


def test_translation_of_a_removed_paragraph_is_kept_to_be_looked_at(translated):
    article = rewrite(translated, body_en=BODY.replace("<p>Second.</p>\n", ""))
    assert states(article) == {"|body|2": "removed"}
    assert at(article, "|body|2").text == "Divi."


def test_free_translation_is_one_unit_a_section(translated):
    article = rewrite(translated, body_lv=clean("<h2>Pastaigas</h2><p>Viss kopā.</p>"))
    units = [unit for unit in translation_of(article, "lv").units if unit.place.field == "body"]
    assert [len(unit.row.then) for unit in units] == [1, 4]
    assert states(article) == {}


def test_text_of_unknown_making_stands_beside_its_source(db):
    article = make_article(languages=["en", "lv"], **ARTICLE, **TEXTS)
    assert set(states(article).values()) == {"unknown"}
    assert at(article, "|body|1").text == "Viens."


def test_pivot_is_another_source_and_nothing_was_compared_with_it(translated):
    article = rewrite(
        translated, title_ru="Прогулка", summary_ru="О ней.", body_ru=BODY.replace("First", "Раз")
    )
    assert source_languages(article, "lv")[:2] == ["en", "ru"]
    assert set(states(article, source="ru").values()) == {"unknown"}


# Saving


def test_saved_paragraph_is_in_the_draft_and_not_public(translated):
    article = rewrite(translated, body_en=BODY.replace("Second.", "Second, at noon."))
    unit = save(article, "|body|2", "Divi, pusdienlaikā.")
    draft = Draft.objects.get()
    assert unit.is_draft and unit.state == "current" and unit.live == "Divi."
    assert draft.fields == {"body": LATVIAN.replace("Divi.", "Divi, pusdienlaikā.")}
    assert Article.objects.get().body_lv == LATVIAN


def test_second_translator_does_not_overwrite_the_first(translated):
    seen = at(translated, "|body|2")
    save(translated, "|body|2", "Pirmā.")
    with pytest.raises(Conflict) as conflict:
        save_unit(translated, "lv", seen.place, "Otrā.", seen.version)
    assert conflict.value.unit.text == "Pirmā."
    assert at(translated, "|body|2").text == "Pirmā."


def test_two_translators_in_two_paragraphs_keep_both(translated):
    one, other = at(translated, "|body|1"), at(translated, "|body|2")
    save_unit(translated, "lv", one.place, "Pirmā.", one.version)
    save_unit(translated, "lv", other.place, "Otrā.", other.version)
    assert Draft.objects.get().fields["body"] == LATVIAN.replace("Viens.", "Pirmā.").replace(
        "Divi.", "Otrā."
    )


def test_paragraph_that_moved_is_found_and_one_that_changed_is_not_translated_blindly(translated):
    seen = at(translated, "|body|2")
    article = rewrite(translated, body_en=BODY.replace("<p>First", "<p>New.</p><p>First"))
    saved = save_unit(
        article, "lv", seen.place, "Otrā.", seen.version, source_version=seen.source_version
    )
    assert (saved.place.number, saved.source) == (3, "Second.")
    article = rewrite(article, body_en=BODY.replace("Second.", "Something else."))
    with pytest.raises(SourceMoved):
        save_unit(article, "lv", seen.place, "x", seen.version, source_version=seen.source_version)


def test_paragraph_may_be_split_and_stays_split(translated):
    save(translated, "|body|1", "<p>Viens.</p><p>Un vēl.</p>")
    publish_translation(translated, "lv")
    article = Article.objects.get()
    assert article.body_lv == LATVIAN.replace("<p>Viens.</p>", "<p>Viens.</p>\n<p>Un vēl.</p>")
    assert states(article) == {}
    assert at(article, "|body|1").text == "<p>Viens.</p><p>Un vēl.</p>"
    assert at(article, "|body|2").text == "Divi."


def test_paragraphs_may_be_joined_and_taken_apart_again(translated):
    joined = join_units(translated, "lv", Place.read("|body|1"))
    assert joined.source == "<p>First.</p><p>Second.</p>"
    save_unit(translated, "lv", joined.place, "Viens un divi.", joined.version)
    publish_translation(translated, "lv")
    article = Article.objects.get()
    assert article.body_lv == LATVIAN.replace(
        "<p>Viens.</p>\n<p>Divi.</p>", "<p>Viens un divi.</p>"
    )
    assert states(article) == {} and at(article, "|body|1").text == "Viens un divi."
    first = split_unit(article, "lv", Place.read("|body|1"))
    assert (first.source, first.text) == ("First.", "Viens un divi.")
    assert states(article) == {"|body|2": "missing"}


def test_two_new_paragraphs_may_be_joined_before_they_are_translated(untranslated):
    joined = join_units(untranslated, "lv", Place.read("|body|1"))
    assert joined.state == "missing" and joined.words == 2
    assert at(untranslated, "|body|1").source == "<p>First.</p><p>Second.</p>"


def test_mark_that_nothing_is_to_be_translated_stays_after_publishing(translated):
    save(translated, "|title|0", "Walk", is_same=True)
    publish_translation(translated, "lv")
    assert at(Article.objects.get(), "|title|0").is_same


def test_typed_markup_is_cleaned(translated):
    save(translated, "|body|1", '<p onclick="x()">Viens<script>alert(1)</script></p>')
    assert "script" not in Draft.objects.get().fields["body"]
    assert "onclick" not in Draft.objects.get().fields["body"]


def test_list_stays_a_list_whatever_is_typed(translated):
    save(translated, "|body|3", "<p>Trīs.</p><p>Trīs ar pusi.</p>")
    assert Draft.objects.get().fields["body"].count("<li>") == 3


# Publishing


def test_published_translation_knows_what_each_paragraph_was_made_from(translated):
    changed = BODY.replace("First.", "One.").replace("Second.", "Two.")
    article = rewrite(translated, body_en=changed)
    save(article, "|body|1", "Pirmais.")
    publish_translation(article, "lv")
    article = Article.objects.get()
    assert states(article) == {"|body|2": "changed"}
    assert age_of(article, "lv").changed == 1


def test_source_that_changes_while_somebody_translates_is_not_forgotten(translated):
    article = rewrite(translated, body_en=BODY.replace("Second.", "Two."))
    save(article, "|body|2", "Divi jauni.")
    article = rewrite(article, body_en=BODY.replace("Second.", "Three."))
    publish_translation(article, "lv")
    assert states(Article.objects.get()) == {"|body|2": "changed"}


def test_unfinished_translation_is_not_published(untranslated):
    save(untranslated, "|title|0", "Pastaiga")
    with pytest.raises(Unfinished):
        publish_translation(untranslated, "lv")
    assert not Article.objects.get().is_public_in("lv")


def test_whole_translation_is_published(untranslated):
    texts = ["Pastaiga", "Par.", "Pastaigas", "Viens.", "Divi.", "Trīs.", "Četri."]
    for unit, text in zip(translation_of(untranslated, "lv").units, texts, strict=True):
        save_unit(untranslated, "lv", unit.place, text, unit.version)
    publish_translation(untranslated, "lv")
    article = Article.objects.get()
    assert article.body_lv == LATVIAN and article.is_public_in("lv")
    assert (age_of(article, "lv").changed, Draft.objects.count()) == (0, 0)


def test_confirmed_translation_needs_no_other_words(translated):
    article = rewrite(translated, body_en=BODY.replace("Second.", "Number two."))
    save(article, "|body|2", "Divi.")
    assert Draft.objects.get().fields == {}
    publish_translation(article, "lv")
    assert states(Article.objects.get()) == {}


def test_machine_translation_stays_one_until_each_paragraph_has_been_read(untranslated):
    for unit in translation_of(untranslated, "lv").units:
        save_unit(untranslated, "lv", unit.place, "x", unit.version, origin=Origin.MACHINE)
    assert Draft.objects.get().origin == Origin.MACHINE
    for unit in translation_of(untranslated, "lv").units:
        save_unit(untranslated, "lv", unit.place, "y", unit.version)
    assert Draft.objects.get().origin == Origin.HUMAN


def test_number_of_queries_does_not_grow(translated, django_assert_num_queries):
    with django_assert_num_queries(9):
        translation_of(translated, "lv")
    rewrite(translated, body_en=BODY * 20)
    with django_assert_num_queries(9):
        translation_of(translated, "lv")
