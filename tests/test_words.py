"""Words and their normal forms in five languages."""

import csv
from pathlib import Path

import pytest

from healthyboost.content.languages import language_codes
from healthyboost.words import building, fold, normal_forms, normalise, words_of
from healthyboost.words.lemmas import FOLDER, endings

DATA = Path(__file__).parent / "data"
# Shares of the forms of running text that meet their base form (python -m tests.bench.words).
FLOORS = {"en": 0.95, "lv": 0.95, "fi": 0.9, "sv": 0.95, "ru": 0.95}
# Words of the network that other stemmers keep apart, and which of their forms belong together.
TOGETHER = {
    "en": ["city cities city’s", "policy policies", "woman women", "health Health"],
    "lv": [
        "veselība veselības veselību veselībai veseliba",
        "partneris partneri partneru partneriem",
        "pilsēta pilsētas pilsētu pilsētās",
        "iedzīvotājs iedzīvotāju iedzīvotājiem",
        "latvietis latvieša latviešu",
        "lācis lāča lāču",
        "upe upju upēm",
        "briedis brieža",
        "jauns jaunais jaunajā jaunajiem",
    ],
    "fi": [
        "terveys terveyden terveyttä terveyskin terveytta",
        "hyvinvointi hyvinvoinnin",
        "kaupunki kaupungin kaupungeissa",
        "asiakasraati asiakasraadin",
        "ikäihminen ikäihmisten ikäihmisille",
        "kunta kunnissa kuntien",
        "hanke hankkeessa hankkeiden",
        "etäliikuntapalvelu etäliikuntapalveluihin",
    ],
    "sv": [
        "hälsa hälsan halsan",
        "nätverk nätverket",
        "folkhälsa folkhälsan",
        "stad städer städerna",
        "pilotstad pilotstäder",
    ],
    "ru": [
        "здоровье здоровья здоровью",
        "партнёр партнер партнёров партнеры",
        "город городах городе",
        "молодёжь молодежи",
        "Череповец Череповца Череповце",
    ],
}
APART = [
    ("lv", "veselība", "veselīgs"),
    ("lv", "partneris", "partija"),
    ("fi", "kunta", "liikunta"),
    ("fi", "terveys", "terva"),
    ("sv", "hälsa", "hälsning"),
    ("sv", "stad", "stadga"),
    ("ru", "здоровье", "здоровый"),
    ("ru", "город", "огород"),
    ("en", "city", "citizen"),
]


def meet(first, second, language):
    return not set(normal_forms(first, language)).isdisjoint(normal_forms(second, language))


def pairs(language):
    with (DATA / "word_forms.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [(row["form"], row["base"]) for row in rows if row["language"] == language]


@pytest.mark.parametrize("language", FLOORS)
def test_forms_of_running_text_meet_their_base_form(language):
    missed = [pair for pair in pairs(language) if not meet(*pair, language)]
    recall = 1 - len(missed) / len(pairs(language))
    print(f"{language}: recall {recall:.2f} of {len(pairs(language))}, missed {missed}")
    assert len(pairs(language)) >= 30
    assert recall >= FLOORS[language]


@pytest.mark.parametrize("language", FLOORS)
def test_different_words_of_running_text_stay_apart(language):
    bases = sorted({base for _form, base in pairs(language)})
    merged = [
        (first, second)
        for number, first in enumerate(bases)
        for second in bases[number + 1 :]
        if normal_forms(first, language)[0] == normal_forms(second, language)[0]
    ]
    print(f"{language}: {len(merged)} of {len(bases)} words merged")
    assert merged == []


@pytest.mark.parametrize(
    "language, words", [(code, words) for code, groups in TOGETHER.items() for words in groups]
)
def test_forms_of_a_word_of_the_network_belong_together(language, words):
    base, *others = words.split()
    assert [each for each in others if not meet(base, each, language)] == []


@pytest.mark.parametrize("language, first, second", APART)
def test_words_that_look_alike_stay_apart(language, first, second):
    assert not meet(first, second, language)


@pytest.mark.parametrize(
    "language, word, parts",
    [
        ("fi", "terveydenedistämishankkeessa", {"hanke", "edistaminen", "terveys"}),
        ("fi", "mielenterveysongelmat", {"ongelma", "terveys"}),
        ("fi", "pilottikaupungit", {"kaupunki", "pilotti"}),
        ("sv", "folkhälsan", {"halsa", "folk"}),
        ("sv", "hälsofrämjande", {"halsa"}),
        ("sv", "medborgardialoger", {"dialog", "medborgare"}),
    ],
)
def test_a_compound_also_says_its_parts(language, word, parts):
    base, *others = normal_forms(word, language)
    assert base.startswith(fold(word)[:4])
    assert parts <= set(others)


@pytest.mark.parametrize(
    "language, word", [("fi", "liikunta"), ("fi", "asiakas"), ("sv", "samtal")]
)
def test_a_word_that_only_ends_like_another_is_not_split(language, word):
    assert normal_forms(word, language) == (fold(word),)


def test_folding_takes_case_and_diacritics_and_leaves_letters():
    assert fold("Ēriks HÄLSAN Øresund Čaks") == "eriks halsan oresund caks"
    assert fold("Ёлка, мой край") == "елка, мой край"
    assert fold("e\u0304ka") == "eka"
    assert fold("hyvin\u00advointi") == "hyvinvointi"


def test_words_are_found_where_they_stand():
    text = "EAKR:n well-being, 3D «citizens’ dialogue» e\u0304ka city’s"
    words = words_of(text)
    assert [word.text for word in words] == [
        *("EAKR", "n", "well", "being", "3D", "citizens", "dialogue", "e\u0304ka", "city’s")
    ]
    assert all(text[word.start : word.end] == word.text for word in words)


def test_a_text_becomes_its_words_with_their_normal_forms():
    ((word, forms), *_others) = normalise("Hälsan i staden", "sv")
    assert (word.text, word.start, forms) == ("Hälsan", 0, ("halsa",))


@pytest.mark.parametrize("language", [*FLOORS, "de"])
@pytest.mark.parametrize("word", ["", "a", "ы", "’", "2030", "日本", "x" * 5000, "\0", "İ", "ß^0"])
def test_any_word_has_a_normal_form(language, word):
    assert len(normal_forms(word, language)) >= 1


def test_a_language_without_rules_is_folded():
    assert normal_forms("Größe", "de") == ("grosse",)


def test_every_language_of_the_portal_has_its_rules():
    assert [code for code in language_codes() if not endings(code)] == []


@pytest.mark.long
def test_squeezed_rules_say_the_same_of_every_word():
    rules = {"talo": "0", "talon": "1", "talot": "1", "ilot": "1", "on": "2olla", "kuon": "0"}
    squeezed = dict(building.squeezed(rules))
    for word, rule in rules.items():
        key = word[::-1] + "^"
        fitting = [key[:length] for length in range(1, len(key) + 1) if key[:length] in squeezed]
        assert squeezed.get(fitting[-1] if fitting else "", "0") == rule
    assert len(squeezed) < len(rules)


@pytest.mark.long
def test_the_rules_can_be_made_again(tmp_path):
    building.build("lv", tmp_path)
    assert (tmp_path / "lv.endings").read_bytes() == (FOLDER / "lv.endings").read_bytes()
