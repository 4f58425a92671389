"""The glossary, and the report of texts that do not call a thing what it calls it."""

import csv
from io import StringIO

import pytest
from django.core.management import call_command

from healthyboost.content.languages import language_codes
from healthyboost.translation.terms import Term, drift, glossary, says

from .factories import make_article

IN_KEEPING = {
    "en": "Two cities built a model for cross-sectoral cooperation with their residents.",
    "lv": "Divas pilsētas kopā ar iedzīvotājiem veidoja starpsektoru sadarbības modeli.",
    "fi": "Kaksi kaupunkia teki asukkaidensa kanssa poikkisektoraalisen yhteistyön mallin.",
    "sv": "Två städer tog fram en modell för tvärsektoriellt samarbete med sina invånare.",
    "ru": "Два города создали с жителями модель межсекторального сотрудничества.",
}
DRIFTING = {
    **IN_KEEPING,
    "lv": "Divas pilsētas kopā ar iedzīvotājiem veidoja starpnozaru sadarbības modeli.",
    "fi": "Kaksi kaupunkia teki asukkaidensa kanssa yhteistyömallin.",
}


def found_in(texts):
    return {(each.term.id, each.language) for each in drift(texts)}


def term(name):
    return next(each for each in glossary() if each.id == name)


def report(*arguments):
    output = StringIO()
    call_command("glossary_report", *arguments, stdout=output)
    return output.getvalue()


def test_every_term_of_the_glossary_has_its_words_in_every_language():
    assert len(glossary()) > 100
    assert [each.id for each in glossary() if not all(each.wordings.values())] == []
    assert len({each.id for each in glossary()}) == len(glossary())
    assert set(glossary()[0].wordings) == set(language_codes())


def test_every_term_is_found_in_its_own_words():
    for each in glossary():
        for language, wordings in each.wordings.items():
            for words in wordings:
                assert says(words, each, language), (each.id, language, words)


def test_a_text_in_the_words_of_the_glossary_is_left_alone():
    assert found_in(IN_KEEPING) == set()


def test_a_text_in_other_words_than_the_glossary_is_found():
    assert found_in(DRIFTING) == {("model_csc", "lv"), ("model_csc", "fi")}


@pytest.mark.parametrize(
    "language, name, text",
    [
        ("lv", "residents", "vārds iedzīvotājiem"),
        ("lv", "partner", "kopā ar partneriem"),
        ("lv", "model_csc", "starpsektoru sadarbības veicināšanas modeļa"),
        ("fi", "municipality", "kunnissa ja kunnilla"),
        ("fi", "residents", "asukasta"),
        ("fi", "health", "terveyttä"),
        ("fi", "pilot_project", "pilottihankkeissa"),
        ("fi", "report", "raportin"),
        ("fi", "decision_making", "päätöksenteossa"),
        ("sv", "city", "städerna"),
        ("sv", "report", "slutrapporten"),
        ("ru", "partner", "партнеров"),
        ("ru", "healthy_lifestyle", "здорового образа жизни"),
        ("sv", "erdf", "Medel från Eruf"),
    ],
)
def test_a_term_is_found_in_any_case_and_number(language, name, text):
    assert says(text, term(name), language)


def test_a_term_within_a_longer_one_does_not_count():
    project = Term("project", {"en": ["project"], "lv": ["projekts"]}, "")
    pilot = Term("pilot", {"en": ["pilot project"], "lv": ["izmēģinājums"]}, "")
    texts = {"en": "Pilot projects began.", "lv": "Izmēģinājumi sākās."}
    assert drift(texts, [project, pilot]) == []


def test_report_counts_drift_with_the_address(db):
    drifting = make_article(
        languages=["en", "lv"], body_en=IN_KEEPING["en"], body_lv=DRIFTING["lv"]
    )
    in_keeping = make_article(
        languages=["en", "lv"], body_en=IN_KEEPING["en"], body_lv=IN_KEEPING["lv"]
    )
    said = report()
    assert "1 × lv starpsektoru sadarbības modelis: model for cross-sectoral cooperation" in said
    assert f"/lv/news/{drifting.slug}/\n" in said
    assert f"/lv/news/{in_keeping.slug}/\n" not in said


def test_report_can_be_a_table(db):
    article = make_article(languages=["en", "lv"], body_en=IN_KEEPING["en"], body_lv=DRIFTING["lv"])
    rows = list(csv.DictReader(StringIO(report("--csv"))))
    assert {"term": "model for cross-sectoral cooperation", "language": "lv"}.items() <= rows[
        0
    ].items()
    assert rows[0]["address"] == f"/lv/news/{article.slug}/"
