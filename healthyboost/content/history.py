"""What a page said, and when: at each change a version of it and of every row that belongs to it.

The tables are those of django-reversion: a Revision is one change to one page, its Versions are the
rows of the page as they were after it. They are written from the database and never from what a form
holds, since that carries drafts. A page is anything that has a form of its own, a theme or a person
too. A new content type has its history without a line.
"""

import json
from dataclasses import dataclass
from functools import cache
from itertools import batched, groupby

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import connection, models, transaction
from django.utils import timezone
from reversion.models import Revision, Version

from .age import MadeFromField
from .hanging import relations_of, row_key
from .languages import column, translated_fields

DRAFT = "content.draft"
RECORD = ("origin", "made_from")  # how a text came to be, as page.py names it
AT_ONCE = 200  # pages whose rows are held in memory together


def model_of(key):
    return apps.get_model(key.partition(":")[0])


def is_draft(key):
    return key.startswith(DRAFT + ":")


@dataclass
class Snapshot:
    """The rows of one page at one moment, as JSON has them: {key: {field: value}}."""

    page: str  # the key of the page itself
    rows: dict

    def text(self, language, key, name):
        """What the form shows of a translated field: its draft where there is one."""
        drafted = self.waiting.get((language, key, name))
        return self.live(language, key, name) if drafted is None else drafted

    def live(self, language, key, name):
        return self.rows.get(key, {}).get(column(name, language)) or ""

    def as_in_the_form(self):
        """The same with the texts of the drafts in place of those that visitors read."""
        rows = {key: dict(fields) for key, fields in self.rows.items() if not is_draft(key)}
        for language, draft in self.drafts.items():
            rows[self.page] |= {column(name, language): draft[name] for name in RECORD}
        for (language, key, name), text in self.waiting.items():
            if key in rows:
                rows[key][column(name, language)] = text
        return Snapshot(self.page, rows)

    @property
    def drafts(self):
        """{language: fields of its Draft}"""
        rows = (fields for key, fields in self.rows.items() if is_draft(key))
        return {fields["language"]: fields for fields in rows}

    @property
    def waiting(self):
        """{(language, key of the row, field): text} of what is not public yet."""
        return {
            (language, key, name): text or ""
            for language, draft in self.drafts.items()
            for key, texts in {self.page: draft["fields"], **draft["rows"]}.items()
            for name, text in texts.items()
        }


@dataclass(frozen=True)
class Difference:
    """One field of one row that is not as it was; without a field: the row came or went."""

    language: str  # '' for what is the same in all languages
    row: str
    field: str
    old: object
    new: object
    is_draft: bool = False  # visitors do not see it

    def place(self, page):
        """ "lv:title", ":date", "lv:pilotstep.title": what histories are searched by."""
        row = "" if self.row == page else model_of(self.row)._meta.model_name
        return f"{self.language}:{'.'.join(filter(None, [row, self.field]))}"


# What belongs to a page


@cache
def parts_of(model):
    """{model name: model} of all rows that can belong to a page, or to another such row."""
    found = {}
    for related, _fields in relations_of(model).values():
        found |= {related._meta.model_name: related, **parts_of(related)}
    return found


@cache
def owner_fields(model):
    """Names of the fields of a row that say whose it is."""
    return {
        name
        for owner in apps.get_models()
        for related, names in relations_of(owner).values()
        if related is model
        for name in names
    }


@cache
def stored_fields(model):
    """Names of what a version holds: of a translated field, its columns."""
    left_out = set(translated_fields(model))
    fields = (*model._meta.concrete_fields, *model._meta.many_to_many)
    return [each.name for each in fields if not each.primary_key and each.name not in left_out]


@cache
def compared_fields(model):
    """{name: (language, field)} of what people write; a translated field under its own name."""
    found = {}
    for name in stored_fields(model):
        field = model._meta.get_field(name)
        original = getattr(field, "translated_field", None)
        if (field.editable or isinstance(original, MadeFromField)) and name not in owner_fields(
            model
        ):
            found[name] = (field.language, original.name) if original else ("", name)
    return found


# Comparing


def compare(before, after):
    """The Differences between two Snapshots; of a page that is new there are none."""
    if before is None:
        return []
    found = []
    for key in dict.fromkeys([*before.rows, *after.rows]):
        if is_draft(key):
            continue
        old, new = before.rows.get(key), after.rows.get(key)
        if old is None or new is None:
            found.append(Difference("", key, "", old, new))
        for name, (language, field) in compared_fields(model_of(key)).items():
            if old is None or new is None:  # the words of a row that came or went
                if language and field != "made_from":
                    texts = [(each or {}).get(name) or "" for each in (old, new)]
                    found += [Difference(language, key, field, *texts)] if any(texts) else []
            # a field that a version of long ago does not know has not changed
            elif name in old and name in new and (old[name] or "") != (new[name] or ""):
                found.append(Difference(language, key, field, old[name], new[name]))
    return found + compare_drafts(before, after)


