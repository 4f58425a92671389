"""Archives: what goes in comes out, and what is damaged is named before anything is touched."""

import json
import os
import random
import resource
import stat
import zipfile
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from healthyboost.backup.archive import Archive, BackupError, Writer
from healthyboost.backup.files import NEW, OLD, Staged, copy_in, media_files
from healthyboost.backup.making import forget_old, make_backup
from healthyboost.backup.tables import rows_of

WORDS = "Ā walk\twith the mayor\n".encode() * 50
FACTS = {
    "made_at": "2026-11-22T12:00:00.000+00:00",
    "key": "",
    "migrations": [["news", "0001_initial"]],
    "sequences": {"news_article_id_seq": 7},
    "missing": [],
    "tables": {"news_article": {"columns": ["id", "title"], "rows": 50}},
}


def make_archive(path, files=None, facts=FACTS):
    writer = Writer(path)
    with writer.part("database/news_article.copy") as write:
        write(WORDS)
    for name, content in (files or {"pictures/sea.jpg": b"\xff\xd8sea"}).items():
        with writer.part(f"media/{name}", modified=1_700_000_000.5, packed=False) as write:
            write(content)
    writer.finish(facts)
    return path


def rewrite(path, change):
    """The archive with its parts changed by somebody: `change` gets {name: bytes}."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return path


def change_manifest(path, change):
    def changed(parts):
        manifest = json.loads(parts["manifest.json"])
        change(manifest)
        parts["manifest.json"] = json.dumps(manifest).encode()

    return rewrite(path, changed)


def what_is_wrong(path):
    """The sentences about an archive; "" for one that is right."""
    try:
        with Archive(path) as archive:
            archive.check()
            return ""
    except BackupError as error:
        return str(error)


def test_what_goes_in_comes_out(tmp_path):
    with Archive(make_archive(tmp_path / "a.zip")) as archive:
        archive.check()
        assert b"".join(archive.chunks("database/news_article.copy")) == WORDS
        assert archive.media == ["pictures/sea.jpg"]


def test_only_its_owner_reads_an_archive(tmp_path):
    before = os.umask(0)
    try:
        path = make_archive(tmp_path / "a.zip")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_table_and_a_damaged_file_are_both_named(tmp_path):
    def damage(parts):
        parts["database/news_article.copy"] = WORDS.replace(b"mayor", b"Mayor", 1)
        parts["media/pictures/sea.jpg"] = b"\xff\xd8see"

    wrong = what_is_wrong(rewrite(make_archive(tmp_path / "a.zip"), damage))
    assert "the table news_article" in wrong and "the file pictures/sea.jpg" in wrong


def test_missing_and_added_parts_are_named(tmp_path):
    def damage(parts):
        parts["media/other.jpg"] = parts.pop("media/pictures/sea.jpg")

    wrong = what_is_wrong(rewrite(make_archive(tmp_path / "a.zip"), damage))
    assert "the file pictures/sea.jpg is missing" in wrong and "'media/other.jpg'" in wrong


def test_no_changed_byte_goes_unnoticed_where_it_matters(tmp_path):
    path = make_archive(tmp_path / "a.zip")
    whole, chance = path.read_bytes(), random.Random(1)
    places = chance.sample(range(len(whole)), 100)
    for place in places:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        if not what_is_wrong(path):
            with Archive(path) as archive:  # a date or a right in a header, which nobody reads
                assert b"".join(archive.chunks("database/news_article.copy")) == WORDS
                assert b"".join(archive.chunks("media/pictures/sea.jpg")) == b"\xff\xd8sea"
                assert archive.manifest == archive.manifest | FACTS


@pytest.mark.parametrize("kept", [0, 1, 100, -1])
def test_an_archive_that_was_cut_off_is_refused(tmp_path, kept):
    path = make_archive(tmp_path / "a.zip")
    path.write_bytes(path.read_bytes()[:kept])
    assert "its end is missing" in what_is_wrong(path)


@pytest.mark.parametrize(
    "name", ["../sea.jpg", "/etc/passwd", "pictures/../../sea.jpg", "pictures//sea.jpg", "", "a\0b"]
)
def test_a_file_that_would_land_elsewhere_is_refused(tmp_path, name):
    def lead_away(manifest):
        fact = manifest["parts"].pop("media/pictures/sea.jpg")
        manifest["parts"][f"media/{name}"] = fact

    wrong = what_is_wrong(change_manifest(make_archive(tmp_path / "a.zip"), lead_away))
    assert "manifest.json" in wrong


@pytest.mark.parametrize(
    "broken",
    [
        {"tables": {}},
        {"tables": []},
        {"tables": {"news_article": {"columns": [1], "rows": 50}}},
        {"parts": {"database/news_article.copy": {"size": "1", "sha256": ""}}},
        {"migrations": [["news"]]},
        {"migrations": "news"},
        {"sequences": {"a": "1"}},
        {"format": "1"},
        {"key": None},
    ],
)
def test_an_odd_list_of_contents_is_one_sentence(tmp_path, broken):
    path = change_manifest(make_archive(tmp_path / "a.zip"), lambda facts: facts.update(broken))
    assert "manifest.json" in what_is_wrong(path)


def test_a_later_form_of_archives_asks_for_the_later_release(tmp_path):
    path = change_manifest(make_archive(tmp_path / "a.zip"), lambda facts: facts.update(format=2))
    assert "later release" in what_is_wrong(path)


def test_what_swells_is_not_unpacked_further_than_its_size(tmp_path):
    def swell(parts):
        parts["media/pictures/sea.jpg"] = bytes(5_000_000)

    path = rewrite(make_archive(tmp_path / "a.zip"), swell)
    with Archive(path) as archive, pytest.raises(BackupError):
        read = 0
        for chunk in archive.chunks("media/pictures/sea.jpg"):
            read += len(chunk)
            assert read < 2_000_000


@pytest.mark.parametrize("name", ["absent.zip", "."])
def test_what_is_no_archive_is_one_sentence(tmp_path, name):
    with pytest.raises(CommandError, match="There is no archive|is a folder"):
        call_command("restore", tmp_path / name)


def test_checking_an_archive_needs_no_portal(tmp_path):
    out = StringIO()
    call_command("restore", make_archive(tmp_path / "a.zip"), check=True, stdout=out)
    assert "is right" in out.getvalue()


def test_columns_of_a_table_are_read_without_a_database(tmp_path):
    with Archive(make_archive(tmp_path / "a.zip")) as archive:
        assert rows_of(archive, "news_article", "title")[0] == ("with the mayor",)
        assert rows_of(archive, "news_article", "nothing") == []


# Files


def folder_of(place, **files):
    for name, content in files.items():
        path = place / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return place


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_media_take_the_place_of_what_was_there(tmp_path):
    root = folder_of(tmp_path / "media", pictures__old="old", other="other")
    with Archive(make_archive(tmp_path / "a.zip", {"pictures/new": b"new"})) as archive:
        staged = Staged(root)
        staged.unpack(archive, lambda *done: None)
        staged.put_in_place()
        staged.clear()
    assert contents(root) == {"pictures/new": "new"}
    assert (root / "pictures/new").stat().st_mtime == 1_700_000_000.5


@pytest.mark.parametrize("step", ["nothing", "put_in_place"])
def test_media_are_put_back_as_they_were(tmp_path, step):
    root = folder_of(tmp_path / "media", pictures__old="old", pictures__new="mine", other="other")
    before = contents(root)
    with Archive(make_archive(tmp_path / "a.zip", {"pictures/new": b"new"})) as archive:
        staged = Staged(root)
        staged.unpack(archive, lambda *done: None)
        getattr(staged, step, lambda: None)()
        staged.put_back()
        staged.clear()
    assert contents(root) == before


def test_what_a_killed_restore_left_is_in_no_backup(tmp_path):
    root = folder_of(tmp_path, **{f"{NEW}/pictures/half": "half", "pictures/whole": "whole"})
    assert media_files(root) == [("pictures/whole", 5)]


def test_what_an_interrupted_restore_set_aside_is_not_removed(tmp_path):
    root = folder_of(tmp_path, **{f"{OLD}/pictures/mine": "mine"})
    with pytest.raises(BackupError, match="interrupted"):
        Staged(root)
    assert contents(root) == {f"{OLD}/pictures/mine": "mine"}


def test_a_file_that_vanishes_meanwhile_is_named(tmp_path):
    root = folder_of(tmp_path / "media", one="1", two="2")
    files, writer = media_files(root), Writer(tmp_path / "a.zip")
    (root / "one").unlink()
    notes = copy_in(writer, root, files, lambda done: None)
    writer.discard()
    assert notes == ["The file one was removed meanwhile."]


def test_a_link_to_another_folder_is_refused(tmp_path):
    root = folder_of(tmp_path / "media", one="1")
    (root / "pictures").symlink_to(tmp_path)
    with pytest.raises(BackupError, match="link to a folder"):
        media_files(root)


# Making one


@pytest.fixture
def media(tmp_path, settings):
    settings.MEDIA_ROOT = str(folder_of(tmp_path / "media", pictures__sea="sea" * 100_000))
    return Path(settings.MEDIA_ROOT)


@contextmanager
def files_no_larger_than(size):
    """What a full disk does, for this process alone."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.django_db(transaction=True)
