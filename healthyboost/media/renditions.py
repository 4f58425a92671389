"""Smaller copies of a picture: at most three widths, each in AVIF and WebP; one JPEG for mails."""

from io import BytesIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageCms

WIDTHS = (480, 960, 1600)
MEDIA_TYPES = {"avif": "image/avif", "webp": "image/webp", "jpeg": "image/jpeg"}
FORMATS = {"avif": {"quality": 60, "speed": 9}, "webp": {"quality": 78}}
FOLDER = "renditions/"
MAIL_WIDTH = 1120  # twice that of the column in a mail
SRGB = ImageCms.createProfile("sRGB")


def render(file, sha256):
    """(width, height, renditions) of a picture file; the renditions are stored beside it.

    A rendition is {"width": pixels, "avif": name, "webp": name}. Names carry the hash of the
    original, so that they never change what they show; metadata is not copied.
    """
    with file.open("rb") as stream, Image.open(stream) as image:
        width, height = image.size
        shrink = WIDTHS[-1] / width
        if shrink < 1:  # a large JPEG is unpacked by half or less
            image.draft("RGB", [int(side * shrink) for side in image.size])
        picture = in_colours_of_the_web(image)
        widths = [each for each in WIDTHS if each < width] or [width]
        if width <= WIDTHS[-1] and width not in widths:
            widths.append(width)
        measures = [(each, max(1, round(height * each / width))) for each in widths]
        return width, height, [one_width(picture, measure, sha256) for measure in measures]


def mail_copy(picture):
    """Name of a JPEG of `picture`: many mail programs know neither AVIF nor WebP. Made when it is
    first asked for, and kept as one of its renditions; "" where its file is gone or has none."""
    if not picture.renditions or "jpeg" in picture.renditions[0]:
        return picture.renditions[0]["jpeg"] if picture.renditions else ""
    try:
        with picture.file.open("rb") as stream, Image.open(stream) as image:
            image.draft("RGB", (MAIL_WIDTH, MAIL_WIDTH * image.height // image.width))
            width = min(MAIL_WIDTH, picture.width)
            measures = width, max(1, round(picture.height * width / picture.width))
            copy = on_white(in_colours_of_the_web(image).resize(measures, Image.Resampling.LANCZOS))
    except OSError:
        return ""
    name = f"{FOLDER}{picture.sha256[:16]}-mail.jpeg"
    if not default_storage.exists(name):
        buffer = BytesIO()
        copy.save(buffer, "JPEG", quality=76, optimize=True, progressive=True)
        name = default_storage.save(name, ContentFile(buffer.getvalue()))
    picture.renditions[0]["jpeg"] = name
    same_file = type(picture).objects.filter(pk=picture.pk, sha256=picture.sha256)
    same_file.update(renditions=picture.renditions)
    return name


def on_white(image):
    """JPEG knows no transparency."""
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def in_colours_of_the_web(image):
    """Eight bits a channel, sRGB, and nothing else in it."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    mode = "RGBA" if "transparency" in image.info or "A" in image.mode else "RGB"
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        try:
            image = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(BytesIO(profile)), SRGB, outputMode=mode
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that cannot be read: the colours as they are
    if image.mode != mode:
        image = image.convert(mode)
    image.info = {}
    return image


def one_width(image, measures, sha256):
    copy = image.resize(measures, Image.Resampling.LANCZOS, reducing_gap=3.0)
    names = {"width": measures[0]}
    for extension, options in FORMATS.items():
        name = f"{FOLDER}{sha256[:16]}-{measures[0]}.{extension}"
        if not default_storage.exists(name):
            buffer = BytesIO()
            copy.save(buffer, extension.upper(), **options)
            name = default_storage.save(name, ContentFile(buffer.getvalue()))
        names[extension] = name
    return names