def compare_drafts(before, after):
    found = []
    for language, key, name in sorted({**before.waiting, **after.waiting}):
        old, new = (each.text(language, key, name) for each in (before, after))
        if old != new and key in after.rows and key in before.rows:
            found.append(Difference(language, key, name, old, new, is_draft=True))
    for language in sorted({**before.drafts, **after.drafts}):
        old, new = (each.drafts.get(language, {}).get("state") for each in (before, after))
        if old != new:
            found.append(Difference(language, after.page, "draft", old, new, is_draft=True))
    return found


# Storing and finding


def lookups(model, prefix=""):
    """What to prefetch so that a page costs the same number of queries however much hangs on it."""
    for field in model._meta.many_to_many:
        only = field.related_model._base_manager.only("pk").order_by("pk")
        yield models.Prefetch(prefix + field.name, only)
    for name, (related, _fields) in relations_of(model).items():
        yield prefix + name
        yield from lookups(related, f"{prefix}{name}__")


def rows_of(page):
    """The page and all rows that belong to it."""
    yield page
    for name in relations_of(type(page)):
        for row in getattr(page, name).all():
            yield from rows_of(row)


def as_json(row):
    return serializers.serialize("json", [row], fields=stored_fields(type(row)))


def snapshots(model, numbers):
    """{primary key: {key of a row: JSON}} of these pages as they are in the database."""
    pages = model._base_manager.filter(pk__in=numbers).prefetch_related(*lookups(model))
    return {page.pk: {row_key(row): as_json(row) for row in rows_of(page)} for page in pages}


def read(page, rows):
    """The Snapshot of {key: JSON}."""
    return Snapshot(page, {key: json.loads(text)[0]["fields"] for key, text in rows.items()})


def snapshot(page):
    """The Snapshot of a page as it is in the database now."""
    return read(row_key(page), snapshots(type(page), [page.pk])[page.pk])


def revisions_of(model, numbers):
    content_type = ContentType.objects.get_for_model(model)
    return Revision.objects.filter(
        version__content_type=content_type, version__object_id__in=[str(each) for each in numbers]
    )


def snapshots_at(model, revisions):
    """{revision: Snapshot} of revisions of pages of `model`, by their primary keys."""
    found, pages = {}, {}
    for version in Version.objects.filter(revision__in=revisions).order_by("pk"):
        row = ContentType.objects.get_for_id(version.content_type_id).model_class()
        if row:
            key = f"{row._meta.label_lower}:{version.object_id}"
            found.setdefault(version.revision_id, {})[key] = version.serialized_data
            if row is model:
                pages[version.revision_id] = key
    return {number: read(pages[number], rows) for number, rows in found.items() if number in pages}


def last_snapshots(model, numbers):
    """{primary key: Snapshot} of the last versions of these pages."""
    last = revisions_of(model, numbers).values_list("version__object_id")
    last = last.annotate(models.Max("pk")).order_by()
    found = snapshots_at(model, [revision for _page, revision in last])
    return {int(each.page.partition(":")[2]): each for each in found.values()}


@transaction.atomic
def record(pages, user=None, said=()):
    """Store how `pages` are now in the database, where that differs from their last versions.

    Before a change, without a user, it keeps what nobody has kept yet; after it, with the user and
    with what there is to say of it, the change itself.
    """
    pages = sorted(pages, key=lambda page: page._meta.label)
    for model, same in groupby(pages, key=type):
        for some in batched({page.pk for page in same}, AT_ONCE):
            record_some(model, some, user, list(said))


def record_some(model, numbers, user, said):
    last, revisions, versions = last_snapshots(model, numbers), [], []
    for number, rows in snapshots(model, numbers).items():
        page = f"{model._meta.label_lower}:{number}"
        differences = compare(last.get(number), read(page, rows))
        if number in last and not differences and not said:
            continue
        places = sorted({each.place(page) for each in differences})
        comment = json.dumps({"differs": places, "said": said})
        revision = Revision(date_created=timezone.now(), user=user, comment=comment)
        revisions.append(revision)
        versions += [version_of(revision, key, text) for key, text in rows.items()]
    Revision.objects.bulk_create(revisions)
    Version.objects.bulk_create(versions)


def version_of(revision, key, text):
    """Without a name of the row: it could be that of a person, who may be forgotten."""
    return Version(
        revision=revision,
        content_type=ContentType.objects.get_for_model(model_of(key)),
        object_id=key.partition(":")[2],
        db=connection.alias,
        format="json",
        serialized_data=text,
        object_repr="",
    )
