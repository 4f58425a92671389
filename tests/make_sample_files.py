# /// script
# requires-python = ">=3.12"
# dependencies = ["typst==0.15.2", "python-docx==1.2.0", "pyyaml~=6.0"]
# ///
"""Make the documents of the sample materials: `uv run tests/make_sample_files.py`.

Each file version in healthyboost/sample/materials becomes a small tagged PDF (PDF/UA-1) or DOCX in
its own language, made of what the material's page says of it. The same texts give the same bytes.
"""

import io
import json
import zipfile
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import docx
import typst
import yaml
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

MATERIALS = Path(__file__).resolve().parent.parent / "healthyboost" / "sample" / "materials"
LONG_AGO = datetime(2021, 12, 1)  # instead of the time of making, which would change the bytes

NOT_THE_ORIGINAL = {
    "en": "This is a sample file of the portal: a short summary of the document, not the original.",
    "lv": "Šī ir portāla parauga datne: īss dokumenta kopsavilkums, nevis oriģināls.",
    "fi": "Tämä on portaalin mallitiedosto: asiakirjan lyhyt tiivistelmä, ei alkuperäinen.",
    "sv": "Detta är en exempelfil i portalen: en kort sammanfattning, inte originaldokumentet.",
    "ru": "Это пример файла для портала: краткое изложение документа, а не оригинал.",
}

PDF = """
#let page-text = json(bytes(sys.inputs.text))
#set document(title: page-text.title, author: "Healthy Boost", date: none)
#set page(paper: "a4", margin: 28mm, numbering: "1")
#set text(lang: page-text.language, font: "Libertinus Serif", size: 12pt)
#set par(leading: 0.8em, spacing: 1.3em)
#show title: set text(size: 20pt)
#show heading: set block(above: 1.8em, below: 1em)
#title()
#for (kind, words) in page-text.blocks {
  if kind == "h2" { heading(level: 1, words.first()) }
  if kind == "p" { par(words.first()) }
  if kind == "ul" { list(..words) }
  if kind == "ol" { enum(..words) }
}
"""


class Blocks(HTMLParser):
    """The blocks of a rich text: (h2, p, ul or ol; its text, or its items)."""

    def __init__(self, html):
        super().__init__()
        self.blocks = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag in ("h2", "p"):
            self.blocks.append((tag, [""]))
        if tag in ("ul", "ol"):
            self.blocks.append((tag, []))
        if tag == "li":
            self.blocks[-1][1].append("")

    def handle_data(self, data):
        if data.strip("\n"):
            self.blocks[-1][1][-1] += data


def document_of(material, version):
    """Title, language and blocks of one file version."""
    language = version["language"]
    text = material[language]
    blocks = [
        ("p", [text["summary"]]),
        *Blocks(text["body"]).blocks,
        ("p", [NOT_THE_ORIGINAL[language]]),
    ]
    if note := version.get("partial_note"):
        blocks.append(("p", [note]))
    return {"title": version["title"], "language": language, "blocks": blocks}


def pdf(document):
    return typst.compile(
        PDF.encode(),
        sys_inputs={"text": json.dumps(document)},
        pdf_standards="ua-1",
        ignore_system_fonts=True,
    )


def word(document):
    paper = docx.Document()
    about = paper.core_properties
    about.title, about.language = document["title"], document["language"]
    about.author, about.comments = "Healthy Boost", ""
    about.created = about.modified = LONG_AGO
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), document["language"])
    paper.styles["Normal"].element.get_or_add_rPr().append(language)
    paper.add_heading(document["title"], 1)
    for kind, words in document["blocks"]:
        if kind == "h2":
            paper.add_heading(words[0], 2)
        style = {"p": None, "ul": "List Bullet", "ol": "List Number"}.get(kind)
        for paragraph in words if kind != "h2" else []:
            paper.add_paragraph(paragraph, style)
    stream = io.BytesIO()
    paper.save(stream)
    return without_times(stream)


def without_times(archive):
    """The same zip archive with one fixed date on every member."""
    stream = io.BytesIO()
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(stream, "w") as new:
        for member in old.infolist():
            fixed = zipfile.ZipInfo(member.filename, LONG_AGO.timetuple()[:6])
            new.writestr(fixed, old.read(member), zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def main():
    for path in sorted(MATERIALS.glob("*.yaml")):
        material = yaml.safe_load(path.read_text())
        for version in material.get("versions", []):
            if name := version.get("file"):
                make = pdf if name.endswith(".pdf") else word
                made = make(document_of(material, version))
                (MATERIALS / name).write_bytes(made)
                print(name, len(made), "bytes")


if __name__ == "__main__":
    main()
