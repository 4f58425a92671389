"""The days that a text names: "21–22 oktober 2024", "12 апреля", "2024. gada maijā"."""

import datetime
import re
from dataclasses import dataclass

# How the twelve months begin, with their endings, in the languages of the portal.
MONTHS = {
    "sv": "jan(?:uari)? feb(?:ruari)? mar(?:s)? apr(?:il)? maj jun(?:i)? jul(?:i)? aug(?:usti)? "
    "sep(?:t(?:ember)?)? okt(?:ober)? nov(?:ember)? dec(?:ember)?",
    "en": "jan(?:uary)? feb(?:ruary)? mar(?:ch)? apr(?:il)? may june? july? aug(?:ust)? "
    "sept?(?:ember)? oct(?:ober)? nov(?:ember)? dec(?:ember)?",
    "fi": " ".join(
        rf"{month}(?:kuu\w*|-)"
        for month in "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu".split()
    ),
    "lv": r"janvār\w+ februār\w+ mart(?:s|a|ā|am|u) aprīl\w+ maij\w+ jūnij\w+ jūlij\w+ august\w+ "
    r"septembr\w+ oktobr\w+ novembr\w+ decembr\w+",
    "ru": r"январ\w+ феврал\w+ март\w* апрел\w+ ма[йяе] июн\w+ июл\w+ август\w* сентябр\w+ "
    r"октябр\w+ ноябр\w+ декабр\w+",
}
S = r"[ \u00a0\u202f]{1,2}"
YEAR = r"(?P<{}>(?:19|20)\d\d)(?!\d)"
DAY = r"(?P<{}>[0-3]?\d)(?:st|nd|rd|th|:[ae]|\.)?"
AND = r"och|and|ja|un|и"
TO = rf"(?:[ \u00a0]?(?:-|–|—)[ \u00a0]?|{S}(?:till|to|until|līdz|по|до){S})"
JOINED = rf"(?P<joint>{TO}|{S}(?:{AND}|&){S})"
BEFORE = r"(?<![\w.,:/+-])"
ONLY_DASH = re.compile(TO, re.I)
NEAR = 120  # characters within which a year that follows also holds for a day before


@dataclass(frozen=True)
class Days:
    """A day, several days, or a month or several where `precision` is "month"."""

    start: datetime.date
    end: datetime.date | None
    precision: str = "day"
    is_year_guessed: bool = False


def patterns_of(language):
    """Regular expressions for the dates of a language, in its letters and in figures."""
    month = "|".join(MONTHS.get(language, MONTHS["en"]).split())
    first, last = rf"(?P<month>{month})\b\.?", rf"(?P<last_month>{month})\b\.?"
    if language == "fi":  # "touko- ja kesäkuussa": the first one ends with its hyphen
        first, last = rf"(?P<month>{month})", rf"(?P<last_month>{month})"
    year = rf"(?:,?{S}{YEAR.format('year')})?"
    lines = [
        rf"{BEFORE}{YEAR.format('year')}-(?P<number>\d\d)-(?P<day>\d\d)(?!\d)",
        rf"{BEFORE}{DAY.format('day')}(?:{JOINED}{DAY.format('last_day')})?"
        rf"(?P<number>\d\d?)\.{YEAR.format('year')}",
        # 29 November – 2 December 2024
        rf"{BEFORE}{DAY.format('day')}{S}{first}(?:{S}{YEAR.format('first_year')})?{JOINED}"
        rf"{DAY.format('last_day')}{S}{last}{year}",
        # 14–15 March 2024
        rf"{BEFORE}{DAY.format('day')}(?:{JOINED}{DAY.format('last_day')})?{S}(?:of{S})?{first}{year}",
        # May and June 2024
        rf"\b{first}(?:{JOINED}{last})?,?{S}{YEAR.format('year')}",
    ]
    if language == "en":  # March 14–15, 2024
        lines.append(
            rf"\b{first}{S}{DAY.format('day')}(?:{JOINED}{DAY.format('last_day')})?(?!\d){year}"
        )
    if language == "lv":  # 2024. gada 14. un 15. martā; 2024. gada maijā un jūnijā
        of_year = rf"\b{YEAR.format('year')}\.{S}gada{S}(?:no{S})?"
        lines += [
            rf"{of_year}{DAY.format('day')}(?:{JOINED}{DAY.format('last_day')})?{S}{first}",
            rf"{of_year}{first}(?:{JOINED}{last})?",
        ]
    return [re.compile(line, re.I) for line in lines]


PATTERNS = {language: patterns_of(language) for language in MONTHS}
STEMS = {
    language: [re.compile(month, re.I) for month in months.split()]
    for language, months in MONTHS.items()
}


def days_in(text, language, near=None):
    """The Days that `text` names, in its order; a year that is not said is that nearest to `near`."""
    language = language if language in MONTHS else "en"
    matches = [each for pattern in PATTERNS[language] for each in pattern.finditer(text)]
    matches.sort(key=lambda each: (each.start(), -each.end()))
    found, end = [], 0
    for match in matches:
        if match.start() >= end:
            found.append(match)
            end = match.end()
    answer = []
    for place, match in enumerate(found):
        answer += read(match, language, later_day(found, place, language), near)
    return list(dict.fromkeys(answer))


def later_day(found, place, language):
    """The day with a year that soon follows the match at `place`; None where there is none."""
    for number in range(place + 1, len(found)):
        each = found[number]
        if each.start() - found[place].end() > NEAR:
            return None
        if each.groupdict().get("year"):
            month = month_of(each, "month", language)
            return valid(int(each["year"]), month, int(each.groupdict().get("day") or 1))
    return None


def month_of(match, name, language):
    if (groups := match.groupdict()).get("number"):
        return int(groups["number"])
    word = groups.get(name)
    months = enumerate(STEMS[language], start=1)
    return next((number for number, stem in months if word and stem.fullmatch(word)), None)


def valid(year, month, day):
    try:
        return datetime.date(year, month, day)
    except (TypeError, ValueError):
        return None


def read(match, language, later, near):
    """The Days of a match: mostly one; none where it is no date at all, such as 31 February."""
    groups = match.groupdict()
    month = month_of(match, "month", language)
    last_month = month_of(match, "last_month", language) if groups.get("last_month") else month
    if not month or not last_month:
        return []
    precision = "day" if groups.get("day") else "month"
    day = int(groups.get("day") or 1)
    last_day = int(groups.get("last_day") or day)
    year, is_guessed = groups.get("year"), False
    if year:
        last_year = int(year)
        year = int(groups.get("first_year") or last_year)
        if not groups.get("first_year") and month > last_month:
            year -= 1  # 29 November – 31 January 2025
    else:
        year, is_guessed = guessed_year(month, day, later, near), True
        last_year = year + (last_month < month)
    start, last = valid(year, month, day), valid(last_year, last_month, last_day)
    if not start or not last or last < start:
        return []
    if last == start:
        return [Days(start, None, precision, is_guessed)]
    joint = groups.get("joint") or "-"
    if not ONLY_DASH.fullmatch(joint) and precision == "day" and (last - start).days > 1:
        return [Days(each, None, precision, is_guessed) for each in (start, last)]
    return [Days(start, last, precision, is_guessed)]


def guessed_year(month, day, later, near):
    if later:
        same = valid(later.year, month, day)
        return later.year if same and same <= later else later.year - 1
    near = near or datetime.date.today()
    days = [valid(near.year + step, month, day) for step in (-1, 0, 1)]
    return min(
        (each for each in days if each), key=lambda each: abs(each - near), default=near
    ).year
