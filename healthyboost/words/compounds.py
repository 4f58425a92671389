"""The words that a Finnish or Swedish word is made of: terveyden|edistämis|hanke.

All words here are folded; a base form that the dictionary lists is called known.
"""

from functools import lru_cache

from .lemmas import is_lemma, lemmas_of

TAIL = 5  # letters of the shortest known word that may end a longer one
SHORT = 4  # letters of one that a base form may end in, though it is not taken apart there
HEAD = 3  # letters that must stand before it
# How the end of a word changes before another: ihmis|oikeus, hälso|vård, skol|barn, bildnings|väg.
LINKS = {
    "fi": [("s", "nen")],
    "sv": [("s", ""), ("o", "a"), ("u", "a"), ("", "a"), ("", "e")],
}
CHANGED = 4  # letters of the shortest such word
# What Finnish hangs on behind any ending: terveyskin, kuntako; asukkaiden-sa without the n.
PARTICLES = {"fi": ("kaan", "kin", "han", "ko", "nsa", "mme", "nne", "ni", "si"), "sv": ("s",)}


def bases_of(word, guessed, language):
    """Base forms of a word of which the endings tell `guessed`: known ones before guesses."""
    if any(is_lemma(base, language) for base in guessed):
        return guessed
    for particle in PARTICLES[language]:
        rest = word.removesuffix(particle)
        if rest != word and (found := known(rest, language) or known(rest + "n", language)):
            return found
    for start in range(HEAD, len(word) - HEAD):
        for lemma in known(word[start:], language):
            # A short word may end a longer one where the beginning is known, too: pilot|stad.
            is_compound = bool(head_of(word[:start], language))
            if is_compound and len(lemma) >= SHORT:
                return (word[:start] + lemma,)
            if len(lemma) >= TAIL:
                return (word[:start] + lemma, *guessed)
    return (*guessed, word)


def known(word, language):
    return tuple(base for base in lemmas_of(word, language) if is_lemma(base, language))


@lru_cache(maxsize=10_000)
def parts_of(base, language):
    """Base forms of the parts of a base form, from the end; () where it has none.

    A word that the dictionary knows is split only between two known words: liikunta is no kunta.
    """
    for start in range(HEAD, len(base) - TAIL + 1):
        tail = base[start:]
        if is_lemma(tail, language):
            before = head_of(base[:start], language)
            if before or not is_lemma(base, language):
                return (tail, *parts_of(tail, language), *before)
    return ()


def head_of(head, language):
    """Base forms of what stands before another word; () where nobody knows it."""
    if is_lemma(head, language):
        return (head, *parts_of(head, language))
    forms = [head, *linked(head, language)]
    for form in forms:
        for lemma in known(form, language):
            if len(lemma) >= HEAD:
                return (lemma, *parts_of(lemma, language))
    for form in forms:
        if parts := parts_of(form, language):
            return parts
    return ()


def linked(head, language):
    """What `head` may be where no other word follows."""
    if len(head) >= CHANGED:
        for end, full in LINKS[language]:
            if head.endswith(end):
                yield head.removesuffix(end) + full
