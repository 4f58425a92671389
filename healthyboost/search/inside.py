"""All that a file says, also what no reader sees: who wrote it, comments, names of what is packed in it.

A process of its own reads it: what a file holds can keep its reader busy for hours.

everything_in(stream)     what the background process calls
python -m healthyboost.search.inside     that process: the file comes in, each text goes out as a line
of JSON, and `true` at the end where nothing stayed unread
"""

import io
import json
import re
import subprocess
import sys
import zipfile
from xml.etree import ElementTree

from .pdf_text import MEMORY, ROOT, SECONDS

MOST = 5_000_000  # letters that are kept of a file
UNPACKED = 300_000_000  # bytes of all that is packed in it
LARGEST_RUN = 5_000_000  # bytes of a kind unknown, in which words are looked for
DEEPEST = 3  # archives in archives
PARAGRAPHS = {"p", "h", "si", "is"}  # a word may be spread over many elements of one
FEW_LETTERS = "cp1252", "cp1257", "cp1251"  # of old texts from here: one of them is right
# Words between bytes that are none: in UTF-8 and in UTF-16, Latin and Cyrillic letters.
RUNS = re.compile(rb"(?:[\x20-\x7e]|[\xc3-\xd1][\x80-\xbf]|\xe2\x80[\x80-\xbf]){6,}")
WIDE_RUNS = re.compile(rb"(?:[\x20-\x7e\xc0-\xff]\x00|.[\x01\x04]){6,}", re.S)


def everything_in(stream):
    """([text], whether nothing stayed unread)"""
    command = [sys.executable, "-m", "healthyboost.search.inside"]
    try:
        said = subprocess.run(
            command, input=stream.read(), capture_output=True, timeout=2 * SECONDS, cwd=ROOT
        ).stdout
    except subprocess.TimeoutExpired as error:
        said = error.stdout or b""
    lines = said.decode(errors="ignore").splitlines()
    texts = [json.loads(line) for line in lines if line.startswith('"') and line.endswith('"')]
    # neither is taken by the database
    texts = [text.encode(errors="ignore").decode().replace("\0", "") for text in texts]
    return texts, lines[-1:] == ["true"]


class TooMuch(Exception):
    pass


