"""What is wrong with a text, in words, and where."""

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass
class Fault:
    """An error keeps a language from going public; a warning can be overruled with a reason."""

    key: str  # what it is and of what, without words of a language: kept with the reason
    message: str
    is_error: bool = False
    field: str = ""  # name of the field, without a language
    row: object = None  # whose field it is; None: the page's own
    place: str = ""  # where that is, in words
    address: str = ""  # where it can be mended: filled in by the form


@dataclass
class Text:
    """What one field of `row`, the page or something that hangs on it, says in one language."""

    content: str
    language: str
    field: str
    row: object
    place: str
    is_rich: bool = False

    def fault(self, kind, message, excerpt="", is_error=False):
        key = ":".join([kind, self.row._meta.model_name, self.field, excerpt[:100]])
        return Fault(key, message, is_error, self.field, self.row, self.place)


def short(words, limit=60):
    return words if len(words) <= limit else f"{words[: limit - 1]}…"


def quoted(words):
    """In the quotation marks of the reader's language."""
    return _("“%(words)s”") % {"words": words}
