"""The description of all of it for programs, OpenAPI 3.1, made of what the answers are made of."""

import json
from functools import cache

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import override

from healthyboost.content.dates import Precision
from healthyboost.content.hanging import relations_of
from healthyboost.content.languages import language_codes
from healthyboost.content.models import Content, Origin

from .members import STATES, many, members_of, only_use, or_null, ref, targets_of
from .questions import parameters_of_list, parameters_of_object
from .resources import ROOT, resources
from .tables import columns_of

VERSION = "1.0.0"
ABOUT = (
    "Everything that visitors of the portal may read, and nothing else. Texts exist in several "
    "languages: each says which one it is in, how it came to be, and whether its original has changed "
    "since. Nothing needs a key; nothing can be written."
)
ADDRESS = {"type": "string", "format": "uri"}
MOMENT = {"type": "string", "format": "date-time"}
HEADERS = {
    "ETag": {
        "description": "To be sent back as If-None-Match: 304 where nothing has changed.",
        "required": True,
        "schema": {"type": "string"},
    }
}


@cache
def description():
    with override("en"):
        return (json.dumps(document(), ensure_ascii=False, indent=1) + "\n").encode()


def document():
    paths = {
        f"{ROOT}/": {"get": operation("index", "Where everything is", [], {"type": "object"})},
        f"{ROOT}/openapi.json": {
            "get": operation("openapi", "This description", [], {"type": "object"})
        },
    }
    for resource in resources().values():
        paths |= paths_of(resource)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Healthy Boost", "version": VERSION, "description": ABOUT} | licence(),
        "servers": [{"url": settings.SITE_ADDRESS}],
        "paths": paths,
        "components": {"schemas": schemas(), "responses": problems()},
    }


def licence():
    address = settings.DATA_LICENCE
    return {"license": {"name": address, "url": address}} if address else {}


def paths_of(resource):
    name, title = resource.name, resource.model.__name__
    plural = resource.model._meta.verbose_name_plural
    parameters = list(parameters_of_list(resource))
    a_page = record({"items": many(ref(f"{title}InList")), "next": or_null(ADDRESS)})
    listing = operation(f"list_{name}", f"{capfirst(plural)}, newest first", parameters, a_page)
    answer = listing["responses"]["200"]
    answer["content"]["text/csv"] = {"schema": {"type": "string"}}
    answer["headers"] = HEADERS | {
        "Link": {"description": "The next page: rel=next.", "schema": {"type": "string"}}
    }
    columns = ", ".join(columns_of(resource, "en"))
    table = operation(
        f"table_{name}",
        f"{capfirst(plural)} as a table",
        [each for each in parameters if each.name != "format"],
        {"type": "string"},
        content_type="text/csv",
    )
    table["description"] = f"The whole list. Columns where one language is asked: {columns}."
    one = operation(f"get_{name}", f"One of the {plural}", parameters_of_object(), ref(title))
    slug = {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$", "minLength": 1, "maxLength": 120}
    one["parameters"].insert(0, {"name": "slug", "in": "path", "required": True, "schema": slug})
    moved = "The slug has changed: Location says where it is now."
    location = {"Location": {"required": True, "schema": ADDRESS}}
    one["responses"]["301"] = {"description": moved, "headers": location}
    one["responses"]["404"] = one["responses"]["410"] = {"$ref": "#/components/responses/Problem"}
    return {
        resource.path: {"get": listing},
        f"{resource.path}.csv": {"get": table},
        f"{resource.path}/{{slug}}": {"get": one},
    }


def operation(name, summary, parameters, schema, content_type="application/json"):
    problem = {"$ref": "#/components/responses/Problem"}
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [
            {
                "name": each.name,
                "in": "query",
                "description": each.description,
                "schema": each.schema,
            }
            for each in parameters
        ],
        "responses": {
            "200": {
                "description": summary,
                "headers": HEADERS,
                "content": {content_type: {"schema": schema}},
            },
            "304": {"description": "Nothing has changed since."},
            "400": problem,
            "405": problem,
            "406": problem,
            "429": problem,
            "500": problem,
            "503": problem,
        },
    }


