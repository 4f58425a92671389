"""What is wrong with a language of a page, before it goes public."""

import datetime
import re
from pathlib import Path

import pytest
import yaml
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone
from django.utils.html import strip_tags

from healthyboost.content.languages import language_codes
from healthyboost.content.models import content_models
from healthyboost.content.richtext import clean
from healthyboost.editing.checks import faults_of
from healthyboost.editing.empty_words import EMPTY_LINK_WORDS, language_seen
from healthyboost.editing.faults import Text
from healthyboost.editing.models import CheckedAddress
from healthyboost.editing.proofreading import fault_of_address, faults_of_text
from healthyboost.editing.reading import rows_of
from news.models import Event, Issue

from .factories import (
    each_content_type,
    make,
    make_article,
    make_material,
    make_picture,
    make_pilot,
    pdf,
)

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).parent.parent / "healthyboost" / "sample"


def faults(page, code="en"):
    """{kind of the fault: the Fault} of one language."""
    return {fault.key.partition(":")[0]: fault for fault in faults_of(page, code)}


def read(html, language="en", field="body", is_rich=True):
    """{kind: Fault} of one text, without a page around it."""
    found = faults_of_text(Text(html, language, field, make_article.row, "Text", is_rich))
    return {fault.key.partition(":")[0]: fault for fault in found}


@pytest.fixture(autouse=True)
def an_article():
    from news.models import Article

    make_article.row = Article()


def linked(words, address="https://example.org/walk"):
    return read(f'<p>Read <a href="{address}">{words}</a>.</p>')


@pytest.mark.parametrize("model", each_content_type())
def test_a_page_of_any_type_that_is_whole_has_no_fault(model):
    page = make(model, languages=["en", "lv"])
    if model is Event:
        page.sessions.create(start_date="2024-05-07")
        Event.objects.update(mode="online")
    if model is Issue:
        page.items.create(
            title_en="Walk", title_lv="Pastaiga", body_en="<p>A</p>", body_lv="<p>B</p>"
        )
    assert faults_of(model.objects.get(), "lv") == []


@pytest.mark.parametrize("name", ["title", "summary"])
def test_title_and_summary_are_needed(name):
    article = make_article(languages=["lv"], **{f"{name}_lv": ""})
    fault = faults(article, "lv")[f"missing-{name}"]
    assert (fault.is_error, fault.field) == (True, name)


def test_a_summary_that_only_repeats_the_title_is_a_warning():
    article = make_article(title_en="A walk", summary_en="A walk.")
    assert faults(article)["repeats-title"].is_error is False


# Links


@pytest.mark.parametrize("language", EMPTY_LINK_WORDS)
def test_a_link_that_says_nothing_is_an_error_in_every_language(language):
    for words in EMPTY_LINK_WORDS[language].split(","):
        words = " ".join(words.split())
        assert linked(f"<strong>{words.capitalize()}</strong> →")["empty-words"].is_error, words


@pytest.mark.parametrize(
    "words", ["here", "šeit", "täältä", "tästä", "här", "здесь", "тут", "click here", "read more"]
)
def test_the_words_that_everybody_uses_are_among_them(words):
    assert "empty-words" in linked(words)


def test_a_link_that_says_where_it_leads_has_no_fault():
    assert linked("the results of the walks") == linked("more about the here and now") == {}


@pytest.mark.parametrize(
    "address",
    ["", "#", " # ", "#top", "healthyboost.eu", "https://", "https://localhost", "http:/x.org"]
    + ["mailto:", "mailto:somebody", "https://[broken"],
)
def test_a_link_that_leads_nowhere_is_an_error(address):
    assert fault_of_address(address)
    assert linked("the results", address)["address"].is_error


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "http://xn--rga-ela.lv/a?b=c#d",
        "mailto:a@b.lv?subject=x",
        "https://a.b:8443/",
    ],
)
def test_a_whole_address_has_no_fault(address):
    assert fault_of_address(address) == ""


def test_an_address_without_its_beginning_gets_one_when_it_is_saved():
    assert clean('<p><a href="www.example.org">A</a></p>').count("https://www.example.org") == 1


def test_an_address_as_the_words_of_a_link_is_a_warning():
    assert linked("https://example.org/walk")["bare-address"].is_error is False
    assert "bare-address" in linked("www.example.org")


def test_the_fault_of_a_link_quotes_its_words():
    assert "“here”" in linked("here")["empty-words"].message


def test_a_link_to_a_page_that_is_not_there_is_an_error():
    article = make_article(body_en='<p><a href="portal:articles/nothing">A walk</a></p>')
    assert faults(article)["lost page"].is_error
    article = make_article(body_en='<p><a href="/en/nothing/">A walk</a></p>')
    assert faults(article)["fixed-page"].is_error


