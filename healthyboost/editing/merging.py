"""Two people in one form: what only one of them changed is kept, what both changed is shown to the second.

A form carries a fingerprint of each field as it was when the form was opened. When it comes back, a
field that somebody else has changed meanwhile is recognised by the fingerprint of what is stored now.
"""

import datetime
import hashlib
import json
import re
from collections.abc import Iterable
from decimal import Decimal
from html import unescape

from django import forms
from django.contrib.admin.models import LogEntry
from django.db import models
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from healthyboost.content.richtext import clean

from .diffs import word_diff

STARTED_FROM = "_started_from"


def fingerprint(value):
    """Eight hexadecimal digits, the same for what a form shows and for what comes back unchanged."""
    return hashlib.sha256(normal(value).encode()).hexdigest()[:8]


def normal(value):
    if value in (None, "", []):
        return ""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, datetime.datetime):
        return value.replace(microsecond=0).astimezone(datetime.UTC).isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, str):
        text = re.sub(r">\s+|\s+<", lambda end: end[0].strip(), unescape(value))
        return re.sub(r"\s+", " ", text).strip()
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True, default=str)
    if isinstance(value, Iterable):
        return ",".join(sorted(normal(each) for each in value))
    return str(value)


def fingerprints(form):
    """{name in the page: fingerprint} of what is stored, for the fields that somebody may change."""
    return {
        bound.html_name: fingerprint(bound.initial)
        for name, bound in form._bound_items()
        if not bound.field.disabled and not isinstance(bound.field, forms.FileField)
    }


class Merging:
    """Mixin of a model form."""

    def _clean_fields(self):
        super()._clean_fields()
        began = {} if getattr(self, "was_removed", False) else self.started_from()
        self.both_changed = set()
        for name, bound in self._bound_items():
            then, now = began.get(bound.html_name), fingerprint(bound.initial)
            if then in (None, now) or isinstance(bound.field, forms.FileField):
                continue
            mine = fingerprint(self.cleaned_data[name]) if name in self.cleaned_data else None
            if mine == then:
                self.cleaned_data[name] = self.stored(name)
            elif mine is not None and mine != now:
                self.both_changed.add(bound.html_name)
                self.add_error(name, self.say_both(name, bound))

    def started_from(self):
        try:
            began = json.loads(self.data.get(STARTED_FROM) or "{}")
        except (ValueError, RecursionError):  # nobody's browser: brackets without end
            return {}
        return began if isinstance(began, dict) else {}

    def stored(self, name):
        value = getattr(self.instance, name)
        return value.all() if isinstance(value, models.Manager) else value

    def say_both(self, name, bound):
        stored = self.stored(name)
        if isinstance(stored, models.QuerySet):
            stored = ", ".join(str(each) for each in stored)
        shown = mark_safe(clean(stored)) if is_rich(bound) else "" if stored is None else stored
        return format_html(
            '<span class="both-versions">{} <span class="stored-version" data-for="{}">{}</span>'
            '<span class="word-diff"><span>{}</span> {}</span></span>',
            self.say_who(),
            bound.auto_id,
            shown,
            _("From that text to yours:"),
            word_diff(stored, self.cleaned_data[name]) if is_text(bound) else "",
        )

    def say_who(self):
        page = getattr(self, "page", None) or self.instance
        entry = (
            LogEntry.objects.filter(
                content_type__app_label=page._meta.app_label,
                content_type__model=page._meta.model_name,
                object_id=page.pk,
            )
            .select_related("user")
            .first()
        )
        if not entry:
            return _("Changed meanwhile. Your text is in the field; save again to keep it. Stored:")
        return _(
            "%(person)s changed this on %(moment)s. Your text is in the field; save again to keep "
            "it. Stored:"
        ) % {
            "person": entry.user.get_full_name() or entry.user.get_username(),
            "moment": date_format(localtime(entry.action_time), "SHORT_DATETIME_FORMAT"),
        }


class RemovedMeanwhile:
    """Mixin of a formset: a row that somebody has deleted is gone, unless it was changed here."""

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        if self.is_bound and i < self.initial_form_count() and form.instance.pk is None:
            form.data[form.add_prefix(self._pk_field.name)] = ""
            form.fields[self._pk_field.name].required = False
            form.was_removed = True
        return form

    def save_new_objects(self, commit=True):
        saved = super().save_new_objects(commit)
        for form in self.initial_forms:
            was_removed = getattr(form, "was_removed", False)
            may_add = form.has_changed()  # no, for who may not add rows
            if (
                was_removed
                and may_add
                and changed_here(form)
                and not self._should_delete_form(form)
            ):
                saved.append(self.save_new(form, commit))
        return saved


def changed_here(form):
    began = form.started_from()
    return any(
        began.get(form.add_prefix(name), fingerprint(value)) != fingerprint(value)
        for name, value in form.cleaned_data.items()
    )


def is_rich(bound):
    return "prose" in type(bound.field.widget).__name__.lower()


def is_text(bound):
    return isinstance(bound.field, forms.CharField)


def carried_on(form):
    """What the form carries when it is shown again: both versions of a field count as seen."""
    now = fingerprints(form)
    if not form.is_bound:
        return now
    then, seen = form.started_from(), getattr(form, "both_changed", set())
    return {name: now[name] if name in seen else then.get(name, now[name]) for name in now}
