"""How old a translation is: what it was made from, held against what that text says now.

Nobody ticks a box that a translation is outdated. Each translation keeps the texts that it was made
from; that and the live text say how much has changed since.
"""

import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.html import format_html, strip_tags
from django.utils.translation import gettext_lazy as _

from .languages import column, language_codes

NO_PROSE = {"name_status", "city"}
FIRST_TAG = re.compile(
    r"^((?:<(?:ul|ol|blockquote|table|tbody|tr|li)>)*)<(p|h[2-4]|li|td|th)([^>]*)>"
)


class MadeFromField(models.JSONField):
    """{"language": "en", "texts": {field: text}}: the source as it was when a translation was made.

    A language code alone, as people write it in files, stands for the texts of that language as they
    are when the row is saved.
    """

    def pre_save(self, instance, add):
        value = getattr(instance, self.attname)
        if isinstance(value, str):
            value = source_texts(instance, value)
            setattr(instance, self.attname, value)
        return value

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def validate(self, value, instance):
        super().validate(value, instance)
        language = value if isinstance(value, str) else (value or {}).get("language")
        if value and language not in language_codes():
            raise ValidationError(
                _("“%(code)s” is no language of the portal.") % {"code": language}
            )

    def in_file(self, row, value):
        """What a file says of it: the code alone where the source has not changed since."""
        language = value["language"] if value else None
        if language in language_codes() and value == source_texts(row, language):
            return language
        return value


def source_texts(page, language):
    """What a translation of `page` that is made now from `language` is made from."""
    texts = {name: getattr(page, column(name, language)) for name in page.text_fields}
    return {
        "language": language,
        "texts": {name: text for name, text in texts.items() if text and name not in NO_PROSE},
    }


def paragraphs(text):
    """The blocks of a rich or plain text that say something, as they are stored: one a line."""
    return [line for line in (text or "").split("\n") if strip_tags(line).strip()]


def plain(paragraph):
    """What a reader reads of it: marks, spaces, punctuation and case make no new paragraph."""
    return re.sub(r"[\W_]+", " ", strip_tags(paragraph)).strip().casefold()


@dataclass
class Age:
    """`changed` of `total` paragraphs of the source are not what the translation was made from.

    `marks` are, by field, the numbers of the paragraphs of the translation that these stand for;
    a field that was split or merged freely has none.
    """

    language: str  # of the source
    changed: int = 0
    total: int = 0
    marks: dict = field(default_factory=dict)

    @property
    def bars(self):
        """For a small drawing: one bar a paragraph, at most eighteen; True where it is new."""
        shown = min(self.total, 18)
        new = max(1, round(self.changed * shown / self.total)) if self.changed else 0
        step = shown / new if new else 0
        places = {int(step * (number + 0.5)) for number in range(new)}
        return [(number * 36 / shown, number in places) for number in range(shown)]


def age_of(page, language):
    """The Age of the text in `language`; None where it is no translation or nobody knows of what."""
    made = getattr(page, column("made_from", language))
    if (
        not isinstance(made, dict)
        or made["language"] in (language, None)
        or made["language"] not in language_codes()
    ):
        return None
    age = Age(made["language"])
    for name in page.text_fields:
        if name in NO_PROSE:
            continue
        then = paragraphs(made["texts"].get(name))
        now = paragraphs(getattr(page, column(name, age.language)))
        age.total += len(now)
        touched = set()
        for kind, i1, i2, j1, j2 in differences(then, now):
            if kind != "equal":
                age.changed += max(i2 - i1, j2 - j1)
                touched |= set(range(i1, i2)) or {max(0, i1 - 1)}
        if touched and len(then) == len(paragraphs(getattr(page, column(name, language)))):
            age.marks[name] = touched
    age.total = max(age.total, age.changed)
    return age


def differences(then, now):
    return SequenceMatcher(
        None, [plain(each) for each in then], [plain(each) for each in now], autojunk=False
    ).get_opcodes()


def marked(html, numbers, words, language):
    """`html` with an edge at the paragraphs of these numbers, and `words` for those who hear it."""
    number, lines = -1, []
    for line in html.split("\n"):
        if strip_tags(line).strip():
            number += 1
            if number in numbers:
                hidden = format_html(
                    '<span class="visually-hidden" lang="{}">{} </span>', language, words
                )
                line = FIRST_TAG.sub(rf'\1<\2\3 class="changed">{hidden}', line)
        lines.append(line)
    return "\n".join(lines)
