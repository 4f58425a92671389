"""Forms and lists of the admin: one form an object, one language switch for the whole form.

    @admin.register(Article)
    class ArticleAdmin(ContentAdmin):
        inlines = [QuoteInline]

is all that a content type needs: which fields there are, and which of them have a text per
language, is read from the model.
"""

from dataclasses import dataclass
from itertools import chain

from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminSplitDateTime
from django.contrib.contenttypes.fields import GenericRelation
from django.db import IntegrityError, connection, models
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from .age import Age, age_of
from .dates import say_date
from .forms import ContentForm, MomentField, PortalForm
from .inlines import HANGING, ByLanguage, HangingInline, hangs_on_pages
from .languages import column, language_codes, translated_fields, wording
from .models import PUBLICATION, Draft, FormerSlug, Link, Statement, Theme, public_in, text_fields
from .richtext import RichTextField, clean

# A symbol and a word for each state of a language: never a colour alone.
STATES = {
    "empty": ("○", _("empty")),
    "written": ("●", _("written")),
    "draft": ("◐", pgettext_lazy("state of a text", "draft")),
    "scheduled": ("◷", _("scheduled")),
    "public": ("●", _("public")),
    "old": ("◔", _("public, older than its original")),
    "withdrawn": ("⊘", _("withdrawn")),
}


@dataclass
class Panel:
    """What the form shows of one language."""

    code: str
    name: str
    state: str
    errors: int
    fieldsets: list
    publication: list
    is_translation: bool = False
    age: Age | None = None  # of a translation whose source is known

    @property
    def symbol(self):
        return STATES[self.state][0]

    @property
    def word(self):
        return STATES[self.state][1]


