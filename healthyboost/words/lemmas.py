"""The base form of a word, from its ending.

`dictionary/<language>.endings` holds reversed endings and what to do with a word of that ending: "2s"
cuts two letters off and puts an s there. The longest ending that fits decides; "^" stands for the
start of a word, so a whole word can be an ending, too. Together they say the base form of every
word form that they were made from (building.py), and guess that of any other. The files are mapped
into memory: opened in a millisecond, shared by all processes.
"""

from functools import cache
from pathlib import Path

from marisa_trie import BytesTrie, Trie

FOLDER = Path(__file__).parent / "dictionary"
START = "^"
UNCHANGED = "0"  # the rule of a word that no ending fits


@cache
def endings(language):
    path = FOLDER / f"{language}.endings"
    return BytesTrie().mmap(str(path)) if path.exists() else None


@cache
def known_lemmas(language):
    """The base forms themselves, for languages that write words together."""
    path = FOLDER / f"{language}.lemmas"
    return Trie().mmap(str(path)) if path.exists() else frozenset()


def lemmas_of(word, language):
    """Base forms of a folded word: mostly one, more where words differ by a diacritic alone."""
    if not (trie := endings(language)):
        return ()
    found = trie.prefixes(word[::-1] + START)
    rules = trie[found[-1]][0].decode().split(" ") if found else [UNCHANGED]
    return tuple(changed for rule in rules if (changed := apply(rule, word)))


def apply(rule, word):
    digits = 2 if rule[1:2].isdigit() else 1
    return word[: max(len(word) - int(rule[:digits]), 0)] + rule[digits:]


def is_lemma(word, language):
    return word in known_lemmas(language)
