"""Words and their normal forms in five languages: what search and glossary compare.

fold("Hälsan")                            "halsan"
words_of("Hälsan i staden")               [Word("Hälsan", 0, 6), Word("i", 7, 8), ...]
normal_forms("hälsan", "sv")              ("halsa",)
normal_forms("terveydenedistämishanke", "fi")  ("terveydenedistamishanke", "hanke", ...), base first
normalise("Hälsan i staden", "sv")        [(Word, normal forms), ...]

Two words mean the same where they share a normal form. A query typed without diacritics has the
same forms as one with them, and a language without rules of its own is folded alone.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from . import compounds, finnish, latvian, russian
from .lemmas import lemmas_of

# Letters and digits; within a word also combining marks, soft hyphens and apostrophes.
WORD = re.compile(r"[^\W_]+(?:(?:[\u0300-\u036f\u00ad]|['’](?=[^\W_]))[^\W_]*)*")
LETTERS = str.maketrans({"ё": "е", "ø": "o", "æ": "ae", "’": "'", "\u00ad": None})
KEPT = 10_000  # words whose forms a process remembers: some 5 MB
LONGEST = 100  # letters of a word that is looked up: nothing longer is in a dictionary


class Word(NamedTuple):
    text: str
    start: int
    end: int


def fold(word):
    """Lower case, ё as е, and Latin letters without their diacritics."""
    word = unicodedata.normalize("NFC", word).casefold().translate(LETTERS)
    return word if word.isascii() else "".join(map(plain, word))


def plain(letter):
    if "\u0400" <= letter <= "\u04ff":
        return letter  # й is a letter of its own
    parts = unicodedata.normalize("NFD", letter)
    return "".join(part for part in parts if not unicodedata.combining(part))


def words_of(text):
    return [Word(found[0], found.start(), found.end()) for found in WORD.finditer(text)]


def normalise(text, language):
    """[(Word, its normal forms)] of a text."""
    return [(word, normal_forms(word.text, language)) for word in words_of(text)]


@lru_cache(maxsize=KEPT)
def normal_forms(word, language):
    """The normal forms of a word, base first; then those of the words that it is made of."""
    bases = base_forms(word, language)
    if language not in compounds.LINKS:
        return bases
    parts = [part for base in bases for part in compounds.parts_of(base, language)]
    return tuple(dict.fromkeys([*bases, *parts]))


@lru_cache(maxsize=KEPT)
def base_forms(word, language):
    """The normal forms of a word as a whole: what a query asks for."""
    word = fold(word)
    if len(word) > LONGEST or not word.isalpha() and "'" not in word:
        return (word,)
    if language == "en":
        word = word.removesuffix("'s")
    bases = lemmas_of(word, language) or (word,)
    if language == "lv":
        return latvian.stems(word, bases)
    if language in compounds.LINKS:
        bases = compounds.bases_of(word, bases, language)
    if language == "fi":
        bases = (*bases, *finnish.more_bases(word, bases))
    if language == "ru":
        bases = (*bases, *russian.more_bases(word, bases))
    return tuple(dict.fromkeys(bases))
