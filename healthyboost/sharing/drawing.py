"""The picture that stands beside the address of a page where people share it."""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from healthyboost.chart.projection import mark as mark_at

from .lettering import BOLD, LEADING, REGULAR, fitted, one_line, width_of, write

EDITION = 1  # counted up when the drawing changes: every picture then has a new address
WIDTH, HEIGHT = 1200, 630
LARGEST = 150_000  # bytes
QUALITIES = 88, 80, 70, 60, 45, 30
PAPER, INK, QUIET, AMBER_INK = "#fdfdfb", "#0d2931", "#44616a", "#7d4600"  # of tokens.css

# Made of static/img/baltic.svg, static/img/icon.svg and the light of the charts.
ARTWORK = Path(__file__).parent / "artwork"
SEA_SCALE, SEA_LEFT, SEA_TOP = 0.66, 651, -6.6  # where the drawing of the chart lies on it

LEFT, FOOT = 64, 612  # the left margin; the scale bar lies below the foot
BESIDE_SEA, BESIDE_PHOTO = 650, 584  # widths of the text
PHOTO_LEFT = 704
TITLE_TOP, TITLE_FOOT, BYLINE = 192, 516, 566
TITLE_SIZES = range(68, 26, -2)
SMALL, BRAND_SIZE = 27, 32
CREDIT_SIZE = 17


@dataclass(frozen=True)
class Poster:
    """Everything that a picture shows; the words are in one language."""

    title: str
    kicker: str = ""
    byline: str = ""
    places: tuple[tuple[float, float], ...] = ()  # degrees north and east: lights on the sea
    photo: str = ""  # what identifies its bytes; the bytes are handed to draw()
    focus: tuple[float, float] = (0.5, 0.5)
    credit: str = ""


def draw(poster, photo=None):
    """The bytes of a JPEG; `photo` is an open image or None."""
    picture = artwork("sea").copy() if photo is None else beside(photo, poster)
    if photo is None:
        for latitude, longitude in poster.places:
            add_light(picture, latitude, longitude)
    canvas = ImageDraw.Draw(picture)
    add_brand(picture, canvas)
    add_words(canvas, poster, BESIDE_SEA if photo is None else BESIDE_PHOTO)
    add_scale_bar(canvas)
    return packed(picture)


@lru_cache
def artwork(name):
    image = Image.open(ARTWORK / f"{name}.png")
    return image.convert("RGBA" if name != "sea" else "RGB")


def beside(photo, poster):
    """The paper with the photograph on its right, cut so that its focal point stays in sight."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    size = (WIDTH - PHOTO_LEFT, FOOT)
    if "A" in photo.getbands():  # what can be seen through lies on paper
        below = Image.new("RGBA", photo.size, PAPER)
        photo = Image.alpha_composite(below, photo.convert("RGBA"))
    cut = ImageOps.fit(photo.convert("RGB"), size, Image.Resampling.LANCZOS, centering=poster.focus)
    picture.paste(cut, (PHOTO_LEFT, 0))
    if poster.credit:
        add_credit(picture, poster.credit)
    return picture


def add_credit(picture, credit):
    """Whose photograph it is, on a strip that can be read on any photograph."""
    text = one_line(credit, REGULAR, WIDTH - PHOTO_LEFT - 24, CREDIT_SIZE)
    left, top = WIDTH - round(width_of(text, REGULAR, CREDIT_SIZE)) - 20, FOOT - 32
    strip = Image.new("RGB", (WIDTH - left, FOOT - top), INK)
    picture.paste(strip, (left, top), Image.new("L", strip.size, 190))
    write(ImageDraw.Draw(picture), (left + 10, FOOT - 10), text, REGULAR, CREDIT_SIZE, PAPER)


def add_light(picture, latitude, longitude):
    point = mark_at(Point(latitude, longitude))
    if not point:
        return  # off the map
    light = artwork("light").rotate(-point.beam, Image.Resampling.BICUBIC)
    light = light.resize((128, 128), Image.Resampling.LANCZOS)
    x, y = point.x * SEA_SCALE + SEA_LEFT, point.y * SEA_SCALE + SEA_TOP
    picture.paste(light, (round(x) - 64, round(y) - 64), light)


@dataclass
class Point:
    latitude: float
    longitude: float


def add_brand(picture, canvas):
    sign = artwork("mark").resize((64, 64), Image.Resampling.LANCZOS)
    picture.paste(sign, (LEFT - 4, 46), sign)
    write(canvas, (LEFT + 72, 92), "Healthy Boost", BOLD, BRAND_SIZE, INK)


def add_words(canvas, poster, width):
    title = fitted(poster.title, BOLD, width, TITLE_FOOT - TITLE_TOP, TITLE_SIZES)
    if poster.kicker:
        kicker = one_line(poster.kicker, REGULAR, width, SMALL)
        write(canvas, (LEFT, TITLE_TOP - 22), kicker, REGULAR, SMALL, AMBER_INK)
    baseline = TITLE_TOP + round(title.size * 0.92)
    for line in title.lines:
        write(canvas, (LEFT, baseline), line, BOLD, title.size, INK)
        baseline += round(title.size * LEADING)
    if poster.byline:
        byline = one_line(poster.byline, REGULAR, width, SMALL)
        write(canvas, (LEFT, BYLINE), byline, REGULAR, SMALL, QUIET)


def add_scale_bar(canvas):
    """The edge of a chart, as below the head of every page."""
    canvas.rectangle((0, FOOT, WIDTH, HEIGHT), fill=PAPER)
    for x in range(0, WIDTH, 120):
        canvas.rectangle((x, FOOT + 7, x + 59, FOOT + 11), fill=INK)
    for y in (FOOT, HEIGHT - 2):
        canvas.line((0, y, WIDTH, y), fill=INK, width=2)


def packed(picture):
    """As good as its size allows: networks leave out what is too heavy."""
    for quality in QUALITIES:
        buffer = BytesIO()
        picture.save(buffer, "JPEG", quality=quality, subsampling=0 if quality > 80 else 2)
        if buffer.tell() <= LARGEST:
            break
    return buffer.getvalue()
