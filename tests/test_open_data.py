"""Projects, partners and budgets for reuse, the catalogue of all datasets, and the page about them."""

import csv
import datetime
import json
import re
from decimal import Decimal
from io import StringIO

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rdflib import DCTERMS, FOAF, RDF, Graph, Namespace, URIRef
from rdflib.compare import isomorphic

from healthyboost.content.datestamps import with_datestamp
from healthyboost.content.languages import language_codes
from healthyboost.content.models import content_models
from healthyboost.opendata.catalogue import datasets, last_change
from partners.models import FundingLine, FundingSource, Organisation, Project

from .factories import (
    make,
    make_article,
    make_contact_person,
    make_organisation,
    make_partnership,
    make_project,
)

pytestmark = pytest.mark.django_db
DCAT = Namespace("http://www.w3.org/ns/dcat#")
JANUARY = datetime.date(2019, 1, 21)


def add_money(owner, **amounts):
    """Funding lines of a project or a partnership by kind of source, and their total."""
    name = "project" if isinstance(owner, Project) else "partnership"
    for kind, amount in amounts.items():
        source, _is_new = FundingSource.objects.get_or_create(
            slug=kind.lower(), kind=kind.replace("_", " "), defaults={"name_en": kind}
        )
        FundingLine.objects.create(source=source, amount=Decimal(amount), **{name: owner})
    field = "total_budget" if name == "project" else "budget_total"
    setattr(owner, field, sum(Decimal(amount) for amount in amounts.values()))
    owner.save()


@pytest.fixture
def project():
    project = make_project(
        languages=["en", "lv"],
        acronym="Healthy Boost",
        number="#R085",
        start=JANUARY,
        start_precision="month",
        actual_end=datetime.date(2021, 12, 31),
    )
    add_money(project, ERDF="1894858.83", neighbourhood="147220.00", national_public="492429.02")
    return project


def keep(client, language=""):
    response = client.get("/data/keep.json", {"lang": language} if language else {})
    assert response.status_code == 200, response.content
    return response.json()["projects"]


def table(client, name, **query):
    response = client.get(f"/data/keep-{name}.csv", query)
    assert response.status_code == 200, response.content
    return list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))


# Projects, partners and budgets


def test_a_project_has_the_fields_of_keep_and_amounts_that_add_up(client, project):
    (found,) = keep(client)
    assert found["project_acronym"] == "Healthy Boost"
    assert (found["start_date"], found["end_date"]) == ("2019-01", "2021-12-31")
    assert found["project_status"] == "Closed"
    assert found["project_names"] == {"en": project.title_en, "lv": project.title_lv}
    assert found["total_budget"] == "2534507.85"
    assert sum(Decimal(line["amount"]) for line in found["funding"]) == Decimal("2534507.85")
    assert found["eu_funding"] == "1894858.83" and found["eu_funding_is_a_part"] is True


def test_a_partner_has_its_role_its_time_and_its_budget(client, project):
    city = make_organisation(
        title_en="City of Turku", native_name="Turun kaupunki", native_language="fi", country="FI"
    )
    role = make_partnership(project, city, role="lead", valid_until=datetime.date(2019, 3, 1))
    add_money(role, ERDF="100.10", own="0.20")
    (found,) = keep(client)[0]["partners"]
    assert found["partner_role"] == "Lead partner"
    assert (found["period_from"], found["period_to"]) == ("2019-01", "2019-02-28")
    assert found["partner_name_in_original_language"] == "Turun kaupunki"
    assert found["legal_status"] == "Public" and found["country_code"] == "FI"
    assert found["total_budget"] == "100.30" and found["eu_funding"] == "100.10"
    assert found["eu_funding_is_a_part"] is False


def test_what_is_not_known_is_null_and_not_nought(client):
    project = make_project(start=JANUARY)
    make_partnership(project, make_organisation(kind="association"))
    (found,) = keep(client)
    (partner,) = found["partners"]
    for fields in (found, partner):
        assert fields["total_budget"] is fields["eu_funding"] is fields["currency"] is None
        assert fields["funding"] == []
    assert partner["legal_status"] is partner["address"] is None


def test_texts_are_in_the_asked_language_or_say_in_which(client, project):
    make_partnership(project, make_organisation(languages=["en"]))
    (latvian,) = keep(client, "lv")
    assert (latvian["project_name"], latvian["language"]) == (project.title_lv, "lv")
    assert latvian["partners"][0]["language"] == "en"
    (finnish,) = keep(client, "fi")
    assert finnish["language"] == "en"


