"""What an entry of the index says, read from the page or the file that it stands for."""

from collections import namedtuple
from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType

from healthyboost.content.gathering import gather_again
from healthyboost.content.languages import column, language_codes, translated_fields
from healthyboost.content.models import content_models

from .indexing import text_of_file, texts_in
from .models import Entry, FileText
from .stored import address_of, rows_by_key

MOST = 10  # entries that are read at once


class Indexed(NamedTuple):
    """An entry, as far as it says what it stands for; a Found is one, too."""

    id: int
    kind: int
    number: int
    language: str
    file: str | None


Numbers = namedtuple("Numbers", [f"number_{place}" for place in range(MOST)])


def numbers(some):
    """Ten of them, whatever there are: the same statement asks for any."""
    return Numbers._make([*some, *[0] * (MOST - len(some))])


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


def read_entries(entries):
    """{number: Read} of MOST entries at most: those that may be read now, whatever the index says."""
    pages, hanging = {}, {}
    for model in content_models():
        kind = ContentType.objects.get_for_model(model).pk
        if theirs := [entry for entry in entries if entry.kind == kind]:
            found = pages_of(model, theirs)
            pages |= {(kind, page.pk): page for page in found["pages"]}
            hanging |= {entry.pk: entry.hanging for entry in found["entries"]}
    held = rows_by_key({entry.file for entry in entries if entry.file})
    said = (
        FileText.objects.defer("more").in_bulk({file.sha256 for file in held.values()})
        if held
        else {}
    )
    found = {}
    for entry in entries:
        page = pages.get((entry.kind, entry.number))
        file = held.get(entry.file)
        if file and page and page.languages:
            found[entry.id] = Read(entry, page, file, file.title, text_of_file(file, said))
        elif page and not entry.file and page.is_public_in(entry.language):
            title, head, rest = texts_in(page, entry.language)
            text = "\n".join(filter(None, [*head, *rest, hanging.get(entry.id)]))
            found[entry.id] = Read(entry, page, None, title, text)
    return found


def pages_of(model, entries):
    """{"pages": those of these entries, "entries": what hangs on them}, without the long texts of other
    languages where all entries are in one."""
    languages = {entry.language for entry in entries if not entry.file}

    def build(pages, entries):
        return {
            "pages": without_long_texts(model, languages).filter(pk__in=pages).select_related(None),
            "entries": Entry.objects.filter(pk__in=entries).only("hanging"),
        }

    if len(languages) > 1:
        languages = set(language_codes())
    return gather_again(
        ("entries", model, *sorted(languages)),
        build,
        pages=numbers([entry.number for entry in entries]),
        entries=numbers([entry.id for entry in entries]),
    )


def without_long_texts(model, languages):
    """All of them but in these languages."""
    translated = set(translated_fields(model))
    left_out = [name for name in model.page_only if name not in translated]
    left_out += [
        column(name, code)
        for name in model.page_only
        if name in translated
        for code in language_codes()
        if code not in languages
    ]
    return model.objects.defer(*left_out)
