"""What programs read: each content type, its texts and languages, and what refusals say."""

import csv
import datetime
import io
import json
from functools import cache
from urllib.parse import urlsplit

import jsonschema_rs
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from healthyboost.api.cursors import rows_behind
from healthyboost.api.openapi import description
from healthyboost.api.resources import resources
from healthyboost.content.addresses import address_of
from healthyboost.content.datestamps import with_datestamp
from healthyboost.content.models import content_models
from healthyboost.translation.counting import catch_up_all
from news.models import Article

from .factories import (
    make,
    make_article,
    make_contact_person,
    make_organisation,
    make_partnership,
    make_picture,
    make_pilot,
    make_project,
    make_theme,
)

pytestmark = pytest.mark.django_db
RESOURCES = list(resources().values())
LONG = pytest.mark.long
SOON = timezone.now() + datetime.timedelta(days=2)
EARLIER = timezone.now() - datetime.timedelta(days=2)
HIDDEN = (  # a draft, scheduled, withdrawn, at its end
    {"published_at_en": None},
    {"published_at_en": SOON},
    {"withdrawn_at_en": EARLIER},
    {"unpublish_at_en": EARLIER},
)


@cache
def validator(path):
    """What the description says of the answer at `path`."""
    told = json.loads(description())
    schema = told["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    return jsonschema_rs.validator_for({**schema, "components": told["components"]})


def as_described(path, told):
    faults = [
        f"{fault.instance_path}: {fault.message}" for fault in validator(path).iter_errors(told)
    ]
    assert faults == []
    return told


def read(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, response.content
    return response.json()


def items(client, address):
    return read(client, address)["items"]


def slugs(client, address):
    return [each["slug"] for each in items(client, address)]


def rows_of_csv(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def everything_on(*pages):
    """Pages with something of all that can hang on one."""
    picture = make_picture(credit="A. Berg", licence="CC BY 4.0")
    person = make_contact_person(email="a@example.org", consent_at=EARLIER)
    for page in pages:
        page.themes.add(make_theme())
        page.links.create(label_en="More", url="https://example.org/more")
        page.statements.create(subject_en="Start", text_en="2019", reported_by_en="The city")
        page.pictures.create(picture=picture)
        page.contacts.create(person=person)


# Each content type


def test_every_content_type_with_pages_has_a_list():
    assert {each.model for each in RESOURCES} == {m for m in content_models() if m.url_name}


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: each.name)
def test_list_and_object_are_as_the_description_says(client, resource):
    page = make(resource.model, languages=["en", "lv"])
    everything_on(page)
    listed = as_described(resource.path, read(client, resource.path))
    told = as_described(f"{resource.path}/{{slug}}", read(client, f"{resource.path}/{page.slug}"))
    assert page.slug in [each["slug"] for each in listed["items"]]
    assert told["pages"] == {code: address_of(page, code) for code in ("en", "lv")}
    assert [text["language"] for text in told["body"]] == ["en", "lv"]
    assert told["pictures"][0]["licence"] == "CC BY 4.0"
    assert told["contacts"][0]["email"] == "a@example.org"
    assert told["links"][0]["label"][0]["text"] == "More"


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: each.name)
def test_nothing_that_is_not_public_is_said(client, resource):
    secret = {"title_en": "Secret plan", "summary_en": "Secret", "body_en": "Secret"}
    pages = [make(resource.model, languages=["lv", "en"], **secret, **each) for each in HIDDEN]
    addresses = [f"{resource.path}/{page.slug}" for page in pages]
    for address in (*addresses, f"{addresses[0]}?lang=en", resource.path):
        assert "Secret" not in client.get(address).content.decode()
    assert "Secret" not in str(rows_of_csv(client.get(f"{resource.path}.csv?lang=en")))


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: each.name)
def test_a_table_has_a_line_an_object(client, resource):
    page = make(resource.model, languages=["en", "lv"])
    rows = [
        row for row in rows_of_csv(client.get(f"{resource.path}.csv")) if row["slug"] == page.slug
    ]
    assert (rows[0]["title_lv"], rows[0]["languages"]) == (page.title_lv, "en lv")
    row = rows_of_csv(client.get(f"{resource.path}?format=csv&lang=fi"))[-1]
    assert row["title_language"] in ("en", "lv")