def test_drafts_and_withdrawn_organisations_are_not_told(client, project):
    make_partnership(project, make_organisation(languages=[], title_en="Secret"))
    gone = make_organisation(title_en="Gone")
    make_partnership(project, gone)
    make_project(languages=[], title_en="Draft", start=JANUARY)
    Organisation.objects.filter(pk=gone.pk).update(withdrawn_at_en=timezone.now())
    (found,) = keep(client)
    assert found["partners"] == []
    assert "Draft" not in json.dumps(found)


def test_of_people_there_is_nothing(client, project):
    city = make_organisation()
    person = make_contact_person(name="Anna Berga", organisation=city, email="anna@example.org")
    Project.objects.update(manager=person)
    make_partnership(project, city)
    for path in ("keep.json", "keep-projects.csv", "keep-partners.csv"):
        response = client.get(f"/data/{path}")
        assert b"Anna" not in response.content and b"anna@" not in response.content


def test_the_tables_say_what_the_json_says(client, project):
    role = make_partnership(project, make_organisation(title_en='City, "of" Łódź'))
    add_money(role, ERDF="85.00", own="15.00")
    (row,) = table(client, "projects")
    assert row["project_name_lv"] == project.title_lv and row["project_name_fi"] == ""
    assert row["funding_erdf"] == "1894858.83" and row["funding_national_public"] == "492429.02"
    assert row["eu_funding_is_a_part"] == "true"
    (row,) = table(client, "partners", lang="sv")
    assert row["partner_name"] == 'City, "of" Łódź'
    amounts = [Decimal(row[name]) for name in row if name.startswith("funding_") and row[name]]
    assert sum(amounts) == Decimal(row["total_budget"]) == 100


def test_tables_without_rows_have_their_heads(client):
    for name in ("projects", "partners"):
        response = client.get(f"/data/keep-{name}.csv")
        assert response.content.decode("utf-8-sig").startswith("pro")


@pytest.mark.parametrize("path", ["/data/keep.json", "/data/keep-projects.csv"])
def test_nonsense_is_refused_with_the_reason(client, path):
    for query in ("lang=xx", "lang=", "lang=en&lang=lv", "lang=en&colour=blue", "%00=1"):
        response = client.get(f"{path}?{query}")
        assert response.status_code == 400, query
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["detail"]
    assert client.post(path).status_code == 405
    assert client.get("/data/keep-people.csv").status_code == 404


