"""What was translated before: what goes into the memory, what comes out of it, and who may ask."""

import datetime

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from healthyboost.content.hanging import prose_lookups
from healthyboost.content.models import Draft, Origin, Theme
from healthyboost.management.words import WORDS
from healthyboost.translation.counting import catch_up_all
from healthyboost.translation.memory import MemoryEntry, suggestions
from healthyboost.translation.remembering import remember, remember_strings
from news.models import Article

from .admin_forms import sign_in
from .factories import make_article, make_theme, make_user

pytestmark = pytest.mark.django_db
TEXT = "<p>People of all ages walked along the new path on 12 May.</p>"
TEXT_LV = "<p>Visu paaudžu cilvēki 12. maijā gāja pa jauno taku.</p>"
WORDS_OF_TEXT = "People of all ages walked along the new path on 12 May."


def article(**fields):
    """Public in English and in Latvian, translated from English."""
    fields = {"body_en": TEXT, "body_lv": TEXT_LV, "made_from_lv": "en", **fields}
    return make_article(languages=["en", "lv"], **fields)


def remembered(page):
    """{source: text} of English to Latvian, after what was touched has been counted."""
    catch_up_all()
    entries = MemoryEntry.objects.filter(object_id=page.pk, source_language="en", language="lv")
    return {entry.source: entry.text for entry in entries}


def suggested(text, source="en", language="lv", **more):
    catch_up_all()
    return suggestions(text, source, language, **more)


# What goes in


def test_a_published_translation_is_remembered_paragraph_by_paragraph():
    page = article(
        body_en=f"{TEXT}\n<p>They <em>sang</em>.</p>", body_lv=f"{TEXT_LV}\n<p>Dziedot.</p>"
    )
    found = remembered(page)
    assert found["They sang."] == "Dziedot."
    assert found[WORDS_OF_TEXT] == "Visu paaudžu cilvēki 12. maijā gāja pa jauno taku."
    assert found[page.title_en] == page.title_lv


def test_a_pair_serves_both_ways():
    page = article(body_en=TEXT)
    (found,) = suggested("Visu paaudžu cilvēki 12. maijā gāja pa jauno taku.", "lv", "en")
    assert (found.text, found.similarity) == (WORDS_OF_TEXT, 100)
    assert found.where[0] == page.title_en


def test_what_is_not_public_is_not_remembered():
    page = article(published_at_lv=None)
    assert remembered(page) == {}


def test_a_draft_is_not_remembered():
    page = article()
    Draft.objects.create(
        content_type=ContentType.objects.get_for_model(page), object_id=page.pk, language="lv",
        fields={"body": "<p>Melnraksts.</p>"}, started_from=page.live_hash("lv"),
    )  # fmt: skip
    assert "Melnraksts" not in str(remembered(page))


@pytest.mark.parametrize("language", ["en", "lv"])
def test_a_withdrawn_text_is_forgotten(language):
    page = article()
    assert remembered(page)
    setattr(page, f"withdrawn_at_{language}", timezone.now())
    page.save()
    assert remembered(page) == {}


def test_a_deleted_page_is_forgotten():
    page = article()
    assert remembered(page)
    number = page.pk
    page.delete()
    catch_up_all()
    assert not MemoryEntry.objects.filter(object_id=number).exists()


def test_a_change_by_hand_in_the_database_is_followed():
    page = article()
    assert remembered(page)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE news_article SET title_lv = 'Cits' WHERE id = %s", [page.pk])
    assert remembered(page)[page.title_en] == "Cits"


def test_a_scheduled_translation_is_suggested_when_its_time_has_come():
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    page = article(published_at_lv=tomorrow)
    assert suggested(WORDS_OF_TEXT) == []
    MemoryEntry.objects.filter(object_id=page.pk).update(public_from=timezone.now())
    assert len(suggested(WORDS_OF_TEXT)) == 1


def test_a_text_whose_time_is_over_is_not_suggested():
    article(unpublish_at_lv=timezone.now() - datetime.timedelta(days=1))
    assert suggested(WORDS_OF_TEXT) == []


def test_a_paragraph_is_remembered_beside_the_source_that_it_was_made_from():
    page = article()
    page.body_en = "<p>Something else stands here now.</p>"
    page.save()
    assert WORDS_OF_TEXT in remembered(page)
    assert "Something else stands here now." not in remembered(page)


def test_paragraphs_that_nobody_knows_to_belong_together_are_not_remembered():
    page = article(made_from_lv=None, body_lv=f"{TEXT_LV}\n<p>Vēl.</p>")
    assert WORDS_OF_TEXT not in remembered(page)
    assert page.title_en in remembered(page)


