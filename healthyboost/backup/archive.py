"""The file itself: parts go in with their checksums, and come out only as they went in."""

import hashlib
import json
import os
import struct
import zipfile
import zlib
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

FORMAT = 1
MANIFEST = "manifest.json"
TABLES, MEDIA = "database/", "media/"
LARGEST_MANIFEST = 2**30  # bytes
CHUNK = 2**20
# What zipfile lets through, where bytes are not what they were.
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, ValueError),
    *(NotImplementedError, RuntimeError, OverflowError),
)


class BackupError(Exception):
    """One or more sentences for the person at the terminal."""


class Writer:
    """A new archive, for its owner's eyes only."""

    def __init__(self, path):
        self.file = os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b")
        self.zip = zipfile.ZipFile(self.file, "w", allowZip64=True, compresslevel=3)
        self.parts = {}

    @contextmanager
    def part(self, name, modified=None, packed=True):
        """A function to write the bytes of one part with."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        digest, size, waiting = hashlib.sha256(), 0, bytearray()

        def write(piece):
            nonlocal size
            size += len(piece)
            waiting.extend(piece)
            if len(waiting) >= CHUNK:
                flush()

        def flush():
            digest.update(waiting)
            stream.write(bytes(waiting))
            waiting.clear()

        with self.zip.open(info, "w", force_zip64=True) as stream:
            yield write
            flush()
        self.parts[name] = {"size": size, "sha256": digest.hexdigest()}
        if modified is not None:
            self.parts[name]["modified"] = modified

    def finish(self, facts):
        manifest = json.dumps({"format": FORMAT, **facts, "parts": self.parts}, indent=1)
        info = zipfile.ZipInfo(MANIFEST)
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
        self.zip.writestr(info, manifest)
        self.zip.close()
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()

    def discard(self):
        """Give up: what is open is left as it is, without another byte to a disk that may be full."""
        self.zip.fp = None
        with suppress(OSError):
            self.file.close()


class Archive:
    """An archive that exists. What is wrong with it is told before anything is made of it."""

    def __init__(self, path):
        self.path = Path(path)
        try:
            self.zip = zipfile.ZipFile(self.path)
        except FileNotFoundError:
            raise BackupError(f"There is no archive {path}.") from None
        except IsADirectoryError:
            raise BackupError(f"{path} is a folder: name an archive in it.") from None
        except OSError as error:
            raise BackupError(f"{path} cannot be read: {error.strerror}.") from None
        except DAMAGE:
            raise BackupError(
                f"{path} is no archive, or its end is missing: nothing can be restored from it."
            ) from None
        try:
            self.manifest = self._read_manifest()
        except BackupError:
            self.zip.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.zip.close()

    @property
    def parts(self):
        return self.manifest["parts"]

    @property
    def tables(self):
        """{name: {"columns": [...], "rows": number}}"""
        return self.manifest["tables"]

    @property
    def media(self):
        """Names of the files, as the media folder knows them."""
        return [name.removeprefix(MEDIA) for name in self.parts if name.startswith(MEDIA)]

    def chunks(self, name):
        """The bytes of a part; ends with a BackupError where they are not what went in."""
        fact, size, digest = self.parts[name], 0, hashlib.sha256()
        try:
            with self.zip.open(name) as stream:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    if size > fact["size"]:
                        break
                    digest.update(chunk)
                    yield chunk
        except DAMAGE:
            size = None
        except OSError as error:
            raise BackupError(f"{self.path} cannot be read: {error.strerror}.") from None
        if (size, digest.hexdigest()) != (fact["size"], fact["sha256"]):
            raise BackupError(f"{self.path} is damaged: {in_words(name)}.")

    def faults(self, tell=lambda done, size: None):
        """A sentence for each part that is not as it was written; reads all of it."""
        there, expected = set(self.zip.namelist()), {*self.parts, MANIFEST}
        found = [f"{in_words(name)} is missing" for name in sorted(expected - there)]
        found += [f"{name!r} does not belong to it" for name in sorted(there - expected)]
        if len(self.zip.namelist()) > len(there):
            found.append("a part is in it twice")
        size, done = sum(fact["size"] for fact in self.parts.values()), 0
        for name in self.parts:
            if name in there:
                try:
                    for chunk in self.chunks(name):
                        tell(done := done + len(chunk), size)
                except BackupError as error:
                    found.append(str(error).removeprefix(f"{self.path} is damaged: ").rstrip("."))
        return found

    def check(self, tell=lambda done, size: None):
        if found := self.faults(tell):
            shown = "".join(f"\n  {fault}" for fault in found[:50])
            more = f"\n  and {len(found) - 50} more" if len(found) > 50 else ""
            raise BackupError(f"{self.path} is damaged:{shown}{more}")

    def _read_manifest(self):
        try:
            if self.zip.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
                raise ValueError
            manifest = json.loads(self.zip.read(MANIFEST))
            if manifest["format"] > FORMAT:
                raise BackupError(
                    f"{self.path} was made by a later release of the portal (format "
                    f"{manifest['format']}): restore it with that release."
                )
            if not is_sound(manifest):
                raise ValueError
        except (*DAMAGE, TypeError, AttributeError, RecursionError):
            raise BackupError(
                f"{self.path} is damaged: {MANIFEST}, the list of what is in it, cannot be read."
            ) from None
        except OSError as error:
            raise BackupError(f"{self.path} cannot be read: {error.strerror}.") from None
        return manifest


def is_sound(manifest):
    """Whether it has the shape that `Writer` and `tables.dump` give it, and leads to no other folder."""
    parts, tables = manifest["parts"], manifest["tables"]
    return (
        all(isinstance(manifest[name], str) for name in ("made_at", "key"))
        and all(
            len(pair) == 2 and all(type(x) is str for x in pair) for pair in manifest["migrations"]
        )
        and all(
            type(fact["size"]) is int
            and len(bytes.fromhex(fact["sha256"])) == 32
            and 0 <= fact.get("modified", 0) < 2**40
            for fact in parts.values()
        )
        and all(
            name.startswith(TABLES) or (name.startswith(MEDIA) and is_inside(name))
            for name in parts
        )
        and {name for name in parts if name.startswith(TABLES)} == set(map(part_of, tables))
        and all(
            type(fact["rows"]) is int and all(type(column) is str for column in fact["columns"])
            for fact in tables.values()
        )
        and all(value is None or type(value) is int for value in manifest["sequences"].values())
    )


def is_inside(name):
    path = PurePosixPath(name)
    return str(path) == name and ".." not in path.parts and "\0" not in name and len(path.parts) > 1


def part_of(table):
    return f"{TABLES}{table}.copy"


def in_words(name):
    if name.startswith(TABLES):
        return f"the table {name.removeprefix(TABLES).removesuffix('.copy')}"
    if name.startswith(MEDIA):
        return f"the file {name.removeprefix(MEDIA)}"
    return name
