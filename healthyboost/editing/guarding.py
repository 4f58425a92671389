"""Who may do what in the admin: asked of `accounts.rights` for each object, on the server.

What somebody may not write is shown to her and has no input; what is posted for it all the same is
not read.
"""

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from modeltranslation.fields import TranslationField

from healthyboost.accounts.rights import (
    OWNED,
    is_allowed,
    languages_of,
    may_edit_shared,
    may_publish,
    may_withdraw,
    organisations_of,
)
from healthyboost.content.languages import language_codes, translated_fields
from healthyboost.content.models import Content
from healthyboost.content.richtext import RichTextField, clean

BUTTONS = {"_publish", "_publish_chosen", "_withdraw", "_review", "_take_back", "_matches"}


def closed_fields(user, model, page):
    """Names of the fields of `model`, that of `page` or of rows on it, that `user` may not write."""
    if may_edit_shared(user, page):
        return []
    languages, translated = languages_of(user, page), translated_fields(model)
    return [
        field.name
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if (
            not is_open(user, field, page, languages)
            if isinstance(field, TranslationField)
            else field.editable and not field.primary_key and field.name not in translated
        )
    ]


def is_open(user, field, page, languages):
    """A text of one of `languages`, or its publication as far as that takes nothing from readers."""
    name, code = field.translated_field.name, field.language
    if isinstance(page, Content) and name in ("unpublish_at", "withdrawn_at"):
        return may_withdraw(user, page, code)
    if isinstance(page, Content) and name == "published_at":
        public = getattr(page, "live_languages", page.languages)
        return may_publish(user, page, code) and code not in public
    return code in languages


