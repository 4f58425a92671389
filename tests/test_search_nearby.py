"""Where nothing is found: what was meant, and never a word that nobody may read."""

from datetime import timedelta

import pytest
from django.utils import timezone

from healthyboost.content.models import Draft
from healthyboost.search.models import SpokenWord
from healthyboost.search.nearby import alike, errors_between, forget_words
from news.models import Article

from .factories import make_article
from .test_search import found, text_of
from .test_search_languages import make_term

pytestmark = pytest.mark.django_db


def offered(client, query, language="en"):
    return client.get(f"/{language}/search/", {"q": query}).context.get("instead")


def more(*words):
    return pytest.param(*words, marks=pytest.mark.long)


@pytest.mark.parametrize(
    "language, said, typed, meant",
    [
        ("en", "A municipality walks", "munincipality", "municipality"),
        ("lv", "Sadarbība visiem", "sadarbiiba", "sadarbība"),
        ("fi", "Hyvinvointi kaikille", "hyvinvoitni", "hyvinvointi"),
        ("sv", "Folkhälsa först", "folkhlsa", "folkhälsa"),
        ("ru", "Здоровье города", "здаровье", "здоровье"),
        more("en", "The bench", "bnech", "bench"),
        more("lv", "Jauna pilsēta", "pilseeta", "pilsēta"),
        more("fi", "Terveys ensin", "tervyes", "terveys"),
        more("sv", "Samverkan lönar sig", "samvrekan", "samverkan"),
        more("ru", "Наше сотрудничество", "сотрудничиство", "сотрудничество"),
    ],
)
def test_typing_error_is_understood_in_each_language(client, language, said, typed, meant):
    make_article(languages=[language], **{f"title_{language}": said})
    assert (offered(client, typed, language), found(client, meant, language)) == (meant, [said])


@pytest.mark.parametrize(
    "language, said, typed",
    [
        ("ru", "Здоровье", "pljhjdmt"),
        ("ru", "Город Турку", "ujhjl Nehre"),
        ("ru", "Благополучие", ",kfujgjkexbt"),
        ("en", "Health", "руфдер"),
        more("fi", "Terveys", "еукмуны"),
        more("sv", "Sundhet", "ыгтвруе"),
    ],
)
def test_other_keyboard_layout_is_understood_both_ways(client, language, said, typed):
    make_article(languages=[language], **{f"title_{language}": said})
    assert "These are the results for" in text_of(client, typed) and found(client, typed) == [said]


@pytest.mark.parametrize(
    "typed", ["Cherepovets", "cherepovec", "Čerepovec", "Tscherepovets", "Череповце"]
)
def test_a_russian_name_is_found_however_it_is_written(client, typed):
    make_article(languages=["ru"], title_ru="Новости Череповца")
    assert found(client, typed, "ru") == ["Новости Череповца"]


@pytest.mark.parametrize(
    "language, said, typed",
    [
        ("lv", "Jelgavas pašvaldība", "pasvaldiba"),
        ("fi", "Yhteistyötä Järvenpäässä", "yhteistyo jarvenpaa"),
        ("sv", "Region Västerbotten i Umeå", "vasterbotten umea"),
        ("ru", "Новый партнёр", "партнер"),
        ("en", "Poznań and Suwałki", "poznan"),
    ],
)
def test_letters_without_their_marks_find_the_same(client, language, said, typed):
    make_article(languages=[language], **{f"title_{language}": said})
    assert found(client, typed, language) == [said]


def test_a_term_of_the_glossary_is_offered_where_it_finds_something(client):
    make_term("well_being", en="well-being", fi="hyvinvointi")
    assert offered(client, "wellbieng") is None
    make_article(languages=["fi"], title_fi="Hyvinvoinnista")
    assert offered(client, "wellbieng") == "well-being"
    assert found(client, "wellbieng") == ["Hyvinvoinnista"]


def test_one_wrong_word_of_two_is_mended_alone(client):
    make_article(title_en="Green city plan")
    make_article(title_en="A city of old")
    assert offered(client, "city paln") == "city plan"
    assert found(client, "city paln") == ["Green city plan"]


def test_a_word_that_is_known_is_not_taken_for_an_error(client):
    make_article(title_en="A mental game")
    make_article(title_en="Men of health")
    assert offered(client, "mental health") is None
    assert sorted(found(client, "mental health")) == ["A mental game", "Men of health"]


def test_a_word_that_is_far_from_all_is_not_replaced(client):
    make_article(languages=["sv"], title_sv="Ett par cyklar")
    assert offered(client, "Pärnu", "sv") is None
    assert "Nothing was found" in text_of(client, "xyzzy")


def test_errors_are_counted_as_people_make_them():
    pairs = [("sauna", "suana"), ("sauna", "saun"), ("sauna", "saunna"), ("sauna", "souna")]
    assert [errors_between(*pair) for pair in pairs] == [1, 1, 1, 1]
    assert (errors_between("", "ab"), errors_between("abc", "abc")) == (2, 0)


# Nothing leaks


def hidden(state):
    """A page that says a word which nobody may read."""
    later = timezone.now() + timedelta(days=1)
    if state == "scheduled":
        return make_article(title_en="Hullabaloo", published_at_en=later)
    if state == "written":
        return make_article(title_en="Hullabaloo", published_at_en=None)
    article = make_article(title_en="Hullabaloo" if state != "draft" else "Forest")
    if state == "draft":
        draft = Draft.of(article, "en")
        draft.fields = {"title": "Hullabaloo"}
        draft.save()
    elif state == "withdrawn":
        article.withdrawn_at_en = timezone.now()
        article.save()
    elif state == "withdrawn by hand":
        Article.objects.filter(pk=article.pk).update(withdrawn_at_en=timezone.now())
    elif state == "ended":
        Article.objects.filter(pk=article.pk).update(unpublish_at_en=timezone.now())
    elif state == "deleted":
        article.delete()
    return article


STATES = ("scheduled", "written", "draft", "withdrawn", "withdrawn by hand", "ended", "deleted")


@pytest.mark.parametrize("state", STATES)
def test_a_word_that_nobody_may_read_is_neither_found_nor_offered(client, state):
    hidden(state)
    make_article(title_en="Something else")
    assert "Nothing was found" in text_of(client, "hullabaloo")
    assert "hullabaloo" not in text_of(client, "hullabalo").lower()
    assert offered(client, "hullabalo") is None


def test_a_form_that_only_a_withdrawn_text_says_is_not_offered(client):
    make_article(title_en="Walking")
    hidden("withdrawn")
    article = make_article(title_en="Walkers walked")
    assert "walked" in alike("walkedd", "en")
    article.withdrawn_at_en = timezone.now()
    article.save()
    assert SpokenWord.objects.filter(word="walked").exists() and alike("walkedd", "en") == []


def test_words_that_no_public_text_says_are_forgotten(client):
    hidden("withdrawn by hand")
    make_article(title_en="Forest walk")
    for _time in range(20):
        forget_words()
    words = set(SpokenWord.objects.values_list("word", flat=True))
    assert "hullabaloo" not in words and {"forest", "walk"} <= words
