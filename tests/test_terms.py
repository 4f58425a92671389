"""The terms that the portal begins with, in texts of five languages: found in any form, and reported."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from healthyboost.content.languages import language_codes
from healthyboost.glossary import index, table
from healthyboost.glossary.matching import missing_in, terms_for, terms_in
from healthyboost.glossary.models import Term

from .factories import make_article

pytestmark = pytest.mark.django_db
FORMS = Path(__file__).parent / "data" / "term_forms.csv"
FLOOR = 0.95  # share of inflected terms that are found
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
    "fi": "Kaksi kaupunkia teki asukkaidensa kanssa kumppanuusmallin.",
}


@pytest.fixture(scope="module", autouse=True)
def glossary(django_db_setup, django_db_blocker):
    """Loaded once for all tests here, none of which changes it."""
    with django_db_blocker.unblock():
        table.load_file()
    yield
    with django_db_blocker.unblock():
        Term.objects.all().delete()
    index.forget()


@pytest.fixture
def no_terms_of_other_tests(glossary):
    """The index of the terms is kept from one test to the next."""


def said(text, language):
    return {hit.term.identifier for hit in terms_in(text, language)}


def missing(texts, language, source="en"):
    hits = missing_in(texts[source], source, texts[language], language)
    return {hit.term.identifier for hit in hits}


def forms(language):
    with FORMS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [(row["term"], row["text"]) for row in rows if row["language"] == language]


def report(*arguments):
    output = StringIO()
    call_command("glossary_report", *arguments, stdout=output)
    return output.getvalue()


def test_terms_are_found_in_their_inflected_forms():
    shares = {}
    for code in language_codes():
        missed = [(term, text) for term, text in forms(code) if term not in said(text, code)]
        shares[code] = 1 - len(missed) / len(forms(code))
        print(f"{code}: recall {shares[code]:.2f} of {len(forms(code))}, missed {missed}")
        assert len(forms(code)) >= 30
    assert min(shares.values()) >= FLOOR


def test_every_term_of_the_table_is_found_in_its_own_words():
    for term in Term.objects.all():
        for code, wordings in term.wordings.items():
            for wording in wordings:
                hits = missing_in(term.preferred_en, "en", wording, code)
                assert term.identifier not in {hit.term.identifier for hit in hits}, wording


def test_a_text_in_the_words_of_the_glossary_is_left_alone():
    for code in ("lv", "fi", "sv", "ru"):
        assert missing(IN_KEEPING, code) == set(), code


def test_a_text_in_other_words_than_the_glossary_is_found():
    assert missing(DRIFTING, "lv") == {"model_csc"}
    assert missing(DRIFTING, "fi") == {"model_csc"}


@pytest.mark.parametrize("source", ["lv", "fi", "sv", "ru"])
def test_a_term_is_found_from_any_language_into_any(source):
    assert "model_csc" in said(IN_KEEPING[source], source)
    for language in set(IN_KEEPING) - {source}:
        assert "model_csc" not in missing(IN_KEEPING, language, source)


@pytest.mark.parametrize(
    "language, term, text",
    [
        ("lv", "residents", "vārds iedzīvotājiem"),
        ("lv", "partner", "kopā ar partneriem"),
        ("lv", "model_csc", "starpsektoru sadarbības veicināšanas modeļa"),
        ("fi", "municipality", "kunnissa ja kunnilla"),
        ("fi", "residents", "asukasta"),
        ("fi", "health", "terveyttä"),
        ("fi", "pilot_project", "pilottihankkeissa"),
        ("fi", "decision_making", "päätöksenteossa"),
        ("sv", "city", "städerna"),
        ("sv", "report", "slutrapporten"),
        ("ru", "partner", "партнеров"),
        ("ru", "healthy_lifestyle", "здорового образа жизни"),
        ("sv", "erdf", "Medel från Eruf"),
    ],
)
def test_a_translation_says_a_term_in_any_case_and_number(language, term, text):
    english = Term.objects.get(identifier=term).preferred_en
    hits = missing_in(english, "en", text, language)
    assert term not in {hit.term.identifier for hit in hits}


@pytest.mark.parametrize(
    "language, text, term",
    [
        ("lv", "starpsektoru sadarbības veicināšanas modeļa", "model_csc"),
        ("fi", "Terveydenedistämishanke alkoi.", "health_promotion"),
        ("fi", "uusissa pilottihankkeissa", "pilot_project"),
        ("sv", "i slutrapporten", "report"),
        ("sv", "Medel från Eruf", "erdf"),
        ("fi", "EAKR:n rahoitus", "erdf"),
        ("en", "<strong>Well</strong>-being&nbsp;grows", "well_being"),
    ],
)
def test_a_term_is_found_with_words_between_in_compounds_and_as_abbreviation(
    glossary, language, text, term
):
    assert term in said(text, language)


@pytest.mark.parametrize(
    "language, text, term",
    [
        ("sv", "Det är bra.", "augmented_reality"),
        ("lv", "kopā ar draugiem", "augmented_reality"),
        ("en", "They planned and reported.", "planning"),
        ("en", "They planned and reported.", "report"),
        ("lv", "Viņi izvērtēja plānu.", "evaluation"),
        ("fi", "Liikunta on hauskaa.", "municipality"),
        ("en", "We met the lead. Partner cities came.", "lead_partner"),
    ],
)
def test_what_only_looks_like_a_term_is_none(language, text, term):
    assert term not in said(text, language)


def test_a_term_within_a_longer_one_does_not_count():
    assert said("Public health work began.", "en") == {"public_health_work"}


def test_a_hit_says_where_it_stands_and_what_to_call_it():
    text = "Our <em>Partners</em> met. The partner of a city."
    (partner, city) = terms_for(text, "en", "lv")
    assert (partner.said, partner.wanted) == ("Partners", ["partneris"])
    assert [text[start:end] for start, end in partner.places] == ["Partners", "partner"]
    assert (city.wanted, city.also) == (["pilsēta"], ["pašvaldība"])


def test_the_table_is_written_as_it_was_read():
    assert Term.objects.count() > 100
    written = StringIO()
    table.write(written)
    assert written.getvalue() == table.table_path().read_text(encoding="utf-8")


def test_every_term_of_the_table_has_its_words_in_every_language():
    assert [term for term in Term.objects.all() if not all(term.wordings.values())] == []


def drifting_article(**fields):
    texts = {f"body_{code}": f"<p>{text}</p>" for code, text in DRIFTING.items() if code in "en lv"}
    return make_article(languages=["en", "lv"], **(texts | fields))


def test_report_counts_drift_with_the_address():
    drifting = drifting_article()
    in_keeping = drifting_article(body_lv=IN_KEEPING["lv"])
    told = report()
    assert "1 × lv starpsektoru sadarbības modelis: model for cross-sectoral cooperation" in told
    assert f"/lv/news/{drifting.slug}/\n" in told
    assert f"/lv/news/{in_keeping.slug}/\n" not in told


def test_report_can_be_a_table():
    article = drifting_article()
    rows = list(csv.DictReader(StringIO(report("--csv"))))
    assert (rows[0]["term"], rows[0]["language"]) == ("model_csc", "lv")
    assert rows[0]["address"] == f"/lv/news/{article.slug}/"
