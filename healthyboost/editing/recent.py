"""What has happened lately, in words: of the log of the admin, which says in which languages too."""

import json

from django.conf import settings
from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from healthyboost.accounts.rights import organisations_of
from healthyboost.content.languages import column, language_codes, translated_fields

from .items import models_for, own_organisations


def recent_changes(user):
    """[(entry of the log, what was done in words)], the newest first: of what is hers."""
    entries = LogEntry.objects.filter(log_in_reach(user)).select_related("user", "content_type")
    return [(each, in_words(each)) for each in entries.order_by("-pk")[:10]]


def log_in_reach(user):
    organisations = own_organisations(user)
    if organisations is None or any(grant.languages for grant in user.current_grants):
        kinds = [ContentType.objects.get_for_model(model) for model in models_for(user)]
        return Q(content_type__in=kinds)
    reach = Q(user=user)
    for model in models_for(user):
        if own := organisations_of(user, model):
            rows = model._base_manager.filter(organisation__in=own)
            keys = rows.annotate(key=Cast("pk", TextField())).values("key")
            reach |= Q(content_type=ContentType.objects.get_for_model(model), object_id__in=keys)
    return reach


def in_words(change):
    """ "Changed: Latvian, Finnish", "Public: Latvian"."""
    try:
        said = json.loads(change.change_message or "[]")
    except ValueError:
        said = []
    said = [each for each in said if isinstance(each, dict)] if isinstance(said, list) else []
    names = dict(settings.LANGUAGES)
    written = [code for each in said for code in each.get("languages", ()) if code in names]
    public = [each["published"].get("language") for each in said if "published" in each]
    word = {ADDITION: _("Added"), DELETION: _("Deleted")}.get(change.action_flag, _("Changed"))
    words = f"{word}: {', '.join(str(names[code]) for code in written)}" if written else word
    if public:
        published = ", ".join(str(names[code]) for code in public if code in names)
        words += f" · {_('Published')}: {published}"
    return words


class Noting:
    """Mixin of ContentAdmin: the log says in which languages something was written."""

    def construct_change_message(self, request, form, formsets, add=False):
        message = super().construct_change_message(request, form, formsets, add)
        forms = [form, *(row for formset in formsets or () for row in formset.forms)]
        changed = {
            code
            for each in forms
            for code in language_codes()
            for name in translated_fields(each._meta.model)
            if column(name, code) in each.changed_data
        }
        if changed:
            message.append({"languages": [code for code in language_codes() if code in changed]})
        return message
