"""Thousands of requests: cases made of the description, and requests that want to do harm."""

import random
from urllib.parse import quote

import pytest
from django.test import Client

from healthyboost.api.openapi import description
from healthyboost.api.resources import resources

from .factories import make, make_theme

CASES, REQUESTS = 50, 600
NAMES = [
    *("lang", "limit", "cursor", "format", "theme", "year", "changed_since", "kind", "country"),
    *("organisation", "project", "x", "", "lang[]", "%00", "LANG", "a" * 3000, "limit "),
]
WORDS = [
    *("", "0", "-1", "1e9", "9" * 30, "null", "true", "[]", "{}", "''", '"', "' OR 1=1 --", "\0"),
    *("%", "%25", "../../etc/passwd", "{{7*7}}", "${jndi:x}", "<script>", "\r\nSet-Cookie: x=1"),
    *(
        "\u202e",
        "ä" * 500,
        "a" * 5000,
        "𝕳",
        "2021-13-45",
        "0000-01-01",
        "NaN",
        "Infinity",
        "en",
        "5",
    ),
    *(
        "0355-11-16T14:06:50-18:45",
        "9998-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        "2021-06-01",
        "walk",
        "csv",
        "json",
    ),
    *("bnVsbA", "W10", "W251bGwsMF0", "W251bGwsdHJ1ZV0", "WyIyMDIxIiwxXQ", "WzEsMl0", "W1tb" * 60),
]
RAW = ["%ff%fe", "%C3%28", "%2e%2e%2f", "%00", "%0d%0aX:1", "..", ".", "%", "walk", "walk.csv"]
HEADERS = {
    "accept": ["*/*", "text/html", "application/json;q=0", "text/csv", "a" * 4000, "/", ",,,", "é"],
    "if-none-match": ["*", '"x"', 'W/"x", "y"', "x" * 4000, '"'],
    "if-modified-since": ["Thu, 01 Jan 1970 00:00:00 GMT", "yesterday", "9" * 99],
    "accept-language": ["lv", "*", "x" * 4000, ";;;", "en;q=NaN"],
    "range": ["bytes=0-10", "bytes=9-1", "lines=1"],
    "origin": ["null", "https://example.org", "\t"],
    "x-http-method-override": ["DELETE"],
}
METHODS = ["get"] * 12 + ["head", "options", "post", "put", "delete", "patch", "trace"]


@pytest.fixture
def walks():
    """An object of each content type, with the same slug."""
    return [
        make(each.model, slug="walk", languages=["en", "lv"], themes=[make_theme()])
        for each in resources().values()
    ]


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_hundreds_of_cases_are_answered_as_the_description_says(live_server, settings, walks):
    import hypothesis  # both take a second, which other runs need not wait for
    import schemathesis
    from schemathesis.specs.openapi import checks

    settings.SITE_ADDRESS = live_server.url
    description.cache_clear()
    schema = schemathesis.openapi.from_url(f"{live_server.url}/api/v1/openapi.json")
    asked = [
        schemathesis.checks.not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_headers_conformance,
        checks.response_schema_conformance,
    ]
    operations, answered = [found.ok() for found in schema.get_all_operations()], []
    for operation in operations:

        @hypothesis.settings(
            max_examples=CASES,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy())
        def answer(case):
            response = case.call()
            answered.append(response.status_code)
            case.validate_response(response, checks=asked)

        answer()
    description.cache_clear()
    assert len(answered) >= 600
    assert {200, 400, 404} <= set(answered)


def hostile_request(chance, client):
    """The answer to a request that no program of good will makes."""
    names = [*resources(), "", "poems", "articles.csv", "openapi.json", "materials/", "index.php"]
    path = f"/api/v1/{chance.choice(names)}"
    if chance.random() < 0.4:
        path += "/" + chance.choice([*RAW, *map(quote, WORDS)])
    question = "&".join(
        f"{quote(chance.choice(NAMES))}={chance.choice([*RAW, *map(quote, WORDS)])}"
        for _number in range(chance.choice([0, 1, 1, 2, 3, 40]))
    )
    headers = {
        name: chance.choice(values) for name, values in HEADERS.items() if chance.random() < 0.2
    }
    method = chance.choice(METHODS)
    return client.generic(method.upper(), f"{path}?{question}", b"{", headers=headers)


@pytest.mark.long
@pytest.mark.django_db
def test_hostile_requests_are_refused_and_break_nothing(walks):
    client, chance, statuses = Client(raise_request_exception=False), random.Random(7), []
    for number in range(REQUESTS):
        response = hostile_request(chance, client)
        statuses.append(response.status_code)
        assert response.status_code < 500, (number, response.wsgi_request.get_full_path())
        if response.status_code >= 400 and response.wsgi_request.method != "HEAD":
            assert response["Content-Type"] == "application/problem+json"
    assert {200, 400, 404, 405, 406} <= set(statuses)
