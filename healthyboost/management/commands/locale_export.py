"""Write what was edited in the browser into the .po files, where it is kept for the next release."""

import os
from pathlib import Path

import polib
from django.core.management.base import BaseCommand, CommandError

from healthyboost.wordings.catalogues import catalogue_files
from healthyboost.wordings.models import Wording


class Command(BaseCommand):
    help = "Writes the interface strings that were edited in the browser into the .po files."

    def add_arguments(self, parser):
        parser.add_argument(
            "--folder", help="write there instead of into locale/: LANGUAGE/LC_MESSAGES/*.po"
        )

    def handle(self, *, folder, verbosity, **options):
        edited = {}
        rows = Wording.objects.of_this_release().filter(forms__isnull=False)
        for wording in rows.exclude(need=Wording.Need.BROKEN).select_related("string"):
            edited.setdefault((wording.language, wording.string.catalogue), []).append(wording)
        for (language, name), source in catalogue_files().items():
            target = Path(folder, *source.parts[-3:]) if folder else source
            written = export(source, target, edited.get((language, name), []))
            if verbosity and written:
                self.stdout.write(f"{target}: {written} changed")


def export(source, target, wordings):
    """How many entries changed. A file in which nothing changes keeps every byte."""
    before = source.read_bytes()
    content = polib.pofile(str(source), encoding="utf-8", wrapwidth=0)
    entries = {(entry.msgctxt or "", entry.msgid): entry for entry in content}
    changed = 0
    for wording in wordings:
        entry = entries.get((wording.string.context, wording.string.msgid))
        if entry is None or entry.obsolete:
            continue
        said = said_by(entry)
        if entry.msgid_plural:
            entry.msgstr_plural = dict(enumerate(wording.forms))
        else:
            entry.msgstr = wording.forms[0]
        if entry.fuzzy:
            entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
            entry.previous_msgid = entry.previous_msgctxt = entry.previous_msgid_plural = None
            changed += 1
        elif said != said_by(entry):
            changed += 1
    after = content.__unicode__().encode() if changed else before
    if target != source or changed:
        replace(target, after)
    return changed


def said_by(entry):
    return entry.msgstr, dict(entry.msgstr_plural)


def replace(path, content):
    """A reader sees the old file or the new one, never a half."""
    new = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(content)
        new.replace(path)
    except OSError as error:
        raise CommandError(
            f"{path} cannot be written ({error.strerror}): choose another place with --folder."
        ) from None
