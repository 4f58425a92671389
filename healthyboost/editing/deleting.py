"""Deleting: says before what goes and what stays without it, and can be undone for thirty days."""

import datetime
import json
from itertools import chain

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import NestedObjects
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models.deletion import Collector
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import override

from healthyboost.accounts.rights import page_of, ways_up
from healthyboost.content.history import (
    model_of,
    record,
    revisions_of,
    row_key,
    stored_fields,
)
from healthyboost.content.models import Content, FormerSlug

from .consequences import Going, named
from .models import Deletion
from .reviving import build, number_of, revive
from .slugs import free_slug

KEPT_FOR = datetime.timedelta(days=30)


# Doing it


@transaction.atomic
def delete(row, user):
    """Delete a row with all that depends on it, and keep what is needed to undo that."""
    row = type(row)._base_manager.get(pk=row.pk)  # a form's instance carries drafts
    record([page_of(row)])
    collector = Collector(using=connection.alias, origin=row)
    collector.collect([row])
    rows = [*chain(*collector.data.values()), *chain(*collector.fast_deletes)]
    detached = [
        [row_key(each), field.name, getattr(each, field.attname), value]
        for (field, value), instances in collector.field_updates.items()
        for each in chain(*instances)
    ]
    deletion = Deletion.objects.create(
        content_type=ContentType.objects.get_for_model(row),
        object_id=row.pk,
        titles=titles_of(row),
        deleted_by=user,
        rows={row_key(each): values_of(each) for each in rows},
        detached=detached,
    )
    collector.delete()
    return deletion


def titles_of(row):
    titles = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            titles[code] = str(row)
    return titles


def values_of(row):
    """Without many-to-many fields: their rows go, too, and are kept themselves."""
    meta = row._meta
    names = [name for name in stored_fields(type(row)) if not meta.get_field(name).many_to_many]
    return json.loads(serializers.serialize("json", [row], fields=names))[0]["fields"]


def key_of(deletion):
    meta = deletion.content_type
    return f"{meta.app_label}.{meta.model}:{deletion.object_id}"


def deleted_row(deletion):
    """The object as it was, in memory alone."""
    return build(key_of(deletion), deletion.rows[key_of(deletion)])


@transaction.atomic
def undelete(deletion):
    """Put back what `deletion` took; (the row, what is to be said). ValidationError if it cannot be."""
    key = key_of(deletion)
    rows, model = dict(deletion.rows), model_of(key)
    rows[key], notes = with_free_address(model, rows[key])
    if issubclass(model, Content):
        same_slug = FormerSlug.of(model).filter(slug=rows[key]["slug"])
        same_slug.exclude(object_id=deletion.object_id).delete()  # in use: nobody's former one
        rows = without_taken_addresses(model, rows)
    try:
        with transaction.atomic():
            notes += revive(rows)
            connection.check_constraints()
    except IntegrityError as error:
        from .translated import in_words  # which is put together from this, too

        raise ValidationError(in_words(error)) from error
    row = model._base_manager.filter(pk=deletion.object_id).first()
    if not row:
        raise ValidationError(notes)
    for where, name, value, *left in deletion.detached:
        other, number = number_of(where)
        as_left = {name: left[0] if left else None}
        other._base_manager.filter(pk=number, **as_left).update(**{name: value})
    deletion.delete()
    return row, notes


def with_free_address(model, fields):
    """The fields with an address that nobody else has taken meanwhile, and what to say of it."""
    for field in model._meta.fields:
        if field.unique and isinstance(field, models.SlugField):
            wish = fields[field.name]
            free = free_slug(model._base_manager.all(), wish, field.name)
            if free != wish:
                said = _("The address “%(wish)s” is taken by now: it has become “%(free)s”.")
                return {**fields, field.name: free}, [said % {"wish": wish, "free": free}]
    return fields, []


def without_taken_addresses(model, rows):
    """Former addresses that lead to another page by now stay there."""
    former = {key: fields["slug"] for key, fields in rows.items() if model_of(key) is FormerSlug}
    taken = FormerSlug.of(model).filter(slug__in=former.values()).values_list("slug", flat=True)
    taken = set(taken)
    return {key: fields for key, fields in rows.items() if former.get(key) not in taken}


def forget(older_than=KEPT_FOR):
    """For a timed job: what was deleted so long ago is no longer kept anywhere; how many objects."""
    old = Deletion.objects.filter(deleted_at__lte=timezone.now() - older_than)
    for deletion in old:
        forget_one(deletion)
    return len(old)


@transaction.atomic
def forget_one(deletion):
    model = deletion.content_type.model_class()
    if model and not model._base_manager.filter(pk=deletion.object_id).exists():
        if not ways_up(model):  # else its versions belong to the page that it was a part of
            revisions_of(model, [deletion.object_id]).delete()
        entries = LogEntry.objects.filter(
            content_type=deletion.content_type, object_id=str(deletion.object_id)
        )
        entries.update(object_repr="")
        if not issubclass(model, Content):  # its name stands in what is told of pages, too
            for title in {json.dumps(title) for title in deletion.titles.values() if title}:
                told = f'"object": {title}'
                LogEntry.objects.filter(change_message__contains=told).update(
                    change_message=models.functions.Replace(
                        "change_message", models.Value(told), models.Value('"object": "…"')
                    )
                )
    deletion.delete()


# Saying it


class Deleting:
    """Mixin of an admin."""

    delete_confirmation_template = "admin/history/delete.html"
    delete_selected_confirmation_template = "admin/history/delete_selected.html"

    def delete_model(self, request, obj):
        request.deletion = delete(obj, request.user)

    def response_delete(self, request, obj_display, obj_id):
        response = super().response_delete(request, obj_display, obj_id)
        self.say_deleted(request, [request.deletion])
        return response

    def delete_queryset(self, request, queryset):
        self.say_deleted(request, [delete(row, request.user) for row in queryset])

    def say_deleted(self, request, deletions):
        address = reverse("admin:editing_deletion_changelist")
        if len(deletions) == 1:
            address = reverse("admin:editing_deletion_restore", args=[deletions[0].pk])
        said = _("It can be brought back for thirty days.")
        undo = format_html('<a href="{}">{}</a>', address, _("Undo"))
        messages.info(request, format_html("{} {}", said, undo))

    def get_deleted_objects(self, objs, request):
        """In words: what goes with it, what stays without it, what stands against it."""
        objs = list(objs)
        collector = NestedObjects(using=connection.alias, origin=objs)
        collector.collect(objs)
        lacking = {
            str(self.opts.verbose_name)
            for row in objs
            if not self.has_delete_permission(request, row)
        }
        going = Going(collector, objs)
        lines = [*going.goes(), *going.stays(), *going.links()]
        tops = [named(row) for row in objs]
        counts = {self.opts.verbose_name_plural: len(objs)}
        return [*tops, lines] if lines else tops, counts, lacking, going.protected()
