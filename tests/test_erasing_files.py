"""A person who is named inside of files: found wherever that is, and gone when the files go."""

import io
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from healthyboost.audit.models import Kind
from healthyboost.audit.noting import note_command
from healthyboost.content.history import record
from healthyboost.media.kept import keep
from healthyboost.media.models import Attachment
from healthyboost.privacy.erasing import Erasure
from healthyboost.privacy.finding import Fate
from healthyboost.privacy.naming import Naming
from healthyboost.search.files import read_files
from healthyboost.search.inside import Teller, everything_in
from healthyboost.search.models import FileText
from materials.models import MaterialVersion

from .admin_forms import sign_in
from .factories import make_article, make_material, make_picture
from .files_that_name import captions, docx, packed, pdf, picture, video

NAME = "Åsa-Märta O’Neill"
NAMING = Naming.of(NAME)
RUNS = "<w:r><w:t>Åsa-Mär</w:t></w:r><w:r><w:t>ta O’Neill</w:t></w:r>"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


def told(content):
    """(what a file says, whether that is all)"""
    texts = []
    teller = Teller(texts.append)
    teller.tell(content)
    return "\n".join(texts), teller.is_whole


# Where a file can say it


@pytest.mark.parametrize(
    "make",
    [
        lambda: docx(body=RUNS),
        lambda: docx(author=NAME),
        lambda: docx(comment_by=NAME),
        lambda: docx(header=NAME),
        lambda: docx(word__media__photo_jpg=picture("JPEG", NAME)),
        lambda: docx(word__rels_rels="<x Target='mailto:%C3%85sa-M%C3%A4rta.O%E2%80%99Neill'/>"),
        lambda: packed(xl__workbook_xml="<x/>", xl__sharedStrings_xml=f"<si><t>{NAME}</t></si>"),
        lambda: packed(ppt__presentation_xml="<x/>", ppt__slide_xml=f"<p><t>{NAME}</t></p>"),
        lambda: packed(mimetype_x="", meta_xml=f"<meta><creator>{NAME}</creator></meta>"),
        lambda: packed(list_txt=NAME.encode("cp1257", "ignore")),
        lambda: packed(list_txt=NAME.encode("utf-16")),
        lambda: packed(in_it_zip=packed(a__letter_docx=docx(body=RUNS))),
        lambda: packed(page_html="<p>Åsa-Märta&nbsp;<b>O’Neill</b><br></p>"),
        lambda: pdf(author=NAME),
        lambda: pdf(note=NAME),
        lambda: pdf(xmp=NAME),
        lambda: pdf(attached=docx(author=NAME)),
        lambda: pdf("Walks with Asa-Marta O'Neill"),
        lambda: picture("JPEG", NAME),
        lambda: picture("PNG", NAME),
        lambda: picture("WEBP", NAME),
        lambda: video(NAME),
        lambda: captions(NAME),
    ],
)
def test_a_name_is_found_wherever_a_file_says_it(make):
    text, _is_whole = told(make())
    assert NAMING.is_in(text), text


@pytest.mark.parametrize("make", [docx, pdf, packed, video, captions, picture])
def test_a_file_that_says_nothing_of_her_is_read_whole(make):
    text, is_whole = told(make())
    assert is_whole and not NAMING.is_in(text)


def in_each_other(depth):
    content = b"at the bottom"
    for _each in range(depth):
        content = packed(deep_zip=content)
    return content


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda: pdf(password="secret"), id="a password"),
        pytest.param(lambda: pdf(""), id="a scan"),
        pytest.param(lambda: b"%PDF-1.4 broken", id="a broken PDF"),
        pytest.param(lambda: docx()[:200], id="a cut archive"),
        pytest.param(lambda: in_each_other(6), id="archives in archives"),
        pytest.param(lambda: packed(much_txt=b"word " * 2_000_000), id="too many letters"),
    ],
)
def test_what_cannot_be_read_is_told_apart(content):
    assert told(content())[1] is False


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"\xff\xd8\xff",
        b"\0\0\0\x01ftypisom",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>",
        b"<x>" * 20_000,
        b"\xff\xfe\0\xd8",
    ],
)
def test_a_hostile_file_breaks_nothing(content):
    told(content)


@pytest.mark.long
def test_an_archive_that_never_ends_is_read_up_to_a_limit():
    bomb = packed(zeros_bin=b"\0" * 90_000_000)
    said, is_whole = everything_in(io.BytesIO(packed(**{f"n{n}_zip": bomb for n in range(40)})))
    assert "n0.zip" in said and not is_whole


