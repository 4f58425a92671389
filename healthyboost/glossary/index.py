"""The terms of the glossary by the normal forms of their words: made once a process.

The database tells every process when a term has changed (a trigger, healthyboost.pulse). A process
that does not hear it, a command for example, looks again after ten seconds.
"""

import re
import time
from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256

from healthyboost import pulse
from healthyboost.content.languages import language_codes
from healthyboost.words import base_forms, fold, latvian, words_of
from healthyboost.words.lemmas import lemmas_of

from .models import Term

CHANNEL = "glossary"
TRUSTED = 10  # seconds without hearing anything
ABBREVIATION = re.compile(r"\s*\(([^)]*)\)")
LONGEST_ABBREVIATION = 5  # letters: (ERDF), (Eruf); not (Sweden)


@dataclass(frozen=True)
class Entry:
    """A term as it stands in the index; the same for every text."""

    pk: int
    identifier: str
    note: str
    preferred: dict  # {language: [wordings]}
    also: dict
    avoid: dict

    @property
    def wordings(self):
        """{language: what it may be called, the preferred wording first}"""
        return {code: self.preferred[code] + self.also[code] for code in self.preferred}

    def __hash__(self):
        return self.pk


@dataclass(frozen=True)
class Pattern:
    """The words of a wording; each is said by any word that shares a normal form with it."""

    entry: Entry
    wording: str
    words: tuple  # of frozensets of normal forms
    kind: str = "preferred"  # or "also", "avoid"
    letters: str = ""  # of an abbreviation, as it is written: AR is no Swedish är


class Index:
    def __init__(self, terms):
        self.entries = [entry_of(term) for term in terms]
        self.version = sha256(repr(self.entries).encode()).hexdigest()
        # {language: {normal form of the first word: [Pattern]}}
        self.starting = {code: defaultdict(list) for code in language_codes()}
        self.of_entry = defaultdict(list)  # {(entry, language): [Pattern]}
        for entry in self.entries:
            for code in self.starting:
                for pattern in patterns_of(entry, code):
                    self.of_entry[entry, code].append(pattern)
                    for form in pattern.words[0]:
                        self.starting[code][form].append(pattern)


def entry_of(term):
    kinds = {
        kind: {code: term.said(kind, code) for code in language_codes()}
        for kind in ("preferred", "also", "avoid")
    }
    return Entry(term.pk, term.identifier, term.note, **kinds)


def patterns_of(entry, language):
    for kind in ("preferred", "also", "avoid"):
        for wording in getattr(entry, kind)[language]:
            short = abbreviations(wording)
            for text in [ABBREVIATION.sub("", wording), *short]:
                if words := words_of(text):
                    said = tuple(frozenset(forms_of(word.text, language)) for word in words)
                    yield Pattern(entry, wording, said, kind, text if text in short else "")


def abbreviations(wording):
    return [each for each in ABBREVIATION.findall(wording) if len(each) <= LONGEST_ABBREVIATION]


def forms_of(word, language):
    """The forms that say this word of a wording; a noun is not said by its verb."""
    folded = fold(word)
    if language == "en":
        return english_forms(folded)
    if language == "lv":
        nouns = [each for each in lemmas_of(folded, language) if not each.endswith(("t", "ties"))]
        return {latvian.stem(each) for each in (folded, *nouns)}
    return base_forms(word, language)


def english_forms(word):
    """Singular and plural: training and mapping are no forms of train and map here."""
    forms = {word}
    if word.endswith("s"):
        forms.update(base_forms(word, "en"))
    for each in list(forms):
        forms |= {each + "s", each + "es", each.removesuffix("y") + "ies"}
    return forms


class Kept:
    """The index of this process."""

    index = None
    made = 0.0

    def current(self):
        is_old = not pulse.is_proven() and time.monotonic() - self.made > TRUSTED
        if self.index is None or is_old:
            self.made = time.monotonic()
            self.index = Index(Term.objects.filter(is_active=True))
        return self.index

    def forget(self, message=None):
        self.index = None


kept = Kept()
current, forget = kept.current, kept.forget
