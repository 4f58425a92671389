"""What gunicorn sends of an answer, and when."""

from types import SimpleNamespace

import pytest

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
