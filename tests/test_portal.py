"""Every page that the front pages lead to: it is there, hides what is not public, and says the truth
about its language: in its words, links, dates and amounts."""

import json
import re
from datetime import date, datetime
from functools import cache
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from django.conf import settings
from django.utils.translation import override
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from healthyboost.content.addresses import absolute
from healthyboost.content.dates import say_date
from healthyboost.content.languages import KNOWN_LANGUAGES, language_codes

from .hreflang import faults_of
from .page_text import read
from .portal_crawl import SENTINEL, pages
from .test_linked_data import BLOCK, every_node, graph_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def read_pages(site):
    """{path: what the page says}."""
    return {path: read(answer.text) for path, answer in pages(site).items()}


@pytest.fixture(scope="module")
def blocks(read_pages):
    """{block of text: path of a page that shows it}."""
    return {block: path for path, page in read_pages.items() for block in page.blocks}


# What a visitor can reach


def test_crawl_reaches_the_whole_portal(site):
    assert len(pages(site)) > 100 * len(language_codes())


def test_every_internal_link_leads_to_something(site):
    assert {path: r.status_code for path, r in site.items() if r.status_code != 200} == {}


def test_no_page_fetches_a_row_piece_by_piece(site):
    """Lists fetch the texts of the reader's language alone, where a row has them."""
    assert {path: answer.late for path, answer in site.items() if answer.late} == {}


def test_every_page_is_in_the_language_of_its_address(site):
    wrong = [
        path
        for path, answer in pages(site).items()
        if f'<html lang="{path.split("/")[1]}">' not in answer.text
    ]
    assert wrong == []


def test_every_page_has_one_heading_of_the_first_level(site):
    assert [path for path, answer in pages(site).items() if answer.text.count("<h1") != 1] == []


def test_unpublished_things_are_in_no_answer(site):
    assert [path for path, answer in pages(site).items() if SENTINEL in answer.text] == []
    assert [path for path in site if SENTINEL in path] == []


def test_unpublished_pictures_and_files_cannot_be_had(portal):
    assert portal.hidden_files
    assert {answer.status_code for answer in portal.hidden_files.values()} == {404}


def test_ids_of_a_page_are_unique(site):
    for path, answer in pages(site).items():
        ids = re.findall(r'\sid="([^"]+)"', answer.text)
        assert sorted(ids) == sorted(set(ids)), path


def test_readers_get_no_cookie_anywhere(site):
    assert [path for path, answer in site.items() if answer.cookies] == []


# Language

ADDRESS = re.compile(r"https?://\S+|\S+@\S+")
# Names have no language: words with a capital letter or a figure, short titles in quotation marks,
# what stands in brackets.
NAME = re.compile(r"[“”„«\"][^“”„«»\"]{1,50}[”“»\"]|\([^)]*\)|\b[A-ZÀ-ÞĀ-ŽА-ЯЁ][\w’'-]*|\S*\d\S*")
WORD = re.compile(r"[^\W\d_]+")


@cache
def detector():
    model = LanguageIdentifier.from_model_file(MODEL_FILE)
    model.set_languages([code for code in KNOWN_LANGUAGES if code not in ("mul", "zxx")])
    return model


@cache
def language_of(text):
    return detector().classify(text)[0]


def is_in_another_language(block):
    """Eight words or more that are in another language, with their names and without."""
    text = ADDRESS.sub(" ", block.text)
    without_names = NAME.sub(" ", text)
    return (
        len(WORD.findall(text)) >= 8
        and len(WORD.findall(without_names)) >= 4
        and language_of(text) != block.language
        and language_of(without_names) != block.language
    )


def foreign_blocks(html):
    return [block.text for block in read(html).blocks if is_in_another_language(block)]


def test_every_text_is_in_the_language_that_it_claims(blocks):
    assert {b: path for b, path in blocks.items() if is_in_another_language(b)} == {}