def record(properties, required=None):
    """An object that has these members and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }


def schemas():
    found = words() | {
        "File": record(
            {
                "url": ADDRESS,
                "size": {"type": ["integer", "null"], "description": "Bytes."},
                "media_type": {"type": ["string", "null"]},
            }
        ),
        "Date": record(
            {
                "value": {"type": "string", "description": "Only as much of it as is known."},
                "precision": {"type": "string", "enum": known(Precision.values, "unknown")},
                "season": {
                    "type": ["string", "null"],
                    "enum": ["winter", "spring", "summer", "autumn", None],
                },
            }
        ),
        "Reference": record(
            {
                "type": {"type": "string", "enum": [r.type_name for r in resources().values()]},
                "id": {"type": "integer"},
                "slug": {"type": "string"},
                "url": ADDRESS,
                "title": many(ref("Words")),
            }
        ),
        "ToldPage": record(
            {
                "type": {"type": "string", "enum": [r.type_name for r in resources().values()]},
                "id": {"type": "integer"},
                "slug": {"type": "string"},
                "url": ADDRESS,
                "title": many(ref("Words")),
                "summary": many(ref("Words")),
                "pages": {"type": "object", "additionalProperties": ADDRESS},
            }
        ),
        "Problem": {
            "type": "object",
            "properties": {
                "type": {"type": "string"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "parameter": {"type": "string"},
            },
            "required": ["type", "title", "status", "detail"],
        },
    }
    for resource in resources().values():
        title = resource.model.__name__
        found[title] = object_schema(resource, whole=True)
        found[f"{title}InList"] = object_schema(resource, whole=False)
        found |= schemas_below(resource.model)
    return found


def known(values, *others):
    return [value for value in values if value not in others]


def words():
    """Texts with their language; those of a page say how they came to be and how they stand."""
    codes = language_codes()
    plain = {"language": {"type": "string", "enum": codes}}
    facts = plain | {
        "origin": {"type": "string", "enum": list(Origin.values)},
        "state": {"type": "string", "enum": list(STATES)},
        "is_original": {"type": "boolean"},
        "changed_at": MOMENT,
    }
    text = {"type": "string", "minLength": 1}
    return {
        "Words": record({"text": text} | plain),
        "RichWords": record({"html": text} | plain),
        "Text": record({"text": text} | facts),
        "RichText": record({"html": text} | facts),
    }


def object_schema(resource, whole):
    languages = {"type": "string", "enum": language_codes()}
    told = {
        "type": {"type": "string", "enum": [resource.type_name]},
        "id": {"type": "integer"},
        "slug": {"type": "string"},
        "url": ADDRESS,
        "pages": {
            "type": "object",
            "propertyNames": {"enum": language_codes()},
            "additionalProperties": ADDRESS,
            "minProperties": 1,
        },
        "languages": many(languages) | {"minItems": 1},
        "changed_at": MOMENT,
    }
    return record(
        told
        | {each.name: said(each) for each in members_of(resource.model) if whole or each.in_lists}
    )


def said(member):
    """The schema of a member with what the field is called and what its form says of it."""
    if not member.field or "$ref" in member.schema:
        return member.schema
    help_text = str(getattr(member.field, "help_text", ""))
    name = capfirst(str(getattr(member.field, "verbose_name", member.name)))
    return member.schema | {"description": f"{name}. {help_text}".strip()}


def schemas_below(model):
    """Schemas of what hangs on a model and of what it refers to, by the names of their models."""
    found = {}
    for name, (related, _keys) in relations_of(model).items():
        if any(each.name == name for each in members_of(model)) and not only_use(related):
            found[related.__name__] = record({m.name: said(m) for m in members_of(related)})
            found |= schemas_below(related)
    for target in targets_of(model):
        if not issubclass(target, Content):
            found[target.__name__] = record({m.name: said(m) for m in members_of(target)})
    return found


def problems():
    content = {"application/problem+json": {"schema": ref("Problem")}}
    return {"Problem": {"description": "What went wrong: RFC 9457.", "content": content}}
