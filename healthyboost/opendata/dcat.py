"""The datasets in words of DCAT-AP, for catalogues of open data: one graph, as JSON-LD and as Turtle.

https://semiceu.github.io/DCAT-AP/releases/3.0.0/
"""

import json

from django.urls import reverse
from django.utils.encoding import iri_to_uri
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from healthyboost.content.addresses import absolute
from healthyboost.content.languages import language_codes

from .catalogue import datasets, services
from .licence import licence_address, licence_name

PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
EU = "http://publications.europa.eu/resource/authority/"
EU_LANGUAGES = {"en": "ENG", "lv": "LAV", "fi": "FIN", "sv": "SWE", "ru": "RUS"}
EU_FILE_TYPES = {
    "application/json": "JSON",
    "application/feed+json": "JSON",
    "application/atom+xml": "ATOM",
    "application/xml": "XML",
    "text/xml": "XML",
    "text/csv": "CSV",
}
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
OFTEN = EU + "frequency/CONT"  # whenever an editor publishes


def graph():
    """A list of nodes: {"@id": address, "@type": class, property: value or list of values}."""
    with override("en"):
        home = absolute(reverse("data"))
    found, offered = datasets(), services()
    licence, publisher = address(licence_address()), {"@id": f"{home}#publisher"}
    changes = [each.changed_at for each in found if each.changed_at]
    nodes = [
        {
            "@id": f"{home}#catalogue",
            "@type": "dcat:Catalog",
            "dct:title": texts(_("Open data of the Healthy Boost portal")),
            "dct:description": texts(
                _("What the portal of the network of healthy cities publishes, for programs.")
            ),
            "dct:publisher": publisher,
            "dct:license": licence,
            "dct:language": languages(),
            "dct:modified": moments(max(changes, default=None)),
            "foaf:homepage": {"@id": home},
            "dcat:dataset": [{"@id": place(home, each)} for each in found],
            "dcat:service": [{"@id": place(home, each)} for each in offered],
        },
        {**publisher, "@type": "foaf:Agent", "foaf:name": "Healthy Boost"},
        {**licence, "@type": "dct:LicenseDocument", "dct:title": texts(licence_name)},
    ]
    for dataset in found:
        nodes += dataset_nodes(home, dataset, publisher, licence)
    nodes += [
        {
            "@id": place(home, service),
            "@type": "dcat:DataService",
            "dct:title": texts(service.title),
            "dct:publisher": publisher,
            "dct:license": licence,
            "dcat:endpointURL": {"@id": service.address},
            "dcat:endpointDescription": {"@id": service.description},
            "dcat:servesDataset": [{"@id": f"{home}#{name}"} for name in service.datasets],
        }
        for service in offered
    ]
    # The home page and the licence are documents of their own class.
    return [*nodes, {"@id": home, "@type": "foaf:Document"}]


def dataset_nodes(home, dataset, publisher, licence):
    node, forms = place(home, dataset), list(enumerate(dataset.distributions, 1))
    yield {
        "@id": node,
        "@type": "dcat:Dataset",
        "dct:identifier": dataset.name,
        "dct:title": texts(dataset.title),
        "dct:description": texts(dataset.description),
        "dct:publisher": publisher,
        "dct:license": licence,
        "dct:language": languages(),
        "dct:modified": moments(dataset.changed_at),
        "dct:accrualPeriodicity": {"@id": OFTEN},
        "dct:accessRights": {"@id": EU + "access-right/PUBLIC"},
        "dcat:theme": {"@id": EU + "data-theme/HEAL"},
        "dcat:landingPage": {"@id": home},
        "dcat:distribution": [{"@id": f"{node}-{number}"} for number, _form in forms],
    }
    for number, form in forms:
        yield {
            "@id": f"{node}-{number}",
            "@type": "dcat:Distribution",
            "dct:title": texts(form.name),
            "dct:license": licence,
            "dct:language": languages(form.language),
            "dct:modified": moments(dataset.changed_at),
            "dct:format": {"@id": EU + "file-type/" + EU_FILE_TYPES[form.media_type]},
            "dcat:mediaType": {"@id": MEDIA_TYPES + form.media_type},
            "dcat:accessURL": {"@id": form.address},
            **({} if form.service else {"dcat:downloadURL": {"@id": form.address}}),
            **({"dcat:accessService": {"@id": f"{home}#{form.service}"}} if form.service else {}),
        }


def place(home, each):
    return f"{home}#{each.name}"


def address(text):
    return {"@id": iri_to_uri(text)}


def texts(words):
    """`words`, a lazy text or a function that says one, in each language."""
    said = []
    for code in language_codes():
        with override(code):
            text = words() if callable(words) else words
            said.append({"@value": capfirst(str(text)), "@language": code})
    return said


def languages(only=""):
    known = [code for code in language_codes() if code in EU_LANGUAGES and only in ("", code)]
    return [{"@id": f"{EU}language/{EU_LANGUAGES[code]}"} for code in known]


def moments(moment):
    return [{"@value": moment.isoformat(), "@type": "xsd:dateTime"}] if moment else []


def json_ld(nodes):
    return json.dumps({"@context": PREFIXES, "@graph": nodes}, ensure_ascii=False, indent=1) + "\n"


def turtle(nodes):
    lines = [f"@prefix {name}: <{address}> ." for name, address in PREFIXES.items()]
    for node in nodes:
        facts = [f"a {node['@type']}"]
        for name, values in node.items():
            values = values if isinstance(values, list) else [values]
            if values and not name.startswith("@"):
                facts.append(f"{name} {', '.join(map(term, values))}")
        lines.append(f"\n<{node['@id']}>\n  " + " ;\n  ".join(facts) + " .")
    return "\n".join(lines) + "\n"


def term(value):
    """A value of a node as Turtle."""
    if not isinstance(value, dict):
        value = {"@value": value}
    if "@id" in value:
        return f"<{value['@id']}>"
    text = json.dumps(value["@value"], ensure_ascii=False)  # its escapes are those of Turtle
    if "@language" in value:
        return f"{text}@{value['@language']}"
    return f"{text}^^{value['@type']}" if "@type" in value else text