@pytest.mark.parametrize(
    "resource, number",
    [(resources()["articles"], 4), *(pytest.param(each, 30, marks=LONG) for each in RESOURCES)],
)
def test_more_rows_cost_no_more_queries(client, resource, number):
    def queries(address):
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    moment = {"date": EARLIER, "date_precision": "day"}
    pages = [make(resource.model, **(moment if each else {})) for each in range(number)]
    model, others = resource.model, [page.pk for page in pages[2:]]
    model.objects.filter(pk__in=others).update(withdrawn_at_en=EARLIER)
    everything_on(*pages)
    read(client, f"{resource.path}?limit=100")  # content types are remembered from here on
    few = queries(f"{resource.path}?limit=100")
    model.objects.update(withdrawn_at_en=None)
    assert queries(f"{resource.path}?limit=100") == few <= 7
    assert queries(f"{resource.path}/{pages[0].slug}") <= 7


# Languages


def test_an_object_that_is_public_nowhere_is_not_found(client):
    article = make_article(published_at_en=None)
    told = read(client, f"/api/v1/articles/{article.slug}", 404)
    assert told["status"] == 404
    assert slugs(client, "/api/v1/articles") == []


def test_a_withdrawn_object_is_gone_and_says_where_it_can_be_read(client):
    article = make_article(languages=["en", "lv"], withdrawn_at_lv=EARLIER)
    told = read(client, f"/api/v1/articles/{article.slug}?lang=lv", 410)
    assert told["languages"] == ["en"]
    assert slugs(client, "/api/v1/articles?lang=lv") == []
    assert slugs(client, "/api/v1/articles?lang=fi") == [article.slug]


def test_a_missing_language_is_answered_in_another_that_says_so(client):
    article = make_article(languages=["sv", "en"])
    told = read(client, f"/api/v1/articles/{article.slug}?lang=fi")
    assert [(text["text"], text["language"]) for text in told["title"]] == [
        (article.title_sv, "sv")
    ]


def test_each_text_says_how_it_came_to_be_and_how_it_stands(client):
    article = make_article(languages=["en", "lv"], origin_lv="machine", made_from_lv="en")
    article.body_en = "<p>Quite another text, much longer than before.</p>"
    article.save()
    catch_up_all()
    english, latvian = read(client, f"/api/v1/articles/{article.slug}")["body"]
    assert (english["is_original"], english["state"], english["origin"]) == (
        True,
        "original",
        "human",
    )
    assert (latvian["is_original"], latvian["state"]) == (False, "changed")
    assert latvian["origin"] == "machine"
    assert english["changed_at"] >= latvian["changed_at"]


def test_words_of_rows_are_said_only_in_languages_that_are_public(client):
    article = make_article(languages=["en"])
    article.quotes.create(speaker="A", text_en="Well", text_lv="Slepeni")
    article.links.create(label_en="More", label_lv="Slepeni", url="https://example.org")
    for ending in ("", "?lang=lv"):
        told = read(client, f"/api/v1/articles/{article.slug}{ending}")
        assert "Slepeni" not in str(told)
        assert told["quotes"][0]["text"][0]["text"] == "Well"


# What an object says


def test_what_nobody_may_see_is_no_reference(client):
    hidden = make_organisation(published_at_en=None, title_en="Secret city")
    article = make_article(
        organisation=hidden, partners=[hidden], project=make_project(languages=[])
    )
    project = make_project()
    make_partnership(project, hidden, tasks_en="Secret tasks")
    told = read(client, f"/api/v1/articles/{article.slug}")
    assert (told["organisation"], told["partners"], told["project"]) == (None, [], None)
    assert read(client, f"/api/v1/projects/{project.slug}")["partnerships"] == []


def test_a_person_is_said_as_on_the_page(client):
    article = make_article()
    silent = make_contact_person(email="silent@example.org", phone="+358 1")
    gone = make_contact_person("gone", is_current=False, consent_at=EARLIER)
    for person in (silent, gone):
        article.contacts.create(person=person)
    (told,) = read(client, f"/api/v1/articles/{article.slug}")["contacts"]
    assert told == {"name": "Person", "role": [], "email": None, "phone": None} | {
        "name": silent.name
    }


def test_what_people_in_a_picture_agreed_to_is_not_said(client):
    article = make_article()
    article.pictures.create(picture=make_picture(consent_note="Anna agreed"))
    assert "Anna" not in client.get(f"/api/v1/articles/{article.slug}").content.decode()


def test_a_date_says_only_what_is_known(client):
    moment = datetime.datetime(2021, 6, 15, 12, tzinfo=datetime.UTC)
    for precision, value in (("year", "2021"), ("month", "2021-06"), ("day", "2021-06-15")):
        article = make_article(date=moment, date_precision=precision)
        told = read(client, f"/api/v1/articles/{article.slug}")
        assert told["date"] == {"value": value, "precision": precision, "season": None}


