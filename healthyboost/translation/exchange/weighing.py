"""What becomes of each line of a file that comes in: taken, or left with a reason that a person understands.

A line is held against the paragraph whose source says what it said when the file went out, wherever
that stands by now. It is taken only where nobody has written there meanwhile.
"""

from collections import defaultdict
from functools import cache

from healthyboost.accounts.rights import languages_of
from healthyboost.content.languages import language_codes

from ..checks import check_unit
from ..names import Names
from ..units import Conflict, Place, Saving, State, save_units, translation_of
from . import strings_in
from .lines import INTERFACE, Key, canonical, fingerprint, plain_of
from .report import TAKEN, Outcome, Result, result
from .runs import reduced
from .sending import label_of, page_named


def weigh(lines, taker):
    """The Results of all `lines`, in their order but for those of one page staying together."""
    results, groups, seen = [], defaultdict(list), {}
    for line in lines:
        key = Key.read(line.key)
        if not key or key.language == key.source_language:
            results.append(Result(Outcome.DAMAGED, line.text, line.key))
        elif key.language not in language_codes() or key.source_language not in language_codes():
            results.append(Result(Outcome.LANGUAGE, line.text, line.key, language=key.language))
        else:
            seen.setdefault((key.page, key.language, key.place), []).append((key, line))
    for (page, language, _place), several in seen.items():
        groups[page, language, several[0][0].source_language].append(several)
    names = cache(Names.of)
    for (page, language, source), wanted in groups.items():
        single, twice = apart(wanted)
        results += twice
        if page == INTERFACE:
            results += strings_in.weigh(language, single, taker)
        else:
            results += weigh_page(page, language, source, single, taker, names)
    return results


def apart(wanted):
    """(lines that stand once, Results of those that contradict each other)"""
    single, twice = [], []
    for several in wanted:
        said = {canonical(line.text, False) for _key, line in several}
        if len(said) == 1:
            single.append(several[0])
        else:
            for key, line in several:
                twice.append(result(Outcome.TWICE, key, line))
    return single, twice


def weigh_page(name, language, source, lines, taker, names):
    page = page_named(name)
    if not page:
        return [result(Outcome.UNKNOWN, key, line) for key, line in lines]
    about = {"page": str(page)}
    if language not in languages_of(taker.user, page):
        return [result(Outcome.RIGHTS, key, line, **about) for key, line in lines]
    translation = translation_of(page, language, source)
    known, weighed = names(source, language), []
    for key, line, unit in matched(lines, translation):
        weighed.append([key, line, unit, *weigh_unit(key, line, unit, translation, known)])
    if taker.saves:
        save(weighed, translation, taker)
    found = []
    for key, line, unit, outcome, reasons in weighed:
        shown = unit or near(key, translation)
        where = (
            {
                "label": label_of(shown),
                "source": shown.source,
                "here": shown.text,
                "is_rich": shown.is_rich,
                "place": str(shown.place),
            }
            if shown
            else {}
        )
        found.append(result(outcome, key, line, reasons=reasons, **about | where))
        if shown:
            found[-1].text = as_written(line, shown)
    return found


def matched(lines, translation):
    """(key, line, Unit or None): first those that stand where they stood, then those that moved."""
    free = {id(unit): unit for unit in translation.units if unit.now}
    homes = {}
    for number, (key, _line) in enumerate(lines):
        unit = translation.unit(place_of(key))
        if unit and unit.source_version == key.source:
            homes[number] = free.pop(id(unit), None)
    for number, (key, line) in enumerate(lines):
        if number not in homes:
            alike = [unit for unit in free.values() if unit.source_version == key.source]
            alike.sort(key=lambda unit: (unit.place.part, unit.place.field) != home(key))
            homes[number] = free.pop(id(alike[0])) if alike else None
        yield key, line, homes[number]


def home(key):
    place = place_of(key)
    return place and (place.part, place.field)


def place_of(key):
    try:
        return Place.read(key.place)
    except ValueError:
        return None


def near(key, translation):
    """What stands now where the line stood: shown beside it."""
    return translation.unit(place_of(key))


def as_written(line, unit):
    """The text of a line in the form of the unit's own."""
    if line.is_html and not unit.is_rich:
        return canonical(plain_of(line.text), False)
    return canonical(line.text, unit.is_rich)


def is_same(line, text, unit):
    here = canonical(unit.text, unit.is_rich)
    if line.is_plain_document and unit.is_rich:
        return reduced(here) == reduced(text)
    return here == text


def weigh_unit(key, line, unit, translation, names):
    """(Outcome, sentences)"""
    if not unit:
        shown = near(key, translation)
        text = as_written(line, shown) if shown else canonical(line.text, False)
        is_rich = bool(shown and shown.is_rich)
        is_untouched = not text or fingerprint(text, is_rich) == key.text
        return (Outcome.SAME if is_untouched else Outcome.SOURCE), []
    text = as_written(line, unit)
    if is_same(line, text, unit):
        if not (unit.state is State.CHANGED and line.is_confirmed and text):
            return Outcome.SAME, []
        outcome = Outcome.CONFIRMED
    elif not text:
        return (Outcome.SAME if key.text == "0" else Outcome.EMPTY), []
    elif fingerprint(text, unit.is_rich) == key.text:
        return Outcome.SAME, []
    elif fingerprint(unit.text, unit.is_rich) != key.text:
        return Outcome.NEWER, []
    elif text == canonical(unit.source, unit.is_rich) and not line.is_confirmed:
        return Outcome.COPY, []
    elif line.is_unsure:
        return Outcome.UNSURE, []
    else:
        outcome = Outcome.TAKEN
    found = check_unit(unit, text, key.language, key.source_language, names=names)
    errors = [str(each.message) for each in found if each.is_error]
    if errors:
        return Outcome.FAULTY, errors
    return outcome, [str(each.message) for each in found]


def save(weighed, translation, taker):
    """What is taken, all lines of a page at once; the others say why it was too late for them."""
    wanted = []
    for row in weighed:
        key, line, unit, outcome, _reasons = row
        if outcome in TAKEN:
            text = as_written(line, unit)
            saving = Saving(
                unit.place, text, unit.version, unit.source_version, unit.is_same, taker.origin
            )
            wanted.append((row, saving))
    if wanted:
        savings = [saving for _row, saving in wanted]
        page, language, source = (
            translation.page,
            translation.language,
            translation.source_language,
        )
        save_units(page, language, savings, taker.user, taker.translator, source)
    for row, saving in wanted:
        if isinstance(saving.refused, Conflict):
            row[2:] = saving.refused.unit, Outcome.NEWER, []
        elif saving.refused:
            row[2:] = None, Outcome.SOURCE, []
