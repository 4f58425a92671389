from pathlib import PurePath

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from healthyboost.editing.forms import PortalForm
from healthyboost.editing.inlines import HangingInline, HangingTableInline, hangs_on_pages
from healthyboost.editing.slugs import make_slug
from healthyboost.editing.translated import TranslatedAdmin

from .models import Attachment, Picture, PictureUse


class PictureForm(PortalForm):
    """A picture without a name gets that of its file."""

    slug_field = "name"

    def slug_wishes(self):
        file = self.cleaned_data.get("file")
        return [make_slug(PurePath(file.name).stem)] if file else []


@admin.register(Picture)
class PictureAdmin(TranslatedAdmin):
    form = PictureForm
    list_display = ("shown", "name", "credit", "decorative")
    list_display_links = ("shown", "name")
    list_filter = ("decorative",)
    search_fields = ("name", "alt", "caption", "credit")

    @admin.display(description=_("picture"))
    def shown(self, picture):
        smallest = picture.renditions[0]["webp"] if picture.renditions else picture.file.name
        address = picture.file.storage.url(smallest)
        return format_html('<img class="thumbnail" src="{}" alt="">', address)


@hangs_on_pages
class PictureUseInline(HangingTableInline):
    model = PictureUse


@hangs_on_pages
class AttachmentInline(HangingInline):
    model = Attachment
