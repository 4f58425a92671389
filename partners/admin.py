from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet

from healthyboost.editing.content import ContentAdmin
from healthyboost.editing.inlines import (
    HangingTableInline,
    RowsInline,
    TableInline,
    hangs_on_pages,
)
from healthyboost.editing.translated import TranslatedAdmin
from healthyboost.privacy.screens import CanErase

from .models import (
    ContactLink,
    ContactPerson,
    FundingLine,
    FundingSource,
    NetworkMembership,
    Organisation,
    Partnership,
    Project,
    sum_fault,
)


class FundingLines(BaseInlineFormSet):
    """Lines that add up to the total of their owner."""

    total_field = None

    def clean(self):
        super().clean()
        amounts = [
            form.cleaned_data["amount"]
            for form in self.forms
            if form.cleaned_data.get("amount") and not form.cleaned_data.get("DELETE")
        ]
        if fault := sum_fault(getattr(self.instance, self.total_field), amounts):
            raise ValidationError(fault)


class FundingLinesOfProject(FundingLines):
    total_field = "total_budget"


class FundingLinesOfPartnership(FundingLines):
    total_field = "budget_total"


class ProjectFundingInline(RowsInline):
    model = FundingLine
    formset = FundingLinesOfProject
    exclude = ("partnership",)


class PartnershipFundingInline(RowsInline):
    model = FundingLine
    formset = FundingLinesOfPartnership
    exclude = ("project",)


class PartnershipInline(TableInline):
    """To look at: a role has a form of its own, where it is checked against the others."""

    model = Partnership
    template = "admin/partnerships.html"
    fields = ("organisation", "role", "valid_from", "valid_until", "budget_total")
    show_change_link = True

    def get_fieldsets(self, request, obj=None):
        return [(None, {"fields": self.fields})]

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Project)
class ProjectAdmin(ContentAdmin):
    inlines = [PartnershipInline, ProjectFundingInline]
    search_fields = ("title", "acronym", "number", "slug")
    list_display = ("shown_title", "acronym", "number", "shown_languages", "start", "actual_end")


@admin.register(Partnership)
class PartnershipAdmin(TranslatedAdmin):
    inlines = [PartnershipFundingInline]
    list_display = ("organisation", "role", "project", "valid_from", "valid_until")
    list_filter = ("role", "project")
    list_select_related = ("organisation", "project")
    search_fields = ("organisation__title", "organisation__slug")


class MembershipInline(TableInline):
    model = NetworkMembership
    fk_name = "member"


@admin.register(Organisation)
class OrganisationAdmin(ContentAdmin):
    inlines = [MembershipInline]
    ordering = ("slug",)
    search_fields = ("title", "abbreviation", "native_name", "city", "slug")
    list_display = ("shown_title", "shown_languages", "kind", "country", "is_listed")
    language_fields = ("title", "name_status", "summary", "city", "unit", "body")

    def get_list_filter(self, request):
        return [*super().get_list_filter(request), "country", "is_listed"]


@admin.register(ContactPerson)
class ContactPersonAdmin(CanErase, TranslatedAdmin):
    list_display = ("name", "organisation", "is_current", "consent_until")
    list_filter = ("is_current",)
    list_select_related = ("organisation",)
    search_fields = ("name", "role", "organisation__title")


@hangs_on_pages
class ContactInline(HangingTableInline):
    model = ContactLink


@admin.register(FundingSource)
class FundingSourceAdmin(TranslatedAdmin):
    list_display = ("__str__", "kind", "position")
    search_fields = ("name", "abbreviation", "slug")
