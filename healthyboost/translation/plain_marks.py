"""Rich text in a plain text box: marks that people know from messages, and back without a loss.

*bold*, _italic_, [1: the words of link 1], a blank line between paragraphs; before a paragraph "# " (or
"## ", "### ") makes a heading, "- " or "1. " an item of a list, "> " a quotation. A backslash takes its
meaning from the sign that follows.
"""

import html
import re

from healthyboost.content.blocks import BLOCKS, Block, parse, render
from healthyboost.content.richtext import clean

LINK = re.compile(r"<a( [^>]*)>")
INLINE = re.compile(r"(</?(?:strong|em)>|<a [^>]*>|</a>|<br ?/?>)")
SIGNS = "*_[]\\#>-."
PREFIXES = {
    ("h2",): "# ",
    ("h3",): "## ",
    ("h4",): "### ",
    ("ul", "li"): "- ",
    ("ol", "li"): "1. ",
    ("blockquote", "p"): "> ",
    ("p",): "",
    (): "",
}
PATHS = {"#": ("h2",), "##": ("h3",), "###": ("h4",), "-": ("ul", "li"), ">": ("blockquote", "p")}
PREFIX = re.compile(r"(#{1,3}|-|>|\d+\.) ")
# A sign opens where a word begins and closes where one ends.
BOLD = re.compile(r"(?<!\w)\*(?=\S)([^*]*\S)\*(?!\w)")
ITALIC = re.compile(r"(?<!\w)_(?=\S)([^_]*\S)_(?!\w)")
NUMBERED = re.compile(r"\[(\d+): ?([^\[\]]*)\]")
HIDDEN = {sign: chr(0xE000 + number) for number, sign in enumerate(SIGNS)}
FOUND = {hidden: sign for sign, hidden in HIDDEN.items()}


class NoSuchLink(Exception):
    """A number in brackets that stands for no link: `number`."""

    def __init__(self, number):
        super().__init__(str(number))
        self.number = number


def links_in(*texts):
    """The attributes of the links of these texts, each once: link 1 is the first of them."""
    return list(dict.fromkeys(found for text in texts for found in LINK.findall(text)))


def with_marks(text, links):
    """`text`, HTML as a unit holds it, in plain marks; None where they cannot say all that is in it."""
    blocks = parse(text)
    if any(block.path not in PREFIXES or block.name == "img" for block in blocks):
        return None
    is_row = is_row_of_blocks(text)
    said = "\n\n".join(
        (PREFIXES[block.path] if is_row else "") + without_prefix(inline(block.inner, links))
        for block in blocks
    )
    try:
        return said if without_marks(said, links) == tidy(text) else None
    except NoSuchLink:
        return None


def inline(text, links):
    pieces = []
    for piece in INLINE.split(text):
        if piece.startswith("<br"):
            pieces.append("\n")
        elif piece in ("<strong>", "</strong>"):
            pieces.append("*")
        elif piece in ("<em>", "</em>"):
            pieces.append("_")
        elif piece.startswith("<a "):
            pieces.append(f"[{links.index(LINK.match(piece)[1]) + 1}: ")
        elif piece == "</a>":
            pieces.append("]")
        else:
            pieces.append(escaped(html.unescape(piece)))
    return "".join(pieces)


def escaped(words):
    """With a backslash before each sign that would be read as a mark otherwise."""
    words = re.sub(r"\\(?=[*_\[\]\\#>.-])", r"\\\\", words)
    words = re.sub(r"(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)", r"\\\g<0>", words)
    return re.sub(r"\[(?=\d+:)|\]", r"\\\g<0>", words)


def without_prefix(words):
    """With a backslash where the words themselves begin as a heading or an item would."""
    return re.sub(r"^(\d+)\. ", r"\1\\. ", re.sub(r"^(?=(?:#{1,3}|-|>) )", r"\\", words))


def without_marks(said, links):
    """HTML as a unit holds it; NoSuchLink where a number stands for none of `links`."""
    said = re.sub(r"\\([*_\[\]\\#>.-])", lambda sign: HIDDEN[sign[1]], said.replace("\r\n", "\n"))
    blocks, before = [], ()
    for part in re.split(r"\n\s*\n", said.strip()):
        if not (part := part.strip()):
            continue
        found = PREFIX.match(part)
        mark = found[1] if found else ""
        path = PATHS.get(mark, ("ol", "li")) if found else ("p",)
        opens = 1 if path == before and len(path) > 1 else len(path)
        blocks.append(Block(path, opens, as_html(part[found.end() if found else 0 :], links)))
        before = path
    if len(blocks) == 1 and blocks[0].path == ("p",):
        return tidy(blocks[0].inner)
    return tidy(render(blocks))


def as_html(words, links):
    def link(found):
        number = int(found[1])
        if not 1 <= number <= len(links):
            raise NoSuchLink(number)
        return f"<a{links[number - 1]}>{found[2]}</a>"

    text = NUMBERED.sub(link, html.escape(words, quote=False))
    text = ITALIC.sub(r"<em>\1</em>", BOLD.sub(r"<strong>\1</strong>", text))
    return "".join(FOUND.get(sign, sign) for sign in text.replace("\n", "<br>"))


def tidy(text):
    return clean(text).replace("\n", "")


def is_row_of_blocks(text):
    return bool(re.match(rf"<(?:{'|'.join(BLOCKS)})\b", text.strip()))
