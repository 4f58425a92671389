"""The paragraphs of a page as a colleague without an account writes them: in boxes, with plain marks."""

import re
from dataclasses import dataclass, field
from itertools import groupby

from django.utils.functional import cached_property
from django.utils.html import format_html, linebreaks, strip_tags
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from healthyboost.content.languages import column
from healthyboost.content.models import Origin
from healthyboost.editing.diffs import word_diff
from healthyboost.glossary.matching import terms_for

from .checks import check_unit
from .names import Names
from .plain_marks import (
    NoSuchLink,
    inline,
    is_row_of_blocks,
    links_in,
    tidy,
    with_marks,
    without_marks,
)
from .units import Conflict, Saving, State, digest, save_units, translation_of

LONGEST = 20_000  # letters of one paragraph
TEXT, SEEN, RIGHT = "text:", "seen:", "right:"  # what the fields of a paragraph are called
MARKED = re.compile(r"<(strong|em|a)\b[^>]*>.*?</\1>")
CONFLICT = gettext_lazy(
    "Somebody else has changed this paragraph meanwhile. Choose, then save again."
)
TO_CONFIRM = (State.CHANGED, State.MINOR)
KINDS = {
    "paragraph": gettext_lazy("Paragraph"),
    "heading": gettext_lazy("Heading"),
    "item": gettext_lazy("Item of a list"),
    "cell": gettext_lazy("Cell of a table"),
    "quote": gettext_lazy("Quotation"),
    "picture": gettext_lazy("Picture"),
}


@dataclass
class Trouble:
    """Why a paragraph was not saved; what was typed stays in its box."""

    typed: str
    messages: list
    theirs: str = ""  # what somebody else has written meanwhile


