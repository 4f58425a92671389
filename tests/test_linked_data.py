"""What search engines are told of a page: schema.org in JSON-LD."""

import datetime
import json
import re

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from healthyboost.content.addresses import absolute, address_of
from healthyboost.content.models import Content
from materials.linked_data import licence
from partners.models import FundingLine, FundingSource

from .factories import (
    LONG_AGO,
    each_content_type,
    make,
    make_article,
    make_material,
    make_organisation,
    make_page,
    make_partnership,
    make_pilot,
    make_project,
    make_theme,
    pdf,
)

pytestmark = pytest.mark.django_db
BLOCK = '<script type="application/ld+json">'


def graph_of(text):
    """The nodes of the one block of JSON-LD of a page."""
    (block,) = re.findall(rf"{re.escape(BLOCK)}(.*?)</script>", text, re.S)
    return json.loads(block)["@graph"]


def nodes_at(client, path):
    """{type: node}; of several types the first counts."""
    kinds = [(node["@type"], node) for node in graph_of(client.get(path).text)]
    return {kind if isinstance(kind, str) else kind[0]: node for kind, node in kinds}


def every_node(value):
    """All the nodes inside a value, however deep."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from every_node(each)
    elif isinstance(value, list):
        for each in value:
            yield from every_node(each)


# Every page


@pytest.mark.parametrize("model", each_content_type())
def test_page_of_every_content_type_tells_what_it_is(client, model):
    page = make(model, languages=["lv"])
    graph = graph_of(client.get(address_of(page, "lv").removeprefix(absolute(""))).text)
    work = next(node for node in graph if node.get("@id") == f"{address_of(page, 'lv')}#text")
    assert (work["inLanguage"], work["headline"]) == ("lv", page.title_lv)
    assert work["publisher"]["name"] == "Healthy Boost"


def test_content_type_of_tomorrow_is_a_creative_work():
    assert Content.schema_type == "CreativeWork"


def test_title_cannot_break_out_of_the_script(client):
    hostile = "</script><script>alert(1)</script><!--\u2028&quot;"
    article = make_article(title_en=hostile, summary_en=hostile)
    text = client.get(f"/en/news/{article.slug}/").text
    assert "<script>alert" not in text
    assert next(n for n in graph_of(text) if n["@type"] == "NewsArticle")["headline"] == hostile


def test_texts_in_other_languages_name_each_other_both_ways(client):
    article = make_article(languages=["fi", "en", "lv"], slug="walk")
    type(article).objects.update(withdrawn_at_lv=timezone.now())
    original = nodes_at(client, "/fi/news/walk/")["NewsArticle"]
    translation = nodes_at(client, "/en/news/walk/")["NewsArticle"]
    assert [each["@id"] for each in original["workTranslation"]] == [translation["@id"]]
    assert translation["translationOfWork"]["@id"] == original["@id"]
    assert translation["translationOfWork"]["inLanguage"] == "fi"
    assert "translationOfWork" not in original and "workTranslation" not in translation


def test_translation_names_the_text_that_it_was_made_from(client):
    article = make_article(languages=["fi", "en", "lv"], slug="walk", made_from_lv="en")
    lv, en = (nodes_at(client, f"/{code}/news/walk/")["NewsArticle"] for code in ("lv", "en"))
    assert lv["translationOfWork"]["@id"] == f"{address_of(article, 'en')}#text"
    assert [each["inLanguage"] for each in en["workTranslation"]] == ["lv"]


def test_page_shown_in_another_language_is_told_of_in_that_language(client):
    make_article(languages=["fi"], slug="walk")
    nodes = nodes_at(client, "/ru/news/walk/")
    assert nodes["NewsArticle"]["inLanguage"] == "fi"
    names = [each["name"] for each in nodes["BreadcrumbList"]["itemListElement"]]
    assert names == ["Etusivu", "Ajankohtaista", nodes["NewsArticle"]["headline"]]
    assert all("/ru/" not in json.dumps(node) for node in nodes.values())


def test_date_of_change_is_that_of_the_text_in_this_language(client):
    article = make_article(languages=["en", "fi"], slug="walk")
    before = timezone.now()
    article.title_fi = "Kävely"
    article.save()
    changed = {
        code: datetime.datetime.fromisoformat(
            nodes_at(client, f"/{code}/news/walk/")["NewsArticle"]["dateModified"]
        )
        for code in ("en", "fi")
    }
    assert changed["en"] < changed["fi"]
    assert changed["fi"] >= before


def test_date_of_publication_says_no_more_than_is_known(client):
    for precision, said in (("month", "2021-06"), ("day", "2021-06-15"), ("year", "2021")):
        article = make_article(date=LONG_AGO, date_precision=precision)
        node = nodes_at(client, f"/en/news/{article.slug}/")["NewsArticle"]
        assert node["datePublished"] == said


def test_owner_that_is_not_public_is_not_the_author(client):
    owner = make_organisation(published_at_en=None, title_en="Secret")
    article = make_article(organisation=owner)
    text = client.get(f"/en/news/{article.slug}/").text
    assert "Secret" not in text
    assert nodes_at(client, f"/en/news/{article.slug}/")["NewsArticle"]["author"]["name"] == (
        "Healthy Boost"
    )


# Types


def test_front_page_is_a_website_that_can_be_searched(client):
    nodes = nodes_at(client, "/sv/")
    search = nodes["WebSite"]["potentialAction"]
    assert search["target"]["urlTemplate"] == absolute("/sv/search/?q={search_term_string}")
    assert search["query-input"] == "required name=search_term_string"
    assert nodes["Organization"]["url"] == absolute("/")


def test_list_has_breadcrumbs(client):
    crumbs = nodes_at(client, "/en/partners/")["BreadcrumbList"]["itemListElement"]
    assert [(each["position"], each["name"]) for each in crumbs] == [(1, "Home"), (2, "Partners")]


@pytest.mark.parametrize(
    "kind, name",
    [("news", "NewsArticle"), ("interview", "NewsArticle"), ("opinion", "OpinionNewsArticle")],
)
def test_kind_of_an_article_is_told(client, kind, name):
    article = make_article(kind=kind)
    assert name in nodes_at(client, f"/en/news/{article.slug}/")


def test_material_is_a_learning_resource_with_its_versions(client):
    author = make_organisation(title_en="Turku")
    material = make_material(
        kind="training",
        minutes_needed=90,
        licence="CC BY-SA 4.0",
        doi="10.1051/shsconf/2018",
        audience=[make_theme("teachers", kind="group")],
        authors=[author],
    )
    material.versions.create(
        language="lv", form="file", title="Modelis", file=ContentFile(pdf(), "model.pdf")
    )
    material.versions.create(
        language="en", form="video", title="Film", url="https://example.org/v", duration_seconds=75
    )
    node = nodes_at(client, f"/en/materials/{material.slug}/")["LearningResource"]
    assert node["timeRequired"] == "PT90M"
    assert node["license"] == "https://creativecommons.org/licenses/by-sa/4.0/"
    assert node["sameAs"] == "https://doi.org/10.1051/shsconf/2018"
    assert node["audience"][0]["audienceType"] == "Teachers"
    assert [each["name"] for each in node["author"]] == ["Turku"]
    file, film = node["encoding"]
    assert (file["inLanguage"], file["encodingFormat"]) == ("lv", "application/pdf")
    assert file["contentUrl"].startswith(absolute("/media/materials/model"))
    assert (film["@type"], film["url"]) == ("VideoObject", "https://example.org/v")
    assert film["duration"] == "PT75S"


@pytest.mark.parametrize(
    "said, told",
    [
        ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("cc-by-nc-nd-3.0", "https://creativecommons.org/licenses/by-nc-nd/3.0/"),
        ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("https://example.org/terms", "https://example.org/terms"),
        ("ask us", {"@type": "CreativeWork", "name": "ask us"}),
        ("", None),
    ],
)
def test_licence_is_told_by_its_address(said, told):
    assert licence(said) == told


def test_project_tells_its_partners_and_grants_but_not_the_own_money(client):
    project = make_project(total_budget=100, currency="EUR", acronym="HB", number="R085")
    make_partnership(
        project,
        make_organisation(title_en="Turku"),
        role="lead",
        valid_until=datetime.date(2019, 3, 1),
    )
    make_partnership(project, make_organisation(title_en="Secret", published_at_en=None))
    for kind, amount in (("ERDF", 75), ("own", 25)):
        source = FundingSource.objects.create(slug=kind.lower(), kind=kind, name_en=f"The {kind}")
        FundingLine.objects.create(project=project, source=source, amount=amount)
    node = nodes_at(client, f"/en/about/{project.slug}/")["Project"]
    assert node["alternateName"] == "HB"
    (role,) = node["member"]
    assert (role["member"]["name"], role["roleName"]) == ("Turku", "Lead partner")
    assert role["endDate"] == "2019-02-28"
    (grant,) = node["funding"]
    assert grant["funder"]["name"] == "The ERDF"
    assert grant["amount"] == {"@type": "MonetaryAmount", "value": 75.0, "currency": "EUR"}


def test_pilot_is_part_of_its_project_and_has_a_place(client):
    pilot = make_pilot(city_en="Tartu", country="EE", latitude="58.3776", longitude="26.729")
    nodes = nodes_at(client, f"/en/pilots/{pilot.slug}/")
    node = nodes["Project"]
    assert node["parentOrganization"]["@id"] == absolute(f"/#project-{pilot.project.slug}")
    assert node["location"]["address"]["addressCountry"] == "EE"
    assert node["location"]["geo"]["latitude"] == 58.3776
    assert nodes["WebPage"]["mainEntity"]["@id"] == node["@id"]


def test_organisation_is_what_it_is(client):
    university = make_organisation(
        kind="university",
        website="https://example.org/",
        native_name="Rīgas Stradiņa universitāte",
        native_language="lv",
    )
    node = nodes_at(client, f"/en/partners/{university.slug}/")["CollegeOrUniversity"]
    assert node["sameAs"] == "https://example.org/"
    assert node["alternateName"][0]["@value"] == "Rīgas Stradiņa universitāte"


def test_page_about_the_portal_says_which_it_is(client):
    make_page(kind="about")
    assert "AboutPage" in nodes_at(client, "/en/about/")


# In a browser


@pytest.mark.long
@pytest.mark.browser
def test_strict_policy_has_nothing_against_it(page, live_server):
    article = make_article(title_en="</script><script>alert(1)</script>")
    page.goto(f"{live_server.url}/en/news/{article.slug}/")
    block = page.locator('script[type="application/ld+json"]')
    assert json.loads(block.text_content())["@context"] == "https://schema.org"
