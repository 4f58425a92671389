"""How many forms of a word search finds, and how many other words it takes for it."""

import csv
from itertools import permutations
from pathlib import Path

import pytest
from django.db import connection

from healthyboost.search.asking import read
from healthyboost.search.lexemes import LAST_PLACE, Vector, quoted
from healthyboost.words import fold

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parent / "data" / "search_forms.csv"
LANGUAGES = ("en", "lv", "fi", "sv", "ru")
# Words of the network that the stemmers of PostgreSQL keep apart, each with its forms.
NAMED = {
    "en": [
        "city cities city’s",
        "policy policies",
        "health Health",
        "partner partners partner’s",
        "municipality municipalities",
        "strategy strategies",
        "workshop workshops",
    ],
    "lv": [
        "veselība veselības veselībai veselību veselībā veseliba",
        "partneris partnera partnerim partneri partneru partneriem partneros",
        "pilsēta pilsētas pilsētai pilsētu pilsētā pilsētām pilsētās pilseta",
        "labklājība labklājības labklājību labklājībai",
        "sadarbība sadarbības sadarbību sadarbībā",
        "iedzīvotājs iedzīvotāja iedzīvotāji iedzīvotāju iedzīvotājiem",
        "pašvaldība pašvaldības pašvaldību pašvaldībām pašvaldībās",
    ],
    "fi": [
        "terveys terveyden terveyttä terveydessä terveydestä terveyteen terveytta",
        "hyvinvointi hyvinvoinnin hyvinvointia hyvinvoinnista hyvinvointiin",
        "kaupunki kaupungin kaupunkia kaupungissa kaupungit kaupunkien kaupungeissa",
        "asiakasraati asiakasraadin asiakasraatia asiakasraadit",
        "ikäihminen ikäihmisten ikäihmisille ikäihmiset ikäihmisiä",
        "yhteistyö yhteistyön yhteistyötä yhteistyössä",
        "palvelu palvelut palvelun palvelujen palveluiden palveluja palveluissa",
        "etäliikuntapalvelu etäliikuntapalvelut etäliikuntapalveluihin",
    ],
    "sv": [
        "hälsa hälsan hälsans halsa",
        "nätverk nätverket nätverken nätverkets",
        "folkhälsa folkhälsan folkhälsans",
        "kommun kommunen kommuner kommunerna kommunens",
        "stad staden städer städerna stadens",
        "samverkan samverkans",
    ],
    "ru": [
        "здоровье здоровья здоровью здоровьем здоровью",
        "партнёр партнер партнёры партнера партнёров партнерами",
        "город города городе городов городах городами",
        "молодёжь молодежи молодёжью",
        "благополучие благополучия благополучию",
        "Череповец Череповца Череповце Череповцу",
        "сотрудничество сотрудничества сотрудничестве",
    ],
}
PARTS = [  # a word that another is made of
    ("fi", "palvelu", "etäliikuntapalveluihin"),
    ("fi", "hanke", "terveydenedistämishankkeessa"),
    ("sv", "hälsa", "folkhälsan"),
    ("sv", "dialog", "medborgardialoger"),
]
# What is found of text that no rule was made from: of all, and of nouns and adjectives alone.
FLOORS = {"en": (97, 97), "lv": (93, 98), "fi": (95, 98), "sv": (97, 98), "ru": (95, 97)}
PRECISION = 0.97


def found_of(queries, texts, language):
    """{(query, text)}: which of these texts each query finds, without the glossary."""
    asked, said = [], []
    for query in queries:
        question = read(query)
        question.bridges = []
        asked.append(question.of(language))
    for text in texts:
        vector = Vector(language)
        vector.add(text, "A")
        said.append(written(vector))
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH asked AS MATERIALIZED (SELECT q::tsquery AS q, place"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS each (q, place)),"
            " said AS MATERIALIZED (SELECT v::tsvector AS v, place"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS each (v, place))"
            " SELECT asked.place - 1, said.place - 1 FROM asked JOIN said ON v @@ q",
            [asked, said],
        )
        return {(queries[one], texts[other]) for one, other in cursor.fetchall()}


def written(vector):
    """A Vector as PostgreSQL reads it in a query."""
    return " ".join(
        f"{quoted(lexeme)}:{','.join(str(place & LAST_PLACE) for place in places)}"
        for lexeme, places in vector.places.items()
    )


def is_found(pairs, language):
    """Whether each query finds the text beside it: [(query, text)]."""
    queries, texts = (list(dict.fromkeys(each)) for each in zip(*pairs, strict=True))
    found = found_of(queries, texts, language)
    return [pair in found for pair in pairs]


def rows(language):
    with DATA.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["language"] == language]


def share(found):
    found = list(found)
    return round(100 * sum(found) / len(found), 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_the_network_are_found_in_every_form(language):
    groups = [group.split() for group in NAMED[language]]
    pairs = [pair for group in groups for pair in permutations(group, 2)]
    found = is_found(pairs, language)
    missed = [pair for pair, each in zip(pairs, found, strict=True) if not each]
    print(f"{language}: {share(found)} % of {len(pairs)} pairs, missed {missed}")
    assert share(found) >= 95


@pytest.mark.parametrize("language, part, word", PARTS)
def test_a_word_is_found_inside_a_longer_one(language, part, word):
    assert is_found([(part, word)], language) == [True]


@pytest.mark.parametrize("language", LANGUAGES)
def test_word_forms_of_running_text_are_found(language):
    known = rows(language)
    assert len(known) >= 100
    asked = [(row["base"], row["form"]) for row in known]
    found = is_found(asked, language)
    back = is_found([(form, base) for base, form in asked], language)
    both = [one and other for one, other in zip(found, back, strict=True)]
    missed = [pair for pair, each in zip(asked, both, strict=True) if not each]
    names = [each for row, each in zip(known, both, strict=True) if row["kind"] != "verb"]
    print(
        f"{language}: the base form finds {share(found)} %, is found by {share(back)} % of"
        f" {len(known)}; nouns and adjectives {share(names)} % of {len(names)}; missed {missed}"
    )
    assert (share(both) >= FLOORS[language][0], share(names) >= FLOORS[language][1]) == (True, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_words_of_running_text_are_not_found(language):
    """A word that the other is made of is meant to be found: eläin in eläinkuljetus."""
    words = {}
    for row in rows(language):
        words.setdefault(row["base"], {row["base"]}).add(row["form"])
    forms = sorted(set().union(*words.values()))
    met = found_of(list(words), forms, language)
    wrong = sorted(
        (asked, said)
        for asked, said in met
        if said not in words[asked] and fold(asked) not in fold(said)
    )
    precision = 1 - len(wrong) / len(met)
    print(
        f"{language}: of {len(words) * len(forms)} pairs {len(met)} meet,"
        f" {len(wrong)} wrongly: {wrong}; precision {precision:.3f}"
    )
    assert precision >= PRECISION


@pytest.mark.parametrize(
    "language, asked, said",
    [
        ("lv", "veselība", "veselīgs"),
        ("lv", "partneris", "partija"),
        ("fi", "kunta", "liikunta"),
        ("fi", "terveys", "terva"),
        ("sv", "hälsa", "hälsning"),
        ("sv", "stad", "stadga"),
        ("ru", "здоровье", "здоровый"),
        ("ru", "город", "огород"),
        ("en", "city", "citizen"),
    ],
)
def test_word_that_looks_alike_is_not_found(language, asked, said):
    assert is_found([(asked, said)], language) == [False]
