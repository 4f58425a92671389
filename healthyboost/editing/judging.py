"""What has changed in the originals since their translations were made, and whether it matters."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import strip_tags
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from healthyboost.accounts.rights import languages_of
from healthyboost.content.age import age_of
from healthyboost.content.hanging import hanging_rows
from healthyboost.content.history import model_of, record
from healthyboost.content.judging import changes_to_judge, judge
from healthyboost.content.languages import language_codes

from .diffs import word_diff


@dataclass
class Asked:
    """A change of a paragraph, as a person is asked about it."""

    judged: object
    label: str
    source_name: str
    languages: list  # (code, name) that she may judge it for

    @property
    def change(self):
        return self.judged.change

    @property
    def words(self):
        return word_diff("\n".join(self.change.then), "\n".join(self.change.now))


class Judging:
    """Mixin of ContentAdmin."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.changes_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_source_changes"
        return [path("<path:object_id>/source-changes/", view, name=name), *super().get_urls()]

    def panel(self, code, name, fieldsets, context, obj):
        panel = super().panel(code, name, fieldsets, context, obj)
        if not obj or panel.state == "empty":
            return panel
        page, parts = as_stored(obj)
        if code != obj.source_language:
            made = panel.draft.made_from if panel.draft else None
            panel.is_translation, panel.age = True, age_of(page, code, parts, made)
            if panel.state == "public" and panel.age and panel.age.changed:
                panel.state = "old"
        ages = (age_of(page, each, parts) for each in language_codes() if each != code)
        is_source = any(age and age.language == code and age.changes for age in ages)
        if is_source or panel.age and panel.age.changes:
            panel.source_changes = self.address("source_changes", obj.pk)
        return panel

    def changes_view(self, request, object_id):
        page = self.stored(object_id)
        if not self.has_change_permission(request, page):
            raise PermissionDenied
        if request.method == "POST":
            return self.judge(request, page)
        context = self.page_context(
            request,
            page,
            title=_("What has changed since it was translated: %(title)s") % {"title": page},
            asked=asked_of(request.user, page),
        )
        return TemplateResponse(request, "admin/history/source_changes.html", context)

    @transaction.atomic
    def judge(self, request, page):
        source, matters = request.POST.get("source", ""), "matters" in request.POST
        if source not in language_codes():
            raise Http404
        wanted = [code for code in request.POST.getlist("language") if code in language_codes()]
        if not set(wanted) <= may_judge(request.user, page, source):
            raise PermissionDenied
        record([page])
        judged = (
            judge(page, source, request.POST.getlist("change"), matters, wanted) if wanted else {}
        )
        if not judged:
            said = _("Nothing was changed: the original says something else by now. Look again.")
            messages.warning(request, said if wanted else _("Choose at least one language."))
            return redirect(self.address("source_changes", page.pk))
        self.log_judgement(request, page, judged, matters)
        if asked_of(request.user, page):
            return redirect(self.address("source_changes", page.pk))
        return redirect(self.address("change", page.pk))

    def log_judgement(self, request, page, judged, matters):
        changes = {each.token: each for found in judged.values() for each in found}
        told = {
            "languages": list(judged),
            "matters": matters,
            "text": beginning(next(iter(changes.values()))),
        }
        names = dict(settings.LANGUAGES)
        with override(None):  # the log of the admin is in English
            changed = {"changed": {"fields": [str(names[code]) for code in judged]}}
        self.log_change(request, page, [{"judged": told}, changed])
        said = ", ".join(str(capfirst(names[code])) for code in judged)
        messages.success(
            request,
            _("It matters now: %(languages)s.") % {"languages": said}
            if matters
            else _("Only a correction now: %(languages)s.") % {"languages": said},
        )


def as_stored(obj):
    """(page, rows that hang on it) as they are in the database: what the form holds may be drafts."""
    if not hasattr(obj, "stored_page"):
        obj.stored_page = type(obj)._base_manager.get(pk=obj.pk), hanging_rows(obj)
    return obj.stored_page


def may_judge(user, page, source):
    """Who writes the original says it for all translations, a translator for her own."""
    own = languages_of(user, page)
    return set(language_codes()) if source in own else own


def asked_of(user, page):
    names, found = dict(settings.LANGUAGES), []
    for judged in changes_to_judge(page):
        allowed = may_judge(user, page, judged.source)
        languages = [(code, capfirst(names[code])) for code in judged.languages if code in allowed]
        if languages:
            source = capfirst(names[judged.source])
            found.append(Asked(judged, label_of(page, judged.change), source, languages))
    return sorted(found, key=lambda each: not each.change.counts)


def label_of(page, change):
    model = model_of(change.part) if change.part else type(page)
    field = capfirst(model._meta.get_field(change.field).verbose_name)
    return f"{capfirst(model._meta.verbose_name)}: {field}" if change.part else field


def beginning(change):
    text = strip_tags(" ".join(change.now or change.then))
    return Truncator(" ".join(text.split())).chars(60)
