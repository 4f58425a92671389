"""What the form of a page shows of the work on its translations: questions, and the way to the editor."""

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils.translation import gettext as _

from healthyboost.accounts.rights import languages_of

from .comments import threads_of
from .units import source_languages


class Translating:
    """Mixin of ContentAdmin."""

    def panel(self, code, name, fieldsets, context, obj):
        panel = super().panel(code, name, fieldsets, context, obj)
        if (
            obj
            and code != obj.source_language
            and code in languages_of(context["request"].user, obj)
        ):
            if source_languages(obj, code):
                kind = ContentType.objects.get_for_model(obj)
                address = reverse("admin:translate_page", args=[kind.pk, obj.pk, code])
                panel.tools.append((_("Translate side by side"), address))
        return panel

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context |= questions_of(obj, request.user)
        return super().render_change_form(request, context, add, change, form_url, obj)


def questions_of(page, user):
    """The context of the panel of questions, open ones first; nothing where there are none."""
    if not page or not page.pk or not languages_of(user, page):
        return {}
    threads = sorted(threads_of(page), key=lambda thread: bool(thread.done_at))
    kind = ContentType.objects.get_for_model(page)
    return {
        "questions": threads,
        "open_questions": sum(not thread.done_at for thread in threads),
        "talk_address": reverse("admin:translate_questions", args=[kind.pk, page.pk]),
    }