@pytest.mark.parametrize(
    "said",
    [
        "O\u2019NEI\u00adLL, ASA-MARTA",
        "A\u030asa-Ma\u0308rta O'Neill",
        "asa.marta@oneill.example",
        "+46 8 123 45 67",
        "tel. 46812345 67",
        "Анны-Марии Ёлкиной",
        "Åsa-M\\u00e4rta O’Neill",
    ],
)
def test_in_a_text_as_long_as_a_book_only_what_stands_near_the_name_is_read(said):
    naming = Naming.of(NAME, "asa.marta@oneill.example", "+46 8 123 45 67", "Анна-Мария Ёлкина")
    rest = "Nothing of the kind. " * 2_000
    passages = naming.passages(f"{rest}{said} {rest}")
    assert naming.is_in(passages) or naming.is_likely_in(passages)
    assert len(passages) < 1000 and not naming.is_in(naming.passages(rest))


# Pictures lose it when they are stored


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_stored_picture_and_its_copies_say_no_name(kind, media):
    content = picture(kind, NAME)
    assert NAMING.is_in(told(content)[0])
    make_picture("walk", file=ContentFile(content, f"walk.{kind.lower()}"))
    stored = [path for path in media.rglob("*") if path.is_file()]
    assert len(stored) >= 2
    for path in stored:
        text, is_whole = told(path.read_bytes())
        assert not NAMING.is_in(text), path.name
        assert NAME.encode() not in path.read_bytes(), path.name


# Found, shown, deleted


def attach(page, content, name="paper.docx", title="The paper"):
    return Attachment.objects.create(
        owner=page, language="en", title=title, file=ContentFile(content, name)
    )


def erase(*spellings, **asked):
    return Erasure(Naming.of(*spellings), **asked).carry_out()


@pytest.mark.django_db
def test_a_file_that_names_her_is_left_to_somebody_with_its_page(media):
    article = make_article()
    file = attach(article, docx(author=NAME))
    read_files()
    (mention,) = erase(NAME).left
    assert (mention.row, mention.fate, mention.page) == (file, Fate.FILE, article)
    assert default_storage.exists(file.file.name)


@pytest.mark.django_db
def test_on_demand_the_files_go_and_nothing_is_left(media, django_capture_on_commit_callbacks):
    material = make_material()
    said = docx(body=RUNS, author=NAME)
    version = material.versions.create(
        language="en", title="Paper", file=ContentFile(said, "paper.docx")
    )
    other = attach(material, docx(), "other.docx")
    record([material])
    read_files()
    with django_capture_on_commit_callbacks(execute=True):
        outcome = erase(NAME, with_files=True)
    assert outcome.left == [] and outcome.files == 1
    assert not MaterialVersion.objects.filter(pk=version.pk).exists()
    assert not default_storage.exists(version.file.name)
    assert Attachment.objects.filter(pk=other.pk).exists() and material.in_language("en")
    assert not [text for text in FileText.objects.all() if NAMING.is_in(text.text + text.more)]
    assert default_storage.exists(other.file.name)


@pytest.mark.long
@pytest.mark.django_db
def test_of_a_video_the_captions_go_and_the_video_stays(django_capture_on_commit_callbacks):
    version = make_material().versions.create(
        language="en",
        form="video",
        title="A walk",
        url="https://video.example.org/1",
        captions_file=ContentFile(captions(NAME), "walk.vtt"),
    )
    name = version.captions_file.name
    (mention,) = Erasure(NAMING).plan()
    assert mention.file.name == name
    with django_capture_on_commit_callbacks(execute=True):
        assert erase(NAME, with_files=True).left == []
    version.refresh_from_db()
    assert not version.captions_file and not default_storage.exists(name)


@pytest.mark.long
@pytest.mark.django_db
def test_replaced_files_and_uploads_that_nobody_saved_go(media, django_capture_on_commit_callbacks):
    file = attach(make_article(), docx(author=NAME))
    replaced = file.file.name
    file.file = ContentFile(docx(), "clean.docx")
    file.save()
    keep(ContentFile(docx(comment_by=NAME), "unsaved.docx"))
    keep(ContentFile(docx(), "of-another.docx"))
    read_files()
    with django_capture_on_commit_callbacks(execute=True):
        outcome = erase(NAME)
    assert outcome.left == [] and outcome.files == 2
    assert not default_storage.exists(replaced) and default_storage.exists(file.file.name)
    assert len(list((media / "unsaved").iterdir())) == 1


