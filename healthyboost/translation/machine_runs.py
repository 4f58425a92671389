"""A page is translated by a machine: what of it, what that costs, how far it has come.

What comes back is checked and goes into the draft, marked as machine-made, for paragraphs that have no
translation of a person waiting there. Visitors read nothing of it before somebody publishes.
"""

import datetime
import logging

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.tasks import task
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from healthyboost.content.models import Origin

from .checks import check_unit
from .machine import FAULTS, Cost, MachineFailed, left_this_month, service
from .machine_marks import Broken, Sent
from .names import Names
from .units import Saving, State, save_units, translation_of

logger = logging.getLogger(__name__)

LOCK = 4_861_702  # PostgreSQL's advisory lock of whoever looks at the budget
AT_ONCE = 10  # paragraphs between two looks at how far it has come
LONGEST_WAIT = 8.0  # seconds that somebody who looks on waits for one answer
STOPPED_AFTER = datetime.timedelta(minutes=15)
NEVER_TAKEN = {"connection", "key", "languages", "refused", "budget"}
BROKEN = _("The answer lacked marks, links or placeholders of the original.")
MOVED = _("Somebody worked on it meanwhile.")


class MachineRun(models.Model):
    """One page that somebody had translated; the characters of a month are added up from these."""

    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    page = GenericForeignKey()
    language = models.CharField(max_length=7, choices=settings.LANGUAGES)
    source_language = models.CharField(max_length=7, choices=settings.LANGUAGES)
    service = models.CharField(max_length=100)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    characters = models.PositiveIntegerField()  # to be sent; at the end: sent
    units = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    skipped = models.JSONField(default=list)  # [[place, reason]]
    hints = models.JSONField(default=list)  # [[place, what to look at in what was taken]]
    fault = models.CharField(max_length=20, blank=True)  # a key of FAULTS

    class Meta:
        verbose_name, verbose_name_plural = _("machine translation"), _("machine translations")
        indexes = [
            models.Index(fields=["asked_at"], name="translation_machinerun_asked"),
            models.Index(
                fields=["content_type", "object_id", "language"],
                name="translation_machinerun_page",
            ),
        ]

    def __str__(self):
        return f"{self.page} ({self.source_language} → {self.language})"

    @classmethod
    def characters_since(cls, moment):
        sent = cls.objects.filter(asked_at__gte=moment)
        return sent.aggregate(sum=models.Sum("characters"))["sum"] or 0

    @property
    def is_running(self):
        return not self.finished_at and self.changed_at > timezone.now() - STOPPED_AFTER

    @property
    def seen(self):
        return self.done + len(self.skipped)

    @property
    def fault_in_words(self):
        if not self.finished_at and not self.is_running:
            return FAULTS["stopped"]
        return FAULTS.get(self.fault, "")


def last_run(page, language):
    kind = ContentType.objects.get_for_model(page)
    runs = MachineRun.objects.filter(content_type=kind, object_id=page.pk, language=language)
    return runs.order_by("-pk").first()


def forget_machine_runs(older_than=datetime.timedelta(days=400)):
    """For a timed job: long past any month whose budget they count towards."""
    MachineRun.objects.filter(asked_at__lt=timezone.now() - older_than).delete()


# What is to be translated


def units_for_machine(translation):
    """Paragraphs without a translation, and those whose source has changed.

    None that a person has translated into the draft: only she replaces what she wrote.
    """
    return [
        unit
        for unit in translation.units
        if unit.now
        and unit.state in (State.MISSING, State.CHANGED)
        and not (unit.is_draft and unit.text and unit.origin != Origin.MACHINE)
    ]


def is_said(unit):
    """A picture has no words: it is taken over as it is."""
    return unit.kind != "picture"


def characters_of(units):
    return sum(len(Sent(unit.source, unit.is_rich).text) for unit in units if is_said(unit))


# Doing it


def begin(page, language, source_language, units, by):
    """A MachineRun with its characters taken from the budget; MachineFailed where there are too few."""
    chosen = service()
    if (source_language, language) not in chosen.languages():
        raise MachineFailed("languages")
    characters = characters_of(units)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])  # two runs, one budget
        if Cost(characters, left_this_month()).is_too_much:
            raise MachineFailed("budget")
        return MachineRun.objects.create(
            page=page,
            language=language,
            source_language=source_language,
            service=chosen.name[:100],
            asked_by=by,
            characters=characters,
            units=len(units),
        )


