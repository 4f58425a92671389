"""What a file is, told by its first bytes and never by its name."""

import zipfile

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image

PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
PICTURE_BYTES = 8 * 1024 * 1024
PICTURE_PIXELS = 50_000_000
PICTURE_SIDE = 16_000  # WebP ends at 16,383
DOCUMENT_BYTES = 50 * 1024 * 1024
OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
SHORT_NAMES = {
    "application/pdf": "PDF",
    **dict(zip(OFFICE.values(), ("DOCX", "XLSX", "PPTX"), strict=True)),
    "application/vnd.oasis.opendocument.text": "ODT",
    "application/zip": "ZIP",
    "video/mp4": "MP4",
    "text/vtt": "VTT",
}


def kind_of(stream):
    """Media type of an open file; '' where it is none that the portal takes. Rewinds the file."""
    stream.seek(0)
    head = stream.read(16)
    stream.seek(0)
    try:
        if head.startswith(b"%PDF-"):
            return "application/pdf"
        if head.startswith(b"PK\x03\x04"):
            return kind_of_archive(stream)
        if head[4:8] == b"ftyp":
            return "video/mp4"
        if head.startswith((b"WEBVTT", b"\xef\xbb\xbfWEBVTT")):
            return "text/vtt"
        return kind_of_picture(stream)
    finally:
        stream.seek(0)


def kind_of_archive(stream):
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                said = archive.read("mimetype").decode("ascii", "replace").strip()
                return said if said.startswith("application/vnd.oasis.") else ""
    except Exception:  # encrypted, cut, of a method unknown: each breaks in a way of its own
        return ""
    return next((OFFICE[name] for name in OFFICE if name in names), "application/zip")


def kind_of_picture(stream):
    try:
        with Image.open(stream, formats=list(PICTURES)) as image:
            return PICTURES[image.format]
    except (OSError, ValueError, Image.DecompressionBombError):
        return ""


def check_picture(file):
    """A whole JPEG, PNG or WebP of a sane size; ValidationError otherwise."""
    if file.size > PICTURE_BYTES:
        raise ValidationError(_("The picture is larger than 8 MB."))
    if kind_of_picture(file) == "":
        raise ValidationError(_("This is no JPEG, PNG or WebP picture."))
    file.seek(0)
    try:
        with Image.open(file, formats=list(PICTURES)) as image:
            if image.width * image.height > PICTURE_PIXELS:
                raise ValidationError(_("The picture has more than 50 million pixels."))
            if max(image.size) > PICTURE_SIDE:
                raise ValidationError(_("The picture is longer than 16,000 pixels."))
            image.load()
    except (OSError, ValueError, SyntaxError) as error:
        raise ValidationError(_("The picture is damaged.")) from error
    finally:
        file.seek(0)


def check_document(file):
    """One of the kinds in SHORT_NAMES, at most 50 MB; ValidationError otherwise."""
    if file.size > DOCUMENT_BYTES:
        raise ValidationError(_("The file is larger than 50 MB."))
    if kind_of(file) not in SHORT_NAMES:
        raise ValidationError(
            _("Only PDF, DOCX, XLSX, PPTX, ODT, ZIP, MP4 and VTT files can be stored.")
        )
