"""Makes the files of dictionary/ from the word lists of simplemma: python -m healthyboost.words.building

Nothing of the portal runs this; it is here so that the files can be made again. 6.2 million word
forms become 180,000 endings: what a shorter ending says already is not said again.
"""

import re
import sys
from collections import Counter

from marisa_trie import BytesTrie, Trie

from . import fold
from .compounds import LINKS
from .lemmas import FOLDER, START, UNCHANGED

LANGUAGES = ("en", "lv", "fi", "sv", "ru")
LETTERS = re.compile(r"[^\W\d_]{2,}")
COUNTED = 200  # most frequent rules of an ending that are remembered while its files are made


def rules_of(pairs, lemmas):
    """{folded word form: rules to its base forms} of (form, base form) pairs and `own_lemmas`.

    What is the base form of others is one of its own, too, whatever else it may be a form of:
    lisätty, intervju, политика.
    """
    rules = {}
    for form, lemma in pairs:
        form, lemma = fold(form), fold(lemma)
        if LETTERS.fullmatch(form) and LETTERS.fullmatch(lemma):
            rules.setdefault(form, {})[rule_between(form, lemma)] = None
    for form in lemmas & rules.keys():
        rules[form][UNCHANGED] = None
    return {form: " ".join(each) for form, each in rules.items()}


def own_lemmas(words):
    """Folded base forms, without names that are forms of other words when written small: Polisen."""
    return {
        fold(lemma)
        for lemma in set(words.values())
        if lemma.islower() or words.get(lemma.lower(), lemma.lower()) == lemma.lower()
    }


def last_lemma(form, words):
    """Of a Swedish genitive the list tells only the word without s: arbetets, arbetet, arbete."""
    lemma = words[form]
    return words.get(lemma, lemma) if form == lemma + "s" else lemma


def rule_between(form, lemma):
    same = next(
        (place for place, pair in enumerate(zip(form, lemma, strict=False)) if pair[0] != pair[1]),
        min(len(form), len(lemma)),
    )
    return f"{len(form) - same}{lemma[same:]}"


def squeezed(rules):
    """[(reversed ending, rule)]: the fewest that give every form its rule (Fitch's parsimony)."""
    pairs = sorted((form[::-1] + START, rule) for form, rule in rules.items())
    found = []

    def visit(low, high, depth):
        """The rules that serve most of pairs[low:high], how often each is right, and what is below."""
        first = pairs[low][1]
        if all(pairs[place][1] == first for place in range(low, high)):
            return (first,), Counter({first: high - low}), ()
        below, start = [], low
        while start < high:
            letter, end = pairs[start][0][depth], start + 1
            while end < high and pairs[end][0][depth] == letter:
                end += 1
            below.append((letter, visit(start, end, depth + 1)))
            start = end
        votes, counts = Counter(), Counter()
        for _letter, (best, count, _below) in below:
            votes.update(best)
            counts.update(count)
        most = max(votes.values())
        best = sorted(
            (each for each in votes if votes[each] == most), key=lambda r: (-counts[r], r)
        )
        return tuple(best), Counter(dict(counts.most_common(COUNTED))), below

    def tell(ending, node, said):
        best, _counts, below = node
        if ending and said not in best:
            said = best[0]
            found.append((ending, said))
        for letter, deeper in below:
            tell(ending + letter, deeper, said)

    tell("", visit(0, len(pairs), 0), UNCHANGED)
    return found


def build(language, folder=FOLDER):
    # The package is needed here alone.
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    listed = dict(DefaultDictionaryFactory().get_dictionary(language))
    words = {form: last_lemma(form, listed) for form in listed}
    lemmas = own_lemmas(words)
    found = squeezed(rules_of(words.items(), lemmas))
    BytesTrie([(ending, rule.encode()) for ending, rule in found]).save(
        str(folder / f"{language}.endings")
    )
    if language in LINKS:
        Trie(sorted(filter(LETTERS.fullmatch, lemmas))).save(str(folder / f"{language}.lemmas"))
    return len(words), len(found)


if __name__ == "__main__":
    for language in sys.argv[1:] or LANGUAGES:
        forms, count = build(language)
        print(f"{language}: {forms:,} forms, {count:,} endings")
