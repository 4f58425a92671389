"""Saving what a translator typed, paragraph by paragraph; what cannot be saved comes back to her."""

import re
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from healthyboost.content.dates import say_time
from healthyboost.content.richtext import clean
from healthyboost.editing.diffs import word_diff

from .checks import check_unit
from .comments import name_of
from .units import (
    Conflict,
    Place,
    Saving,
    SourceMoved,
    State,
    digest,
    found_again,
    join_units,
    render,
    save_units,
    split_unit,
    store,
    taken,
)

ONE_PARAGRAPH = re.compile(r"<p>((?:(?!</?p>).)*)</p>", re.S)
# Buttons that keep a text for one paragraph; the others rearrange or publish.
SAVING = {"save", "right", "same", "clear", "copy", "keep", "remove"}


@dataclass
class Sent:
    """One paragraph as it came from the browser."""

    place: str
    typed: str
    version: str
    source_version: str
    seen: str = ""  # what the original said when she began, as plain text


@dataclass
class Trouble:
    """What she typed is not saved: somebody was faster, the original has moved, a check refused it."""

    kind: str  # "conflict", "moved" or "refused"
    typed: str
    messages: list
    unit: object = None  # what stands there now
    diff: str = ""  # from what she saw or wrote to what stands there now
    theirs: str = ""


@dataclass
class Outcome:
    """What has become of a form that was sent; places as they were sent."""

    troubles: dict = field(default_factory=dict)
    places: list = field(default_factory=list)  # saved
    untouched: list = field(default_factory=list)
    moved_to: dict = field(default_factory=dict)
    said: list = field(default_factory=list)
    place: str = ""  # of the paragraph whose button was pressed, as it is now
    is_rearranged: bool = False
    refusal: object = None


def sent_units(data):
    """Every paragraph that a form holds."""
    for name in data:
        if name.startswith("version:"):
            place = name.removeprefix("version:")
            yield Sent(
                place,
                data.get(f"text:{place}", "").replace("\r\n", "\n").replace("\0", ""),
                data[name],
                data.get(f"source:{place}", ""),
                data.get(f"seen:{place}", ""),
            )


def save_all(work, verb, asked):
    """Save each paragraph that was changed, then do what the button `verb` says with the one asked."""
    outcome, savings = Outcome(place=asked), []
    for sent in sent_units(work.request.POST):
        if verb == "theirs" and sent.place == asked:
            outcome.untouched.append(asked)
            continue
        button = verb if verb in SAVING and sent.place == asked else ""
        if saving := to_save(work, sent, button, outcome):
            savings.append((sent, button, saving))
    if savings:
        keep(work, savings, outcome)
    if not outcome.troubles and verb in ("join", "split"):
        rearrange(work, verb, asked, outcome)
    if not outcome.troubles and verb == "confirm_minor":
        confirm_minor(work, outcome)
    if outcome.places:
        moment = say_time(timezone.localtime())
        outcome.said.append(_("Saved %(time)s.") % {"time": moment})
    return outcome


def to_save(work, sent, button, outcome):
    """A Saving; None where she has changed nothing, or where a check refuses it."""
    unit = unit_of(work, sent)
    text = in_one_form(sent.typed, unit) if unit else sent.typed
    is_same = button == "same"
    if unit and button in ("same", "copy"):
        text = unit.source
    elif unit and button in ("clear", "remove"):
        text = ""
    must = bool(button) and button != "save"
    if not must and unit and is_untouched(sent, text, unit):
        outcome.untouched.append(sent.place)
        return None
    if unit and (messages := refusals(unit, text, is_same, work)):
        outcome.troubles[sent.place] = Trouble("refused", text, messages, unit)
        return None
    place = unit.place if unit else read_place(sent.place)
    return Saving(place, text, sent.version, sent.source_version, is_same)


