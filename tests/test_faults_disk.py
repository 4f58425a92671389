"""A disk that is full: nothing half is stored, nothing that was typed is lost, and it is said in words."""

import os
import secrets
import subprocess
import sys
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import lxml.html
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from healthyboost.media.renditions import render

from .factories import png
from .faults import Editor, place
from .servers import ROOT, ask, environment

pytestmark = pytest.mark.long
PICTURE = "/admin/media/picture/add/"
NO_ROOM = "no room left"


@contextmanager
def small_disk(folder, size):
    """A disk of `size` KiB at `folder`."""
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("only root can mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def files_in(folder):
    return sorted(path for path in Path(folder).rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def at():
    made = place()
    made.database.start()
    return made


def large_png():
    """One that no program makes smaller: 1.2 MB."""
    return png_of_noise(700, 580)


def png_of_noise(width, height):
    file = BytesIO()
    Image.frombytes("RGB", (width, height), os.urandom(width * height * 3)).save(file, "PNG")
    return file.getvalue()


def multipart(fields, **files):
    """(body, its type): files first, so that what was typed stands behind them."""
    mark = secrets.token_hex(16)
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}.png"\r\n'
        "Content-Type: image/png\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, content in files.items()
    ]
    parts += [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    body = b"".join(parts) + f"--{mark}--\r\n".encode()
    return body, f"multipart/form-data; boundary={mark}"


def errors(text):
    found = lxml.html.fromstring(text).find_class("errorlist")
    return [each.text_content() for each in found]


def send_picture(editor, content):
    """(status, text, whether the words are in it, the words)"""
    words = f"picture-{secrets.token_hex(6)}"
    fields = editor.form_of(PICTURE) | {
        "name": words,
        "alt_en": f"What {words} shows",
        "_save": "1",
    }
    fields.pop("file", None)
    status, _headers, text = editor.ask(PICTURE, *multipart(fields, file=content))
    return status, text, words


# First: what other tests upload is on disks that are gone


@pytest.mark.parametrize("words", [["backup"], ["dump_content"]])
def test_dump_that_finds_no_room_says_so_in_a_sentence_and_leaves_no_half_file(at, tmp_path, words):
    with small_disk(tmp_path / "away", 300) as disk:
        ended = subprocess.run(
            [sys.executable, "manage.py", *words, str(disk / "dump"), "--verbosity=0"],
            cwd=ROOT,
            env=environment(at.static, **at.variables),
            capture_output=True,
            text=True,
        )
        assert ended.returncode != 0
        assert "Traceback" not in ended.stderr
        assert "room" in ended.stderr or "No space left" in ended.stderr, ended.stderr
        assert not [path for path in files_in(disk) if path.suffix in (".zip", ".part")]


def test_upload_that_finds_no_room_is_answered_in_words_and_the_form_is_kept(at, tmp_path):
    with (
        small_disk(tmp_path / "media", 600) as disk,
        at.portal(MEDIA_ROOT=str(disk)) as (_process, port, _front),
    ):
        editor = Editor(port)
        status, text, words = send_picture(editor, large_png())
        assert status in (200, 503) and NO_ROOM in text and words in text
        assert files_in(disk) == []
        assert at.sql("SELECT name FROM media_picture WHERE name = %s", words) == []
        status, text, words = send_picture(editor, png())
        assert status == 302, errors(text)
        assert ask(port, "/en/").status == 200


def test_upload_that_finds_no_room_on_its_way_is_answered_in_words(at, tmp_path):
    """Django writes what is larger than 2.5 MB into a temporary file before anybody looks at it."""
    with (
        small_disk(tmp_path / "temporary", 1024) as disk,
        at.portal(TMPDIR=str(disk)) as (_process, port, _front),
    ):
        editor = Editor(port)
        status, text, words = send_picture(editor, png_of_noise(1400, 1200))
        assert status in (200, 503) and NO_ROOM in text and words in text
        status, text, words = send_picture(editor, png_of_noise(300, 200))
        assert status == 302, errors(text)


def test_file_chosen_ahead_of_its_form_that_finds_no_room_is_answered_in_words(at, tmp_path):
    with (
        small_disk(tmp_path / "media", 600) as disk,
        at.portal(MEDIA_ROOT=str(disk)) as (_process, port, _front),
    ):
        editor = Editor(port)
        token = {"csrfmiddlewaretoken": editor.fields["csrfmiddlewaretoken"]}
        status, _headers, text = editor.ask(
            "/admin/media/picture/upload/picture/", *multipart(token, file=large_png())
        )
        assert status == 200 and NO_ROOM in text
        assert files_in(disk) == []


@pytest.mark.django_db
def test_rendition_that_finds_no_room_is_not_there_and_is_made_when_there_is_room(
    tmp_path, settings
):
    with small_disk(tmp_path / "media", 8000) as disk:
        settings.MEDIA_ROOT = str(disk)
        name = default_storage.save("original.png", ContentFile(large_png()))
        original = default_storage.open(name)
        sha256 = "f" * 64
        with pytest.raises(OSError, match="No space left"):
            with open(disk / "ballast", "wb") as ballast:  # nearly all that is left
                free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
                ballast.write(b"x" * (free - 20_000))
            render(original, sha256)
        assert [path.name for path in files_in(disk / "renditions")] == []
        assert files_in(disk / "unsaved") == []
        (disk / "ballast").unlink()
        _width, _height, renditions = render(default_storage.open(name), sha256)
        for rendition in renditions:
            for kind in ("avif", "webp"):
                assert default_storage.size(rendition[kind]) > 1000
