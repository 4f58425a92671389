"""Searches that nobody means: broken encodings, a megabyte, SQL, operators of PostgreSQL, noise."""

import random
from urllib.parse import quote, quote_from_bytes

LETTERS = "ab'\"\\&|!<>()-:*%_$\0\n\t é😀ж\u202e\ud7ff;"
WORDS = [
    "sauna",
    "the",
    "города",
    "hyvinvointi",
    "old town",
    "skola",
    "veselība",
    "-a",
    '"',
    "OR",
    "1",
]
FIXED = [
    "' OR 1=1 --", "a & b | !c", "'a'':*'", "\\", "((((", "a <-> b", "\0", "%", "_", "😀", "‮abc",
    '"' * 199, "-" * 150, "a" * 200, "word " * 40, "!!", "a:*", "&&&&", "$$x$$", "\ud7ff", "ﬀ", "İ", "ß",
    "'; DROP TABLE search_entry; --", "') UNION SELECT password FROM accounts_user --", "%s %(a)s",
    '"a "b "c" d" e"', '"' + "-" * 50 + '"a', "<script>alert(1)</script>", "{{ 7 * 7 }}", "a\u0301" * 90,
    "½ ² Ⅷ ٣", "well-being-" * 15, "a-" * 99, "\u200b\u200d\ufeff", "ё" * 200, "щ'" * 100, "é" * 200,
]  # fmt: skip


def hostile_searches(number, seed=5):
    """Query strings, ready to stand behind the question mark of an address."""
    chance = random.Random(seed)
    for each in FIXED:
        yield f"q={quote(each)}"
    for place in range(number - len(FIXED)):
        yield (megabyte if place % 100 == 0 else chance.choice(WAYS))(chance)


def noise(chance):
    return f"q={quote(''.join(chance.choices(LETTERS, k=chance.choice([1, 5, 30, 300]))))}"


def bytes_that_are_no_text(chance):
    return f"q={quote_from_bytes(chance.randbytes(chance.choice([1, 4, 40])))}"


def other_encoding(chance):
    encoding = chance.choice(["utf-16", "utf-32-be", "koi8-r", "cp1251", "utf-7", "shift_jis"])
    return f"q={quote_from_bytes('сауна города'.encode(encoding, 'replace'))}"


def two_hundred_words(chance):
    return f"q={quote(' '.join(chance.choices(WORDS, k=200)))}"


def mixed(chance):
    return f"q={quote(chance.choice(FIXED) + ' ' + chance.choice(WORDS) + chance.choice(FIXED))}"


def nested_quotes(chance):
    pieces = chance.choices(['"', "“", "«", "”", "'", "sauna ", "-"], k=60)
    return f"q={quote(''.join(pieces))}"


def long_text(chance):
    piece = "".join(chance.choices([*LETTERS, *WORDS], k=40))
    return f"q={quote((piece * 30_000)[: chance.choice([5_000, 50_000])])}"


def megabyte(chance):
    return f"q={quote(chance.choice(['a', '"', 'ж', 'a ', '-', '%'])) * 1_000_000}"[:1_000_000]


def filters(chance):
    name = chance.choice(["kind", "theme", "year", "language", "after", "before"])
    value = chance.choice([*FIXED, "1_1e400_1", "0_nan_1", f"0_1_{9**30}", "1_1_1_1", "2021", "fi"])
    return f"q=sauna&{name}={quote(value)}&{name}=x&q=twice"


WAYS = [
    *(noise, bytes_that_are_no_text, other_encoding, two_hundred_words, mixed, nested_quotes),
    *(noise, mixed, filters, filters, long_text),
]
