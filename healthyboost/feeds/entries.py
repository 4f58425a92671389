"""The newest pages of a feed with all that an entry says, in a fixed number of queries."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils import timezone

from healthyboost.content.addresses import address_of
from healthyboost.content.datestamps import with_changed_at
from healthyboost.content.gathering import gather
from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import Theme, text_fields
from healthyboost.media.models import Attachment, Picture, PictureUse

SIZE = 30  # entries of one answer
# {content type: function(entries)} of apps whose pages show others: it says what a reader gets of those.
prepare = {}


@dataclass
class Entry:
    """A page in the language of the feed."""

    page: Any
    language: str
    kind: str
    organisation: Any = None
    themes: list = field(default_factory=list)
    pictures: list = field(default_factory=list)
    parts: dict = field(default_factory=dict)
    files: list = field(default_factory=list)
    html: str = ""

    @property
    def shown(self):
        return self.page.in_language(self.language)

    @property
    def address(self):
        return address_of(self.page, self.language)

    @property
    def published(self):
        return self.shown.published_at

    @property
    def updated(self):
        return self.page.changed_at

    @property
    def mark(self):
        """The place of the entry in its feed, as the address of the next answer says it."""
        moment = self.published.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")
        return f"{moment}-{self.kind}-{self.page.pk}"


def mark_of(text, kinds):
    """(moment, kind, primary key) of an Entry.mark; ValueError where it is none."""
    moment, kind, number = text.split("-")
    if kind not in kinds or not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise ValueError(text)
    moment = datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
    if not 1 < moment.year < 9999:  # a time zone would lead out of what can be counted
        raise ValueError(text)
    return moment, kind, int(number)


def newest(selection, before=None):
    """(entries, whether there are older ones), by the moment at which they became public in the language.

    `before` is the mark of the last entry of the answer before.
    """
    now, found = timezone.now(), []
    kinds = list(selection.models)
    for kind, model in selection.models.items():
        since = column("published_at", selection.language)
        pages = selection.public(model, now).order_by(f"-{since}", "-pk")
        pages = with_changed_at(
            pages.defer(*of_other_languages(model, selection.language)), selection.language
        )
        if before:
            pages = pages.filter(behind(before, kind, kinds, since))
        found += [Entry(page, selection.language, kind) for page in pages[: SIZE + 1]]
    found.sort(key=lambda entry: entry.page.pk, reverse=True)
    found.sort(key=lambda entry: kinds.index(entry.kind))
    found.sort(key=lambda entry: entry.published, reverse=True)
    entries, has_older = found[:SIZE], len(found) > SIZE
    fill(entries)
    return entries, has_older


def behind(before, kind, kinds, since):
    """Q: the pages of `kind` that follow a mark; of the same moment kinds stand in their order."""
    moment, marked_kind, number = before
    if kind == marked_kind:
        follows = Q(**{since: moment}, pk__lt=number)
    elif kinds.index(kind) > kinds.index(marked_kind):
        follows = Q(**{since: moment})
    else:
        return Q(**{f"{since}__lt": moment})
    return Q(**{f"{since}__lt": moment}) | follows


def of_other_languages(model, language):
    """Columns of the texts that an entry does not say."""
    others = [code for code in language_codes() if code != language]
    return [column(name, code) for name in (*text_fields(model), "made_from") for code in others]


def fill(entries):
    """Hang on the entries what other tables know of them: one query."""
    by_kind = {}
    for entry in entries:
        by_kind.setdefault(entry.kind, []).append(entry)
    organisations = apps.get_model("partners.Organisation").objects.published().for_lists()
    wanted = {
        "organisations": organisations.filter(
            pk__in={entry.page.organisation_id for entry in entries} - {None}
        ),
        "themes": Theme.objects.all(),
        "picture_uses": hung(PictureUse, entries).order_by("position", "pk"),
        "pictures": Picture.objects.agreed().filter(
            pk__in=hung(PictureUse, entries).values("picture")
        ),
        "attachments": hung(Attachment, entries).order_by("position", "pk"),
    }
    for kind, own in by_kind.items():
        model, keys = type(own[0].page), [entry.page.pk for entry in own]
        through, name = model.themes.through, model._meta.model_name
        wanted[f"themes {kind}"] = through.objects.filter(**{f"{name}__in": keys})
        for part in model.parts:
            relation = model._meta.get_field(part)
            opened = getattr(relation.related_model, "open_rows", Q())
            rows = relation.related_model.objects.filter(
                opened, **{f"{relation.field.name}__in": keys}
            )
            wanted[f"part {kind} {part}"] = rows
    hang(by_kind, gather(**wanted))


def hung(model, entries):
    """Rows of what can hang on any page, of these pages."""
    pages = Q(pk__in=[])
    for kind in {type(entry.page) for entry in entries}:
        keys = [entry.page.pk for entry in entries if isinstance(entry.page, kind)]
        pages |= Q(content_type=ContentType.objects.get_for_model(kind), object_id__in=keys)
    return model.objects.filter(pages)


def hang(by_kind, found):
    organisations = {each.pk: each for each in found["organisations"]}
    pictures = {each.pk: each for each in found["pictures"]}
    for kind, entries in by_kind.items():
        model = type(entries[0].page)
        owner = ContentType.objects.get_for_model(model).pk
        name = model._meta.model_name
        for entry in entries:
            page = entry.page
            entry.organisation = organisations.get(page.organisation_id)
            chosen = {
                row.theme_id
                for row in found[f"themes {kind}"]
                if getattr(row, f"{name}_id") == page.pk
            }
            entry.themes = [theme for theme in found["themes"] if theme.pk in chosen]
            entry.pictures = [
                pictures[use.picture_id]
                for use in found["picture_uses"]
                if (use.content_type_id, use.object_id) == (owner, page.pk)
                and use.picture_id in pictures
            ]
            entry.files = [
                each
                for each in found["attachments"]
                if (each.content_type_id, each.object_id) == (owner, page.pk)
            ]
            for part in model.parts:
                back = model._meta.get_field(part).field.attname
                rows = [
                    row for row in found[f"part {kind} {part}"] if getattr(row, back) == page.pk
                ]
                entry.parts[part] = rows
                entry.files += [row for row in rows if getattr(row, "file", None)]
        if model in prepare:
            prepare[model](entries)
