"""PO, as Poedit, Virtaal and gettext read it. A text with marks is HTML, as it is stored."""

import re

import polib
from django.utils.translation import gettext as _

from .lines import UNWRITABLE, Returned, Unreadable, decoded

WIDTH = 78
CHARSET = rb"charset=([\w-]+)"
FORM = re.compile(r"\[\d+\]$")


def write(sheets, parcel):
    """The file, sheet by sheet; a plural with all its forms is one entry."""
    yield header(parcel)
    for sheet in sheets:
        where = "\n".join(filter(None, [f"{sheet.kind}: {sheet.title}", sheet.address]))
        forms = []
        for line in sheet.lines:
            if line.form is None:
                yield said(entry_of(line, where, sheet))
                continue
            if line.form == 0:
                if forms:
                    yield said(plural_of(forms, where, sheet))
                forms = []
            forms.append(line)
        if forms:
            yield said(plural_of(forms, where, sheet))


def header(parcel):
    names = {
        "Project-Id-Version": "Healthy Boost",
        "POT-Creation-Date": po_time(parcel.made_at),
        "PO-Revision-Date": po_time(parcel.made_at),
        "Last-Translator": "Healthy Boost",
        "Language-Team": parcel.language,
        "Language": parcel.language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": parcel.plural_forms,
        "X-Portal": parcel.portal,
    }
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in names.items() if value)
    return f'msgid ""\nmsgstr ""\n{lines}\n'


def po_time(iso):
    return iso[:16].replace("T", " ") + iso[-6:].replace(":", "")


def said(entry):
    return entry.__unicode__(WIDTH) + "\n"


def entry_of(line, where, sheet):
    entry = about(line, where, sheet)
    entry.msgid, entry.msgstr = UNWRITABLE.sub("", line.source), UNWRITABLE.sub("", line.text)
    if line.then and line.text:
        entry.previous_msgid = line.then
    return entry


def plural_of(forms, where, sheet):
    entry = about(forms[0], where, sheet)
    entry.msgctxt = FORM.sub("", str(forms[0].key).partition("@")[0]) + "".join(
        f"@{line.key.source}.{line.key.text}" for line in forms
    )
    entry.msgid, entry.msgid_plural = forms[0].plural
    entry.msgstr_plural = {line.form: line.text for line in forms}
    return entry


def about(line, where, sheet):
    place = f"{sheet.source_language} → {line.key.language}: {line.label}"
    flags = [*line.flags, *(["fuzzy"] if line.text and (line.is_old or line.is_machine) else [])]
    return polib.POEntry(msgctxt=str(line.key), comment=f"{where}\n{place}", flags=flags)


# Coming in


def read(data):
    text = decoded(data, CHARSET).replace("\r\n", "\n").replace("\r", "\n")
    try:
        # The empty line in front: no text is taken for the name of a file.
        entries = polib.pofile("\n" + text.lstrip("\ufeff"))
    except (OSError, ValueError, IndexError, KeyError, AttributeError, UnicodeError) as error:
        line = re.search(r"line (\d+)", str(error))
        raise Unreadable(
            _("The file is not a complete PO: line %(line)s cannot be read.") % {"line": line[1]}
            if line
            else _("The file is not a complete PO.")
        ) from None
    return [line for entry in entries if not entry.obsolete for line in lines_of(entry)]


def lines_of(entry):
    about = {"is_confirmed": not entry.fuzzy, "is_unsure": entry.fuzzy}
    if not entry.msgid_plural:
        return [Returned(entry.msgctxt or "", entry.msgstr, **about)]
    name, *versions = (entry.msgctxt or "").split("@")
    if not versions:
        return [Returned(name, " | ".join(entry.msgstr_plural.values()), **about)]
    return [
        Returned(f"{name}[{form}]@{versions[min(int(form), len(versions) - 1)]}", text, **about)
        for form, text in sorted(entry.msgstr_plural.items())
    ]
