"""Pictures and files in the admin: kept when a form fails, replaced at their address, where they are used."""

import datetime
import os
import re
import time
from io import BytesIO

import pytest
import reversion
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from healthyboost.media.models import OrphanedFile, Picture, PictureInText
from healthyboost.media.orphans import remove_orphans
from materials.models import MaterialVersion

from .admin_forms import errors_of, filled_in, form_address, sign_in
from .factories import make_article, make_material, make_organisation, make_picture, pdf, png

pytestmark = pytest.mark.django_db
LIBRARY, NEW = "/admin/media/picture/", "/admin/media/picture/add/"
FILES = "media-attachment-content_type-object_id"
USES = "media-pictureuse-content_type-object_id"


@pytest.fixture
def staff(client):
    sign_in(client)
    return client


@pytest.fixture
def media(settings, tmp_path):
    """A storage of this test alone."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


def post(client, address, **typed):
    return client.post(address, filled_in(client, address, **typed))


def stored(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# A chosen file outlives a form that is refused


def test_chosen_file_is_kept_when_the_form_is_refused_and_stored_by_the_next_try(staff, media):
    refused = post(staff, NEW, name="park", file=SimpleUploadedFile("Park.png", png()))
    assert "file" not in errors_of(refused)
    assert "Describe the picture" in refused.text
    assert "<strong>Park.png</strong>" in refused.text
    token = re.search(r'name="file-kept" value="([^"]+)"', refused.text)[1]
    saved = post(staff, NEW, **{"name": "park", "alt_en": "A park", "file-kept": token})
    assert saved.status_code == 302
    assert Picture.objects.get().file.name == "pictures/Park.png"


@pytest.mark.long
def test_a_large_file_is_kept_when_only_the_database_refuses_the_form(staff, media, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0  # it is on the disk, and is moved when it is stored
    city, network = make_organisation(), make_organisation(kind="network")
    typed = {"memberships-TOTAL_FORMS": 2, f"{FILES}-TOTAL_FORMS": 1}
    for number in range(2):
        typed[f"memberships-{number}-network"] = network.pk
        typed[f"memberships-{number}-since_precision"] = "day"
        typed[f"memberships-{number}-until_precision"] = "day"
    typed |= {f"{FILES}-0-title": "Report", f"{FILES}-0-language": "en", f"{FILES}-0-position": 0}
    typed[f"{FILES}-0-file"] = SimpleUploadedFile("report.pdf", pdf("large"))
    refused = post(staff, form_address(city), **typed)
    assert "__all__" in errors_of(refused)
    token = re.search(rf'name="{FILES}-0-file-kept" value="([^"]+)"', refused.text)[1]
    (kept,) = stored(media)  # and nothing of the form that was refused
    assert kept.startswith("unsaved/")
    typed |= {"memberships-TOTAL_FORMS": 1, f"{FILES}-0-file": "", f"{FILES}-0-file-kept": token}
    assert post(staff, form_address(city), **typed).status_code == 302
    with city.attachments.get().file.open("rb") as file:
        assert file.read() == pdf("large")


def test_file_that_is_kept_no_longer_is_asked_for_again(staff, media):
    token = signing.dumps(["0" * 32, "park.png"], salt="kept file")
    refused = post(staff, NEW, **{"alt_en": "A park", "file-kept": token})
    assert errors_of(refused)["file"] == [
        "The file that you had chosen is no longer kept: choose it again."
    ]


def test_name_of_a_kept_file_cannot_be_made_up(staff, media):
    default_storage.save("unsaved/secret", ContentFile(png()))
    for token in ("secret", signing.dumps(["secret", "x.png"], salt="another"), "a:b:c"):
        assert "file" in errors_of(post(staff, NEW, **{"alt_en": "A", "file-kept": token}))


def test_bad_file_is_not_kept(staff, media):
    post(staff, NEW, file=SimpleUploadedFile("park.png", b"no picture"))
    assert stored(media) == []


def test_file_is_checked_and_kept_ahead_of_its_form(staff, media):
    address = reverse("admin:media_upload", args=["document"])
    answer = staff.post(address, {"file": SimpleUploadedFile("report.pdf", pdf())}).json()
    assert (answer["name"], len(answer["notes"])) == ("report.pdf", 3)
    token, article = answer["token"], make_article()
    typed = {"title": "Report", "language": "en", "position": 0, "file-kept": token}
    typed = {f"{FILES}-0-{name}": value for name, value in typed.items()} | {
        f"{FILES}-TOTAL_FORMS": 1
    }
    assert post(staff, form_address(article), **typed).status_code == 302
    assert article.attachments.get().file.name == "attachments/report.pdf"
    refused = staff.post(address, {"file": SimpleUploadedFile("report.pdf", b"MZ")}).json()
    assert list(refused) == ["error"]


def test_nobody_but_staff_sends_a_file_ahead(client, media):
    address = reverse("admin:media_upload", args=["picture"])
    answer = client.post(address, {"file": SimpleUploadedFile("park.png", png())})
    assert answer.status_code == 302 and stored(media) == []


# Replaced at its address


def test_a_file_is_replaced_and_its_address_stays(client, media):
    version = make_material().versions.create(
        language="en", title="Report", file=ContentFile(pdf("old"), "report.pdf")
    )
    address = version.file.url
    first = client.get(address)
    version.file = ContentFile(pdf("new"), "report-of-2026.pdf")
    version.save()
    assert MaterialVersion.objects.get().file.url == address
    second = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert b"new" in second.getvalue() and second.headers["Cache-Control"] == "public, no-cache"


def test_no_other_file_gets_the_address_of_one_that_was_replaced(media):
    article = make_article()

    def attach(name):
        file = ContentFile(pdf(name), name)
        return article.attachments.create(language="en", title=name, file=file)

    first = attach("report.pdf")
    first.file = ContentFile(pdf("new"), "other.pdf")
    first.save()
    default_storage.delete("attachments/report.pdf")
    second = attach("report.pdf")
    assert first.file.url == "/media/attachments/report.pdf" != second.file.url


# Files that nothing names any more


def grow_old(media):
    for path in media.rglob("*"):
        os.utime(path, (time.time() - 90_000,) * 2)


def test_files_of_what_was_replaced_or_deleted_go_after_a_month(media):
    article = make_article()
    kept = make_picture("kept")
    gone = make_picture("gone", file=ContentFile(png(90, 60), "gone.png"))
    attachment = article.attachments.create(
        language="en", title="Report", file=ContentFile(pdf("old"), "report.pdf")
    )
    attachment.file = ContentFile(pdf("new"), "report-2.pdf")
    attachment.save()
    gone.delete()
    default_storage.save("unsaved/0", ContentFile(b"x"))
    grow_old(media)
    assert remove_orphans() == 0  # they are found today
    assert default_storage.exists("pictures/gone.png") and not default_storage.exists("unsaved/0")
    month_ago = timezone.now() - datetime.timedelta(days=31)
    OrphanedFile.objects.update(since=month_ago)
    assert remove_orphans() == 4  # a picture, two renditions, a document
    names = {kept.file.name, *(kept.renditions[0][kind] for kind in ("avif", "webp"))}
    assert set(stored(media)) == {*names, "attachments/report-2.pdf"}
    assert remove_orphans() == 0 and not OrphanedFile.objects.exists()


def test_file_of_a_row_that_was_put_back_stays(media):
    picture = make_picture("walk")
    file, key = picture.file.name, picture.pk
    picture.delete()
    grow_old(media)
    remove_orphans()
    OrphanedFile.objects.update(since=timezone.now() - datetime.timedelta(days=31))
    picture.pk = key
    picture.save(force_insert=True)
    remove_orphans()
    assert default_storage.exists(file)


def test_what_was_stored_a_moment_ago_is_no_orphan(media):
    default_storage.save("pictures/on-its-way.png", ContentFile(png()))
    remove_orphans(older_than=datetime.timedelta(0))
    assert default_storage.exists("pictures/on-its-way.png")


def test_a_file_that_a_version_in_the_history_names_stays(media):
    if not reversion.is_registered(Picture):
        reversion.register(Picture)
    picture = make_picture("walk")
    with reversion.create_revision():
        reversion.add_to_revision(picture)
    picture.delete()
    grow_old(media)
    remove_orphans(older_than=datetime.timedelta(0))
    remove_orphans(older_than=datetime.timedelta(0))
    assert default_storage.exists("pictures/walk.png")
    assert default_storage.exists(picture.renditions[0]["avif"])


# Metadata


def photograph(kind="JPEG", orientation=1, size=(640, 480)):
    exif, file = Image.Exif(), BytesIO()
    exif[0x0112], exif[0x010F] = orientation, "A telephone"
    exif.get_ifd(0x8825)[1] = "N"  # where it was taken
    image = Image.effect_noise(size, 60).convert("RGB")
    more = {"comment": b"by Ilze"} if kind == "JPEG" else {}
    image.save(file, kind, exif=exif, xmp=b"<x:xmpmeta>Ilze</x:xmpmeta>", **more)
    return file.getvalue()


@pytest.mark.long
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_no_metadata_are_stored_of_a_picture_and_it_stands_upright(kind, orientation, media):
    sent = photograph(kind, orientation)
    picture = make_picture("park", file=ContentFile(sent, f"park.{kind.lower()}"))
    names = [picture.file.name, *(each["avif"] for each in picture.renditions)]
    for name in names:
        content = (media / name).read_bytes()
        assert b"telephone" in sent and b"telephone" not in content and b"Ilze" not in content
        with Image.open(BytesIO(content)) as image:
            image.load()
            assert not image.getexif()
            assert (image.width < image.height) == (orientation == 6)


def test_picture_without_metadata_is_stored_byte_by_byte(media):
    for kind in ("JPEG", "PNG", "WEBP"):
        file = BytesIO()
        Image.effect_noise((64, 48), 60).convert("RGB").save(file, kind)
        picture = make_picture(file=ContentFile(file.getvalue(), "a.png"))
        assert (media / picture.file.name).read_bytes() == file.getvalue()


def test_a_photograph_becomes_few_files(staff):
    photo = SimpleUploadedFile("photo.jpg", photograph(orientation=6, size=(1600, 1200)))
    assert staff.post(NEW, filled_in(staff, NEW, file=photo, alt_en="A park")).status_code == 302
    assert len(Picture.objects.get().renditions) == 3


# Captions


def test_captions_can_be_had_where_their_material_is_public(client, media):
    for published in (True, False):
        material = make_material(**({} if published else {"published_at_en": None}))
        version = material.versions.create(
            language="en",
            form="video",
            title="Film",
            url="https://example.org/film",
            captions_file=ContentFile(b"WEBVTT\n\n", "film.vtt"),
        )
        response = client.get(version.captions_file.url)
        assert response.status_code == (200 if published else 404)
        if published:
            assert response.headers["Content-Type"] == "text/vtt"
            assert version.captions_file.url in client.get(material.get_absolute_url()).text


# The library


def test_a_picture_says_where_it_is_used(staff, media):
    picture, article = make_picture("park"), make_article(title_en="A walk")
    article.pictures.create(picture=picture)
    other = make_article(title_en="A text", body_en='<p>A</p><img data-picture="park">')
    for page in (staff.get(LIBRARY), staff.get(form_address(picture))):
        assert form_address(article) in page.text and form_address(other) in page.text
    assert "Used 2 times" in staff.get(LIBRARY).text


def test_a_picture_that_is_used_is_not_deleted_and_the_pages_are_named(staff, media):
    picture = make_picture("park")
    article = make_article(title_en="A walk", body_en='<img data-picture="park">')
    address = reverse("admin:media_picture_delete", args=[picture.pk])
    asked = staff.get(address)
    assert "A walk" in asked.text and form_address(article) in asked.text
    staff.post(address, {"post": "yes"})
    assert Picture.objects.exists()
    article.body_en = ""
    article.save()
    staff.post(address, {"post": "yes"})
    assert not Picture.objects.exists()


def test_pictures_of_a_text_are_noted_and_forgotten_with_it(media):
    make_picture("park"), make_picture("lake")
    article = make_article(body_en='<img data-picture="park">', body_lv='<img data-picture="lake">')
    assert PictureInText.objects.count() == 2
    article.body_lv = ""
    article.save()
    assert [each.picture.name for each in PictureInText.objects.all()] == ["park"]
    article.delete()
    assert not PictureInText.objects.exists()


def test_picture_that_only_a_public_text_shows_can_be_had(client, media):
    picture = make_picture("park")
    article = make_article(body_en='<img data-picture="park">')
    assert client.get(picture.thumbnail).status_code == 200
    article.published_at_en = None
    article.save()
    assert client.get(picture.thumbnail).status_code == 404


@pytest.mark.parametrize(
    "query, names",
    [
        ("consent=ended", {"ended"}),
        ("consent=soon", {"soon"}),
        ("consent=given", {"given"}),
        ("consent=none", {"none", "used"}),
        ("used=no", {"ended", "soon", "given", "none"}),
        ("q=ended", {"ended"}),
    ],
)
def test_pictures_are_filtered_by_consent_and_use(query, names, staff, media):
    today = timezone.localdate()
    make_picture("ended", consent_until=today - datetime.timedelta(days=1))
    make_picture("soon", consent_until=today + datetime.timedelta(days=60))
    make_picture("given", consent_note="Both, by mail")
    make_picture("none")
    make_article().pictures.create(picture=make_picture("used"))
    shown = staff.get(f"{LIBRARY}?{query}").context["cl"].result_list
    assert {picture.name for picture in shown} == names


def test_a_new_picture_is_brought_along_in_the_form_of_its_page(staff, media):
    city = make_organisation()
    article = make_article(organisation=city)
    new = {"file": SimpleUploadedFile("Park.png", png()), "alt_lv": "Parks", "position": 0}
    new |= {"credit": "Ilze"}
    typed = {f"{USES}-0-{name}": value for name, value in new.items()}
    typed[f"{USES}-TOTAL_FORMS"] = 1
    response = post(staff, form_address(article), **typed)
    assert response.status_code == 302, errors_of(response)
    picture = article.pictures.get().picture
    assert (picture.name, picture.alt_lv, picture.credit) == ("park", "Parks", "Ilze")
    assert picture.organisation == city


def test_a_new_picture_without_words_is_refused_and_its_file_kept(staff, media):
    article = make_article()
    typed = {f"{USES}-0-file": SimpleUploadedFile("Park.png", png()), f"{USES}-TOTAL_FORMS": 1}
    refused = post(staff, form_address(article), **typed, **{f"{USES}-0-position": 0})
    assert "Describe the picture" in refused.text and 'file-kept" value="' in refused.text
    assert not Picture.objects.exists()


def test_all_files_stand_in_one_list_with_their_pages(staff, media):
    article, material = make_article(title_en="A walk"), make_material(title_en="The model")
    article.attachments.create(
        language="lv", title="Pārskats", file=ContentFile(pdf(), "parskats.pdf")
    )
    material.versions.create(language="en", title="Model", file=ContentFile(pdf(), "model.pdf"))
    material.versions.create(language="fi", title="Page", url="https://example.org/")
    files = reverse("admin:media_attachment_changelist")
    text = staff.get(files).text
    assert all(word in text for word in ("A walk", "The model", "Pārskats", "model.pdf"))
    assert form_address(article) in text and form_address(material) in text
    for query, title in {"q=parskats": "Pārskats", "language=en": "Model"}.items():
        assert [row.title for row in staff.get(f"{files}?{query}").context["rows"]] == [title]


@pytest.mark.long
@pytest.mark.parametrize("address", [LIBRARY, "/admin/media/attachment/"])
def test_queries_of_the_library_do_not_grow_with_what_is_in_it(address, staff, media):
    def add():
        article, material = make_article(), make_material()
        article.pictures.create(picture=make_picture(organisation=make_organisation()))
        article.attachments.create(language="en", title="A", file=ContentFile(pdf(), "a.pdf"))
        material.versions.create(language="en", title="B", file=ContentFile(pdf(), "b.pdf"))

    def queries():
        with CaptureQueriesContext(connection) as counted:
            assert staff.get(address).status_code == 200
        return len(counted)

    add()
    queries()
    few = queries()
    for _each in range(5):
        add()
    assert queries() == few


# In a browser


@pytest.fixture
def desk(page, live_server, client, media):
    """Opens pages of the admin in Chromium, signed in."""
    sign_in(client)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    page.context.add_cookies([{**cookie, "url": live_server.url}])
    page.set_default_timeout(10_000)

    def open_page(address):
        page.goto(f"{live_server}{address}")
        return page

    return open_page


DROP = """([field, text]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], "dropped.pdf"));
    document.querySelector(field).dispatchEvent(new DragEvent("drop", {bubbles: true, dataTransfer}));
}"""


def as_files(*files):
    return [{"name": name, "mimeType": "x/x", "buffer": content} for name, content in files]


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_several_files_are_sent_ahead_and_a_bad_one_is_refused_at_once(desk):
    article = make_article()
    page = desk(form_address(article))
    group = page.locator(f"#{FILES}-group")
    files = as_files(("first-report.pdf", pdf()), ("second.pdf", b"MZ"), ("third.pdf", pdf()))
    with page.expect_file_chooser() as chooser:
        group.locator(".several-files").click()
    chooser.value.set_files(files)
    group.get_by_text("Only PDF, DOCX").wait_for()
    group.get_by_text("third.pdf").wait_for()
    first = page.locator(f"[name={FILES}-0-title]")
    page.wait_for_function(  # the answer about it may come last
        "field => field.value == 'first report'", arg=first.element_handle()
    )
    page.evaluate(DROP, [f"#id_{FILES}-1-file", pdf("dropped").decode()])
    group.locator("strong", has_text="dropped.pdf").wait_for()
    for row in range(3):
        page.select_option(f"[name={FILES}-{row}-language]", "en")
    page.click("[name=_save]:visible")
    page.wait_for_url("**/article/")
    assert [each.file.name for each in article.attachments.all()] == [
        "attachments/first-report.pdf",
        "attachments/dropped.pdf",
        "attachments/third.pdf",
    ]


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_focal_point_is_set_with_the_arrow_keys_and_by_a_click(desk):
    picture = make_picture("park", file=ContentFile(png(400, 300), "park.png"))
    page = desk(form_address(picture))
    page.focus(".focal-point")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    assert [page.input_value(f"#id_focal_{axis}") for axis in "xy"] == ["0.55", "0.45"]
    box = page.locator(".focal-point").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    page.click("[name=_save]:visible")
    page.wait_for_url("**/picture/")
    picture.refresh_from_db()
    assert (float(picture.focal_x), float(picture.focal_y)) == (0.25, 0.5)


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1280, 390])
def test_the_library_is_accessible_and_fits_a_phone(width, desk):
    from .accessibility import Axe

    picture, article = make_picture("park", consent_until="2020-01-01"), make_article()
    article.pictures.create(picture=picture)
    article.attachments.create(language="en", title="Report", file=ContentFile(pdf(), "a.pdf"))
    for address in (LIBRARY, form_address(picture), "/admin/media/attachment/"):
        page = desk(address)
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page)
        names = {
            f"{each['id']} {node['html']}"
            for each in found.response["violations"]
            for node in each["nodes"]
        }
        assert not {
            name for name in names if "media" in name or "picture" in name or "file" in name
        }, names
