"""How a person is recognised in texts: by names, e-mail addresses and telephone numbers, however written.

Case, accents, marks between the words, HTML, JSON and the escapes of both make no difference:
"Åsa Ek", "EK, Åsa", "<b>Åsa</b> Ek", "asa-ek.jpg" and "\\u00c5sa Ek" name the same person.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from itertools import permutations
from urllib.parse import quote, unquote

from healthyboost.editing.slugs import make_slug

TAG = r"<[^<>]*>"
ESCAPED = r"&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);|(?:\\u[0-9a-fA-F]{4})+|\\.|(?:%[0-9a-fA-F]{2})+|."
WITH_TAGS = re.compile(ESCAPED, re.S)
WITHOUT_TAGS = re.compile(f"{TAG}|{ESCAPED}", re.S)
LINK_OR_PICTURE = re.compile(r"<(?:a|img)\s[^<>]*>")
INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
SHORTEST = 3  # letters of a word that is looked for by itself
LONG = 20_000  # letters
ENDING = 4  # letters that a language may add to a name, or put in the place of its last two
PLACEHOLDER = "…"


@dataclass(frozen=True)
class Naming:
    """The spellings under which one person is looked for: "Åsa Ek", "asa@example.org", "+46 8 12 34 56"."""

    spellings: tuple

    @classmethod
    def of(cls, *spellings):
        """Without those that say too little to be looked for: an empty one, two letters."""
        wanted = [" ".join(str(each).split()) for each in spellings if each]
        # as addresses and names of files have it
        wanted += [make_slug(each) for each in wanted if "@" not in each and " " in each]
        found = {folded(each): each for each in reversed(wanted)}
        return cls(
            tuple(found[key] for key in reversed(found) if len(key.replace(" ", "")) >= SHORTEST)
        )

    def __bool__(self):
        return bool(self.spellings)

    @property
    def has_address(self):
        return any("@" in each for each in self.spellings)

    @cached_property
    def pattern(self):
        """Of what names the person for sure, in a folded text; None where there are no spellings."""
        wanted = [pattern for each in self.spellings for pattern in self.patterns(each)]
        return re.compile("|".join(wanted)) if wanted else None

    @staticmethod
    def patterns(spelling):
        words = folded(spelling).split()
        if "@" not in spelling and all(word.isdigit() for word in words):
            yield rf"(?<!\d){' ?'.join(''.join(words))}(?!\d)"
            return
        if "@" in spelling:
            orders = [words]
        elif len(words) <= 3:
            orders = permutations(words)
        else:  # "O’Neill, Åsa-Märta"
            orders = [words[place:] + words[:place] for place in range(len(words))]
        for order in orders:
            yield rf"(?<!\w){' '.join(order)}(?!\w)"

    @cached_property
    def likely(self):
        """The same of names that are inflected: “Åsas Eks”, «Ивановой»."""
        wanted = [
            " ".join(rf"{re.escape(stem(word))}\w{{0,{ENDING}}}" for word in folded(each).split())
            for each in self.spellings
            if "@" not in each and len(folded(each).split()) > 1 and not folded(each).isdecimal()
        ]
        return re.compile(rf"(?<!\w)(?:{'|'.join(wanted)})(?!\w)") if wanted else None

    def spans(self, text):
        """[(start, end)] of what names the person in `text`, which may be HTML."""
        if not text or not self.pattern:
            return []
        found = []
        for token in (WITHOUT_TAGS, WITH_TAGS) if "<" in text else (WITH_TAGS,):
            said, places = fold(text, token)
            found += [
                (with_plus(text, places[match.start()][0]), places[match.end() - 1][1])
                for match in self.pattern.finditer(said)
            ]
        return merged(found)

    def is_in(self, text):
        return bool(self.spans(text))

    def is_whole(self, text):
        """Whether it says nothing else."""
        return bool(text and self.pattern and self.pattern.fullmatch(folded(text)))

    def is_likely_in(self, text):
        if not text or not self.likely:
            return False
        tokens = (WITHOUT_TAGS, WITH_TAGS) if "<" in text else (WITH_TAGS,)
        return any(self.likely.search(fold(text, token)[0]) for token in tokens)

    def without(self, text, instead=PLACEHOLDER):
        """The text with other words in that place. What linked to the person, or showed her, goes."""
        tags = [match.span() for match in LINK_OR_PICTURE.finditer(text)]
        done, result = 0, []
        spans = [
            next(
                ((*tag, True) for tag in tags if tag[0] < start and end < tag[1]),
                (start, end, False),
            )
            for start, end in self.spans(text)
        ]
        for start, end, is_tag in spans:
            if start < done:
                continue
            kept = "" if is_tag else instead + "".join(re.findall(TAG, text[start:end]))
            result += [text[done:start], kept]
            done = end
        return "".join([*result, text[done:]])

    def excerpt(self, text, around=60):
        """What stands around the first place."""
        start, end = next(iter(self.spans(text)), (0, 0))
        plain = text[max(0, start - around) : end + around]
        return " ".join(unescape(re.sub(f"{TAG}|^[^<]*>|<[^>]*$", " ", plain)).split())

    def passages(self, text, around=200):
        """What stands near some letters of the name: to read the whole of a book takes seconds."""
        if len(text) < LONG:
            return text
        pieces = [re.sub(r"\\(.)", r"\1", each).split("%") for each in self.needles]
        wanted = "|".join(r"\D{0,3}".join(map(re.escape, filter(None, each))) for each in pieces)
        text = text.translate(dict.fromkeys(map(ord, INVISIBLE)))
        places = [match.start() for match in re.finditer(wanted, text, re.I)]
        spans = merged((max(0, place - around), place + around) for place in places)
        return "\n\n".join(text[start:end] for start, end in spans)

    @cached_property
    def needles(self):
        """Patterns for LIKE: a row in whose small letters none of them stands does not name the person."""
        found = []
        for spelling in self.spellings:
            local = spelling.partition("@")[0] if len(spelling.partition("@")[0]) > 3 else spelling
            if not any(map(str.isalpha, local)):
                found.append("".join(f"%{digit}" for digit in local if digit.isdigit()) + "%")
                continue
            piece = max((plain_piece(stem(word)) for word in re.findall(r"\w+", local)), key=len)
            found.append(like(piece))
            if not piece.isascii():
                for way in (piece.lower(), piece.upper(), piece.capitalize()):
                    found += [like(json.dumps(way)[1:-1]), like(quote(way))]
        return list(dict.fromkeys(each.lower() for each in found))


def with_plus(text, start):
    """A telephone number begins with it."""
    return start - 1 if text[start - 1 : start] == "+" else start


def stem(word):
    return word[:-2] if len(word) > 4 else word[:-1] if len(word) > 3 else word


def plain_piece(word):
    """The longest run of letters that are written in one way only, but for their case."""
    runs = "".join(letter if is_plain(letter) else " " for letter in word).split()
    return max(runs, key=len, default=word)


def is_plain(letter):
    return (
        letter.isalnum()
        and unicodedata.normalize("NFKD", letter) == letter
        and letter.casefold() == letter.lower()
        and len(letter.upper()) == 1
    )


def like(piece):
    return "%" + re.sub(r"([\\%_])", r"\\\1", piece) + "%"


def folded(text):
    return fold(text, WITH_TAGS)[0].strip()


def fold(text, token):
    """(words of `text` in small plain letters with one space between them, where each letter is from)"""
    letters, places = [], []
    for match in token.finditer(text):
        piece = match[0]
        if len(piece) > 1:
            piece = read_escape(piece)
        for letter in unicodedata.normalize("NFKD", piece):
            kind = unicodedata.category(letter)
            if kind.startswith("M"):  # an accent belongs to its letter
                if places:
                    places[-1] = places[-1][0], match.end()
            elif letter.isalnum():
                for plain in letter.casefold():
                    if not unicodedata.combining(plain):
                        letters.append(plain)
                        places.append(match.span())
            elif kind != "Cf" and (not letters or letters[-1] != " "):
                letters.append(" ")
                places.append(match.span())
    return "".join(letters), places


def read_escape(piece):
    if piece[0] == "&":
        return unescape(piece)
    if piece[0] == "%":
        return unquote(piece)
    if piece.startswith("\\u"):
        return json.loads(f'"{piece}"')
    return " "


def merged(spans):
    found = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found
