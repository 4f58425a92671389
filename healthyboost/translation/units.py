"""A page as a translator works on it: paragraph beside paragraph, each saved by itself into the draft.

Nothing here changes what visitors read but publish_translation().
"""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import models, transaction
from django.utils import timezone

from healthyboost.content.age import plain
from healthyboost.content.blocks import Block, parse, render
from healthyboost.content.hanging import NO_PROSE
from healthyboost.content.history import relations_of, row_key, rows_of
from healthyboost.content.languages import column, language_codes, translated_fields
from healthyboost.content.models import Draft, Origin, text_fields
from healthyboost.content.richtext import RichTextField, clean

from .alignment import Row, follow, rows_of_live

HEADINGS = ("h2", "h3", "h4")
KINDS = {"p": "paragraph", "li": "item", "td": "cell", "th": "cell", "img": "picture"}


class State(StrEnum):
    MISSING = "missing"
    CHANGED = "changed"  # the source says something else than what the translation was made from
    MINOR = "minor"  # the same words, other marks, spaces or punctuation
    UNKNOWN = "unknown"  # never held against this source
    REMOVED = "removed"  # the source no longer says it
    CURRENT = "current"


TO_DO = (State.MISSING, State.CHANGED, State.REMOVED)


class Conflict(Exception):
    """Somebody else has saved the paragraph meanwhile: `unit` is what it says now."""

    def __init__(self, unit):
        super().__init__(str(unit.place))
        self.unit = unit


class SourceMoved(Exception):
    """The source is no longer the one that was translated: `unit` is what stands there now, or None."""

    def __init__(self, unit=None):
        super().__init__(str(unit and unit.place))
        self.unit = unit


class Unfinished(Exception):
    """Paragraphs that have no translation yet, or whose source is gone."""

    def __init__(self, units):
        super().__init__(str(len(units)))
        self.units = units


@dataclass(frozen=True)
class Place:
    """Where a unit stands; `part` is "" for the page itself, or "pilots.pilotstep:12"."""

    part: str
    field: str
    number: int

    def __str__(self):
        return f"{self.part}|{self.field}|{self.number}"

    @classmethod
    def read(cls, text):
        """ValueError where `text` names no place."""
        part, name, number = text.split("|")
        return cls(part, name, int(number))


@dataclass
class Unit:
    """A paragraph or a short text; texts are HTML as it stands inside a block if `is_rich`."""

    place: Place
    kind: str  # text, paragraph, heading, item, cell, quote, picture
    is_rich: bool
    label: str  # what the field is called
    max_length: int | None
    row: Row = field(repr=False)
    now: list = field(repr=False)  # blocks of the source
    state: State = State.CURRENT

    @property
    def source(self):
        return written(self.now, self.is_rich)

    @property
    def then(self):
        return written(self.row.then if self.row.is_known else [], self.is_rich)

    @property
    def text(self):
        return written(self.row.text, self.is_rich, self.now)

    @property
    def live(self):
        return written(self.row.live, self.is_rich, self.now)

    @property
    def version(self):
        return digest(render(self.row.text))

    @property
    def source_version(self):
        return digest(render(self.now))

    @property
    def level(self):
        """Of a heading: 2 to 4."""
        return int(self.now[0].name[1]) if self.kind == "heading" and self.now else None

    @property
    def words(self):
        return sum(len(block.words.split()) for block in self.now)

    @property
    def is_draft(self):
        return self.row.is_done

    @property
    def is_same(self):
        return self.row.is_same

    @property
    def origin(self):
        return self.row.origin

    @property
    def by(self):
        return self.row.by

    @property
    def at(self):
        return self.row.at

    @property
    def is_to_do(self):
        return self.state in TO_DO


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def written(blocks, is_rich, beside=()):
    """One block as what stands in it; several, or one of another kind than `beside`, with their marks."""
    if not is_rich:
        return "\n".join(block.inner for block in blocks)
    if len(blocks) == 1 and (not beside or blocks[0].name in ("p", "", beside[0].name)):
        return blocks[0].inner
    if all(block.name in ("p", "") or beside and block.name == beside[0].name for block in blocks):
        return "".join(f"<p>{block.inner}</p>" for block in blocks)
    return render(blocks)


