"""The history of an object: every save is a version of it, shown by language, word by word."""

import json
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override
from reversion.models import Revision

from healthyboost.accounts.rights import page_of
from healthyboost.content.history import (
    compare,
    model_of,
    parts_of,
    record,
    revisions_of,
    snapshots_at,
)
from healthyboost.content.languages import language_codes

from .changes import grouped, names_in, sentences
from .restoring import SHARED, Restoration

# What a change_message of the admin says that the differences of two versions do not.
KEPT = {"added", "published", "restored", "undeleted", "language_deleted", "judged", "not_needed"}
A_PAGE = 20


@dataclass
class Entry:
    """One change of an object."""

    revision: object
    sentences: list
    groups: list

    @property
    def languages(self):
        return [group for group in self.groups if group.language]


class History:
    """Mixin of an admin."""

    object_history_template = "admin/history/history.html"

    # Keeping

    def save_model(self, request, obj, form, change):
        if change:
            record([page_of(obj)])  # as it was, where nobody has kept that yet
        super().save_model(request, obj, form, change)

    def log_addition(self, request, obj, message):
        self.record_change(request, obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        self.record_change(request, obj, message)
        return super().log_change(request, obj, message)

    def record_change(self, request, obj, message):
        said = [
            {name: told}
            for each in (message if isinstance(message, list) else ())
            for name, told in each.items()
            if name in KEPT and not (name == "added" and told)  # a row of the object
        ]
        record([page_of(obj)], request.user, said)

    # Showing

    def get_urls(self):
        restore = self.admin_site.admin_view(self.restore_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_restore"
        address = "<path:object_id>/history/<int:revision>/restore/"
        return [path(address, restore, name=name), *super().get_urls()]

    def address(self, name, *args):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)

    def page_context(self, request, row, **context):
        return {
            **self.admin_site.each_context(request),
            "object": row,
            "opts": self.opts,
            "subtitle": None,
            "module_name": str(capfirst(self.opts.verbose_name_plural)),
            "preserved_filters": self.get_preserved_filters(request),
            **context,
        }

    def stored(self, object_id):
        """The row as it is in the database, without drafts."""
        try:
            key = self.opts.pk.to_python(unquote(object_id))
        except ValidationError as error:
            raise Http404(f"no {object_id}") from error
        row = self.model._base_manager.filter(pk=key).first()
        if not row:
            raise Http404(f"no {object_id}")
        return row

    def history_view(self, request, object_id, extra_context=None):
        row = self.stored(object_id)
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        page = page_of(row)
        if page != row:
            meta = page._meta
            return redirect(f"admin:{meta.app_label}_{meta.model_name}_history", page.pk)
        language, field = request.GET.get("language", ""), request.GET.get("field", "")
        told = {
            revision: json.loads(comment)
            for revision, comment in revisions_of(self.model, [row.pk])
            .order_by("-pk")
            .values_list("pk", "comment")
        }
        fields = field_choices(self.model, told)
        chosen = [number for number in told if matches(told[number], language, field)]
        pages = Paginator(chosen, A_PAGE)
        shown = pages.get_page(request.GET.get("page"))
        may_write = self.has_change_permission(request, row)
        found = entries(self.model, list(told), told, list(shown), with_drafts=may_write)
        context = self.page_context(
            request,
            row,
            title=_("History: %(title)s") % {"title": row},
            entries=found,
            pages=shown,
            languages_to_choose=[(code, capfirst(name)) for code, name in settings.LANGUAGES],
            fields_to_choose=fields,
            language=language,
            field=field,
            may_restore=may_write,
            **(extra_context or {}),
        )
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.object_history_template, context)

    # Bringing back

    def restore_view(self, request, object_id, revision):
        """Shows what would change, and asks; POST does it."""
        page = self.stored(object_id)
        if not self.has_change_permission(request, page):
            raise PermissionDenied
        told = get_object_or_404(revisions_of(self.model, [page.pk]), pk=revision)
        then = snapshots_at(self.model, [told.pk])[told.pk]
        asked = {name: request.GET.get(name, "") for name in ("language", "field")}
        restoration = Restoration(request.user, page, then, **asked)
        if request.method == "POST" and restoration.differences:
            try:
                return self.restore(request, restoration, told, asked)
            except ValidationError as error:
                restoration.notes += error.messages
        now, then = restoration.now, restoration.then
        names = names_in(restoration.differences)
        context = self.page_context(
            request,
            page,
            title=_("Bring back the version of %(moment)s") % {"moment": moment_of(told)},
            revision=told,
            groups=grouped(restoration.differences, now, then, names, with_phrases=False),
            notes=list(dict.fromkeys(restoration.notes)),
            public=getattr(page, "languages", ()),
            scopes=[
                ("", _("everything")),
                *((code, capfirst(name)) for code, name in settings.LANGUAGES),
                (SHARED, _("Same in all languages")),
            ],
            asked=asked,
        )
        return TemplateResponse(request, "admin/history/restore.html", context)

    @transaction.atomic
    def restore(self, request, restoration, told, asked):
        page = restoration.page
        record([page])
        before = revisions_of(self.model, [page.pk]).order_by("pk").last()
        restoration.apply()
        moment = told.date_created.isoformat()
        self.log_change(
            request,
            page,
            [
                {"restored": {"moment": moment, **asked}},
                {"changed": {"fields": fields_of(restoration.differences)}},
            ],
        )
        self.say_undo(request, page, before, _("Brought back."), restoration.notes, **asked)
        return redirect(self.address("change", page.pk))

    def say_undo(self, request, page, revision, words, notes=(), **asked):
        """The message after a change that somebody may regret."""
        address = f"{self.address('restore', page.pk, revision.pk)}?{urlencode(asked)}"
        undo = format_html('<a href="{}">{}</a>', address, _("Undo"))
        messages.success(request, format_html("{} {}", " ".join([words, *notes]), undo))


