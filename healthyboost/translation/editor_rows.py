"""What the editor shows of each paragraph: where it stands, both texts, what has changed since."""

from dataclasses import dataclass, field
from html import escape
from itertools import groupby

from django.utils.html import linebreaks
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from healthyboost.content.age import plain
from healthyboost.content.history import row_key, rows_of
from healthyboost.content.languages import column
from healthyboost.content.models import Origin
from healthyboost.editing.diffs import word_diff
from healthyboost.editing.reading import place_of

from .comments import by_place
from .units import State, Unit, units_of_field, worded_fields

# A symbol and a word for each state of a paragraph: never a colour alone.
STATES = {
    State.MISSING: ("○", gettext_lazy("not translated")),
    State.CHANGED: ("◔", gettext_lazy("the original has changed")),
    State.MINOR: ("◕", gettext_lazy("only punctuation has changed")),
    State.UNKNOWN: ("◌", gettext_lazy("not compared with the original yet")),
    State.REMOVED: ("⊘", gettext_lazy("no longer in the original")),
    State.CURRENT: ("●", gettext_lazy("translated")),
}
STRUCTURE = {
    "item": gettext_lazy("List item"),
    "cell": gettext_lazy("Table cell"),
    "quote": gettext_lazy("Quotation"),
    "picture": gettext_lazy("Picture"),
}


@dataclass
class EditorRow:
    """A paragraph as the templates show it."""

    unit: Unit
    number: int  # on the page, from 1
    where: str  # what it is a part of: "Text", "Step “Walk”: text"
    helps: list = field(default_factory=list)  # [(language, HTML)]
    threads: list = field(default_factory=list)
    of_the_page: list = field(default_factory=list)  # threads about no paragraph; on the first row
    trouble: object = None  # why what was typed is not saved
    panel: object = None
    findings: list = field(default_factory=list)  # of the checks, when it was saved just now
    is_last: bool = False  # of its text

    @property
    def key(self):
        return str(self.unit.place)

    @property
    def structure(self):
        """ "Heading 2", "List item"; "" of a plain paragraph."""
        if self.unit.kind == "heading":
            return _("Heading %(level)s") % {"level": self.unit.level}
        return STRUCTURE.get(self.unit.kind, "")

    @property
    def css(self):
        """How its text looks: as-h2, as-item …"""
        return f"as-h{self.unit.level}" if self.unit.level else f"as-{self.unit.kind}"

    @property
    def name(self):
        """For those who hear it: what is edited here."""
        return ", ".join(str(each) for each in (self.where, self.structure, self.number) if each)

    @property
    def symbol(self):
        return STATES[self.unit.state][0]

    @property
    def word(self):
        if self.unit.state == State.CURRENT and self.unit.is_same:
            return _("needs no translation")
        if self.unit.state == State.CURRENT and self.unit.origin == Origin.MACHINE:
            return _("machine translation, not reviewed")
        return STATES[self.unit.state][1]

    @property
    def source_html(self):
        return shown(self.unit.source, self.unit.is_rich)

    @property
    def then_html(self):
        return shown(self.unit.then, self.unit.is_rich)

    @property
    def theirs_html(self):
        return shown(self.trouble.unit.text, self.unit.is_rich)

    @property
    def text_html(self):
        typed = self.trouble.typed if self.trouble else self.unit.text
        return shown(typed, self.unit.is_rich)

    @property
    def field_text(self):
        """What stands in the field that she types into."""
        return self.trouble.typed if self.trouble else self.unit.text

    @property
    def live_html(self):
        """What visitors still read, where that is another text."""
        unit = self.unit
        if not unit.is_draft or not unit.live or unit.live == unit.text:
            return ""
        return shown(unit.live, unit.is_rich)

    @property
    def diff(self):
        """The words of the source that are new since this translation."""
        if self.unit.state not in (State.CHANGED, State.MINOR) or not self.unit.then:
            return ""
        return word_diff(self.unit.then, self.unit.source)

    @property
    def is_minor(self):
        return self.unit.state == State.MINOR

    @property
    def is_removed(self):
        return self.unit.state == State.REMOVED

    @property
    def may_be_right(self):
        """There is a translation that somebody may say to be right still."""
        return bool(self.unit.text) and self.unit.state in (
            State.CHANGED,
            State.MINOR,
            State.UNKNOWN,
        )

    @property
    def may_be_split(self):
        return len(self.unit.now) > 1

    @property
    def may_be_joined(self):
        return self.unit.is_rich and not self.is_last and bool(self.unit.now)

    @property
    def is_blank(self):
        """Without words: a picture alone is the same in every language."""
        return not any(plain(block.inner) for block in self.unit.now)


def shown(text, is_rich):
    """Rich text was cleaned when it was stored, and what is typed is before it is shown."""
    return mark_safe(text if is_rich else linebreaks(escape(text)) if text else "")


def rows_of_editor(translation, helps=(), threads=()):
    """The EditorRows of a Translation: no query but those of the rows that hang on the page."""
    parts = {
        "" if row == translation.page else row_key(row): row for row in rows_of(translation.page)
    }
    units = translation.units
    beside = [(code, texts_beside(translation, code)) for code in helps]
    talk = by_place(threads, units)
    found, seen = [], {}
    for number, unit in enumerate(units, start=1):
        kept = unit.place.part, unit.place.field
        twin = (*kept, unit.source_version)
        seen[twin] = seen.get(twin, 0) + 1
        row = EditorRow(
            unit,
            number,
            place_of(parts[kept[0]], kept[1]),
            threads=talk.get(str(unit.place), []),
        )
        for code, texts in beside:
            if text := texts.get((*twin, seen[twin])):
                row.helps.append((code, shown(text, unit.is_rich)))
        following = units[number] if number < len(units) else None
        row.is_last = not following or (following.place.part, following.place.field) != kept
        found.append(row)
    if found:
        found[0].of_the_page = talk.get("", [])
    return found


def texts_beside(translation, code):
    """{(part, field, version of the source, how many times so far): text} of the page in `code`."""
    page, source, found, seen = translation.page, translation.source_language, {}, {}
    if code == source:
        return {}
    made = getattr(page, column("made_from", code)) or {}
    made = made if made.get("language") == source else {}
    for row in rows_of(page):
        part = "" if row == page else row_key(row)
        for name in worded_fields(type(row)):
            for unit in units_of_field(row, part, name, code, source, None, made):
                twin = part, name, unit.source_version
                seen[twin] = seen.get(twin, 0) + 1
                found[*twin, seen[twin]] = unit.text
    return found


def sections(rows):
    """[(what it is, its rows)]: one of each text of the page and of the rows that hang on it."""
    return [
        (capfirst(where), list(some))
        for (where, _part, _field), some in groupby(
            rows, key=lambda row: (row.where, row.unit.place.part, row.unit.place.field)
        )
    ]
