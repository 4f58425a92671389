"""What is said of each line of a file that came in."""

from dataclasses import asdict, dataclass, field

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Outcome(TextChoices):
    TAKEN = "taken", _("taken")
    CONFIRMED = "confirmed", _("confirmed: the translation is still right")
    SAME = "same", _("unchanged: the file says nothing new")
    EMPTY = "empty", _("empty in the file: the translation here stays")
    NEWER = "newer", _("the text here is newer: somebody has changed it since the file was made")
    SOURCE = "source", _("the original has changed since the file was made")
    FAULTY = "faulty", _("a check has failed")
    UNSURE = "unsure", _("marked as unfinished in the file")
    COPY = "copy", _("the same as the original: not translated in the file")
    TWICE = "twice", _("stands in the file more than once, with different texts")
    LANGUAGE = "language", _("the portal does not have this language")
    RIGHTS = "rights", _("not yours to translate")
    UNKNOWN = "unknown", _("there is no such text here any more")
    DAMAGED = "damaged", _("its number in the file is damaged")


TAKEN = Outcome.TAKEN, Outcome.CONFIRMED


@dataclass
class Result:
    """One line of the report."""

    outcome: str
    text: str  # in the file
    key: str = ""
    page: str = ""  # its title
    label: str = ""
    language: str = ""
    source_language: str = ""
    source: str = ""
    here: str = ""  # what stands in the portal
    is_rich: bool = False
    reasons: list = field(default_factory=list)
    sheet: str = ""  # "news.article:12" or INTERFACE
    place: str = ""  # of the unit; of a string: its number

    def as_json(self):
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def read(cls, stored):
        return cls(**{"text": "", **stored})

    @property
    def is_taken(self):
        return self.outcome in TAKEN

    @property
    def words(self):
        return Outcome(self.outcome).label


@dataclass
class Taker:
    """Who brings the lines in; nothing is stored unless `saves`."""

    user: object
    origin: str
    translator: str = ""
    saves: bool = False


def result(outcome, key, line, **about):
    known = {
        "text": line.text,
        "key": str(key),
        "language": key.language,
        "source_language": key.source_language,
        "sheet": key.page,
        "place": key.place,
    }
    return Result(outcome, **known | about)