def test_a_backup_is_one_private_file_that_is_right(media, tmp_path):
    call_command("backup", tmp_path / "backups", verbosity=0)
    (path,) = (tmp_path / "backups").iterdir()
    assert what_is_wrong(path) == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with Archive(path) as archive:
        assert archive.tables["django_content_type"]["rows"] > 50
        assert "django_session" not in archive.tables
        assert archive.media == ["pictures/sea"]


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_full_disk_leaves_no_half_archive(media, tmp_path):
    older = tmp_path / "backups" / "healthyboost-20200101-000000.zip"
    folder_of(older.parent, **{older.name: "older"})
    with files_no_larger_than(100_000), pytest.raises(CommandError, match="no room left"):
        call_command("backup", older.parent, keep=1, verbosity=0)
    assert list(older.parent.iterdir()) == [older]


def test_a_backup_into_the_folder_of_the_uploads_is_refused(media):
    with pytest.raises(BackupError, match="media folder"):
        make_backup(media / "backups", print, print)
    assert not (media / "backups").exists()


def test_the_newest_archives_are_kept_and_other_files_left_alone(tmp_path):
    names = [f"healthyboost-2026010{day}-030000.zip" for day in range(1, 6)]
    folder_of(tmp_path, **dict.fromkeys([*names, "notes.txt", "healthyboost-mine.zip"], ""))
    removed = forget_old(tmp_path, 2, tmp_path / names[0])  # the clock was wrong: still the new one
    assert sorted(removed) == names[1:4]
    assert {path.name for path in tmp_path.iterdir()} == {
        *(names[0], names[4], "notes.txt", "healthyboost-mine.zip")
    }


@pytest.mark.parametrize("keep", [0, -1])
def test_to_keep_nothing_is_refused(tmp_path, keep):
    with pytest.raises(CommandError, match="from 1"):
        call_command("backup", tmp_path, keep=keep)
