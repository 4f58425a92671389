"""Materials for harvesters: OAI-PMH 2.0 at /oai. What an answer may look like is tests/data/oai_pmh.xsd."""

import datetime
import random
import re
import time
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core import signing
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import etree

from healthyboost.content.models import Datestamp
from healthyboost.opendata import harvesting, protocol
from materials.models import Material, MaterialVersion

from .factories import make_material, make_organisation, make_theme

pytestmark = pytest.mark.django_db
NAMES = {
    "oai": "http://www.openarchives.org/OAI/2.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "lom": "http://ltsc.ieee.org/xsd/LOM",
    "rights": "http://www.openarchives.org/OAI/2.0/rights/",
}
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
LIST = {"verb": "ListRecords", "metadataPrefix": "oai_dc"}


@cache
def schema():
    return etree.XMLSchema(etree.parse(Path(__file__).parent / "data" / "oai_pmh.xsd"))


def read(response):
    """The document of an answer, valid."""
    assert response.status_code == 200 and response["Content-Type"] == "text/xml; charset=utf-8"
    document = etree.fromstring(response.content)
    schema().assertValid(document)
    return document


def ask(client, **arguments):
    return read(client.get("/oai", arguments))


def texts(document, path):
    return [each.text for each in document.iterfind(f".//{path}", NAMES)]


def fault(document):
    (error,) = document.findall("oai:error", NAMES)
    assert error.text
    return error.get("code")


def statuses(document):
    """{primary key: is it said to be deleted?}"""
    return {
        int(header.findtext("oai:identifier", None, NAMES).rsplit("/")[-1]): bool(
            header.get("status")
        )
        for header in document.iterfind(".//oai:header", NAMES)
    }


def identifier(material):
    return f"oai:{urlsplit(settings.SITE_ADDRESS).hostname}:materials/{material.pk}"


# The verbs


def test_identify_says_who_answers(client):
    material = make_material()
    found = ask(client, verb="Identify")
    assert texts(found, "oai:baseURL") == [f"{settings.SITE_ADDRESS}/oai"]
    (earliest,) = texts(found, "oai:earliestDatestamp")
    (datestamp,) = texts(ask(client, **LIST), "oai:datestamp")
    assert earliest <= datestamp
    assert earliest == material.published_at_en.strftime("%Y-%m-%dT%H:%M:%SZ")


@override_settings(SITE_ADDRESS="https://portal.example.org")
def test_a_portal_with_a_domain_says_how_its_identifiers_are_made(client):
    found = ask(client, verb="Identify")
    assert found.find(".//{*}sampleIdentifier").text == "oai:portal.example.org:materials/1"


def test_both_formats_are_listed(client):
    assert texts(ask(client, verb="ListMetadataFormats"), "oai:metadataPrefix") == [
        "oai_dc",
        "oai_lom",
    ]


def test_sets_are_types_languages_and_topics_of_public_materials(client):
    make_material(themes=[make_theme("walking", name_lv="Iešana")])
    make_material(languages=[], themes=[make_theme("secret")])
    found = ask(client, verb="ListSets")
    specs = texts(found, "oai:setSpec")
    assert {"kind", "kind:policy-recommendations", "language:lv", "theme:walking"} <= set(specs)
    assert "theme:secret" not in specs
    assert "Iešana" in texts(found, "dc:title")


def test_a_record_is_one_work_with_the_titles_of_all_public_languages(client):
    author = make_organisation(title_en="Riga", languages=["en"])
    material = make_material(
        languages=["en", "lv"], title_fi="Luonnos", authors=[author], licence="CC BY 4.0"
    )
    for code in ("fi", "pl"):
        MaterialVersion.objects.create(
            material=material, language=code, title="X", form="video", url="https://example.org/"
        )
    found = ask(client, verb="GetRecord", metadataPrefix="oai_dc", identifier=identifier(material))
    titles = {each.get(LANGUAGE): each.text for each in found.iterfind(".//dc:title", NAMES)}
    assert titles == {"en": material.title_en, "lv": material.title_lv}
    assert texts(found, "dc:language") == ["fi", "pl"]
    assert texts(found, "dc:creator") == ["Riga"]
    assert texts(found, "dc:rights") == ["CC BY 4.0"]
    assert texts(found, "dc:identifier")[0].endswith(f"/en/materials/{material.slug}/")


