"""An issue as a tagged PDF (PDF/UA-1), for paper and for those who have it read aloud.

Set by typst from news/pdf/issue.typ; the words are data there, never code. What was made is kept, one
file an issue and language, until the content is another.
"""

import hashlib
import json
import logging
import subprocess
import sys
from functools import cache
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override
from PIL import Image

from healthyboost.content.addresses import absolute, address_of
from healthyboost.content.dates import say_date
from healthyboost.content.gathering import gather
from healthyboost.content.languages import wording
from healthyboost.content.references import LINK, Targets, linked
from healthyboost.content.templatetags.content import language_name, public, say_language
from healthyboost.content.views import attached_to
from healthyboost.media.models import alternative_text

from .kept_pdfs import KeptPdf
from .newsletters import with_pages
from .pdf_blocks import blocks_of
from .readings import readable, with_facts

SHEET = Path(__file__).parent / "pdf"
LONGEST = 60  # seconds that setting a PDF may take
PIXELS = 1100  # the width of a picture: 150 mm at 180 dots an inch
LOCK = 4_861_711  # PostgreSQL's advisory lock of the process that sets a PDF: one at a time
log = logging.getLogger(__name__)


class NotMade(Exception):
    """The typesetter failed, and says why."""


@cache
def setter():
    """What the form of a PDF follows from, besides its content."""
    return (SHEET / "issue.typ").read_bytes() + version("typst").encode()


class Paper:
    """An issue in one language as the data that its PDF is made of.

    `data`: what issue.typ reads; `pictures`: {name of a file there: Picture}; `hash`: of all that.
    """

    def __init__(self, issue, language):
        self.issue, self.language, self.pictures, self.depth = issue, language, {}, 0
        with override(language):
            found = gather(items=issue.items.all(), pictures=attached_to(issue)["pictures"])
            items = with_pages(found["items"], issue)
            sections = with_facts(readable(items, language))
            shown = issue.in_language(language)
            self.targets = Targets(
                "".join([shown.body, *(item.reading.body for s in sections for item in s.items)])
            )
            self.data = {
                "title": shown.title,
                "lead": shown.summary,
                "language": language,
                "publisher": self.publisher(),
                "kicker": self.kicker(),
                "address": address_of(issue, language),
                "contents": _("In this issue"),
                "body": [
                    *(self.picture(each) for each in found["pictures"]),
                    *self.rich(shown.body),
                ],
                "entries": [entry for section in sections for entry in self.entries(section)],
            }
            self.data["body"] = [each for each in self.data["body"] if each]
        said = json.dumps([self.data, [each.sha256 for each in self.pictures.values()]])
        self.hash = hashlib.sha256(said.encode() + setter()).hexdigest()

    def publisher(self):
        publisher = public([self.issue.newsletter.publisher])
        return publisher[0].shown.title if publisher else "Healthy Boost"

    def kicker(self):
        issue = self.issue
        name = wording(issue.newsletter, "name", self.language)[0]
        date = say_date(issue.date, issue.date_precision)
        return " · ".join(filter(None, [name, issue.number, date]))

    def entries(self, section):
        if section.heading:
            reading = section.heading.reading
            heading = self.heading(1, [reading.title])
            yield {"is-section": True, "blocks": [self.marked(heading, reading.language)]}
        for item in section.items:
            blocks = list(self.blocks_of_item(item, 2 if section.heading else 1))
            yield {"is-section": False, "blocks": [each for each in blocks if each]}

    def blocks_of_item(self, item, level):
        reading = item.reading
        yield self.marked(self.heading(level, [reading.title]), reading.language)
        if facts := self.facts(item):
            yield {"tag": "facts", "of": [facts]}
        for line in item.said_sessions:
            yield {"tag": "p", "of": [{"tag": "strong", "of": [line]}]}
        if item.picture:
            yield self.picture(item.picture)
        if reading.is_rich:
            yield from (self.marked(each, reading.language) for each in self.rich(reading.body))
        elif reading.body:
            yield self.marked({"tag": "p", "of": [reading.body]}, reading.language)
        if item.file_languages:
            names = ", ".join(map(language_name, item.file_languages))
            yield {"tag": "p", "of": [_("Languages: %(languages)s") % {"languages": names}]}
        if reading.page:
            where = self.link(absolute(reading.page.get_absolute_url()), reading.title)
            yield {
                "tag": "p",
                "of": [_("On the portal:"), " ", self.marked(where, reading.language)],
            }
        if item.link_url:
            label, language = wording(item, "link_label", reading.language)
            link = self.link(item.link_url, label or item.link_url)
            yield {"tag": "p", "of": [self.marked(link, language if label else self.language)]}
        if item.contact and item.contact.is_shown:
            yield {"tag": "p", "of": self.contact(item.contact)}

    def facts(self, item):
        members = [each.shown.title for each in public(item.shown_members)]
        other = item.reading.language != self.language and say_language(item.reading.language)
        return " · ".join(filter(None, [capfirst(item.get_kind_display()), *members, other]))

    def contact(self, person):
        role = wording(person, "role", self.language)[0]
        said = ", ".join(filter(None, [person.name, role]))
        of = [f"{_('Contact')}: {said}"]
        if person.public_email:
            of += [", ", self.link(f"mailto:{person.public_email}", person.public_email)]
        return of

    def link(self, address, words):
        return {"tag": "a", "href": address, "of": [words]}

    def marked(self, node, language):
        return node if language == self.language else {**node, "lang": language}

    def heading(self, level, words, outlined=True):
        """No level is left out on the way down, whatever a text says: a PDF/UA must not."""
        self.depth = min(level, self.depth + 1)
        return {"tag": "heading", "level": self.depth, "outlined": outlined, "of": words}

    def rich(self, html):
        """The blocks of a rich text; an h2 is a heading of the first level, below the title."""
        html = LINK.sub(lambda link: linked(link, self.targets.page(link)), html)
        for node in blocks_of(html, self.picture_named, self.outside):
            if node["tag"][0] == "h" and node["tag"][1:].isdigit():
                yield self.heading(max(1, int(node["tag"][1:]) - 1), node["of"], outlined=False)
            else:
                yield without_headings(node)

    def outside(self, href):
        if href.startswith(("https:", "http:", "mailto:")):
            return href
        if href.startswith("/") and not href.startswith("//"):
            return absolute(href)
        return address_of(self.issue, self.language) + href if href.startswith("#") else ""

    def picture_named(self, name):
        picture = self.targets.pictures.get(name)
        return picture and self.picture(picture)

    def picture(self, picture):
        """The node of a picture; None where its file is no picture that can be shown."""
        name = f"picture-{picture.pk}.jpg"
        self.pictures[name] = picture
        alt, language = alternative_text(picture, self.language)
        caption, caption_language = wording(picture, "caption", self.language)
        credit = picture.credit and _("Picture: %(credit)s") % {"credit": picture.credit}
        node = {
            "tag": "picture",
            "of": [],
            "file": name,
            "alt": alt,
            "upright": picture.height > picture.width,
            "caption": " ".join(filter(None, [caption, credit])),
            "caption-lang": caption_language if caption else self.language,
        }
        return self.marked(node, language) if alt else node


