"""What stands in the index: the normal forms of words with their language, and marks to filter by.

"fi=terveys"     a normal form of a Finnish word
"ru~zdorove"     how a Russian word sounds in Latin letters, roughly
"sv^ar"          an abbreviation in capitals: AR is no Swedish är
"+news.article"  kind; "+theme:12"; "+2021" year; "+m202111" month; "+m" without a date; "+fi" language
"""

import re
from bisect import bisect_right
from collections import defaultdict
from datetime import UTC
from functools import lru_cache
from struct import Struct

from django.utils import timezone

from healthyboost.words import WORD, base_forms, normal_forms

from .letters import is_cyrillic, sound

WEIGHTS = {"A": 3 << 14, "B": 2 << 14, "C": 1 << 14, "D": 0}  # of title, summary, text, file
LAST_PLACE = 16_383  # PostgreSQL counts no further
PLACES = 250  # of one lexeme that it remembers
GAP = 10  # between two fields: no phrase goes across
LONGEST = 200_000  # letters of a text that are indexed
LONGEST_WORD = 100
NUMBER = Struct(">i")
NUMBERS = [Struct(f">{length}H") for length in range(PLACES + 2)]
# A Cyrillic letter takes as much room as a Latin one; words in the index have no capitals.
ONE_BYTE = str.maketrans("абвгдежзийклмнопрстуфхцчшщъыьэюя", "ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`{")

LOWER = {"A": "B", "B": "C", "C": "D", "D": "D"}  # what a part of a compound counts
# co-creation is found by cocreation, too.
JOINED = re.compile(r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)+")
HYPHEN = re.compile("[-\u2010\u2011]")
CAPITALS = re.compile(r"[^\W_a-z]{2}")  # in what may be an abbreviation


@lru_cache(maxsize=20_000)
def said_by(word, language):
    """(lexemes by which a word in a text can be found, those of the words that it is made of)"""
    word = word[:LONGEST_WORD]
    bases = base_forms(word, language)
    found = [lexeme(form, language) for form in bases]
    parts = [lexeme(form, language) for form in normal_forms(word, language) if form not in bases]
    if language == "ru":
        found += [f"ru~{heard}" for heard in sorted({sound(each) for each in (word, *bases)})]
    return tuple(found), tuple(parts)


def asked_by(word, language):
    """Lexemes of the texts in `language` that a word of a query finds."""
    if is_abbreviation(word) and len(word) <= 3:
        return [f"{language}^{word.lower()}"]
    found = [lexeme(form, language) for form in base_forms(word[:LONGEST_WORD], language)]
    if language == "ru" and not is_cyrillic(word):
        found.append(f"ru~{sound(word)}")
    return list(dict.fromkeys(found))


def lexeme(form, language):
    return f"{language}={form.translate(ONE_BYTE)}"


def is_abbreviation(word):
    return 2 <= len(word) <= 6 and word.isupper()


def quoted(lexeme):
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


class Vector:
    """A tsvector in the making."""

    def __init__(self, language):
        self.language, self.place = language, 0
        self.places = {}  # {lexeme: [its places, each with its weight in the two highest bits]}

    def add(self, text, weight):
        """The words of a plain text."""
        text, at = text[:LONGEST], defaultdict(list)
        words = WORD.findall(text.lower())
        for place, word in enumerate(words, self.place + 1):
            at[word].append(place)
        for word, places in self.joined(text):
            self.say(said_by(word, self.language)[0], places, weight)
        for word, places in at.items():
            bases, parts = said_by(word, self.language)
            self.say(bases, places, weight)
            self.say(parts, places[:1], LOWER[weight])
        if CAPITALS.search(text):
            for place, word in enumerate(WORD.findall(text), self.place + 1):
                if is_abbreviation(word):
                    self.say([f"{self.language}^{word.lower()}"], [place], weight)
        self.place = min(self.place + len(words) + GAP, LAST_PLACE)
        return at.keys()

    def joined(self, text):
        """(word, its places) of words with a hyphen, written without it."""
        starts = []
        for found in JOINED.finditer(text):
            starts = starts or [word.start() for word in WORD.finditer(text)]
            word = HYPHEN.sub("", found[0].lower())
            yield word, [self.place + bisect_right(starts, found.start())]

    def say(self, lexemes, places, weight):
        weight = WEIGHTS[weight]
        if places[-1] > LAST_PLACE:
            places = [min(place, LAST_PLACE) for place in places]
        said = [place | weight for place in places[:PLACES]]
        for each in lexemes:
            if each in self.places:
                self.places[each] = self.places[each] + said
            else:
                self.places[each] = said

    def packed(self, marks=()):
        """The tsvector in PostgreSQL's binary form."""
        pieces = [NUMBER.pack(len(marks) + len(self.places))]
        pieces += [mark.encode() + b"\0\0\0" for mark in marks]
        for each, places in self.places.items():
            places = in_order(places)
            numbers = NUMBERS[len(places) + 1].pack(len(places), *places)
            pieces.append(each.encode() + b"\0" + numbers)
        return b"".join(pieces)


def in_order(places):
    """Each place once, with its highest weight; no more than PLACES."""
    best = {}
    for place in sorted(places):  # those of a lower weight first
        best[place & LAST_PLACE] = place
    return [best[place] for place in sorted(best)[:PLACES]]


def marks_of(kind, language, date, themes):
    """The marks of an entry: see above."""
    yield f"+{kind}"
    yield f"+{language}"
    yield date.astimezone(UTC).strftime("+m%Y%m") if date else "+m"
    if date:
        yield timezone.localtime(date).strftime("+%Y")
    for theme in themes:
        yield f"+theme:{theme}"