def test_learning_object_metadata_says_all_languages_too(client):
    material = make_material(
        languages=["en", "ru"], kind="training", minutes_needed=45, doi="10.1051/a<b"
    )
    found = ask(client, verb="GetRecord", metadataPrefix="oai_lom", identifier=identifier(material))
    titles = found.iterfind(".//lom:general/lom:title/lom:string", NAMES)
    assert {each.get("language"): each.text for each in titles} == {
        "en": material.title_en,
        "ru": material.title_ru,
    }
    assert texts(found, "lom:learningResourceType/lom:value") == ["course"]
    assert texts(found, "lom:duration") == ["PT45M"]
    assert "10.1051/a<b" in texts(found, "lom:entry")


def test_an_author_who_is_not_public_is_not_named(client):
    make_material(authors=[make_organisation(languages=[], title_en="Secret")])
    for prefix in ("oai_dc", "oai_lom"):
        response = client.get("/oai", LIST | {"metadataPrefix": prefix})
        assert b"Secret" not in response.content


def test_the_same_is_answered_to_a_form_that_is_sent(client):
    material = make_material()
    found = read(client.post("/oai", LIST))
    assert statuses(found) == {material.pk: False}
    assert client.put("/oai").status_code == 405


@override_settings(DATA_LICENCE="https://creativecommons.org/publicdomain/zero/1.0/")
def test_the_licence_of_the_data_stands_about_each_record_once_there_is_one(client):
    make_material()
    (rights,) = ask(client, **LIST).iterfind(".//rights:rightsReference", NAMES)
    assert rights.get("ref") == "https://creativecommons.org/publicdomain/zero/1.0/"


def test_without_a_licence_nothing_is_claimed(client):
    make_material()
    assert ask(client, **LIST).find(".//oai:about", NAMES) is None


# What is public, and what was


def test_what_was_never_public_is_no_record(client):
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    for fields in ({"published_at_en": None}, {"published_at_en": tomorrow}):
        material = make_material(**fields)
        assert fault(ask(client, **LIST)) == "noRecordsMatch"
        arguments = {"metadataPrefix": "oai_dc", "identifier": identifier(material)}
        assert fault(ask(client, verb="GetRecord", **arguments)) == "idDoesNotExist"


def test_what_is_withdrawn_everywhere_is_a_deleted_record_without_metadata(client):
    material = make_material(languages=["en", "lv"])
    Material.objects.update(withdrawn_at_en=timezone.now())
    assert statuses(ask(client, **LIST)) == {material.pk: False}
    Material.objects.update(withdrawn_at_lv=timezone.now())
    found = ask(client, **LIST)
    assert statuses(found) == {material.pk: True}
    assert found.find(".//oai:metadata", NAMES) is None
    arguments = {"metadataPrefix": "oai_lom", "identifier": identifier(material)}
    assert statuses(ask(client, verb="GetRecord", **arguments)) == {material.pk: True}


def test_what_was_removed_stays_a_deleted_record_also_in_a_set(client):
    material = make_material(themes=[make_theme("walking")])
    name = identifier(material)
    material.delete()
    key = Datestamp.objects.get(slug=material.slug).object_id
    assert statuses(ask(client, **LIST)) == {key: True}
    assert statuses(ask(client, **LIST, set="theme:walking")) == {key: True}
    assert statuses(ask(client, verb="GetRecord", metadataPrefix="oai_dc", identifier=name))


def test_what_is_a_draft_again_is_a_deleted_record_until_it_is_public_once_more(client):
    material = make_material()
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    for moment in (None, tomorrow):
        Material.objects.update(published_at_en=moment)
        assert statuses(ask(client, **LIST)) == {material.pk: True}
        Material.objects.update(title_en="Still a draft")
        assert statuses(ask(client, **LIST)) == {material.pk: True}
    Material.objects.update(published_at_en=timezone.now())
    assert statuses(ask(client, **LIST)) == {material.pk: False}
    Material.objects.update(published_at_en=None)
    Material.objects.get().delete()
    assert statuses(ask(client, **LIST)) == {material.pk: True}


def test_what_has_become_public_by_itself_is_no_deleted_record(client):
    material = make_material()
    Material.objects.update(published_at_en=timezone.now() + datetime.timedelta(hours=1))
    assert statuses(ask(client, **LIST)) == {material.pk: True}
    Material.objects.update(published_at_en=timezone.now() + datetime.timedelta(seconds=0.1))
    time.sleep(0.1)
    assert statuses(ask(client, **LIST)) == {material.pk: False}


