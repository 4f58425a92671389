"""The log for administrators: read, narrowed down, never changed."""

import datetime
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from healthyboost.accounts.models import User

from .models import Entry, Kind

SHOWN = 100  # entries on a page


class Question(forms.Form):
    """What of the log is to be shown. `before` is the last entry of the page before."""

    person = forms.ModelChoiceField(
        User.objects.none(),
        label=pgettext_lazy("who acted", "Person"),
        required=False,
        empty_label=gettext_lazy("all"),
    )
    kind = forms.ChoiceField(label=gettext_lazy("What happened"), required=False)
    first = forms.DateField(label=gettext_lazy("From"), required=False)
    last = forms.DateField(label=gettext_lazy("Until"), required=False)
    before = forms.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = User.objects.order_by("username")
        self.fields["person"].label_from_instance = lambda user: (
            user.get_full_name() or user.get_username()
        )
        self.fields["kind"].choices = [
            ("", _("all")),
            *((value, capfirst(label)) for value, label in Kind.choices),
        ]
        for name in ("first", "last"):
            # a browser shows and sends a day in its own way only in this one
            self.fields[name].widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
            self.fields[name].input_formats = ["%Y-%m-%d"]

    def clean(self):
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and first > last:
            self.add_error("last", _("The period ends before it begins."))

    def entries(self):
        asked, found = self.cleaned_data, Entry.objects.all()
        if asked["person"]:
            found = found.filter(person_id=asked["person"].pk)
        if asked["kind"]:
            found = found.filter(kind=asked["kind"])
        if asked["first"]:
            found = found.filter(at__gte=start_of(asked["first"]))
        if asked["last"]:
            found = found.filter(at__lt=start_of(asked["last"]) + datetime.timedelta(days=1))
        if asked["before"]:
            found = found.filter(pk__lt=asked["before"])
        return found.order_by("-pk")


def start_of(day):
    """Years near the ends of the calendar have no midnight in every time zone."""
    day = min(max(day, datetime.date(1970, 1, 1)), datetime.date(9000, 1, 1))
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        shown = self.admin_site.admin_view(self.changelist_view)
        return [path("", shown, name="audit_entry_changelist"), *self.forms_that_are_not_there()]

    def forms_that_are_not_there(self):
        """The admin leads to a form of every model: here an entry stands in the list alone."""
        gone = self.admin_site.admin_view(no_form)
        return [
            path("add/", gone, name="audit_entry_add"),
            path("<path:object_id>/change/", gone, name="audit_entry_change"),
            path("<path:object_id>/delete/", gone, name="audit_entry_delete"),
            path("<path:object_id>/history/", gone, name="audit_entry_history"),
        ]

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = Question(request.GET)
        entries = list(form.entries()[: SHOWN + 1]) if form.is_valid() else []
        older = ""
        if len(entries) > SHOWN:
            entries = entries[:SHOWN]
            older = "?" + urlencode({**request.GET.dict(), "before": entries[-1].pk})
        newest = {name: value for name, value in request.GET.items() if name != "before"}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": capfirst(self.opts.verbose_name_plural),
            "form": form,
            "entries": entries,
            "older": older,
            "newest": "?" + urlencode(newest) if form["before"].value() else "",
        }
        return TemplateResponse(request, "admin/audit/entries.html", context)


def no_form(request, object_id=None):
    raise Http404("entries of the log have no form")