def test_a_theme_is_remembered_too():
    theme = make_theme(name_en="Walking on foot", name_lv="Pastaigas kājām")
    assert remembered(theme) == {"Walking on foot": "Pastaigas kājām"}


def test_remembering_again_changes_nothing_and_asks_as_much_for_many_pages(
    django_assert_max_num_queries,
):
    pages = [article() for _number in range(5)]
    catch_up_all()
    before = list(MemoryEntry.objects.order_by("pk").values())
    rows = list(Article.objects.prefetch_related(*prose_lookups(Article)))
    with django_assert_max_num_queries(4):
        remember(Article, [page.pk for page in pages], rows)
    assert list(MemoryEntry.objects.order_by("pk").values()) == before


def test_who_published_it_is_remembered(client):
    page = article()
    user = make_user("administrator", first_name="Anna", last_name="Ozola")
    draft = Draft.of(page, "lv")
    draft.fields, draft.made_from = {"body": "<p>Jauns teksts par taku.</p>"}, {
        "language": "en", "texts": {"body": TEXT, "title": page.title_en},
    }  # fmt: skip
    draft.save()
    draft.publish(by=user)
    (found,) = suggested(WORDS_OF_TEXT)
    assert (found.text, found.by) == ("Jauns teksts par taku.", "Anna Ozola")
    assert found.at


def test_machine_made_text_that_nobody_has_read_is_marked():
    article(origin_lv=Origin.MACHINE)
    (found,) = suggested(WORDS_OF_TEXT)
    assert found.is_unreviewed


# The interface


def test_strings_of_the_interface_are_suggested_and_marked():
    remember_strings("lv", [(7, "Copy the address", "Kopēt adresi", None, None)])
    (found,) = suggestions("Copy the address", "en", "lv")
    assert (found.text, found.is_interface) == ("Kopēt adresi", True)
    assert suggestions("Kopēt adresi", "lv", "en")[0].text == "Copy the address"


def test_a_string_that_is_gone_or_changed_is_followed():
    remember_strings(
        "lv", [(7, "Copy it", "Kopēt", None, None), (8, "Open it", "Vērt", None, None)]
    )
    remember_strings("lv", [(7, "Copy it", "Pārrakstīt", None, None)])
    remember_strings("fi", [(7, "Copy it", "Kopioi", None, None)])
    texts = MemoryEntry.objects.filter(source_language="en").values_list("text", flat=True)
    assert sorted(texts) == ["Kopioi", "Pārrakstīt"]


# What comes out


def test_a_similar_paragraph_is_suggested_with_how_similar_it_is():
    article()
    (found,) = suggested("People of all ages walked along the new path in the park on 12 May.")
    assert 75 <= found.similarity < 100
    assert found.source == WORDS_OF_TEXT


def test_what_is_less_alike_is_not_suggested():
    article()
    assert suggested("People walked somewhere else, and nobody was there to see it.") == []


def test_the_very_same_source_comes_first():
    article(body_en="<p>People of all ages walked along the new path on 12 May!</p>")
    article(body_lv="<p>Tieši tas pats.</p>")
    first, second = suggested(WORDS_OF_TEXT)
    assert (first.similarity, first.text) == (100, "Tieši tas pats.")
    assert second.similarity == 99


def test_the_same_translation_is_suggested_once_and_never_more_than_asked_for():
    for number in range(3):
        article(body_lv=f"<p>Teikums {'ABC'[number % 2]} par taku.</p>")
    assert len(suggested(WORDS_OF_TEXT)) == 2
    assert len(suggested(WORDS_OF_TEXT, limit=1)) == 1


def test_the_paragraphs_of_the_page_itself_can_be_left_out():
    page = article()
    remember_strings("lv", [(7, WORDS_OF_TEXT, "Saskarne", None, None)])
    assert [found.text for found in suggested(WORDS_OF_TEXT, exclude=page)] == ["Saskarne"]


def test_a_number_that_differs_is_put_into_the_text():
    article()
    (found,) = suggested("People of all ages walked along the new path on 14 May.")
    assert found.text == "Visu paaudžu cilvēki 14. maijā gāja pa jauno taku."
    assert found.changed == (("12", "14"),)


def test_a_number_that_cannot_be_put_in_is_named():
    article(body_lv="<p>Visu paaudžu cilvēki divpadsmitajā maijā gāja pa jauno taku.</p>")
    (found,) = suggested("People of all ages walked along the new path on 14 May.")
    assert "divpadsmitajā" in found.text
    assert found.differs == ("14",)