@pytest.mark.long
@pytest.mark.django_db
def test_an_inflected_name_in_a_file_deletes_nothing(django_capture_on_commit_callbacks):
    file = attach(make_article(), docx(header="Åsa-Märtas O’Neills bok"))
    read_files()
    with django_capture_on_commit_callbacks(execute=True):
        (mention,) = erase(NAME, with_files=True).left
    assert not mention.is_sure and default_storage.exists(file.file.name)


@pytest.mark.long
@pytest.mark.django_db
def test_what_a_file_says_beside_its_text_is_not_searched(client):
    attach(make_article(), docx(author="Hullabaloo Smith"))
    read_files()
    assert "hullabaloo" in FileText.objects.get().more.casefold()
    assert "The paper" not in client.get("/en/search/?q=hullabaloo").text


@pytest.mark.long
@pytest.mark.django_db
def test_files_that_an_earlier_release_has_read_are_read_again_for_the_rest():
    file = attach(make_article(), docx(author=NAME))
    FileText.objects.create(sha256=file.sha256, text="as it was")
    assert read_files() == 1 and read_files() == 0
    said = FileText.objects.get()
    assert said.text == "as it was" and NAME in said.more


@pytest.mark.long
@pytest.mark.django_db
def test_the_screen_names_files_with_links_and_deletes_them_when_that_is_ticked(client):
    sign_in(client, "administrator")
    article = make_article(title_en="Walks")
    file = attach(article, docx(author=NAME))
    attach(article, pdf(password="secret"), "locked.pdf", "Locked")
    waiting = attach(article, docx(header="x"), "new.docx", "Not read")
    read_files()
    FileText.objects.filter(sha256=waiting.sha256).delete()
    asked, address = {"spellings": NAME, "with_files": "on"}, "/admin/privacy/erase/"
    text = client.post(address, {"spellings": NAME, "look": ""}).text
    assert "to be replaced or deleted by hand" in text
    assert f'<a href="{file.file.url}">The paper</a>' in text and ">Walks</a>" in text
    assert "open them yourself (1)" in text and "Locked" in text
    assert "Not read yet: look again in some minutes (1)" in text
    text = client.post(address, {**asked, "erase": "", "sure": "1"}).text
    assert "Nothing on the portal names this person any more" in text
    assert "Stored files: 1" in text and not Attachment.objects.filter(pk=file.pk).exists()


@pytest.mark.long
@pytest.mark.django_db
def test_the_command_reads_what_waits_and_names_the_files():
    attach(make_article(title_en="Walks"), docx(author=NAME))
    attach(make_article(), pdf(""), "scan.pdf", "A scan")
    said = call(NAME)
    assert "attachments/paper.docx of News.article Walks" in said
    assert "open them yourself: 1" in said and "scan.pdf" in said
    said = call(NAME, "--files", "--erase")
    assert "deleted: 1 media.Attachment" in said and "deleted: 1 stored files" in said
    assert "Nothing names this person any more." in said


def call(*asked):
    out = StringIO()
    call_command("erase_person", *asked, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "details, words",
    [
        (None, "knows of no backup"),
        ({}, "whoever runs the portal has to do it"),
        ({"kept": 7}, "when 7 newer ones have been made"),
    ],
)
def test_it_is_said_how_long_backups_hold_her(details, words, client):
    sign_in(client, "administrator")
    if details is not None:
        note_command(Kind.EXPORTED, what="backup", **details)
    make_article(title_en=f"With {NAME}")
    assert words in client.post("/admin/privacy/erase/", {"spellings": NAME}).text


@pytest.mark.long
@pytest.mark.django_db
def test_looking_asks_as_often_however_many_files_name_her(client):
    sign_in(client, "administrator")

    def questions(number):
        for each in range(number):
            attach(make_article(), docx(author=NAME, header=str(each) * number), f"{each}.docx")
            attach(make_article(), pdf("", author=str(each) * number), f"{each}.pdf")
        read_files()
        with CaptureQueriesContext(connection) as asked:
            client.post("/admin/privacy/erase/", {"spellings": NAME, "look": ""})
        return len(asked)

    few = questions(1)
    assert questions(4) <= few
