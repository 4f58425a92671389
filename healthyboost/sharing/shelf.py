"""Pictures that were drawn are kept in the media storage: never more than a few thousand."""

import logging
from threading import Lock

from django.core.exceptions import ObjectDoesNotExist
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from .drawing import FOOT, draw
from .posters import digest_of

FOLDER = "shared/"
KEPT = 2000  # of about 120 kB each
PATIENCE = 5  # seconds that a request waits for the pictures before it
JPEG_END = b"\xff\xd9"

log = logging.getLogger(__name__)
one_at_a_time = Lock()  # of a process: drawing takes a processor


class Busy(Exception):
    """Too many pictures are being asked for that were never drawn."""


def picture_bytes(poster, pictures=()):
    """The JPEG of a poster: from the shelf, else drawn."""
    name = f"{FOLDER}{digest_of(poster)}.jpg"
    if kept := read(name):
        return kept
    if not one_at_a_time.acquire(timeout=PATIENCE):
        raise Busy
    try:
        return read(name) or drawn(name, poster, pictures)
    finally:
        one_at_a_time.release()


def read(name):
    """A whole picture; None where there is none, or another process is still writing it."""
    try:
        with default_storage.open(name) as file:
            content = file.read()
    except FileNotFoundError:
        return None
    return content if content.endswith(JPEG_END) else None


def drawn(name, poster, pictures):
    if not poster.photo:
        return keep(name, draw(poster))
    try:
        with open_photo(pictures[0]) as file, Image.open(file) as photo:
            content = draw(poster, photo)
    except (OSError, ValueError, SyntaxError, ObjectDoesNotExist) as error:
        log.warning("The photograph %s cannot be read: %s", pictures[0], error)
        return draw(poster)  # not kept: the file may come back
    return keep(name, content)


def open_photo(picture):
    """The smallest copy that is large enough, else the photograph itself."""
    for each in picture.renditions:
        if each["width"] * picture.height >= FOOT * picture.width:
            return default_storage.open(each["webp"])
    return picture.file.open("rb")


def keep(name, content):
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(content))
        make_room()
    return content


def make_room():
    """The oldest tenth goes where there are too many."""
    _folders, names = default_storage.listdir(FOLDER)
    if len(names) <= KEPT:
        return
    dated = []
    for name in names:
        try:
            dated.append((default_storage.get_modified_time(FOLDER + name), name))
        except FileNotFoundError:
            continue  # another process was faster
    for _time, name in sorted(dated)[: len(dated) - KEPT * 9 // 10]:
        default_storage.delete(FOLDER + name)