def name_of(user):
    return user.get_full_name() or user.get_username() if user else "–"


def moment_of(revision):
    return date_format(localtime(revision.date_created), "SHORT_DATETIME_FORMAT")


def fields_of(differences):
    """Names of fields as the log of the admin has them: in English."""
    with override(None):
        return list(
            dict.fromkeys(
                str(model_of(each.row)._meta.get_field(each.field).verbose_name)
                if each.field
                else str(model_of(each.row)._meta.verbose_name)
                for each in differences
            )
        )


def entries(model, order, told, shown, with_drafts):
    """Entries of the revisions `shown`; `order` has all of the object, newest first."""
    before = dict(zip(order, [*order[1:], None], strict=False))  # `order` may be empty
    wanted = {*shown, *(before[number] for number in shown if before[number])}
    found = snapshots_at(model, wanted)
    revisions = Revision.objects.select_related("user").in_bulk(shown)
    differences = {
        number: [
            each
            for each in compare(found.get(before[number]), found[number])
            if with_drafts or not each.is_draft
        ]
        for number in shown
        if number in found
    }
    names = names_in([each for those in differences.values() for each in those])
    return [
        Entry(
            revisions[number],
            sentences(told[number]["said"], revisions[number].user),
            grouped(
                differences[number],
                found.get(before[number]),
                found[number],
                names,
                told[number]["said"],
            ),
        )
        for number in shown
        if number in found
    ]


def matches(told, language, field):
    """Whether a change touched that language and that field; '' asks for any."""
    code = None if language not in (*language_codes(), "shared") else language
    if not code and not field:
        return True
    places = [place.split(":", 1) for place in told["differs"]]
    return any(
        (not code or place == code or (code == "shared" and not place))
        and (not field or name == field)
        for place, name in places
    )


def field_choices(model, told):
    """(name, label) of all that has ever changed."""
    names = {place.split(":", 1)[1] for each in told.values() for place in each["differs"]}
    choices = [(name, label_of(model, name)) for name in names]
    return sorted((each for each in choices if each[1]), key=lambda choice: choice[1])


def label_of(model, name):
    """ "Title" of "title", "Step: Title" of "pilotstep.title"; '' for what is only noted."""
    row, _dot, field = name.rpartition(".")
    owner = parts_of(model).get(row or name)
    if owner and not row:
        return capfirst(owner._meta.verbose_name)
    if field in ("draft", "made_from"):
        return ""
    try:
        label = capfirst((owner or model)._meta.get_field(field).verbose_name)
    except FieldDoesNotExist:  # of an earlier release
        return ""
    names = {"row": capfirst(owner._meta.verbose_name), "field": label} if owner else {}
    return _("%(row)s: %(field)s") % names if owner else label
