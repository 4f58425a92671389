"""What the catalogues of this release say, taken into the database once a release.

The .po files stay the source. A wording that was edited in the browser is never touched: it ends
only where the release has come to say the same.
"""

import hashlib
import logging
import threading
from pathlib import Path

import polib
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from .models import Catalogue, InterfaceString, Wording, key_of
from .places import is_public
from .soundness import need_of

log = logging.getLogger(__name__)
LOCK = 4_861_703  # PostgreSQL's advisory lock of the process that takes a release in
NAMES = "django", "djangojs"
started = threading.Event()  # this process has looked


def catalogue_files():
    """{(language, name): path} of all .po files."""
    return {
        (path.parts[-3], path.stem): path
        for folder in settings.LOCALE_PATHS
        for path in sorted(Path(folder).glob("*/LC_MESSAGES/*.po"))
        if path.parts[-3] in dict(settings.LANGUAGES)
    }


def take_in_once():
    """At the start of a process: one of an older release must not come back to its own later."""
    if not started.is_set():
        take_in_release()
        started.set()


def take_in_release():
    files = catalogue_files()
    digests = {key: hashlib.sha256(path.read_bytes()).hexdigest() for key, path in files.items()}
    if not files or digests == known_digests():
        return False
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if digests == known_digests():
            return False  # another process was faster
        read = {key: polib.pofile(str(path), encoding="utf-8") for key, path in files.items()}
        for (language, name), content in read.items():
            Catalogue.objects.update_or_create(
                language=language,
                name=name,
                defaults={
                    "digest": digests[language, name],
                    "plural_forms": content.metadata.get("Plural-Forms", "")[:500],
                },
            )
        strings = take_in_strings(read)
        for language in {language for language, _name in read}:
            take_in_wordings(
                language,
                strings,
                {
                    key_of(name, entry.msgctxt or "", entry.msgid): forms_of(entry)
                    for (of, name), content in read.items()
                    if of == language
                    for entry in content
                    if not entry.obsolete
                },
            )
    return True


def known_digests():
    rows = Catalogue.objects.values_list("language", "name", "digest")
    return {(language, name): digest for language, name, digest in rows}


def forms_of(entry):
    """What an entry of a .po file says; nothing where it says nothing usable."""
    if entry.fuzzy:
        return []
    plurals = entry.msgstr_plural
    forms = [plurals[number] for number in sorted(plurals)] if plurals else [entry.msgstr]
    return forms if any(forms) else []


DESCRIBED_BY = "msgid_plural", "comment", "files", "words", "is_public", "is_current"


def take_in_strings(read):
    """{key: InterfaceString} of this release; what it no longer uses stays, marked as such."""
    described = {}
    for (_language, name), content in read.items():
        for entry in content:
            if not entry.obsolete:
                described.setdefault(key_of(name, entry.msgctxt or "", entry.msgid), (name, entry))
    known = {row.key: row for row in InterfaceString.objects.all()}
    new, changed = [], []
    for key, (name, entry) in described.items():
        files = [file for file, _line in entry.occurrences]
        said = {
            "msgid_plural": entry.msgid_plural,
            "comment": entry.comment,
            "files": files,
            "words": len(entry.msgid.split()),
            "is_public": is_public(files, name),
            "is_current": True,
        }
        if key not in known:
            own = {"key": key, "catalogue": name, "context": entry.msgctxt or ""}
            new.append(InterfaceString(**own, msgid=entry.msgid, since=timezone.now(), **said))
        elif any(getattr(known[key], field) != value for field, value in said.items()):
            for field, value in said.items():
                setattr(known[key], field, value)
            changed.append(known[key])
    gone = [row for key, row in known.items() if key not in described and row.is_current]
    for row in gone:
        row.is_current = False
    InterfaceString.objects.bulk_create(new)
    InterfaceString.objects.bulk_update(changed + gone, DESCRIBED_BY, batch_size=500)
    return {row.key: row for row in InterfaceString.objects.filter(is_current=True)}


def take_in_wordings(language, strings, released):
    headers = plural_headers(language)
    known = {
        row.string_id: row
        for row in Wording.objects.filter(language=language, string__in=strings.values())
    }
    new, changed = [], []
    for key, string in strings.items():
        wording = known.get(string.pk) or Wording(string=string, language=language)
        wording.string = string
        before = wording.released, wording.forms, wording.need
        wording.released = released.get(key, [])
        if wording.forms == wording.released:
            wording.forms = None  # settled: the release says it now
        wording.need = need_of(string, language, wording.said, headers[string.catalogue])
        if wording.pk is None:
            new.append(wording)
        elif before != (wording.released, wording.forms, wording.need):
            changed.append(wording)
    Wording.objects.bulk_create(new)
    Wording.objects.bulk_update(changed, ["released", "forms", "need"], batch_size=500)
    if changed:
        log.info(
            "%s: %s wordings of the interface changed with the release", language, len(changed)
        )


def plural_headers(language):
    """{catalogue: Plural-Forms} of one language."""
    return all_plural_headers().get(language, dict.fromkeys(NAMES, ""))


def all_plural_headers():
    """{language: {catalogue: Plural-Forms}}; a catalogue that is not there has those of the other."""
    found = {}
    for row in Catalogue.objects.order_by("name"):
        found.setdefault(row.language, {})[row.name] = row.plural_forms
    return {
        language: {name: headers.get(name) or headers.get("django", "") for name in NAMES}
        for language, headers in found.items()
    }
