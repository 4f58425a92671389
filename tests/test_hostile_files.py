"""Files and names that are made to break a reader: refused in a sentence, read in time, or shown safely."""

import io
import time
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from healthyboost.accounts.models import User
from healthyboost.media.documents import DOCX, PDF, facts_of
from healthyboost.media.files import check_document, check_picture
from healthyboost.search import pdf_text
from healthyboost.search.files import text_of
from news.models import Article
from partners.models import ContactPerson

from .admin_forms import add_address, send, sign_in
from .factories import make_article, make_organisation, pdf
from .test_bad_uploads import archive, bomb_docx

pytestmark = [pytest.mark.django_db, pytest.mark.long]


# Documents


def pdf_of(content, pages=1, is_packed=True):
    """A PDF whose pages all show the same `content`, a stream of drawing operators."""
    data = zlib.compress(content, 9) if is_packed else content
    kids = " ".join(f"{number} 0 R" for number in range(10, 10 + pages))
    packed = "/Filter /FlateDecode " if is_packed else ""
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>".encode(),
        3: f"<< {packed}/Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream",
        4: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    for number in range(10, 10 + pages):
        objects[number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 3 0 R "
            b"/Resources << /Font << /F 4 0 R >> >> >>"
        )
    file, places = b"%PDF-1.4\n", {}
    for number, body in objects.items():
        places[number] = len(file)
        file += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start, last = len(file), max(objects) + 1
    rows = (
        f"{places.get(number, 0):010} 00000 {'n' if number in places else 'f'} \n"
        for number in range(last)
    )
    table = f"xref\n0 {last}\n" + "".join(rows)
    end = f"trailer << /Size {last} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return file + table.encode() + end.encode()


SOUND = b"BT /F 12 Tf (Veseliba visiem) Tj ET"


def test_the_text_of_a_sound_pdf_is_read():
    assert "Veseliba visiem" in text_of(io.BytesIO(pdf_of(SOUND, pages=2)), PDF)


@pytest.mark.parametrize(
    "name, content, pages",
    [
        ("much to draw", b"BT /F 12 Tf " + b"(a) Tj " * 3_000_000 + b"ET", 300),
        ("zeros without end", bytes(300_000_000), 3),
        ("brackets", b"[" * 2_000_000, 1),
        ("marks in marks", b"<<" * 500_000, 1),
    ],
)
def test_a_pdf_that_never_ends_is_given_up(name, content, pages, monkeypatch):
    monkeypatch.setattr(pdf_text, "SECONDS", 2)  # the parent's patience; the child's own is longer
    bomb, start = pdf_of(content, pages), time.monotonic()
    assert len(bomb) < 3_000_000
    text_of(io.BytesIO(bomb), PDF)
    assert time.monotonic() - start < 20
    facts_of(io.BytesIO(bomb), PDF)  # on the form
    assert time.monotonic() - start < 30


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.4\n",
        b"%PDF-1.4\n1 0 obj << /Kids [1 0 R] >> endobj trailer << /Root 1 0 R >> %%EOF",
        b"%PDF-1.4\nstartxref\n" + b"9" * 5000 + b"\n%%EOF",
        b"%PDF-1.4\nxref\n0 99999999\n%%EOF",
        pdf("x" * 1000),
    ],
)
def test_a_pdf_that_is_no_pdf_has_no_text(content):
    assert text_of(io.BytesIO(content), PDF) == ""


def test_a_word_file_that_unpacks_without_end_has_no_text():
    start = time.process_time()
    assert text_of(io.BytesIO(bomb_docx()), DOCX) == ""
    assert time.process_time() - start < 5


def laughs():
    entities = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(97 + n)} "{f"&{chr(96 + n)};" * 50}">' for n in range(1, 12)
    )
    return f"<!DOCTYPE x [{entities}]><x>&l;</x>".encode()


def test_a_word_file_with_a_billion_laughs_is_read_in_time():
    file = archive(**{"word__document_xml": laughs(), "docProps__core_xml": laughs()})
    start = time.process_time()
    assert text_of(io.BytesIO(file), DOCX) == ""
    facts_of(io.BytesIO(file), DOCX)
    assert time.process_time() - start < 5


def nested_archive():
    inner = bytes(1_000_000)
    for _each in range(5):
        inner = archive(**{f"{number}.zip": inner for number in range(10)})
    return inner


def overlapping_archive(files=2000):
    """Many names for the same packed bytes: each is small, together they are gigabytes."""
    data = archive(a=bytes(2_000_000))
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    names = data[start:end] * files
    close = bytearray(data[end:])
    close[8:12] = files.to_bytes(2, "little") * 2
    close[12:16] = len(names).to_bytes(4, "little")
    close[16:20] = start.to_bytes(4, "little")
    return data[:start] + names + bytes(close)


@pytest.mark.parametrize("make_file", [nested_archive, overlapping_archive])
def test_an_archive_of_archives_is_refused_or_stored_as_it_is(make_file):
    start = time.process_time()
    try:
        check_document(ContentFile(make_file(), "files.zip"))
    except ValidationError as error:
        assert error.messages
    assert time.process_time() - start < 5


# Pictures


def animated(frames):
    file = io.BytesIO()
    images = [Image.new("RGB", (600, 600), (n % 256, 0, 0)) for n in range(frames)]
    images[0].save(file, "WEBP", save_all=True, append_images=images[1:], duration=10, quality=1)
    return file.getvalue()


