"""The parts of a form: fields by language, and child rows inside the form of their owner."""

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.contenttypes.admin import GenericStackedInline, GenericTabularInline
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from modeltranslation.fields import TranslationField

from healthyboost.content.languages import column, language_codes, translated_fields

from .forms import RowAutocomplete, RowForm, RowsAutocomplete
from .guarding import GuardedRows
from .merging import RemovedMeanwhile

# Fields that share a line, beside those that a date shares with how well it is known.
PAIRS = {
    "latitude": "longitude",
    "focal_x": "focal_y",
    "published_at": "unpublish_at",
    "withdrawn_at": "origin",
}


def lines(names):
    """Fields in the lines of a form: twins stand side by side."""
    twins = {name: PAIRS.get(name, f"{name}_precision") for name in names}
    followers = set(twins.values())
    return [
        (name, twins[name]) if twins[name] in names else name
        for name in names
        if name not in followers
    ]


class ByLanguage:
    """Mixin of a form or of child rows: a part for each language, and what is the same in all."""

    # Names of the translated fields in their order; None for all of them.
    language_fields = None
    shared_heading = None

    def get_fieldsets(self, request, obj=None):
        return [
            *self.language_fieldsets(self.language_fields or translated_fields(self.model)),
            self.shared_fieldset(request, obj),
        ]

    def shared_fieldset(self, request, obj=None):
        """What is the same in all languages: the address, the source and the position come last."""
        names, last = self.shared_fields(request, obj), ("slug", "source_language", "position")
        names = sorted(names, key=lambda name: last.index(name) if name in last else -1)
        return (self.shared_heading, {"fields": lines(names), "classes": ("shared",)})

    def shared_fields(self, request, obj=None):
        left_out = {*translated_fields(self.model), *(self.get_exclude(request, obj) or ())}
        return [
            field.name
            for field in (*self.opts.fields, *self.opts.many_to_many)
            if field.editable
            and not field.primary_key
            and not isinstance(field, TranslationField)
            and field.name not in left_out
        ]

    def language_fieldsets(self, names, heading=None, folded=False):
        return [
            (
                heading or capfirst(language),
                {
                    "fields": [
                        tuple(column(twin, code) for twin in line)
                        if isinstance(line, tuple)
                        else column(line, code)
                        for line in lines(names)
                    ],
                    "classes": ("language", f"language-{code}", *(["collapse"] if folded else [])),
                },
            )
            for code, language in settings.LANGUAGES
            if names
        ]

    def form_with_labels(self):
        """The language of a field is said by the heading above it, not by each label."""
        labels = {
            column(name, code): capfirst(self.opts.get_field(name).verbose_name)
            for name in translated_fields(self.model)
            for code in language_codes()
        }
        return type("FormWithLabels", (self.form,), {"Meta": type("Meta", (), {"labels": labels})})

    def get_autocomplete_fields(self, request):
        """What a row leads to is searched for, never listed."""
        return [
            field.name
            for field in (*self.opts.fields, *self.opts.many_to_many)
            if field.remote_field
            and self.admin_site.is_registered(field.related_model)
            and self.admin_site.get_model_admin(field.related_model).get_search_fields(request)
        ]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, forms.Textarea):
            field.widget.attrs["rows"] = 3
        if field and isinstance(field.widget, forms.FileInput):
            field.widget.use_fieldset = False  # a label that belongs to the input
        if isinstance(db_field, TranslationField) and isinstance(
            field.widget, forms.TextInput | forms.Textarea
        ):
            field.widget.attrs.update({"lang": db_field.language, "spellcheck": "true"})
        return field


class Rows(GuardedRows, ByLanguage):
    """Child rows inside the form of their owner; queries do not grow with their number."""

    form = RowForm
    extra = 0

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, form=self.form_with_labels(), **kwargs)
        return type(formset.__name__, (RemovedMeanwhile, formset), {})

    def get_queryset(self, request):
        rows, searched = super().get_queryset(request), {*self.get_autocomplete_fields(request)}
        single = [field.name for field in self.opts.fields if field.name in searched]
        several = [field.name for field in self.opts.many_to_many]
        return (rows.select_related(*single) if single else rows).prefetch_related(*several)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = RowAutocomplete(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = RowsAutocomplete(db_field, self.admin_site)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class DeleteBox(forms.CheckboxInput):
    def __init__(self, attrs=None):
        super().__init__({"aria-label": _("Delete"), **(attrs or {})})


class Table(Rows):
    """The same as a table, for short rows without words; each field says the name of its column."""

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.deletion_widget = DeleteBox
        return formset

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs["aria-label"] = capfirst(db_field.verbose_name)
        return field


class RowsInline(Rows, admin.StackedInline):
    """Child rows by foreign key, such as the steps of a pilot."""


class TableInline(Table, admin.TabularInline):
    pass


class HangingInline(Rows, GenericStackedInline):
    """Rows that hang on any content object; `hangs_on_pages` puts them into every form."""

    exclude = ("content_type", "object_id")


class HangingTableInline(Table, GenericTabularInline):
    exclude = ("content_type", "object_id")


HANGING = {}


def hangs_on_pages(inline):
    """Class decorator: these rows are in the form of every content type that relates to them."""
    HANGING[inline.model] = inline
    return inline
