"""Machine translation as a plug: one interface, chosen by a setting, off by default.

MACHINE_TRANSLATION is the address of a LibreTranslate service, here or elsewhere, or the dotted path of
a class with this interface:

    class Service:
        name = "…"         what the history calls it
        host = "…"         where the texts are sent, said before they are
        at_once = 2000     up to so many characters somebody waits for; more is done in the background
        timeout, pauses    seconds for one answer, and between two tries: less where somebody waits

        def languages(self):
            '''{(source, target)} of the pairs that it knows.'''

        def translate(self, texts, source, target, is_html):
            '''As many texts as were given, in their order; MachineFailed where that fails.'''

It is made without arguments and reads what it needs from the settings. A service that answers later by
calling back (such as eTranslation of the European Commission) sets `at_once = 0`: its `translate` then
always runs in the background process, where it may send the texts and wait until the answer is stored.
"""

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

FAULTS = {
    "time": _("The translation service does not answer in time. Try again later."),
    "connection": _("The translation service cannot be reached. Try again later."),
    "busy": _("The translation service has too much to do. Try again in some minutes."),
    "key": _("The translation service does not accept the key of the portal."),
    "languages": _("The translation service does not know these two languages."),
    "refused": _("The translation service does not take this text."),
    "error": _("The translation service has a fault of its own. Try again later."),
    "broken": _("The translation service answered something that cannot be used."),
    "budget": _("This month's budget for machine translation is not enough for it."),
    "stopped": _("The translation was interrupted. What was done before is kept."),
}


class MachineFailed(Exception):
    """`key` of FAULTS says why; `detail` is for the log."""

    def __init__(self, key, detail=""):
        super().__init__(f"{key}: {detail}" if detail else key)
        self.key = key


def service():
    """The service that the settings name; None where there is none."""
    chosen = settings.MACHINE_TRANSLATION
    if not chosen:
        return None
    if chosen.startswith(("http://", "https://")):
        from .machine_http import LibreTranslate

        return LibreTranslate()
    return import_string(chosen)()


@dataclass
class Cost:
    """What it takes to translate so many characters, and what this month still has."""

    characters: int
    left: int | None  # None: there is no limit

    @property
    def price(self):
        """In euros; None where the settings name no price."""
        if not settings.MACHINE_TRANSLATION_PRICE:
            return None
        return self.characters * settings.MACHINE_TRANSLATION_PRICE / 1_000_000

    @property
    def is_too_much(self):
        return self.left is not None and self.characters > self.left


def cost_of(characters):
    return Cost(characters, left_this_month())


def left_this_month():
    """Characters that may still be sent this month; None where the settings set no limit."""
    from .models import MachineRun

    if not settings.MACHINE_TRANSLATION_BUDGET:
        return None
    begin = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return max(0, settings.MACHINE_TRANSLATION_BUDGET - MachineRun.characters_since(begin))
