"""The stem of a Latvian noun or adjective: what is left without its ending of case, number, gender.

A light stemmer in the way that K. Krēsliņš describes: only the endings of declension go, the stem
keeps a vowel, and a consonant that was softened before the ending is hardened again. It works on
folded words, in which š, ž, ķ, ļ, ņ are s, z, k, l, n already.
"""

from .lemmas import lemmas_of

VOWELS = frozenset("aeiou")
# Declensions 1 to 6, adjectives with their definite endings; the longest that fits goes.
ENDINGS = sorted(
    {
        *("s", "a", "am", "u", "i", "iem", "us", "os", "is", "im", "um"),
        *("as", "ai", "e", "es", "ei", "em", "ij", "o"),
        *("ais", "ajam", "aja", "ie", "ajiem", "ajos", "ajai", "ajas", "aj"),
        *("ja", "ju", "jiem", "jus", "jos", "jam", "jas", "jai"),
    },
    key=len,
    reverse=True,
)
VERBS = ("t", "ties")
DOING = ("ajos", "ejos", "ijos", "ojos")  # studējošie: who study, studēt
LONG = 6  # letters of a word that is looked at for more than its ending
SHORTEST = 3  # letters of a stem
SOFTENED = tuple("bpmv")  # before them a j stands in softened forms: upe, upju


def stem(word):
    for ending in ENDINGS:
        rest = word.removesuffix(ending)
        if rest == word or len(rest) < SHORTEST or VOWELS.isdisjoint(rest):
            continue
        if ending[0] == "j" and not rest.endswith(SOFTENED):
            continue
        return rest
    return word


def stems(word, bases):
    """Stems of a word and of its base forms; what the dictionary calls a verb may be a noun here."""
    found = [stem(each) for each in (*bases, word)]
    if word.startswith("ne") and len(word) >= LONG:  # neveicina: does not further
        found += [stem(each) for each in lemmas_of(word[2:], "lv") if each.endswith(VERBS)]
    found += [adjective for each in found if (adjective := uncompared(each))]
    found += [f"{each[:-3]}t" for each in found if each.endswith(DOING) and len(each) >= LONG]
    return tuple(dict.fromkeys(found))


def uncompared(stem):
    """The stem of an adjective, of that of its comparative or superlative: dabigak, visdabigak."""
    rest = stem.removesuffix("ak")
    return rest.removeprefix("vis") if rest != stem and len(rest) >= 4 else ""
