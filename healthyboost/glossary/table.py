"""The glossary as a table (CSV): one row a term, one column a language, as in locale/glossary.csv.

A cell holds the preferred wording, then what else is right, then what to avoid with an exclamation
mark: "starpnozaru sadarbība | !starpsektoru sadarbība". A term that is not in use has # before its
identifier.
"""

import csv
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from healthyboost.content.languages import column, language_codes

from .models import Term

NAME = "glossary.csv"  # in the folder of the catalogues
BETWEEN, AVOID, UNUSED = " | ", "!", "#"


class Unreadable(Exception):
    """The table is no glossary; each argument is a sentence with the line."""


@dataclass
class Loaded:
    new: list = field(default_factory=list)  # identifiers
    changed: list = field(default_factory=list)
    differing: list = field(default_factory=list)  # (identifier, column, the portal's, the file's)


def table_path():
    return settings.LOCALE_PATHS[0] / NAME


def columns():
    return [*language_codes(), "note"]


def row_of(term):
    """{column: cell} of a term."""
    cells = {code: cell_of(term, code) for code in language_codes()}
    return {**cells, "note": term.note}


def cell_of(term, code):
    avoided = [AVOID + each for each in term.said("avoid", code)]
    return BETWEEN.join([*term.said("preferred", code), *term.said("also", code), *avoided])


def take(term, name, cell):
    if name == "note":
        term.note = cell
        return
    wordings = [each.strip() for each in cell.split(BETWEEN.strip()) if each.strip()]
    right = [each for each in wordings if not each.startswith(AVOID)]
    avoided = [each.removeprefix(AVOID).strip() for each in wordings if each.startswith(AVOID)]
    setattr(term, column("preferred", name), right[0] if right else "")
    setattr(term, column("also", name), "\n".join(right[1:]))
    setattr(term, column("avoid", name), "\n".join(avoided))


def write(file):
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["id", *columns()])
    for term in in_order_of_file(Term.objects.all()):
        cells = row_of(term)
        mark = "" if term.is_active else UNUSED
        table.writerow([mark + term.identifier, *(cells[name] for name in columns())])


def in_order_of_file(terms):
    """As they were loaded, then what people added."""
    return sorted(terms, key=lambda term: (term.loaded.get("line", 10**9), term.identifier))


def read(file):
    """[(identifier, is it in use, {column: cell})]; Unreadable with all that is wrong."""
    try:
        rows = list(csv.DictReader(file, restkey="more"))
    except (csv.Error, UnicodeDecodeError) as error:
        raise Unreadable(f"This is no table: {error}") from error
    if not rows:
        raise Unreadable("There is no row in the table.")
    if lacking := [name for name in ("id", *columns()) if name not in rows[0]]:
        raise Unreadable(f"Line 1: there is no column {', '.join(lacking)}.")
    found, faults = {}, []
    for line, row in enumerate(rows, 2):
        identifier = (row["id"] or "").strip()
        key = identifier.removeprefix(UNUSED)
        if "more" in row or None in row.values():
            faults.append(f"Line {line}: it has not as many cells as line 1.")
        elif key in found:
            faults.append(f"Line {line}: {key} stands here a second time.")
        else:
            found[key] = (identifier == key, {name: row[name].strip() for name in columns()})
            faults += [f"Line {line}: {fault}" for fault in faults_of(key, found[key][1])]
    if faults:
        raise Unreadable(*faults)
    return [(identifier, *each) for identifier, each in found.items()]


def faults_of(identifier, cells):
    term = Term(identifier=identifier)
    for name, cell in cells.items():
        take(term, name, cell)
    try:
        term.full_clean(validate_unique=False)
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            yield f"{name}: {' '.join(messages)}"


@transaction.atomic
def load(file):
    """New rows, and what changed in the file since it was last loaded; what people wrote stays."""
    rows, loaded, written = read(file), Loaded(), []
    terms = {term.identifier: term for term in Term.objects.select_for_update()}
    for line, (identifier, is_active, cells) in enumerate(rows, 1):
        term = terms.get(identifier)
        if term is None:
            term = Term(identifier=identifier, is_active=is_active)
            loaded.new.append(identifier)
            terms[identifier] = term
        before = row_of(term)
        for name, cell in cells.items():
            if before[name] == cell:
                continue
            if term.pk is None or before[name] == term.loaded.get(name, ""):
                take(term, name, cell)
            else:
                loaded.differing.append((identifier, name, before[name], cell))
        if term.pk and row_of(term) != before:
            loaded.changed.append(identifier)
        if term.loaded != (now := {**cells, "line": line}):
            term.loaded = now
            written.append(term)
    Term.objects.bulk_create([term for term in written if not term.pk])
    if stored := [term for term in written if term.pk]:
        Term.objects.bulk_update(stored, fields())
    return loaded


def fields():
    """Names of the columns that a table says something of."""
    kinds = ("preferred", "also", "avoid")
    return ["note", "loaded", *(column(kind, code) for kind in kinds for code in language_codes())]


def load_file():
    """The table that comes with the portal; None where there is none."""
    path = table_path()
    if not path.exists():
        return None
    with path.open(encoding="utf-8-sig", newline="") as file:
        return load(file)
