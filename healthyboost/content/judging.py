"""What a person says of a change to the source: it matters to the translations, or it does not.

Both stand in made_from, so that whoever asks for the age of a translation needs to ask nothing else.
“Only a correction” makes the new paragraph the one that the translation was made from. “It matters”
keeps the words of the paragraph in made_from["matters"], whose marks or punctuation say something.
"""

from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from .age import Change, age_of, paragraphs, plain
from .blocks import parse
from .drafts import Draft
from .hanging import hanging_rows, row_key
from .languages import column, language_codes


@dataclass
class Judged:
    """A Change of the source, and the languages that were translated from what it said before."""

    change: Change
    source: str
    languages: list = field(default_factory=list)


def changes_to_judge(page, parts=None):
    """What has changed since the translations were made, counted or not: [Judged], by source language."""
    parts, found = hanging_rows(page) if parts is None else parts, {}
    for code in language_codes():
        age = age_of(page, code, parts)
        for change in age.changes if age else ():
            key = (age.language, change.token, change.counts)
            judged = found.setdefault(key, Judged(change, age.language))
            judged.languages.append(code)
    return list(found.values())


@transaction.atomic
def judge(page, source, tokens, matters, languages=None):
    """Say of the Changes with these tokens that they matter, or that they do not.

    For all translations from `source`, or for those of `languages`, and for their drafts. Answers
    {language: [Change]} of what is otherwise now; what is no longer so by now is left alone.
    """
    page = type(page)._base_manager.select_for_update().get(pk=page.pk)
    parts, judged, columns = hanging_rows(page), {}, []
    for code in languages or language_codes():
        made = getattr(page, column("made_from", code))
        found, made = judged_in(page, code, parts, made, source, tokens, matters)
        if found:
            judged[code] = found
            columns.append(column("made_from", code))
            setattr(page, columns[-1], made)
    if columns:
        page.save(update_fields=columns)
    kind = ContentType.objects.get_for_model(page)
    drafts = Draft.objects.select_for_update().filter(content_type=kind, object_id=page.pk)
    for draft in drafts.filter(language__in=languages or language_codes()):
        found, made = judged_in(
            page, draft.language, parts, draft.made_from, source, tokens, matters
        )
        if found:
            judged.setdefault(draft.language, found)
            Draft.objects.filter(pk=draft.pk).update(made_from=made)
    return judged


def judged_in(page, code, parts, made, source, tokens, matters):
    """([Change] that are otherwise now, made_from as it is to be)"""
    age = age_of(page, code, parts, made) if made else None
    if not age or age.language != source:
        return [], made
    found = [each for each in age.changes if each.token in tokens and not (matters and each.counts)]
    if not found:
        return [], made
    if matters:
        words = {plain(paragraph) for each in found for paragraph in each.now}
        return found, {**made, "matters": sorted({*made.get("matters", ()), *words})}
    return found, corrected(made, found, {"": page, **{row_key(row): row for row in parts}}, source)


def corrected(made, changes, rows, source):
    """`made` as if the translation had been made from the paragraphs as they are now."""
    made = {**made, "texts": dict(made["texts"])}
    if "parts" in made:
        made["parts"] = {key: dict(texts) for key, texts in made["parts"].items()}
    for part, name in {(each.part, each.field) for each in changes}:
        texts = made["parts"].setdefault(part, {}) if part else made["texts"]
        mine = [each for each in changes if (each.part, each.field) == (part, name)]
        old, now = texts.get(name, ""), getattr(rows[part], column(name, source)) or ""
        text = with_changes(old, mine)
        if paragraphs(text) == paragraphs(now):
            text = now  # with what holds the paragraphs together
        texts[name] = text
        if not text:
            del texts[name]
        if len(parse(text)) != len(parse(old)):  # units.py counts by what stood there
            counted = made.get("rows", {})
            made["rows"] = {key: rows for key, rows in counted.items() if key != f"{part}|{name}"}
    settled = {plain(paragraph) for each in changes for paragraph in each.now}
    made["matters"] = [words for words in made.get("matters", ()) if words not in settled]
    return {name: value for name, value in made.items() if value or name in ("texts", "parts")}


def with_changes(text, changes):
    """`text` with the paragraphs of `changes` in the place of those that it had."""
    lines = text.split("\n") if text else []
    said = [number for number, line in enumerate(lines) if paragraphs(line)]
    for each in sorted(changes, key=lambda each: (-each.place, not each.then)):  # from the end
        if each.then:
            first, last = said[each.place], said[each.place + len(each.then) - 1] + 1
        else:
            first = last = said[each.place] if each.place < len(said) else len(lines)
        lines[first:last] = each.now
    return "\n".join(lines)
