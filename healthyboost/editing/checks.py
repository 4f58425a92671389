"""What must be right before a language of a page goes public, and what should be.

`faults_of` reads what is stored: what visitors would get. Each rule is a function of a Reading.
"""

from collections import defaultdict

from django.db.models import FileField
from django.urls import Resolver404, resolve
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import Link, Origin, Statement
from healthyboost.content.references import lost_references
from healthyboost.translation.units import translation_of

from .faults import Fault, quoted, short
from .links import addresses_of, dead_among
from .proofreading import Elements, faults_of_text, link
from .reading import Reading, place_of, prose_of


def faults_of(page, code):
    """The Faults of the text in `code`, as it is stored."""
    reading = Reading(page, code)
    return [fault for rule in RULES for fault in rule(reading)]


def missing_texts(reading):
    for name in reading.page.missing_to_publish(reading.code):
        label = capfirst(reading.page._meta.get_field(name).verbose_name)
        message = _("Missing: %(field)s") % {"field": label}
        yield Fault(f"missing-{name}", message, is_error=True, field=name)


def of_its_kind(reading):
    for key, message, is_error in reading.page.own_faults(reading.code):
        yield Fault(key, message, is_error)


def summary_repeats_title(reading):
    version = reading.page.in_language(reading.code)
    title, summary = (text.strip(" .").casefold() for text in (version.title, version.summary))
    if title and title == summary:
        text = reading.text(reading.page, "summary")
        yield text.fault("repeats-title", _("It only repeats the title."))


def machine_made(reading):
    """It may go public all the same, with its label: somebody has to want it."""
    if reading.page.in_language(reading.code).origin == Origin.MACHINE:
        message = _(
            "It is a machine translation that nobody has read and approved: readers are told."
        )
        yield Fault("machine", message)


def unfinished(reading):
    """A translation that somebody writes paragraph by paragraph, and that is not whole yet."""
    draft = getattr(reading.page, "taken_up", {}).get(reading.code)
    if not draft or not draft.paragraphs.get("fields"):
        return
    if missing := len(translation_of(reading.page, reading.code).unfinished):
        message = ngettext(
            "%(count)s paragraph of the translation is not finished.",
            "%(count)s paragraphs of the translation are not finished.",
            missing,
        )
        yield Fault(f"unfinished:{missing}", message % {"count": missing})


def words(reading):
    """What is seen by reading the texts: links, headings, stray characters."""
    for text in reading.texts:
        yield from faults_of_text(text)


def links_of_rows(reading):
    """A row that is a link: its label is held to the same rules."""
    for row in reading.rows:
        if isinstance(row, Link):
            text, (address, _language) = reading.text(row, "label"), row.target_in(reading.code)
            if text.content and address:
                yield from link(text, address, text.content)


def links_into_the_portal(reading):
    """A page that is linked by its name is found wherever it moves; any other address is fixed."""
    for text in reading.texts:
        for finding in lost_references(text.content) if text.is_rich else ():
            is_error, message = LOST[finding.kind]
            message %= {"words": short(finding.excerpt)}
            yield text.fault(finding.kind, message, finding.excerpt, is_error)
        for element in Elements(text.content).found if text.is_rich else ():
            address = element.attributes.get("href") or ""
            if address.startswith("/"):
                message = (
                    _(
                        "The link “%(words)s” leads to %(address)s. Choose the page from the list: "
                        "then the link follows it when its address changes."
                    )
                    if leads_to_a_page(address)
                    else _("The link “%(words)s”: there is no page %(address)s.")
                ) % {"words": short(element.said), "address": short(address)}
                yield text.fault("fixed-page", message, address, not leads_to_a_page(address))


LOST = {
    "lost page": (True, gettext_lazy("The link “%(words)s”: there is no such page.")),
    "hidden page": (
        False,
        gettext_lazy(
            "The link “%(words)s” leads to a page that is not public: readers get no link."
        ),
    ),
    "lost picture": (True, gettext_lazy("There is no picture “%(words)s”.")),
}


