"""A text with marks as runs of letters in one look, as a document holds it; and back."""

import re
from dataclasses import dataclass
from html import escape, unescape

TAG = re.compile(r"(<[^<>]*>)")
BLOCK = re.compile(r"</?(?:p|h[2-4]|ul|ol|li|blockquote|table|tbody|tr|td|th)\b")
ATTRIBUTE = re.compile(r'(href|title)="([^"]*)"')


@dataclass
class Run:
    """A piece of text in one look; "\\n" is a line break."""

    text: str
    is_bold: bool = False
    is_italic: bool = False
    link: tuple = ()  # (address, title)

    @property
    def look(self):
        return self.is_bold, self.is_italic, self.link


def paragraphs_of(html):
    """[[Run]] of a cleaned text: one list a paragraph."""
    found, bold, italic, links = [[]], 0, 0, []
    for piece in TAG.split(html):
        if not piece.startswith("<"):
            if piece:
                text = unescape(piece)
                found[-1].append(Run(text, bold > 0, italic > 0, links[-1] if links else ()))
            continue
        step = -1 if piece.startswith("</") else 1
        name = re.match(r"</?(\w*)", piece)[1]
        if name == "strong":
            bold += step
        elif name == "em":
            italic += step
        elif name == "a" and step > 0:
            about = dict(ATTRIBUTE.findall(piece))
            links.append((unescape(about.get("href", "")), unescape(about.get("title", ""))))
        elif name == "a" and links:
            links.pop()
        elif name == "br":
            found[-1].append(Run("\n", bold > 0, italic > 0, links[-1] if links else ()))
        elif BLOCK.match(piece) and found[-1]:
            found.append([])
    return [runs for runs in found if runs] or [[]]


def html_of(paragraphs):
    """The text again; a single paragraph without its mark."""
    texts = [text for runs in paragraphs if (text := html_of_runs(runs)).strip()]
    return texts[0] if len(texts) == 1 else "".join(f"<p>{text}</p>" for text in texts)


def html_of_runs(runs):
    joined = []
    for run in runs:
        if joined and joined[-1].look == run.look:
            joined[-1] = Run(joined[-1].text + run.text, *run.look)
        else:
            joined.append(run)
    pieces, place = [], 0
    while place < len(joined):
        link = joined[place].link
        inside = []
        while place < len(joined) and joined[place].link == link:
            inside.append(html_of_run(joined[place]))
            place += 1
        pieces.append(linked("".join(inside), link) if link else "".join(inside))
    return "".join(pieces)


def html_of_run(run):
    text = escape(run.text, quote=False).replace("\n", "<br>")
    if run.is_italic:
        text = f"<em>{text}</em>"
    return f"<strong>{text}</strong>" if run.is_bold else text


def linked(text, link):
    address, title = link
    about = f" title={quoted(title)}" if title else ""
    return f"<a href={quoted(address)}{about}>{text}</a>"


def quoted(text):
    return f'"{escape(text)}"'


def reduced(html):
    """`html` as it is after it went through a document."""
    return html_of(paragraphs_of(html))
