"""What an entry of the index says, read from the page or the file that it stands for."""

from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db import connection

from healthyboost.content.gathering import gather
from healthyboost.content.languages import column, language_codes, translated_fields
from healthyboost.content.models import content_models

from .indexing import text_of_file, texts_in
from .models import FileText
from .stored import address_of, rows_by_key

ENTRIES = """
SELECT id, content_type_id, object_id, language, file, hanging FROM search_entry WHERE id = ANY(%s)
"""


class Indexed(NamedTuple):
    """An entry, as far as it is read here: with its words it would be a hundred times as large."""

    id: int
    content_type_id: int
    object_id: int
    language: str
    file: str | None
    hanging: str


@dataclass
class Read:
    """An entry with its page, and the file that it stands for; `title` and `text` are those of both."""

    entry: Indexed
    page: object
    file: object  # None: the page itself
    title: str
    text: str

    @property
    def address(self):
        return address_of(self.file)


def read_entries(numbers):
    """{number: Read} of the entries that may be read now, whatever the index says."""
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES, [list(numbers)])
        entries = {row[0]: Indexed(*row) for row in cursor.fetchall()}
    models = {ContentType.objects.get_for_model(model).pk: model for model in content_models()}
    wanted = {}
    for kind, model in models.items():
        theirs = [entry for entry in entries.values() if entry.content_type_id == kind]
        if theirs:
            wanted[str(kind)] = pages_of(model, theirs)
    rows = gather(**wanted)
    pages = {(kind, page.pk): page for kind in models for page in rows.get(str(kind), ())}
    held = rows_by_key({entry.file for entry in entries.values() if entry.file})
    said = (
        FileText.objects.defer("more").in_bulk({file.sha256 for file in held.values()})
        if held
        else {}
    )
    found = {}
    for number, entry in entries.items():
        page = pages.get((entry.content_type_id, entry.object_id))
        file = held.get(entry.file)
        if file and page and page.languages:
            found[number] = Read(entry, page, file, file.title, text_of_file(file, said))
        elif page and not entry.file and page.is_public_in(entry.language):
            title, head, rest = texts_in(page, entry.language)
            text = "\n".join(filter(None, [*head, *rest, entry.hanging]))
            found[number] = Read(entry, page, None, title, text)
    return found


def pages_of(model, entries):
    """The pages of these entries, without the long texts of languages that none of them is in."""
    languages = {entry.language for entry in entries if not entry.file}
    translated = set(translated_fields(model))
    left_out = [name for name in model.page_only if name not in translated]
    left_out += [
        column(name, code)
        for name in model.page_only
        if name in translated
        for code in language_codes()
        if code not in languages
    ]
    pages = model.objects.filter(pk__in=[entry.object_id for entry in entries])
    return pages.defer(*left_out).select_related(None)
