"""The database to a folder. The same content always gives the same bytes."""

import datetime
import io
import re
import shutil
from contextlib import contextmanager
from decimal import Decimal

import yaml
from django.db import connection, models, transaction
from django.db.models.functions import Collate
from django.utils import timezone

from healthyboost.content.languages import column, language_codes
from healthyboost.content.richtext import RichTextField

from .documents import document_of, key_of, with_parts
from .shapes import folder_name, models_with_files, shape_of

# YAML gives these back as they were only from double quotes.
UNUSUAL = re.compile(
    r"[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
NOT_IN_A_BLOCK = re.compile(r"\A[ \n]| \n| \Z")
TEXT, LIST, MAPPING = (f"tag:yaml.org,2002:{name}" for name in ("str", "seq", "map"))


def dump(folder, say=lambda words: None):
    """Write all objects; the number of them. The folder must be there."""
    with one_moment():
        return sum(
            dump_model(model, folder / folder_name(model), say) for model in models_with_files()
        )


@contextmanager
def one_moment():
    """A transaction that sees one state of the database, whatever others write meanwhile."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def dump_model(model, folder, say):
    shape = shape_of(model)
    rows = model._base_manager.order_by(Collate(shape.key, "C"))
    taken, count = set(), 0
    for row in with_parts(rows, shape).iterator(chunk_size=200):
        folder.mkdir(exist_ok=True)
        document = document_of(row, shape)
        give_names_to_files(document, folder, taken)
        path = folder / f"{key_of(row)}.yaml"
        path.write_text(as_yaml(document), encoding="utf-8", newline="\n")
        count += 1
        if count % 1000 == 0:
            say(f"{folder.name}: {count}")
    say(f"{folder.name}: {count}")
    return count


def give_names_to_files(document, folder, taken):
    """Copy the files; where two have one name, the later one gets a number."""
    for name, field in document.shape.columns.items():
        if isinstance(field, models.FileField) and name in document.values:
            file = document.values[name]
            document.values[name] = path = free_path(folder, address_of(file), taken)
            with file.open("rb") as stream, path.open("wb") as copy:
                shutil.copyfileobj(stream, copy)
    for part in document.all_parts():
        give_names_to_files(part, folder, taken)


def address_of(file):
    """An upload may have another name by now than its first, which is that of its address."""
    return getattr(file, "address", file.name)


def free_path(folder, name, taken):
    path = original = folder / name.rpartition("/")[2]
    number = 1
    while path.name in taken:
        number += 1
        path = original.with_stem(f"{original.stem}-{number}")
    taken.add(path.name)
    return path


def as_yaml(document):
    return yaml.serialize(
        node_of(document), Dumper=yaml.SafeDumper, allow_unicode=True, width=float("inf")
    )


def node_of(document):
    """Facts and short lists first, then the texts by language, then the parts."""
    shape, entries = document.shape, {}
    for name, field in shape.fields.items():
        if name in document.values:
            entries[name] = value_node(field, document.values[name])
    parts = {
        name: (part.shape.only_field, [node_of(each) for each in document.parts[name]])
        for name, part in shape.parts.items()
        if document.parts.get(name)
    }
    entries |= {name: list_node(nodes) for name, (is_plain, nodes) in parts.items() if is_plain}
    for code in language_codes():
        texts = {
            name: value_node(shape.columns[column(name, code)], document.values[column(name, code)])
            for name in shape.translated
            if column(name, code) in document.values
        }
        if texts:
            entries[code] = mapping_node(texts)
    entries |= {name: list_node(nodes) for name, (is_plain, nodes) in parts.items() if not is_plain}
    if shape.only_field and len(entries) == 1:
        return entries[shape.only_field]
    return mapping_node(entries)


def mapping_node(entries):
    pairs = [(yaml.ScalarNode(TEXT, name), node) for name, node in entries.items()]
    return yaml.MappingNode(MAPPING, pairs, flow_style=not pairs)


def list_node(nodes):
    return yaml.SequenceNode(LIST, nodes, flow_style=not nodes)


def value_node(field, value):
    if field.many_to_many:
        return list_node([yaml.ScalarNode(TEXT, key) for key in value])
    if isinstance(field, models.FileField):
        return yaml.ScalarNode(TEXT, value.name)
    if isinstance(field, models.JSONField):
        dumper = DataDumper(io.StringIO(), default_flow_style=False, sort_keys=False)
        return dumper.represent_data(value)
    if isinstance(value, str):
        return text_node(value, is_block=isinstance(field, RichTextField))
    if isinstance(value, Decimal):
        return yaml.ScalarNode(TEXT, str(value), style="'")
    if isinstance(value, datetime.datetime):
        return plain_node(say_moment(value))
    if isinstance(value, bool) or value is None:
        return plain_node({True: "true", False: "false", None: "null"}[value])
    return plain_node(str(value))


class DataDumper(yaml.SafeDumper):
    """Lists and mappings with their texts as they stand elsewhere in a file."""

    def represent_str(self, text):
        return text_node(text, is_block=False) if "\n" in text else super().represent_str(text)


DataDumper.add_representer(str, DataDumper.represent_str)


def text_node(text, is_block):
    is_block = is_block or "\n" in text
    if UNUSUAL.search(text) or is_block and NOT_IN_A_BLOCK.search(text):
        return yaml.ScalarNode(TEXT, text, style='"')
    if is_block:
        return yaml.ScalarNode(TEXT, f"{text}\n", style="|")
    return yaml.ScalarNode(TEXT, text)


def plain_node(text):
    """Written without quotes, whatever YAML takes it for."""
    tag = yaml.resolver.Resolver().resolve(yaml.ScalarNode, text, (True, False))
    return yaml.ScalarNode(tag, text)


def say_moment(moment):
    """In the portal's zone, to the minute; with seconds or an offset only where they are needed."""
    local = timezone.localtime(moment)
    naive = local.replace(tzinfo=None)
    is_round = not (naive.second or naive.microsecond)
    exact = naive.isoformat(" ", timespec="minutes" if is_round else "auto")
    is_plain = timezone.make_aware(naive.replace(fold=0)) == moment
    return exact if is_plain else exact + local.isoformat()[-6:]
