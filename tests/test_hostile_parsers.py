"""Whatever is typed, pasted or brought in a file: read in time, or refused in a sentence; never a crash.

The sentences are not looked at here: what counts is that no other error than the documented one comes,
and that what is kept says nothing which a browser would run.
"""

import gzip
import io
import re
import time
import zipfile
from html.parser import HTMLParser

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from healthyboost.api.cursors import read_cursor
from healthyboost.content.pasting import removed
from healthyboost.content.richtext import clean
from healthyboost.editing.slugs import make_slug
from healthyboost.glossary.table import Unreadable as NoGlossary
from healthyboost.glossary.table import read as read_terms
from healthyboost.interchange.documents import Faults
from healthyboost.interchange.reading import read_folder
from healthyboost.pagecache.entries import best_of
from healthyboost.redirects.addresses import key_of, key_typed, target_typed
from healthyboost.redirects.forms import PastedListForm
from healthyboost.redirects.models import Redirect
from healthyboost.search.asking import read as read_question
from healthyboost.search.finding import find
from healthyboost.translation.exchange.formats import read as read_texts
from healthyboost.translation.exchange.lines import Unreadable
from news.importing import flattening
from news.importing.people import KnownOrganisations
from news.importing.splitting import split

pytestmark = [pytest.mark.django_db, pytest.mark.long]

SLOW = 2.0  # seconds for a text of some kilobytes, on a machine that does other things, too


