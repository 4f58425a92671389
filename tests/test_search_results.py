"""What stands first, what is shown of a text, and what never is."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone, translation

from healthyboost.content.languages import language_codes
from healthyboost.media.models import Attachment
from healthyboost.search import files, finding
from healthyboost.search.asking import read
from healthyboost.search.finding import TOP, Finds, Search, find, timeline
from healthyboost.search.models import FileText
from healthyboost.search.snippets import LENGTH, READ, Sought, piece, places_to_show
from healthyboost.search.views import count_said

from .factories import make_article, make_material, make_organisation
from .test_search import found, pdf, text_of
from .test_search_scale import make_many_texts

pytestmark = pytest.mark.django_db


def shown(text, query, language="en"):
    sought = Sought(read(query).sayings_in(language), language)
    return str(piece(text[:READ], places_to_show(text, sought)))


# What stands first


def test_others_are_ranked_only_when_somebody_gets_there(client, django_assert_num_queries):
    for number in range(10):
        make_article(title_en=f"Sauna {number}")
    make_article(title_lv="Sauna", languages=("lv",), source_language="lv")
    question = read("sauna")
    timeline()
    with django_assert_num_queries(3):  # English texts, others, and how the word sounds in Russian
        finds = find(question, "en")
    assert len(finds) == 11
    with django_assert_num_queries(0):
        assert [each.is_own for each in finds[:10]] == [True] * 10
    with django_assert_num_queries(1):
        [other] = finds[10:20]
    assert not other.is_own and other.language == "lv"
    assert [each.key for each in finds] == sorted(each.key for each in finds)


def test_what_many_own_texts_stand_before_is_looked_up_when_somebody_gets_there(
    client, django_assert_num_queries
):
    """All are shown once, own ones first; forwards and backwards; counted at the end."""
    other = make_article(title_lv="Sauna", languages=("lv",), source_language="lv")
    make_many_texts(600)  # a fifth of them says it, and the one that they are copies of
    number, question = 121, read("sauna")
    timeline()
    with django_assert_num_queries(1):
        finds = find(question, "en")
    assert len(finds.first) == TOP < finds.number == number and not finds.is_counted
    with django_assert_num_queries(1):
        assert find(question, "en", codes=["en"]).is_counted  # there are no others
    address, pages = "/en/search/?q=sauna", []
    while address:
        answer = client.get(address)
        pages.append([each.page for each in answer.context["results"]])
        said = f"At least {number} results" if len(pages) < 13 else f"{number + 1} results"
        assert f'<h2 id="results">{said}</h2>' in answer.text
        after = answer.context["paging"].next
        address = after and f"/en/search/?q=sauna&after={after}"
    shown = [page.pk for page in sum(pages, [])]
    assert len({*shown}) == len(shown) == number + 1 and shown[-1] == other.pk
    before = answer.context["paging"].previous
    answer = client.get(f"/en/search/?q=sauna&before={before}")
    assert [each.page for each in answer.context["results"]] == pages[-2]


@pytest.mark.parametrize(
    "language, said",
    [("lv", "Vismaz 121 rezultāts"), ("fi", "Vähintään 121 tulosta"), ("sv", "Minst 121 träffar")]
    + [("ru", "Не менее 121 результата")],
)
def test_how_many_there_are_at_least_is_said_in_each_language(language, said):
    with translation.override(language):
        search = Search(read("sauna"), language, (), language_codes(), some=False)
        assert count_said(Finds(["any"], 121, search=search)) == said


def test_a_page_is_found_once_in_the_language_of_the_reader(client, django_assert_num_queries):
    make_article(title_en="Sauna", title_lv="Sauna", languages=("en", "lv"))
    finds = find(read("sauna"), "lv")
    with django_assert_num_queries(0):  # nothing is left to be ranked
        assert [each.language for each in finds[:10]] == ["lv"] and len(finds) == 1


def test_title_comes_before_summary_before_text_before_file(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    material = make_material(title_en="In a file")
    attach(material, "Everything about the sauna")
    make_article(title_en="In the text", body_en="<p>A sauna.</p>")
    make_article(title_en="In the summary", summary_en="A sauna.")
    make_article(title_en="A sauna in the title")
    files.read_files()
    assert found(client, "sauna") == [
        *("A sauna in the title", "In the summary", "In the text", "In a file"),
    ]


def test_words_that_stand_together_come_before_scattered_ones(client):
    make_article(title_en="A plan for a green old city")
    make_article(title_en="The plan: a green city")
    assert found(client, "green city")[0] == "The plan: a green city"


def test_a_word_itself_comes_before_one_that_contains_it(client):
    make_article(languages=["fi"], title_fi="Yhteiskunta muuttuu")
    make_article(languages=["fi"], title_fi="Kunta muuttuu")
    assert found(client, "kunta", "fi") == ["Kunta muuttuu", "Yhteiskunta muuttuu"]


def test_a_page_without_a_date_is_not_behind_all_news(client):
    day = timezone.now().replace(year=2019)
    make_article(title_en="Old news", summary_en="Of a sauna.", date=day, date_precision="day")
    make_material(title_en="Sauna")
    assert found(client, "sauna") == ["Sauna", "Old news"]


# What is shown of a text


def test_words_are_marked_as_they_stand_in_the_text():
    assert shown("Om Folkhälsan nu", "folkhalsa", "sv") == "Om <mark>Folkhälsan</mark> nu"
    assert shown("Наш партнёр", "партнеры", "ru") == "Наш <mark>партнёр</mark>"
    assert shown("Hyvin\u00advointi", "hyvinvointi", "fi") == "<mark>Hyvin\u00advointi</mark>"
    assert shown("One\u00a0sauna", "sauna") == "One\u00a0<mark>sauna</mark>"
    assert shown("The EAKR:n fund", "EAKR", "fi") == "The <mark>EAKR</mark>:n fund"


def test_a_word_typed_as_it_sounds_is_marked(client):
    make_article(languages=["ru"], title_ru="О здоровье")
    assert "О <mark>здоровье</mark>" in text_of(client, "zdorovje", "ru")


def test_words_with_a_hyphen_are_marked_together_alone():
    text = "It is well to be seen. On well-being."
    marked = "It is well to be seen. On <mark>well</mark>-<mark>being</mark>."
    assert shown(text, "well-being") == marked
    assert shown(text, "wellbeing") == marked.replace("</mark>-<mark>", "-")


def test_a_long_text_is_cut_between_words_around_what_was_found():
    words = " ".join(f"word{number}" for number in range(400))
    text = shown(f"{words} sauna {words}", "sauna")
    assert text.startswith("… word") and text.endswith(" …") and "<mark>sauna</mark>" in text
    assert all(piece.startswith("word") for piece in text.split() if piece[0] == "w")
    assert len(text) < LENGTH + 40


def test_a_text_without_spaces_is_cut_all_the_same():
    assert len(shown("x" * 5000, "sauna")) < LENGTH + 10


def test_the_piece_that_says_most_is_shown():
    text = "A sauna here. " + "Nothing at all. " * 40 + "The sauna in the forest."
    assert "<mark>sauna</mark> in the <mark>forest</mark>" in shown(text, "sauna forest")


@pytest.mark.parametrize("letters", [100, 700, 2_800, 19_000])
def test_what_is_said_further_back_is_shown_where_the_beginning_does_not_say_all(letters):
    filling = ("plain words " * (letters // 12)).strip()
    text = f"A sauna. {filling} The sauna of the city. {filling} A city with a sauna again."
    assert "<mark>sauna</mark> of the <mark>city</mark>" in shown(text, "sauna city")


def test_no_more_of_a_text_is_looked_through_than_says_all():
    text = "A bathhouse, or sauna. " + "plain words " * 1_000 + "A sauna."
    sought = Sought(read("sauna").sayings_in("en"), "en")
    assert [start for start, _end, _saying in places_to_show(text, sought)] == [16]


def test_a_choice_is_no_text(client):
    make_organisation(title_en="Turku", name_status_en="translation")
    assert found(client, "translation") == []


def test_markup_is_never_shown():
    assert (
        shown("<b> & sauna <script>", "sauna")
        == "&lt;b&gt; &amp; <mark>sauna</mark> &lt;script&gt;"
    )


# What never is


def attach(page, text, name="guide.pdf", **fields):
    return Attachment.objects.create(
        owner=page, language="en", title="The guide", file=ContentFile(pdf(text), name), **fields
    )


@pytest.fixture
def material(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    material = make_material(title_en="Guide", languages=["en", "fi"], title_fi="Opas")
    material.guide = attach(material, "All about the hullabaloo")
    files.read_files()
    return material


def test_a_file_is_found_while_its_page_is_public_in_some_language(client, material):
    assert found(client, "hullabaloo") == ["Guide"]
    material.withdrawn_at_en = timezone.now()
    material.save()
    assert found(client, "hullabaloo") == ["Opas"]
    material.withdrawn_at_fi = timezone.now()
    material.save()
    assert found(client, "hullabaloo") == [] and "hullabaloo" not in found(client, "guide")


@pytest.mark.parametrize("way", ["withdrawn", "ended", "scheduled", "deleted"])
def test_a_file_of_a_page_that_nobody_may_read_is_not_found(client, material, way):
    now, later = timezone.now(), timezone.now() + timedelta(days=1)
    changes = {"withdrawn": ("withdrawn_at", now), "ended": ("unpublish_at", now)}
    name, moment = changes.get(way, ("published_at", later))
    rows = type(material).objects.filter(pk=material.pk)
    if way == "deleted":
        material.delete()
    else:
        rows.update(**{f"{name}_{code}": moment for code in ("en", "fi")})
    text = text_of(client, "hullabaloo")
    assert "Nothing was found" in text and "The guide" not in text


def test_a_file_that_was_deleted_is_not_found(client, material, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        material.guide.delete()
    assert found(client, "hullabaloo") == []


def test_what_a_file_said_before_it_was_replaced_is_not_found(
    client, material, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        material.guide.file = ContentFile(pdf("Now about the forest"), "new.pdf")
        material.guide.save()
    files.read_files()
    assert (found(client, "hullabaloo"), found(client, "forest")) == ([], ["Guide"])
    assert FileText.objects.filter(text__contains="forest").exists()


def test_a_page_withdrawn_in_one_language_is_shown_in_another(client):
    article = make_article(languages=["en", "sv"], title_en="Sauna", title_sv="Bastu")
    article.withdrawn_at_en = timezone.now()
    article.save()
    text = text_of(client, "bastu")
    assert 'href="/sv/' in text and "Sauna" not in text.replace('value="sauna"', "")
    assert found(client, "sauna") == []


def test_a_hidden_page_is_not_counted_and_its_year_not_listed(client):
    make_article(title_en="Sauna one")
    far = timezone.now().replace(year=2044)
    make_article(title_en="Sauna two", published_at_en=None, date=far, date_precision="day")
    finding.count_months()
    text = text_of(client, "sauna")
    assert "1 result" in text and "2044" not in text