def start(run):
    """At once where it is little, else in the background process."""
    if run.characters <= service().at_once:
        translate_run(run, is_waited_for=True)
    else:
        translate_in_background.enqueue(run.pk)


@task
def translate_in_background(number):
    run = MachineRun.objects.filter(pk=number, finished_at=None).first()
    if run and run.page:
        translate_run(run)


def translate_run(run, is_waited_for=False):
    """In the language of who asked for it: why a paragraph was not taken is kept in words."""
    language = run.asked_by and run.asked_by.language
    with override(language or get_language()):
        translate_units(run, service(), is_waited_for)


def translate_units(run, chosen, is_waited_for):
    """Some paragraphs at a time: what came back is kept, whatever happens to the next ones."""
    sent, some = 0, []
    if is_waited_for:
        chosen.timeout = min(getattr(chosen, "timeout", LONGEST_WAIT), LONGEST_WAIT)
        chosen.pauses = ()
    translation = translation_of(run.page, run.language, run.source_language)
    units = units_for_machine(translation)
    names = Names.of(run.source_language, run.language)
    run.units = len(units)
    try:
        for number in range(0, len(units), AT_ONCE):
            some = units[number : number + AT_ONCE]
            answers = list(translated(chosen, some, run))
            sent += characters_of(some)
            keep(run, answers, names)
            run.save(update_fields=["units", "done", "skipped", "hints", "changed_at"])
    except MachineFailed as failed:
        logger.warning("Machine translation of %s: %s", run, failed)
        run.fault = failed.key
        if failed.key not in NEVER_TAKEN:  # it may have been translated, and charged
            sent += characters_of(some)
    finally:
        run.characters, run.finished_at = sent, timezone.now()
        run.save()


def translated(chosen, units, run):
    """(unit, text or None, why not) of each of `units`, in two questions at most."""
    prepared = [(unit, Sent(unit.source, unit.is_rich)) for unit in units if is_said(unit)]
    for is_html in (True, False):
        asked = [(unit, each) for unit, each in prepared if each.is_html is is_html]
        texts = [each.text for _unit, each in asked]
        if not texts:
            continue
        answers = asked_of(chosen, texts, run, is_html)
        if len(answers) != len(texts):
            raise MachineFailed("broken", f"not {len(texts)} texts")
        for (unit, each), answer in zip(asked, answers, strict=True):
            try:
                yield unit, each.back(answer), ""
            except Broken:
                yield unit, None, BROKEN
    for unit in units:
        if not is_said(unit):
            yield unit, unit.source, ""


def asked_of(chosen, texts, run, is_html):
    """Whatever a service of somebody else raises is a fault of the service."""
    try:
        return chosen.translate(texts, run.source_language, run.language, is_html)
    except MachineFailed:
        raise
    except Exception as error:
        logger.exception("%s failed", chosen.name)
        raise MachineFailed("error") from error


def keep(run, answers, names):
    """Into the draft, unless it would break the page or somebody has worked on it meanwhile."""
    savings = []
    for unit, text, reason in answers:
        found = text and check_unit(unit, text, run.language, run.source_language, names=names)
        if found and found[0].is_error:  # errors come first
            reason = found[0].message
        if reason:
            run.skipped.append([str(unit.place), str(reason)])
        else:
            savings.append((saving_of(unit, text), found))
    every = [saving for saving, _found in savings]
    page, language, source = run.page, run.language, run.source_language
    save_units(page, language, every, run.asked_by, name=run.service, source=source)
    for saving, found in savings:
        place = str(saving.place)
        if saving.refused:
            run.skipped.append([place, str(MOVED)])
        else:
            run.done += 1
            run.hints += [[place, str(finding.message)] for finding in found]


def saving_of(unit, text):
    is_translated = is_said(unit)
    return Saving(
        unit.place,
        text,
        unit.version,
        unit.source_version,
        is_same=not is_translated,
        origin=Origin.MACHINE if is_translated else Origin.HUMAN,
    )
