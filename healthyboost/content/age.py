"""How old a translation is: what it was made from, held against what that text says now.

Nobody ticks a box that a translation is outdated. Each translation keeps the texts that it was made
from; that and the live text say how much has changed since. What of it matters: judging.py.
"""

import hashlib
import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.html import format_html, strip_tags
from django.utils.translation import gettext_lazy as _

from .hanging import hanging_rows, prose_fields, row_key, rows_with_prose
from .languages import column, language_codes
from .richtext import RichTextField

FIRST_TAG = re.compile(
    r"^((?:<(?:ul|ol|blockquote|table|tbody|tr|li)>)*)<(p|h[2-4]|li|td|th)([^>]*)>"
)


class MadeFromField(models.JSONField):
    """What a translation was made from: the source as it was then.

    {"language": "en", "texts": {field: text}, "parts": {"pilots.pilotstep:12": {field: text}}}; where
    "parts" is missing, nobody knows that of the rows that hang on the page. "matters": see judging.py,
    "rows": see translation/units.py.

    A language code alone, as people write it in files, stands for the texts of that language as they
    are when the row is saved.
    """

    def pre_save(self, instance, add):
        value = getattr(instance, self.attname)
        if isinstance(value, str):
            value = source_texts(instance, value, None if add else hanging_rows(instance))
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
        """What a file says of it: the code alone where the source has not changed since.

        The numbers of rows mean nothing in another database: what is known of parts stays here.
        """
        language = value["language"] if value else None
        if language not in language_codes():
            return value
        now = source_texts(row, language, rows_with_prose(row))
        if all(now.get(name) == each for name, each in value.items()):
            return language
        return without_parts(value)


def without_parts(made):
    """For another row or database, where the parts have other numbers: nothing is known of them."""
    found = {name: each for name, each in made.items() if name not in ("parts", "rows")}
    of_page = {key: each for key, each in made.get("rows", {}).items() if key.startswith("|")}
    return {**found, "rows": of_page} if of_page else found


def source_texts(page, language, parts=None):
    """What a translation that is made now from `language` is made from: `page`, and its parts if given."""
    made = {"language": language, "texts": said_by(page, language)}
    if parts is not None:
        said = {row_key(row): said_by(row, language) for row in parts}
        made["parts"] = {key: texts for key, texts in said.items() if texts}
    return made


def with_parts(made, language, said, is_new):
    """`made` with what it knows of parts completed: {key of a row: {language: texts}} is what they say.

    All of them where the translation is new; else those that are new and were translated at once.
    """
    if not isinstance(made, dict) or not (is_new or "parts" in made):
        return made
    source, known = made["language"], {} if is_new else made["parts"]
    new = {
        key: texts[source]
        for key, texts in said.items()
        if key not in known and texts.get(source) and (is_new or texts.get(language))
    }
    return {**made, "parts": {**known, **new}}


def said_by(row, language):
    texts = {name: getattr(row, column(name, language)) for name in prose_fields(type(row))}
    return {name: text for name, text in texts.items() if text}


def paragraphs(text):
    """The blocks of a rich or plain text that say something, as they are stored: one a line."""
    return [line for line in (text or "").split("\n") if strip_tags(line).strip()]


def plain(paragraph):
    """What a reader reads of it: marks, spaces, punctuation and case make no new paragraph."""
    return re.sub(r"[\W_]+", " ", strip_tags(paragraph)).strip().casefold()


@dataclass(frozen=True)
class Change:
    """Paragraphs of the source that are not what the translation was made from."""

    part: str  # "" for the page itself, or "pilots.pilotstep:12"
    field: str
    then: tuple
    now: tuple
    place: int  # of the first of `then`
    counts: bool  # or minor: the words are the same

    @property
    def size(self):
        return max(len(self.then), len(self.now))

    @property
    def token(self):
        """The same in all languages that were made from the same text."""
        told = "\0".join([self.part, self.field, *self.then, "\0", *self.now])
        return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass
class Age:
    """`changed` of `total` paragraphs of the source are not what the translation was made from.

    `minor` are more, whose words are the same. `marks` are, by rich text, the numbers of the
    paragraphs of the translation that the changed ones stand for; a text that was split or merged
    freely has none.
    """

    language: str  # of the source
    changed: int = 0
    minor: int = 0
    total: int = 0
    marks: dict = field(default_factory=dict)
    changes: list = field(default_factory=list)

    @property
    def are_marked(self):
        """Whether a reader finds all that changed by the marks."""
        return all(
            not each.part and each.field in self.marks for each in self.changes if each.counts
        )

    @property
    def bars(self):
        """For a small drawing: one bar a paragraph, at most eighteen; True where it is new."""
        shown = min(self.total, 18)
        new = max(1, round(self.changed * shown / self.total)) if self.changed else 0
        step = shown / new if new else 0
        places = {int(step * (number + 0.5)) for number in range(new)}
        return [(number * 36 / shown, number in places) for number in range(shown)]


def age_of(page, language, parts=(), made=None):
    """The Age of the text in `language`; None where it is no translation or nobody knows of what.

    `parts`: rows that hang on the page, where they are to count too. One that nobody knows of and
    that is translated is not held against anything. `made`: instead of what the page says.
    """
    made = made or getattr(page, column("made_from", language))
    if (
        not isinstance(made, dict)
        or made["language"] in (language, None)
        or made["language"] not in language_codes()
    ):
        return None
    age, known = Age(made["language"]), made.get("parts")
    add_changes(age, page, "", language, made["texts"], made)
    for row in parts if known is not None else ():
        then = known.get(row_key(row))
        if then is not None or not said_by(row, language):
            add_changes(age, row, row_key(row), language, then or {}, made)
    age.total = max(age.total, age.changed + age.minor)
    return age


def add_changes(age, row, part, language, texts, made):
    for name in prose_fields(type(row)):
        then, now = texts.get(name), getattr(row, column(name, age.language))
        now_said = paragraphs(now)
        age.total += len(now_said)
        if (then or "") == (now or ""):
            continue
        then_said, touched = paragraphs(then), set()
        for each in changes_of(part, name, then_said, now_said, made.get("matters", ())):
            age.changes.append(each)
            if each.counts:
                age.changed += each.size
                numbers = range(each.place, each.place + len(each.then))
                touched |= set(numbers) or {max(0, each.place - 1)}
            else:
                age.minor += each.size
        is_rich = not part and isinstance(row._meta.get_field(name), RichTextField)
        if touched and is_rich:
            if len(then_said) == len(paragraphs(getattr(row, column(name, language)))):
                age.marks[name] = touched


def changes_of(part, name, then, now, matters=()):
    """The Changes from some paragraphs to others; those that somebody said to matter count."""
    for kind, i1, i2, j1, j2 in differences(then, now):
        if kind != "equal":
            yield Change(part, name, tuple(then[i1:i2]), tuple(now[j1:j2]), i1, True)
            continue
        for number, (old, new) in enumerate(zip(then[i1:i2], now[j1:j2], strict=True), i1):
            if old != new:
                yield Change(part, name, (old,), (new,), number, plain(new) in matters)


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
