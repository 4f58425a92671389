"""How it stands with the languages of what was touched: computed from the rows, some at a time."""

import time
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.utils import timezone
from django.utils.html import strip_tags

from healthyboost.content.age import age_of, paragraphs, said_by
from healthyboost.content.hanging import prose_fields, prose_lookups, row_key, rows_with_prose
from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import Content, Draft
from healthyboost.glossary.uses import read_again

from .remembering import remember
from .standing import NotNeeded, Standing, still_to_count
from .touching import counted_models

AT_ONCE = 200  # objects that are computed together
WHILE_SOMEBODY_WAITS = 50
LOCK = 4_861_705  # PostgreSQL's advisory lock of the process that counts
KEY = ("content_type", "object_id", "language")
State = Standing.State
TAKE = """
DELETE FROM translation_touched USING (
  SELECT DISTINCT content_type_id, object_id FROM (
    SELECT content_type_id, object_id FROM translation_touched ORDER BY id LIMIT %s
  ) AS first LIMIT %s
) AS taken
WHERE translation_touched.content_type_id = taken.content_type_id
  AND translation_touched.object_id = taken.object_id
RETURNING taken.content_type_id, taken.object_id
"""


def catch_up(limit=WHILE_SOMEBODY_WAITS):
    """Count up to `limit` of the objects that were touched; answers how many are left."""
    counted = count_some(limit)
    return still_to_count() if counted is None or counted >= limit else 0


def catch_up_all(seconds=None):
    """All of them, or as many as there is time for."""
    start = time.monotonic()
    while count_some(AT_ONCE):
        if seconds and time.monotonic() - start > seconds:
            break


@transaction.atomic
def count_some(limit):
    """How many objects were counted; None where another process is counting.

    One process at a time: of two that read the same page, the slower one would store what was so
    before. The notes are taken before the rows are read, so that each change is either read or noted.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM translation_touched)")
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(TAKE, [limit * 10, limit])
        taken = set(cursor.fetchall())
    by_kind = {}
    for kind, number in taken:
        by_kind.setdefault(kind, set()).add(number)
    for kind, numbers in by_kind.items():
        count(kind, numbers)
    return len(taken)


def count(kind, numbers):
    """Store the Standings of these objects of one content type; remove those of what is gone."""
    model = {ContentType.objects.get_for_model(each).pk: each for each in counted_models()}.get(
        kind
    )
    rows = []
    if model:
        rows = model._base_manager.filter(pk__in=numbers).prefetch_related(*prose_lookups(model))
    mine = {"content_type": kind, "object_id__in": numbers}
    drafted, not_needed = (
        set(each.objects.filter(**mine).values_list("object_id", "language"))
        for each in (Draft, NotNeeded)
    )
    before = {(each.object_id, each.language): each for each in Standing.objects.filter(**mine)}
    found, now = [], timezone.now()
    for row in rows:
        compute = of_page if isinstance(row, Content) else of_row
        for standing in compute(row):
            standing.content_type_id, standing.object_id = kind, row.pk
            key = (row.pk, standing.language)
            standing.has_draft = key in drafted
            if key in not_needed and standing.state in Standing.TO_DO:
                standing.state, standing.words = State.NOT_NEEDED, 0
            old = before.pop(key, None)
            is_same = old and (old.state, old.changed) == (standing.state, standing.changed)
            standing.since = old.since if is_same else since(standing, old, now)
            if isinstance(row, Content):
                standing.organisation_id = row.organisation_id
            else:
                standing.public_from = standing.since
            found.append(standing)
    if model:
        remember(model, numbers, rows)
        read_again(kind, numbers)
    if before:
        Standing.objects.filter(pk__in=[each.pk for each in before.values()]).delete()
    Standing.objects.bulk_create(
        found, update_conflicts=True, unique_fields=KEY, update_fields=STORED, batch_size=500
    )


STORED = [
    field.name
    for field in Standing._meta.concrete_fields
    if field.name not in KEY and not field.primary_key
]


def since(standing, old, now):
    """What is counted for the first time has been missing since its source is public."""
    if old or not standing.public_from or standing.state != State.MISSING:
        return now
    return min(now, standing.public_from)


@dataclass
class Said:
    """What of a source has no words in another language."""

    paragraphs: int = 0
    words: int = 0

    def add(self, *texts):
        for text in texts:
            self.paragraphs += len(paragraphs(text))
            self.words += count_words(text)


def count_words(text):
    return len(strip_tags(text).split())


def of_page(page):
    """A Standing for each language of a page in which anything is written."""
    parts, codes = list(rows_with_prose(page)), language_codes()
    said = {code: said_by(page, code) for code in codes}
    if not any(said.values()):
        return
    for code in codes:
        age = age_of(page, code, parts) if said[code] else None
        is_original = code == page.source_language and said[code] and not age
        source = age.language if age else code if is_original else source_for(page, code, said)
        version = page.in_language(source)
        standing = Standing(language=code, source_language=source)
        standing.public_until = version.unpublish_at
        standing.public_from = None if version.withdrawn_at else version.published_at
        if is_original:
            standing.state = State.ORIGINAL
        else:
            fill_in(standing, page, parts, said, age)
        yield standing


def fill_in(standing, page, parts, said, age):
    code, source = standing.language, standing.source_language
    whole, missing, changed, lacking = Said(), Said(), Said(), set()
    for row in (page, *parts):
        for name, text in said_by(row, source).items():
            whole.add(text)
            if not getattr(row, column(name, code)):
                missing.add(text)
                lacking.add(("" if row is page else row_key(row), name))
    standing.total = whole.paragraphs
    standing.minor = age.minor if age else 0
    for each in age.changes if age else ():
        if each.counts and (each.part, each.field) not in lacking:
            changed.paragraphs += each.size
            changed.words += sum(map(count_words, each.now))
    standing.changed = missing.paragraphs + changed.paragraphs
    standing.words = missing.words + changed.words
    standing.state = state_of(bool(said[code]), age, changed.paragraphs, missing.paragraphs)


def state_of(is_written, age, changed, missing):
    if not is_written:
        return State.MISSING
    if changed:
        return State.CHANGED
    if missing:
        return State.INCOMPLETE
    if not age:
        return State.UNKNOWN
    return State.MINOR if age.minor else State.CURRENT


def source_for(page, language, said):
    """What it would be translated from: a text that visitors read, if there is one; the original first."""
    codes = [code for code in dict.fromkeys([page.source_language, "en", *said]) if said[code]]
    others = [code for code in codes if code != language] or codes
    public = [code for code in others if page.is_public_in(code)]
    return (public or others)[0]


def of_row(row):
    """A Standing for each language of a row that is no page, if anybody has named it at all."""
    codes, names = language_codes(), prose_fields(type(row))
    said = {code: said_by(row, code) for code in codes}
    if not any(said.values()):
        return
    for code in codes:
        lacking, source = Said(), ""
        for name in names:
            others = [each for each in dict.fromkeys(["en", *codes]) if name in said[each]]
            if others and name not in said[code]:
                lacking.add(said[others[0]][name])
                source = source or others[0]
        state = state_of(bool(said[code]), None, 0, lacking.paragraphs)
        yield Standing(
            language=code,
            state=state,
            source_language=source or next((each for each in codes if said[each]), ""),
            changed=lacking.paragraphs,
            total=lacking.paragraphs + sum(len(paragraphs(text)) for text in said[code].values()),
            words=lacking.words,
        )
