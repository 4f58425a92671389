"""Russian on keyboards without Cyrillic: typed on the wrong layout, or as it sounds."""

import re

LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
CYRILLIC = "йцукенгшщзхъфывапролджэячсмитьбюё"
TO_CYRILLIC = str.maketrans(
    LATIN + LATIN.upper() + '{}:"<>~', CYRILLIC + CYRILLIC.upper() + "ХЪЖЭБЮЁ"
)
TO_LATIN = str.maketrans(CYRILLIC + CYRILLIC.upper(), LATIN + LATIN.upper())

# Each letter as the ways to write it have it in common: zdorovje, zdorov'e, zdorovye -> zdorove.
SOUNDS = {
    **{"а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "z", "з": "z"},
    **{"и": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r"},
    **{"с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "c", "ш": "s", "щ": "s"},
    **{"ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "u", "я": "a"},
}
WRITTEN = [
    *(("shch", "s"), ("sch", "s"), ("sh", "s"), ("š", "s"), ("ch", "c"), ("č", "c"), ("zh", "z")),
    *(("ž", "z"), ("kh", "h"), ("ts", "c"), ("tz", "c"), ("x", "h"), ("w", "v"), ("q", "k")),
    *(("yo", "e"), ("jo", "e"), ("io", "e"), ("ye", "e"), ("je", "e"), ("yu", "u"), ("ju", "u")),
    *(("ya", "a"), ("ja", "a"), ("y", "i"), ("j", "i"), ("'", ""), ("’", "")),
]
REPEATED = re.compile(r"(.)\1+")


def is_cyrillic(text):
    return any("\u0400" <= letter <= "\u04ff" for letter in text)


def sound(word):
    """How a word sounds, very roughly: the same for a Russian word and for what people type of it."""
    word = word.lower()
    if is_cyrillic(word):
        word = "".join(SOUNDS.get(letter, letter) for letter in word)
    else:
        for written, heard in WRITTEN:
            word = word.replace(written, heard)
    return REPEATED.sub(r"\1", word)


def other_layout(text):
    """What stands on the same keys of the other layout: pljhjdmt -> здоровье, and back."""
    return text.translate(TO_LATIN if is_cyrillic(text) else TO_CYRILLIC)
