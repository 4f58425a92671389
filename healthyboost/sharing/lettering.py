"""Words set in the portal's own face, Commissioner, whose cuts hold the letters of one script each."""

import re
import unicodedata
from bisect import bisect
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from django.conf import settings
from PIL import ImageFont

CUTS = "latin", "cyrillic"
REGULAR, BOLD = 400, 550
LEADING = 1.17  # height of a line, in sizes of the type
SOFT_HYPHEN = "\u00ad"
# After these a line may end; a soft hyphen becomes visible there.
BREAKS = re.compile(rf"(?<=[ /{SOFT_HYPHEN}])|(?<=[^\W\d][-–—])(?=\w)")
SHORT_WORD = re.compile(r"(?<!\S)(\w) (?=\S)")  # "в", "и": never the last of a line
DASH = re.compile(r" (?=[–—](?!\S))")  # never the first of a line
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@lru_cache(maxsize=256)
def font(cut, weight, size):
    path = settings.BASE_DIR / "static" / "fonts" / f"commissioner-{cut}.woff2"
    face = ImageFont.truetype(str(path), size)
    face.set_variation_by_axes([weight])
    return face


@lru_cache(maxsize=4096)
def cut_of(letter):
    """The cut that holds a letter; None where none does."""
    for cut in CUTS:
        probe = font(cut, BOLD, 40)
        if letter == " " or bytes(probe.getmask(letter)) != bytes(probe.getmask("\uffff")):
            return cut
    return None


def settable(text):
    """The text in letters that the face has: "ș" as "s"; what has no such letter is left out."""
    text = CONTROLS.sub(" ", unicodedata.normalize("NFC", text)).replace("\u2011", "-")
    text = "".join(each if is_settable(each) else base_of(each) for each in text)
    return re.sub(rf" +(?=[ {SOFT_HYPHEN}])", "", text).strip()


def is_settable(letter):
    if letter in f"\u00a0{SOFT_HYPHEN}":
        return True
    return unicodedata.category(letter) != "Cf" and bool(cut_of(letter))


def base_of(letter):
    return "".join(each for each in unicodedata.normalize("NFKD", letter) if is_settable(each))


def pieces(text, weight, size):
    """(font, letters) for each run of letters of one cut."""
    text = text.replace("\u00a0", " ").replace(SOFT_HYPHEN, "")
    for cut, letters in groupby(text, lambda letter: cut_of(letter) or "latin"):
        yield font(cut, weight, size), "".join(letters)


@lru_cache(maxsize=8192)
def width_of(text, weight, size):
    return sum(face.getlength(letters) for face, letters in pieces(text, weight, size))


def write(draw, at, text, weight, size, fill):
    """Write one line whose baseline begins at the point `at`."""
    x, y = at
    for face, letters in pieces(text, weight, size):
        draw.text((x, y), letters, font=face, fill=fill, anchor="ls")
        x += face.getlength(letters)


@dataclass(frozen=True)
class Setting:
    """Lines of one size that fit."""

    lines: tuple[str, ...]
    size: int

    @property
    def height(self):
        return round(len(self.lines) * self.size * LEADING)


def fitted(text, weight, width, height, sizes):
    """The text in the largest of `sizes` in which it fits, its lines about equally long.

    Words are parted only where they are longer than a line in the smallest size, and then in half
    of the sizes at most; what is still too much for the box ends with an ellipsis.
    """
    words = words_of(text)
    for size in sizes:
        if max(width_of(word.rstrip(), weight, size) for word in words) > width:
            continue
        lines = broken(words, weight, width, size)
        if Setting(tuple(lines), size).height <= height:
            return Setting(tuple(balanced(words, weight, width, size, len(lines))), size)
    for size in sizes[len(sizes) // 2 :]:
        parts = [part for word in words for part in parted(word, weight, width, size)]
        lines = broken(parts, weight, width, size)
        if Setting(tuple(lines), size).height <= height:
            return Setting(tuple(lines), size)
    room = max(1, int(height / (size * LEADING)))
    last = shortened(lines[room - 1], weight, width, size)
    return Setting((*lines[: room - 1], last), size)


def words_of(text):
    """What stays together on a line, with the space or hyphen that follows it."""
    text = DASH.sub("\u00a0", SHORT_WORD.sub("\\1\u00a0", settable(text)))
    return [word for word in BREAKS.split(text) if word] or [""]


def broken(words, weight, width, size):
    """Lines no longer than `width`."""
    lines, line = [], ""
    for word in words:
        if line and width_of(visible(line + word), weight, size) > width:
            lines.append(visible(line))
            line = ""
        line += word
    return [*lines, visible(line)]


def visible(line):
    """A line as it is shown: a soft hyphen at its end is one, the others are nothing."""
    line = line.rstrip(" ")
    hyphen = "-" if line.endswith(SOFT_HYPHEN) else ""
    return line.replace(SOFT_HYPHEN, "") + hyphen


def balanced(words, weight, width, size, count):
    """As many lines, as narrow as they can be: no single word is left for the last."""
    least, most = width // 2, width
    while most - least > 8:
        middle = (least + most) // 2
        lines = broken(words, weight, middle, size)
        longest = max(width_of(line, weight, size) for line in lines)
        if len(lines) > count or longest > middle:
            least = middle
        else:
            most = middle
    return broken(words, weight, most, size)


def parted(word, weight, width, size):
    """A word in parts that fit; whole where it does."""
    while word and width_of(visible(word), weight, size) > width:
        ends = range(1, len(word))
        end = bisect(ends, width, key=lambda end: width_of(word[:end] + "-", weight, size))
        end = ends[max(end, 1) - 1]
        yield word[:end] + SOFT_HYPHEN
        word = word[end:]
    yield word


def shortened(text, weight, width, size):
    """One line that fits, with an ellipsis where it had to end."""
    while text and width_of(text + "…", weight, size) > width:
        text = text[:-1]
    return text.rstrip(" ,;:–-") + "…"


def one_line(text, weight, width, size):
    text = visible(settable(text))
    return text if width_of(text, weight, size) <= width else shortened(text, weight, width, size)
