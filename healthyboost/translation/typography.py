"""How a language is set: its quotation marks and spaces, words twice, letters of another script."""

import re
import unicodedata

from django.utils.translation import gettext as _

QUOTES = {
    # (opening, closing), those of the first level first
    "en": (("“", "”"), ("‘", "’")),
    "lv": (("„", "”"), ("«", "»"), ("‚", "’")),
    "fi": (("”", "”"), ("»", "»"), ("’", "’")),
    "sv": (("”", "”"), ("»", "»"), ("’", "’")),
    "ru": (("«", "»"), ("„", "“")),
}
MARKS = '“”„«»"'  # single ones are apostrophes, too
NOT_REPEATED = {
    "en": {"that", "had"},
    "lv": set(),
    "fi": {"että"},
    "sv": {"det", "som", "de", "är", "på", "för", "i", "om"},
    "ru": set(),
}
REPEATED = re.compile(r"\b([^\W\d_]{2,})[ \u00a0]+\1\b", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+")
LIKE_CYRILLIC = "acekopxyABCEHKMOPTXY"  # Latin letters that look like Cyrillic ones
ENDINGS = {each: each for each in ".!?:…"}
IN_LISTS = (";", ",")  # an item of a list may end so in one language and not in another
ABBREVIATIONS = {
    *("etc.", "Ltd.", "Inc.", "Nr.", "nr.", "plkst.", "utt.", "gs.", "lpp.", "tk.", "jne.", "ym."),
    *(
        "kpl.",
        "osv.",
        "mm.",
        "kl.",
        "st.",
        "г.",
        "гг.",
        "др.",
        "ст.",
        "пр.",
        "чел.",
        "млн.",
        "руб.",
    ),
}
CLOSING = "”’»“\"')]\u00a0 "
UNIT = r"(?:%|€|EUR|SEK|km|kg|cm|mm|m²|kWh|ha|st\.|kpl)"
# Languages that set a space before the percent sign; Latvian and Russian are written both ways.
SPACE_BEFORE_PERCENT = ("fi", "sv")


def quotation_marks(text, language):
    """(key, sentence, quote) of marks that are not of the language, or that are not closed."""
    pairs = QUOTES.get(language, QUOTES["en"])
    own = {mark for pair in pairs for mark in pair}
    foreign = [mark for mark in dict.fromkeys(text) if mark in MARKS and mark not in own]
    opening, closing = pairs[0]
    if foreign:
        message = _("Quotation marks of this language are %(marks)s, not %(found)s.")
        said = {"marks": f"{opening}…{closing}", "found": " ".join(foreign)}
        yield "quotation-marks", message % said, foreign[0]
        return
    for opening, closing in pairs:
        if opening not in MARKS:
            continue
        left, right = text.count(opening), text.count(closing)
        if left % 2 if opening == closing else left != right:
            message = _("A quotation mark is not closed: %(marks)s.")
            yield "quotation-open", message % {"marks": f"{opening}…{closing}"}, opening


def spaces(text, language):
    """A line must not break between a number and what it counts."""
    if found := re.search(rf"\d (?:{UNIT}(?!\w))|№ \d", text):
        message = _("Write a no-break space in “%(words)s”, so that no line ends there.")
        yield "no-break-space", message % {"words": found[0]}, found[0]
    if language in SPACE_BEFORE_PERCENT and (found := re.search(r"\d%", text)):
        message = _("A no-break space belongs before the percent sign: “%(words)s”.")
        yield "no-break-space", message % {"words": found[0]}, found[0]


def repeated_words(text, language):
    for found in REPEATED.finditer(text):
        if found[1].casefold() not in NOT_REPEATED.get(language, ()):
            message = _("A word stands there twice: “%(words)s”.") % {"words": found[0]}
            yield "repeated-word", message, found[0]


def scripts(text, language):
    """Words that mix Latin and Cyrillic letters, and Latin letters that stand for Cyrillic words."""
    for word in dict.fromkeys(WORD.findall(text)):
        seen = {script_of(letter) for letter in word}
        if {"LATIN", "CYRILLIC"} <= seen:
            message = _("“%(word)s” mixes Latin and Cyrillic letters.") % {"word": word}
            yield "mixed-script", message, word
    if language == "ru":
        for found in re.finditer(rf"(?<=[а-яё] )([{LIKE_CYRILLIC}])(?= [а-яё])", text):
            message = _("The letter “%(word)s” is a Latin one.") % {"word": found[1]}
            yield "mixed-script", message, found[1]


def script_of(letter):
    return unicodedata.name(letter, "").partition(" ")[0]


def ending(text):
    """The kind of mark that a text ends with; "" for none."""
    text = text.rstrip(CLOSING)
    return ENDINGS.get("…" if text.endswith("...") else text[-1:], "")


def endings(source, text, language):
    wanted, found = ending(source), ending(text)
    last = text.rstrip(CLOSING)
    if wanted == found or source.rstrip(CLOSING).endswith(IN_LISTS) or last.endswith(IN_LISTS):
        return
    if {wanted, found} == {".", ""}:
        # an ordinal number or a short form ends with a point, too
        both = last if found else source.rstrip(CLOSING)
        if re.search(r"(?:\d|\b\w{1,5}\.\w+)\.$", both) or both.split()[-1] in ABBREVIATIONS:
            return
    if not wanted:
        message = _("The source ends without a mark, this with “%(found)s”.")
    elif not found:
        message = _("The source ends with “%(wanted)s”, this without a mark.")
    else:
        message = _("The source ends with “%(wanted)s”, this with “%(found)s”.")
    said = {"wanted": source.rstrip(CLOSING)[-1:], "found": last[-1:]}
    yield "ending", message % said, last[-20:]