@dataclass
class Translation:
    """A page in `language` beside its source."""

    page: models.Model
    language: str
    source_language: str
    draft: Draft | None
    units: list

    def unit(self, place):
        """None where there is no such place."""
        return next((unit for unit in self.units if unit.place == place), None)

    def of_field(self, place):
        key = (place.part, place.field)
        return [unit for unit in self.units if (unit.place.part, unit.place.field) == key]

    @property
    def to_do(self):
        return [unit for unit in self.units if unit.is_to_do]

    @property
    def words_to_do(self):
        return sum(unit.words for unit in self.to_do)

    @property
    def is_finished(self):
        return not self.unfinished

    @property
    def unfinished(self):
        return [unit for unit in self.units if unit.state in (State.MISSING, State.REMOVED)]


def worded_fields(model):
    """Names of the translated fields that hold words: no choices, addresses, times or files."""
    names = text_fields(model) if hasattr(model, "source_language") else translated_fields(model)
    found = []
    for name in names:
        kept = model._meta.get_field(name)
        is_text = isinstance(kept, models.CharField | models.TextField)
        is_address = isinstance(kept, models.URLField | models.EmailField | models.FileField)
        if is_text and not is_address and not kept.choices and kept.editable:
            found.append(name)
    return found


def worded_lookups(model, prefix=""):
    """What to prefetch so that a page costs the same number of queries however much hangs on it."""
    for name, (related, _fields) in relations_of(model).items():
        yield prefix + name
        yield from worded_lookups(related, f"{prefix}{name}__")


def source_languages(page, language):
    """Languages that `page` may be translated from into `language`: the original first."""
    codes = dict.fromkeys([page.source_language, *page.languages, *language_codes()])
    return [
        code for code in codes if code != language and getattr(page, column("title", code), None)
    ]


def translation_of(page, language, source=None):
    """The Translation as the database has it now; `source` is another language to work from."""
    model = type(page)
    page = model._base_manager.prefetch_related(*worded_lookups(model)).get(pk=page.pk)
    return translation_in(page, language, source)


def translation_in(page, language, source=None):
    """The same of a page as it was read, with its drafts and worded_lookups()."""
    draft = next((each for each in page.drafts.all() if each.language == language), None)
    made = (draft and draft.made_from) or getattr(page, column("made_from", language)) or {}
    made_in = made.get("language")
    if not source:
        possible = source_languages(page, language)
        source = made_in if made_in in possible else (possible or [page.source_language])[0]
    if source != made_in:
        made = {}
    units = []
    for row in rows_of(page):
        part = "" if row == page else row_key(row)
        for name in worded_fields(type(row)):
            units += units_of_field(row, part, name, language, source, draft, made)
    mark_machine_made(page, language, draft, units)
    return Translation(page, language, source, draft, units)


def mark_machine_made(page, language, draft, units):
    """What visitors read with the label of a machine translation stays so until somebody approves it."""
    is_unread = getattr(page, column("origin", language)) == Origin.MACHINE
    if is_unread and not (draft and draft.paragraphs.get("approved")):
        for unit in units:
            if unit.row.text and not unit.row.is_done:
                unit.row.origin = Origin.MACHINE


