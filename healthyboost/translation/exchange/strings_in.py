"""Strings of the interface that come in: the forms of one are stored together, and are live at once."""

from healthyboost.wordings.catalogues import plural_headers
from healthyboost.wordings.saving import (
    Conflict,
    Refused,
    forms_wanted,
    languages_for,
    save_wording,
)
from healthyboost.wordings.soundness import findings

from .lines import canonical, fingerprint, plain_of
from .report import Outcome, result
from .strings import known

LEFT = Outcome.NEWER, Outcome.UNSURE, Outcome.COPY, Outcome.UNKNOWN


def weigh(language, lines, taker):
    """The Results of these lines."""
    if language not in languages_for(taker.user):
        return [result(Outcome.RIGHTS, key, line) for key, line in lines]
    wordings, headers, by_string = known(language), plural_headers(language), {}
    for key, line in lines:
        by_string.setdefault(key.place.partition("[")[0], []).append((key, line))
    found = []
    for name, several in by_string.items():
        if wording := wordings.get(name):
            found += weigh_string(wording, several, headers[wording.string.catalogue], taker)
        else:
            found += [result(Outcome.UNKNOWN, key, line) for key, line in several]
    return found


def weigh_string(wording, lines, header, taker):
    said = wording.said
    forms = [*said, *[""] * (forms_wanted(wording) - len(said))]
    new, found = list(forms), []
    for key, line in lines:
        number, text = form_of(key), written(line)
        here = forms[number] if number < len(forms) else None
        original = wording.string.originals[-1 if "[" in key.place else 0]
        outcome = weigh_form(key, line, text, here)
        if outcome == Outcome.TAKEN and text in wording.string.originals and not line.is_confirmed:
            outcome = Outcome.COPY
        if outcome == Outcome.TAKEN:
            new[number] = text
        found.append(
            result(
                outcome, key, line, text=text, page=wording.string.msgid, source=original,
                here=here or "", place=str(wording.string_id),
            )
        )  # fmt: skip
    taken = [each for each in found if each.is_taken]
    if not taken:
        return found
    outcome = next((each.outcome for each in found if each.outcome in LEFT), Outcome.TAKEN)
    reasons = []
    if outcome == Outcome.TAKEN:
        outcome, reasons = store(wording, new, header, taker)
    for each in taken:
        each.outcome, each.reasons = outcome, reasons
    return found


def form_of(key):
    number = key.place.partition("[")[2].rstrip("]")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 3 else 0


def written(line):
    return canonical(plain_of(line.text) if line.is_html else line.text, False)


def weigh_form(key, line, text, here):
    if here is None:
        return Outcome.UNKNOWN
    if text == canonical(here, False) or fingerprint(text, False) == key.text:
        return Outcome.SAME
    if not text:
        return Outcome.EMPTY
    if fingerprint(here, False) != key.text:
        return Outcome.NEWER
    return Outcome.UNSURE if line.is_unsure else Outcome.TAKEN


def store(wording, forms, header, taker):
    """(Outcome, sentences)"""
    found = findings(wording.string, wording.language, forms, header)
    errors = [str(each.message) for each in found if each.is_error]
    if errors:
        return Outcome.FAULTY, errors
    if taker.saves:
        try:
            save_wording(wording, forms, wording.version, taker.user)
        except Refused as refused:
            return Outcome.FAULTY, [str(each.message) for each in refused.findings]
        except Conflict:
            return Outcome.NEWER, []
    return Outcome.TAKEN, [str(each.message) for each in found]
