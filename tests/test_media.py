"""Uploads: what is stored of them, and who may have them."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from PIL import Image

from healthyboost.media.files import check_document, check_picture, kind_of

from .factories import make_article, make_material, make_picture, pdf, png

pytestmark = pytest.mark.django_db


def office(inside):
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr(inside, "<xml/>")
    return file.getvalue()


def test_picture_is_measured_and_made_smaller():
    picture = make_picture(file=ContentFile(png(2000, 1000), "wide.png"))
    assert (picture.width, picture.height, picture.media_type) == (2000, 1000, "image/png")
    assert [each["width"] for each in picture.renditions] == [480, 960, 1600]


def test_renditions_carry_no_metadata():
    file = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "where it was taken"
    Image.new("RGB", (640, 480)).save(file, "JPEG", exif=exif)
    picture = make_picture(file=ContentFile(file.getvalue(), "photo.jpg"))
    for each in picture.renditions:
        with picture.file.storage.open(each["webp"]) as stream, Image.open(stream) as image:
            assert not image.getexif()


def test_picture_that_is_turned_by_its_metadata_stands_upright():
    file = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    Image.new("RGB", (640, 480)).save(file, "JPEG", exif=exif)
    picture = make_picture(file=ContentFile(file.getvalue(), "photo.jpg"))
    assert (picture.width, picture.height) == (480, 640)


@pytest.mark.parametrize(
    "content, kind",
    [
        (pdf(), "application/pdf"),
        (png(), "image/png"),
        (
            office("word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (office("anything.txt"), "application/zip"),
        (b"WEBVTT\n\n", "text/vtt"),
        (b"MZ\x90\x00 an executable", ""),
        (b"<svg onload='x()'>", ""),
        (b"PK\x03\x04 no archive", ""),
        (b"", ""),
    ],
)
def test_kind_of_a_file_is_told_by_its_content(content, kind):
    assert kind_of(BytesIO(content)) == kind


@pytest.mark.parametrize(
    "content",
    [b"no picture", png()[:60], b"<svg/>", b"GIF89a\x01\x00"],
    ids=["text", "cut", "svg", "gif"],
)
def test_what_is_no_whole_picture_is_refused(content):
    with pytest.raises(ValidationError):
        check_picture(ContentFile(content, "picture.png"))


def test_renamed_executable_is_refused():
    with pytest.raises(ValidationError):
        check_document(ContentFile(b"MZ\x90\x00", "report.pdf"))


def test_picture_needs_words_unless_it_is_decorative():
    with pytest.raises(ValidationError):
        make_picture(alt_en="").clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_picture(decorative=True, alt_en="Words")


def test_file_of_a_public_page_can_be_had(client):
    attachment = make_article().attachments.create(
        title="Report", language="en", file=ContentFile(pdf(), "report.pdf")
    )
    response = client.get(attachment.file.url)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    again = client.get(attachment.file.url, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_file_of_an_unpublished_page_cannot_be_had(client, admin_client):
    article = make_article(published_at_en=None)
    attachment = article.attachments.create(
        title="Secret", language="en", file=ContentFile(pdf(), "secret.pdf")
    )
    picture = make_picture(name="secret")
    article.pictures.create(picture=picture)
    version = make_material(published_at_en=None).versions.create(
        language="en", title="Secret", file=ContentFile(pdf(), "secret-version.pdf")
    )
    rendition = picture.file.storage.url(picture.renditions[0]["webp"])
    for url in (attachment.file.url, picture.file.url, rendition, version.file.url):
        assert client.get(url).status_code == 404
        assert admin_client.get(url).status_code == 200


def test_picture_and_its_renditions_can_be_had_when_something_public_uses_it(client):
    picture = make_picture(name="public")
    make_article().pictures.create(picture=picture)
    rendition = client.get(picture.file.storage.url(picture.renditions[0]["avif"]))
    assert rendition.status_code == 200
    assert rendition.headers["Content-Type"] == "image/avif"
    assert client.get(picture.file.url).headers["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    "path",
    ["../settings.py", "pictures/none.png", "renditions/x.webp", "unsaved/x", "%2e%2e/x", ""],
)
def test_nothing_else_can_be_had(client, path):
    assert client.get(f"/media/{path}").status_code == 404