def test_texts_lead_to_whole_addresses(client):
    picture = make_picture("park")
    pilot, hidden = make_pilot(slug="turku"), make_pilot(slug="secret", published_at_en=None)
    text = (
        f'<p><a href="portal:pilots/{pilot.slug}">One</a> '
        f'<a href="portal:pilots/{hidden.slug}">Other</a></p><img data-picture="{picture.name}">'
    )
    article = make_article(body_en=text)
    (told,) = read(client, f"/api/v1/articles/{article.slug}")["body"]
    assert f'<a href="{settings.SITE_ADDRESS}/en/pilots/turku/">One</a> Other' in told["html"]
    assert f'<img src="{settings.SITE_ADDRESS}/media/pictures/' in told["html"]
    assert "portal:" not in told["html"] and "secret" not in told["html"]


def test_a_former_slug_leads_on(client):
    article = make_article(slug="old")
    article.slug = "new"
    article.save()
    response = client.get("/api/v1/articles/old?lang=lv")
    assert response.status_code == 301
    assert response["Location"] == settings.SITE_ADDRESS + "/api/v1/articles/new?lang=lv"


# Lists


def test_pages_of_a_list_hold_each_object_once_the_newest_first(client):
    moment = datetime.datetime(2021, 6, 15, tzinfo=datetime.UTC)
    dates = [moment, moment, moment - datetime.timedelta(days=1), None, None]
    made = [make_article(date=d, date_precision="day" if d else "unknown") for d in dates]
    address, found = "/api/v1/articles?limit=1&lang=en", []
    while address:
        response = client.get(address)
        told = response.json()
        found += [each["id"] for each in told["items"]]
        address = told["next"] and "{0.path}?{0.query}".format(urlsplit(told["next"]))
        assert ('rel="next"' in response.get("Link", "")) == bool(address)
    assert found == [made[place].pk for place in (1, 0, 2, 4, 3)]


def test_filters_keep_what_was_asked(client):
    theme, organisation = make_theme("walking"), make_organisation(slug="turku")
    moment = datetime.datetime(2020, 6, 15, tzinfo=datetime.UTC)
    a = make_article(themes=[theme], date=moment, date_precision="day")
    b = make_article(kind="interview", organisation=organisation)
    assert slugs(client, "/api/v1/articles?theme=walking") == [a.slug]
    assert slugs(client, "/api/v1/articles?year=2020") == [a.slug]
    assert slugs(client, "/api/v1/articles?kind=interview") == [b.slug]
    assert slugs(client, "/api/v1/articles?organisation=turku") == [b.slug]


