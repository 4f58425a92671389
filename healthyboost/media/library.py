"""The files of all pages in one list: attachments, and what else stores a document."""

from itertools import groupby

from django.apps import apps
from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import CharField, Q, Value
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from healthyboost.accounts.rights import page_of, ways_up
from healthyboost.editing.guarding import ByObject

from .fields import DescribedFile
from .files import SHORT_NAMES
from .models import FILE_LANGUAGES

A_PAGE = 50
COLUMNS = ("kind", "pk", "title")


def link_to(page):
    """The page by its kind and title, as a link to its form."""
    meta = page._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[page.pk])
    return format_html('{}: <a href="{}">{}</a>', capfirst(meta.verbose_name), address, page)


def models_of_files():
    """The models that store documents, each with a title, a language and what is known of the file."""
    return [
        model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, DescribedFile) and field.kind == "document"
    ]


def files(asked):
    """(kind, primary key, title) of the files that are asked for, by title, as one queryset."""
    wish = ~Q(file="")
    if words := asked.get("q", "").strip():
        wish &= Q(title__unaccent__icontains=words) | Q(address__icontains=words)
    for name in ("language", "media_type"):
        if asked.get(name):
            wish &= Q(**{name: asked[name]})
    if asked.get("accessible") in ACCESSIBLE:
        wish &= Q(accessible=ACCESSIBLE[asked["accessible"]])
    first, *others = [
        model.objects.filter(wish)
        .annotate(kind=Value(model._meta.label_lower, output_field=CharField()))
        .order_by()
        .values_list(*COLUMNS)
        for model in models_of_files()
    ]
    return first.union(*others, all=True).order_by("title", "kind", "pk")


ACCESSIBLE = {"yes": True, "no": False, "unknown": None}


def rows_of(found):
    """The rows themselves, in the same order, each with the page that it is on: `row.link`."""
    rows = {}
    for kind, group in groupby(sorted(found), key=lambda each: each[0]):
        model = apps.get_model(kind)
        keys = [key for _kind, key, _title in group]
        for row in model.objects.filter(pk__in=keys).prefetch_related(*ways_up(model)):
            page = page_of(row)
            row.link = link_to(page) if page is not row else ""
            rows[kind, row.pk] = row
    return [rows[kind, key] for kind, key, _title in found if (kind, key) in rows]


class FilesAdmin(ByObject, admin.ModelAdmin):
    """A list to look at: a file is changed in the form of its page."""

    search_fields = ()

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        page = Paginator(files(request.GET), A_PAGE).get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Files"),
            "opts": self.opts,
            "page": page,
            "rows": rows_of(list(page.object_list)),
            "asked": request.GET,
            "languages_of_files": FILE_LANGUAGES,
            "media_types": SHORT_NAMES.items(),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/media/files.html", context)