FINNISH = "Kaupunki teki työtä asukkaiden ja oman henkilöstönsä kanssa koko kevään ajan."
PAGE = """<!DOCTYPE html><html lang="en"><head><title>Two benches</title></head><body>
<p>The city worked with residents and its own staff during the whole spring.</p>
<ul><li>The campaign Tykkää turkulaisesta! was run by the parish and an association.</li></ul>
%s</body></html>"""


@pytest.mark.parametrize(
    "fault",
    [
        f"<p>{FINNISH}</p>",
        f"<ul><li>One thing<ul><li>{FINNISH}</li></ul></li></ul>",
        f"<div>{FINNISH}</div>",
        f'<p lang="sv">{FINNISH}</p>',
        f"<table><tr><td>{FINNISH}</td></tr></table>",
        f"<blockquote>“{FINNISH}”</blockquote>",
        f"<p>Read this: <em>{FINNISH}</em></p>",
        f'<img src="bench.png" alt="{FINNISH}">',
        f'<nav aria-label="{FINNISH}"></nav>',
        f'<meta property="og:description" content="{FINNISH}">',
    ],
)
def test_a_planted_sentence_in_finnish_is_found(fault):
    (found,) = foreign_blocks(PAGE % fault)
    assert FINNISH in found


def test_a_sentence_that_claims_its_own_language_is_left_alone():
    page = PAGE % f'<p lang="fi">{FINNISH}</p><p>So they said: <q lang="fi">{FINNISH}</q></p>'
    assert foreign_blocks(page) == []


@pytest.mark.parametrize("claimed", ["lv", "fi", "sv", "ru"])
def test_a_real_page_that_claims_another_language_is_found(site, claimed):
    html = site["/en/pilots/turku/"].text
    assert foreign_blocks(html) == []
    assert len(foreign_blocks(html.replace('<html lang="en"', f'<html lang="{claimed}"'))) > 10


def test_a_real_page_in_fallback_that_loses_its_mark_is_found(site, read_pages):
    path, html = next(
        (path, answer.text)
        for path, answer in pages(site).items()
        if path.startswith("/fi/news/") and '<div class="matter prose" lang="en">' in answer.text
    )
    assert foreign_blocks(html) == []
    unmarked = html.replace('<div class="matter prose" lang="en">', '<div class="matter prose">')
    assert foreign_blocks(unmarked) != [], path


# Links

# "here", "click here", "this link", "read more here": words that say nothing of where they lead
BARE = {
    "en": "here|click here|read here|read more here|see here|this link|this page|link",
    "lv": "šeit|te|spied šeit|spiediet šeit|lasi šeit|lasiet šeit|šī saite|šajā saitē|saite",
    "fi": "täällä|täältä|tästä|tässä|klikkaa tästä|lue lisää tästä|tämä linkki|linkki",
    "sv": "här|klicka här|läs här|läs mer här|se här|den här länken|denna länk|länk",
    "ru": "здесь|тут|сюда|нажмите здесь|читайте здесь|по ссылке|по этой ссылке|ссылка|эта ссылка",
}
BARE_WORDS = {words for each in BARE.values() for words in each.split("|")}


def fault_of_link(link):
    """What is wrong with a link, in itself; None if nothing is."""
    target, (scheme, host, path, *_rest) = link.target, urlsplit(link.target)
    if not WORD.search(link.name):
        return "says nothing"
    if link.name.strip(" .:!›→>").lower() in BARE_WORDS:
        return "only says here"
    if target in ("", "#") or target != target.strip():
        return "leads nowhere"
    if scheme == "mailto":
        return None if re.fullmatch(r"[^@\s]+@[\w-]+(\.[\w-]+)+", unquote(path)) else "no mailbox"
    if scheme == "webcal":  # what calendars subscribe to, on this host
        return None if f"//{host}" in settings.SITE_ADDRESS else "no host"
    if scheme not in ("", "http", "https"):
        return f"scheme {scheme}"
    if scheme and not target.startswith(f"{settings.SITE_ADDRESS}/"):
        is_host = re.fullmatch(r"[\w-]+(\.[\w-]+)*\.[a-z][\w-]+(:\d+)?", host, re.I)
        return None if is_host and "://" not in path else "no host"
    if not scheme and (target[0] not in "/?#" or target.startswith("//")):
        return "no scheme"
    return None


