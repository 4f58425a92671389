"""More base forms of a Russian word than the dictionary tells: of participles and of names.

All words here are folded: ё is е.
"""

# Ends of a participle as the dictionary lists it, and of its verb: организованный, выехавший.
PARTICIPLES = (
    ("ованный", "овать"),
    ("авший", "ать"),
    ("евший", "еть"),
    ("ивший", "ить"),
    ("анный", "ать"),
)
# Cases of names in -ия that the dictionary does not know: Сербию, Карелией.
NAMES = ("ию", "ией", "иями", "иях", "иям")
SHORTEST = 3  # letters before such an ending


def more_bases(word, bases):
    """Base forms of a word beside `bases`, which the dictionary told."""
    found = [cut(base, end, full) for base in bases for end, full in PARTICIPLES]
    found += [cut(word, end, "ия") for end in NAMES]
    return [base for base in dict.fromkeys(found) if base and base not in bases]


def cut(word, end, full):
    """The word with another ending; "" where it does not end so."""
    rest = word.removesuffix(end)
    return rest + full if rest != word and len(rest) >= SHORTEST else ""
