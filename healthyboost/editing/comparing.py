"""A draft beside what is public, and beside what it was begun from where that has changed since."""

import json
from dataclasses import dataclass

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from reversion.models import Version

from healthyboost.content.history import (
    Difference,
    is_draft,
    model_of,
    row_key,
    snapshot,
    snapshots_at,
)
from healthyboost.content.languages import language_codes, translated_fields
from healthyboost.content.models import PUBLICATION, RECORD
from healthyboost.content.richtext import RichTextField, clean

from .changes import show
from .history import name_of
from .reviving import build

MOST_VERSIONS = 100  # that are looked at for the one that a draft was begun from


@dataclass
class Compared:
    """One field in its two or three wordings, each as it is read."""

    label: str
    public: str
    draft: str
    began: str
    change: str  # HTML: word by word from what is public to the draft
    since: str  # HTML: what has changed in public since the draft was begun


def find_beginning(page, draft):
    """The Snapshot of what was public when the draft was begun; None where nobody knows."""
    versions = Version.objects.filter(
        content_type=ContentType.objects.get_for_model(page), object_id=str(page.pk)
    ).order_by("-pk")
    for revision, text in versions.values_list("revision_id", "serialized_data")[:MOST_VERSIONS]:
        then = build(row_key(page), json.loads(text)[0]["fields"])
        if then.live_hash(draft.language) == draft.started_from:
            return snapshots_at(type(page), [revision])[revision]
    return None


def compared(now, began, code):
    """What the draft in `code` says otherwise, and what has been changed in public meanwhile."""
    for key in filter(lambda key: not is_draft(key), now.rows):
        for name in translated_fields(model_of(key)):
            if name in PUBLICATION + RECORD:
                continue
            public, draft = now.live(code, key, name), now.text(code, key, name)
            then = began.live(code, key, name) if began else public
            if public == draft == then:
                continue
            change = show(Difference(code, key, name, public, draft), now, now, {})
            since = show(Difference(code, key, name, then, public), now, now, {})
            texts = [as_read(key, name, text) for text in (public, draft, then)]
            yield Compared(change.label, *texts, change.words, since.words)


def as_read(key, name, text):
    if isinstance(model_of(key)._meta.get_field(name), RichTextField):
        return mark_safe(clean(text).replace("\n", ""))
    return text


class Comparing:
    """Mixin of ContentAdmin."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.compare_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_compare"
        return [
            path("<path:object_id>/compare/<str:language>/", view, name=name),
            *super().get_urls(),
        ]

    def panel(self, code, name, fieldsets, context, obj):
        panel = super().panel(code, name, fieldsets, context, obj)
        draft = getattr(obj, "taken_up", {}).get(code)
        if draft and draft.has_changes:
            address = self.address("compare", obj.pk, code)
            panel.tools.append((_("Compare with the public text"), address))
        return panel

    def compare_view(self, request, object_id, language):
        page = self.stored(object_id)
        if language not in language_codes():
            raise Http404
        if not self.has_change_permission(request, page):
            raise PermissionDenied
        draft = page.drafts.filter(language=language).select_related("author").first()
        is_behind = bool(draft) and draft.started_from != page.live_hash(language)
        began = find_beginning(page, draft) if is_behind else None
        name = capfirst(dict(settings.LANGUAGES)[language])
        context = self.page_context(
            request,
            page,
            title=_("Draft and public text: %(language)s") % {"language": name},
            language=language,
            language_name=name,
            draft=draft,
            author=name_of(draft.author if draft else None),
            is_behind=is_behind,
            began=began,
            fields=list(compared(snapshot(page), began, language)),
        )
        return TemplateResponse(request, "admin/history/compare.html", context)
