"""What helps with the one paragraph that is open: suggestions, terms, findings, comments."""

from dataclasses import dataclass, field
from html import escape

from healthyboost.content.richtext import clean
from healthyboost.glossary.matching import missing_in, terms_for

from .checks import check_unit
from .editor_rows import shown
from .memory import Suggestion, plain_words, suggestions
from .units import State

MOST_SUGGESTIONS = 3  # Alt+1 to Alt+3


@dataclass
class Offer:
    """A suggestion in the form of the paragraph: `text` is what is put in."""

    suggestion: Suggestion
    text: str
    html: str


@dataclass
class Panel:
    offers: list = field(default_factory=list)
    terms: list = field(default_factory=list)
    findings: list = field(default_factory=list)


def panel_of(work, row):
    unit, source = row.unit, work.translation.source_language
    if unit.state == State.REMOVED:
        return Panel()
    found = suggestions(
        unit.source, source, work.language, MOST_SUGGESTIONS, work.page, unit.is_rich
    )
    text = row.field_text
    terms = terms_for(unit.source, source, work.language)
    missing = missing_in(unit.source, source, text, work.language) if text and terms else []
    for term in terms:
        term.avoided = next((hit.avoided for hit in missing if hit.term == term.term), "")
        term.is_said = bool(text) and all(hit.term != term.term for hit in missing)
    return Panel(
        [offer(each, unit.is_rich) for each in found],
        terms,
        check_unit(unit, text, work.language, source) if text else [],
    )


def offer(suggestion, is_rich):
    was_rich, text = suggestion.entry.is_rich, suggestion.text
    if is_rich:
        text = clean(text if was_rich else escape(text))
    elif was_rich:
        text = plain_words(text, is_rich=True)
    return Offer(suggestion, text, shown(text, is_rich))
