"""What a deletion would do, in words: what goes too, what stays without it, what stands against it."""

from collections import defaultdict
from itertools import chain

from django.contrib.contenttypes.fields import GenericForeignKey
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from healthyboost.accounts.rights import page_of
from healthyboost.content.history import parts_of, row_key
from healthyboost.content.languages import translated_fields
from healthyboost.content.models import Content, content_models
from healthyboost.content.references import reference_to
from healthyboost.content.richtext import RichTextField

MOST_NAMES = 10


class Going:
    """What a deletion of `tops` would do, line by line."""

    def __init__(self, collector, tops):
        self.collector, self.tops = collector, tops
        self.keys = {row_key(row) for row in tops}

    def goes(self):
        for model, rows in self.collector.model_objs.items():
            rows = sorted(
                (row for row in rows if row_key(row) not in self.keys), key=lambda r: r.pk
            )
            if rows and not model._meta.auto_created:
                yield line(_("Goes with it: %(kind)s") % {"kind": plural(model)}, self.names(rows))

    def stays(self):
        """What led to it and does so no longer."""
        stays = defaultdict(dict)
        for (field, _value), instances in self.collector.field_updates.items():
            stays[field.model] |= {row.pk: row for row in chain(*instances)}
        for model, rows in self.collector.model_objs.items():
            if model._meta.auto_created:
                foreign = [field.name for field in model._meta.fields if field.remote_field]
                models.prefetch_related_objects(list(rows), *foreign)
                for row in rows:
                    self.note_other_end(row, stays)
        for model, rows in stays.items():
            rows = [row for row in rows.values() if row_key(row) not in self.keys]
            if rows:
                yield line(said_of(model, rows), self.names(rows))

    def note_other_end(self, row, stays):
        """Of a many-to-many relation, where the deleted object is the one that is chosen."""
        owner = row._meta.auto_created._meta.concrete_model
        for field in row._meta.fields:
            if (
                field.related_model is owner
                and f"{owner._meta.label_lower}:{getattr(row, field.attname)}" not in self.keys
            ):
                stays[owner][getattr(row, field.attname)] = getattr(row, field.name)

    def links(self):
        """Texts that link to it: there the words stay, without the link."""
        wanted = [text for row in self.tops for text in references(row)]
        pages = pages_with(wanted) if wanted else []
        pages = [page for page in pages if row_key(page) not in self.keys]
        if pages:
            yield line(_("Links to it become plain words in"), self.names(pages))

    def protected(self):
        return [named(page_of(row)) for row in sorted(self.collector.protected, key=str)]

    def names(self, rows):
        meta = rows[0]._meta
        relations = [each.name for each in meta.fields if isinstance(each, models.ForeignKey)]
        relations += [
            each.name for each in meta.private_fields if isinstance(each, GenericForeignKey)
        ]
        models.prefetch_related_objects(rows[:MOST_NAMES], *relations)
        names = [format_html("{}", named(self.named_row(row))) for row in rows[:MOST_NAMES]]
        more = len(rows) - MOST_NAMES
        if more > 0:
            names.append(ngettext("and %(more)d more", "and %(more)d more", more) % {"more": more})
        return format_html_join(", ", "{}", ((name,) for name in names))

    def named_row(self, row):
        """A row of one of the deleted pages by its own name, any other by that of its page."""
        page = page_of(row)
        return row if row_key(page) in self.keys else page


def said_of(model, rows):
    """What becomes of rows that stay; a model for which that is not plain says it itself."""
    if hasattr(model, "said_when_left"):
        return model.said_when_left(rows)
    return _("Stays without it: %(kind)s") % {"kind": plural(model)}


def line(heading, names):
    return format_html("{}: {}", heading, names)


def plural(model):
    return model._meta.verbose_name_plural


def named(row):
    """The name of a row, with a link to its form where it has one."""
    name = str(row) or capfirst(row._meta.verbose_name)
    meta = row._meta
    try:
        address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
    except NoReverseMatch:
        return name
    return format_html('<a href="{}">{}</a>', address, name)


def references(row):
    """What a text says that links to it, by its address or by a former one."""
    if isinstance(row, Content) and row.url_name:
        now = reference_to(row)
        kind = now.rpartition("/")[0]
        slugs = row.former_slugs.values_list("slug", flat=True)
        yield from (
            f"{text}{end}" for text in [now, *(f"{kind}/{slug}" for slug in slugs)] for end in '"#'
        )


def pages_with(texts):
    """The pages in whose rich texts one of `texts` stands: a query a model."""
    found = {}
    parts = chain(*(parts_of(model).values() for model in content_models()))
    for model in {*content_models(), *parts}:
        originals = translated_fields(model)
        names = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, RichTextField) and field.name not in originals
        ]
        says = models.Q()
        for name in names:
            for text in texts:
                says |= models.Q(**{f"{name}__contains": text})
        if names:
            pages = map(page_of, model._base_manager.filter(says))
            found |= {row_key(page): page for page in pages}
    return list(found.values())
