"""What a visitor typed, as a question to the index: words, "phrases", -minus; and in other languages."""

import re
from dataclasses import dataclass, field
from functools import cached_property

from healthyboost.words import words_of

from .bridge import bridges_of
from .lexemes import JOINED, asked_by, quoted
from .little_words import LITTLE_WORDS, is_little
from .sounds import words_heard

LONGEST = 200  # letters of a query that are read
MOST_WORDS = 12
QUOTES = str.maketrans(dict.fromkeys("“”„‟»«″", '"') | {"\0": " "})
ENDING = re.compile(r"(?<=[^\W\d_]{2}):[^\W\d_]{1,5}$")  # of an abbreviation: WHO:s, EAKR:n
PIECE = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


class Typed(str):
    """A word of a query."""

    query = None  # the Typing that it stands in

    @property
    def heard(self):
        """Russian words that sound like it."""
        return self.query.heard.get(self, ()) if self.query else ()


class Typing:
    """The words of a query, looked up together, when the first of them is asked what it sounds like."""

    def __init__(self, words):
        self.words = words

    @cached_property
    def heard(self):
        return words_heard(self.words)


@dataclass
class Item:
    """A word, or words that stand in this order; `start` and `end` in the text of the query."""

    words: list
    start: int
    end: int
    is_minus: bool = False
    is_joined: bool = False  # written with hyphens
    is_quoted: bool = False


@dataclass
class Question:
    text: str
    items: list = field(default_factory=list)
    is_cut: bool = False  # only the first words are searched
    bridges: list = field(default_factory=list)

    @property
    def wanted(self):
        return [item for item in self.items if not item.is_minus]

    @property
    def is_empty(self):
        return not self.wanted

    def asked_in(self, language):
        """What is wanted, without words that say nothing alone where there are others."""
        items = [item for item in self.wanted if not is_nothing(item, language)]
        return items or self.wanted

    def of(self, language):
        """The tsquery for texts in `language`."""
        pieces = self.wanted_in(language)
        minus = [f"!{said_as(item, language)}" for item in self.items if item.is_minus]
        return " & ".join([*pieces, *minus])

    def wanted_in(self, language):
        """One expression for each word, or for each term that the glossary knows in this language."""
        items, found = self.asked_in(language), []
        for bridge in self.bridges:
            inside = [item for item in items if bridge.covers(item)]
            ways = [phrase(words, language, 2) for _wording, words in bridge.ways_in(language)]
            if inside and ways:
                as_typed = " & ".join(said_as(item, language) for item in inside)
                found.append("(" + " | ".join(dict.fromkeys([f"({as_typed})", *ways])) + ")")
                items = [item for item in items if item not in inside]
        if found:  # the little words of the query are those of its own language
            items = [item for item in items if not is_nothing_anywhere(item)]
        return found + [said_as(item, language) for item in items]

    def any_of(self, language):
        """The tsquery for texts that say at least one of the words."""
        each = [said_as(item, language) for item in self.asked_in(language)]
        return " | ".join(dict.fromkeys([*self.wanted_in(language), *each]))

    def everywhere(self, codes, some=False):
        """{language: the tsquery for texts in it}."""
        ask = self.any_of if some else self.of
        return {code: ask(code) for code in codes}

    def exactly(self, codes):
        """The tsquery for the words one after another in texts in these languages; "" of one word."""
        words = [word for item in self.wanted for word in item.words]
        return " | ".join(phrase(words, code) for code in codes) if len(words) > 1 else ""

    def sayings_in(self, language):
        """All that may be marked in a text of `language`: what was typed, then what it is called there."""
        typed = [
            Saying(item, way, language)
            for item in self.asked_in(language)
            if len(self.wanted) == 1 or not is_nothing_anywhere(item)
            for way in ways_of(item)
        ]
        return typed + [
            Saying(bridge, words, language, 1, wording)
            for bridge in self.bridges
            for wording, words in bridge.ways_in(language)
        ]


class Saying:
    """Words, one after another, that say what was `asked`: an Item, or a Bridge by a `wording`."""

    def __init__(self, asked, words, language, gap=0, wording=""):
        self.asked, self.gap, self.wording = asked, gap, wording
        self.words = [frozenset(asked_by(word, language)) for word in words]


def read(text):
    """The Question that `text` asks."""
    text = " ".join(text.translate(QUOTES).split())
    cut = text[:LONGEST]
    question = Question(cut, is_cut=len(text) > LONGEST)
    number = 0
    for piece in PIECE.finditer(cut):
        minus, words, word = piece.groups()
        said = [Typed(each.text) for each in words_of(words or ENDING.sub("", word or ""))]
        if not said:
            continue
        number += len(said)
        if number > MOST_WORDS:
            question.is_cut = True
            break
        is_joined = word is not None and bool(JOINED.fullmatch(word))
        question.items.append(
            Item(said, piece.start(), piece.end(), minus == "-", is_joined, words is not None)
        )
    typed = [word for item in question.items for word in item.words]
    query = Typing(typed)
    for word in typed:
        word.query = query
    question.bridges = bridges_of(question) if question.items else []
    return question


def ways_of(item):
    """Its words, and where they are one word with hyphens that word without: well-being, wellbeing."""
    return [item.words, *([["".join(item.words)]] if item.is_joined else [])]


def said_as(item, language):
    """A tsquery for an item in any of its ways."""
    ways = [phrase(words, language) for words in ways_of(item)]
    return ways[0] if len(ways) == 1 else f"({' | '.join(ways)})"


def phrase(words, language, distance=1):
    """A tsquery for words one after another, each in any of its forms; at most `distance` apart."""
    kept = [place for place, word in enumerate(words) if not is_little(word, language)]
    if len(kept) < 2:
        words = [words[place] for place in kept] or words
        return f"({' & '.join(any_form(word, language) for word in words)})"
    near, far = "", ""
    for before, place in zip([kept[0], *kept], kept, strict=False):  # little words leave a gap
        form, step = any_form(words[place], language), place - before
        near += f" <{step}> {form}" if step else form
        far += f" <{step + distance - 1}> {form}" if step else form
    return f"({near})" if distance == 1 or len(kept) > 3 else f"({near} | {far})"


def is_nothing(item, language):
    return all(is_little(word, language) for word in item.words)


def is_nothing_anywhere(item):
    return any(is_nothing(item, code) for code in LITTLE_WORDS)


def any_form(word, language):
    return "(" + " | ".join(map(quoted, asked_by(word, language))) + ")"