def test_a_theme_that_no_material_has_is_an_empty_set_and_an_unknown_one_is_none(client):
    make_material().delete()
    make_theme("walking")
    for name in ("theme:running", "kind:book", "language:xx", "colour:blue"):
        assert fault(ask(client, **LIST, set=name)) == "noRecordsMatch"


def test_a_set_holds_the_records_that_name_it(client):
    inside = make_material(languages=["lv"], kind="report", themes=[make_theme("walking")])
    outside = make_material(kind="tool")
    for spec in ("kind:report", "language:lv", "theme", "theme:walking"):
        assert statuses(ask(client, **LIST, set=spec)) == {inside.pk: False}, spec
    for spec in ("kind", "language"):
        assert statuses(ask(client, **LIST, set=spec)).keys() == {inside.pk, outside.pk}, spec
    found = ask(client, verb="GetRecord", metadataPrefix="oai_dc", identifier=identifier(inside))
    assert texts(found, "oai:setSpec") == ["kind:report", "language:lv", "theme:walking"]


def test_a_target_group_is_a_set_too(client):
    material = make_material(audience=[make_theme("pupils", kind="group")])
    assert statuses(ask(client, **LIST, set="theme:pupils")) == {material.pk: False}


# Dates


def stamped(client):
    """A material and its datestamp as the answers say it."""
    material = make_material()
    (datestamp,) = texts(ask(client, **LIST), "oai:datestamp")
    return material, datestamp


def test_from_and_until_include_the_second_and_the_day_that_they_name(client):
    material, datestamp = stamped(client)
    for moment in (datestamp, datestamp[:10]):
        found = ask(client, **LIST | {"from": moment, "until": moment})
        assert statuses(found) == {material.pk: False}


def test_before_and_after_there_is_nothing(client):
    _material, datestamp = stamped(client)
    second = datetime.timedelta(seconds=1)
    moment = datetime.datetime.fromisoformat(datestamp)
    later, earlier = ((moment + step).strftime("%Y-%m-%dT%H:%M:%SZ") for step in (second, -second))
    assert fault(ask(client, **LIST | {"from": later})) == "noRecordsMatch"
    assert fault(ask(client, **LIST | {"until": earlier})) == "noRecordsMatch"
    assert statuses(ask(client, **LIST | {"until": "9999-12-31"}))
    assert statuses(ask(client, **LIST | {"from": "0001-01-01"}))


# Errors


