"""What a camera writes into a picture beside the picture: where, when, by which device. It goes.

The picture itself is not packed anew: parts of the file are left out. Only one that its metadata turn
is packed again, upright.
"""

import re
from io import BytesIO

from django.core.files.base import ContentFile
from PIL import Image, ImageOps

ORIENTATION = 0x0112
UPRIGHT = 4000  # pixels: a picture that is turned is shrunk by halves while it stays longer
QUALITY = {
    "JPEG": {"quality": 90},
    "PNG": {},
    "WEBP": {"quality": 92, "method": 2},
}
# The parts that the picture is made of. Colours are part of it.
PNG_PARTS = (
    *(b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT"),
    *(b"IDAT", b"IEND"),
)
WEBP_PARTS = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP", b"ANIM", b"ANMF")
WEBP_SAYS_METADATA = 0x08 | 0x04  # EXIF, XMP
END_OF_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def without_metadata(file):
    """The picture `file` as it is to be stored: itself where there is nothing to remove."""
    file.seek(0)
    content = file.read()
    file.seek(0)
    cleaned = cleaned_bytes(content)
    if cleaned == content:
        return file
    stored = ContentFile(cleaned, file.name)
    stored.found_sound_by = getattr(file, "found_sound_by", None)
    return stored


def cleaned_bytes(content):
    with Image.open(BytesIO(content), formats=list(QUALITY)) as image:
        if is_turned(image):
            content = turned(image)
        return {"JPEG": clean_jpeg, "PNG": clean_png, "WEBP": clean_webp}[image.format](content)


def is_turned(image):
    try:
        return image.getexif().get(ORIENTATION, 1) != 1
    except Exception:  # metadata that are broken turn nothing
        return False


def turned(image):
    kind, colours = image.format, image.info.get("icc_profile")
    shrink = min(1, UPRIGHT / max(image.size))
    image.draft(None, [int(side * shrink) for side in image.size])
    upright = ImageOps.exif_transpose(image)
    if upright.mode == "CMYK":
        upright, colours = upright.convert("RGB"), None
    packed = BytesIO()
    upright.save(packed, kind, icc_profile=colours, **QUALITY[kind])
    return packed.getvalue()


def clean_jpeg(content):
    """Without what applications wrote (APPn), comments, and all that follows the picture."""
    parts, place = [content[:2]], 2
    while place < len(content) - 1 and content[place + 1] != 0xD9:
        marker = content[place + 1]
        if marker == 0xFF:  # filling
            place += 1
            continue
        end = place + 2
        if not (marker == 0x01 or 0xD0 <= marker <= 0xD7):
            end += int.from_bytes(content[place + 2 : place + 4])
        if marker == 0xDA:
            following = END_OF_SCAN.search(content, end)
            end = following.start() if following else len(content)
        if belongs_to_jpeg(marker, content[place + 4 : end]):
            parts.append(content[place:end])
        place = end
    return b"".join([*parts, b"\xff\xd9"])


def belongs_to_jpeg(marker, said):
    if marker == 0xE0:
        return said.startswith(b"JFIF\0") and len(said) == 14  # longer: with a small picture in it
    if marker == 0xE2:
        return said.startswith(b"ICC_PROFILE\0")
    if marker == 0xEE:
        return said.startswith(b"Adobe")
    return not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def clean_png(content):
    parts, place = [content[:8]], 8
    while place < len(content):
        kind = content[place + 4 : place + 8]
        end = place + 12 + int.from_bytes(content[place : place + 4])
        if kind in PNG_PARTS:
            parts.append(content[place:end])
        place = len(content) if kind == b"IEND" else end
    return b"".join(parts)


def clean_webp(content):
    parts, place = [], 12
    while place < min(len(content), 8 + int.from_bytes(content[4:8], "little")):
        kind = content[place : place + 4]
        size = int.from_bytes(content[place + 4 : place + 8], "little")
        end = place + 8 + size + size % 2
        if kind in WEBP_PARTS:
            part = bytearray(content[place:end])
            if kind == b"VP8X":
                part[8] &= ~WEBP_SAYS_METADATA
            parts.append(bytes(part))
        place = end
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + len(body).to_bytes(4, "little") + body
