"""Everywhere that a person is named: in every table that the database has, and in stored files.

A row is met by a look for some letters of the name; what it says is read here, so that no spelling and
no escape hides it (naming.py).
"""

from functools import cache
from itertools import batched, chain

from django.apps import apps
from django.db import connection, models

from healthyboost.accounts.models import User
from healthyboost.content.history import parts_of
from healthyboost.content.languages import translated_fields
from healthyboost.content.models import content_models
from healthyboost.media.fields import UploadField
from healthyboost.search.models import FileText

from .in_files import in_captions, in_texts
from .mentions import Fate, Mention
from .naming import INVISIBLE

COLUMNS = """
SELECT columns.table_name, array_agg(column_name::text ORDER BY ordinal_position)
FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
  AND data_type IN ('text', 'character varying', 'jsonb', 'json', 'ARRAY')
GROUP BY columns.table_name
"""
AT_ONCE = 500  # rows
# Rows about one person: they go whole where one of these fields is she.
OWN_ROWS = {
    "partners.contactperson": ("name", "email"),
    "news.speaker": ("name",),
    "mailing.subscriber": ("email",),
    "mailing.signup": ("email",),
    "demand.wish": ("email",),
    "feedback.message": ("email",),
    "account.emailaddress": ("email",),
    "translation.pagelink": ("made_for",),
}
# Rows that the portal makes of others, or that help nobody without what they say.
DERIVED = frozenset(
    """
    account.emailconfirmation content.formerslug django_tasks_database.dbtaskresult
    editing.checkedaddress media.orphanedfile redirects.missedaddress redirects.redirect
    translation.memoryentry
    """.split()
)


def find(naming, own=()):
    """Mentions of the person. `own`: rows that are hers whatever they say, as model instances."""
    own = [type(row)._base_manager.filter(pk=row.pk).first() for row in own]
    found = [Mention(row, [], Fate.GOES) for row in own if row]
    own = {(mention.model, mention.row.pk) for mention in found}
    if naming:
        for model, columns, keys in candidates(searched_models(), naming):
            if model is FileText:
                found += in_texts(keys, naming)
                continue
            for row, copies in rows_with_copies(model, columns, keys):
                if (model, row.pk) in own:
                    continue
                if mention := mention_in(row, columns, copies, naming):
                    found.append(mention)
        found += in_captions(naming)
        known = own | {(each.model, each.row.pk) for each in found}
        found += [each for each in accounts(naming) if (User, each.row.pk) not in known]
    return found


def accounts(naming):
    """Those of her name: in its parts no other column says the whole of it."""
    for user in User.objects.exclude(last_name=""):
        if naming.is_whole(user.get_full_name()):
            yield Mention(user, ["first_name", "last_name"], Fate.LOOK, user.get_full_name())


@cache
def models_by_table():
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}


def searched_models():
    """[(model, {column: field})] of all tables with words in them."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        found = []
        for table, columns in sorted(cursor.fetchall()):
            if model := models_by_table().get(table):
                fields = {field.column: field for field in model._meta.concrete_fields}
                # what was built on a column of two languages, and a model does not know, is not read
                found.append((model, {name: fields[name] for name in columns if name in fields}))
    return found


def candidates(searched, naming):
    """(model, its columns, primary keys) of rows in which some letters of the name stand: one query."""
    quote = connection.ops.quote_name
    selects = [
        f"SELECT {number} AS model, array_agg({quote(model._meta.pk.column)}::text) AS keys "
        f"FROM {quote(model._meta.db_table)} WHERE lower(translate(array_to_string(ARRAY["
        f"{', '.join(f'{quote(name)}::text' for name in columns)}], ' '), %(invisible)s, '')) "
        "LIKE ANY (%(needles)s)"
        for number, (model, columns) in enumerate(searched)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({' UNION ALL '.join(selects)}) AS found WHERE keys IS NOT NULL ORDER BY 1",
            {"invisible": INVISIBLE, "needles": naming.needles},
        )
        for number, keys in cursor.fetchall():
            model, columns = searched[number]
            yield model, columns, sorted(map(model._meta.pk.to_python, keys))


def rows_with_copies(model, columns, keys):
    """(row, {name: text} of its columns without language)"""
    quote, key = connection.ops.quote_name, quote_key(model)
    originals = [name for name in columns if name in translated_fields(model)]
    wanted = ", ".join([key, *(f"{quote(each)}::text" for each in originals)])
    for some in batched(keys, AT_ONCE):
        copies = {}
        if originals:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT {wanted} FROM {quote(model._meta.db_table)} WHERE {key} = ANY (%s)",
                    [list(some)],
                )
                for number, *texts in cursor.fetchall():
                    copies[number] = dict(zip(originals, texts, strict=True))
        for row in model._base_manager.filter(pk__in=some).order_by("pk"):
            yield row, copies.get(row.pk, {})


def quote_key(model):
    return connection.ops.quote_name(model._meta.pk.column)


def mention_in(row, columns, copies, naming):
    """What `row` says of her; None where it only looked so."""
    fields = (field for field in columns.values() if field.name not in copies)
    said = {field.name: list(strings(field.value_from_object(row))) for field in fields}
    copies = tuple(name for name, text in copies.items() if naming.is_in(text))
    fields = [name for name, texts in said.items() if any(map(naming.is_in, texts))]
    is_sure = bool(fields)
    if not is_sure and is_written(type(row)):
        fields = [name for name, texts in said.items() if any(map(naming.is_likely_in, texts))]
    if not fields:
        return Mention(row, [], Fate.WORDS, copies=copies) if copies else None
    texts = chain.from_iterable(said[name] for name in fields)
    excerpt = next(
        (naming.excerpt(text) for text in texts if naming.is_in(text)), said[fields[0]][0]
    )
    return Mention(row, fields, fate_of(row, fields, naming), excerpt[:200], is_sure, copies)


def strings(value):
    """All texts in a value of a column."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, models.fields.files.FieldFile):
        yield value.name or ""
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings(each)


def fate_of(row, fields, naming):
    label = row._meta.label_lower
    if any(naming.is_whole(getattr(row, name)) for name in OWN_ROWS.get(label, ())):
        address = getattr(row, "email", "")
        is_namesake = address and naming.has_address and not naming.is_whole(address)
        return Fate.LOOK if is_namesake else Fate.GOES
    if label in DERIVED:
        return Fate.GOES
    return Fate.PROSE if is_written(type(row)) and not is_by_itself(row, fields) else Fate.WORDS


def is_by_itself(row, fields):
    """Only in what no form shows: the name of a file, what a translation was made from."""
    named = (row._meta.get_field(name) for name in fields)
    return all(isinstance(field, UploadField) or not field.editable for field in named)


@cache
def is_written(model):
    """People write it, and readers read it or will: a change of it is theirs."""
    written = {
        *content_models(),
        *chain.from_iterable(parts_of(each).values() for each in content_models()),
    }
    more = {"content.draft", "wordings.wording", "accounts.user", *OWN_ROWS} - {
        "feedback.message", "account.emailaddress", "translation.pagelink",
    }  # fmt: skip
    is_content = model in written or bool(translated_fields(model))
    return is_content or model._meta.label_lower in more
