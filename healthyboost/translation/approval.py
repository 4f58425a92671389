"""A named person has read a machine translation: from then on it counts as written by a person."""

import hashlib
import json

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction

from healthyboost.content.history import record
from healthyboost.content.languages import column
from healthyboost.content.models import Draft, Origin


class Changed(Exception):
    """It is no longer the text that was read."""


def is_machine_made(page, language, draft=None):
    """Whether the text in `language`, or its draft, is one that no person has approved."""
    live = getattr(page, column("origin", language)) == Origin.MACHINE
    return draft.origin == Origin.MACHINE if draft else live


def fingerprint(page, language, draft):
    """Of what is read before it is approved: the public text and the draft."""
    said = [page.live_hash(language), draft and [draft.fields, draft.rows]]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def approve(page, language, by, seen):
    """The draft where there is one, else the public text; Changed where it is not what `seen` says."""
    page = type(page)._base_manager.select_for_update().get(pk=page.pk)
    draft = Draft.of(page, language)
    draft = draft if draft.pk else None
    if fingerprint(page, language, draft) != seen:
        raise Changed(str(page))
    if not is_machine_made(page, language, draft):
        return
    record([page])
    if draft:
        approve_draft(draft, by)
    else:
        setattr(page, column("origin", language), Origin.HUMAN)
        page.save()
    record([page], by, [{"approved": {"language": language}}])
    message = [{"languages": [language]}, {"approved": {"language": language}}]
    LogEntry.objects.log_actions(by.pk, [page], CHANGE, message, single_object=True)


def approve_draft(draft, by):
    """Each of its paragraphs is then hers, and those that stay as they are public count as read, too."""
    for rows in draft.paragraphs.get("fields", {}).values():
        for row in rows:
            if row.get("origin") == Origin.MACHINE:
                row |= {"origin": Origin.HUMAN, "by": by.get_full_name() or by.get_username()}
    draft.paragraphs["approved"] = True
    draft.origin, draft.author = Origin.HUMAN, by
    draft.save()
