"""What stands in the index: the normal forms of words, and marks to filter by.

"terveys"        a normal form of a word; Cyrillic letters stand as Latin capitals
"^ar"            an abbreviation in capitals: AR is no Swedish är
"+news.article"  kind; "+t12" theme; "+m202111" month; "+m" without a date
"""

import re
from bisect import bisect_right
from collections import defaultdict
from functools import lru_cache
from struct import Struct

from django.utils import timezone

from healthyboost.words import WORD, base_forms, normal_forms

from .little_words import LITTLE_WORDS

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
CAPITALS = re.compile(r"[^\W_a-zа-яёà-öø-ÿāčēģīķļņšūž]{2}")  # in what may be an abbreviation


@lru_cache(maxsize=20_000)
def said_by(word, language):
    """(lexemes by which a word in a text can be found, those of the words that it is made of)"""
    word = word[:LONGEST_WORD]
    bases = base_forms(word, language)
    parts = [form for form in normal_forms(word, language) if form not in bases]
    return tuple(map(lexeme, bases)), tuple(map(lexeme, parts))


def asked_by(word, language):
    """Lexemes of the texts in `language` that a word of a query finds."""
    if is_abbreviation(word) and len(word) <= 3:
        return [f"^{word.lower()}"]
    words = [word, *(getattr(word, "heard", ()) if language == "ru" else ())]
    forms = [form for each in words for form in base_forms(each[:LONGEST_WORD], language)]
    return list(dict.fromkeys(map(lexeme, forms)))


def lexeme(form):
    return form if form.isascii() else form.translate(ONE_BYTE)


def is_abbreviation(word):
    return 2 <= len(word) <= 6 and word.isupper()


def quoted(lexeme):
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


class Vector:
    """A tsvector in the making."""

    def __init__(self, language):
        self.language, self.place = language, 0
        self.little = LITTLE_WORDS.get(language, frozenset())
        self.places = {}  # {lexeme: [its places, each with its weight in the two highest bits]}
        self.mixed = set()  # lexemes whose places are not in order

    def add(self, text, weight):
        """The words of a plain text."""
        text, at = text[:LONGEST], defaultdict(list)
        words = WORD.findall(text.lower())
        first, parts_weight = self.place + 1, WEIGHTS[LOWER[weight]] - WEIGHTS[weight]
        for place, word in enumerate(words, first + WEIGHTS[weight]):
            at[word].append(place)
        if first + len(words) > LAST_PLACE:
            last = LAST_PLACE + WEIGHTS[weight]
            at = {
                word: list(dict.fromkeys(min(place, last) for place in places))
                for word, places in at.items()
            }
        starts = []
        for start, _end, word in joined_in(text):
            starts = starts or [found.start() for found in WORD.finditer(text)]
            place = min(self.place + bisect_right(starts, start), LAST_PLACE)
            self.say(said_by(word, self.language)[0], [place + WEIGHTS[weight]])
        is_text = weight in "CD"
        for word, places in at.items():
            if weight != "A" and word in self.little:
                continue
            bases, parts = said_by(word, self.language)
            self.say(bases, places)
            if parts:
                self.say(parts, [] if is_text else [places[0] + parts_weight])
        if CAPITALS.search(text):
            for place, word in enumerate(WORD.findall(text), first):
                if is_abbreviation(word):
                    self.say([f"^{word.lower()}"], [min(place, LAST_PLACE) + WEIGHTS[weight]])
        self.place = min(self.place + len(words) + GAP, LAST_PLACE)
        return at.keys()

    def say(self, lexemes, places):
        for each in lexemes:
            if each in self.places:
                self.places[each] = self.places[each] + places
                self.mixed.add(each)
            else:
                self.places[each] = places

    def packed(self, marks=()):
        """The tsvector in PostgreSQL's binary form."""
        pieces = [NUMBER.pack(len(marks) + len(self.places))]
        pieces += [mark.encode() + b"\0\0\0" for mark in marks]
        for each, places in self.places.items():
            if each in self.mixed or len(places) > PLACES:
                places = in_order(places)
            numbers = NUMBERS[len(places) + 1].pack(len(places), *places)
            pieces.append(each.encode() + b"\0" + numbers)
        return b"".join(pieces)


def joined_in(text):
    """(start, end, word) of words with a hyphen, the word written without it."""
    reached = 0
    for hyphen in HYPHEN.finditer(text):  # there are few: a look for whole words takes much longer
        start = hyphen.start()
        while start > reached and text[start - 1].isalpha():
            start -= 1
        if found := JOINED.match(text, start):
            reached = found.end()
            yield start, reached, HYPHEN.sub("", found[0].lower())


def in_order(places):
    """Each place once, with its highest weight; no more than PLACES."""
    best = {}
    for place in sorted(places):  # those of a lower weight first
        best[place & LAST_PLACE] = place
    return [best[place] for place in sorted(best)[:PLACES]]


def marks_of(kind, date, themes):
    """The marks of an entry: see above."""
    yield f"+{kind}"
    yield timezone.localtime(date).strftime("+m%Y%m") if date else "+m"
    for theme in themes:
        yield f"+t{theme}"