class Teller:
    """`tell` hands on what a file says; `is_whole` as long as nothing had to be left out."""

    def __init__(self, hand_on):
        self.hand_on, self.is_whole, self.said = hand_on, True, set()
        self.left, self.room = MOST, UNPACKED

    def tell(self, content, depth=0):
        kinds = {
            b"%PDF-": self.tell_pdf,
            b"PK\x03\x04": self.tell_archive,
            b"\xff\xd8\xff": self.tell_picture,
            b"\x89PNG": self.tell_picture,
            b"RIFF": self.tell_picture,
        }
        kind = next((tell for start, tell in kinds.items() if content.startswith(start)), None)
        kind = self.tell_video if content[4:8] == b"ftyp" else kind or self.tell_text
        if depth > DEEPEST:
            self.is_whole = False
            return
        try:
            kind(content, depth)
        except Exception:  # a library's own errors: what it read before is told
            self.is_whole = False

    def say(self, text):
        self.left -= len(text)
        if self.left < 0:
            raise TooMuch
        self.hand_on(text)

    def say_once(self, text):
        """The same names and marks stand in a file a thousand times."""
        text = " ".join(text.split())
        if len(text) > 2 and text not in self.said and any(map(str.isalnum, text)):
            if len(text) < 200:
                self.said.add(text)
            self.say(text)

    def tell_pdf(self, content, depth):
        from pypdf import PdfReader

        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            reader.decrypt("")
        self.tell_objects(reader, depth)
        has_words = False
        for page in reader.pages:
            text = page.extract_text()
            has_words = has_words or bool(text.strip())
            self.say(text)
        if not has_words:
            self.is_whole = False  # a scan: its letters are pictures

    def tell_objects(self, reader, depth):
        """Its facts, bookmarks, notes, forms, descriptions of pictures, files that are attached."""
        from pypdf.generic import IndirectObject

        numbers = {(number, kind) for kind, each in reader.xref.items() for number in each}
        numbers |= {(number, 0) for number in reader.xref_objStm}
        tops = [reader.trailer]
        for number, kind in sorted(numbers):
            try:
                tops.append(reader.get_object(IndirectObject(number, kind, reader)))
            except Exception:  # nothing leads there in most of such files
                continue
        for top in tops:
            for each in parts_of(top):
                if isinstance(each, str):
                    self.say_once(str(each))
                elif isinstance(each, bytes):
                    self.tell_runs(bytes(each))
                elif each.get("/Type") == "/EmbeddedFile":
                    self.tell(each.get_data(), depth + 1)
                elif "/Metadata" in each:
                    self.tell(each["/Metadata"].get_data(), depth + 1)

    def tell_archive(self, content, depth):
        """Office files are archives, too."""
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self.tell_runs(archive.comment)
            for entry in archive.infolist():
                self.say_once(entry.filename)
                self.tell_runs(entry.comment)
                try:
                    if entry.file_size > self.room:
                        raise TooMuch
                    self.room -= entry.file_size
                    part = archive.read(entry)
                except Exception:  # too large, locked, damaged, packed in a way unknown
                    self.is_whole = False
                    continue
                self.tell(part, depth + 1)

    def tell_picture(self, content, depth):
        """What stands beside the picture: photographer, place, keywords."""
        from PIL import Image

        with Image.open(io.BytesIO(content)) as image:
            image.load()  # some of it stands behind the picture
            beside = [image.info, dict(image.getexif()), getattr(image, "text", {})]
            beside += [dict(image.getexif().get_ifd(place)) for place in (0x8769, 0x8825)]
            beside += [each for _mark, each in getattr(image, "applist", ())]
        for each in parts_of(beside):
            if isinstance(each, bytes):
                self.tell_runs(each)
            elif isinstance(each, str):
                self.say_once(each)

    def tell_video(self, content, depth):
        """All but the pictures and the sound."""
        place = 0
        while place + 8 <= len(content):
            size, kind = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
            if size == 1:
                size = int.from_bytes(content[place + 8 : place + 16])
            size = size or len(content) - place
            if size < 8:
                break
            if kind != b"mdat":
                self.tell_runs(content[place : place + size])
            place += size

    def tell_text(self, content, depth):
        start = content[:4000].removeprefix(b"\xef\xbb\xbf").lstrip()
        if start.startswith(b"<") and b"<!ENTITY" not in content:
            try:
                return self.tell_xml(ElementTree.fromstring(content))
            except ElementTree.ParseError:
                pass  # HTML
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return self.say(content.decode("utf-16", "ignore"))
        if b"\0" in content:
            return self.tell_runs(content)
        try:
            self.say(content.decode())
        except UnicodeDecodeError:
            for code in FEW_LETTERS:
                self.say(content.decode(code, "ignore"))

    def tell_xml(self, root):
        for element in root.iter():
            if isinstance(element.tag, str) and element.tag.rpartition("}")[2] in PARAGRAPHS:
                self.say_once("".join(element.itertext()))
            for text in (element.text, element.tail, *element.attrib.values()):
                self.say_once(text or "")

    def tell_runs(self, content):
        if len(content) > LARGEST_RUN:
            self.is_whole, content = False, content[:LARGEST_RUN]
        for run in RUNS.findall(content):
            self.say_once(run.decode(errors="ignore"))
        for run in WIDE_RUNS.findall(content):
            self.say_once(run.decode("utf-16-le", "ignore"))


def parts_of(value):
    """Texts, bytes and dictionaries in a value, however deep."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str | bytes):
            yield each
        elif isinstance(each, dict):
            yield each
            waiting += [*each.keys(), *each.values()]
        elif isinstance(each, list | tuple):
            waiting += each


if __name__ == "__main__":
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    teller = Teller(lambda text: print(json.dumps(text), flush=True))
    teller.tell(sys.stdin.buffer.read())
    if teller.is_whole:
        print("true")