def test_every_link_has_a_target_a_scheme_and_words(read_pages):
    faults = {
        (link.target, link.name): (fault, path)
        for path, page in read_pages.items()
        for link in page.links
        if (fault := fault_of_link(link))
    }
    assert faults == {}


@pytest.mark.parametrize(
    "link",
    [
        '<a href="">The report</a>',
        '<a href="#">The report</a>',
        '<a href="www.turku.fi/report">The report</a>',
        '<a href="turku.fi">The report</a>',
        '<a href="//turku.fi">The report</a>',
        '<a href="http:/turku.fi">The report</a>',
        '<a href="https://https://turku.fi">The report</a>',
        '<a href="htps://turku.fi">The report</a>',
        '<a href="javascript:report()">The report</a>',
        '<a href="mailto:turku.fi">Write to the city</a>',
        '<a href="/en/news/">here</a>',
        '<a href="/lv/news/">Spiediet šeit!</a>',
        '<a href="/fi/news/"><strong>Tästä</strong></a>',
        '<a href="/sv/news/">Läs mer här</a>',
        '<a href="/ru/news/">По ссылке:</a>',
        '<a href="/en/news/"><svg aria-hidden="true"></svg></a>',
    ],
)
def test_a_planted_link_without_sense_is_found(link):
    (found,) = read(f"<p>{link}</p>").links
    assert fault_of_link(found)


@pytest.mark.parametrize(
    "link",
    [
        '<a href="/en/news/">All the news from here and there</a>',
        '<a href="#main">Skip to main content</a>',
        '<a href="?page=2">Page 2</a>',
        '<a href="https://www.turku.fi/projekti">Project page</a>',
        '<a href="mailto:editors@example.org">Write to us</a>',
        '<a href="/en/news/" aria-label="All news"><svg aria-hidden="true"></svg></a>',
        '<a href="/en/pilots/turku/"><img src="turku.png" alt="Turku"></a>',
    ],
)
def test_a_link_with_sense_is_left_alone(link):
    (found,) = read(f"<p>{link}</p>").links
    assert not fault_of_link(found)


def test_every_internal_link_leads_to_a_page_and_a_place_that_exist(site, read_pages):
    missing = {}
    for path, page in read_pages.items():
        for link in page.links:
            target, place = urldefrag(urljoin(path, link.target))
            target = target.removeprefix(settings.SITE_ADDRESS)
            if not target.startswith("/") or not link.is_followed or "?then=" in target:
                continue  # not crawled: feeds, cards, API; the same page
            if target not in site:
                missing[link.target] = path
            elif place and target in read_pages and unquote(place) not in read_pages[target].ids:
                missing[link.target] = path
    assert missing == {}


# Dates and amounts

