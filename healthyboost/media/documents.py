"""What a document says of itself: its title, its language, whether it is tagged for screen readers."""

import re
import zipfile
from xml.etree import ElementTree

from django.utils.translation import gettext as _

from healthyboost.content.languages import KNOWN_LANGUAGES

from .files import OFFICE

PDF = "application/pdf"
DOCX = OFFICE["word/document.xml"]
LONGEST = 200  # characters of a fact
LARGEST_PART = 2_000_000  # bytes of a part of an office file that are read
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
WORD_LANGUAGE = re.compile(rb'<w:lang\b[^>]*\bw:val="([\w-]+)"')
# What programs write where nobody wrote a title.
NO_TITLE = re.compile(
    r"(?i)^(untitled|document\d*|microsoft word - .*|.*\.(docx?|pdf|indd|pptx?))$"
)


def facts_of(stream, media_type):
    """{"title": …, "language": …, "tagged": bool} of a PDF or DOCX, what is not said as ''; {} of others."""
    read = {PDF: facts_of_pdf, DOCX: facts_of_docx}.get(media_type)
    if not read:
        return {}
    stream.seek(0)
    try:
        facts = read(stream)
    except Exception:  # a file that is locked or odd says nothing; it is stored all the same
        facts = {}
    finally:
        stream.seek(0)
    title = " ".join(str(facts.get("title") or "").replace("\0", "").split())[:LONGEST]
    return {
        "title": "" if NO_TITLE.match(title) else title,
        "language": str(facts.get("language") or "").replace("\0", "")[:20],
        "tagged": bool(facts.get("tagged")),
    }


def facts_of_pdf(stream):
    from pypdf import PdfReader  # as in search.pdf_text

    reader = PdfReader(stream)
    root = reader.root_object
    marks = root.get("/MarkInfo")
    return {
        "title": reader.metadata and reader.metadata.title,
        "language": root.get("/Lang"),
        "tagged": marks and marks.get_object().get("/Marked") and "/StructTreeRoot" in root,
    }


def facts_of_docx(stream):
    """Word documents carry their headings and lists with them: they are as good as tagged."""
    with zipfile.ZipFile(stream) as archive:
        core = ElementTree.fromstring(part(archive, "docProps/core.xml") or b"<none/>")
        styles = WORD_LANGUAGE.search(part(archive, "word/styles.xml"))
    said = core.findtext(f"{DUBLIN_CORE}language")
    return {
        "title": core.findtext(f"{DUBLIN_CORE}title"),
        "language": said or (styles and styles[1].decode()),
        "tagged": True,
    }


def part(archive, name):
    if name not in archive.namelist():
        return b""
    with archive.open(name) as stream:
        return stream.read(LARGEST_PART)


def shortcomings(facts, language=""):
    """What a reader of a document misses, as sentences; `language`: of the row that it belongs to."""
    found = []
    if not facts:
        return found
    if not facts["title"]:
        found.append(_("The document does not say its title: readers see the name of the file."))
    said = facts["language"].lower().split("-")[0]
    if not said:
        found.append(_("The document does not say its language: it may be read aloud wrongly."))
    elif language in KNOWN_LANGUAGES and language not in ("mul", "zxx", said):
        found.append(
            _("The document says that it is in %(said)s, and the form says %(language)s.")
            % {
                "said": KNOWN_LANGUAGES.get(said, facts["language"]),
                "language": KNOWN_LANGUAGES[language],
            }
        )
    if not facts["tagged"]:
        found.append(_("The PDF is not tagged: screen readers cannot tell headings from text."))
    return found


def language_of(facts):
    """The code of the language that the document says, if it is one that the portal knows; or ''."""
    said = facts.get("language", "").lower().split("-")[0]
    return said if said in KNOWN_LANGUAGES else ""
