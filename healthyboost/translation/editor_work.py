"""One person at one language of one page: what she may do there, and what she works from."""

from dataclasses import dataclass
from functools import cached_property

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from healthyboost.accounts.rights import languages_of, may_publish
from healthyboost.content.languages import language_codes, translated_fields
from healthyboost.content.models import Content, Draft

from .comments import threads_of
from .editor_rows import rows_of_editor
from .tools import tools_of
from .units import source_languages, translation_of

HELPS = "translation_help"  # key of the session: the languages shown beside the source
MOST_HELPS = 2


@dataclass
class Work:
    """One person at one language of one page."""

    request: object
    page: Content
    language: str
    source: str
    helps: list

    @property
    def user(self):
        return self.request.user

    @cached_property
    def translation(self):
        return translation_of(self.page, self.language, self.source)

    def forget(self):
        """After something was saved: read again."""
        self.__dict__.pop("translation", None)
        self.__dict__.pop("rows", None)

    @cached_property
    def rows(self):
        threads = threads_of(self.page, self.language)
        return rows_of_editor(self.translation, self.helps, threads)

    @property
    def draft(self):
        return self.translation.draft

    @property
    def is_public(self):
        return self.translation.page.is_public_in(self.language)

    @property
    def may_publish(self):
        return may_publish(self.user, self.page, self.language)

    @property
    def is_waiting(self):
        return bool(self.draft and self.draft.state == Draft.State.REVIEW)

    @property
    def has_news(self):
        """Something that visitors do not read yet."""
        translation = self.translation
        state = translation.page.state_in(self.language)
        return bool(translation.draft) or state in ("draft", "withdrawn")

    @cached_property
    def tools(self):
        return tools_of(self.translation.page, self.language, self.draft)

    @property
    def keys(self):
        kind = ContentType.objects.get_for_model(self.page)
        return [kind.pk, self.page.pk, self.language]

    def address(self, name="translate_page"):
        return reverse(f"admin:{name}", args=self.keys)

    def admin_address(self, name, *args):
        meta = self.page._meta
        viewname = f"admin:{meta.app_label}_{meta.model_name}_{name}"
        return reverse(viewname, args=[self.page.pk, *args])


# Opening


def open_work(request, content_type_id, object_id, language):
    """The Work; Http404 where there is no such page, PermissionDenied where it is not hers to write."""
    row = row_at(content_type_id, object_id)
    if language not in language_codes() or not isinstance(row, Content):
        raise Http404(language)
    if language not in languages_of(request.user, row):
        raise PermissionDenied
    possible = source_languages(row, language)
    asked = request.GET.get("from", "")
    source = asked if asked in possible else None
    return Work(request, row, language, source, chosen_helps(request, language))


def row_at(content_type_id, object_id):
    kind = ContentType.objects.filter(pk=content_type_id).first()
    model = kind and kind.model_class()
    row = model and translated_fields(model) and model._base_manager.filter(pk=object_id).first()
    if not row:
        raise Http404(f"no {content_type_id} {object_id}")
    return row


def chosen_helps(request, language):
    """Asked for in the address, and remembered; else those of the last time."""
    if "help" in request.GET:
        request.session[HELPS] = request.GET.getlist("help")
    helps = request.session.get(HELPS, [])
    known = dict.fromkeys(code for code in helps if code in language_codes())
    return [code for code in known if code != language][:MOST_HELPS]
