"""The text of files, read in the background: a long file must not make a save wait.

Search knows what readers see of PDF and Word files. What else files say, of all kinds, is kept beside it
(inside.py): whoever is to be forgotten may be named there.
"""

import logging
import zipfile
from xml.etree import ElementTree

from healthyboost.accounts.rights import page_of
from healthyboost.media.documents import DOCX, PDF
from healthyboost.media.files import SHORT_NAMES

from .indexing import index_or_touch
from .inside import everything_in
from .lexemes import LONGEST
from .models import FileText
from .pdf_text import text_of_pdf
from .stored import file_models

log = logging.getLogger(__name__)
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LARGEST = 20_000_000  # bytes of the text of a Word file, unpacked


def text_of(stream, media_type):
    """The plain text of a PDF or DOCX, at most LONGEST letters; '' of others and of what cannot be read."""
    read = {PDF: lambda file: text_of_pdf(file, LONGEST), DOCX: text_of_docx}.get(media_type)
    if not read:
        return ""
    try:
        return read(stream).replace("\0", "")[:LONGEST]
    except Exception as error:  # a library's own errors: the file is found by its title alone
        log.warning("A file cannot be searched: %s", error)
        return ""


def text_of_docx(stream):
    with zipfile.ZipFile(stream) as archive:
        with archive.open("word/document.xml") as part:
            body = part.read(LARGEST + 1)
    if len(body) > LARGEST or b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        return ""
    paragraphs = ElementTree.fromstring(body).iter(f"{WORD}p")
    return "\n".join(
        "".join(text.text or "" for text in paragraph.iter(f"{WORD}t")) for paragraph in paragraphs
    )


def unread_files():
    """[rows of each kind of file] of which nobody knows yet all that they say."""
    known = FileText.objects.exclude(is_whole=None).values("sha256")
    return [
        model._base_manager.filter(media_type__in=SHORT_NAMES)
        .exclude(sha256="")
        .exclude(sha256__in=known)
        .order_by("id")
        for model in file_models()
    ]


def read_files(limit=50):
    """Read files whose text is not known yet, and index their pages; answers how many were read."""
    done = set()
    for file in [file for files in unread_files() for file in files[:limit]]:
        if file.sha256 in done:
            continue
        try:
            with file.file.open("rb") as stream:
                read(file.sha256, stream, file.media_type)
        except OSError:
            continue  # the disk is away: tried again
        done.add(file.sha256)
    pages = {}
    for model in file_models() if done else ():
        for file in model._base_manager.filter(sha256__in=done):
            page = page_of(file)
            if hasattr(page, "source_language"):
                pages.setdefault(type(page), set()).add(page.pk)
    for model, numbers in pages.items():
        index_or_touch(model, sorted(numbers))
    return len(done)


def read(sha256, stream, media_type):
    """The FileText of a file."""
    known = FileText.objects.filter(sha256=sha256).first()
    text = known.text if known else text_of(stream, media_type)
    stream.seek(0)
    said, is_whole = everything_in(stream)
    more = "\n".join(each for each in said if each not in text)
    found = {"text": text, "more": more, "is_whole": is_whole}
    return FileText.objects.update_or_create(sha256=sha256, defaults=found)[0]
