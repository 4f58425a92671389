"""What hangs on every content object, and what the portal writes by itself, in the admin."""

from django.contrib import admin

from healthyboost.content.models import Draft, FormerSlug, Link, Statement, Theme

from .inlines import HangingInline, hangs_on_pages
from .translated import TranslatedAdmin


class RecordAdmin(admin.ModelAdmin):
    """What the portal writes by itself: to look at. It goes with the object that it belongs to."""

    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(FormerSlug)
class FormerSlugAdmin(RecordAdmin):
    list_display = ("slug", "owner")
    search_fields = ("slug",)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("owner")


@admin.register(Draft)
class DraftAdmin(RecordAdmin):
    list_display = ("page", "language", "state", "author", "updated_at")
    list_filter = ("language", "state")
    list_select_related = ("author",)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("page")


@admin.register(Theme)
class ThemeAdmin(TranslatedAdmin):
    list_display = ("__str__", "kind", "parent", "position")
    list_filter = ("kind",)
    list_select_related = ("parent",)
    search_fields = ("name", "slug")


@hangs_on_pages
class LinkInline(HangingInline):
    model = Link


@hangs_on_pages
class StatementInline(HangingInline):
    model = Statement
