"""The glossary as a bridge: a term in one language finds the pages that say it in another."""

from dataclasses import dataclass
from functools import lru_cache

from healthyboost.content.languages import language_codes
from healthyboost.glossary import index
from healthyboost.glossary.index import ABBREVIATION, abbreviations
from healthyboost.glossary.matching import terms_in
from healthyboost.words import base_forms, words_of

from .lexemes import HYPHEN, JOINED


@dataclass(eq=False)
class Bridge:
    """A term that the query says, from `start` to `end` of its text, as `said`."""

    said: str
    start: int
    end: int
    wordings: dict  # {language: [wordings]}

    def ways_in(self, language):
        """[(wording, the words that say it)]; an abbreviation in brackets says it alone."""
        found = {}
        for wording in self.wordings.get(language, ()):
            for text in (ABBREVIATION.sub("", wording), *abbreviations(wording)):
                if words := tuple(word.text for word in words_of(text)):
                    found.setdefault(words, wording)
        return [(wording, words) for words, wording in found.items()]

    def covers(self, item):
        return item.start >= self.start - 1 and item.end <= self.end + 1


def entries_said(question, code):
    """(entry of the glossary, start, end) of the terms that a question says in a language."""
    for hit in terms_in(question.text, code):
        yield hit.term, hit.start, hit.end
    for item in question.wanted:
        if len(item.words) == 1:
            for form in base_forms(item.words[0], code):
                for entry in joined(index.current().version).get((code, form), ()):
                    yield entry, item.start, item.end


@lru_cache(maxsize=1)
def joined(_version):
    """{(language, form): entries} of terms with a hyphen, written without it: wellbeing."""
    found = {}
    for entry in index.current().entries:
        for code, wordings in entry.wordings.items():
            for wording in filter(JOINED.fullmatch, wordings):
                for form in base_forms(HYPHEN.sub("", wording), code):
                    found.setdefault((code, form), []).append(entry)
    return found


def bridges_of(question):
    """The Bridges of a question, longest first; words with a minus build none."""
    minus = [item for item in question.items if item.is_minus]
    found = {}
    for code in language_codes():
        for entry, start, end in entries_said(question, code):
            if any(item.start < end and start < item.end for item in minus):
                continue
            bridge = found.setdefault(
                (start, end), Bridge(question.text[start:end], start, end, {})
            )
            for language in language_codes():
                kept = bridge.wordings.setdefault(language, [])
                kept += [each for each in entry.wordings[language] if each not in kept]
    return sorted(found.values(), key=lambda bridge: bridge.start - bridge.end)