@pytest.mark.parametrize("path", ["keep.json", "catalogue.ttl"])
def test_what_has_not_changed_is_not_sent_again(client, project, path):
    first = client.get(f"/data/{path}")
    assert first["Access-Control-Allow-Origin"] == "*" and not first.cookies
    again = client.get(f"/data/{path}", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304 and not again.content
    Project.objects.update(title_en="Changed", published_at_en=timezone.now())
    changed = client.get(f"/data/{path}", headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200


def test_the_number_of_queries_is_the_same_for_many_partners(client, project):
    def queries(path):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    paths = ["/data/keep.json", "/data/catalogue.ttl", "/en/data/"]
    make_partnership(project)
    make_article()
    client.get("/en/data/")
    few = [queries(path) for path in paths]
    for _number in range(4):
        make_partnership(project)
        make_article()
    assert [queries(path) for path in paths] == few
    assert few[0] == 1


# The catalogue


def graph(client, form="turtle"):
    suffix = {"turtle": "ttl", "json-ld": "jsonld"}[form]
    response = client.get(f"/data/catalogue.{suffix}")
    assert response.status_code == 200
    return Graph().parse(data=response.content, format=form)


@pytest.mark.long
def test_turtle_and_json_ld_say_the_same(client):
    make_article()
    assert isomorphic(graph(client), graph(client, "json-ld"))


# What DCAT-AP 3 wants of each class, and what this portal wants beside it.
WANTED = {
    DCAT.Catalog: [
        DCTERMS.title,
        DCTERMS.description,
        DCTERMS.publisher,
        DCTERMS.license,
        DCAT.dataset,
    ],
    DCAT.Dataset: [
        *(DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCTERMS.license, DCTERMS.language),
        *(DCTERMS.modified, DCAT.distribution, DCAT.theme),
    ],
    DCAT.Distribution: [DCAT.accessURL, DCTERMS.license, DCTERMS["format"], DCTERMS.language],
    DCAT.DataService: [DCTERMS.title, DCAT.endpointURL, DCAT.servesDataset],
    FOAF.Agent: [FOAF.name],
}


def test_the_catalogue_has_all_that_dcat_ap_wants(client):
    for model in content_models():
        make(model)
    found = graph(client)
    for kind, wanted in WANTED.items():
        nodes = list(found.subjects(RDF.type, kind))
        assert nodes, kind
        lacking = [
            (node, name) for node in nodes for name in wanted if (node, name, None) not in found
        ]
        assert lacking == []
    for node in found.subjects(RDF.type, DCAT.Dataset):
        codes = [title.language for title in found.objects(node, DCTERMS.title)]
        assert sorted(codes) == sorted(language_codes())


def test_what_the_catalogue_names_is_described_in_it(client):
    found = graph(client)
    named = (DCTERMS.publisher, DCAT.dataset, DCAT.service, DCAT.distribution, DCAT.accessService)
    for name in (*named, DCTERMS.license, DCAT.servesDataset):
        for node in found.objects(None, name):
            assert (node, RDF.type, None) in found, node


@pytest.mark.long
def test_all_addresses_of_the_catalogue_answer(client):
    for model in content_models():
        make(model)
    found = graph(client)
    addresses = {
        str(address)
        for name in (DCAT.accessURL, DCAT.endpointURL, DCAT.endpointDescription, FOAF.homepage)
        for address in found.objects(None, name)
    }
    assert len(addresses) > 20
    for address in addresses:
        path = address.removeprefix(settings.SITE_ADDRESS)
        assert path != address
        response = client.get(path)
        assert response.status_code == 200, path


def test_each_list_of_the_interface_is_a_dataset():
    names = {dataset.name for dataset in datasets()}
    assert {f"{model._meta.model_name}s" for model in content_models()} <= names


@pytest.mark.long
def test_the_date_of_a_dataset_is_that_of_its_newest_change():
    for model in content_models():
        make(model, languages=["en", "lv"])
        last = make(model, languages=["lv"])
        column = {"withdrawn_at_lv": timezone.now()}
        model.objects.filter(pk=last.pk).update(**column)
        newest = max(with_datestamp(model.objects).values_list("datestamp", flat=True))
        assert last_change(model) == newest


def test_a_deleted_object_changes_its_dataset_and_a_draft_does_not():
    article = make_article()
    before = last_change(type(article))
    make_article(languages=[])
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    make_article(published_at_en=tomorrow, unpublish_at_en=tomorrow + datetime.timedelta(days=1))
    assert last_change(type(article)) == before
    article.delete()
    assert last_change(type(article)) > before


def test_the_licence_is_that_of_the_settings_and_else_our_own_words(client):
    licences = set(graph(client).objects(None, DCTERMS.license))
    assert licences == {URIRef(f"{settings.SITE_ADDRESS}/en/data/#licence")}
    chosen = "https://creativecommons.org/licenses/by/4.0/"
    with override_settings(DATA_LICENCE=chosen):
        found = graph(client)
        assert set(found.objects(None, DCTERMS.license)) == {URIRef(chosen)}
        assert "CC BY 4.0" in map(str, found.objects(URIRef(chosen), DCTERMS.title))
        assert client.get("/data/keep.json").json()["licence"] == chosen


def test_the_catalogue_takes_no_parameters_and_has_two_forms(client):
    assert client.get("/data/catalogue.ttl?lang=en").status_code == 400
    assert client.get("/data/catalogue.xml").status_code == 404


# The page for people


@pytest.mark.long
def test_the_page_says_what_there_is_in_each_language(client):
    make_article()
    for language in language_codes():
        response = client.get(f"/{language}/data/")
        page = response.content.decode()
        assert response.status_code == 200 and not response.cookies
        assert f'<html lang="{language}">' in page
        assert f"{settings.SITE_ADDRESS}/oai" in page
        assert re.findall(r"keep\.json\?lang=(\w+)", page) == [language]
        assert f'href="/{language}/data/">' in page  # the footer


def test_the_page_names_the_licence_once_there_is_one(client):
    make_article()
    assert 'rel="license' not in client.get("/en/data/").content.decode()
    with override_settings(DATA_LICENCE="https://creativecommons.org/licenses/by/4.0/"):
        page = client.get("/en/data/").content.decode()
    assert '<a href="https://creativecommons.org/licenses/by/4.0/"' in page and "CC BY 4.0" in page


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t="])
def test_no_cell_is_a_formula(client, begins):
    make_project(title_en=f"{begins}cmd|' /C calc'!A0", acronym=f"{begins}1+1")
    text = client.get("/data/keep-projects.csv").content.decode("utf-8-sig")
    cells = [cell for row in csv.reader(StringIO(text)) for cell in row]
    assert any("calc" in cell for cell in cells)
    assert [cell for cell in cells if cell.strip().startswith(("=", "+", "@", "-1", "-cmd"))] == []
