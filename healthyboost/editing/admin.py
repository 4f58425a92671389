"""What hangs on every content object, and what the portal writes by itself, in the admin."""

from django.contrib import admin, messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from healthyboost.accounts.rights import languages_of
from healthyboost.content.models import Draft, FormerSlug, Link, Statement, Theme

from .deleting import KEPT_FOR, deleted_row, undelete
from .guarding import ByObject
from .history import name_of
from .inlines import HangingInline, hangs_on_pages
from .links import dead
from .models import CheckedAddress, Deletion
from .translated import TranslatedAdmin


class RecordAdmin(ByObject, admin.ModelAdmin):
    """What the portal writes by itself: to look at. It goes with the object that it belongs to."""

    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(FormerSlug)
class FormerSlugAdmin(RecordAdmin):
    list_display = ("slug", "shown_owner")
    search_fields = ("slug",)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("owner")

    @admin.display(description=_("page"))
    def shown_owner(self, former):
        return former.owner


@admin.register(Draft)
class DraftAdmin(RecordAdmin):
    list_display = ("shown_page", "language", "state", "author", "updated_at")
    list_filter = ("language", "state")
    list_select_related = ("author",)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("page")

    def has_view_permission(self, request, obj=None):
        """That there is a draft is no secret; what it says is for those who write that language."""
        is_hers = obj is None or obj.language in languages_of(request.user, obj)
        return is_hers and super().has_view_permission(request, obj)

    @admin.display(description=_("page"))
    def shown_page(self, draft):
        return draft.page


class Dead(admin.SimpleListFilter):
    title, parameter_name = _("state"), "state"

    def lookups(self, request, model_admin):
        return [("dead", _("dead"))]

    def queryset(self, request, queryset):
        return queryset.filter(pk__in=dead()) if self.value() == "dead" else queryset


@admin.register(CheckedAddress)
class CheckedAddressAdmin(RecordAdmin):
    """What the texts link to elsewhere, and whether it answers."""

    list_display = ("url", "shown_fault", "failing_since", "shown_pages")
    list_display_links = actions = None
    list_filter = (Dead,)
    search_fields = ("url",)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("uses__page")

    @admin.display(description=_("fault"), ordering="fault")
    def shown_fault(self, address):
        return address.fault_in_words or (_("none") if address.checked_at else _("not asked yet"))

    @admin.display(description=_("linked from"))
    def shown_pages(self, address):
        pages = [use.page for use in address.uses.all() if use.page]
        return format_html_join(
            ", ", '<a href="{}">{}</a>', ((form_of(page), page) for page in pages)
        )


def form_of(page):
    meta = page._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[page.pk])


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


class DeletedKind(admin.SimpleListFilter):
    title, parameter_name = _("kind"), "kind"

    def lookups(self, request, model_admin):
        rows = model_admin.get_queryset(request).values("content_type")
        kinds = ContentType.objects.filter(pk__in=rows)
        return sorted(
            ((str(kind.pk), capfirst(kind.name)) for kind in kinds), key=lambda each: each[1]
        )

    def queryset(self, request, queryset):
        return queryset.filter(content_type=self.value()) if self.value() else queryset


@admin.register(Deletion)
class DeletionAdmin(RecordAdmin):
    """What was deleted in the last thirty days, to be brought back."""

    list_display = ("shown_title", "kind", "person", "deleted_at", "bring_back")
    list_display_links = None
    list_filter = (DeletedKind,)
    list_select_related = ("deleted_by", "content_type")
    search_fields = ("titles",)

    def get_queryset(self, request):
        since = timezone.now() - KEPT_FOR
        return super().get_queryset(request).filter(deleted_at__gte=since)

    def has_view_permission(self, request, obj=None):
        """In the list; what was in the rows is shown by bringing them back."""
        return obj is None and super().has_view_permission(request)

    def get_urls(self):
        view = self.admin_site.admin_view(self.restore_view)
        return [
            path("<int:number>/restore/", view, name="editing_deletion_restore"),
            *super().get_urls(),
        ]

    def has_delete_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    @admin.display(description=_("title"))
    def shown_title(self, deletion):
        return str(deletion)

    @admin.display(description=_("kind"), ordering="content_type")
    def kind(self, deletion):
        return capfirst(deletion.content_type.name)

    @admin.display(description=_("deleted by"), ordering="deleted_by")
    def person(self, deletion):
        return name_of(deletion.deleted_by)

    @admin.display(description=_("Bring back"))
    def bring_back(self, deletion):
        address = reverse("admin:editing_deletion_restore", args=[deletion.pk])
        said = _("Bring back")
        return format_html('<a href="{}" aria-label="{}: {}">{}</a>', address, said, deletion, said)

    def restore_view(self, request, number):
        """Asks; POST puts it back. Whoever may add such an object to its organisation may."""
        deletion = get_object_or_404(self.get_queryset(request), pk=number)
        model, row = deletion.content_type.model_class(), deleted_row(deletion)
        adds = f"{model._meta.app_label}.add_{model._meta.model_name}"
        if not request.user.has_perm(adds, row):
            raise PermissionDenied
        notes = []
        if request.method == "POST":
            try:
                return self.restore(request, deletion)
            except ValidationError as error:
                notes = error.messages
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Bring back: %(title)s") % {"title": deletion},
            "subtitle": None,
            "deletion": deletion,
            "person": name_of(deletion.deleted_by),
            "kind": capfirst(deletion.content_type.name),
            "notes": notes,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/history/undelete.html", context)

    @transaction.atomic
    def restore(self, request, deletion):
        row, notes = undelete(deletion)
        model_admin = self.admin_site.get_model_admin(type(row))
        model_admin.log_addition(request, row, [{"added": {}}, {"undeleted": {}}])
        messages.success(request, " ".join([gettext("Brought back."), *map(str, notes)]))
        meta = row._meta
        return redirect(f"admin:{meta.app_label}_{meta.model_name}_change", row.pk)
