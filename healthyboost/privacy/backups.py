"""What is known here of backups: when the last one was made, and how many are kept."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from healthyboost.audit.models import Entry, Kind
from healthyboost.content.dates import say_moment


def backups_in_words():
    """How long they still hold who was erased, as sentences."""
    last = Entry.objects.filter(kind=Kind.EXPORTED, details__what="backup").order_by("-pk").first()
    if not last:
        return _(
            "The portal knows of no backup of the last two years. Copies that were made otherwise hold "
            "the person until somebody removes them."
        )
    said = _("Backups hold the person until they are removed; the last one was made on %(moment)s.")
    said %= {"moment": say_moment(last.at)}
    if kept := last.details.get("kept"):
        more = ngettext(
            "It is removed by itself when %(kept)s newer one has been made.",
            "It is removed by itself when %(kept)s newer ones have been made.",
            kept,
        )
        return f"{said} {more % {'kept': kept}}"
    return f"{said} " + _("None is removed by itself: whoever runs the portal has to do it.")