@dataclass
class Box:
    """A paragraph of the original and where its translation is written."""

    unit: object
    trouble: Trouble | None = None
    hints: list = field(default_factory=list)  # what may be wrong with what is saved
    terms: list = field(default_factory=list)  # of the glossary, in the original

    def __post_init__(self):
        self.name = str(self.unit.place)
        self.links = links_in(self.unit.source, self.unit.text)
        text = self.unit.text
        plain = text.replace("\r\n", "\n")
        marked = with_marks(text, self.links) if self.unit.is_rich else plain
        self.is_marked = marked is not None
        self.text = marked if self.is_marked else text
        self.typed = self.trouble.typed if self.trouble else self.text
        self.seen = f"{self.unit.version}.{self.unit.source_version}.{digest(self.text)}"

    @property
    def anchor(self):
        return "-".join(re.findall(r"\w+", self.name))

    @property
    def kind_said(self):
        return KINDS.get(self.unit.kind) or capfirst(self.unit.label)

    @property
    def state_said(self):
        if self.unit.state is State.MISSING:
            return _("to be translated")
        if self.unit.state is State.CHANGED:
            return _("the original has changed")
        return _("machine translation: please check") if self.is_machine else ""

    @property
    def source_html(self):
        return self.as_read(self.unit.source)

    @property
    def text_html(self):
        return self.as_read(self.unit.text)

    def as_read(self, text):
        """What stands in a block, with its own mark around it where it is an item of a list."""
        if not self.unit.is_rich:
            return mark_safe(linebreaks(text, autoescape=True))
        if is_row_of_blocks(text) or self.is_picture:
            return mark_safe(text)
        mark = {"item": "<ul><li>{}</li></ul>", "quote": "<blockquote><p>{}</p></blockquote>"}
        return format_html(mark.get(self.unit.kind, "<p>{}</p>"), mark_safe(text))

    @property
    def has_help(self):
        return bool(not self.is_marked or self.examples or self.hints or self.terms)

    @property
    def described_by(self):
        said = [("trouble", self.trouble), ("help", self.has_help)]
        return " ".join(f"{name}-{self.anchor}" for name, is_there in said if is_there)

    @property
    def is_picture(self):
        return self.unit.kind == "picture"

    @property
    def is_short(self):
        return self.unit.max_length is not None and self.unit.max_length <= 250

    @property
    def is_machine(self):
        return self.unit.origin == Origin.MACHINE and bool(self.unit.text)

    @property
    def may_be_right(self):
        """There is a text that somebody should say yes or no to."""
        return bool(self.unit.text) and (self.unit.state in TO_CONFIRM or self.is_machine)

    @property
    def diff(self):
        """What has changed in the original since this was translated."""
        if self.unit.state in TO_CONFIRM and self.unit.then:
            return word_diff(self.unit.then, self.unit.source)
        return ""

    @property
    def rows(self):
        """Of the box: what is to be written should fit."""
        length = max(len(strip_tags(self.unit.source)), len(self.typed))
        return 1 if self.is_short else min(20, 2 + length // 60 + self.typed.count("\n"))

    @property
    def examples(self):
        """Bold words and links of the original as they are written in the box."""
        if not (self.unit.is_rich and self.is_marked):
            return []
        return [inline(found[0], self.links) for found in MARKED.finditer(self.unit.source)]

    def as_stored(self, typed):
        """NoSuchLink where it names a link that there is none of."""
        typed = typed.replace("\r\n", "\n").strip()
        if not self.unit.is_rich:
            return typed
        return without_marks(typed, self.links) if self.is_marked else tidy(typed)


class PageOfTexts:
    """All paragraphs of a page for one link; `save` keeps what was typed, each with its own check."""

    def __init__(self, link, page, source):
        self.link, self.page = link, page
        self.troubles, self.homeless = {}, []
        self.read(source)

    def read(self, source):
        self.translation = translation_of(self.page, self.link.language, source)
        self.source = self.translation.source_language
        self.draft = self.translation.draft

    @property
    def units(self):
        return [unit for unit in self.translation.units if unit.now]

    @property
    def title(self):
        return getattr(self.page, column("title", self.source))

    @property
    def total(self):
        return sum(unit.kind != "picture" for unit in self.units)

    @property
    def done(self):
        return self.total - len([unit for unit in self.to_do if unit.kind != "picture"])

    @property
    def has_marks(self):
        """Whether the original has bold words or links: then it is said how they are written."""
        return any(re.search(r"<(?:strong|em|a)\b", unit.source) for unit in self.units)

    @property
    def to_do(self):
        return [unit for unit in self.units if unit.is_to_do]

    @property
    def words_to_do(self):
        return sum(unit.words for unit in self.to_do)

    @cached_property
    def groups(self):
        """[(name of the field, its Boxes)] in the order of the page."""
        boxes = [Box(unit, self.troubles.get(str(unit.place))) for unit in self.units]
        for box in boxes:
            box.hints = self.hints(box)
            box.terms = terms_for(box.unit.source, self.source, self.link.language)
        by_field = groupby(boxes, lambda box: (box.unit.place.part, box.unit.place.field))
        return [(group[0].unit.label, group) for group in (list(same) for _key, same in by_field)]

    def hints(self, box):
        """What may be wrong with what is there: for her to look at, nothing has to be changed."""
        if not box.unit.is_draft or not box.unit.text or box.trouble:
            return []
        found = self.findings(box.unit, box.unit.text)
        return [finding.message for finding in found if not finding.is_error]

    def findings(self, unit, text):
        return check_unit(unit, text, self.link.language, self.source, names=self.names)

    @cached_property
    def names(self):
        return Names.of(self.source, self.link.language)

    # Saving

    def save(self, posted):
        """How many paragraphs were kept; why others were not is in `troubles` and `homeless`."""
        names = [name.removeprefix(TEXT) for name in posted if name.startswith(TEXT)]
        asked = list(filter(None, (self.to_save(name, posted) for name in names)))
        savings = [saving for _box, _typed, saving in asked]
        if savings:
            everything = savings + self.pictures_to_take_over()
            page, language, name = self.page, self.link.language, self.link.made_for
            save_units(page, language, everything, name=name, source=self.source)
        for box, typed, saving in asked:
            if isinstance(saving.refused, Conflict):
                self.refuse(box, typed, CONFLICT, theirs=Box(saving.refused.unit).text)
            elif saving.refused:
                self.keep_for_later(box.name, typed, saving.version)
        self.read(self.source)
        return sum(not saving.refused for saving in savings)

    def to_save(self, name, posted):
        """(Box, what was typed, Saving) of what a box says anew; None where there is nothing to save."""
        typed = posted[TEXT + name].replace("\r\n", "\n").replace("\0", "")
        version, source_version, seen = (posted.get(SEEN + name, "").split(".") + ["", "", ""])[:3]
        is_right = RIGHT + name in posted
        if digest(typed) == seen and not is_right:
            return None
        unit = self.find(name, source_version)
        if not unit:
            return self.keep_for_later(name, typed, version)
        box = Box(unit)
        if len(typed) > LONGEST:
            return self.refuse(box, typed, _("This text is too long for one paragraph."))
        try:
            text = box.as_stored(typed)
        except NoSuchLink as error:
            return self.refuse(box, typed, say_no_link(error.number, len(box.links)))
        if text == unit.text and not is_right:
            return None  # it is stored already: the same form was sent twice
        if wrong := [each.message for each in self.findings(unit, text) if each.is_error]:
            return self.refuse(box, typed, *wrong)
        return box, typed, Saving(unit.place, text, version, source_version)

    def find(self, name, source_version):
        """The paragraph that was translated: where it was, or where it has moved to."""
        unit = self.unit_at(name)
        if unit and unit.source_version == source_version:
            return unit
        moved = [unit for unit in self.units if unit.source_version == source_version]
        return moved[0] if len(moved) == 1 else None

    def unit_at(self, name):
        return next((unit for unit in self.units if str(unit.place) == name), None)

    def keep_for_later(self, name, typed, version):
        """The original is another one now: her text stays beside what has become of it, or alone."""
        unit = self.unit_at(name)
        if unit and unit.version == version:
            message = _(
                "The original has changed meanwhile. Does your text still fit? Save it again."
            )
            self.troubles[name] = Trouble(typed, [message])
        elif typed.strip():
            self.homeless.append(typed)

    def refuse(self, box, typed, *messages, theirs=""):
        self.troubles[box.name] = Trouble(typed, list(messages), theirs)

    def pictures_to_take_over(self):
        """A picture has no words to translate: it stands in the translation as it is."""
        return [
            Saving(unit.place, unit.source, unit.version, is_same=True)
            for unit in self.units
            if unit.kind == "picture" and unit.state is State.MISSING
        ]


def say_no_link(number, links):
    if not links:
        return _("There is no link [%(number)s: …] in this paragraph.") % {"number": number}
    return _("There is no link [%(number)s: …] in this paragraph, only 1 to %(links)s.") % {
        "number": number,
        "links": links,
    }