def units_of_field(row, part, name, language, source, draft, made):
    kept = type(row)._meta.get_field(name)
    is_rich = isinstance(kept, RichTextField)
    key = f"{part}|{name}"
    now = blocks_of(getattr(row, column(name, source)), is_rich)
    live = getattr(row, column(name, language)) or ""
    text, rows = live, None
    if draft:
        drafted = draft.rows.get(part, {}) if part else draft.fields
        text = drafted.get(name, live) or ""
        if draft.paragraphs.get("source") == source:
            stored = [Row.read(each) for each in draft.paragraphs.get("fields", {}).get(key, ())]
            if stored and assembled(stored, is_rich) == text:
                rows = stored
    if rows is None:
        rows = rows_of_live(
            then_of(made, part, name, is_rich), blocks_of(text, is_rich), made_rows(made, key), now
        )
        if text != live:
            keep_live(rows, live, is_rich)
    matters = set(made.get("matters", ()))
    meta = {
        "is_rich": is_rich,
        "label": str(kept.verbose_name),
        "max_length": row._meta.get_field(column(name, language)).max_length,
    }
    found = follow(rows, now)
    for row, chunk in found:
        if chunk and not row.text and not any(block.words for block in chunk):
            row.then, row.text = chunk, chunk  # a picture, an empty cell
    return [
        Unit(
            Place(part, name, number), kind_of(chunk or row.text, is_rich), row=row, now=chunk,
            state=state_of(row, chunk, matters), **meta,
        )
        for number, (row, chunk) in enumerate(found)
    ]  # fmt: skip


def keep_live(rows, live, is_rich):
    """What visitors read, beside a draft that was typed elsewhere."""
    blocks = blocks_of(live, is_rich)
    for number, row in enumerate(rows):
        row.live = [blocks[number]] if len(blocks) == len(rows) else blocks if not number else []
        row.is_done = row.live != row.text


def made_rows(made, key):
    return (made.get("rows") or {}).get(key)


def then_of(made, part, name, is_rich):
    """Blocks that the translation was made from; None where nobody knows."""
    if not made or name in NO_PROSE or part and part not in made.get("parts", {}):
        return None
    texts = made["parts"][part] if part else made["texts"]
    return blocks_of(texts.get(name), is_rich)


def blocks_of(text, is_rich):
    if not text:
        return []
    return parse(text) if is_rich else [Block((), 0, text)]


def assembled(rows, is_rich):
    """The text of a field that these rows make."""
    blocks = [block for row in rows for block in row.text]
    return clean(render(blocks)) if is_rich else "\n".join(block.inner for block in blocks)


def kind_of(blocks, is_rich):
    if not is_rich:
        return "text"
    first = blocks[0]
    if first.name in HEADINGS:
        return "heading"
    if any(mark == "blockquote" for mark in first.path):
        return "quote"
    return KINDS.get(first.name, "paragraph")


def state_of(row, now, matters=()):
    if not now:
        return State.REMOVED if row.then else State.CURRENT
    if not row.text:
        return State.MISSING
    if not row.is_known:
        return State.UNKNOWN
    then, now = [block.inner for block in row.then], [block.inner for block in now]
    if then == now:
        return State.CURRENT
    if [plain(each) for each in then] != [plain(each) for each in now]:
        return State.CHANGED
    return State.CHANGED if any(plain(each) in matters for each in now) else State.MINOR


# Saving


@dataclass
class Saving:
    """What is to be kept for one paragraph; afterwards the Unit, or why it was not kept."""

    place: Place
    text: str
    version: str
    source_version: str | None = None
    is_same: bool = False
    origin: str = Origin.HUMAN
    unit: Unit | None = None
    refused: Exception | None = None  # Conflict or SourceMoved


def save_unit(
    page, language, place, text, version, by=None,
    source_version=None, is_same=False, origin=Origin.HUMAN, name="", source=None,
):  # fmt: skip
    """Keep `text` for one paragraph in the draft; answers the Unit as it is then.

    Conflict or SourceMoved where somebody has been faster; nothing is kept then. An empty text takes
    the translation of the paragraph away.
    """
    saving = Saving(place, text, version, source_version, is_same, origin)
    translation = save_units(page, language, [saving], by, name, source)
    if saving.refused:
        raise saving.refused
    return after(translation, saving.unit)