def test_changed_since_tells_what_readers_see_anew(client):
    article = make_article(published_at_en=EARLIER)
    tomorrow = (timezone.now() + datetime.timedelta(days=1)).date().isoformat()
    assert slugs(client, f"/api/v1/articles?changed_since={tomorrow}") == []
    moment = (timezone.now() - datetime.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert slugs(client, f"/api/v1/articles?changed_since={moment}") == [article.slug]


def test_a_moment_may_be_in_any_time_zone(client):
    assert slugs(client, "/api/v1/articles?changed_since=0355-11-16T14:06:50.9-18:45") == []


def test_a_cell_is_no_formula(client):
    make_article(title_en="=1+1", summary_en="@SUM(A1)")
    row = rows_of_csv(client.get("/api/v1/articles.csv?lang=en"))[0]
    assert (row["title"], row["summary"]) == ("'=1+1", "'@SUM(A1)")


# HTTP

QUESTIONS = {
    "?colour=red": "Known here: lang, limit",
    "?lang=xx": "known are en, lv, fi, sv, ru",
    "?lang=": "known are en",
    "?lang=en&lang=lv": "more than once",
    "?limit=0": "from 1 to 100",
    "?limit=١": "from 1 to 100",
    "?limit=101": "from 1 to 100",
    "?cursor=abc": "take the address in “next”",
    "?cursor=W251bGwsIDE4NDQ2NzQ0MDczNzA5NTUxNjE2XQ": "take the address in “next”",
    "?theme=nothing": "known are",
    "?theme=%00": "known are",
    "?organisation=nothing": "/api/v1/organisations lists",
    "?organisation=%00": "/api/v1/organisations lists",
    "?year=1": "from 2 to 9998",
    "?kind=poem": "known are news, event report",
    "?changed_since=yesterday": "a day such as",
    "?changed_since=0001-01-01": "a day such as",
    "?changed_since=2021-02-31": "a day such as",
    "?format=xml": "known are json, csv",
}


@pytest.mark.parametrize("question, said", QUESTIONS.items(), ids=list(QUESTIONS))
def test_what_is_not_known_is_refused_with_what_is(client, question, said):
    response = client.get(f"/api/v1/articles{question}")
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert said in response.json()["detail"]
    assert response.json()["status"] == 400


@pytest.mark.parametrize(
    "address", ["/api/v1/poems", "/api/v1/articles/none", "/api/v1/a/b/c", "/api/v1/articles/a%20b"]
)
def test_what_is_not_there_is_a_problem_in_the_same_form(client, address):
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_faults_before_an_address_is_found_have_the_same_form(client):
    response = client.get("/api/v1/articles/%00")
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(client, method):
    response = getattr(client, method)("/api/v1/articles")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert response["Content-Type"] == "application/problem+json"


def test_a_format_that_is_not_there_is_refused(client):
    response = client.get("/api/v1/articles", headers={"accept": "image/png"})
    assert response.status_code == 406
    accepted = client.get("/api/v1/articles", headers={"accept": "text/csv"})
    assert accepted["Content-Type"] == "text/csv; charset=utf-8"


def test_a_fault_of_ours_is_a_problem_in_the_same_form(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("healthyboost.api.views.LIMIT", "many")
    response = client.get("/api/v1/articles")
    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
    assert "many" not in response.content.decode()


def test_any_page_of_any_host_may_read(client):
    for response in (client.get("/api/v1/articles"), client.get("/api/v1/poems")):
        assert response["Access-Control-Allow-Origin"] == "*"
    response = client.options("/api/v1/articles", headers={"origin": "https://example.org"})
    assert (response.status_code, response["Access-Control-Allow-Methods"]) == (
        204,
        "GET, HEAD, OPTIONS",
    )


def test_caches_and_cookies(client):
    response = client.get("/api/v1/articles", headers={"accept-language": "lv"})
    assert (response["Vary"], response["Content-Language"]) == ("Accept", "en, lv, fi, sv, ru")
    assert not response.cookies


@pytest.mark.parametrize(
    "address", ["", "/articles", "/articles.csv", "/articles/walk", "/openapi.json"]
)
def test_nothing_new_is_not_sent_again(client, address):
    make_article(slug="walk")
    first = client.get(f"/api/v1{address or '/'}")
    again = client.get(f"/api/v1{address or '/'}", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again["ETag"]) == (304, first["ETag"])


def test_a_table_has_another_tag_once_something_has_changed(client):
    article = make_article()
    before = client.get("/api/v1/articles.csv")["ETag"]
    article.title_en = "Another"
    article.save()
    after = client.get("/api/v1/articles.csv")["ETag"]
    Article.objects.filter(pk=article.pk).update(withdrawn_at_en=EARLIER)
    assert len({before, after, client.get("/api/v1/articles.csv")["ETag"]}) == 3


def test_head_answers_without_a_body(client):
    make_article(slug="walk")
    for address in ("/articles", "/articles.csv", "/articles/walk"):
        response = client.head(f"/api/v1{address}")
        assert (response.status_code, response.content) == (200, b"")
        assert response["ETag"]


def test_an_object_says_when_it_changed_last(client):
    response = client.get(f"/api/v1/articles/{make_article().slug}")
    assert response["Last-Modified"].endswith("GMT")


def test_an_address_with_a_slash_leads_on(client):
    response = client.get("/api/v1/articles/?lang=lv")
    assert response["Location"] == settings.SITE_ADDRESS + "/api/v1/articles?lang=lv"


# With many rows


@pytest.mark.long
def test_the_index_names_addresses_that_are_there(client):
    told = read(client, "/api/v1/")
    for each in told["lists"].values():
        for form in ("json", "csv"):
            assert client.get(each[form].removeprefix(settings.SITE_ADDRESS)).status_code == 200


@pytest.mark.parametrize("dated", [True, False])
def test_a_deep_page_is_one_walk_along_the_index(dated):
    after = (timezone.now() if dated else None, 10)
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as found:
        # in a small table, reading all of it is the quickest; a list that needs sorting is sorted even so
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        rows_behind(with_datestamp(resources()["articles"].public()), after, 20)
    query = next(each["sql"] for each in found if each["sql"].startswith("SELECT"))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (COSTS OFF) {query}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Scan using news_article_newest" in plan
    assert ("date <= " if dated else "date IS NULL") in plan.partition("Filter")[0]
    assert "Sort" not in plan and "Seq Scan" not in plan
