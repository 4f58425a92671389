"""The admin of anything with words: one form with one language switch, one list for all languages."""

import json
from dataclasses import dataclass, field
from itertools import chain

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import flatten
from django.contrib.admin.widgets import AdminSplitDateTime
from django.db import IntegrityError, connection, models
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from healthyboost.content.age import Age
from healthyboost.content.languages import column, language_codes, translated_fields
from healthyboost.media.storage import kept_if_all_goes_well

from .deleting import Deleting
from .forms import MomentField, PortalForm
from .guarding import Guarded
from .history import History
from .inlines import ByLanguage
from .keeping import Keeping
from .merging import carried_on
from .writing import Writing

# A symbol and a word for each state of a language: never a colour alone.
STATES = {
    "empty": ("○", _("empty")),
    "written": ("●", _("written")),
    "draft": ("◐", pgettext_lazy("state of a text", "draft")),
    "scheduled": ("◷", _("scheduled")),
    "public": ("●", _("public")),
    "changed": ("◑", _("public, with changes that are not public yet")),
    "review": ("◍", _("waiting for review")),
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
    source_changes: str = ""  # the address of what changed since it, or others of it, were made
    draft: object = None
    is_behind: bool = False  # the public text has changed since the draft was begun
    goes_public: str = ""  # when, if it is scheduled
    refusal: object = None  # why it was not published just now
    is_seen: bool = False  # by visitors, now
    may_write: bool = True
    may_publish: bool = True
    may_withdraw: bool = True
    preview: str = ""  # its address
    tools: list = field(default_factory=list)  # (label, address) of what else can be done with it

    @property
    def symbol(self):
        return STATES[self.state][0]

    @property
    def word(self):
        return STATES[self.state][1]


class TranslatedAdmin(Keeping, Writing, History, Deleting, Guarded, ByLanguage, admin.ModelAdmin):
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
        js = ("admin/js/urlify.js", "admin/portal.js", "admin/keeping.js")

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

    def changeform_view(self, request, *args, **kwargs):
        """What only the database noticed becomes an error in the form, with all that was typed."""
        try:
            with kept_if_all_goes_well():
                return super().changeform_view(request, *args, **kwargs)
        except IntegrityError as error:
            request.refusal = in_words(error)
            return super().changeform_view(request, *args, **kwargs)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        connection.check_constraints()  # here, not at the commit, when all seems to be saved

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        fieldsets = list(context["adminform"])
        wrong = context["adminform"].form.errors.keys()
        for fieldset in fieldsets:  # Django does not look at fields that share a line
            if not wrong.isdisjoint(flatten(fieldset.fields)):
                fieldset.is_collapsible = False
        context["refusals"] = getattr(request, "refusals", {})
        context["request"] = request
        context["chosen"] = request.POST.getlist("_chosen")
        context["publish_at"] = [request.POST.get("_at_0", ""), request.POST.get("_at_1", "")]
        context["panels"] = [
            self.panel(code, capfirst(language), fieldsets, context, obj)
            for code, language in settings.LANGUAGES
        ]
        context["shared_fieldsets"] = [
            fieldset for fieldset in fieldsets if "language" not in fieldset.classes
        ]
        context["words_first"] = self.words_first
        context["started_from"] = json.dumps(self.started_from(context, obj))
        context["first_language"] = getattr(obj, "source_language", "") or get_language()
        return super().render_change_form(request, context, add, change, form_url, obj)

    def started_from(self, context, obj):
        """The fingerprints that the form carries: see merging.py."""
        rows = [
            form
            for inline in context["inline_admin_formsets"]
            for form in inline.formset.initial_forms
        ]
        found = {}
        for form in (context["adminform"].form, *rows) if obj else ():
            found |= carried_on(form)
        return found

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
