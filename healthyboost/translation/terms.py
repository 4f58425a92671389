"""The glossary: what each term of the field is called in each language, and where a text drifts."""

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property

from django.conf import settings

from healthyboost.content.languages import language_codes

GLOSSARY = "glossary.csv"  # in the folder of the catalogues
SOURCE = "en"
WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)?")
ABBREVIATION = re.compile(r"\s*\(([^)]*)\)")
GAP = 3  # how many words may stand between two of a term: sadarbības (veicināšanas) modelis
COMPOUNDING = ("fi", "sv")  # languages that write a term as a part of a longer word
# Both sides are folded alike, so that what changes with the case of a Finnish word is one letter.
GRADATION = {
    **{"ng": "nk", "nn": "nt", "ll": "lt", "rr": "rt", "mm": "mp"},
    **{"kk": "k", "pp": "p", "tt": "t", "d": "t", "v": "p"},
}


@dataclass(frozen=True)
class Term:
    id: str
    wordings: dict  # {language: [how it is called, what else is right]}
    note: str

    def __hash__(self):
        return hash(self.id)

    @cached_property
    def forms(self):
        """{language: [words of a form]}: each full one, and the abbreviation in brackets if any."""
        return {
            language: [form for text in texts for form in forms_of(text, language)]
            for language, texts in self.wordings.items()
        }


@dataclass(frozen=True)
class Drift:
    """A text that says a term in the source language, and not as the glossary does in another."""

    term: Term
    language: str

    @property
    def wanted(self):
        return self.term.wordings[self.language][0]


@cache
def glossary():
    """All terms, as they stand in the file."""
    for folder in settings.LOCALE_PATHS:
        path = folder / GLOSSARY
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                return [
                    Term(
                        row["id"],
                        {code: row[code].split(" | ") for code in language_codes()},
                        row["note"],
                    )
                    for row in csv.DictReader(file)
                ]
    return []


def forms_of(text, language):
    yield words_of(ABBREVIATION.sub("", text), language)
    for short in ABBREVIATION.findall(text):
        if len(short) <= 5:  # (ERDF), (Eruf); not (Sweden)
            yield words_of(short, language)


def words_of(text, language):
    """The words of a text, without capitals, diacritics and what a case changes within a word."""
    plain = unicodedata.normalize("NFD", text.lower().replace("-", " "))
    words = WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))
    if language == "fi":
        for old, new in GRADATION.items():
            words = [word.replace(old, new) for word in words]
    return words


def is_form_of(word, base, language):
    """Whether `word` may be `base` with another ending: a third of the base may differ."""
    if len(base) <= 3:
        return word == base
    ending = 3 if language == "fi" and base.endswith("nen") else min(len(base) // 3, 4)
    stem = base[:-ending]
    return stem in word if language in COMPOUNDING else word.startswith(stem)


def is_english_form_of(word, base):
    return word in (base, base + "s", base + "es", base + "’s", base[:-1] + "ies")


def positions(form, words, matches, gap):
    """The places in `words` where the words of `form` follow each other; None if they never do."""
    for start, word in enumerate(words):
        if not matches(word, form[0]):
            continue
        found = [start]
        for base in form[1:]:
            near = range(found[-1] + 1, min(found[-1] + 2 + gap, len(words)))
            following = next((place for place in near if matches(words[place], base)), None)
            if following is None:
                break
            found.append(following)
        else:
            return found
    return None


def terms_in(text, terms):
    """The terms that an English text says; a term within a longer one does not count."""
    words = words_of(text, SOURCE)
    forms = [(form, term) for term in terms for form in term.forms[SOURCE]]
    for form, term in sorted(forms, key=lambda pair: -len(pair[0])):
        is_said = False
        while found := positions(form, words, is_english_form_of, gap=0):
            is_said = True
            for place in found:
                words[place] = ""
        if is_said:
            yield term


def says(text, term, language):
    """Whether a text says the term as the glossary does, in any case and number."""
    words = words_of(text, language)

    def matches(word, base):
        return is_form_of(word, base, language)

    return any(positions(form, words, matches, GAP) for form in term.forms[language])


def drift(texts, terms=None):
    """Drifts of one object: `texts` is {language: all its text}, with the source language among them."""
    terms = glossary() if terms is None else terms
    said = list(dict.fromkeys(terms_in(texts.get(SOURCE, ""), terms)))
    return [
        Drift(term, language)
        for term in said
        for language, text in texts.items()
        if language != SOURCE and text and not says(text, term, language)
    ]
