"""Smaller copies of a picture: at most three widths, each in AVIF and WebP."""

from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

WIDTHS = (480, 960, 1600)
MEDIA_TYPES = {"avif": "image/avif", "webp": "image/webp"}
FORMATS = {"avif": {"quality": 60, "speed": 8}, "webp": {"quality": 78}}


def render(file, sha256):
    """(width, height, renditions) of a picture file; the renditions are stored beside it.

    A rendition is {"width": pixels, "avif": name, "webp": name}. Names carry the hash of the
    original, so that they never change what they show; metadata is not copied.
    """
    with file.open("rb") as stream, Image.open(stream) as image:
        image = ImageOps.exif_transpose(image)
        if image.mode not in ("RGB", "RGBA"):
            image = image.convert("RGBA" if "transparency" in image.info else "RGB")
        widths = [width for width in WIDTHS if width < image.width] or [image.width]
        if image.width <= WIDTHS[-1] and image.width not in widths:
            widths.append(image.width)
        return image.width, image.height, [one_width(image, width, sha256) for width in widths]


def one_width(image, width, sha256):
    height = max(1, round(image.height * width / image.width))
    copy = image.resize((width, height), Image.Resampling.LANCZOS)
    names = {"width": width}
    for extension, options in FORMATS.items():
        name = f"renditions/{sha256[:16]}-{width}.{extension}"
        if not default_storage.exists(name):
            buffer = BytesIO()
            copy.save(buffer, extension.upper(), **options)
            name = default_storage.save(name, ContentFile(buffer.getvalue()))
        names[extension] = name
    return names
