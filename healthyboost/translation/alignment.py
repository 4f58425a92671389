"""Which paragraphs of a translation were made from which of its source, also when that moves on.

A Row holds some blocks of the source as they were and the blocks that were made of them. Most rows hold
one and one; a paragraph that was split or merged freely makes a row of more.
"""

from dataclasses import asdict, dataclass, field, fields
from difflib import SequenceMatcher

from healthyboost.content.age import plain
from healthyboost.content.blocks import Block

HEADINGS = ("h2", "h3", "h4")
ALIKE = (
    0.5  # how much of a rewritten paragraph is the old one, so that its translation stays beside it
)


@dataclass
class Row:
    """`then`: the source that `text` was made from, or stands beside where nobody knows of what."""

    then: list
    text: list
    is_known: bool = True  # what it was made from
    live: list = field(default_factory=list)  # what visitors read
    is_done: bool = False  # saved in the draft
    is_same: bool = False  # needs no translation
    origin: str = ""
    by: str = ""
    at: str = ""

    def as_json(self):
        return {
            **asdict(self),
            **{name: as_json(getattr(self, name)) for name in ("then", "text", "live")},
        }

    @classmethod
    def read(cls, stored):
        known = {each.name for each in fields(cls)}
        row = cls(**{name: value for name, value in stored.items() if name in known})
        row.then, row.text, row.live = map(read, (row.then, row.text, row.live))
        return row


def as_json(blocks):
    return [[list(block.path), block.opens, block.inner] for block in blocks]


def read(stored):
    return [Block(tuple(path), opens, inner) for path, opens, inner in stored]


def rows_of_live(then, text, counts, now):
    """The rows of a text that nobody has worked on yet.

    `then`: blocks that it was made from, None where nobody knows; `counts`: [[of then, of text, "same"?]]
    where that was kept.
    """
    if not text:
        return []
    source, is_known = (now, False) if then is None else (then, True)
    sums = [sum(numbers) for numbers in zip(*(row[:2] for row in counts or ()), strict=True)]
    if sums == [len(source), len(text)]:
        pairs = cut(source, text, counts)
    else:
        pairs, counts = paired(source, text), None
    rows = [Row(before, after, is_known, after) for before, after in pairs]
    for row, count in zip(rows, counts or (), strict=False):
        row.is_same = "same" in count[2:]
    return rows


def cut(source, text, counts):
    at = [0, 0]
    for row in counts:
        yield source[at[0] : at[0] + row[0]], text[at[1] : at[1] + row[1]]
        at = [at[0] + row[0], at[1] + row[1]]


def paired(source, text):
    """Block by block where they are as many; else section by section; else all in one."""
    if len(source) == len(text):
        return [([one], [other]) for one, other in zip(source, text, strict=True)]
    parts = sections(source), sections(text)
    if len(parts[0]) != len(parts[1]):
        return [(source, text)]
    found = []
    for (heading, rest), (other_heading, other_rest) in zip(*parts, strict=True):
        if heading or other_heading:
            found.append((heading, other_heading))
        if len(rest) == len(other_rest):
            found += [([one], [other]) for one, other in zip(rest, other_rest, strict=True)]
        else:
            found.append((rest, other_rest))
    return found


def sections(blocks):
    """[([heading], blocks up to the next)]; what stands before the first heading has none."""
    found = [([], [])]
    for block in blocks:
        if block.name in HEADINGS:
            found.append(([block], []))
        else:
            found[-1][1].append(block)
    return found


def follow(rows, now):
    """[(Row, blocks of the source now that belong to it)], in the order of the source.

    A block that is new has a Row without text; a Row whose source is gone has no blocks.
    """
    then = [(number, block) for number, row in enumerate(rows) for block in row.then]
    places = matches([block for _number, block in then], now)
    chunks = {number: [] for number in range(len(rows))}
    for (number, _block), place in zip(then, places, strict=True):
        if place is not None:
            chunks[number].append(place)
    found, reached = [], 0
    for number, row in enumerate(rows):
        chunk = chunks[number]
        if chunk:
            found += [(Row([], []), [block]) for block in now[reached : chunk[0]]]
            reached = chunk[-1] + 1
            found.append((row, now[chunk[0] : reached]))
        else:
            found.append((row, []))
    return found + [(Row([], []), [block]) for block in now[reached:]]


def matches(then, now):
    """For each block of `then` the place of the same one in `now`, rising; None where it is gone."""
    said = [plain(block.inner) or block.inner for block in then]
    says = [plain(block.inner) or block.inner for block in now]
    places = [None] * len(then)
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, said, says, autojunk=False).get_opcodes():
        if kind == "equal" or kind == "replace" and i2 - i1 == j2 - j1:
            places[i1:i2] = range(j1, j2)
        elif kind == "replace":
            for i in range(i1, i2):
                likely = [(likeness(said[i], says[j]), -j) for j in range(j1, j2)]
                best, place = max(likely, default=(0, 0))
                if best >= ALIKE:
                    places[i] = -place
                    j1 = -place + 1
    return places


def likeness(one, other):
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()