def examples(number):
    return settings(
        max_examples=number,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


# Texts that mean harm

TRICKS = [
    "\0", "\u202e", "\u200b", "\u200d", "\ufeff", "\u2028", "\x1b", "\x7f", "\x85", "\ud800", "\udfff",
    "a\u0301", "\u0301" * 50, "é", "e\u0301", "👩‍👩‍👧‍👦", "🇱🇻", "ﬀ", "İ", "ı", "ß", "ẞ", "ſ", "К", "а",
    "Ω", "½", "٣", "Ⅷ", "\U0001d400", "\U000e0041", "\uffff", "\N{NO-BREAK SPACE}", "\u3000", "\xad",
]  # fmt: skip
NAMES = [
    "p", "P", "a", "img", "div", "span", "b", "i", "ul", "ol", "li", "table", "tr", "td", "h1", "h2", "br",
    "script", "style", "iframe", "svg", "math", "mtext", "mglyph", "object", "embed", "form", "input",
    "template", "noscript", "textarea", "title", "xmp", "plaintext", "base", "meta", "link", "video", "o:p",
    "blockquote", "font", "select", "option", "frameset", "details", "foreignObject", "annotation-xml",
]  # fmt: skip
SCHEMES = [
    "javascript:x()", "JaVaScRiPt:x()", "java\tscript:x()", " javascript:x()", "\x01javascript:x()",
    "&#106;avascript:x()", "javascript&colon;x()", "data:text/html,<script>x()</script>", "vbscript:x",
    "https://e.example/?utm_source=a", "//e.example", "mailto:a@e.example", "portal:articles/walk",
    "portal:../../x", "www.e.example", "http://[", "file:///etc/passwd", "blob:x", "feed:javascript:x()",
    "/en/news/", "#a", "?q=1", "", "\\\\e.example\\x", "https://a@b:c@d/%00", "tel:+1", "cid:1",
]  # fmt: skip
ATTRIBUTES = [
    "href", "src", "style", "class", "onclick", "onerror", "OnLoad", "srcset", "formaction", "xlink:href",
    "action", "id", "name", "data-picture", "target", "title", "colspan", "rowspan", "start", "background",
    "srcdoc", "is", "slot", "dir", "lang", "/onmouseover", "'onfocus", "on click",
]  # fmt: skip
VALUES = [*SCHEMES, "expression(x())", "url(javascript:x())", "font-weight:bold", "x", "99999999", "-1",
          "mso-list:l0 level1 lfo1", "><script>x()</script>", "`", "a b", "1e9"]  # fmt: skip
OPENED = [
    "<", "</", "<!--", "-->", "--!>", "<![CDATA[", "]]>", "<!doctype html>", "<?xml?>", "&", "&lt;", "&#0;",
    "&#x110000;", "&#60;script&#62;", "<script", "</script", "<style>", "</p", "<a href=", '"', "'", ">",
    "{{ 7*7 }}", "{% load x %}", "%(x)s", "<!--[if mso]>", "<p><p>", "</div>",
]  # fmt: skip

odd_text = st.one_of(
    st.sampled_from(TRICKS),
    st.text(max_size=12),
    st.characters(codec=None).map(lambda sign: sign * 3),
    st.sampled_from(["sauna", "12.5.2024", " ", "\n", "\t", "-", "veselība", "города"]),
)


@st.composite
def tags(draw):
    attributes = draw(
        st.lists(st.tuples(st.sampled_from(ATTRIBUTES), st.sampled_from(VALUES)), max_size=3)
    )
    sign = draw(st.sampled_from(['"', "'", "", "`"]))
    said = "".join(f" {name}={sign}{value}{sign}" for name, value in attributes)
    slash = draw(st.sampled_from(["", "", "/"]))
    return (
        f"<{slash}{draw(st.sampled_from(NAMES))}{said}{draw(st.sampled_from(['>', '>', '/>', '']))}"
    )


odd_html = st.lists(
    st.one_of(tags(), tags(), odd_text, st.sampled_from(OPENED), st.sampled_from(SCHEMES)),
    max_size=25,
).map("".join)
odd_line = st.lists(st.one_of(odd_text, st.sampled_from(SCHEMES + OPENED)), max_size=12).map(
    "".join
)


class Elements(HTMLParser):
    """(name, attributes) of what a lenient reader finds in a text."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)
        self.close()

    def handle_starttag(self, name, attributes):
        self.found.append((name, dict(attributes)))


KEPT = {
    "p": set(), "h2": set(), "h3": set(), "h4": set(), "ul": set(), "ol": {"start", "type", "data-type"},
    "li": set(), "br": set(),
    "strong": set(), "em": set(), "blockquote": set(), "table": set(), "tbody": set(), "tr": set(),
    "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "a": {"href", "title", "rel"},
    "img": {"data-picture"},
}  # fmt: skip
HARMLESS_ADDRESS = re.compile(r"(?:https?:|mailto:|portal:[a-z]+/[-\w#]+$|[^:]*(?:$|[/?#]))", re.I)


def assert_harmless(html):
    for name, attributes in Elements(html).found:
        assert name in KEPT, (name, html)
        assert attributes.keys() <= KEPT[name] | {"title", "lang"}, (name, attributes, html)
        if address := attributes.get("href"):
            assert HARMLESS_ADDRESS.match(re.sub(r"[\x00-\x20]", "", address)), address
    assert "<!" not in html and "<?" not in html


# Rich text


@examples(1500)
@given(odd_html)
def test_a_cleaned_text_holds_nothing_that_runs_and_is_not_changed_by_cleaning_again(html):
    cleaned = clean(html)
    assert_harmless(cleaned)
    assert clean(cleaned) == cleaned


@examples(300)
@given(odd_html)
def test_what_was_taken_away_from_a_pasted_text_is_said(html):
    html = html.encode("utf-8", "replace").decode()  # as a request brings it
    assert all(str(line).strip() for line in removed(html, clean(html)))


@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 100_000,
        "<p>" * 100_000,
        "<ul><li>" * 50_000,
        "<a href=x>" * 50_000,
        "<b><i>" * 50_000,
        "<table><tr><td>" * 30_000,
        "<" * 200_000,
        "&" * 200_000,
        "<!--" * 100_000,
        "<p " + "a=b " * 100_000 + ">",
        "<p style='" + "x:y;" * 100_000 + "'>",
        "<p style='mso-list:l0 level1'>" * 20_000,
        "<p>" + " " * 500_000 + "</p>",
        "<p>" + "a\u0301" * 200_000 + "</p>",
        "<p><img data-picture=a></p>" * 20_000,
        "<svg><math>" * 30_000,
        '<a title="' + "<a>" * 50_000,
        "\u200b" * 300_000,
    ],
    ids=lambda bomb: bomb[:12],
)
def test_a_bomb_of_html_is_cleaned_in_time(bomb):
    start = time.process_time()
    cleaned = clean(bomb)
    assert time.process_time() - start < 15
    assert_harmless(cleaned[:20_000].rpartition("<")[0])


# Files


def archive(entries):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in entries:
            written.writestr(name, content)
    return file.getvalue()


XML = [
    '<?xml version="1.0"?>', '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>', "&b;", "&a;",
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', '<xliff version="1.2">', '<xliff version="2.0"',
    ' xmlns="urn:oasis:names:tc:xliff:document:1.2">', "<file>", "<body>", "<unit id='1'>", "<trans-unit>",
    "<source>", "</source>", "<target>", "</target>", "</trans-unit>", "</xliff>", "<g id='1'>", "</g>",
    '<file original="portal" source-language="en" target-language="lv">', "<segment>", "<notes>", "\0",
    '<?xml version="1.0" encoding="utf-16"?>', '<?xml version="1.0" encoding="zlib"?>', "<![CDATA[x]]>",
]  # fmt: skip
PO = [
    'msgid ""\n', 'msgstr ""\n', 'msgid "a"\n', 'msgstr "b"\n', 'msgstr[0] "c"\n', 'msgstr[99] "c"\n',
    'msgctxt "x"\n', 'msgid_plural "y"\n', '"Content-Type: text/plain; charset=zlib\\n"\n', "#: a:1\n",
    '"Language: lv\\n"\n', '"Plural-Forms: nplurals=9999999; plural=n;\\n"\n', '#~ msgid "x"\n', "#| x\n",
    '#, fuzzy\n', '"\\', '"\\x', "\\n",
]  # fmt: skip
TABLE = [
    "<html lang=lv>", "<table>", "<tr>", "<td>", "</td>", "</tr>", "</table>", "<th>", "<td data-key=1>",
    '<meta charset="zlib">', "<meta name='portal' content='x'>",
]  # fmt: skip

odd_files = st.one_of(
    st.binary(max_size=200),
    *(
        st.lists(st.one_of(st.sampled_from(pieces), odd_text), max_size=15).map(
            lambda parts: "".join(parts).encode("utf-8", "surrogatepass")
        )
        for pieces in (XML, PO, TABLE)
    ),
    st.lists(
        st.tuples(
            st.sampled_from(
                ["word/document.xml", "[Content_Types].xml", "word/_rels/document.xml.rels", "../x"]
            ),
            st.lists(st.sampled_from(XML + ["<w:document>", "<w:tbl>", "<w:tr>"]), max_size=8).map(
                "".join
            ),
        ),
        max_size=3,
        unique_by=lambda entry: entry[0],
    ).map(archive),
)


@examples(700)
@given(odd_files)
def test_a_file_from_a_translator_is_read_or_refused_in_a_sentence(data):
    try:
        parcel = read_texts(data)
    except Unreadable as error:
        assert str(error).strip()
    else:
        assert parcel is not None


def laughs(depth=30):
    """A billion laughs: each entity says ten of the one before."""
    entities = '<!ENTITY l0 "lol">' + "".join(
        f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, depth)
    )
    return f'<!DOCTYPE x [{entities}]><xliff version="1.2">&l{depth - 1};</xliff>'.encode()


def zip_bomb(name="word/document.xml", megabytes=300):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        with written.open(name, "w", force_zip64=True) as entry:
            for _each in range(megabytes):
                entry.write(b"<w:p>" * 200_000)
    return file.getvalue()


@pytest.mark.parametrize(
    "bomb",
    [
        laughs(),
        b'<xliff version="1.2">' + b"<g>" * 100_000,
        b"<table>" * 100_000,
        b"<table><tr><td>" * 50_000,
        zip_bomb(),
        b'msgid "' + b"\\n" * 200_000 + b'"\nmsgstr ""\n',
        b'msgid "a"\nmsgstr "' + b"<b>" * 100_000 + b'"\n',
        gzip.compress(bytes(50_000_000)),
    ],
    ids=["laughs", "deep xliff", "tables", "cells", "zip", "po lines", "po marks", "gzip"],
)
def test_a_bomb_from_a_translator_is_refused_or_read_in_time(bomb):
    start = time.process_time()
    try:
        read_texts(bomb)
    except Unreadable as error:
        assert str(error).strip()
    assert time.process_time() - start < 10


YAML = [
    "title:\n", "  en: ", "slug: ", "body:\n", "date: ", "2024-01-01", "9999-99-99", "- ", "? ", "&a ", "*a",
    "<<: *a\n", "!!python/object:os.system x", "!!binary x", "!!set {a}", "[", "]", "{", "}", "|\n", ">\n",
    "# x\n", "---\n", "...\n", "%YAML 9.9\n", "%TAG ! tag:x:\n", "'", '"', "\\", ": ", "\t", "\n", "~",
    "0x", ".inf", ".nan", "1_0", "0o7", "99999999999999999999", "!<x> ", "@", "`", "themes: [a]\n", "en: x\n",
]  # fmt: skip


@examples(500)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(st.one_of(st.sampled_from(YAML), odd_text), max_size=20).map(
            lambda parts: "".join(parts).encode("utf-8", "surrogatepass")
        ),
    )
)
def test_a_yaml_file_is_read_or_its_faults_are_named(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp() / "odd"
    (folder / "articles").mkdir(parents=True, exist_ok=True)
    (folder / "articles" / "a.yaml").write_bytes(data)
    read_folder(folder, faults := Faults())
    assert all(line.startswith("articles/a.yaml:") for line in faults)


@pytest.mark.parametrize(
    "bomb",
    [
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(
            f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n"
            for n in range(9)
        ),
        "[" * 100_000,
        "{" * 100_000,
        "- " * 100_000,
        "a:\n" + "".join(" " * n + "a:\n" for n in range(1, 1500)),
        "&a [*a]",
        "title: " + "'" * 1_900_000,
        "? " * 50_000,
        "a: !!python/object/apply:os.system ['true']",
        "<<: " * 50_000,
        "date: " + "9" * 1_000_000,
        "title: {en: " + "x" * 1_900_000 + "}",
    ],
    ids=lambda bomb: bomb[:12],
)
def test_a_bomb_of_yaml_is_refused_in_time(bomb, tmp_path):
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.yaml").write_text(bomb)
    start = time.process_time()
    read_folder(tmp_path, faults := Faults())
    assert time.process_time() - start < 15
    assert all(len(line) < 2000 for line in faults)


@examples(500)
@given(odd_html, st.sampled_from(["en", "lv", "fi", "sv", "ru"]))
def test_an_old_newsletter_is_taken_apart_or_refused_in_a_sentence(html, language):
    data = html.encode("utf-8", "surrogatepass")
    try:
        found = split(flattening.decoded(data), language, KnownOrganisations(), None, "", "")
    except flattening.Unreadable as error:
        assert str(error).strip()
        return
    for row in found.rows:
        assert_harmless(clean(row.body))


@examples(300)
@given(
    st.lists(st.one_of(odd_line, st.sampled_from([",", ";", '"', "\n", "term", "en"])), max_size=20)
)
def test_a_table_of_terms_is_read_or_refused_in_a_sentence(parts):
    text = "".join(parts).encode("utf-8", "replace").decode()
    try:
        read_terms(io.StringIO(text))
    except NoGlossary as error:
        assert all(str(each).strip() for each in error.args)


# Lines


@examples(1000)
@given(odd_line)
def test_a_query_becomes_a_question_that_the_database_understands(text):
    question = read_question(text)
    for code in ("en", "lv", "ru"):
        assert "\0" not in question.of(code)


@examples(150)
@given(odd_line)
def test_a_search_for_anything_is_answered(text):
    question = read_question(text.encode("utf-8", "replace").decode())
    if not question.is_empty:
        find(question, "en")


@examples(1000)
@given(odd_line)
def test_an_address_that_is_typed_is_understood_or_refused(text):
    try:
        key = key_typed(text)
    except ValidationError as error:
        assert error.messages
    else:
        assert key.startswith("/") and not key.startswith("//")
        assert key_of(*(key.split("?", 1) + [""])[:2]) == key or len(key) > 300


@examples(300)
@given(odd_line)
def test_a_redirect_never_leads_to_another_host(text):
    try:
        target = target_typed(text)
    except ValidationError as error:
        assert error.messages
    else:
        assert re.match(r"(?:portal:[a-z]+/|/(?![/\\]))", target), target


@examples(150)
@given(st.lists(odd_line, max_size=8))
def test_a_pasted_list_of_redirects_is_stored_or_each_line_is_named(lines):
    form = PastedListForm({"lines": "\n".join(lines)})
    if form.is_valid():
        before = Redirect.objects.count()
        try:
            form.save()
        except ValidationError as error:
            assert error.messages and Redirect.objects.count() == before


@examples(1500)
@given(odd_line)
def test_a_slug_is_made_of_plain_letters_whatever_the_title_is(text):
    slug = make_slug(text)
    assert re.fullmatch(r"[-_a-z0-9]{0,112}", slug)
    assert make_slug(slug) == slug


@examples(500)
@given(odd_line)
def test_a_cursor_of_somebody_elses_is_refused(text):
    try:
        read_cursor(text)
    except ValueError as error:
        assert str(error)


@examples(500)
@given(
    st.lists(
        st.sampled_from(["br", "gzip", "*", ";q=0", ";q=", ",", " ", ";", "q=1", "\xff", "=" * 9])
    )
)
def test_an_accepted_encoding_is_one_that_there_is(pieces):
    assert best_of("".join(pieces)) in ("br", "gzip", "")
