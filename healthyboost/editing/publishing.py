"""A language goes public only when nothing is wrong with it: what is asked, said and kept on the way."""

import json
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from healthyboost.content.dates import say_moment, say_zone
from healthyboost.content.languages import column, language_codes, translated_fields

from .checks import faults_of
from .links import note_uses_of
from .reading import rows_of


class PublicationRefused(Exception):
    """`refusals` by language: the form is shown again with them, and nothing has been stored."""

    def __init__(self, refusals):
        super().__init__(refusals)
        self.refusals = refusals


@dataclass
class Refusal:
    """Why a language is not public yet. A warning goes away when a reason is given."""

    faults: list = field(default_factory=list)
    reason: str = ""

    @property
    def errors(self):
        return [fault for fault in self.faults if fault.is_error]

    @property
    def warnings(self):
        return [fault for fault in self.faults if not fault.is_error]


class Publishing:
    """Mixin of ContentAdmin."""

    def changeform_view(self, request, *args, **kwargs):
        try:
            return super().changeform_view(request, *args, **kwargs)
        except PublicationRefused as refused:
            request.refusals = refused.refusals
            request.refusal = _("Not published yet: %(languages)s. See what is missing.") % {
                "languages": names_of(refused.refusals)
            }
            return super().changeform_view(request, *args, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)
        original = getattr(db_field, "translated_field", None)
        if formfield and original and original.name == "published_at":
            formfield.help_text = f"{formfield.help_text} {capfirst(say_zone())}"
        return formfield

    def render_change_form(self, request, context, *args, **kwargs):
        return super().render_change_form(request, {**context, "zone": say_zone()}, *args, **kwargs)

    def get_object(self, request, object_id, from_field=None):
        """Of two people who save at the same moment the second waits, and sees what the first did."""
        if request.method == "POST" and connection.in_atomic_block and str(object_id).isdecimal():
            rows = self.model._base_manager.select_for_update().filter(pk=object_id)
            list(rows.values_list("pk"))
        page = super().get_object(request, object_id, from_field)
        if page:
            page.stored_states = {code: page.state_in(code) for code in language_codes()}
        return page

    def save_related(self, request, form, formsets, change):
        """Checked last, when all is stored: what is wrong takes the whole save back."""
        super().save_related(request, form, formsets, change)
        page, refusals, request.overruled = form.instance, {}, {}
        for code in self.languages_to_check(form):
            reason = form.data.get(f"_reason_{code}", "").strip()
            known = overruled_before(page, code)
            faults = [
                each for each in faults_of(page, code) if each.is_error or each.key not in known
            ]
            faults.sort(key=lambda fault: not fault.is_error)
            refusal = Refusal(faults, reason)
            if refusal.errors or refusal.warnings and not reason:
                for fault in faults:
                    fault.address = address_of(fault, code, form, formsets)
                refusals[code] = refusal
            elif refusal.warnings:
                request.overruled[code] = refusal
        if refusals:
            raise PublicationRefused(refusals)
        note_uses_of(page, rows_of(page))
        self.say_published(request, form)

    def languages_to_check(self, form):
        """Those that this save makes public, and those that will be public by themselves."""
        page, now = form.instance, timezone.now()
        before = getattr(page, "live_languages", ())
        return [
            code
            for code in language_codes()
            if code in form.publishing
            or page.state_in(code) == "scheduled"
            or page.is_public_in(code, now)
            and code not in before
        ]

    def say_published(self, request, form):
        now = timezone.now()
        public = [code for code, moment in form.publishing.items() if moment <= now]
        if public:
            text = _("Public now: %(languages)s.") % {"languages": names_of(public)}
            messages.success(request, text)
        if later := [code for code in form.publishing if code not in public]:
            text = _("Will be public by itself on %(moment)s: %(languages)s.") % {
                "moment": say_moment(form.publishing[later[0]]),
                "languages": names_of(later),
            }
            messages.success(request, text)

    def construct_change_message(self, request, form, formsets, add=False):
        """The history says in which languages what was published, and why in spite of a warning."""
        message = super().construct_change_message(request, form, formsets, add)
        page = form.instance
        for code in language_codes():
            moment = page.in_language(code).published_at
            by_hand = column("published_at", code) in form.changed_data
            if code in form.publishing or by_hand and moment or code in request.overruled:
                said = {"language": code, "public_from": moment.isoformat()}
                if code in form.publishing:
                    said["public_from"] = form.publishing[code].isoformat()
                if refusal := request.overruled.get(code):
                    said["overruled"] = [fault.key for fault in refusal.warnings]
                    said["reason"] = refusal.reason
                message.append({"published": said})
        return message


def names_of(codes):
    return ", ".join(str(capfirst(name)) for code, name in settings.LANGUAGES if code in codes)


def overruled_before(page, code):
    """The keys of warnings that somebody has given a reason for: nobody is asked twice."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(page),
        object_id=str(page.pk),
        change_message__contains='"overruled"',
    )
    return {
        key
        for text in entries.values_list("change_message", flat=True)
        for said in json.loads(text)
        if said.get("published", {}).get("language") == code
        for key in said["published"].get("overruled", ())
    }


def address_of(fault, code, form, formsets):
    """Where a fault is mended: a field of the form, or the form of what it is in."""
    if not fault.field and fault.row in (None, form.instance):
        return ""
    forms = [form, *(each for formset in formsets for each in formset.forms)]
    row = fault.row or form.instance
    name = fault.field
    if name in translated_fields(type(row)):
        name = column(name, code)
    for each in forms:
        if each.instance == row and each.instance.pk:
            if name in each.fields:
                return f"#{each.auto_id % each.add_prefix(name)}"
            return f"#{each.prefix.rpartition('-')[0]}-group" if each.prefix else ""
    if admin.site.is_registered(type(row)):
        meta = row._meta
        address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
        return f"{address}#language-{code}"
    return ""
