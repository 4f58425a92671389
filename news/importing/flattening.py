"""What was uploaded or pasted to a row of blocks: headings, paragraphs, lists, quotations.

Newsletters of mail programs are tables inside tables; those of Word have lists that are none. Here
all of that is taken apart: the blocks come in the order in which they are read.
"""

import re
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

import nh3
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from healthyboost.content.nesting import without_depth
from healthyboost.content.pasting import with_lists

LARGEST_FILE = 5_000_000  # bytes: files of Word hold their pictures
LARGEST = 600_000  # characters of HTML, once the pictures are out
LARGEST_MARKDOWN = 120_000
DEEPEST = 300  # marks inside one another

INLINE = {"a": "a", "b": "strong", "strong": "strong", "i": "em", "em": "em"}
HEADINGS = {f"h{level}": level for level in range(1, 7)}
NESTING = {"ul", "ol", "blockquote"}
OTHER_BLOCKS = {
    *("p", "div", "section", "article", "header", "footer", "main", "center", "pre", "hr"),
    *("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "dl", "dt", "dd"),
}
VOID = {"br", "img", "hr"}
well_formed = nh3.Cleaner(
    tags={*INLINE, *HEADINGS, *NESTING, *OTHER_BLOCKS, *VOID, "li", "span", "font"},
    attributes={
        "*": {"style", "class"},
        "a": {"href"},
        "img": {"alt", "width", "height"},
    },
    clean_content_tags={
        *("script", "style", "title", "template", "noscript", "iframe", "object"),
        *("svg", "math", "textarea", "select", "button"),
    },
    # others stay without their address, and are then told of
    url_schemes={"http", "https", "mailto", "tel", "portal"},
    link_rel=None,
).clean
HIDDEN = re.compile(r"display: ?none|visibility: ?hidden|mso-hide: ?all|max-height: ?0(?!\.)", re.I)
BOLD_ALONE = re.compile(r"<p><strong>([^<]{1,120}[^<.])</strong></p>")
EMBEDDED_FILE = re.compile(r"data:[-\w.+/]+;base64,[\w+/=%\s]*")
CHARSET = re.compile(rb"<meta[^>]{1,200}?charset=[\"']?([-\w]{1,40})", re.I)
# Those that no other mark closes: of many paragraphs or cells without their ends none is inside another.
NESTED = re.compile(
    r"<(/?)(?:div|table|span|font|a|b|i|u|s|strong|em|big|small|code|tt|nobr|blockquote|ul|ol|dl|center|"
    r"section|article|header|footer|main|aside|nav|form|label|object|svg|math|h[1-6])\b",
    re.I,
)
LOOKS_LIKE_HTML = re.compile(r"<(?:!doctype|html|body|table|div|p|h[1-6])\b", re.I)


class Unreadable(Exception):
    """Its words are for the person who brought the text."""


@dataclass
class Block:
    """`level` 1 to 6: a heading, and `html` is its plain text, not escaped; 0: HTML of a paragraph."""

    level: int
    html: str


@dataclass
class Flat:
    blocks: list = field(default_factory=list)
    pictures_without_words: int = 0


def decoded(content):
    """The text of a file; Unreadable where it is none."""
    if len(content) > LARGEST_FILE:
        raise Unreadable(
            _("The file is too large: at most %(limit)s.") % {"limit": filesizeformat(LARGEST_FILE)}
        )
    named = CHARSET.search(content[:4000])
    encodings = ["utf-8-sig", named[1].decode("ascii", "replace")] if named else ["utf-8-sig"]
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        if isinstance(text, str) and "\0" not in text:
            return text
    raise Unreadable(
        _("This is no text: save the newsletter as a web page (HTML) or as Markdown, in UTF-8.")
    )


def flat(text):
    """The Flat of Markdown or HTML; Unreadable where there is nothing in it, or too much."""
    text = EMBEDDED_FILE.sub("", text.replace("\0", "").replace("\r\n", "\n"))
    is_html = bool(LOOKS_LIKE_HTML.search(text[:20_000]))
    limit = LARGEST if is_html else LARGEST_MARKDOWN
    if len(text) > limit:
        raise Unreadable(
            _("The text is too long: at most %(limit)s characters. Bring it in by halves.")
            % {"limit": f"{limit:_}".replace("_", "\u00a0")}
        )
    if depth_of(text) > DEEPEST:
        raise Unreadable(_("Its marks stand too deep inside one another to be taken apart."))
    if not is_html:
        text = MarkdownIt("commonmark", {"maxNesting": 20}).enable("table").render(text)
    flattener = Flattener()
    flattener.feed(with_lists(well_formed(without_depth(text)[0])))
    flattener.flush()
    found = flattener.flat
    if not found.blocks:
        raise Unreadable(_("There are no words in it."))
    if not any(block.level for block in found.blocks):
        found.blocks = [with_heading(block) for block in found.blocks]
    return found


def depth_of(html):
    """About how deep its marks go; the time to read it grows with the square of that."""
    depth = deepest = 0
    for mark in NESTED.finditer(html):
        depth = max(0, depth - 1) if mark[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def with_heading(block):
    """Where nothing is marked as a heading, a short bold paragraph is one."""
    bold = BOLD_ALONE.fullmatch(block.html)
    return Block(2, plain(bold[1])) if bold else block


def plain(html):
    """The words of some HTML in one line."""
    pieces = Words()
    pieces.feed(html)
    pieces.close()
    return " ".join("".join(pieces.words).split())


class Words(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.words = []

    def handle_data(self, data):
        self.words.append(data)

    def handle_starttag(self, tag, attrs):
        if tag not in INLINE:
            self.words.append(" ")


class Flattener(HTMLParser):
    """Reads what `well_formed` wrote."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.flat = Flat()
        self.pieces = []  # of the block that is being read
        self.open_inline = []  # (name, tag)
        self.level = 0  # of the heading that is being read
        self.nesting = 0  # lists and quotations around
        self.hidden = 0  # marks inside one that is not shown
        self.alt = ""  # of a picture in a heading

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if self.hidden or HIDDEN.search(attrs.get("style") or ""):
            self.hidden += tag not in VOID
            return
        if tag == "img":
            self.picture(attrs)
        elif tag == "br":
            self.pieces.append(" " if self.level else "<br>")
        elif tag in INLINE:
            self.open(tag, attrs)
        elif tag in HEADINGS or "MsoTitle" in (attrs.get("class") or ""):
            if not self.nesting:
                self.flush()
                self.level = HEADINGS.get(tag, 1)
        elif tag in NESTING or tag == "li":
            if tag in NESTING:
                if not self.nesting:
                    self.flush()
                self.nesting += 1
            if self.nesting:
                self.pieces.append(f"<{tag}>")
        elif tag in OTHER_BLOCKS:
            self.edge(tag, "<{}>")

    def handle_endtag(self, tag):
        if self.hidden:
            self.hidden -= 1
        elif tag in INLINE:
            if self.open_inline:
                name = self.open_inline.pop()[0]
                self.pieces.append(f"</{name}>" if name and not self.level else "")
        elif tag in NESTING or tag == "li":
            if self.nesting:
                self.pieces.append(f"</{tag}>")
            if tag in NESTING:
                self.nesting -= 1
                if not self.nesting:
                    self.flush()
        elif tag in HEADINGS and not self.nesting:
            self.flush()
        elif tag in OTHER_BLOCKS:
            if self.level and tag == "p":  # the title of a text of Word
                self.flush()
            self.edge(tag, "</{}>")

    def handle_data(self, data):
        if not self.hidden:
            self.pieces.append(data if self.level else escape(data, quote=False))

    def edge(self, tag, mark):
        """Where a paragraph begins or ends."""
        if self.nesting:
            self.pieces.append(mark.format("p") if tag == "p" else " ")
        elif self.level:
            self.pieces.append(" ")
        else:
            self.flush()

    def open(self, tag, attrs):
        name = INLINE[tag]
        html = f"<{name}>"
        if name == "a":
            html = f'<a href="{escape(attrs.get("href") or "")}">'
        self.open_inline.append((name, html))
        if not self.level:
            self.pieces.append(html)

    def picture(self, attrs):
        """Only its words are taken: a file of another host may be anybody's."""
        alt = " ".join((attrs.get("alt") or "").split())
        is_speck = "1" in (attrs.get("width"), attrs.get("height"))
        if not alt:
            self.flat.pictures_without_words += not is_speck
        elif self.level:
            self.alt = alt
        elif self.nesting:
            self.pieces.append(f" {escape(in_brackets(alt))} ")
        else:
            self.flush()
            self.flat.blocks.append(Block(0, f"<p>{escape(in_brackets(alt), quote=False)}</p>"))

    def flush(self):
        """The block ends here; marks that are open go on in the next one."""
        closing = [f"</{name}>" for name, _tag in reversed(self.open_inline)]
        html, level = "".join(self.pieces).strip(), self.level
        self.pieces, self.level = [tag for _name, tag in self.open_inline], 0
        if level:
            words = " ".join(html.split()) or self.alt
            self.alt = ""
            if words:
                self.flat.blocks.append(Block(level, words))
            return
        html = " ".join((html + "".join(closing)).split())
        if plain(html):
            is_whole = html.startswith(("<ul>", "<ol>", "<blockquote>"))
            self.flat.blocks.append(Block(0, html if is_whole else f"<p>{html}</p>"))


def in_brackets(alt):
    return "[" + _("Picture: %(words)s") % {"words": alt} + "]"
