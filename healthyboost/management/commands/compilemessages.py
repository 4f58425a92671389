"""Build the .mo files of the portal's catalogues with polib: no gettext program is needed."""

import gettext
import io
import os
import re
from pathlib import Path

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

# polib reads over a quote that is missing, and loses a letter
LINE = re.compile(r'\s*(#.*|((msgctxt|msgid|msgid_plural|msgstr(\[\d\])?)\s*)?"([^"\\]|\\.)*")?\s*')


class Command(BaseCommand):
    help = "Builds the .mo file of every .po file below LOCALE_PATHS that is newer than its .mo."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--force", action="store_true", help="also build those up to date")

    def handle(self, *, force, verbosity, **options):
        for folder in settings.LOCALE_PATHS:
            for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
                built = source.with_suffix(".mo")
                if force or not built.exists() or _modified(built) < _modified(source):
                    for left_out in build(source, built):
                        self.stderr.write(left_out)
                    if verbosity:
                        self.stdout.write(f"Built {built}")


def build(source, built):
    """Write the .mo file; a sentence for each entry that would break pages, and is left out."""
    try:
        for number, line in enumerate(source.read_text(encoding="utf-8").split("\n"), start=1):
            if not LINE.fullmatch(line):
                raise ValueError(f"line {number} is {line.strip()}")
        catalogue = polib.pofile(str(source), encoding="utf-8")
        told = leave_out_broken(catalogue, source)
        content = catalogue.to_binary()
        gettext.GNUTranslations(io.BytesIO(content))  # as Django will
    except (OSError, ValueError, SyntaxError, IndexError) as error:
        raise CommandError(f"The catalogue {source} is broken: {error}") from None
    new = built.with_suffix(f".{os.getpid()}")
    try:
        new.write_bytes(content)
        new.replace(built)  # a reader sees the old file or the new one, never a half
    except OSError as error:
        raise CommandError(f"The catalogue {built} cannot be written: {error.strerror}.") from None
    return told


def leave_out_broken(catalogue, source):
    """The original is shown in the place of an entry whose placeholders or forms are wrong."""
    from healthyboost.wordings.catalogues import forms_of
    from healthyboost.wordings.models import InterfaceString
    from healthyboost.wordings.soundness import faults

    header, told = catalogue.metadata.get("Plural-Forms", ""), []
    for entry in list(catalogue):
        string = InterfaceString(msgid=entry.msgid, msgid_plural=entry.msgid_plural)
        if entry.obsolete or not (forms := forms_of(entry)):
            continue
        if found := faults(string, source.parts[-3], forms, header):
            catalogue.remove(entry)
            reasons = " ".join(each.message for each in found)
            told.append(f"Left out of {source}: “{entry.msgid}”: {reasons}")
    return told


def _modified(path):
    return path.stat().st_mtime_ns