class TranslatedAdmin(ByLanguage, admin.ModelAdmin):
    """One form with one language switch, one list that is searched in every language."""

    form = PortalForm
    change_form_template = "admin/languages_form.html"
    formfield_overrides = {
        models.DateTimeField: {"form_class": MomentField, "widget": AdminSplitDateTime}
    }
    show_full_result_count = False
    list_per_page = 30
    words_first = False  # whether the languages stand above what is the same in all of them
    shared_heading = _("Same in all languages")

    class Media:
        js = ("admin/js/urlify.js", "admin/portal.js")

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, form=self.form_with_labels(), **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def get_search_fields(self, request):
        """In every language, with diacritics or without."""
        names = chain.from_iterable(self.columns_of(path) for path in self.search_fields)
        return [f"{name}__unaccent__icontains" for name in names]

    def columns_of(self, path):
        *relations, name = path.split("__")
        model = self.model
        for relation in relations:
            model = model._meta.get_field(relation).related_model
        if name in translated_fields(model):
            return [column(path, code) for code in language_codes()]
        return [path]

    def get_object(self, request, object_id, from_field=None):
        """Who may only look sees a text as it is read, not its tags."""
        row = super().get_object(request, object_id, from_field)
        if row and not self.has_change_permission(request, row):
            for field in self.opts.concrete_fields:
                if isinstance(field, RichTextField):
                    text = clean(getattr(row, field.attname)).replace("\n", "")
                    setattr(row, field.attname, mark_safe(text))
        return row

    def changeform_view(self, request, *args, **kwargs):
        """What only the database noticed becomes an error in the form, with all that was typed."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError as error:
            request.refusal = in_words(error)
            return super().changeform_view(request, *args, **kwargs)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        connection.check_constraints()  # here, not at the commit, when all seems to be saved

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        fieldsets = list(context["adminform"])
        context["panels"] = [
            self.panel(code, capfirst(language), fieldsets, context, obj)
            for code, language in settings.LANGUAGES
        ]
        context["shared_fieldsets"] = [
            fieldset for fieldset in fieldsets if "language" not in fieldset.classes
        ]
        context["words_first"] = self.words_first
        context["first_language"] = getattr(obj, "source_language", "") or get_language()
        return super().render_change_form(request, context, add, change, form_url, obj)

    def panel(self, code, name, fieldsets, context, obj):
        own = [fieldset for fieldset in fieldsets if f"language-{code}" in fieldset.classes.split()]
        editable = [context["adminform"].form] + [
            form for inline in context["inline_admin_formsets"] for form in inline.formset.forms
        ]
        errors = sum(
            column(field, code) in form.errors
            for form in editable
            for field in translated_fields(form._meta.model)
        )
        return Panel(code, name, self.state_of(obj, code), errors, own[:1], own[1:])

    def state_of(self, row, code):
        names = translated_fields(self.model) if row else ()
        return "written" if any(getattr(row, column(name, code)) for name in names) else "empty"


def in_words(error):
    """What a constraint of the database that was broken says to the person who broke it."""
    told = error.__cause__.diag
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == told.constraint_name:
                return constraint.get_violation_error_message()
    return gettext("This cannot be stored: %(reason)s") % {"reason": told.message_primary}


class LanguageFilter(admin.SimpleListFilter):
    def lookups(self, request, model_admin):
        return [(code, capfirst(language)) for code, language in settings.LANGUAGES]

    def value(self):
        asked = super().value()
        return asked if asked in language_codes() else None


class PublicIn(LanguageFilter):
    title, parameter_name = _("language: public"), "public"

    def queryset(self, request, queryset):
        return queryset.filter(public_in(self.value())) if self.value() else None


class NotPublicIn(LanguageFilter):
    title, parameter_name = _("language: not public"), "not_public"

    def queryset(self, request, queryset):
        return queryset.exclude(public_in(self.value())) if self.value() else None


class ContentAdmin(TranslatedAdmin):
    """The admin of a content type."""

    form = ContentForm
    change_list_template = "admin/content_list.html"
    words_first = True
    search_fields = ("title", "summary", "slug")
    list_display = ("shown_title", "shown_languages", "organisation", "shown_date")
    list_select_related = ("organisation",)

    def get_ordering(self, request):
        return self.ordering or (models.F("date").desc(nulls_last=True), "-id")

    def get_list_filter(self, request):
        own = [name for name in ("kind", "state") if hasattr(self.model, name)]
        return [*own, PublicIn, NotPublicIn, "organisation", "themes"]

    def get_fieldsets(self, request, obj=None):
        return [
            *self.language_fieldsets(self.language_fields or text_fields(self.model)),
            *self.language_fieldsets((*PUBLICATION, "origin"), heading=_("Publication")),
            self.shared_fieldset(request, obj),
        ]

    def get_inlines(self, request, obj):
        related = [
            field.related_model
            for field in self.opts.private_fields
            if isinstance(field, GenericRelation)
        ]
        return [*self.inlines, *(HANGING[model] for model in related if model in HANGING)]

    def changeform_view(self, request, *args, **kwargs):
        if "_publish" in request.POST or "_withdraw" in request.POST:
            request.POST = request.POST.copy()
            request.POST["_continue"] = "1"  # the person sees what has become of it
        return super().changeform_view(request, *args, **kwargs)

    def save_related(self, request, form, formsets, change):
        """Publishing a language names the rows on the page that have no words in it yet."""
        super().save_related(request, form, formsets, change)
        if (code := request.POST.get("_publish")) not in language_codes():
            return
        lacking = [
            str(row)
            for formset in formsets
            for row in formset.get_queryset()
            if (fields := translated_fields(type(row)))
            and not any(getattr(row, column(field, code)) for field in fields)
        ]
        if lacking:
            state = f"{capfirst(dict(settings.LANGUAGES)[code])}, {STATES['empty'][1]}"
            messages.warning(request, f"{state}: {'; '.join(lacking)}")

    def changelist_view(self, request, extra_context=None):
        states = [state for name, state in STATES.items() if name not in ("written", "old")]
        return super().changelist_view(request, {"states": states, **(extra_context or {})})

    def get_view_on_site_url(self, obj=None):
        """Only what visitors may see has an address to look at."""
        public = obj.languages if obj else []
        if not public:
            return None
        with translation.override(get_language() if get_language() in public else public[0]):
            return obj.get_absolute_url()

    def state_of(self, row, code):
        return row.state_in(code) if row else "empty"

    def panel(self, code, name, fieldsets, context, obj):
        panel = super().panel(code, name, fieldsets, context, obj)
        if obj and code != obj.source_language and panel.state != "empty":
            panel.is_translation, panel.age = True, age_of(obj, code)
            if panel.state == "public" and panel.age and panel.age.changed:
                panel.state = "old"
        return panel

    @admin.display(description=pgettext_lazy("text", "title"), ordering="slug")
    def shown_title(self, page):
        """In the language of the admin; in another one with a word that says which."""
        text, code = wording(page, "title", get_language(), page.source_language)
        if not text or code == get_language():
            return text or page.slug
        language = dict(settings.LANGUAGES)[code]
        return format_html('<span lang="{}">{}</span> <small>({})</small>', code, text, language)

    @admin.display(description=_("languages"))
    def shown_languages(self, page):
        address = reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[page.pk]
        )
        states = [(code, capfirst(name), page.state_in(code)) for code, name in settings.LANGUAGES]
        return format_html(
            '<ul class="language-states">{}</ul>',
            format_html_join(
                "",
                '<li><a class="state-{}" href="{}#language-{}" title="{}: {}">'
                '<span aria-hidden="true">{} {}</span>'
                '<span class="visually-hidden">{}: {}</span></a></li>',
                (
                    (state, address, code, name, word, symbol, code, name, word)
                    for code, name, state in states
                    for symbol, word in [STATES[state]]
                ),
            ),
        )

    @admin.display(description=_("date"), ordering="date")
    def shown_date(self, page):
        return say_date(page.date, page.date_precision)


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
