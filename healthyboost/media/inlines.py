"""Pictures and files in the form of a page. A picture is chosen, or brought along with its words."""

from pathlib import PurePath

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from healthyboost.content.languages import column, language_codes
from healthyboost.editing.forms import RowForm
from healthyboost.editing.inlines import HangingInline, hangs_on_pages
from healthyboost.editing.slugs import free_slug, make_slug

from .kept import KeptFileField
from .models import Attachment, Picture, PictureUse

WORDS = [column("alt", code) for code in language_codes()]


def thumbnail(picture):
    return format_html('<img class="thumbnail" src="{}" alt="" loading="lazy">', picture.thumbnail)


class WithNewPicture(RowForm):
    """A picture of the library, or a new one with its alternative text."""

    file = KeptFileField(
        kind="picture", required=False, label=_("New picture"), help_text=_("Or choose one above.")
    )
    credit = Picture._meta.get_field("credit").formfield()
    decorative = Picture._meta.get_field("decorative").formfield()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "picture" in self.fields:
            self.fields["picture"].required = False

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("file"):
            self.check_new_picture(self.new_picture())
        elif "picture" in self.fields and not cleaned.get("picture") and not self.errors:
            self.add_error("picture", _("Choose a picture, or bring a new one."))
        return cleaned

    def new_picture(self):
        names = ("file", "credit", "decorative", *WORDS)
        return Picture(**{name: value for name in names if (value := self.cleaned_data.get(name))})

    def check_new_picture(self, picture):
        try:
            picture.full_clean(exclude=["name"])
        except ValidationError as error:
            for name, errors in error.error_dict.items():
                self.add_error(name if name in self.fields else None, errors)

    def save(self, commit=True):
        if file := self.cleaned_data.get("file"):
            picture = self.new_picture()
            picture.name = free_slug(Picture.objects, make_slug(PurePath(file.name).stem), "name")
            owner = self.instance.owner
            picture.organisation = getattr(owner, "organisation", None)
            picture.save()
            self.instance.picture = picture
        return super().save(commit)


def words_in(language):
    widget = AdminTextInputWidget({"lang": language, "spellcheck": "true"})
    field = Picture._meta.get_field(column("alt", language))
    return field.formfield(required=False, label=capfirst(_("alternative text")), widget=widget)


# One field of words for each language, as the languages of the form are.
PictureUseForm = type(WithNewPicture)(
    "PictureUseForm",
    (WithNewPicture,),
    {column("alt", code): words_in(code) for code in language_codes()},
)


@hangs_on_pages
class PictureUseInline(HangingInline):
    model = PictureUse
    form = PictureUseForm
    readonly_fields = ("shown",)

    def get_formset(self, request, obj=None, **kwargs):
        if not request.user.has_perm("media.add_picture"):
            self.form = RowForm
        return super().get_formset(request, obj, **kwargs)

    def get_fieldsets(self, request, obj=None):
        chosen = (None, {"fields": ["picture", "shown"]})
        place = (None, {"fields": ["position"]})
        if not request.user.has_perm("media.add_picture"):
            return [chosen, place]
        brought = (
            None,
            {"fields": ["file", ("credit", "decorative")], "classes": ("new-picture",)},
        )
        words = [
            (heading, {**options, "classes": (*options["classes"], "new-picture")})
            for heading, options in self.language_fieldsets(["alt"])
        ]
        return [chosen, brought, *words, place]

    @admin.display(description=_("picture"))
    def shown(self, use):
        return thumbnail(use.picture) if use.picture_id else "–"


@hangs_on_pages
class AttachmentInline(HangingInline):
    model = Attachment
    verbose_name, verbose_name_plural = _("attachment"), _("attachments")