MONTHS = {
    "en": "(?:January|February|March|April|May|June|July|August|September|October|November|December)",
    "lv": "(?:janvār|februār|mart|aprīl|maij|jūnij|jūlij|august|septembr|oktobr|novembr|decembr)"
    "(?:s|is|a|ā|ī|u|am|im|os)\\b",
    "fi": "(?:tammi|helmi|maalis|huhti|touko|kesä|heinä|elo|syys|loka|marras|joulu)kuu\\w*",
    "sv": "(?:januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december)",
    "ru": "(?:январ|феврал|март|апрел|ма[йяею]|июн|июл|август|сентябр|октябр|ноябр|декабр)\\w*",
}
ENGLISH_MONTHS = {  # those that are no words of the language, whatever stands beside them
    **dict.fromkeys(("lv", "fi", "ru"), MONTHS["en"]),
    "sv": "(?:January|February|March|May|June|July|August|October)",
}
YEAR = r"\b(?:19|20)\d\d"
SPACE = "[ \u00a0\u202f]"
COMPUTERS_DATE = r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b"
POINTED_DATE = r"\b\d{1,2}\.\d{1,2}\.\d{4}\b"
AMOUNT_WITH_COMMAS = (
    rf"(?<![\d.,])(?<!EN{SPACE})\d{{1,3}}(?:{SPACE}\d{{3}})+(?!\d)",  # 194 000, not EN 301 549
    r"\d\.\d{3}\.\d{3}",  # 1.894.858
    r"\d,\d{1,2}(?!\d)",  # 0,5
    rf"\d{SPACE}%",  # 75 %
    r"\d{4}\.\d\d\b",  # 7938.00
    r"\d (?:EUR|€|euros?\b)|(?:EUR|€) \d",  # a space that breaks the line
)
AMOUNT_WITH_SPACES = (
    r"(?<![\d,])[1-9]\d{0,2}(?:,\d{3})+(?!\d)",  # 194,000
    r"\d\.\d{3}\.\d{3}",  # 1.894.858
    r"\d\.\d+\s?(?:%|EUR|€|milj|mn\b|млн)",  # 0.5 %
    r"(?<![\d+])\d{1,3} \d{3}(?!\d)",  # a space that breaks the line
    r"\d (?:EUR|€|eiro|euro|евро|%)",
    r"\d{4},\d\d\b",  # 7938,00
    r"\d(?:EUR|€|%)",  # 75%
)
WRONG_FORMS = {
    "en": (  # 15 June 2021; 2,534,507.85 EUR
        COMPUTERS_DATE,
        POINTED_DATE,
        r"MONTH \d{1,2}\b",
        r"\d(?:st|nd|rd|th|\.) (?:of )?MONTH",
        *AMOUNT_WITH_COMMAS,
    ),
    "lv": (  # 2021. gada 15. jūnijs; 2 534 507,85 EUR
        COMPUTERS_DATE,
        rf"\b\d{{1,2}}{SPACE}MONTH",
        r"\d\.MONTH",
        rf"MONTH,? {YEAR}",
        rf"{YEAR}(?:{SPACE}?|\.)gad",
        *AMOUNT_WITH_SPACES,
    ),
    "fi": (  # 15. kesäkuuta 2021
        COMPUTERS_DATE,
        rf"\b\d{{1,2}}{SPACE}MONTH",
        r"\d\.MONTH",
        rf"\b\d{{1,2}}\.{SPACE}(?!\w+kuuta\b)MONTH",
        *AMOUNT_WITH_SPACES,
    ),
    "sv": (  # 15 juni 2021
        COMPUTERS_DATE,
        POINTED_DATE,
        rf"\d(?:\.|:e|:a){SPACE}?MONTH",
        *AMOUNT_WITH_SPACES,
    ),
    "ru": (  # 15 июня 2021 г.
        COMPUTERS_DATE,
        rf"\d(?:\.|-го|-е){SPACE}?MONTH",
        rf"\b\d{{1,2}}{SPACE}(?:\w+[бвл]рь|февраль|март|апрель|май|июнь|июль|август)\b",
        rf"MONTH{SPACE}{YEAR}(?!{SPACE}(?:г\.|год))",
        rf"{YEAR}(?:г\.|год)",
        *AMOUNT_WITH_SPACES,
    ),
}


def dated(months):
    """A month beside a day or a year."""
    return rf"\d(?:st|nd|rd|th|\.|:e)?{SPACE}{months}|{months},?{SPACE}{YEAR}"


@cache
def wrong_forms(language):
    """What no text in `language` may contain, as one pattern."""
    patterns = [each.replace("MONTH", MONTHS[language]) for each in WRONG_FORMS[language]]
    patterns += [dated(months) for code, months in MONTHS.items() if code not in ("en", language)]
    if language != "en":
        patterns.append(rf"\b{ENGLISH_MONTHS[language]}\b")
        patterns.append(rf"\d\.?{SPACE}(?=[A-ZА-Я])(?i:{MONTHS[language]})")  # 15 Juni
    return re.compile("|".join(patterns))


def wrong_form(block):
    """The date or amount in a block that is not in the form of its language; '' if there is none."""
    if block.language not in MONTHS:
        return ""
    found = wrong_forms(block.language).search(ADDRESS.sub(" ", block.text))
    return found[0] if found else ""


