"""One query, five languages: the glossary finds the pages that say the same in another language."""

import csv
import re
from pathlib import Path

import pytest

from healthyboost.content.languages import language_codes
from healthyboost.glossary import index
from healthyboost.glossary.models import Term
from healthyboost.glossary.table import load_file
from healthyboost.search.asking import read
from healthyboost.search.finding import find
from healthyboost.search.following import gathered

from .factories import make_article
from .test_search import found, text_of

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parent / "data" / "search_terms.csv"
WELL_BEING = {
    "en": "well-being",
    "lv": "labklājība",
    "fi": "hyvinvointi",
    "sv": "välbefinnande",
    "ru": "благополучие",
}
SAID = {
    "en": "On well-being",
    "lv": "Par labklājību",
    "fi": "Hyvinvoinnista",
    "sv": "Om välbefinnandet",
    "ru": "О благополучии",
}


def make_term(identifier, **preferred):
    words = {f"preferred_{code}": text for code, text in preferred.items()}
    term = Term.objects.create(identifier=identifier, **words)
    index.forget()
    return term


def make_said(texts):
    """A page in each language, which says one text."""
    with gathered():
        for code, text in texts.items():
            make_article(languages=[code], **{f"title_{code}": text})


@pytest.mark.parametrize("language", WELL_BEING)
def test_a_term_finds_pages_in_all_languages_her_own_first(client, language):
    make_term("well_being", **WELL_BEING)
    make_said(SAID)
    titles = found(client, WELL_BEING[language], language)
    assert set(titles) == set(SAID.values()) and titles[0] == SAID[language]


def test_a_term_in_another_case_or_without_diacritics_finds_the_same(client):
    make_term("well_being", **WELL_BEING)
    make_said(SAID)
    for query in ("hyvinvoinnin", "labklajibas", "valbefinnandet", "wellbeing", "благополучию"):
        assert len(found(client, query, "fi")) == 5, query


def test_the_language_of_the_query_need_not_be_that_of_the_page(client):
    make_term("well_being", **WELL_BEING)
    make_said(SAID)
    titles = found(client, "hyvinvointi", "lv")
    assert len(titles) == 5 and titles[0] == "Par labklājību"


def test_a_result_says_its_language_and_why_it_is_here(client):
    make_term("well_being", **WELL_BEING)
    make_said({"fi": "Hyvinvoinnista", "en": "On well-being"})
    text = text_of(client, "well-being")
    assert '<bdi>well-being</bdi> = <bdi lang="fi">hyvinvointi</bdi>' in text
    assert "<mark>Hyvinvoinnista</mark>" in text
    assert text.count("result-why") == 1


def test_a_term_of_several_words_is_marked_where_it_stands_together(client):
    make_term("peer_review", en="peer review", sv="kollegial granskning")
    make_article(
        languages=["sv"], title_sv="Rapport",
        body_sv="<p>En granskning. Den kollegiala granskningen är klar.</p>",
    )  # fmt: skip
    text = text_of(client, "peer reviews")
    assert "En granskning. Den <mark>kollegiala</mark> <mark>granskningen</mark>" in text


def test_a_longer_term_is_not_taken_for_the_shorter_ones_inside(client):
    make_term("health", en="health", fi="terveys")
    make_term("mental_health", en="mental health", fi="mielenterveys")
    make_said({"fi": "Terveyden puolesta"})
    assert found(client, "mental health") == []
    assert found(client, "health") == ["Terveyden puolesta"]


def test_a_term_and_another_word_have_to_be_said_both(client):
    make_term("well_being", **WELL_BEING)
    make_said({"fi": "Hyvinvoinnista Turussa", "sv": "Om välbefinnandet i Umeå"})
    assert found(client, "well-being Umeå") == ["Om välbefinnandet i Umeå"]


def test_words_with_a_minus_leave_out_and_find_nothing_elsewhere(client):
    make_term("well_being", **WELL_BEING)
    make_said({"en": "Sauna", "fi": "Sauna ja hyvinvointi"})
    assert found(client, "sauna -hyvinvointi") == ["Sauna"]
    assert found(client, "sauna -well-being") == ["Sauna", "Sauna ja hyvinvointi"]


def test_an_abbreviation_in_brackets_finds_and_is_found(client):
    make_term("xr", en="extended reality (XR)", fi="laajennettu todellisuus (XR)")
    make_said({"en": "Extended reality in health", "fi": "Laajennettua todellisuutta"})
    make_article(title_en="The XR lab")
    assert len(found(client, "XR")) == 3
    assert len(found(client, "extended reality")) == 3
    assert 'XR</bdi> = <bdi lang="fi">laajennettu todellisuus (XR)' in text_of(client, "XR")


def test_an_abbreviation_in_capitals_is_no_common_word_of_another_language(client):
    make_term("ar", en="augmented reality (AR)")
    make_said({"sv": "Det är bra", "lv": "Kopā ar mums", "en": "An AR app"})
    assert found(client, "AR", "sv") == ["An AR app"]


def test_a_false_friend_stands_behind_what_the_reader_can_read(client):
    make_said({"sv": "Barn i skolan", "en": "A barn in the field"})
    assert found(client, "barn", "en") == ["A barn in the field", "Barn i skolan"]
    assert found(client, "barn", "sv") == ["Barn i skolan", "A barn in the field"]


def test_little_words_of_the_query_are_not_asked_of_other_languages(client):
    make_term("well_being", **WELL_BEING)
    make_said({"fi": "Hyvinvointi Turussa", "en": "On well-being"})
    assert len(found(client, "välbefinnande och Turku", "sv")) == 1
    assert found(client, "välbefinnande i Turku", "sv") == ["Hyvinvointi Turussa"]


def test_some_words_of_a_term_are_better_than_nothing(client):
    make_term("mental_ill_health", en="mental ill health")
    make_said({"en": "Mental health"})
    assert found(client, "mental ill health") == ["Mental health"]


def test_a_term_that_is_out_of_use_builds_no_bridge(client):
    term = make_term("well_being", **WELL_BEING)
    make_said({"fi": "Hyvinvoinnista"})
    Term.objects.filter(pk=term.pk).update(is_active=False)
    index.forget()
    assert found(client, "well-being") == []


@pytest.mark.long
def test_twenty_terms_find_all_five_languages_from_each(db):
    load_file()
    index.forget()
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    pages = {}
    with gathered():
        for row in rows:
            for code in language_codes():
                page = make_article(languages=[code], **{f"title_{code}": row[code]})
                pages[page.pk] = row["term"], code
    full, lines = 0, []
    for row in rows:
        term = Term.objects.get(identifier=row["term"])
        for code in language_codes():
            query = re.sub(r"\s*\(.*\)", "", term.said("preferred", code)[0])
            of_term = [pages[each.number][1] for each in find(read(query), code)
                       if pages[each.number][0] == row["term"]]  # fmt: skip
            missed = sorted(set(language_codes()) - set(of_term))
            full += not missed
            if missed:
                lines.append(f"{code} {query}: not {' '.join(missed)}")
            assert of_term[:1] == [code], query
    print(f"{full} of {5 * len(rows)} queries find all five languages", *lines, sep="\n")
    assert full >= 95