def without_headings(node):
    """A heading inside a list, quotation or cell reads as a paragraph in bold."""
    if isinstance(node, str):
        return node
    of = [without_headings(each) for each in node["of"]]
    if node["tag"][0] == "h" and node["tag"][1:].isdigit():
        return {**node, "tag": "p", "of": [{"tag": "strong", "of": of}]}
    return {**node, "of": of}


def kept_pdf(paper):
    """The bytes of the PDF; made if what is kept is of other content. One is made at a time."""
    of_it = KeptPdf.objects.filter(issue=paper.issue, language=paper.language, made_of=paper.hash)
    if kept := of_it.first():
        return bytes(kept.content)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if kept := of_it.first():  # somebody else was faster
            return bytes(kept.content)
        files = {name: jpeg(picture) for name, picture in paper.pictures.items()}
        content = typeset(paper.data, files)
        KeptPdf.objects.update_or_create(
            issue=paper.issue,
            language=paper.language,
            defaults={"made_of": paper.hash, "content": content},
        )
    return content


def typeset(data, files):
    """The PDF of what issue.typ reads: `data`, and `files` as {name: bytes}."""
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        try:
            done = subprocess.run(
                [sys.executable, "-m", "news.typesetting", folder],
                input=json.dumps(data).encode(),
                capture_output=True,
                cwd=settings.BASE_DIR,
                timeout=LONGEST,
            )
        except subprocess.TimeoutExpired as error:
            raise NotMade(f"{data['address']}: not set within {LONGEST} seconds") from error
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode:
        raise NotMade(f"{data['address']}: {said[-500:]}")
    if said:
        log.warning("PDF of %s is no PDF/UA: %s", data["address"], said)
    return done.stdout


def jpeg(picture):
    """The picture in the form that every typesetter reads; grey where its file is lost or broken."""
    fitting = [each for each in picture.renditions if each["width"] <= PIXELS]
    name = (fitting or picture.renditions or [{"webp": picture.file.name}])[-1]["webp"]
    try:
        with default_storage.open(name) as stream, Image.open(stream) as image:
            image = image.convert("RGBA")
    except OSError:
        log.warning("Picture %s cannot be read", picture.name)
        image = Image.new("RGBA", (max(1, picture.width or 1), max(1, picture.height or 1)), "#ddd")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    paper.thumbnail((PIXELS, 2 * PIXELS))
    file = BytesIO()
    paper.save(file, "JPEG", quality=82, optimize=True)
    return file.getvalue()
