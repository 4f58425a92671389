"""The admin of a content type.

    @admin.register(Article)
    class ArticleAdmin(ContentAdmin):
        inlines = [QuoteInline]

is all that a content type needs: which fields there are, and which of them have a text per
language, is read from the model.
"""

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import flatten
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from healthyboost.content.dates import say_date, say_moment
from healthyboost.content.languages import language_codes, wording
from healthyboost.content.models import PUBLICATION, Draft, public_in, text_fields
from healthyboost.search.for_editors import says
from healthyboost.translation.form_panels import Translating

from .comparing import Comparing
from .drafting import Drafting
from .duplicating import Duplicating
from .forms import ContentForm
from .guarding import GuardedPublication
from .inlines import HANGING
from .judging import Judging
from .one_language import OneLanguage
from .previews import Previews
from .publishing import Publishing
from .recent import Noting
from .translated import STATES, TranslatedAdmin

# Buttons after which the person sees what has become of the page.
STAYS = {"_publish", "_publish_chosen", "_withdraw", "_review", "_take_back"}


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


class ContentAdmin(
    Noting,
    Duplicating,
    Translating,
    Previews,
    Judging,
    Comparing,
    OneLanguage,
    GuardedPublication,
    Publishing,
    Drafting,
    TranslatedAdmin,
):
    """The admin of a content type."""

    form = ContentForm
    change_list_template = "admin/content_list.html"
    words_first = True
    seldom_fields = ("slug", "source_language")
    search_fields = ("title", "summary", "slug")
    list_display = ("shown_title", "shown_languages", "organisation", "shown_date")
    list_select_related = ("organisation",)

    def get_ordering(self, request):
        return self.ordering or (models.F("date").desc(nulls_last=True), "-id")

    def get_search_results(self, request, queryset, search_term):
        """All that the page says, its drafts and files included; or its name in the address."""
        if not (text := search_term.strip()[:200]):
            return queryset, False
        named = Q(slug__icontains=text.replace("\0", ""))
        return queryset.filter(says(self.model, text, request.user) | named), False

    def get_list_filter(self, request):
        own = [name for name in ("kind", "state") if hasattr(self.model, name)]
        always = super().get_list_filter(request)
        return [*always, *own, PublicIn, NotPublicIn, "organisation", "themes"]

    def get_fieldsets(self, request, obj=None):
        return [
            *self.language_fieldsets(self.language_fields or text_fields(self.model)),
            *self.language_fieldsets(
                (*PUBLICATION, "origin"), heading=_("More about publication"), folded=True
            ),
            *self.shared_fieldsets(request, obj),
        ]

    def shared_fieldsets(self, request, obj=None):
        """What most people never touch is folded away."""
        heading, options = self.shared_fieldset(request, obj)
        seldom = [line for line in options["fields"] if {*flatten([line])} & {*self.seldom_fields}]
        usual = [line for line in options["fields"] if line not in seldom]
        return [
            (heading, {**options, "fields": usual}),
            (_("Seldom needed"), {"fields": seldom, "classes": ("shared", "collapse")}),
        ]

    def get_inlines(self, request, obj):
        related = [
            field.related_model
            for field in self.opts.private_fields
            if isinstance(field, GenericRelation)
        ]
        return [*self.inlines, *(HANGING[model] for model in related if model in HANGING)]

    def changeform_view(self, request, *args, **kwargs):
        if STAYS & request.POST.keys():
            request.POST = request.POST.copy()
            request.POST["_continue"] = "1"  # the person sees what has become of it
        return super().changeform_view(request, *args, **kwargs)

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
        """As it is stored: a button that was refused has changed nothing."""
        stored = getattr(row, "stored_states", None)
        return stored[code] if stored else row.state_in(code) if row else "empty"

    def panel(self, code, name, fieldsets, context, obj):
        panel = super().panel(code, name, fieldsets, context, obj)
        panel.refusal = context["refusals"].get(code)
        public_from = obj and obj.in_language(code).published_at
        if panel.state == "scheduled" and public_from:
            panel.goes_public = say_moment(public_from)
        panel.is_seen = code in getattr(obj, "live_languages", ())
        panel.draft = getattr(obj, "taken_up", {}).get(code)
        if panel.draft:
            panel.is_behind = panel.draft.started_from != obj.live_hashes[code]
            waiting = panel.draft.state == Draft.State.REVIEW
            panel.state = "review" if waiting else "changed"
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
