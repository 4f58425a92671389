"""What should not be stored: what was sent, what was answered, what is stored. `pytest -s` prints it."""

import zlib
from io import BytesIO
from pathlib import Path, PurePath
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse
from PIL import Image

from healthyboost.media.files import MEGABYTE
from healthyboost.media.models import Attachment, Picture
from news.models import Article

from .admin_forms import errors_of, filled_in, form_address, sign_in
from .factories import make_article, make_material, pdf, png
from .test_interchange import write

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script>"
HOSTILE = f'<p onclick="x()">Walk {SCRIPT}<a href="javascript:x()">on</a></p><iframe src="//e.e"></iframe>'
HARMLESS = ("script", "alert", "onclick", "javascript:", "iframe")


def tell(sent, answered, stored):
    """One line of the list of bad input."""
    print(f"\nsent: {sent} | answered: {answered} | stored: {stored}", end="")


# What is sent


def chunk(kind, content):
    checksum = zlib.crc32(kind + content).to_bytes(4)
    return len(content).to_bytes(4) + kind + content + checksum


def bomb_png(side=20_000):
    """Black, one bit a pixel: 400 million pixels in some fifty kilobytes."""
    header = side.to_bytes(4) * 2 + bytes([1, 0, 0, 0, 0])
    rows = zlib.compress(bytes(side // 8 + 1) * side, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def archive(**entries):
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as written:
        for name, content in entries.items():
            written.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return file.getvalue()


def bomb_docx():
    """A text document of 600 MB that weighs less than one."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as written:
        with written.open("word/document.xml", "w", force_zip64=True) as entry:
            for _each in range(600):
                entry.write(bytes(MEGABYTE))
    return file.getvalue()


def picture_as(kind):
    file = BytesIO()
    Image.new("RGB", (64, 48)).save(file, kind)
    return file.getvalue()


EXECUTABLE = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0"
SVG = f"<svg xmlns='http://www.w3.org/2000/svg'>{SCRIPT}</svg>".encode()
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200)
NO_PICTURE = "This is no JPEG, PNG or WebP picture."
OTHER = "The picture is in the format {}. Save it as JPEG or PNG and choose that file."
NO_DOCUMENT = "Only PDF, DOCX, XLSX, PPTX, ODT, ZIP, MP4 and VTT files can be stored."

BAD_PICTURES = {
    "an executable called photo.jpg": ("photo.jpg", EXECUTABLE, NO_PICTURE),
    "a PNG of 20,000 × 20,000 pixels in 48 kB": (
        "bomb.png",
        bomb_png,
        "The picture has more than 50 million pixels.",
    ),
    "an SVG with a script": ("logo.svg", SVG, OTHER.format("SVG")),
    "an SVG with a script called logo.png": ("logo.png", SVG, OTHER.format("SVG")),
    "half a PNG": ("half.png", lambda: png(400, 300)[:600], "The picture is damaged."),
    "a GIF": ("moving.gif", lambda: picture_as("GIF"), OTHER.format("GIF")),
    "a TIFF": ("scan.tiff", lambda: picture_as("TIFF"), OTHER.format("TIFF")),
    "a HEIC as an iPhone makes it": ("IMG_0001.HEIC", HEIC, OTHER.format("HEIC")),
    "HTML called photo.jpg": ("photo.jpg", f"<html>{SCRIPT}".encode(), NO_PICTURE),
    "an empty file": ("empty.jpg", b"", "The submitted file is empty."),
    "21 MB": (
        "large.jpg",
        lambda: bytes(21 * MEGABYTE),
        "The file is too large: 21.0 MB. At most 20.0 MB can be stored.",
    ),
}
BAD_DOCUMENTS = {
    "an executable called report.pdf": ("report.pdf", EXECUTABLE, NO_DOCUMENT),
    "a DOCX that unpacks to 600 MB": (
        "report.docx",
        bomb_docx,
        "Unpacked, the file would be larger than 500 MB.",
    ),
    "HTML that goes on as PDF": (
        "both.pdf",
        f"<html>{SCRIPT}</html>\n".encode() + pdf(),
        NO_DOCUMENT,
    ),
    "half a PDF": ("half.pdf", pdf()[:12], "The PDF is damaged: its end is missing."),
    "a DOCX with macros": (
        "macros.docx",
        lambda: archive(word__document_xml="<w/>", **{"word/vbaProject.bin": b"x"}),
        "The file holds macros: save it without them.",
    ),
    "an SVG with a script called map.pdf": ("map.pdf", SVG, NO_DOCUMENT),
    "a HEIC called film.mp4": ("film.mp4", HEIC, NO_DOCUMENT),
    "a web page": ("page.html", f"<!doctype html>{SCRIPT}".encode(), NO_DOCUMENT),
    "an empty file": ("empty.pdf", b"", "The submitted file is empty."),
}


def content_of(wanted):
    return wanted() if callable(wanted) else wanted


# Where it is sent


@pytest.fixture
def staff(client):
    sign_in(client)
    return client


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "content"


def stored_files():
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


@pytest.fixture(autouse=True)
def nothing_new():
    """What is stored after a test and was not before."""
    before = stored_files()
    return lambda: stored_files() - before


def upload_picture(client, file, **typed):
    address = reverse("admin:media_picture_add")
    return client.post(address, filled_in(client, address, file=file, alt_en="A park", **typed))


def attach(client, article, *files):
    """Each file in a row of its own, all in one form."""
    rows = "media-attachment-content_type-object_id"
    sent = {f"{rows}-TOTAL_FORMS": len(files)}
    for number, file in enumerate(files):
        row = f"{rows}-{number}"
        sent |= {f"{row}-language": "en", f"{row}-title": "Report", f"{row}-position": number}
        sent[f"{row}-file"] = file
    address = form_address(article)
    return client.post(address, filled_in(client, address, **sent))


@pytest.mark.parametrize("sent", BAD_PICTURES)
def test_bad_picture_is_refused_in_the_form_and_nothing_of_it_is_stored(sent, staff, nothing_new):
    name, content, answer = BAD_PICTURES[sent]
    response = upload_picture(staff, SimpleUploadedFile(name, content_of(content)))
    answered = " ".join(errors_of(response)["file"]).replace("\xa0", " ")
    tell(sent, answered, sorted(nothing_new()) or "nothing")
    assert answered == answer
    assert 'value="A park"' in response.text  # what was typed is still there
    assert not Picture.objects.exists() and not nothing_new()


@pytest.mark.long
def test_bad_documents_are_refused_in_the_form_and_nothing_of_them_is_stored(staff, nothing_new):
    files = [
        SimpleUploadedFile(name, content_of(content))
        for name, content, _answer in BAD_DOCUMENTS.values()
    ]
    response = attach(staff, make_article(), *files)
    (rows,) = [
        inline.formset.forms
        for inline in response.context["inline_admin_formsets"]
        if inline.formset.model is Attachment
    ]
    for row, sent in zip(rows, BAD_DOCUMENTS, strict=True):
        tell(sent, " ".join(row.errors["file"]), sorted(nothing_new()) or "nothing")
        assert row.errors["file"] == [BAD_DOCUMENTS[sent][2]]
    assert not Attachment.objects.exists() and not nothing_new()


@pytest.mark.parametrize("sent", ["an SVG with a script", "half a PNG", "a GIF", "an empty file"])
def test_bad_picture_is_refused_from_the_shell(sent, nothing_new):
    name, content, _answer = BAD_PICTURES[sent]
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        Picture.objects.create(
            name="bad", decorative=True, file=ContentFile(content_of(content), name)
        )
    tell(f"{sent}, from the shell", " ".join(refused.value.messages), "nothing")
    assert not Picture.objects.exists() and not nothing_new()


@pytest.mark.parametrize("sent", ["an executable called report.pdf", "half a PDF"])
def test_bad_document_is_refused_from_the_shell(sent, nothing_new):
    name, content, _answer = BAD_DOCUMENTS[sent]
    material = make_material()
    with pytest.raises(ValidationError), transaction.atomic():
        material.versions.create(language="en", title="Bad", file=ContentFile(content, name))
    assert not material.versions.exists() and not nothing_new()


@pytest.mark.parametrize("sent", ["an SVG with a script called logo.png", "half a PNG"])
def test_bad_picture_is_refused_by_an_import(sent, folder, nothing_new, capsys):
    name, content, answer = BAD_PICTURES[sent]
    files = {"pictures/bad.yaml": f"decorative: true\nfile: {name}\n"}
    write(folder, files | {f"pictures/{name}": content_of(content)})
    with pytest.raises(CommandError):
        call_command("load_content", str(folder), verbosity=0)
    answered = capsys.readouterr().err.strip()
    tell(f"{sent}, by load_content", answered, sorted(nothing_new()) or "nothing")
    assert answered == f"pictures/bad.yaml:2: file: {answer}"
    assert not Picture.objects.exists() and not nothing_new()


# Names


@pytest.mark.parametrize(
    "name, stored",
    [
        ("../../x.jpg", "pictures/x.png"),
        ("..\\..\\x.jpg", "pictures/x.png"),
        ("x\0.php.jpg", "pictures/xphp.png"),
        (f"{'a' * 400}.jpg", f"pictures/{'a' * 112}.png"),
        (f"{'Ж' * 200}.png", f"pictures/{'zh' * 56}.png"),
        ("Veselības ziņa 🏊.png", "pictures/veselibas-zina.png"),
        ("🏊.png", "pictures/picture.png"),
        ("park", "pictures/park"),
    ],
    ids=["parent", "backslash", "nul", "long", "cyrillic", "diacritics", "emoji", "no suffix"],
)
def test_strange_name_becomes_a_plain_one(name, stored, staff, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    boundary = "a-boundary"
    typed = filled_in(staff, reverse("admin:media_picture_add"), alt_en="A park", name="park")
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in typed.items()
    )
    body += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode()
    body += b"Content-Type: image/png\r\n\r\n" + png() + f"\r\n--{boundary}--\r\n".encode()
    response = staff.post(
        reverse("admin:media_picture_add"), body, f"multipart/form-data; boundary={boundary}"
    )
    assert response.status_code == 302
    picture = Picture.objects.get()
    tell(f"a picture called {ascii(name)[:40]}", "stored", picture.file.name[:40])
    assert PurePath(picture.file.name).stem == PurePath(stored).stem
    assert (tmp_path / picture.file.name).exists()


# Size


class Endless:
    """A body that is made while it is read: nothing holds 200 MB at once."""

    def __init__(self, before, size, after):
        self.parts, self.size = [before, after], len(before) + size + len(after)
        self.left = size

    def read(self, wanted=-1):
        before, after = self.parts
        if before:
            self.parts[0] = b""
            return before
        if self.left:
            given = min(self.left, wanted if wanted > 0 else 65536)
            self.left -= given
            return b"\xff" * given
        self.parts[1] = b""
        return after

    readline = read


def test_upload_of_200_mb_is_answered_in_words_and_what_was_typed_after_it_is_there(
    staff, nothing_new
):
    address, boundary = reverse("admin:media_picture_add"), "a-boundary"
    typed = {**filled_in(staff, address), "credit": "Ilze"}

    def part(name, more, content):
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n'
        return f"{head}\r\n{content}"

    before = part("file", '; filename="film.jpg"', "").replace(
        "\r\n\r\n", "\r\nContent-Type: image/jpeg\r\n\r\n"
    )
    after = "".join(f"\r\n{part(name, '', value)}" for name, value in typed.items())
    body = Endless(before.encode(), 200 * MEGABYTE, f"{after}\r\n--{boundary}--\r\n".encode())
    response = staff.request(
        **{
            "REQUEST_METHOD": "POST",
            "PATH_INFO": address,
            "CONTENT_TYPE": f"multipart/form-data; boundary={boundary}",
            "CONTENT_LENGTH": str(body.size),
            "wsgi.input": body,
        }
    )
    answered = " ".join(errors_of(response)["file"]).replace("\xa0", " ")
    tell("200 MB as a picture", answered, sorted(nothing_new()) or "nothing")
    assert answered == "The file is too large: 200.0 MB. At most 20.0 MB can be stored."
    assert 'value="Ilze"' in response.text and not nothing_new() and not Picture.objects.exists()


def test_nobody_but_staff_has_an_upload_taken_in(client):
    """The door of the admin reads a form before it knows who sends it: files are let through to nobody."""
    request = client.post(
        "/admin/login/", {"file": SimpleUploadedFile("a.png", png())}
    ).wsgi_request
    assert request.FILES["file"].size == len(png())
    assert request.FILES["file"].read() == b""


# Files that are two things at once


def test_pdf_that_is_a_web_page_too_is_handed_out_as_a_pdf_that_may_do_nothing(staff, client):
    article = make_article()
    both = pdf(f"<html><body>{SCRIPT}</body></html>")
    response = attach(staff, article, SimpleUploadedFile("both.html", both))
    assert response.status_code == 302, errors_of(response)
    response = client.get(article.attachments.get().file.url)
    headers = response.headers
    tell("a PDF that is HTML, too", "stored", f"{headers['Content-Type']}, nosniff, sandbox")
    assert headers["Content-Type"] == "application/pdf"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"] == 'attachment; filename="both.pdf"'
    assert "sandbox" in headers["Content-Security-Policy"]


def test_what_is_glued_to_the_end_of_a_picture_is_not_stored():
    jpeg = picture_as("JPEG")
    picture = Picture.objects.create(
        name="glued", decorative=True, file=ContentFile(jpeg + EXECUTABLE + SVG, "glued.jpg")
    )
    with picture.file.open("rb") as stream:
        stored = stream.read()
    tell("a JPEG with an executable behind it", "stored", "the JPEG alone")
    assert stored.endswith(b"\xff\xd9") and SVG not in stored


# HTML with a script


def check_harmless(sent):
    body = Article.objects.get().body_en
    tell(sent, "stored without it", body)
    assert "Walk" in body and not any(word in body for word in HARMLESS)


def test_script_in_a_form_is_not_stored(staff):
    article = make_article(published_at_en=None)
    address = form_address(article)
    assert staff.post(address, filled_in(staff, address, body_en=HOSTILE)).status_code == 302
    check_harmless("HTML with a script, in the form")


def test_script_in_an_import_is_not_stored(folder):
    text = f"kind: news\nsource_language: en\nen:\n  title: Walk\n  body: |\n    {HOSTILE}\n"
    write(folder, {"articles/walk.yaml": text})
    call_command("load_content", str(folder), verbosity=0)
    check_harmless("HTML with a script, by load_content")


@pytest.mark.parametrize("way", ["create", "save", "bulk_create", "bulk_update", "update"])
def test_script_from_the_shell_is_not_stored(way):
    if way == "bulk_create":
        Article.objects.bulk_create([Article(slug="a", kind="news", body_en=HOSTILE)])
    else:
        article = make_article(body_en=HOSTILE if way == "create" else "")
        article.body_en = HOSTILE
        if way == "save":
            article.save()
        elif way == "bulk_update":
            Article.objects.bulk_update([article], ["body_en"])
        elif way == "update":
            Article.objects.update(body_en=HOSTILE)
    check_harmless(f"HTML with a script, from the shell ({way})")