def test_every_date_and_amount_is_in_the_form_of_its_language(blocks):
    assert {(wrong_form(b), b): path for b, path in blocks.items() if wrong_form(b)} == {}


@pytest.mark.parametrize(
    "language, form",
    [
        *((language, "2021-06-15") for language in MONTHS),
        *((language, "06/15/2021") for language in MONTHS),
        *((language, "15/06/2021") for language in MONTHS),
        *((language, "15 June 2021") for language in MONTHS if language != "en"),
        *((language, "1,894,858.83") for language in MONTHS if language != "en"),
        *((language, "1.894.858,83") for language in MONTHS),
        *((language, "2534507,85 EUR") for language in MONTHS),
        *((language, "1 894 858,83") for language in MONTHS),
        ("en", "June 15, 2021"),
        ("en", "15th June"),
        ("en", "15th of June"),
        ("en", "15.6.2021"),
        ("en", "15 juni 2021"),
        ("en", "15. jūnijs"),
        ("en", "1\u00a0894\u00a0858,83"),
        ("en", "74,76%"),
        ("en", "74.76\u00a0%"),
        ("en", "EUR 44,982.00"),
        ("lv", "15. jūnijs 2021"),
        ("lv", "2021 gada 15. jūnijs"),
        ("lv", "2021.gada 15. jūnijs"),
        ("lv", "2021. gada 15 jūnijs"),
        ("lv", "2021. gada 15. Jūnijs"),
        ("lv", "in June"),
        ("fi", "15 kesäkuuta 2021"),
        ("fi", "15. kesäkuu 2021"),
        ("fi", "15.kesäkuuta 2021"),
        ("fi", "15. Kesäkuuta 2021"),
        ("fi", "74.76\u00a0%"),
        ("sv", "15. juni 2021"),
        ("sv", "15 Juni 2021"),
        ("sv", "15.6.2021"),
        ("sv", "74,76 %"),
        ("sv", "74,76%"),
        ("ru", "15. июня 2021 г."),
        ("ru", "15 июнь 2021 г."),
        ("ru", "15 Июня 2021 г."),
        ("ru", "15 июня 2021"),
        ("ru", "15 июня 2021г."),
        ("ru", "1\u00a0894\u00a0858.83 EUR"),
    ],
)
def test_a_planted_form_of_another_language_is_found(language, form):
    (block,) = read(f'<p lang="{language}">{form}</p>').blocks
    assert wrong_form(block)


@pytest.mark.parametrize(
    "language, text",
    [
        (
            "en",
            "15 June 2021; June 2021; 2,534,507.85\u00a0EUR; EUR\u00a01,200; 74.76%; in May 2021",
        ),
        ("lv", "2021. gada 15. jūnijs; līdz 31. oktobrim; 2019.–2021. gadā; 2021. gada jūnijs"),
        ("lv", "2\u00a0534\u00a0507,85\u00a0EUR; 74,76\u00a0%; 1.–4. klase"),
        ("fi", "15. kesäkuuta 2021; kesäkuussa 2021; 14.–15. maaliskuuta; 15.6.2021"),
        ("fi", "2\u00a0534\u00a0507,85\u00a0EUR; 74,76\u00a0%; kello 10.30"),
        (
            "sv",
            "15 juni 2021; den 3 februari; December 2021; 2\u00a0534\u00a0507,85\u00a0EUR; 74,76\u00a0%",
        ),
        (
            "ru",
            "15 июня 2021 г.; 3 февраля 2021 года; июнь 2021 г.; 2\u00a0534\u00a0507,85\u00a0EUR",
        ),
    ],
)
def test_the_forms_of_a_language_are_left_alone(language, text):
    (block,) = read(f'<p lang="{language}">{text}</p>').blocks
    assert wrong_form(block) == ""


def words_for(time):
    """What a reader of its language may read where a machine reads `datetime`."""
    precision = {4: "year", 7: "month"}.get(len(time.datetime), "day")
    rest = {"year": "-01-01", "month": "-01", "day": ""}[precision]
    known = date if len(time.datetime) <= 10 else datetime
    moment = known.fromisoformat(time.datetime + rest)
    with override(time.language):
        if precision == "year":  # a season has no form that machines read
            months = [moment.replace(month=month) for month in (1, 4, 7, 10)]
            return {say_date(each, form) for each in months for form in ("year", "season")}
        return {say_date(moment, precision, short) for short in (True, False)}


