"""A list as a table for spreadsheets: the same members, one column each, one line an object."""

import csv

from healthyboost.content.languages import language_codes

from .cursors import rows_behind
from .gathered import Gathered
from .members import members_in_lists

AT_ONCE = 250  # objects that are in memory together
# A spreadsheet computes what begins so.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
FACTS = ("origin", "state", "changed_at")


class Line:
    """What csv.writer writes to: a line comes back instead of going to a file."""

    def write(self, line):
        return line


def lines_of(resource, queryset, language, number=None, after=None):
    """The lines of the table: all rows of the list, or the first `number`, some at a time."""
    writer = csv.writer(Line())
    yield "\ufeff" + writer.writerow(columns_of(resource, language))  # or Latin letters only
    left = number
    while left is None or left > 0:
        rows = rows_behind(queryset, after, min(AT_ONCE, left or AT_ONCE))
        for said in Gathered(resource, rows, language, members_in_tables(resource)).objects():
            cells = cells_of(resource, said, language)
            yield writer.writerow([harmless(cell) for cell in cells.values()])
        if len(rows) < AT_ONCE:
            return
        after = (rows[-1].date, rows[-1].pk)
        left = left and left - len(rows)


def harmless(cell):
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULAS) else cell


def columns_of(resource, language):
    return list(cells_of(resource, None, language))


def members_in_tables(resource):
    """Those that fit in a cell: rows that hang on an object do not."""
    members = members_in_lists(resource.model)
    return [each for each in members if each.kind not in ("rows", "json", "file")]


def cells_of(resource, said, language):
    """{column: cell} of what an object says; the same columns with None for no object."""
    cells = {"type": resource.type_name, "url": said and said["url"]}
    cells["languages"] = said and " ".join(said["languages"])
    for code in [language] if language else language_codes():
        cells[f"page_{code}"] = said and said["pages"].get(code)
    cells["changed_at"] = said and said["changed_at"]
    for member in members_in_tables(resource):
        value = said and said[member.name]
        if member.kind in ("text", "html"):
            cells |= cells_of_texts(member, value or [], language)
        elif member.kind == "date":
            cells[member.name] = value and value["value"]
            cells[f"{member.name}_precision"] = value and value["precision"]
        elif member.kind == "one":
            cells[member.name] = value and name_of(value)
        elif member.kind == "many":
            cells[member.name] = value and " ".join(name_of(each) for each in value)
        else:
            cells[member.name] = value
    return cells


def name_of(target):
    """The slug of what stands behind a foreign key, or the name of what has none."""
    return target.get("slug") or target.get("name")


def cells_of_texts(member, texts, language):
    """One column of words where one language was asked, with a column for the language that it is in."""
    if language:
        text = texts[0] if texts else {}
        cells = {
            member.name: text.get(member.kind),
            f"{member.name}_language": text.get("language"),
        }
        if member.name == "title":
            cells |= {fact: text.get(fact) for fact in FACTS}
        return cells
    by_code = {text["language"]: text for text in texts}
    cells = {
        f"{member.name}_{code}": words(by_code, code, member.kind) for code in language_codes()
    }
    if member.name == "title":
        for fact in FACTS:
            cells |= {f"{fact}_{code}": words(by_code, code, fact) for code in language_codes()}
    return cells


def words(by_code, code, name):
    return by_code[code][name] if code in by_code else None
