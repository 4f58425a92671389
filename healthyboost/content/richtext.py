"""Rich text: one list of what a text may contain, for the editor and for the cleaning at every save."""

import re

import nh3
from django_prose_editor.config import allowlist_from_extensions, expand_extensions
from django_prose_editor.fields import ProseEditorField

from .nesting import without_depth
from .pasting import in_our_marks, without_tracking
from .stray import without_stray

# Link, Picture and Pasted are our own: static/admin/writing.js, settings.py.
EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "HardBreak": True,
    "Heading": {"levels": [2, 3, 4]},
    "BulletList": True,
    "OrderedList": {"enableListAttributes": False},
    "ListItem": True,
    "Blockquote": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto", "portal"]},
    "Picture": True,
    "Pasted": True,
    "Table": True,
    "TableRow": True,
    "TableCell": True,
    "TableHeader": True,
}
BLOCK_END = re.compile(
    r"</(?:p|h[2-4]|ul|ol|li|blockquote|table|tr)>|<(?:ul|ol|blockquote)>|<img [^>]*>"
)
# What a text refers to by name (references.py): a page of the portal, a picture.
PAGE = re.compile(r"portal:[a-z]+/[-\w]+(?:#[-\w]+)?", re.ASCII)
PICTURE = re.compile(r"[-\w]+", re.ASCII)

FLOWING = re.compile(r"<(p|h[2-4])>(?:(?!</\1>).)*?<img .*?</\1>", re.S)
# Each in one go through the text, whatever it is made of: a run of spaces is looked at once.
SPACES = re.compile(r"\s+")
EDGE = r"</?(?:p|h[2-4]|ul|ol|li|blockquote|table|tbody|tr|td|th)(?: [^>]*)?>|<img [^>]*>"
SPACE_BEFORE = re.compile(rf"(?<!\s)\s+(?={EDGE})")
SPACE_AFTER = re.compile(rf"({EDGE})\s+")
MARK = re.compile(r"(</?(?:p|h[2-4]|li|ul|ol|blockquote|strong|em|a)(?: [^>]*)?>)")
NO_TEXT = re.compile(r"[\0\ud800-\udfff]")  # what no database and no file can hold
MOST_ROUNDS = 5
NO_PICTURE = re.compile(r"<img(?![^>]* data-picture=)[^>]*>")
BLANK = re.compile(r"(?:\s|&nbsp;|<br>)*")


def allowed(tag, attribute, value):
    """The value of an attribute that a text may have; None where the attribute has to go.

    Without angle brackets, so that what looks like a tag in a cleaned text is one.
    """
    value = re.sub("[<>]", "", value)
    if attribute == "data-picture":
        return value if PICTURE.fullmatch(value) else None
    if attribute != "href":
        return value
    value = value.strip()
    if value.lower().startswith("portal:"):
        return value if PAGE.fullmatch(value) else None
    if re.match(r"www\.\w", value, re.I):
        value = f"https://{value}"  # an address on this very page, otherwise
    scheme = re.match(r"([^/?#:]*):", value)
    if scheme and scheme[1].lower() not in ("http", "https", "mailto"):
        return None
    return without_tracking(value)


sanitize = nh3.Cleaner(
    **allowlist_from_extensions(expand_extensions(EXTENSIONS)), attribute_filter=allowed
).clean


def clean(html):
    """`html` with only what EXTENSIONS allow, one block a line: the form in which it is stored.

    Cleaning what is clean changes nothing, so a text can be compared, dumped and loaded again.
    """
    text, _left_out = without_depth(NO_TEXT.sub("", html or ""))
    text = settled(in_our_marks(text))
    text = SPACES.sub(lambda run: " " if "\n" in run[0] else run[0], NO_PICTURE.sub("", text))
    text = without_stray(re.sub(r"<a(?: title=\"[^\"]*\")?>(.*?)</a>", r"\1", text)).strip()
    text = FLOWING.sub(pictures_first, text)
    text = without_empty(SPACE_AFTER.sub(r"\1", SPACE_BEFORE.sub("", text)))
    return BLOCK_END.sub(lambda end: end[0] + "\n", text).strip()


def settled(html):
    """Sanitised until that changes nothing: what stood in a mark that went may not fit where it is now."""
    for _each in range(MOST_ROUNDS):
        before, html = html, sanitize(html)
        if html == before:
            break
    return html


def pictures_first(block):
    """A picture stands between paragraphs, never inside one."""
    pictures = re.findall(r"<img [^>]*>", block[0])
    return "".join(pictures) + re.sub(r"<img [^>]*>", "", block[0])


def without_empty(html):
    """`html` without marks that hold nothing, or only what is empty itself."""
    pieces, opened = [], []  # places in `pieces` of the marks that hold nothing so far
    for piece in MARK.split(html):
        if not MARK.fullmatch(piece):
            if not BLANK.fullmatch(piece):
                opened.clear()
            pieces.append(piece)
        elif not piece.startswith("</"):
            opened.append(len(pieces))
            pieces.append(piece)
        elif opened and name_of(piece) == name_of(pieces[opened[-1]]):
            del pieces[opened.pop() :]
        else:
            opened.clear()
            pieces.append(piece)
    return "".join(pieces)


def name_of(mark):
    return mark.strip("</>").partition(" ")[0]


class Cleaned(str):
    """A text that need not be cleaned again on its way to the database."""


class RichTextField(ProseEditorField):
    """HTML that is cleaned at every save, wherever it comes from."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("extensions", EXTENSIONS)
        kwargs.setdefault("sanitize", clean)
        super().__init__(*args, **kwargs)

    def pre_save(self, instance, add):
        value = getattr(instance, self.attname)
        if value:
            value = Cleaned(clean(value))
            setattr(instance, self.attname, str(value))
        return value

    def get_db_prep_save(self, value, connection):
        """`update` and `bulk_update` come this way and not by `pre_save`."""
        if isinstance(value, str):
            value = str(value) if isinstance(value, Cleaned) else clean(value)
        return super().get_db_prep_save(value, connection)