@transaction.atomic
def save_units(page, language, savings, by=None, name="", source=None):
    """The same for many paragraphs, each by itself, with as many queries as for one."""
    translation = locked(page, language, source)
    for saving in savings:
        try:
            saving.unit = unit_for(translation, saving.place, saving.source_version)
            if saving.unit.version != saving.version:
                raise Conflict(saving.unit)
        except (Conflict, SourceMoved) as refused:
            saving.refused = refused
            continue
        row = saving.unit.row
        row.text = taken(saving.text, saving.unit)
        row.then, row.is_known = saving.unit.now, True
        row.is_done, row.is_same = True, saving.is_same
        row.origin, row.by = saving.origin, name or (by.get_full_name() if by else "")
        row.at = timezone.now().isoformat(timespec="seconds")
    if kept := [saving.unit.place for saving in savings if not saving.refused]:
        store(translation, kept, by)
    return translation


def locked(page, language, source=None):
    """The translation, with its page locked."""
    type(page)._base_manager.select_for_update().get(pk=page.pk)
    return translation_of(page, language, source)


def unit_for(translation, place, source_version=None):
    """The Unit at its place, or where it has moved to; SourceMoved where there is none."""
    unit = translation.unit(place)
    if source_version and (not unit or unit.source_version != source_version):
        moved = [
            each for each in translation.of_field(place) if each.source_version == source_version
        ]
        if len(moved) != 1:
            raise SourceMoved(unit)
        unit = moved[0]
    if not unit:
        raise SourceMoved()
    return unit


def after(translation, unit):
    """The same unit, read again."""
    fresh = translation_of(translation.page, translation.language, translation.source_language)
    return found_again(fresh, unit)


def found_again(fresh, unit):
    """A unit that was saved, in the Translation as it is since: its number may have changed."""
    again = fresh.unit(unit.place)
    if again and again.row.text == unit.row.text:
        return again
    found = [each for each in fresh.of_field(unit.place) if each.now == unit.now]
    return found[0] if found else again or unit


def taken(text, unit):
    """The blocks that a typed text makes, in the form of the source's block."""
    if not unit.is_rich:
        text = text.strip()
        return [Block((), 0, text)] if text else []
    blocks = parse(clean(text))
    if not unit.now and not unit.row.text:
        return blocks
    model = (unit.now or unit.row.text)[0]
    found = []
    for number, block in enumerate(blocks):
        if block.name in ("p", "") and len(block.path) < 2 or block.path == model.path:
            opens = model.opens if not number else min(1, len(model.path))
            block = Block(model.path, opens, block.inner)
        found.append(block)
    return found


def store(translation, places, by):
    """Write the rows of the fields of these places, and the texts that they make, into the draft."""
    page, language = translation.page, translation.language
    draft = translation.draft or Draft.of(page, language, author=by)
    kept = draft.paragraphs
    if kept.get("source") != translation.source_language:
        kept = {"source": translation.source_language, "fields": {}}
    for part, name in dict.fromkeys((place.part, place.field) for place in places):
        units = translation.of_field(Place(part, name, 0))
        rows = [unit.row for unit in units if unit.row.text or unit.row.then]
        kept["fields"][f"{part}|{name}"] = [row.as_json() for row in rows]
        put(draft, page, part, name, assembled(rows, units[0].is_rich))
    draft.paragraphs = kept
    draft.made_from = made_from(translation)
    is_machine = any(unit.origin == Origin.MACHINE for unit in translation.units)
    draft.origin = Origin.MACHINE if is_machine else Origin.HUMAN
    draft.author = by or draft.author
    draft.save()
    translation.draft = draft


def put(draft, page, part, name, text):
    """Keep `text` in the draft where it differs from what visitors read."""
    rows = {"" if row == page else row_key(row): row for row in rows_of(page)}
    live = getattr(rows[part], column(name, draft.language)) or ""
    fields = draft.rows.setdefault(part, {}) if part else draft.fields
    if text == live:
        fields.pop(name, None)
    else:
        fields[name] = text
    if part and not fields:
        del draft.rows[part]