def keep(work, savings, outcome):
    """All of them at once, each by itself: one that somebody was faster with holds up no other."""
    every = [saving for _sent, _button, saving in savings]
    save_units(work.page, work.language, every, work.user, name_of(work.user), work.source)
    work.forget()
    for sent, button, saving in savings:
        refused, text = saving.refused, saving.text
        if isinstance(refused, Conflict):
            must = bool(button) and button != "save"
            if in_one_form(refused.unit.text, refused.unit) == text and not must:
                outcome.places.append(sent.place)  # both wrote the same: it is saved
            else:
                outcome.troubles[sent.place] = conflicting(text, refused.unit)
        elif refused:
            outcome.troubles[sent.place] = moved_away(sent, text, refused.unit)
        else:
            place = str(found_again(work.translation, saving.unit).place)
            outcome.places.append(sent.place)
            outcome.moved_to[sent.place] = place
            outcome.place = place if button else outcome.place
            outcome.is_rearranged |= place != sent.place or button == "remove"


def read_place(text):
    try:
        return Place.read(text)
    except ValueError:
        return Place("", "", 0)  # of no text: answered like a paragraph that is gone


def unit_of(work, sent):
    """The paragraph that she translated: at its place, or where it has moved to."""
    place = read_place(sent.place)
    units = work.translation.of_field(place)
    here = next((unit for unit in units if unit.place == place), None)
    if here and here.source_version == sent.source_version:
        return here
    same = [unit for unit in units if unit.source_version == sent.source_version]
    return same[0] if len(same) == 1 else here


def in_one_form(text, unit):
    """As the paragraph is stored: cleaned, without the mark of a single paragraph around it."""
    if not unit.is_rich:
        return text.strip()
    text = clean(text)
    only = ONE_PARAGRAPH.fullmatch(text)
    return only[1] if only else text


def is_untouched(sent, text, unit):
    """She has not changed what she was shown."""
    if sent.version == unit.version:
        return text == in_one_form(unit.text, unit)
    return digest(render(taken(text, unit))) == sent.version


def refusals(unit, text, is_same, work):
    """Sentences about what would break the page."""
    if not text or not unit.source:
        return []
    source = work.translation.source_language
    found = check_unit(unit, text, work.language, source, is_same, only_errors=True)
    return [str(finding.message) for finding in found if finding.is_error]


def conflicting(text, unit):
    who = unit.by or _("Somebody")
    message = _("%(person)s has saved this paragraph meanwhile. Both texts stand here: choose.")
    return Trouble(
        "conflict",
        text,
        [message % {"person": who}],
        unit,
        word_diff(unit.text, text),
        unit.text,
    )


def moved_away(sent, text, unit):
    if not unit:
        message = _("This paragraph is no longer in the original. Your text is kept here to copy.")
        return Trouble("moved", text, [message])
    message = _("The original has changed while you were translating. Your text is not saved yet.")
    now = strip_tags(unit.source) if unit.is_rich else unit.source
    return Trouble("moved", text, [message], unit, word_diff(sent.seen, now) if sent.seen else "")


def rearrange(work, verb, asked, outcome):
    change = join_units if verb == "join" else split_unit
    try:
        place = read_place(outcome.moved_to.get(asked, asked))
        unit = change(work.page, work.language, place, by=work.user, source=work.source)
    except SourceMoved:
        outcome.said.append(_("The paragraphs are others now: look again."))
    else:
        outcome.place = str(unit.place)
        outcome.said.append(_("Joined.") if verb == "join" else _("Separate again."))
    outcome.is_rearranged = True
    work.forget()


@transaction.atomic
def confirm_minor(work, outcome):
    """Their texts are right for the source as it is now: all at once."""
    type(work.page)._base_manager.select_for_update().get(pk=work.page.pk)
    work.forget()
    minor = [unit for unit in work.translation.units if unit.state == State.MINOR]
    for unit in minor:
        unit.row.then, unit.row.is_done, unit.row.by = unit.now, True, name_of(work.user)
        unit.row.at = timezone.now().isoformat(timespec="seconds")
    if minor:
        store(work.translation, [unit.place for unit in minor], work.user)
        outcome.places += [str(unit.place) for unit in minor]
    outcome.is_rearranged = True
    work.forget()