def test_every_time_says_to_readers_what_it_says_to_machines(read_pages):
    times = {time: path for path, page in read_pages.items() for time in page.times}
    assert {time: path for time, path in times.items() if time.text not in words_for(time)} == {}


@pytest.mark.parametrize("datetime", ["2021-6-15", "15.6.2021", "", "2021-06-31"])
def test_a_time_that_machines_cannot_read_is_found(datetime):
    (time,) = read(f'<p lang="en"><time datetime="{datetime}">15 June 2021</time></p>').times
    with pytest.raises(ValueError):
        words_for(time)


# What it says to machines


def test_heads_and_sitemaps_of_the_whole_sample_agree(portal, capsys):
    found = {
        path: answer.text
        for path, answer in pages(portal.answers | portal.unlinked).items()
        if answer.status_code == 200
    }
    faults = list(faults_of(found, portal.listed, portal.texts))
    with capsys.disabled():
        print(f"\n{len(found)} pages, {len(portal.listed)} in sitemaps, {len(faults)} faults")
        print("\n".join(faults[:50]))
    assert faults == []
    assert len(portal.texts) > 300
    assert not [address for address in portal.listed if SENTINEL in address]


# What the schemas ask for, and what search engines ask for beside it.
REQUIRED = {
    "NewsArticle": {"headline", "image", "datePublished", "dateModified", "author", "publisher"},
    "LearningResource": {"name", "description", "inLanguage", "learningResourceType", "url"},
    "Project": {"name", "url"},
    "BreadcrumbList": {"itemListElement"},
    "ListItem": {"position", "name", "item"},
    "Organization": {"name", "url"},
    "WebSite": {"name", "url"},
    "SearchAction": {"target", "query-input"},
    "ImageObject": {"url"},
    "OrganizationRole": {"member", "roleName"},
    "MonetaryGrant": {"funder", "amount"},
    "MonetaryAmount": {"value", "currency"},
    "MediaObject": {"name"},
}


def test_every_page_of_the_sample_is_understood_by_an_extractor(site):
    import extruct

    seen, told_of = set(), {path: each for path, each in pages(site).items() if BLOCK in each.text}
    assert len(told_of) > 400
    for path, answer in told_of.items():
        found = extruct.extract(answer.text, absolute(path), syntaxes=["json-ld", "opengraph"])
        (data,) = found["json-ld"]
        assert data["@context"] == "https://schema.org", path
        (shared,) = found["opengraph"]
        told = dict(shared["properties"])
        assert {"og:title", "og:type", "og:image", "og:url", "og:image:alt"} <= set(told), path
        for node in every_node(data["@graph"]):
            kinds = node.get("@type", [])
            for kind in [kinds] if isinstance(kinds, str) else kinds:
                seen.add(kind)
                is_reference = "#text" in node.get("@id", "") and "headline" not in node
                missing = set() if is_reference else REQUIRED.get(kind, set()) - set(node)
                if kind != "Organization" or "@id" in node:
                    assert not missing, (path, kind, missing)
            assert node.get("inLanguage", "en") in [*language_codes(), "et", "lt", "pl"] or (
                node["@type"] == "WebSite"
            )
            assert None not in node.values() and "" not in node.values(), path
        assert SENTINEL not in json.dumps(data)
    assert set(REQUIRED) <= seen


def test_texts_of_the_sample_name_each_other_both_ways(site):
    originals, translations = set(), set()
    for answer in pages(site).values():
        for node in graph_of(answer.text) if BLOCK in answer.text else ():
            for each in node.get("workTranslation", ()):
                translations.add((node["@id"], each["@id"]))
            if "translationOfWork" in node:
                originals.add((node["translationOfWork"]["@id"], node["@id"]))
    assert originals == translations
    assert len(originals) > 100