def leads_to_a_page(address):
    try:
        return bool(resolve(address.partition("?")[0].partition("#")[0]))
    except Resolver404:
        return False


def dead_links(reading):
    used = {address: row for row in (reading.page, *reading.rows) for address in addresses_of(row)}
    for address in dead_among(used):
        row = used[address.url]
        message = _("%(address)s did not answer as it should: %(fault)s.") % {
            "address": address.url,
            "fault": address.fault_in_words,
        }
        yield Fault(f"dead:{address.url}", message, row=row, place=place_of(row))


def alternative_texts(reading):
    for picture in reading.pictures:
        if not picture.decorative and not getattr(picture, column("alt", reading.code)):
            yield Fault(
                f"alt:{picture.name}",
                _("The picture has no alternative text in this language."),
                True,
                "alt",
                picture,
                place_of(picture),
            )


def captions(reading):
    for picture in reading.pictures:
        if has_words(picture, "caption") and not getattr(picture, column("caption", reading.code)):
            yield Fault(
                f"caption:{picture.name}",
                _("The picture has no caption in this language."),
                False,
                "caption",
                picture,
                place_of(picture),
            )


def has_words(row, name):
    return any(getattr(row, column(name, code)) for code in language_codes())


def is_quotation(row, name):
    """The very words of a source, left in its language."""
    said = [code for code in language_codes() if getattr(row, column(name, code))]
    return isinstance(row, Statement) and name == "text" and said == [row.written_in]


def rows_without_words(reading):
    """Rows that say something in another language and not in this: readers get them in that one."""
    missing = defaultdict(list)
    for row in reading.rows:
        for name in prose_of(type(row)):
            is_missing = not getattr(row, column(name, reading.code)) and has_words(row, name)
            if is_missing and not is_quotation(row, name):
                missing[type(row)].append((row, name))
                break
    for model, found in missing.items():
        row, name = found[0]
        names = ", ".join(quoted(short(str(row), 40)) for row, _name in found)
        message = _("Not in this language: %(rows)s. Readers get them in another one.")
        yield Fault(
            f"untranslated:{model._meta.model_name}:{len(found)}",
            message % {"rows": names},
            False,
            name,
            row,
            capfirst(model._meta.verbose_name_plural),
        )


def files(reading):
    for row in (*reading.rows, *reading.pictures):
        for field in row._meta.concrete_fields:
            file = getattr(row, field.attname) if isinstance(field, FileField) else None
            if file and not file.storage.exists(file.name):
                yield Fault(
                    f"file:{file.name}",
                    _("The file is missing. Store it again."),
                    True,
                    field.name,
                    row,
                    place_of(row),
                )


def documents(reading):
    """What a reader of a document misses, such as its title."""
    for row in reading.rows:
        for sentence in getattr(row, "shortcomings", ()):
            yield Fault(f"document:{row.sha256[:12]}", sentence, False, "file", row, place_of(row))


def recordings(reading):
    """What is heard has to be read somewhere, too. A video elsewhere may have its captions there."""
    for row in reading.rows:
        is_said = getattr(row, "transcript", "") or getattr(row, "captions_file", "")
        if not is_recording(row) or is_said:
            continue
        key, place = f"transcript:{row.title[:60]}", place_of(row)
        if hasattr(row, "transcript"):
            message = _("No captions and no transcript: those who cannot hear it get nothing.")
            yield Fault(key, message, bool(row.file), "transcript", row, place)
        else:
            message = _("A video has no captions here: make it a version of a material, with them.")
            yield Fault(key, message, False, "file", row, place)


def is_recording(row):
    is_media = getattr(row, "media_type", "").startswith(("video/", "audio/"))
    return is_media or getattr(row, "form", "") in ("video", "audio")


RULES = [
    missing_texts,
    of_its_kind,
    summary_repeats_title,
    machine_made,
    unfinished,
    words,
    links_of_rows,
    links_into_the_portal,
    dead_links,
    alternative_texts,
    captions,
    rows_without_words,
    files,
    documents,
    recordings,
]