def png_with(kind, size):
    """A PNG with a packed text of `size` bytes that says nothing."""
    file = io.BytesIO()
    Image.new("RGB", (9, 9)).save(file, "PNG")
    body = kind + b"k\0\0" + zlib.compress(bytes(size), 9)
    part = (len(body) - 4).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)
    return file.getvalue()[:33] + part + file.getvalue()[33:]


def jpeg_that_says(width, height):
    file = io.BytesIO()
    Image.new("RGB", (64, 64)).save(file, "JPEG")
    data = bytearray(file.getvalue())
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = height.to_bytes(2) + width.to_bytes(2)
    return bytes(data)


@pytest.mark.parametrize(
    "name, make_file",
    [
        ("a.webp", lambda: animated(80)),
        ("a.png", lambda: png_with(b"zTXt", 300_000_000)),
        ("a.png", lambda: png_with(b"iCCP", 100_000_000)),
        ("a.jpg", lambda: jpeg_that_says(65_500, 65_500)),
        ("a.jpg", lambda: jpeg_that_says(9_000, 5_000)),
        ("a.jpg", lambda: b"\xff\xd8" + b"\xff\xe1\xff\xff" + bytes(65_533) * 100),
    ],
)
def test_a_bomb_of_a_picture_is_refused_or_stored_in_time(name, make_file):
    content, start = make_file(), time.process_time()
    try:
        check_picture(ContentFile(content, name))
    except ValidationError as error:
        assert error.messages
    assert time.process_time() - start < 10


# Names and addresses

TRICKS = {
    "turned round": "Anna \u202egnp.exe",
    "without width": "An\u200bna\u200d",
    "a NUL": "An\0na",
    "a lone surrogate": "An\ud800na",
    "letters that look alike": "Аnnа Оzоlа",  # half of them Cyrillic
    "taken apart": "Pe\u0304teris Ka\u0304rkliņš",
    "many marks": "A" + "\u0301" * 150,
    "emoji": "👩‍👩‍👧‍👦 🇱🇻",
    "line breaks": "Anna\r\nBcc: all@example.org",
    "markup": "<script>attack()</script>",
    "a template": "{{ request.user.password }}",
    "nothing to see": "\u2800\u3164\u00ad",
    "a private sign": "\ue000\U000f0000",
}
tricks = pytest.mark.parametrize("name", TRICKS.values(), ids=TRICKS)


@tricks
def test_an_odd_name_of_a_person_is_refused_in_words_or_shown_safely(name, client):
    sign_in(client)
    name = name.encode("utf-8", "replace").decode()  # as a browser sends it
    typed = {"name": name, "slug": "anna", "organisation": make_organisation().pk}
    response = send(client, add_address(ContactPerson), **typed)
    assert response.status_code in (200, 302)
    if person := ContactPerson.objects.first():
        assert not set(person.name) & {"\0", "\r", "\n", "\ud800"}
    for address in ("/admin/partners/contactperson/", "/en/partners/"):
        page = client.get(address)
        assert page.status_code == 200
        assert b"<script>attack" not in page.content


@tricks
def test_an_odd_title_has_a_plain_address_and_is_shown_safely(name, client):
    name = name.replace("\0", "").encode("utf-8", "replace").decode()
    article = make_article(title_en=name[:150], languages=["en"])
    pages = (
        article.get_absolute_url(),
        "/en/news/",
        reverse("feeds:feed", args=["news", "atom"]),
        "/sitemap.xml",
        "/api/v1/articles",
    )
    for address in pages:
        page = client.get(address)
        assert page.status_code in (200, 404), address
        if "html" in page["Content-Type"]:
            assert b"<script>attack" not in page.getvalue()


@pytest.mark.parametrize(
    "slug", ["wаlk", "walk\u200b", "wa\u0301lk", "walk\0", "..", "a/b", "Ω", "-\n", "%2e"]
)
def test_an_odd_address_of_a_page_is_refused_in_words(slug, client):
    sign_in(client)
    typed = {"title_en": "Walk", "summary_en": "A walk.", "slug": slug, "source_language": "en"}
    response = send(client, add_address(Article), **typed)
    assert response.status_code in (200, 302)
    assert not Article.objects.exists() or Article.objects.get().slug.isascii()


@pytest.mark.parametrize(
    "email",
    [
        "аnna@example.org",
        "anna@exаmple.org",
        "anna@example.org\r\nBcc: all@example.org",
        "anna\0@example.org",
        "anna\u202e@example.org",
        '"a b"@example.org',
        "anna@[127.0.0.1]",
        "a" * 400 + "@example.org",
        "anna@" + "a." * 200 + "org",
        "anna@example.org,bob@example.org",
        "<anna@example.org>",
        "anna@ex\u200bample.org",
        "anna@example.org ",
    ],
)
def test_an_odd_mail_address_is_refused_or_leads_to_one_person(email, client):
    from django.core import mail

    sign_in(client, "administrator")
    typed = {"first_name": "Anna", "email": email, "language": "lv"}
    grant = {"grants-0-role": "editor"}
    response = send(client, add_address(User), **typed, **grant)
    assert response.status_code in (200, 302)
    for message in mail.outbox:
        assert len(message.recipients()) == 1
        assert not set("\r\n\0, ") & set(message.to[0])


def test_a_name_of_a_file_is_made_plain(client):
    sign_in(client)
    article = make_article()
    odd = "\u202efdp.exe\u200b/../../x\0.pdf".replace("\0", "")
    file = SimpleUploadedFile(odd, pdf())
    attachment = article.attachments.create(title="Plan", language="en", file=file)
    assert ".." not in attachment.file.name
    assert not set("\u202e\u200b") & set(attachment.file.name)
    assert client.get(attachment.file.url).status_code == 200
