"""The numbers of a text, whichever language wrote them: 1,234.5 in English is 1 234,5 in the others."""

import re
from collections import Counter
from dataclasses import dataclass

SPACES = " \u00a0\u202f\u2009"
NUMBER = re.compile(
    rf"(?<![\w.,]\d)\d{{1,3}}(?:[{SPACES}]\d{{3}})+(?!\d)(?:,\d+)?|\d+(?:[.,:]\d+)*"
)
NAME = re.compile(r"\b[^\W\d_]\w*-\d{1,3}\b")  # Covid-19
AFTERNOON = re.compile(rf"(?:[.:]\d\d)?[{SPACES}]?p\.?m\b", re.IGNORECASE)
ROMAN = re.compile(r"\b[IVXLCХ]{2,}\b")  # the last one is Cyrillic: people type it
ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "Х": 10, "L": 50, "C": 100}
# Numbers that a translator may write out, or that stand for a month or for the minutes of a full hour.
OFTEN_WORDS = {*map(str, range(13)), "100", "1000"}
UNITS = r"(?:%|€|£|\$|EUR|SEK|PLN|km|kg|kWh|ha|m²|m\b|mi?l)"


@dataclass(frozen=True)
class Number:
    """`readings`: what the figures may stand for: a value, or a date or time of several parts."""

    written: str
    readings: tuple

    @property
    def parts(self):
        return self.readings[-1]


def numbers_in(text, language):
    """The Numbers of a plain text in their order."""
    text = NAME.sub("", text)
    return [
        Number(found[0], tuple(readings(found[0], language, text[found.end() :])))
        for found in NUMBER.finditer(text)
    ]


def readings(written, language, following):
    compact = re.sub(f"[{SPACES}]", "", written)
    comma, point = compact.count(","), compact.count(".")
    is_grouped = re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", compact)
    found = []
    if compact != written:
        found.append((value(compact.replace(",", ".")),))
    elif language == "en" and is_grouped:
        found.append((value(compact.replace(",", "")),))
    elif comma + point == 1:
        found.append((value(compact.replace(",", ".")),))
        if re.fullmatch(r"\d{1,3}[.,]\d{3}", compact):
            found.append((value(re.sub("[.,]", "", compact)),))
    parts = tuple(value(part) for part in re.split("[.,:]", compact))
    if language == "en" and AFTERNOON.match(following) and int(parts[0]) < 12:
        later = value(str(int(parts[0]) + 12))
        found += [(later, *parts[1:]), (later, "0")]
    if len(parts) == 1:
        found.append((parts[0], "0"))  # 9 o'clock is 9:00
    elif compact != written:
        return found
    return [*found, parts]


def value(figures):
    """One way to write it: no zeros before it, none at the end of a fraction."""
    whole, _point, fraction = figures.partition(".")
    fraction = fraction.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")


def unmatched(source, text, source_language, language):
    """(what only the source says, what only the text says), as it is written there."""
    mine, theirs = numbers_in(source, source_language), numbers_in(text, language)
    for number in list(mine):
        same = next((each for each in theirs if {*each.readings} & {*number.readings}), None)
        if same:
            mine.remove(number)
            theirs.remove(same)
    missing, extra = (
        Counter(part for each in side for part in each.parts) for side in (mine, theirs)
    )
    missing, extra = missing - extra - roman(text), extra - missing - roman(source)
    if not missing or not extra:
        missing, extra = (
            Counter({part: n for part, n in side.items() if part not in OFTEN_WORDS})
            for side in (missing, extra)
        )
    return as_written(mine, missing), as_written(theirs, extra)


def roman(text):
    found = Counter()
    for word in ROMAN.findall(text):
        values = [ROMAN_VALUES[letter] for letter in word]
        found[
            str(
                sum(
                    -each if each < following else each
                    for each, following in zip(values, [*values[1:], 0], strict=True)
                )
            )
        ] += 1
    return found


def as_written(numbers, parts):
    return list(dict.fromkeys(each.written for each in numbers if {*each.parts} & {*parts}))


def left_as_they_were(source, text, source_language, language):
    """(as it stands there, as it should) of numbers that keep the form of the source's language."""
    if (source_language == "en") == (language == "en"):
        return []
    if source_language == "en":
        pattern = rf"\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!\d)|\d+\.\d+(?=[{SPACES}]?{UNITS})"
        change = str.maketrans(",.", "\u00a0,")
    else:
        pattern = (
            rf"\d{{1,3}}(?:[{SPACES}]\d{{3}})*,\d+(?!\d)(?=[{SPACES}]?(?:{UNITS}|milj|млн|mn))"
        )
        change = str.maketrans(",\u00a0\u202f ", ".,,,")
    known = set(re.findall(pattern, source))
    found = dict.fromkeys(each for each in re.findall(pattern, text) if each in known)
    return [(each, each.translate(change)) for each in found]