def test_a_link_to_a_page_that_nobody_may_see_is_a_warning():
    hidden = make_article(published_at_en=None)
    text = f'<p><a href="portal:articles/{hidden.slug}">A walk</a></p>'
    assert faults(make_article(body_en=text))["hidden page"].is_error is False


def test_a_link_to_a_page_of_the_portal_has_no_fault():
    there = make_article()
    text = f'<p><a href="portal:articles/{there.slug}">A walk</a></p>'
    assert faults(make_article(body_en=text)) == {}


def test_a_fixed_address_of_a_page_is_a_warning():
    there = make_article()
    text = f'<p><a href="{there.get_absolute_url()}">A walk</a></p>'
    assert faults(make_article(body_en=text))["fixed-page"].is_error is False


def test_the_label_of_a_link_row_is_held_to_the_same_rules():
    article = make_article()
    article.links.create(label_en="Click here", url="https://example.org/")
    article.links.create(label_en="More", url="")  # no link without an address
    (fault,) = faults_of(article, "en")
    assert fault.is_error and fault.place == "Link “Click here”: label"


@pytest.mark.parametrize(("days", "is_told"), [(1, False), (5, True)])
def test_an_address_that_has_been_dead_for_days_is_a_warning(days, is_told):
    url = "https://example.org/gone"
    since = timezone.now() - datetime.timedelta(days=days)
    CheckedAddress.objects.create(url=url, fault="gone", failing_since=since)
    article = make_article(body_en=f'<p><a href="{url}">A walk</a></p>')
    assert ("dead" in faults(article)) is is_told
    row = make_article()
    row.links.create(label_en="A walk", url=url)
    assert ("dead" in faults(row)) is is_told


# Headings and paragraphs


def test_a_heading_that_skips_a_level_is_a_warning():
    found = read("<h2>Walks</h2>\n<h4>In spring</h4>")
    assert found["heading-level"].is_error is False
    assert "“In spring”" in found["heading-level"].message
    assert "heading-level" in read("<h3>Walks</h3>")


def test_headings_in_their_order_have_no_fault():
    assert read("<h2>A</h2>\n<h3>B</h3>\n<h4>C</h4>\n<h2>D</h2>\n<h3>E</h3>") == {}


def test_a_text_below_a_heading_of_its_page_begins_with_the_third_level():
    assert read("<h3>Walks</h3>", field="results") == {}


def test_a_bold_paragraph_is_a_warning_and_a_bold_word_is_none():
    assert read("<p><strong>The results</strong></p>")["bold"].is_error is False
    assert read("<p><strong>The results</strong> of the walks</p>") == {}


def test_empty_headings_and_paragraphs_are_gone_when_a_text_is_saved():
    assert clean("<h2> </h2><p>&nbsp;</p><p><br></p><p>Walk</p>") == "<p>Walk</p>"


# Words


def test_stray_characters_are_a_warning_that_quotes_them():
    found = read("<p>etäliikunta- palveluiden ja avoin , yhteinen</p>", "fi")
    assert "“etäliikunta- palveluiden" in found["stray-broken word"].message
    assert found["stray-space before punctuation"].is_error is False


def test_a_text_in_another_language_is_a_warning():
    latvian = "<p>Tas ir par veselību un par to, kas ir labi, kā tika teikts, un par citu.</p>"
    assert "latvian" in read(latvian, "fi")["language-lv"].message.lower()
    assert read(latvian, "lv") == {}


def sample_bodies():
    """(file, language, words) of the texts of the sample."""
    for path in sorted(SAMPLE.glob("**/*.yaml")):
        document = yaml.safe_load(path.read_text())
        for code in language_codes():
            texts = document.get(code)
            if body := texts.get("body") if isinstance(texts, dict) else "":
                yield path.stem, code, strip_tags(body)


def test_no_text_of_the_sample_seems_to_be_in_another_language():
    found = [(name, code) for name, code, words in sample_bodies() if language_seen(words, code)]
    assert found == []


@pytest.mark.long
def test_nearly_every_long_text_under_the_wrong_language_is_noticed():
    seen = [
        language_seen(words, other) == code
        for _name, code, words in sample_bodies()
        for other in language_codes()
        if other != code and len(words) > 600
    ]
    assert sum(seen) > 0.9 * len(seen) > 100


# Pictures


