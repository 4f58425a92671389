"""Redirects and missed addresses in the admin: for editors and administrators."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from healthyboost.content.references import Targets
from healthyboost.editing.guarding import ByObject

from .addresses import REFERENCE
from .forms import PastedListForm, RedirectForm
from .models import MissedAddress, Redirect


class Leads(admin.SimpleListFilter):
    title, parameter_name = _("where it leads"), "leads"

    def lookups(self, request, model_admin):
        return [("on", _("to a page")), ("gone", _("nowhere: gone"))]

    def queryset(self, request, queryset):
        if self.value() in ("on", "gone"):
            gone = queryset.filter(target="")
            return gone if self.value() == "gone" else queryset.exclude(pk__in=gone)
        return queryset


@admin.register(Redirect)
class RedirectAdmin(ByObject, admin.ModelAdmin):
    form = RedirectForm
    list_display = ("old_address", "leads_to", "hits", "last_used", "language")
    list_filter = (Leads, "language")
    readonly_fields = ("hits", "last_used")
    fields = ("old_address", "target", "is_gone", "language", "note", "hits", "last_used")
    search_fields = ("old_address", "target", "note")
    list_per_page = 50
    show_full_result_count = False
    change_list_template = "admin/redirects/list.html"

    def get_fields(self, request, obj=None):
        return self.fields if obj else self.fields[:5]

    def changelist_view(self, request, extra_context=None):
        title = {"title": gettext("Redirects")}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    def get_changelist_instance(self, request):
        """With the pages that the rows lead to, in one query for all of them."""
        shown = super().get_changelist_instance(request)
        shown.result_list = rows = list(shown.result_list)
        targets = Targets(" ".join(f'<a href="{row.target}"></a>' for row in rows))
        for row in rows:
            named = REFERENCE.fullmatch(row.target)
            row.shown_page = named and targets.page(named)
        return shown

    @admin.display(description=_("leads to"), ordering="target")
    def leads_to(self, row):
        if not row.target:
            return gettext("gone (410)")
        if not row.target.startswith("portal:"):
            return row.target
        if not row.shown_page:
            return gettext("nowhere: the page was deleted")
        if not row.shown_page.languages:
            return gettext("nowhere: “%(page)s” is not public") % {"page": row.shown_page}
        return format_html('<a href="{}">{}</a>', row.shown_page.get_absolute_url(), row.shown_page)

    def get_urls(self):
        view = self.admin_site.admin_view(self.paste)
        return [path("paste/", view, name="redirects_redirect_paste"), *super().get_urls()]

    def paste(self, request):
        """Many redirects at once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = PastedListForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                made, there = form.save()
            except ValidationError as faults:
                form.add_error("lines", faults)
            except IntegrityError:
                form.add_error("lines", _("Somebody else changed the list just now: try again."))
            else:
                self.say_taken(request, made, there)
                return redirect("admin:redirects_redirect_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Paste a list of redirects"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/redirects/paste.html", context)

    def say_taken(self, request, made, there):
        for row in made:
            self.log_addition(request, row, gettext("From a list"))
        said = ngettext("%(number)s redirect is kept.", "%(number)s redirects are kept.", len(made))
        messages.success(request, said % {"number": len(made)})
        if there:
            said = ngettext(
                "%(number)s redirect was there already.",
                "%(number)s redirects were there already.",
                len(there),
            )
            messages.info(request, said % {"number": len(there)})


class SetAside(admin.SimpleListFilter):
    title, parameter_name = _("shown"), "which"

    def lookups(self, request, model_admin):
        return [("aside", _("set aside"))]

    def choices(self, changelist):
        first, *others = super().choices(changelist)
        return [{**first, "display": _("To look at")}, *others]

    def queryset(self, request, queryset):
        return queryset.filter(is_set_aside=self.value() == "aside")


@admin.register(MissedAddress)
class MissedAddressAdmin(ByObject, admin.ModelAdmin):
    list_display = ("path", "make_a_redirect", "hits", "from_own_pages", "first_day", "last_day")
    list_display_links = None
    list_filter = (SetAside,)
    search_fields = ("path",)
    list_per_page = 50
    show_full_result_count = False
    actions = ("set_aside", "take_up_again")
    change_list_template = "admin/redirects/missed.html"

    def changelist_view(self, request, extra_context=None):
        title = {"title": gettext("Addresses that visitors miss")}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request)

    @admin.display(description=_("what to do"))
    def make_a_redirect(self, row):
        address = reverse("admin:redirects_redirect_add")
        return format_html(
            '<a href="{}?{}" aria-label="{}: {}">{}</a>',
            address,
            urlencode({"old_address": row.path}),
            gettext("Make a redirect"),
            row.path,
            gettext("Make a redirect"),
        )

    @admin.action(description=_("Never mind"), permissions=["change"])
    def set_aside(self, request, rows):
        self.say(request, rows.update(is_set_aside=True))

    @admin.action(description=_("Show again"), permissions=["change"])
    def take_up_again(self, request, rows):
        self.say(request, rows.update(is_set_aside=False))

    def say(self, request, number):
        said = ngettext("%(number)s address changed.", "%(number)s addresses changed.", number)
        messages.success(request, said % {"number": number})
