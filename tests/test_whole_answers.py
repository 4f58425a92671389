"""What gunicorn sends of an answer, and when."""

from types import SimpleNamespace

import pytest

from healthyboost.headers import Written
from healthyboost.whole_answers import Answer


class Sent(list):
    """What a client gets, send by send."""

    sendall = list.append


def answered(parts, headers, method="GET", status="200 OK"):
    sent = Sent()
    request = SimpleNamespace(method=method, version=(1, 1), should_close=lambda: False)
    answer = Answer(request, sent, SimpleNamespace(protocol="http"))
    answer.start_response(status, headers)
    for part in parts:
        answer.write(part)
    answer.close()
    return sent


def test_page_is_sent_with_its_head():
    (whole,) = answered([b"a page"], [("Content-Length", "6")])
    head, _end, body = whole.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n") and body == b"a page"


def test_parts_that_follow_are_sent_as_they_come():
    first, second = answered([b"a ", b"page"], [("Content-Length", "6")])
    assert first.endswith(b"\r\n\r\na ") and second == b"page"


def test_body_of_unknown_length_is_sent_in_chunks():
    first, *others = answered([b"a ", b"page"], [])
    assert first.endswith(b"\r\n\r\n2\r\na \r\n") and b"".join(others) == b"4\r\npage\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", "200 OK"), ("GET", "304 Not Modified"), ("GET", "204 No")]
)
def test_answer_without_a_body_is_its_head(method, status):
    (head,) = answered([b""], [("ETag", '"a"')], method, status)
    assert head.endswith(b'ETag: "a"\r\n\r\n')


def test_answer_that_is_none_sends_nothing():
    with pytest.raises(TypeError):
        answered(["not bytes"], [("Content-Length", "9")])


HEADERS = [
    ("Content-Length", "6"),
    ("ETag", 'W/"a"'),
    ("X-Words", " caf\xe9\t"),
    ("Set-Nothing", ""),
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("status", ["200 OK", "304 Not Modified", "404 Not Found"])
@pytest.mark.parametrize("headers", [HEADERS, HEADERS[1:]], ids=["length", "no length"])
def test_headers_that_are_written_already_are_sent_as_all_others(method, status, headers):
    parts = [b"a page"] if method == "GET" and status != "304 Not Modified" else []
    usual, written = (
        b"".join(answered(parts, each, method, status)) for each in (headers, Written(headers))
    )
    assert without_date(written) == without_date(usual)


def without_date(answer):
    return [line for line in answer.split(b"\r\n") if not line.startswith(b"Date: ")]


def test_written_headers_are_a_list_that_others_can_be_added_to():
    headers = Written(HEADERS[:1])
    more = headers + HEADERS[1:2]
    assert headers == HEADERS[:1] and more == HEADERS[:2]
    assert more.text == 'Content-Length: 6\r\nETag: W/"a"\r\n' and more.length == 6


@pytest.mark.parametrize(
    "header",
    [("X", "a\r\nSet-Cookie: b"), ("X", "a\nb"), ("X", "a\0"), ("X", "a\x7f"), ("X: y", "a")]
    + [("", "a"), ("X\n", "a"), ("X", "a\n"), ("X", "ā"), ("Connection", "close"), ("Date", "now")],
)
def test_header_that_cannot_be_sent_is_not_written(header):
    for make in (lambda: Written([header]), lambda: Written(HEADERS) + [header]):
        with pytest.raises(ValueError, match="no header of an answer"):
            make()