def made_from(translation):
    """What the translation was really made from, paragraph by paragraph; see content/age.py.

    Where some were never held against this source, what was known of the whole stays.
    """
    page, language = translation.page, translation.language
    if any(unit.state is State.UNKNOWN and not unit.row.is_done for unit in translation.units):
        return getattr(page, column("made_from", language))
    found = {"language": translation.source_language, "texts": {}, "parts": {}, "rows": {}}
    fields = dict.fromkeys((unit.place.part, unit.place.field) for unit in translation.units)
    for part, name in fields:
        if name in NO_PROSE:
            continue
        units = translation.of_field(Place(part, name, 0))
        rows = [unit.row for unit in units if unit.row.text]
        then = assembled([Row([], row.then) for row in rows], units[0].is_rich)
        texts = found["parts"].setdefault(part, {}) if part else found["texts"]
        if then:
            texts[name] = then
        counts = [
            [len(row.then), len(row.text), *(["same"] if row.is_same else [])] for row in rows
        ]
        if any(count != [1, 1] for count in counts):
            found["rows"][f"{part}|{name}"] = counts
    before = (translation.draft and translation.draft.made_from) or getattr(
        page, column("made_from", language)
    )
    matters = set((before or {}).get("matters", ())) & {
        plain(block.inner) for unit in translation.units if unit.is_to_do for block in unit.now
    }
    if matters:
        found["matters"] = sorted(matters)
    return {name: value for name, value in found.items() if value or name in ("texts", "parts")}


@transaction.atomic
def join_units(page, language, place, by=None, source=None):
    """Translate the paragraph at `place` and the next one together; answers the Unit of both."""
    translation = locked(page, language, source)
    unit = unit_for(translation, place)
    units = translation.of_field(place)
    following = units[units.index(unit) + 1 :][:1]
    if not unit.is_rich or not following:
        raise SourceMoved(unit)
    row, other = unit.row, following[0].row
    if not row.text and not other.text:  # only what stands in the draft can hold them together
        row.then, other.then = unit.now, following[0].now
    row.then, row.text, row.live = (
        row.then + other.then,
        row.text + other.text,
        row.live + other.live,
    )
    row.is_done, row.is_known = row.is_done and other.is_done, row.is_known and other.is_known
    translation.units.remove(following[0])
    store(translation, [place], by)
    return after(translation, unit)


@transaction.atomic
def split_unit(page, language, place, by=None, source=None):
    """Take paragraphs that were joined apart again: the blocks one by one, what is more with the last."""
    translation = locked(page, language, source)
    unit = unit_for(translation, place)
    last, rows = len(unit.now) - 1, []
    for number in range(len(unit.now)):
        piece = slice(number, None if number == last else number + 1)
        row = Row(
            unit.row.then[piece], unit.row.text[piece], unit.row.is_known, unit.row.live[piece]
        )
        row.is_done, row.by, row.at = unit.row.is_done and bool(row.text), unit.row.by, unit.row.at
        rows.append(row)
    at = translation.units.index(unit)
    translation.units[at : at + 1] = [
        Unit(unit.place, unit.kind, unit.is_rich, unit.label, unit.max_length, row, row.then)
        for row in rows
    ]
    store(translation, [place], by)
    return after(translation, unit)


@transaction.atomic
def publish_translation(page, language, by=None, unfinished=False, source=None):
    """Make the draft the live text. Unfinished where paragraphs are missing and nobody has accepted that."""
    type(page)._base_manager.select_for_update().get(pk=page.pk)
    translation = translation_of(page, language, source)
    if translation.unfinished and not unfinished:
        raise Unfinished(translation.unfinished)
    if not translation.draft:
        return translation.page
    return translation.draft.publish(by=by)
