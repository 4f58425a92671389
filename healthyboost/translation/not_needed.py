"""“This page needs no translation into this language”: said, taken back, and kept in its history."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction

from healthyboost.accounts.rights import languages_of
from healthyboost.content.history import record

from .standing import NotNeeded


def mark_not_needed(page, language, by, reason=""):
    """PermissionDenied where it is not hers to say."""
    say(page, language, by, True, reason)


def unmark(page, language, by):
    say(page, language, by, False)


@transaction.atomic
def say(page, language, by, is_so, reason=""):
    if language not in languages_of(by, page):
        raise PermissionDenied
    of_page = {"content_type": ContentType.objects.get_for_model(page), "object_id": page.pk}
    if is_so:
        said = {"by": by, "reason": reason[:200]}
        NotNeeded.objects.update_or_create(**of_page, language=language, defaults=said)
    elif not NotNeeded.objects.filter(**of_page, language=language).delete()[0]:
        return
    message = {"not_needed": {"language": language, "is_so": is_so, "reason": reason[:200]}}
    record([page], by, [message])
    LogEntry.objects.log_actions(by.pk, [page], CHANGE, [message], single_object=True)
