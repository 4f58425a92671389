"""Pages written into the index: all their languages, drafts and files at once."""

import re
from dataclasses import dataclass
from html import unescape

from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable

from healthyboost.content.hanging import prose_fields, prose_lookups, row_key, rows_with_prose
from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import content_models, text_fields
from healthyboost.content.richtext import BLOCK_END
from healthyboost.words import fold

from .lexemes import Vector, marks_of
from .models import Entry, FileText, Touched
from .sounds import sounds_of
from .stored import file_relations, files_of

TITLES = ("title",)
HEAD = ("summary", "city")  # what counts more than the text
SPACE = re.compile(r"<br>|</t[dh]>")
TAG = re.compile(r"<[^>]*>")
COLUMNS = {
    **{"content_type_id": "int4", "object_id": "int8", "language": "text", "file": "text"},
    **{"is_draft": "bool", "date": "timestamptz", "published_at": "timestamptz"},
    **{"unpublish_at": "timestamptz", "hanging": "text", "words": "bytea"},  # Vector.packed()
}
COPY = f"COPY {Entry._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"


BATCH = 100  # pages that are indexed in one transaction in the background
PATIENCE = "300ms"  # less than PostgreSQL's deadlock_timeout


@dataclass
class Text:
    """What is to be indexed of one language of a page, of a draft or of a file."""

    language: str
    title: str
    head: list
    texts: list
    hanging: list = ()
    weight: str = "C"
    file: str | None = None
    is_draft: bool = False
    published_at: object = None
    unpublish_at: object = None


def index(model, numbers):
    """Read the pages with these primary keys again; those that are gone go from the index.

    Their rows are locked first: who reads a page again while somebody saves it waits, then reads
    what was saved.
    """
    kind = ContentType.objects.get_for_model(model)
    numbers = list(numbers)
    locked = model._base_manager.filter(pk__in=numbers).select_for_update(no_key=True)
    pages = model._base_manager.filter(pk__in=numbers).prefetch_related(
        *prose_lookups(model), "themes", "drafts",
        *file_relations(model),
    )  # fmt: skip
    with transaction.atomic():
        list(locked.order_by("pk").values_list("pk"))
        pages = list(pages)
        known = FileText.objects.defer("more").in_bulk(
            {file.sha256 for page in pages for file in files_of(page)}
        )
        rows, said = [], {}
        for page in pages:
            for text in texts_of(page, known):
                rows.append(row_of(page, kind, text, said))
        of_these = {"content_type": kind, "object_id__in": numbers}
        Touched.objects.filter(**of_these).delete()
        Entry.objects.filter(**of_these).delete()
        with connection.wrap_database_errors, connection.cursor() as cursor:
            with cursor.cursor.copy(COPY) as copy:
                copy.set_types(list(COLUMNS.values()))
                for row in rows:
                    copy.write_row(row)
        remember_words(said)


def texts_of(page, known):
    """Every Text of a page; `known` is {sha256: FileText}."""
    # words beside a page that a row shows are read only where that page is: it has an entry of its own
    rows = [row for row in rows_with_prose(page) if not getattr(row, "shows_page", False)]
    for code in language_codes():
        title, head, texts = texts_in(page, code)
        hanging = [said(row, name, code) for row in rows for name in prose_fields(type(row))]
        hanging = list(filter(None, hanging))
        if title or head or texts:
            version = page.in_language(code)
            is_shown = version.published_at and not version.withdrawn_at
            yield Text(
                code, title, head, texts, hanging,
                published_at=version.published_at if is_shown else None,
                unpublish_at=version.unpublish_at if is_shown else None,
            )  # fmt: skip
        for draft in page.drafts.all():
            if draft.language == code and draft.has_changes:
                words = {name: plain(text) for name, text in draft.fields.items()}
                parts = [plain(text) for part in draft.rows.values() for text in part.values()]
                title, head, texts = texts_in(page, code, words)
                yield Text(code, title, head, texts, [*hanging, *parts], is_draft=True)
    public = [page.in_language(code) for code in language_codes()]
    public = [each for each in public if each.published_at and not each.withdrawn_at]
    ends = [each.unpublish_at for each in public]
    for file in files_of(page):
        text = text_of_file(file, known)
        yield Text(
            file.language, file.title, [], [text], (), "D", row_key(file),
            published_at=min((each.published_at for each in public), default=None),
            unpublish_at=None if None in ends else max(ends, default=None),
        )  # fmt: skip