class ByObject:
    """Mixin of a ModelAdmin: permissions by object; without one, whether there can be any."""

    def may(self, action, request, obj=None):
        return request.user.has_perm(f"{self.opts.app_label}.{action}_{self.opts.model_name}", obj)

    def has_add_permission(self, request):
        return self.may("add", request)

    def has_view_permission(self, request, obj=None):
        return self.may("view", request, obj)

    def has_change_permission(self, request, obj=None):
        return self.may("change", request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.may("delete", request, obj)


class Mine(admin.SimpleListFilter):
    title, parameter_name = _("whose"), "mine"

    def lookups(self, request, model_admin):
        return [("yes", _("my organisation's"))]

    def queryset(self, request, queryset):
        if self.value() != "yes":
            return queryset
        return queryset.filter(organisation__in=organisations_of(request.user, queryset.model))


class Guarded(ByObject):
    """Mixin of TranslatedAdmin."""

    def get_readonly_fields(self, request, obj=None):
        names = super().get_readonly_fields(request, obj)
        closed = closed_fields(request.user, self.model, obj) if obj else []
        return [*names, *(name for name in closed if name not in names)]

    def get_list_filter(self, request):
        filters = super().get_list_filter(request)
        return [Mine, *filters] if self.owners(request) else filters

    def owners(self, request):
        """The organisations that this person may give a row to; None where that is not limited."""
        is_owned = self.opts.label_lower in OWNED
        return organisations_of(request.user, self.model) if is_owned else None

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """She gives her rows to no other organisation, and replaces none of another."""
        owners = self.owners(request)
        if owners is not None and db_field.name == "organisation":
            kwargs["queryset"] = db_field.related_model._default_manager.filter(pk__in=owners)
            kwargs |= {"widget": forms.Select, "required": True}
            kwargs |= {"empty_label": None} if len(owners) == 1 else {}
        elif owners is not None and db_field.related_model is self.model:
            kwargs["queryset"] = self.model._default_manager.filter(organisation__in=owners)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        """As it is now: the form must not have made it somebody else's."""
        if not self.may("change" if change else "add", request, obj):
            raise PermissionDenied
        super().save_model(request, obj, form, change)

    def render_change_form(self, request, context, *args, **kwargs):
        show_as_read(context["adminform"].form)
        for inline in context["inline_admin_formsets"]:
            for form in inline.formset.forms:
                show_as_read(form)
        return super().render_change_form(request, context, *args, **kwargs)


def show_as_read(form):
    """A rich text that has no input is shown as it is read, not with its tags."""
    for field in form.instance._meta.concrete_fields:
        if isinstance(field, RichTextField) and field.name not in form.fields:
            text = clean(getattr(form.instance, field.attname) or "").replace("\n", "")
            setattr(form.instance, field.attname, mark_safe(text))


class GuardedPublication:
    """Mixin of ContentAdmin: its buttons, by language."""

    def changeform_view(self, request, object_id=None, *args, **kwargs):
        if object_id and BUTTONS & request.POST.keys():
            page = self.get_object(request, unquote(object_id))
            if page and not self.may_press(request, page):
                raise PermissionDenied
        return super().changeform_view(request, object_id, *args, **kwargs)

    def may_press(self, request, page):
        """Whether each language that a button names is one that she may do that with."""

        def asked(*names):
            return {code for name in names for code in request.POST.getlist(name)} & {
                *language_codes()
            }

        user, published = request.user, asked("_publish")
        if "_publish_chosen" in request.POST:
            published |= asked("_chosen")
        return (
            all(may_publish(user, page, code) for code in published)
            and all(may_withdraw(user, page, code) for code in asked("_withdraw"))
            and asked("_review", "_take_back", "_matches") <= languages_of(user, page)
        )

    def panel(self, code, name, fieldsets, context, obj):
        panel, user = super().panel(code, name, fieldsets, context, obj), context["request"].user
        if obj:
            panel.may_write = code in languages_of(user, obj)
            panel.may_publish = may_publish(user, obj, code)
            panel.may_withdraw = may_withdraw(user, obj, code)
        return panel


class GuardedRows:
    """Mixin of the rows in a form: they may be what their page may be; `obj` is that page."""

    def may_on_page(self, action, request, obj):
        """On a page that does not exist yet: who may make one."""
        if obj is None or obj._state.adding:
            return is_allowed(request.user, "add", self.parent_model)
        return is_allowed(request.user, action, type(obj), obj)

    def has_add_permission(self, request, obj=None):
        return self.may_on_page("change", request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.may_on_page("change", request, obj)

    def has_view_permission(self, request, obj=None):
        return is_allowed(request.user, "view", self.parent_model, obj)

    def has_change_permission(self, request, obj=None):
        return self.may_on_page("change", request, obj) or bool(
            translated_fields(self.model) and self.may_on_page("translate", request, obj)
        )

    def get_readonly_fields(self, request, obj=None):
        names = super().get_readonly_fields(request, obj)
        is_new = obj is None or obj._state.adding
        closed = [] if is_new else closed_fields(request.user, self.model, obj)
        return [*names, *(name for name in closed if name not in names)]


class GuardedForm:
    """Mixin of a form that not everybody has all fields of."""

    def clean(self):
        """What the form does not ask is as it is stored: the rules for other fields need it."""
        cleaned = super().clean()
        for name in self._meta.exclude or ():
            self.cleaned_data.setdefault(name, getattr(self.instance, name, None))
        return cleaned

    def add_error(self, field, error):
        """What is wrong with a field that she cannot see is said above the form."""
        if isinstance(error, str) or not hasattr(error, "error_dict"):
            is_here = field is None or field in self.fields
            return super().add_error(field if is_here else None, error)
        here, elsewhere = {}, []
        for name, errors in error.error_dict.items():
            if name in self.fields or name == NON_FIELD_ERRORS:
                here[name] = errors
            else:
                elsewhere += [f"{self.name_of(name)}: {text}" for text in ValidationError(errors)]
        if elsewhere:
            super().add_error(None, elsewhere)
        if here:
            super().add_error(None, ValidationError(here))

    def name_of(self, name):
        return capfirst(self._meta.model._meta.get_field(name).verbose_name)
