"""The PDF of a whole issue, as a program that reads it aloud needs it (PDF/UA-1)."""

import re
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject

from healthyboost.content.languages import language_codes
from materials.models import Material
from news.models import Event

from . import pdf_accessibility
from .factories import make, make_article, make_organisation, make_picture
from .test_newsletters import make_issue, own, pdf_of

pytestmark = [pytest.mark.long, pytest.mark.django_db]
TEXTS = {
    "en": ("Walking together", "All along the shore"),
    "lv": ("Kopā ejam šķērsām", "Gar visu jūras krastu, ļoti ņipri"),
    "fi": ("Yhdessä kävellen", "Pitkin rantaa, hyvää äänekkäästi"),
    "sv": ("Gå tillsammans", "Längs hela stranden, på väg"),
    "ru": ("Идём вместе", "Вдоль всего берега: ёлки, объезд"),
}
BODY = """<p>{0}: <strong>{0}</strong>, <em>{0}</em>, <a href="https://example.org/{1}">{0}</a>.</p>
<h2>{0}</h2><ul><li>{0}</li><li><p>{0}</p><ol><li>{0}</li></ol></li></ul>
<blockquote><p>{0}</p></blockquote>
<table><tr><th>{0}</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>"""


@pytest.fixture
def issue():
    """All that an issue can hold; every second item in one language alone."""
    event = make(Event, languages=language_codes())
    event.sessions.create(start_date="2024-05-29", start_time="10:00")
    items = []
    for number, (code, (title, text)) in enumerate(TEXTS.items()):
        items.append(
            {
                f"title_{code}": title,
                f"body_{code}": BODY.format(text, code),
                "picture": make_picture(**{f"alt_{code}": text}),
                "members": [make_organisation(languages=language_codes())],
                "link_url": f"https://example.org/{number}",
            }
        )
    return make_issue(
        own("Before all"),
        "Part",
        *items,
        {"event": event},
        {"article": make_article(languages=["lv"])},
        {"material": make(Material, languages=language_codes())},
        languages=language_codes(),
    )


@pytest.mark.parametrize("language", language_codes())
def test_whoever_has_the_pdf_read_aloud_hears_all_of_it_in_its_order(client, issue, language):
    pdf = pdf_of(client, issue, language)
    title = issue.in_language(language).title
    assert pdf_accessibility.faults_of(pdf, language, title) == []
    heard = pdf_accessibility.words_in_order(pdf)
    places = [heard.index(title) for title, _text in TEXTS.values()]
    assert places == sorted(places)


def without(pdf, spoil):
    """The PDF after `spoil(root, elements)`."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
    root = writer._root_object
    spoil(root, list(pdf_accessibility.elements_below(root["/StructTreeRoot"])))
    spoiled = BytesIO()
    writer.write(spoiled)
    return spoiled.getvalue()


def first(elements, tag):
    return next(each for each in elements if each["/S"] == tag)


@pytest.mark.parametrize(
    "spoil, fault",
    [
        (lambda root, tags: root.pop("/StructTreeRoot"), "it has no tags"),
        (lambda root, tags: root.pop("/MarkInfo"), "does not say that it is tagged"),
        (lambda root, tags: root.pop("/Metadata"), "does not claim PDF/UA"),
        (lambda root, tags: root.pop("/ViewerPreferences"), "the name of its file"),
        (
            lambda root, tags: root.update({NameObject("/Lang"): TextStringObject("de")}),
            "its language is de",
        ),
        (lambda root, tags: first(tags, "/Figure").pop("/Alt"), "no alternative text"),
        (
            lambda root, tags: first(tags, "/H2").update({NameObject("/S"): NameObject("/H4")}),
            "a heading of level 4 follows one of level 1",
        ),
        (
            lambda root, tags: [
                each.update({NameObject("/S"): NameObject("/TD")})
                for each in tags
                if each["/S"] == "/TH"
            ],
            "a table has no headings",
        ),
    ],
)
def test_the_check_finds_what_is_wrong(client, issue, spoil, fault):
    pdf = without(pdf_of(client, issue, "en"), spoil)
    title = issue.in_language("en").title
    faults = pdf_accessibility.faults_of(pdf, "en", title)
    assert any(re.search(fault, each) for each in faults), faults
