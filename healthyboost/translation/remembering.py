"""What goes into the memory: the pairs of paragraphs of published texts, and the interface.

remember(model, numbers, pages)      what counting.py counts anew, because something of it changed
remember_strings(language, strings)  of the interface
"""

import json
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override

from healthyboost.content.hanging import row_key, rows_with_prose
from healthyboost.content.history import revisions_of
from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import Content, Origin
from healthyboost.content.richtext import RichTextField

from .alignment import rows_of_live
from .memory import ENGLISH, MemoryEntry, plain_words
from .units import Place, blocks_of, made_rows, then_of, worded_fields, written

COMPARED = (
    "source", "source_html", "text", "is_rich", "title", "address", "origin", "by_id", "at",
    "public_from", "public_until",
)  # fmt: skip


@dataclass
class Pair:
    """A text in two languages, as HTML if it is rich."""

    place: str
    source: str
    text: str
    is_rich: bool = False
    label: str = ""  # "body", "pilotstep.text": as the history names it


def remember(model, numbers, pages):
    """Make the memory of these objects what is public of them; a fixed number of queries.

    `numbers`: primary keys of all of them; `pages`: those that still exist, pages or rows such as
    themes, with hanging.prose_lookups() at hand.
    """
    kind = ContentType.objects.get_for_model(model)
    kept = []
    for page in pages:
        for language in language_codes():
            source = source_of(page, language)
            moments = public_moments(page, (source, language)) if source else None
            for pair in pairs_of(page, source, language) if moments else ():
                kept += both_ways(page, pair, source, language, *moments)
    store(MemoryEntry.objects.filter(content_type=kind, object_id__in=numbers), kept)


def remember_strings(language, strings):
    """Make the memory of the interface what it says now in `language`.

    `strings`: (number of the wording, original, translation, by: a person or None, at) of each one
    that is translated; a string with plural forms has the forms of the plural.
    """
    kept = []
    for number, source, text, by, at in strings:
        if not source.strip() or not text.strip():
            continue
        ways = ((ENGLISH, language, source, text), (language, ENGLISH, text, source))
        kept += [
            MemoryEntry(
                source_language=one,
                language=other,
                source=plain_words(said, False),
                source_html=said,
                text=meant,
                place=str(number),
                pair=f"{ENGLISH}>{language}",
                by=by,
                at=at,
            )
            for one, other, said, meant in ways
        ]
    store(MemoryEntry.objects.of_interface(language), kept)


def source_of(page, language):
    """The language that the public text in `language` was made from; "" where there is none."""
    if not isinstance(page, Content):
        for name in worded_fields(type(page)):
            for code in (ENGLISH, *language_codes()):
                if getattr(page, column(name, code)):
                    return code if code != language else ""
        return ""
    made = getattr(page, column("made_from", language))
    code = (made or {}).get("language") or page.source_language
    return code if code != language and code in language_codes() else ""


def public_moments(page, codes):
    """(from, until) of the time when both languages can be read; None where that never comes."""
    if not isinstance(page, Content):
        return None, None
    versions = [page.in_language(code) for code in codes]
    if any(version.withdrawn_at or not version.published_at for version in versions):
        return None
    ends = [version.unpublish_at for version in versions if version.unpublish_at]
    return max(version.published_at for version in versions), min(ends, default=None)


def pairs_of(page, source, language):
    """The Pairs of what visitors read; a paragraph counts as it was when it was translated."""
    made = getattr(page, column("made_from", language), None) or {}
    for row in (page, *rows_with_prose(page)):
        part = "" if row is page else row_key(row)
        for name in worded_fields(type(row)):
            is_rich = isinstance(type(row)._meta.get_field(name), RichTextField)
            now, text = (
                blocks_of(getattr(row, column(name, code)), is_rich) for code in (source, language)
            )
            then = then_of(made, part, name, is_rich)
            if then is None and len(now) != len(text):
                continue  # nobody knows which belong together
            rows = rows_of_live(
                then if then is not None else now, text, made_rows(made, f"{part}|{name}"), now
            )
            label = f"{row._meta.model_name}.{name}" if part else name
            for number, each in enumerate(rows):
                if each.then and each.text:
                    said, meant = (written(blocks, is_rich) for blocks in (each.then, each.text))
                    yield Pair(str(Place(part, name, number)), said, meant, is_rich, label)


def both_ways(page, pair, source, language, public_from, public_until):
    """The two entries of a Pair."""
    for one, other, said, meant in (
        (source, language, pair.source, pair.text),
        (language, source, pair.text, pair.source),
    ):
        words = plain_words(said, pair.is_rich)
        if words and plain_words(meant, pair.is_rich):
            entry = MemoryEntry(
                source_language=one,
                language=other,
                source=words,
                source_html=said,
                text=meant,
                is_rich=pair.is_rich,
                content_type=ContentType.objects.get_for_model(page),
                object_id=page.pk,
                place=pair.place,
                pair=f"{source}>{language}",
                title=title_of(page, other),
                address=address_of(page, other),
                origin=getattr(page, column("origin", language), "") or Origin.HUMAN,
                public_from=public_from,
                public_until=public_until,
            )
            entry.label = pair.label
            yield entry


def title_of(page, language):
    if isinstance(page, Content):
        return page.in_language(language).title[:250]
    return str(page)[:250]


def address_of(page, language):
    """Where the text is read; of what has no page of its own: its form."""
    if isinstance(page, Content):
        with override(language):
            return page.get_absolute_url()
    return reverse(f"admin:{page._meta.app_label}_{page._meta.model_name}_change", args=[page.pk])


@transaction.atomic
def store(existing, wanted):
    """Leave what is the same, write anew what differs, add and take away the rest."""
    there = {key_of(entry): entry for entry in existing}
    new, gone = [], []
    for entry in wanted:
        same = there.pop(key_of(entry), None)
        if same and same.text == entry.text and not entry.is_interface:
            entry.by_id, entry.at = same.by_id, same.at
        if same is None:
            new.append(entry)
        elif any(getattr(same, name) != getattr(entry, name) for name in COMPARED):
            new.append(entry)
            gone.append(same.pk)
    sign([entry for entry in new if not entry.is_interface and not entry.at])
    gone += [entry.pk for entry in there.values()]
    MemoryEntry.objects.filter(pk__in=gone).delete()
    MemoryEntry.objects.bulk_create(new, batch_size=500)


def key_of(entry):
    return entry.object_id, entry.pair, entry.language, entry.place


def sign(entries):
    """Who wrote them last and when, as the histories of their pages tell."""
    if not entries:
        return
    model = ContentType.objects.get_for_id(entries[0].content_type_id).model_class()
    pages = {entry.object_id for entry in entries}
    changes = revisions_of(model, pages).order_by("-pk")
    who = {}
    for page, comment, user, at in changes.values_list(
        "version__object_id", "comment", "user_id", "date_created"
    ).distinct():
        for place in places_of(comment):
            who.setdefault((int(page), place), (user, at))
    for entry in entries:
        language = entry.pair.partition(">")[2]
        found = who.get((entry.object_id, f"{language}:{entry.label}"))
        entry.by_id, entry.at = found or (None, entry.public_from)


def places_of(comment):
    """What a change of the history says that it changed: "lv:body"."""
    try:
        said = json.loads(comment)
    except ValueError:
        return ()
    return said.get("differs", ()) if isinstance(said, dict) else ()
