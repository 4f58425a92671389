"""The shipped nginx, really started, before the portal as production runs it."""

import gzip
import re
import socket
import ssl
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPSConnection

import pytest

from news.models import Article

from .factories import make_article, make_user
from .servers import NGINX, ask, free_port, gunicorn, needs_nginx, nginx

pytestmark = [pytest.mark.long, needs_nginx, pytest.mark.django_db(transaction=True)]
BROWSER = {"accept_encoding": "gzip, deflate, br, zstd"}


@pytest.fixture(scope="module")
def running(static_root):
    with gunicorn(static_root, workers=1) as (_process, port):
        yield port


@pytest.fixture
def portal(running, transactional_db):
    """Its port; the tables were emptied after the test before, and it has heard of that."""
    return running


@pytest.fixture
def front(portal):
    with nginx(portal) as (_process, port):
        yield port


def test_publish_is_seen_within_two_seconds(front):
    ask(front)
    article = make_article(title_en="Nothing new")
    for number in range(3):
        ask(front)
        title = f"Walking school bus {number}"
        Article.objects.filter(pk=article.pk).update(title_en=title)
        changed = time.monotonic()
        while title not in ask(front).text:
            assert time.monotonic() - changed < 2
            time.sleep(0.02)


def test_page_is_answered_from_memory_for_a_second(front):
    make_article()
    ask(front)
    answer = ask(front)
    assert answer.status == 200
    assert answer.headers["Cache-Status"].startswith("front; hit")
    assert "s-maxage=1" in answer.headers["Cache-Control"]


def test_browsers_that_word_it_differently_share_one_copy(front):
    ask(front, accept_encoding="gzip, br")
    for words in ("br", "br;q=1.0, gzip;q=0.8, *;q=0.1", "gzip, deflate, br, zstd", "BR"):
        answer = ask(front, accept_encoding=words)
        assert answer.headers["Content-Encoding"] == "br", words
        assert answer.headers["Cache-Status"].startswith("front; hit"), words


def test_encoding_that_a_client_refuses_is_not_sent(front):
    plain = ask(front).body
    for words, expected in (
        ("br;q=0, gzip", "gzip"),
        ("gzip;q=0.5", "gzip"),
        ("gzip;q=0, br;q=0.0", None),
        ("identity", None),
        ("brotli-like, xgzip", None),
        ("", None),
    ):
        answer = ask(front, accept_encoding=words)
        assert answer.headers["Content-Encoding"] == expected, words
        body = gzip.decompress(answer.body) if expected else answer.body
        assert body == plain, words


def test_page_that_a_browser_has_is_not_sent_again(front):
    etag = ask(front, **BROWSER).headers["ETag"]
    answer = ask(front, if_none_match=etag, **BROWSER)
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["ETag"] == etag


