"""The media folder: into an archive, and back beside what is there until all else has gone well.

No file of it is ever written again under the same name (storage.MediaStorage), so that files copied
after the snapshot of the database are those that its rows name.
"""

import os
import shutil
import stat
from pathlib import Path

from .archive import CHUNK, MEDIA, BackupError

NEW, OLD = ".restore-new", ".restore-old"  # of a restore that is going on, or was killed


def media_files(root):
    """[(name, size)] of all files in the folder, in order."""
    found = []

    def refuse(error):
        if Path(error.filename).name != "lost+found":
            raise BackupError(f"{error.filename} cannot be read: {error.strerror}.")

    for folder, folders, names in os.walk(root, onerror=None if not root.exists() else refuse):
        place = Path(folder)
        if place == root:
            folders[:] = [name for name in folders if name not in (NEW, OLD)]
        folders.sort()
        if links := [name for name in folders if (place / name).is_symlink()]:
            raise BackupError(
                f"{place / links[0]} is a link to a folder: what it leads to is no part of the media."
            )
        for name in sorted(names):
            try:
                facts = (place / name).stat()
            except FileNotFoundError:
                continue
            if stat.S_ISREG(facts.st_mode):
                found.append(((place / name).relative_to(root).as_posix(), facts.st_size))
    return found


def copy_in(writer, root, files, tell):
    """Sentences about files that went away, or were just being written."""
    notes, done = [], 0
    for name, size in files:
        try:
            if not copy_file(writer, root, name):
                notes.append(f"The file {name} was being written: it may not be whole.")
        except FileNotFoundError:
            notes.append(f"The file {name} was removed meanwhile.")
        except UnicodeEncodeError:
            raise BackupError(f"The name of the file {os.fsencode(name)!r} is not UTF-8.") from None
        except PermissionError as error:
            raise BackupError(f"{root / name} cannot be read: {error.strerror}.") from None
        done += size
        tell(done)
    return notes


def copy_file(writer, root, name):
    """Whether it stayed as it was while it was read."""
    with open(root / name, "rb") as file:
        before = os.fstat(file.fileno())
        with writer.part(MEDIA + name, modified=before.st_mtime, packed=False) as write:
            while chunk := file.read(CHUNK):
                write(chunk)
        after = os.fstat(file.fileno())
    return (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)


class Staged:
    """The media of an archive in a folder beside the old ones: in their place, or gone again."""

    def __init__(self, root):
        self.root, self.new, self.old = root, root / NEW, root / OLD
        self.is_in_place = False
        if self.old.exists():
            raise BackupError(
                f"An earlier restore was interrupted: {self.old} has the media from before it, {root} "
                "those of its archive. Keep in the media folder what belongs to the database, remove "
                f"{OLD}, and start again."
            )
        root.mkdir(parents=True, exist_ok=True)
        self.clear()

    def unpack(self, archive, tell):
        size = sum(archive.parts[MEDIA + name]["size"] for name in archive.media)
        free = shutil.disk_usage(self.root).free
        if size > free:
            raise BackupError(
                f"{self.root} has no room for the media: {in_megabytes(size)} are needed, "
                f"{in_megabytes(free)} are free."
            )
        self.new.mkdir()
        owner, done = self.root.stat(), 0
        for name in archive.media:
            path, fact = self.new / name, archive.parts[MEDIA + name]
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "xb") as file:
                for chunk in archive.chunks(MEDIA + name):
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            if "modified" in fact:
                os.utime(path, (fact["modified"], fact["modified"]))
            done += fact["size"]
            tell(done, size)
        if os.geteuid() == 0:  # the portal itself does not run as root
            for path in (self.new, *self.new.rglob("*")):
                os.chown(path, owner.st_uid, owner.st_gid)

    def put_in_place(self):
        """Renames alone: it takes a moment, however much there is."""
        self.old.mkdir()
        for path in self.entries():
            path.rename(self.old / path.name)
        self.is_in_place = True
        for path in list(self.new.iterdir()):
            path.rename(self.root / path.name)

    def put_back(self):
        """As it was before, however far `put_in_place` came."""
        if self.is_in_place:
            for path in self.entries():
                path.rename(self.new / path.name)
        if self.old.exists():
            for path in list(self.old.iterdir()):
                path.rename(self.root / path.name)

    def entries(self):
        ours = NEW, OLD, "lost+found"
        return [path for path in self.root.iterdir() if path.name not in ours]

    def cleared(self):
        """The folder that could not be removed, if any: the restore is done all the same."""
        try:
            self.clear()
        except OSError:
            return self.old

    def clear(self):
        for folder in (self.new, self.old):
            if folder.exists():
                shutil.rmtree(folder)


def in_megabytes(size):
    return f"{size / 1e6:,.1f} MB"
