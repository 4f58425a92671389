"""One language of a page deleted: its texts go, its address says so, the other languages stay."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from healthyboost.accounts.rights import languages_of, may_withdraw
from healthyboost.content.history import record, revisions_of, rows_of
from healthyboost.content.languages import column, language_codes, translated_fields
from healthyboost.content.models import PUBLICATION


def may_delete_language(user, page, code):
    return code in languages_of(user, page) and may_withdraw(user, page, code)


def reasons_against(page, code):
    """Why this language has to stay, in words; nothing where it may go."""
    others = [each for each in language_codes() if each != code]
    written = [each for each in others if page.state_in(each) != "empty"]
    if not written:
        return [_("There is no other language: delete the page as a whole.")]
    names = {each: str(capfirst(name)) for each, name in settings.LANGUAGES}
    if code == page.source_language:
        said = _("It is the original of %(languages)s. Choose another “first written in” before.")
        return [said % {"languages": ", ".join(names[each] for each in written)}]
    made = [each for each in written if source_of(page, each) == code]
    if made:
        said = _("%(languages)s was translated from it.")
        return [said % {"languages": names[each]} for each in made]
    return []


def source_of(page, code):
    """While a form with a new translation is shown again, only the language stands there."""
    made_from = getattr(page, column("made_from", code)) or {}
    return made_from if isinstance(made_from, str) else made_from.get("language")


@transaction.atomic
def delete_language(page, code):
    """Clear the texts in `code` of the page and its rows. What was public is withdrawn."""
    for row in list(rows_of(page)):
        if row != page and clear(row, code):
            if is_wordless(row):
                row.delete()
            else:
                row.save()
    was_public = page.state_in(code) in ("public", "withdrawn")
    clear(page, code)
    if was_public:
        withdrawn = column("withdrawn_at", code)
        setattr(page, withdrawn, getattr(page, withdrawn) or timezone.now())
    else:
        for name in PUBLICATION:
            setattr(page, column(name, code), None)
    page.save()
    page.drafts.filter(language=code).delete()


def clear(row, code):
    """Whether there was anything to clear."""
    found = False
    for name in translated_fields(type(row)):
        field = row._meta.get_field(column(name, code))
        if name not in PUBLICATION:
            found = found or bool(getattr(row, field.attname))
            setattr(row, field.attname, field.get_default())
    return found


def is_wordless(row):
    """It had words in that language alone."""
    return any(
        not any(getattr(row, column(name, code)) for code in language_codes())
        for name in getattr(row, "needs_words_in", ())
    )


class OneLanguage:
    """Mixin of ContentAdmin."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.delete_language_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_delete_language"
        return [
            path("<path:object_id>/delete-language/<str:language>/", view, name=name),
            *super().get_urls(),
        ]

    def panel(self, code, name, fieldsets, context, obj):
        panel = super().panel(code, name, fieldsets, context, obj)
        user, is_written = context["request"].user, obj and panel.state != "empty"
        if is_written and may_delete_language(user, obj, code) and not reasons_against(obj, code):
            address = self.address("delete_language", obj.pk, code)
            panel.tools.append((_("Delete this language"), address))
        return panel

    def delete_language_view(self, request, object_id, language):
        page = self.stored(object_id)
        if language not in language_codes():
            raise Http404
        if not may_delete_language(request.user, page, language):
            raise PermissionDenied
        against = reasons_against(page, language)
        if request.method == "POST" and not against:
            return self.delete_language(request, page, language)
        name = capfirst(dict(settings.LANGUAGES)[language])
        context = self.page_context(
            request,
            page,
            title=_("Delete one language: %(language)s") % {"language": name},
            language_name=name,
            against=against,
            is_public=page.is_public_in(language),
            others=[name for code, name in settings.LANGUAGES if code in page.languages],
            rows=[
                row
                for row in rows_of(page)
                if row != page
                and any(
                    getattr(row, column(each, language)) for each in translated_fields(type(row))
                )
            ],
        )
        return TemplateResponse(request, "admin/history/delete_language.html", context)

    @transaction.atomic
    def delete_language(self, request, page, language):
        record([page])
        before = revisions_of(self.model, [page.pk]).order_by("pk").last()
        delete_language(page, language)
        name = dict(settings.LANGUAGES)[language]
        with override(None):  # the log of the admin is in English
            changed = {"changed": {"fields": [str(name)]}}
        self.log_change(request, page, [{"language_deleted": {"language": language}}, changed])
        said = _("Deleted: %(language)s.") % {"language": capfirst(name)}
        self.say_undo(request, page, before, said, language=language)
        return redirect(self.address("change", page.pk))