def test_head_has_the_headers_of_get_and_no_body(front):
    get, head = ask(front), ask(front, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    for name in ("Content-Type", "ETag", "Content-Security-Policy", "Cache-Control"):
        assert head.headers[name] == get.headers[name], name


@pytest.mark.parametrize("cookie", ["sessionid=made-up", "theme=dark; sessionid=x", "csrftoken=y"])
def test_who_has_a_session_gets_and_leaves_nothing_in_memory(front, cookie):
    for _number in range(2):
        answer = ask(front, cookie=cookie)
        assert "hit" not in answer.headers.get("Cache-Status", "")
    assert ask(front).headers["Cache-Status"] == "front; fwd=miss"


def test_cookie_of_others_does_not_keep_a_reader_from_the_memory(front):
    ask(front)
    assert "hit" in ask(front, cookie="_ga=1; not_sessionid=2").headers["Cache-Status"]


def test_screens_of_editors_are_never_kept(front, client):
    user = make_user("superuser")
    client.force_login(user)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    assert user.username in ask(front, "/admin/", cookie=cookie).text
    stranger = ask(front, "/admin/")
    assert stranger.status == 302
    assert "Cache-Status" not in stranger.headers


def test_form_that_sets_a_cookie_is_given_anew_to_everybody(front):
    path = "/account/login/"
    tokens = [
        re.search(r'csrfmiddlewaretoken" value="(\w+)', ask(front, path).text)[1] for _ in "ab"
    ]
    assert tokens[0] != tokens[1]


def test_last_good_page_is_served_while_the_portal_is_down(static_root):
    port = free_port()
    with nginx(port) as (_nginx, front):
        with gunicorn(static_root, workers=1, port=port):
            good = ask(front, **BROWSER)
        time.sleep(2.1)  # the copy is too old by now
        answer = ask(front, **BROWSER)
        assert (answer.status, answer.body) == (200, good.body)
        assert answer.headers["Cache-Status"] == "front; hit; detail=stale"
        unknown = ask(front, "/fi/partners/")
        assert unknown.status == 503
        assert "Portaaliin" in unknown.text
        assert unknown.headers["Retry-After"] == "30"
        assert "default-src 'none'" in unknown.headers["Content-Security-Policy"]
        make_article(title_en="Written meanwhile")
        with gunicorn(static_root, workers=1, port=port):
            back = time.monotonic()
            while "Written meanwhile" not in ask(front).text:
                assert time.monotonic() - back < 2


def test_many_readers_of_one_new_page_cost_one_answer(front):
    with ThreadPoolExecutor(16) as readers:
        answers = list(readers.map(lambda _number: ask(front, "/lv/news/"), range(16)))
    states = [answer.headers["Cache-Status"] for answer in answers]
    assert states.count("front; fwd=miss") == 1
    assert len({answer.body for answer in answers}) == 1


def test_assets_are_kept_for_good(front):
    path = re.search(r'href="(/static/[^"]+\.css)"', ask(front).text)[1]
    for expected in ("front; fwd=miss", "front; hit"):
        answer = ask(front, path, **BROWSER)
        assert answer.headers["Cache-Status"] == expected
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Encoding"] == "br"


def test_every_answer_has_the_policy_of_the_portal_once(front):
    for path in ("/en/", "/en/none/", "/admin/login/", "/robots.txt"):
        for _number in range(2):
            policies = ask(front, path).headers.get_all("Content-Security-Policy")
            assert len(policies) == 1, path
            assert "default-src 'none'" in policies[0]


def test_portal_learns_who_asks_and_nobody_can_claim_to_be_another():
    """What reaches the portal, shown by a server in its place."""
    with socket.create_server(("127.0.0.1", 0)) as fake:
        changes = [("127.0.0.0/8", "192.0.2.0/24")]  # the test is no server that is believed
        for trusted, sent, expected in (
            (False, {}, ("127.0.0.1", "http")),
            (False, {"x_forwarded_for": "198.51.100.7", "x_forwarded_proto": "https"},
             ("127.0.0.1", "http")),
            (True, {"x_forwarded_for": "203.0.113.9, 198.51.100.7", "x_forwarded_proto": "https"},
             ("198.51.100.7", "https")),
            (True, {"x_forwarded_for": "nonsense", "x_forwarded_proto": "gopher"},
             ("127.0.0.1", "http")),
        ):  # fmt: skip
            with ThreadPoolExecutor(1) as pool:
                heard = pool.submit(answer_once, fake)  # the question whether nginx answers
                with nginx(fake.getsockname()[1], changes=[] if trusted else changes) as (_p, port):
                    heard.result(20)
                    heard = pool.submit(answer_once, fake)
                    ask(port, "/", proxy="http://evil", x_forwarded_host="evil", **sent)
            lines = heard.result(20)
            assert f"x-forwarded-for: {expected[0]}" in lines
            assert f"x-forwarded-proto: {expected[1]}" in lines
            assert "evil" not in " ".join(lines)


def answer_once(server):
    """The lines of one request, in small letters."""
    connection, _address = server.accept()
    with connection:
        said = connection.recv(65536).decode().lower().splitlines()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    return said


def end_with_second_question(server, connections):
    """Answers the first question of each connection, and goes away under the next: as a portal does
    that ends just now. Ends with the listening socket."""
    while True:
        try:
            connection, _address = server.accept()
        except OSError:
            return
        connections.append(connection)
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        def go(connection=connection):
            connection.recv(65536)
            connection.close()

        threading.Thread(target=go, daemon=True).start()


def test_form_is_sent_on_a_connection_of_its_own():
    """A page is asked for again where a kept connection ended under the question; a form may not be."""
    connections = []
    with socket.create_server(("127.0.0.1", 0)) as fake:
        portal = threading.Thread(target=end_with_second_question, args=(fake, connections))
        portal.start()
        with nginx(fake.getsockname()[1]) as (_process, port):
            assert ask(port, "/one").status == 200
            known = len(connections)
            for path in ("/en/feedback/", "/admin/news/article/add/"):
                assert ask(port, path, method="POST", body=b"name=Words").status == 200
            assert len(connections) == known + 2
        fake.shutdown(socket.SHUT_RDWR)
        portal.join(5)


def test_what_is_too_large_is_refused_in_words(front):
    answer = ask(front, "/en/search/", method="POST", body=b"x" * (4 << 20))
    assert answer.status == 413
    assert "choose a smaller file" in answer.text
    assert ask(front, "/admin/login/", method="POST", body=b"x" * (4 << 20)).status != 413
    assert ask(front, "/en/?" + "x" * 40_000).status == 414


def test_silent_clients_keep_nobody_from_reading(front):
    silent = [socket.create_connection(("127.0.0.1", front)) for _number in range(100)]
    for client in silent[:50]:
        client.sendall(
            b"POST /en/search/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx"
        )
    began = time.monotonic()
    assert ask(front, "/en/news/").status == 200
    assert time.monotonic() - began < 5
    for client in silent:
        client.close()


def test_https_of_the_example_works(portal, tmp_path):
    certificate(tmp_path)
    port = free_port()
    shipped = NGINX.read_text()
    text = re.sub(r"# ((listen 8443|listen \[::\]:8443|http2|ssl_)[^\n]*;)", r"\1", shipped)
    changes = [
        ("listen 8443", f"listen 127.0.0.1:{port}"),
        ("listen [::]:8443 ssl;", ""),
        ("/etc/nginx/tls", str(tmp_path)),
    ]
    if not knows_http2_on():
        changes += [("http2 on;", ""), (f":{port} ssl;", f":{port} ssl http2;")]
    with nginx(portal, configuration=text, changes=changes):
        context = ssl.create_default_context(cafile=tmp_path / "fullchain.pem")
        asking = HTTPSConnection("localhost", port, context=context)
        asking.request("GET", "/en/")
        assert asking.getresponse().status == 200
        protocol = subprocess.run(
            ["openssl", "s_client", "-alpn", "h2", "-connect", f"localhost:{port}"],
            input=b"", capture_output=True, timeout=20,
        )  # fmt: skip
        assert b"ALPN protocol: h2" in protocol.stdout


def certificate(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        + ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        + ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")],
        check=True,
        capture_output=True,
    )


def knows_http2_on():
    said = subprocess.run(["nginx", "-v"], capture_output=True, text=True).stderr
    return tuple(map(int, re.search(r"(\d+)\.(\d+)\.(\d+)", said).groups())) >= (1, 25, 1)
