"""Which terms of the glossary a text says, in any case and number, also inside a longer word.

terms_in(text, language)                  [Hit], each place once, longest terms first
terms_for(text, source, language)         the same, each term once, with what to call it in `language`
missing_in(said, source, text, language)  those of them that the translation `text` does not say so

Texts may be plain or HTML. A Hit gives positions in the text as it was given.
"""

import html
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache

from healthyboost.words import base_forms, fold, normal_forms, words_of

from . import index

GAP = 3  # words that may stand between two of a term: sadarbības (veicināšanas) modelis
KINDS = ("preferred", "also", "avoid")
RIGHT = KINDS[:2]
GAPS = {"en": 0}  # the same where we look for any term, not for this one; else 1
MARKUP = re.compile(r"<[^<>]*>|&#?\w+;")
END = re.compile(r"[.!?:;|•\n]")  # no term goes across


@dataclass
class Hit:
    term: index.Entry
    said: str  # as in the text
    start: int
    end: int
    is_avoided: bool = False  # what is said is to be avoided
    language: str = ""  # the other language
    places: list = field(default_factory=list)  # [(start, end)] of all of them
    avoided: str = ""  # what the translation says instead

    @property
    def wanted(self):
        """What to call it: the preferred wordings of the other language."""
        return self.term.preferred[self.language] if self.language else []

    @property
    def also(self):
        return self.term.also[self.language] if self.language else []

    @property
    def avoid(self):
        return self.term.avoid[self.language] if self.language else []

    @property
    def note(self):
        return self.term.note


@dataclass
class Token:
    start: int
    end: int
    forms: frozenset  # also of its parts
    whole: frozenset
    ends: bool  # a sentence ends behind it


@lru_cache(maxsize=10_000)
def forms_said(word, language):
    """(all forms that a word of a text says, those that it says as a whole)"""
    folded = fold(word)
    if language == "en":
        whole = frozenset([folded.removesuffix("'s")])
        return whole, whole
    whole = frozenset([folded, *base_forms(word, language)])
    return whole.union(normal_forms(word, language)), whole


class Text:
    """A text as its words, and where each normal form stands."""

    def __init__(self, text, language):
        self.text, self.language = without_markup(text), language
        self.tokens, self.places = [], defaultdict(list)
        words = words_of(self.text)
        nexts = [*(word.start for word in words), len(text)][1:]
        for number, (word, following) in enumerate(zip(words, nexts, strict=True)):
            forms, whole = forms_said(word.text, language)
            is_last = bool(END.search(self.text, word.end, following))
            self.tokens.append(Token(word.start, word.end, forms, whole, is_last))
            for form in forms:
                self.places[form].append(number)

    def span(self, places):
        return self.tokens[places[0]].start, self.tokens[places[-1]].end

    def find(self, pattern, start, gap):
        """The numbers of the words that say `pattern`, the first of them `start`; or None."""
        token, forms = self.tokens[start], self.tokens[start].forms
        if pattern.letters and self.text[token.start : token.end] != pattern.letters:
            return None
        if all(not word.isdisjoint(forms) for word in pattern.words):
            return [start]  # one word says it all: terveydenedistämishanke
        found = [start]
        for word in pattern.words[1:]:
            for place in range(found[-1] + 1, min(found[-1] + 2 + gap, len(self.tokens))):
                if self.tokens[place - 1].ends:
                    return None
                if not word.isdisjoint(self.tokens[place].forms):
                    found.append(place)
                    break
            else:
                return None
        return found

    def rank(self, pattern, places):
        """What counts first where terms compete; None where `places` say no more than a part.

        A longer term before a shorter, whole words before compounds, preferred wordings before
        others. A compound says its last word, or a term of several words: hälsa is said by
        folkhälsa, not by hälsocentral.
        """
        first = self.tokens[places[0]]
        is_whole = len(places) == len(pattern.words) and not pattern.words[0].isdisjoint(
            first.whole
        )
        if not is_whole and len(pattern.words) == 1:
            ends = [base for base in first.whole if base.endswith(tuple(pattern.words[0]))]
            if not ends:
                return None
        return (-len(pattern.words), not is_whole, KINDS.index(pattern.kind))

    def says(self, patterns):
        """The first of `patterns` that the text says and the words that do; (None, ()) otherwise."""
        for pattern in patterns:
            starts = {place for form in pattern.words[0] for place in self.places.get(form, ())}
            for start in sorted(starts):
                if places := self.find(pattern, start, GAP):
                    return pattern, places
        return None, ()


def without_markup(text):
    """The same text with spaces for tags and entities: each word stays at its position."""
    return MARKUP.sub(blank, text) if "<" in text or "&" in text else text


def blank(found):
    piece = found[0]
    letter = html.unescape(piece) if piece[0] == "&" else ""
    return (letter if letter.isalpha() else "").ljust(len(piece))


def terms_in(text, language):
    said = Text(text, language)
    terms, gap, found = index.current().starting.get(language, {}), GAPS.get(language, 1), []
    for form in said.places.keys() & terms.keys():
        for pattern in terms[form]:
            for start in said.places[form]:
                if places := said.find(pattern, start, gap):
                    if (rank := said.rank(pattern, places)) is not None:
                        found.append((rank, pattern, tuple(places)))
    found.sort(key=lambda each: (each[0], each[2]))
    taken, hits = {}, {}
    for rank, pattern, places in found:
        others = [taken[place] for place in places if place in taken]
        if others and others != [(rank, places)] * len(places):
            continue  # part of a longer term, or a word that another is called by first of all
        taken |= dict.fromkeys(places, (rank, places))
        start, end = said.span(places)
        new = Hit(pattern.entry, text[start:end], start, end, pattern.kind == "avoid")
        hits.setdefault((pattern.entry.pk, start), new)
    return sorted(hits.values(), key=lambda hit: (hit.start, -hit.end))


def terms_for(text, source, language):
    """A Hit for each term that `text` says and that has a name in `language`."""
    found = {}
    for hit in terms_in(text, source):
        if hit.term.preferred.get(language):
            found.setdefault(hit.term.pk, hit).places.append((hit.start, hit.end))
            hit.language = language
    return list(found.values())


def missing_in(said, source, text, language):
    """Hits of `said`, a text in `source`, that `text` in `language` calls otherwise."""
    hits = terms_for(said, source, language)
    translation = Text(text, language) if hits else None
    return [hit for hit in hits if call_of(hit, translation).kind not in RIGHT]


def call_of(hit, translation):
    """The Pattern of the glossary by which a Text calls the term of `hit`; NOTHING where by none."""
    pattern, places = translation.says(index.current().of_entry[hit.term, translation.language])
    if pattern and pattern.kind == "avoid":
        start, end = translation.span(places)
        hit.avoided = translation.text[start:end]
    return pattern or NOTHING


NOTHING = index.Pattern(None, "", (), "none")
