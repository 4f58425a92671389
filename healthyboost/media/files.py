"""What a file is, told by its first bytes and never by its name; and how large each kind may be."""

import zipfile
from functools import wraps

from django.core.exceptions import ValidationError
from django.db.models.fields.files import FieldFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from PIL import Image

MEGABYTE = 1024 * 1024
PICTURES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
PICTURE_PIXELS = 50_000_000
PICTURE_SIDE = 16_000  # WebP ends at 16,383
UNPACKED_BYTES = 500 * MEGABYTE
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
# Bytes that a file may have: a picture, a document of a kind, captions.
LIMITS = {
    "picture": 20 * MEGABYTE,
    "document": 50 * MEGABYTE,
    "video/mp4": 100 * MEGABYTE,
    "captions": 1 * MEGABYTE,
}
LARGEST = max(LIMITS.values())
# What people take for a picture that every browser shows.
OTHER_PICTURES = {
    b"GIF8": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"BM": "BMP",
    b"<svg": "SVG",
    b"<?xm": "SVG",
}
# The fifth to twelfth byte of a file of boxes says what is in them.
VIDEO_BRANDS = (
    *(b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42"),
    *(b"avc1", b"M4V ", b"dash", b"MSNV"),
)
PICTURE_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), "HEIC"),
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
            return "video/mp4" if head[8:12] in VIDEO_BRANDS else ""
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
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ""


def other_picture(head):
    """ "GIF", for instance, for the first bytes of a picture that the portal does not take; or ''."""
    if head[4:8] == b"ftyp":
        return PICTURE_BRANDS.get(head[8:12], "")
    return next((name for start, name in OTHER_PICTURES.items() if head.startswith(start)), "")


def once(check):
    """A file that is stored already, or was found sound a moment ago, is not read again."""

    @wraps(check)
    def check_once(file):
        if isinstance(file, FieldFile):
            if file._committed:
                return
            file = file.file
        if getattr(file, "found_sound_by", None) != check.__name__:
            check(file)
            file.found_sound_by = check.__name__

    return check_once


def check_size(file, limit):
    if getattr(file, "has_no_room", False):
        raise ValidationError(
            _("The portal has no room left for this file. Ask the person who runs it.")
        )
    if file.size > limit:
        raise ValidationError(
            _("The file is too large: %(size)s. At most %(limit)s can be stored.")
            % {"size": filesizeformat(file.size), "limit": filesizeformat(limit)},
            code="size",
        )


@once
def check_picture(file):
    """A whole JPEG, PNG or WebP of a sane size; ValidationError otherwise."""
    check_size(file, LIMITS["picture"])
    file.seek(0)
    if name := other_picture(file.read(16)):
        raise ValidationError(
            _("The picture is in the format %(kind)s. Save it as JPEG or PNG and choose that file.")
            % {"kind": name}
        )
    file.seek(0)
    try:
        with Image.open(file, formats=list(PICTURES)) as image:
            check_measures(image)
            image.draft("RGB", (1, 1))  # a JPEG is then read to its end, but not unpacked
            image.load()
    except Image.DecompressionBombError as error:
        raise ValidationError(_("The picture has more than 50 million pixels.")) from error
    except Image.UnidentifiedImageError as error:
        raise ValidationError(_("This is no JPEG, PNG or WebP picture.")) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise ValidationError(_("The picture is damaged.")) from error
    finally:
        file.seek(0)


def check_measures(image):
    """Said by the first bytes, before anything is unpacked."""
    if image.width * image.height > PICTURE_PIXELS:
        raise ValidationError(_("The picture has more than 50 million pixels."))
    if max(image.size) > PICTURE_SIDE:
        raise ValidationError(_("The picture is longer than 16,000 pixels."))


@once
def check_document(file):
    """One of the kinds in SHORT_NAMES, not too large and not cut; ValidationError otherwise."""
    check_size(file, LARGEST)
    kind = kind_of(file)
    if kind not in SHORT_NAMES:
        raise ValidationError(
            _("Only PDF, DOCX, XLSX, PPTX, ODT, ZIP, MP4 and VTT files can be stored.")
        )
    check_size(file, LIMITS.get(kind, LIMITS["document"]))
    if kind == "application/pdf":
        file.seek(max(0, file.size - 2048))
        if b"%%EOF" not in file.read():
            raise ValidationError(_("The PDF is damaged: its end is missing."))
    elif kind not in ("video/mp4", "text/vtt"):
        check_archive(file)
    file.seek(0)


def check_archive(file):
    """What it unpacks to, and macros. Nothing is unpacked here."""
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
    if sum(entry.file_size for entry in entries) > UNPACKED_BYTES:
        raise ValidationError(_("Unpacked, the file would be larger than 500 MB."))
    if any(entry.filename.endswith("vbaProject.bin") for entry in entries):
        raise ValidationError(_("The file holds macros: save it without them."))


@once
def check_captions(file):
    """WebVTT in UTF-8; ValidationError otherwise."""
    check_size(file, LIMITS["captions"])
    file.seek(0)
    content = file.read()
    file.seek(0)
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise ValidationError(_("The captions are not in UTF-8: save them so.")) from error
    if kind_of(file) != "text/vtt":
        raise ValidationError(_("This is no WebVTT file: its first line must be WEBVTT."))


CHECKS = {"picture": check_picture, "document": check_document, "captions": check_captions}