def test_each_picture_needs_an_alternative_text_in_the_language():
    article, picture = make_article(languages=["en", "lv"]), make_picture(alt_lv="")
    article.pictures.create(picture=picture)
    assert faults_of(article, "en") == []
    (fault,) = faults_of(article, "lv")
    assert fault.is_error and fault.row == picture and fault.field == "alt"


def test_a_picture_in_the_text_needs_one_too():
    picture = make_picture(alt_lv="")
    text = f'<p>A</p>\n<img data-picture="{picture.name}">'
    article = make_article(languages=["en", "lv"], body_lv=text)
    assert faults(article, "lv")["alt"].row == picture
    assert faults(article, "en") == {}


def test_a_decorative_picture_needs_none():
    article = make_article()
    article.pictures.create(picture=make_picture(decorative=True))
    assert faults_of(article, "en") == []


def test_a_caption_that_is_missing_in_the_language_is_a_warning():
    article = make_article(languages=["en", "lv"])
    picture = make_picture(alt_lv="Parks", caption_en="The park")
    article.pictures.create(picture=picture)
    assert faults(article, "lv")["caption"].is_error is False


def test_a_picture_in_a_text_that_is_gone_is_an_error():
    article = make_article(body_en='<p>A</p><img data-picture="nothing">')
    assert faults(article)["lost picture"].is_error


# Rows and files


def test_rows_that_say_nothing_in_the_language_are_one_warning_that_names_them():
    pilot = make_pilot(languages=["en", "fi"])
    pilot.steps.create(title_en="Walk", title_fi="Kävely")
    pilot.steps.create(title_en="Run")
    pilot.steps.create(title_en="Swim", title_fi="Uinti", text_en="<p>In the lake.</p>")
    fault = faults(pilot, "fi")["untranslated"]
    assert fault.place == "Steps" and "“Run”, “Swim”" in fault.message
    assert "“Walk”" not in fault.message


def test_a_file_that_is_not_there_is_an_error():
    article = make_article()
    attachment = article.attachments.create(
        title="Report", language="en", file=ContentFile(pdf(), "report.pdf")
    )
    assert "file" not in faults(article)
    attachment.file.storage.delete(attachment.file.name)
    assert faults(article)["file"].is_error


def test_a_document_that_does_not_say_its_title_is_a_warning():
    article = make_article()
    article.attachments.create(
        title="Report",
        language="en",
        file=ContentFile(pdf(), "report.pdf"),
        facts={"title": "", "language": "", "tagged": False},
    )
    article.attachments.update(facts={"title": "", "language": "", "tagged": False})
    assert faults(article)["document"].is_error is False


MP4 = b"\0\0\0\x18ftypisom" + b"\0" * 32


def make_video(**fields):
    material = make_material()
    material.versions.create(language="fi", form="video", title="Kävely", **fields)
    return material


def test_a_video_of_ours_without_captions_and_transcript_is_an_error():
    material = make_video(file=ContentFile(MP4, "walk.mp4"))
    assert faults(material)["transcript"].is_error
    material.versions.update(transcript="<p>Kävellään.</p>")
    assert faults(material) == {}


def test_a_video_elsewhere_may_have_captions_there():
    material = make_video(url="https://example.org/video")
    assert faults(material)["transcript"].is_error is False


def test_a_video_that_is_an_attachment_is_a_warning():
    article = make_article()
    article.attachments.create(title="Walk", language="en", file=ContentFile(MP4, "walk.mp4"))
    assert faults(article)["transcript"].is_error is False


# All of them


@pytest.mark.long
def test_the_sample_has_no_error_and_every_fault_says_where_it_is(capsys):
    call_command("load_content", str(SAMPLE), verbosity=0)
    pages = [
        (page, code)
        for m in content_models()
        for page in m.objects.all()
        for code in page.languages
    ]
    for page, code in pages:
        for fault in faults_of(page, code):
            with capsys.disabled():
                print(page._meta.model_name, page.slug, code, f"{fault.place}: {fault.message}")
            assert not fault.is_error
            assert fault.place and not re.search(r"%\(|None", fault.message)
    assert len(pages) > 100


def test_the_queries_of_a_check_do_not_grow_with_what_hangs_on_the_page(django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    pilot = make_pilot()

    def hang(number):
        for place in range(number):
            pilot.steps.create(title_en=f"Step {place}", position=place)
            pilot.links.create(label_en="The lake", url="https://example.org/lake")
            pilot.pictures.create(picture=make_picture(), position=place)

    hang(1)
    faults_of(pilot, "en")
    with CaptureQueriesContext(connection) as few:
        faults_of(pilot, "en")
    hang(6)
    with django_assert_num_queries(len(few)):
        faults_of(pilot, "en")
    assert len(rows_of(pilot)) == 21
