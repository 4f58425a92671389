"""Pictures in the admin: a library that says where each is used. The files: library.py."""

from pathlib import PurePath

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Q
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from healthyboost.editing.forms import PortalForm
from healthyboost.editing.slugs import make_slug
from healthyboost.editing.translated import TranslatedAdmin

from .inlines import thumbnail
from .kept import answer_upload
from .library import FilesAdmin, link_to
from .models import SOON, Attachment, Picture, used_by


class PictureForm(PortalForm):
    """A picture without a name gets that of its file."""

    slug_field = "name"

    def slug_wishes(self):
        file = self.cleaned_data.get("file")
        return [make_slug(PurePath(file.name).stem)] if file else []


class ConsentFilter(admin.SimpleListFilter):
    title, parameter_name = _("consent"), "consent"

    def lookups(self, request, model_admin):
        return [
            ("ended", _("has ended")),
            ("soon", _("ends within 60 days")),
            ("given", _("given")),
            ("none", _("not noted")),
        ]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        ended, ends_soon = Q(consent_until__lt=today), Q(consent_until__lte=today + SOON)
        none = Q(consent_until=None, consent_note="")
        asked = {
            "ended": ended,
            "soon": ends_soon & ~ended,
            "given": ~none & (Q(consent_until=None) | ~ends_soon),
            "none": none,
        }
        return queryset.filter(asked.get(self.value(), Q()))


class UseFilter(admin.SimpleListFilter):
    title, parameter_name = _("use"), "used"

    def lookups(self, request, model_admin):
        return [("no", _("not used"))]

    def queryset(self, request, queryset):
        return queryset.unused() if self.value() == "no" else queryset


class PictureList(ChangeList):
    """With the pages that use each picture."""

    def get_results(self, request):
        super().get_results(request)
        found = used_by(self.result_list)
        for picture in self.result_list:
            picture.links = [link_to(page) for page in found[picture.pk]]


@admin.register(Picture)
class PictureAdmin(TranslatedAdmin):
    form = PictureForm
    change_list_template = "admin/media/pictures.html"
    change_form_template = "admin/media/picture_form.html"
    list_display = ("shown", "name", "credit", "decorative")
    list_display_links = ("shown", "name")
    list_filter = (
        UseFilter,
        ConsentFilter,
        ("organisation", admin.RelatedOnlyFieldListFilter),
        "decorative",
    )
    list_select_related = ("organisation",)
    list_per_page = 48
    search_fields = ("name", "alt", "caption", "credit")

    class Media:
        js = ("admin/pictures.js",)

    def get_urls(self):
        upload = self.admin_site.admin_view(require_POST(answer_upload))
        return [path("upload/<slug:kind>/", upload, name="media_upload"), *super().get_urls()]

    def get_changelist(self, request, **kwargs):
        return PictureList

    def get_queryset(self, request):
        """With the number of its uses, which a list shows."""
        pictures = super().get_queryset(request)
        return pictures.annotate(
            number_of_uses=Count("uses", distinct=True) + Count("in_texts", distinct=True)
        )

    def get_readonly_fields(self, request, obj=None):
        """Texts name a picture: its name stays."""
        return [*super().get_readonly_fields(request, obj), *(["name"] if obj else [])]

    def render_change_form(self, request, context, *args, **kwargs):
        if picture := context["original"]:
            context["pages"] = [link_to(page) for page in used_by([picture], 100)[picture.pk]]
        return super().render_change_form(request, context, *args, **kwargs)

    def get_deleted_objects(self, objs, request):
        """A picture that a page shows is not deleted: the pages are named."""
        deletable, counts, lacking, protected = super().get_deleted_objects(objs, request)
        if protected:
            found = used_by(objs, most=100)
            protected = [link_to(page) for picture in objs for page in found[picture.pk]]
        return deletable, counts, lacking, protected or []

    @admin.display(description=_("picture"))
    def shown(self, picture):
        return thumbnail(picture)


admin.site.register(Attachment, FilesAdmin)
