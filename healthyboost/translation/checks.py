"""What is wrong with a translation beside its source, in plain sentences.

check()         a paragraph or short text of a page
check_unit()    the same of a Unit of units.py
check_string()  of the interface: string_checks.py

An error would break a page and is refused by whoever stores texts; the rest is a hint.
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_prose_editor.config import allowlist_from_extensions, expand_extensions

from healthyboost.content.richtext import EXTENSIONS
from healthyboost.editing.faults import short
from healthyboost.editing.proofreading import faults_of_text

from .findings import TAG, Finding, Pair
from .hints import HINTS

LIKE_A_TAG = re.compile(r"<[a-zA-Z/!?]")
# Also what turns the rest of a line round, and letters that mean nothing outside of one program.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202d\u202e\ue000-\uf8ff]")
ALLOWED_TAGS = set(allowlist_from_extensions(expand_extensions(EXTENSIONS))["tags"]) | {"b", "i"}
WITHOUT_END = {"br", "img"}
TOO_LONG, SPARE = 2.5, 40  # times the source, and characters more than it
TOO_SHORT, WORTH_IT = 0.3, 80  # part of the source, where that has so many characters


@dataclass
class Written:
    """A text as proofreading.py reads it; what it finds there is a hint here, but broken links."""

    content: str
    language: str
    is_rich: bool
    field: str = ""

    def fault(self, kind, message, excerpt="", is_error=False):
        return Finding(kind, message, kind == "address", excerpt)


def check(
    source, text, source_language, language, is_rich=False, kind="text",
    is_same=False, max_length=None, names=None, only_errors=False,
):  # fmt: skip
    """The Findings of `text`, errors first. Of no text there are none: it is missing, not wrong.

    `names`: Names of both languages, for callers that check many; otherwise they are looked up.
    `only_errors` asks the database nothing.
    """
    if not text.strip():
        return []
    pair = Pair(source, text, source_language, language, is_rich, kind, is_same, max_length, names)
    rules = BREAKING if only_errors else BREAKING + HINTS
    found = [each for rule in rules for each in rule(pair) if each.is_error or not only_errors]
    return sorted(dict.fromkeys(found), key=lambda finding: not finding.is_error)


def check_unit(
    unit, text, language, source_language, is_same=None, names=None, only_errors=False
):  # fmt: skip
    """The Findings of `text` as the translation of a Unit."""
    return check(
        unit.source,
        text,
        source_language,
        language,
        unit.is_rich,
        unit.kind,
        unit.is_same if is_same is None else is_same,
        unit.max_length,
        names,
        only_errors,
    )


def length(pair):
    count = len(pair.text)
    if pair.max_length and count > pair.max_length:
        over = count - pair.max_length
        message = ngettext(
            "%(count)s character too many: there is room for %(limit)s.",
            "%(count)s characters too many: there is room for %(limit)s.",
            over,
        )
        yield Finding("length", message % {"count": over, "limit": pair.max_length}, True)
    elif pair.said and len(pair.says) > max(len(pair.said) * TOO_LONG, len(pair.said) + SPARE):
        yield Finding("long", _("This is much longer than the source."))
    elif len(pair.said) > WORTH_IT and len(pair.says) < len(pair.said) * TOO_SHORT:
        yield Finding("short", _("This is much shorter than the source."))


def control_characters(pair):
    if CONTROL.search(pair.text):
        yield Finding("control", _("There is a character in it that no text may have."), True)


def marks(pair):
    """Only marks that a text may have, each closed where it was opened."""
    if not pair.is_rich:
        if TAG.search(pair.text) and not TAG.search(pair.source):
            found = TAG.search(pair.text)[0]
            message = _("This text has no formatting: readers would see %(mark)s.")
            yield Finding("marks", message % {"mark": short(found)}, False, found)
        return
    if LIKE_A_TAG.search(TAG.sub("", pair.text)):
        yield Finding("marks", _("A mark of the formatting is broken: “<” without “>”."), True)
    names = [name.lower() for _end, name, _rest in TAG.findall(pair.text)]
    if strange := [name for name in dict.fromkeys(names) if name not in ALLOWED_TAGS]:
        message = _("A text cannot have this formatting: %(marks)s.")
        said = ", ".join(f"<{name}>" for name in strange)
        yield Finding("marks", message % {"marks": short(said)}, True, f"<{strange[0]}")
    elif open_mark := unbalanced(pair.text):
        message = _("The formatting does not close: %(mark)s.") % {"mark": open_mark}
        yield Finding("marks-open", message, True, open_mark)


def unbalanced(html):
    """The first mark that is closed without being opened, or the other way; "" where all is well."""
    opened = []
    for end, name, _rest in TAG.findall(html):
        name = name.lower()
        if name in WITHOUT_END:
            continue
        if not end:
            opened.append(name)
        elif not opened or opened.pop() != name:
            return f"</{name}>"
    return f"<{opened[-1]}>" if opened else ""


def proofread(pair):
    """Links that lead nowhere, stray characters, another language: what the forms say, too."""
    text = Written(pair.text, pair.language, pair.is_rich)
    for finding in faults_of_text(text):
        if not (pair.is_same and finding.key.startswith("language-")):
            yield finding


BREAKING = [control_characters, length, marks, proofread]  # these have hints, too
