"""More base forms of a Finnish word than the dictionary tells: one word, two readings.

The dictionary gives each word form one base form. But "aikana" is "during" and also a form of
aika, time; and vaikeampi is listed for itself, though who asks for vaikea means it, too. So the
endings are taken off by rule as well, and what is left counts where it is a base form that the
dictionary lists. All words here are folded: ä and ö are a and o.
"""

import re

from .lemmas import is_lemma, lemmas_of

# In toiveistaan, taloissamme, tavallamme something is hung on behind the ending of case.
HUNG_ON = re.compile(r"(?:(?<=ssa|sta|lla|lle|lta|kse)|(?<=na|ta))(?:[aeo]n|nsa|mme|nne|ni|si)$")
CLITIC = re.compile(r"(?:kin|kaan|han|ko)$")
ADVERBS = ("ssa", "sta", "lla", "lta", "lle", "ksi", "na", "n")  # listed for themselves, too
CASES = (*ADVERBS, "kse", "ta", "tta", "a", "t", "seen", "hin", "den", "tten", "en")
# The dictionary takes lisätty for a form of lisätä, and lisätyn for one of lisätty.
PARTICIPLES = ("tu", "ty", "va")
# How a stem ends before an ending, and the base form.
STEMS = (
    *(("ise", "inen"), ("isi", "inen"), ("kse", "s"), ("ksi", "s"), ("ude", "us"), ("ute", "us")),
    *(("uksi", "us"), ("yde", "ys"), ("yte", "ys"), ("e", "i"), ("ee", "e"), ("e", "")),
    *(("aa", "as"), ("ii", "is"), ("i", "a"), ("i", "e"), ("i", "")),
)
# Weak and strong: kannan, kanta.
GRADES = (
    *(("mm", "mp"), ("nn", "nt"), ("ll", "lt"), ("rr", "rt"), ("ng", "nk"), ("d", "t"), ("v", "p")),
    *(("k", "kk"), ("p", "pp"), ("t", "tt"), ("l", "lk"), ("r", "rk"), ("t", "d"), ("kk", "k")),
    *(("pp", "p"), ("tt", "t")),
)
SUPERLATIVE = re.compile(r"(.{3,}?)i(?:mm|mp)a")  # tuoreimmat, of tuore
LAST_CONSONANTS = re.compile(r"(.*?)([^aeiouy]+)([aeiouy]+)$")
SHORTEST = 4  # letters of a base form


def more_bases(word, bases):
    """Base forms of a word beside `bases`, which the dictionary told."""
    bare = HUNG_ON.sub("", CLITIC.sub("", word) if len(word) > 7 else word)
    found = [each for base in bases for each in uncompared(word, base)]
    if bare != word:
        found += [*lemmas_of(bare, "fi"), *declined(bare, CASES)]
    elif word in bases:
        found += declined(word, ADVERBS)
    for each in (word, *bases, *participles(word)):
        if each.endswith(PARTICIPLES) and (verbs := verbs_of(each)):
            found += [each, *verbs]
    return [base for base in dict.fromkeys(found) if base not in bases]


def declined(word, cases):
    """Known base forms of which a word may be one of these cases."""
    for case in cases:
        rest = word.removesuffix(case)
        if rest != word and len(rest) >= SHORTEST - 1:
            for stem in graded(rest):
                for end, full in (("", ""), *STEMS):
                    if stem.endswith(end) and is_known(base := stem.removesuffix(end) + full):
                        yield base


def participles(word):
    """laajennetussa: laajennettu."""
    for case in ADVERBS:
        rest = word.removesuffix(case)
        if rest != word and rest.endswith(("etu", "ety")):
            yield f"{rest[:-2]}t{rest[-2:]}"


def verbs_of(participle):
    return [each for each in lemmas_of(participle, "fi") if each != participle and is_known(each)]


def graded(stem):
    """A stem as it is, and with the consonants that it has in its other forms."""
    yield stem
    if parts := LAST_CONSONANTS.match(stem):
        before, consonants, vowels = parts.groups()
        for one, other in GRADES:
            if consonants.endswith(one):
                yield before + consonants.removesuffix(one) + other + vowels


def uncompared(word, base):
    """The adjective of which one is the comparative or superlative: nuorempi, tuoreimmat."""
    if base.endswith("mpi"):
        rest = base.removesuffix("mpi")
        is_whole = rest.endswith(("a", "ee"))
    elif found := SUPERLATIVE.match(word):
        rest, is_whole = found[1], True
    else:
        return
    short = rest.removesuffix("e")
    double = short + short[-1:]
    others = (f"{short}i", f"{short}a", f"{double}a")
    for each in (rest, short, *others) if is_whole else (*others, rest):
        if is_known(each):
            yield each
            return


def is_known(base):
    return len(base) >= SHORTEST and is_lemma(base, "fi")