ERRORS = [
    ("", "badVerb"),
    ("verb=", "badVerb"),
    ("verb=Publish", "badVerb"),
    ("verb=identify", "badVerb"),
    ("verb=Identify&verb=Identify", "badVerb"),
    ("metadataPrefix=oai_dc", "badVerb"),
    ("verb=Identify&set=kind", "badArgument"),
    ("verb=ListSets&from=2021-01-01", "badArgument"),
    ("verb=ListRecords", "badArgument"),
    ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
    ("verb=GetRecord&identifier=oai:localhost:materials/1", "badArgument"),
    ("verb=GetRecord&metadataPrefix=oai_dc&identifier=a b", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&colour=blue", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=yesterday", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2021-02-30", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=0000-01-01", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2021-01-01T10:00", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&until=2021-01-01T25:00:00Z", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&from=2022-01-01&until=2021-01-01", "badArgument"),
    (
        "verb=ListRecords&metadataPrefix=oai_dc&from=2021-01-01&until=2022-01-01T00:00:00Z",
        "badArgument",
    ),
    ("verb=ListRecords&metadataPrefix=oai_dc&set=a b", "badArgument"),
    ("verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x", "badArgument"),
    ("verb=ListRecords&metadataPrefix=marcxml", "cannotDisseminateFormat"),
    ("verb=GetRecord&metadataPrefix=marcxml&identifier=KNOWN", "cannotDisseminateFormat"),
    (
        "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:materials/x",
        "idDoesNotExist",
    ),
    (f"verb=GetRecord&metadataPrefix=oai_dc&identifier=KNOWN{'0' * 30}", "idDoesNotExist"),
    ("verb=GetRecord&metadataPrefix=oai_dc&identifier=http://example.org/1", "idDoesNotExist"),
    ("verb=ListMetadataFormats&identifier=oai:localhost:articles/1", "idDoesNotExist"),
    ("verb=ListRecords&resumptionToken=", "badResumptionToken"),
    ("verb=ListIdentifiers&resumptionToken=x:y:z", "badResumptionToken"),
    ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
    ("verb=ListIdentifiers&metadataPrefix=oai_dc&until=2001-01-01", "noRecordsMatch"),
]


def test_an_error_has_the_code_of_the_protocol(client):
    known = identifier(make_material())
    for query, code in ERRORS:
        found = read(client.get("/oai?" + query.replace("KNOWN", known)))
        assert fault(found) == code, query
        echoed = found.find("oai:request", NAMES).attrib
        assert bool(echoed) == (code not in ("badVerb", "badArgument")), query


# Long lists


@pytest.fixture
def pages_of_two(monkeypatch):
    monkeypatch.setattr(harvesting, "PAGE_SIZE", 2)


def walk(client, **arguments):
    """[(key, deleted)] of all pages of a list, and the number of pages."""
    found, pages, verb = [], 0, arguments["verb"]
    while True:
        document = ask(client, **arguments)
        found += statuses(document).items()
        pages += 1
        token = document.find(".//oai:resumptionToken", NAMES)
        if token is None or not token.text:
            return found, pages
        assert token.get("expirationDate")
        arguments = {"verb": verb, "resumptionToken": token.text}


@pytest.mark.parametrize("verb", ["ListRecords", "ListIdentifiers"])
def test_a_long_list_comes_in_pages_each_record_once(client, pages_of_two, verb):
    keys = [make_material().pk for _number in range(5)]
    Material.objects.get(pk=keys[1]).delete()
    found, pages = walk(client, **LIST | {"verb": verb, "from": "2001-01-01", "set": "kind"})
    assert found == [(key, key == keys[1]) for key in keys] and pages == 3


def test_the_last_page_has_an_empty_token_and_a_single_page_has_none(client, pages_of_two):
    for _number in range(2):
        make_material()
    assert ask(client, **LIST).find(".//oai:resumptionToken", NAMES) is None
    make_material()
    token = ask(client, **LIST).findtext(".//oai:resumptionToken", None, NAMES)
    last = ask(client, verb="ListRecords", resumptionToken=token)
    end = last.find(".//oai:resumptionToken", NAMES)
    assert not end.text and end.get("cursor") == "2" and not end.get("expirationDate")


def test_a_record_that_changes_meanwhile_neither_moves_nor_hides_another(client, pages_of_two):
    first, *others = [make_material() for _number in range(4)]
    token = ask(client, **LIST).findtext(".//oai:resumptionToken", None, NAMES)
    Material.objects.filter(pk=first.pk).update(title_en="Changed")
    rest = ask(client, verb="ListRecords", resumptionToken=token)
    assert list(statuses(rest)) == [others[1].pk, others[2].pk]


def test_a_token_of_another_verb_or_from_yesterday_is_refused(client, pages_of_two, monkeypatch):
    for _number in range(3):
        make_material()
    token = ask(client, **LIST).findtext(".//oai:resumptionToken", None, NAMES)
    other = ask(client, verb="ListIdentifiers", resumptionToken=token)
    assert fault(other) == "badResumptionToken"
    monkeypatch.setattr(protocol, "TOKEN_LIFE", datetime.timedelta(seconds=-1))
    expired = ask(client, verb="ListRecords", resumptionToken=token)
    assert fault(expired) == "badResumptionToken"
    assert "expired" in texts(expired, "oai:error")[0]


def test_a_token_that_we_did_not_sign_is_refused(client):
    forged = signing.dumps({"asked": LIST, "last": 0, "sent": 0}, salt="other")
    assert fault(ask(client, verb="ListRecords", resumptionToken=forged)) == "badResumptionToken"


# Texts, speed, safety


def test_no_text_breaks_the_document(client):
    nasty = "]]> & <b> \x0b\x1b\ufffe \U0001f6b6 \"'"
    make_material(title_en=nasty, summary_en=nasty, licence="a\x01<", edition="\x02")
    for prefix in ("oai_dc", "oai_lom"):
        found = ask(client, **LIST | {"metadataPrefix": prefix})
        assert any("]]> & <b>" in (each.text or "") for each in found.iter())
    found = read(client.get("/oai", {"verb": "\x0b<x>"}))
    assert fault(found) == "badVerb"


def test_the_host_of_a_request_says_nothing(client):
    make_material()
    response = client.get("/oai", LIST, headers={"host": "127.0.0.1", "accept-language": "fi"})
    assert b"127.0.0.1" not in response.content
    assert "Cookie" not in response.get("Vary", "") and not response.cookies


def test_the_number_of_queries_does_not_grow_with_the_records(client, pages_of_two, monkeypatch):
    def make():
        author, theme = make_organisation(), make_theme()
        make_material(authors=[author], themes=[theme], audience=[theme], replaces=None)

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            ask(client, **LIST)
        return len(captured)

    monkeypatch.setattr(harvesting, "PAGE_SIZE", 50)
    make()
    ask(client, **LIST)
    few = queries()
    for _number in range(5):
        make()
    assert queries() == few <= 9


# With a harvester, over the wire


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_harvester_that_comes_twice_misses_nothing(live_server, pages_of_two):
    from oaipmh_scythe import Scythe

    materials = [make_material() for _number in range(7)]
    store = {}

    def harvest(scythe, since=None):
        """What a harvester does: all since its last visit, by the clock of the portal."""
        answered = re.search("<responseDate>(.*?)<", scythe.harvest({"verb": "Identify"}).raw)[1]
        given = {"from_": since} if since else {}
        for record in scythe.list_records(metadata_prefix="oai_dc", ignore_deleted=False, **given):
            store[record.header.identifier] = None if record.deleted else record.metadata
        return answered

    with Scythe(f"{live_server.url}/oai") as scythe:
        since = harvest(scythe)
        assert len(store) == 7 and None not in store.values()
        new = make_material(title_en="New")
        Material.objects.filter(pk=materials[1].pk).update(withdrawn_at_en=timezone.now())
        Material.objects.filter(pk=materials[2].pk).update(title_en="Corrected")
        gone = identifier(materials[3])
        materials[3].delete()
        harvest(scythe, since)
    assert len(store) == 8
    assert store[identifier(new)]["title"] == ["New"]
    assert store[identifier(materials[1])] is None
    assert store[identifier(materials[2])]["title"] == ["Corrected"]
    assert store[gone] is None


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_stored_while_a_harvester_reads_is_in_its_next_harvest(client):
    from threading import Event, Thread

    from django.db import transaction

    material = make_material()
    made, read_it = Event(), Event()

    def edit():
        with transaction.atomic():
            Material.objects.filter(pk=material.pk).update(title_en="Slowly stored")
            made.set()
            read_it.wait(10)
        connection.close()

    editor = Thread(target=edit)
    editor.start()
    made.wait(10)
    first = ask(client, **LIST)
    (since,) = texts(first, "oai:responseDate")
    read_it.set()
    editor.join()
    assert "Slowly stored" not in texts(first, "dc:title")
    assert "Slowly stored" in texts(ask(client, **LIST | {"from": since}), "dc:title")


WORDS = [
    *("verb", "identifier", "metadataPrefix", "from", "until", "set", "resumptionToken", "", "ü"),
    *protocol.VERBS,
    *("oai_dc", "oai_lom", "oai:localhost:materials/1", "kind:tool", "theme:", "language:lv", "::"),
    *("2021-01-01", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59Z", "2021-13-01", "-1", "1e9"),
    *(
        "'; DROP TABLE x --",
        "<x>&",
        "%",
        "\x00",
        "\x1b",
        "\ud83d\ude00",
        "\u202e",
        "A" * 5000,
        "[]",
        "{}",
    ),
]


@pytest.mark.long
def test_hostile_requests_get_a_valid_answer(client):
    chance = random.Random(7)
    for _number in range(3):
        make_material()
    token = protocol.token_for(LIST, 1, 1)
    words = [each.encode("utf-16", "surrogatepass").decode("utf-16") for each in WORDS] + [token]
    for number in range(1500):
        pairs = [
            (chance.choice(words[:8]), chance.choice(words)) for _pair in range(chance.randrange(5))
        ]
        if chance.random() < 0.8:
            pairs.append(("verb", chance.choice([*protocol.VERBS])))
        if chance.random() < 0.5:
            pairs.append(("metadataPrefix", "oai_dc"))
        data = {}
        for name, value in pairs:
            data.setdefault(name, []).append(value)
        send = client.get if number % 2 else client.post
        response = send("/oai", data)
        if response.status_code == 200:
            read(response)
        assert response.status_code in (200, 400), pairs