def test_a_placeholder_that_differs_is_put_into_the_text():
    said = "%(count)s of all the pages that can be translated"
    remember_strings("fi", [(7, said, "%(count)s sivua käännettävistä", None, None)])
    (found,) = suggestions(said.replace("count", "number"), "en", "fi")
    assert found.text == "%(number)s sivua käännettävistä"


def test_a_rich_source_is_compared_by_its_words():
    article()
    (found,) = suggested(
        "People of <strong>all ages</strong> walked along the new path on 12 May.", is_rich=True
    )
    assert found.similarity == 100


def test_suggestions_cost_one_query(django_assert_num_queries):
    for _number in range(5):
        article()
    catch_up_all()
    page = article()
    with django_assert_num_queries(4):  # a savepoint, the threshold and the end of it beside
        suggestions(WORDS_OF_TEXT, "en", "lv", exclude=page)


@pytest.mark.long
def test_suggestions_and_search_use_the_index_among_fifty_thousand():
    page = article()
    kind = ContentType.objects.get_for_model(page)
    words = WORDS["en"]
    MemoryEntry.objects.bulk_create(
        MemoryEntry(
            source_language="en", language="lv", pair="en>lv", content_type=kind,
            object_id=number, place="|body|0", text="teksts", source_html="",
            source=f"{words['who'][number % 8]} {words['what'][number // 8 % 10]} no. {number} "
            f"{words['when'][number // 80 % 8]}",
        )
        for number in range(50_000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE translation_memoryentry")
    for queryset in (
        MemoryEntry.objects.alike(WORDS_OF_TEXT, "en", "lv"),
        MemoryEntry.objects.saying(["remote exercise", "49 9"]),
    ):
        assert "translation_memory_alike" in queryset.explain()


# Searching for a word


def search(client, **asked):
    return client.get(reverse("admin:translation_memory"), asked)


def test_a_search_shows_both_languages_with_the_word_marked(client):
    sign_in(client, "translators", languages=["lv"])
    page = article()
    catch_up_all()
    answer = search(client, q="new PATH", to="lv")
    assert b"along the <mark>new</mark> <mark>path</mark> on" in answer.content
    assert "gāja pa jauno taku" in answer.text
    assert page.title_lv in answer.text


def test_words_in_quotation_marks_stand_together(client):
    sign_in(client)
    article()
    catch_up_all()
    assert "<mark>new path</mark>" in search(client, q="“new path”").text
    assert "<mark>" not in search(client, q="“path new”").text


def test_a_search_is_asked_from_the_other_language_too(client):
    sign_in(client)
    article()
    catch_up_all()
    assert "jauno <mark>taku</mark>" in search(client, q="taku", **{"from": "lv", "to": "en"}).text
    assert "<mark>" not in search(client, q="taku", **{"from": "en"}).text


@pytest.mark.parametrize(
    "asked, said",
    [
        ({"q": "a"}, "at least 3 letters"),
        ({"q": "walk", "from": "lv", "to": "lv"}, "two different languages"),
        ({"q": "nowhere"}, "Nothing that was published says"),
        ({"q": "<script>"}, "&lt;script&gt;"),
        ({"q": "%%% ___"}, "Nothing that was published says"),
        ({"q": "walk\x00", "page": "-1", "from": "xx"}, "Nothing that was published says"),
        ({"q": "“", "page": "9999999999"}, "Translated before"),
    ],
)
def test_a_search_for_nonsense_gets_a_sentence(client, asked, said):
    sign_in(client)
    answer = search(client, **asked)
    assert answer.status_code == 200
    assert said in answer.text


@pytest.mark.long
def test_a_search_costs_the_same_for_any_number_of_hits(client, django_assert_max_num_queries):
    sign_in(client)
    for _number in range(40):
        article()
    catch_up_all()
    search(client, q="path")
    with django_assert_max_num_queries(8):
        answer = search(client, q="path")
    assert "page=2" in answer.text
    assert "page=1" in search(client, q="path", page="2").text


def test_nobody_searches_who_translates_nothing(client):
    client.force_login(make_user())
    assert search(client, q="path").status_code in (302, 403)
    somebody = make_user(is_active=True)
    somebody.is_staff = True
    somebody.save()
    client.force_login(somebody)
    assert search(client, q="path").status_code == 403


def test_a_theme_leads_to_its_form(client):
    sign_in(client)
    theme = make_theme(name_en="Walking on foot", name_lv="Pastaigas kājām")
    assert isinstance(theme, Theme)
    catch_up_all()
    assert f"/admin/content/theme/{theme.pk}/change/" in search(client, q="foot").text