def text_of_file(file, known):
    """What it says, and what is said in it; `known` is {sha256: FileText}."""
    said = known[file.sha256].text if file.sha256 in known else ""
    return "\n".join(filter(None, [said, plain(getattr(file, "transcript", ""))]))


def is_choice(page, name, code):
    """A word of ours that stands for another: "translation"."""
    return bool(page._meta.get_field(column(name, code)).choices)


def texts_in(page, code, changed=()):
    """(title, texts that count more, all others) of a page in one language, without marks."""
    names = [name for name in text_fields(type(page)) if not is_choice(page, name, code)]
    texts = {name: said(page, name, code) for name in names}
    texts |= {name: text for name, text in dict(changed).items() if name in names}
    title = " ".join(texts.get(name, "") for name in TITLES)
    head = [texts.get(name, "") for name in HEAD]
    rest = [text for name, text in texts.items() if name not in TITLES + HEAD]
    return title, list(filter(None, head)), list(filter(None, rest))


def said(row, name, code):
    return plain(getattr(row, column(name, code)))


def plain(text):
    """A text without marks; its blocks on lines of their own."""
    text = BLOCK_END.sub("\n", SPACE.sub(" ", (text or "").replace("\0", "")))
    return "\n".join(filter(None, map(str.strip, unescape(TAG.sub("", text)).splitlines())))


def row_of(page, kind, text, said):
    """The columns of an Entry; the words of what is public are counted in `said`."""
    vector = Vector(text.language)
    words = set(vector.add(text.title, "A"))
    for each in text.head:
        words.update(vector.add(each, "B"))
    for each in (*text.texts, *text.hanging):
        words.update(vector.add(each, text.weight))
    if text.published_at:
        for word in words:
            said[text.language, word] = said.get((text.language, word), 0) + 1
    themes = [theme.pk for theme in page.themes.all()]
    marks = list(marks_of(type(page)._meta.label_lower, page.date, themes))
    return (
        kind.pk, page.pk, text.language, text.file, text.is_draft, page.date,
        text.published_at, text.unpublish_at, "" if text.is_draft else "\n".join(text.hanging),
        vector.packed(marks),
    )  # fmt: skip


REMEMBER = """
INSERT INTO search_spokenword (language, word, folded, sounds, texts)
SELECT * FROM (
  SELECT language, word, folded, string_to_array(sounds, ' '), texts
  FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::int[])
    AS said (language, word, folded, sounds, texts)
) AS said
WHERE NOT EXISTS (
  SELECT FROM search_spokenword AS known
  WHERE known.word = said.word AND known.language = said.language
)
"""


def remember_words(said):
    """Words that may be offered where a query finds nothing; numbers and single letters are none."""
    rows = [
        (language, word, fold(word), " ".join(sounds_of(word, language)), texts)
        for (language, word), texts in said.items()
        if 3 <= len(word) <= 60 and word.isalpha()
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(REMEMBER, list(map(list, zip(*rows, strict=True))))


def catch_up(limit=500):
    """Index what changed without the portal's own code; answers how many pages were read."""
    done = 0
    for model in content_models():
        kind = ContentType.objects.get_for_model(model)
        touched = Touched.objects.filter(content_type=kind).order_by("object_id")
        numbers = list(touched.values_list("object_id", flat=True).distinct()[:limit])
        done += len(numbers) - len(index_patiently(model, numbers))
    return done


def index_or_touch(model, numbers):
    """Index many pages while others save; what somebody holds is looked at again later."""
    kind = ContentType.objects.get_for_model(model)
    left = index_patiently(model, numbers)
    Touched.objects.bulk_create([Touched(content_type=kind, object_id=each) for each in left])


def index_patiently(model, numbers):
    """Answers the pages that were left for later.

    Who saves waits for no more than BATCH pages, and a page that somebody holds is left to them.
    """
    left = []
    for start in range(0, len(numbers), BATCH):
        batch = numbers[start : start + BATCH]
        if not index_now(model, batch):
            left += [
                number for number in batch if len(batch) == 1 or not index_now(model, [number])
            ]
    return left


def index_now(model, numbers):
    """Whether the pages could be indexed at once: who saves must never be the one to give up."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
            index(model, numbers)
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
            return False
        raise
    return True
