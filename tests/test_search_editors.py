"""Who works here finds pages by all that they say, drafts included where she may read them."""

import pytest
from django.urls import reverse

from healthyboost.content.models import Draft
from healthyboost.translation.counting import catch_up_all
from news.models import Article

from .admin_forms import list_address, sign_in
from .factories import make_article, make_organisation

pytestmark = pytest.mark.django_db
MATRIX = "/admin/pages-by-language/"


def listed(client, query, model=Article):
    answer = client.get(list_address(model), {"q": query})
    assert answer.status_code == 200
    return {page.title_en or page.slug for page in answer.context["cl"].result_list}


def make_draft(page, text):
    draft = Draft.of(page, "en")
    draft.fields = {"body": f"<p>{text}</p>"}
    draft.save()
    page.save()  # as the form does


def test_a_list_is_searched_in_the_text_in_any_form_and_as_far_as_it_is_typed(client):
    sign_in(client, "editor")
    make_article(title_en="One", languages=["en", "fi"], body_fi="<p>Kaupungissa on sauna.</p>")
    make_article(title_en="Two", slug="hullabaloo-2021")
    for query in ("kaupunki", "kaupungi", "kaup", "kaupungit saun", "sauna -hullabaloo"):
        assert listed(client, query) == {"One"}, query
    assert listed(client, "hullab") == {"Two"}
    assert listed(client, "sauna -kaupunki") == set()


def test_what_is_not_public_is_found_there(client):
    sign_in(client, "editor")
    make_article(title_en="Sauna to come", published_at_en=None)
    assert listed(client, "sauna") == {"Sauna to come"}


def test_a_draft_is_found_by_who_may_read_it(client):
    city, other = make_organisation(), make_organisation()
    make_draft(make_article(title_en="Ours", organisation=city), "hullabaloo")
    make_draft(make_article(title_en="Theirs", organisation=other), "hullabaloo")
    sign_in(client, "coordinator", organisation=city)
    assert listed(client, "hullabaloo") == {"Ours"}
    sign_in(client, "editor")
    assert listed(client, "hullabaloo") == {"Ours", "Theirs"}
    sign_in(client, "translator", languages=["sv"])
    assert listed(client, "hullabaloo") == {"Ours", "Theirs"}


@pytest.mark.long
@pytest.mark.parametrize("query", ["!!!", "-", '"', "\0", "' OR 1=1 --", "a" * 500, "((", "😀"])
def test_odd_words_are_answered(client, query):
    sign_in(client, "editor")
    make_article(title_en="Sauna")
    assert client.get(list_address(Article), {"q": query}).status_code == 200
    assert client.get(MATRIX, {"q": query}).status_code == 200
    queue = client.get("/admin/translate/", {"q": query, "language": "sv"})
    assert queue.status_code == (400 if "\0" in query else 200)


def test_the_matrix_and_the_queue_are_searched_alike(client):
    sign_in(client, "editor")
    make_article(title_en="One", body_en="<p>About saunas.</p>")
    make_article(title_en="Two")
    catch_up_all()
    items = client.get(MATRIX, {"q": "sauna"}).context["items"]
    assert [item.title for item in items] == ["One"]
    text = client.get("/admin/translate/", {"q": "sauna", "language": "sv"}).text
    assert ">One<" in text and ">Two<" not in text


def test_what_a_row_leads_to_is_searched_alike(client):
    sign_in(client, "editor")
    make_organisation(title_en="City of Turku", title_fi="Turun kaupunki")
    asked = {"app_label": "news", "model_name": "article", "field_name": "organisation"}
    answer = client.get(reverse("admin:autocomplete"), {"term": "kaupungin turk", **asked})
    assert len(answer.json()["results"]) == 1
