"""What attackers and clumsy people send: it is refused in words, and nothing of it is believed."""

import random
import re
import time
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib.admin.sites import site
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client, RequestFactory
from django.urls import reverse

from healthyboost.content.languages import language_codes
from healthyboost.content.models import content_models
from healthyboost.content.richtext import clean
from healthyboost.editing.diffs import word_diff
from healthyboost.editing.forms import MomentField
from healthyboost.interchange.documents import Faults
from healthyboost.interchange.reading import read_folder
from healthyboost.media.files import check_document, check_picture
from healthyboost.media.models import Picture

from .factories import make, make_article, make_material, make_picture, pdf, png
from .test_admin import sign_in

pytestmark = pytest.mark.django_db

MARKUP = "<form action=//elsewhere.example><input name=password></form>"


# Requests


@pytest.mark.parametrize(
    "path",
    [
        "/en/news/%00/",
        "/lv/about/a%00b/funding.csv",
        "/media/pictures/%00.png",
        "/media/renditions/x.%00",
        "/admin/news/article/%00/change/",
    ],
)
def test_nul_in_an_address_is_not_understood(path, client):
    assert client.get(path).status_code == 400


def test_nul_in_a_session_cookie_is_not_understood(client):
    client.cookies["sessionid"] = "aaaaaaaaaaaa\0"
    assert client.get("/admin/").status_code == 400


@pytest.mark.parametrize("host", ["elsewhere.example", "localhost:80@elsewhere.example", "a b"])
@pytest.mark.parametrize("path", ["/", "/en/", "/admin/login/", "/media/x"])
def test_unknown_host_is_told_so_and_repeated_nowhere(host, path, client):
    response = client.get(path, headers={"host": host})
    assert (response.status_code, response.content) == (400, b"Unknown host.")


@pytest.mark.parametrize("charset", ["zlib", "rot13", "idna", "unicode_escape", "utf-16"])
def test_charset_that_a_client_names_changes_nothing(charset):
    from healthyboost.wsgi import application

    environ = RequestFactory()._base_environ(
        QUERY_STRING="q=%C4%81", CONTENT_TYPE=f"text/html; charset={charset}"
    )
    assert application.request_class(environ).GET["q"] == "ā"


@pytest.mark.parametrize("query", ["slug=%00", "q=%00", "date__year=99999999999"])
def test_question_of_the_admin_that_no_database_can_answer_is_not_understood(query, client):
    sign_in(client)
    address = reverse("admin:news_article_changelist")
    assert client.get(f"{address}?{query}").status_code in (200, 400)


def test_whoever_signs_in_on_the_way_elsewhere_arrives_in_the_admin(client):
    sign_in(client)
    client.logout()
    response = client.post(
        "/account/login/",
        {"login": "administrator", "password": "secret", "next": "//elsewhere.example"},
    )
    assert response.url == "/admin/"


# Texts


def test_markup_in_words_that_are_no_rich_text_is_shown_as_it_was_typed(client):
    article = make_article()
    article.links.create(label_en=MARKUP, url="https://example.org/")
    article.quotes.create(text_en=MARKUP, speaker=MARKUP, speaker_role_lv=MARKUP)
    response = client.get(article.get_absolute_url())
    assert response.text.count("&lt;form action=") == 4
    assert "<form action=" not in response.text


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_moment_at_the_end_of_the_calendar_is_refused_in_a_form(year):
    with pytest.raises(ValidationError):
        MomentField().clean([f"{year}-12-31", "23:59"])


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_moment_at_the_end_of_the_calendar_is_refused_in_a_file(year, tmp_path):
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.yaml").write_text(f"date: {year}-12-31T23:59:00-12:00\n")
    read_folder(tmp_path, faults := Faults())
    assert "articles/a.yaml:1: date: No calendar has this day." in list(faults)


def test_languages_of_unpublished_materials_are_no_choice(client):
    hidden = make_material(published_at_en=None)
    hidden.versions.create(language="pl", title="Narzędzie", url="https://example.org/")
    assert 'value="pl"' not in client.get("/en/materials/").text
    assert client.get("/en/materials/?language=pl").status_code == 404


# Files


def archive(**content):
    file = BytesIO()
    with ZipFile(file, "w") as written:
        for name, text in content.items():
            written.writestr(name, text)
    return bytearray(file.getvalue())


@pytest.mark.parametrize("place, value", [(6, 1), (8, 99), (4, 200)])
def test_archive_that_cannot_be_read_is_refused(place, value):
    content = archive(mimetype="application/vnd.oasis.opendocument.text")
    content[place] = value  # encrypted, or of an unknown method or version
    content[content.index(b"PK\x01\x02") + place + 2] = value
    with pytest.raises(ValidationError):
        check_document(ContentFile(bytes(content), "report.odt"))


@pytest.mark.parametrize("kind", ["application/pdf", "text/vtt", "text/html"])
def test_archive_is_not_what_it_says_it_is(kind):
    with pytest.raises(ValidationError):
        check_document(ContentFile(bytes(archive(mimetype=kind)), "report.odt"))


def test_picture_that_is_too_long_for_a_rendition_is_refused():
    with pytest.raises(ValidationError):
        check_picture(ContentFile(png(1, 16_400), "tower.png"))


def test_the_same_picture_in_something_hidden_takes_nothing_away(client):
    make_picture("a-hidden-one", file=ContentFile(png(), "first.png"))
    shown = make_picture("b-shown", file=ContentFile(png(), "second.png"))
    make_article().pictures.create(picture=shown)
    assert client.get(default_storage.url(shown.renditions[0]["webp"])).status_code == 200


def test_file_that_only_staff_may_see_is_stored_on_no_way(client):
    attachment = make_article(published_at_en=None).attachments.create(
        title="Plan", language="en", file=ContentFile(pdf(), "plan.pdf")
    )
    assert client.get(attachment.file.url).status_code == 404
    sign_in(client)
    response = client.get(attachment.file.url)
    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")


def test_file_is_handed_out_under_the_name_of_its_kind(client):
    attachment = make_article().attachments.create(
        title="Page", language="en", file=ContentFile(pdf("<script>"), "page.html")
    )
    response = client.get(attachment.file.url)
    assert re.fullmatch(r'attachment; filename="page\w*\.pdf"', response["Content-Disposition"])


# Everything at once

PIECES = [
    *("", "a", "-1", "0", "1", "999999999999999999999", "1e9", "nan", "x" * 300, "' OR 1=1--"),
    *("%00", "%ff", "%ed%a0%80", "%0d%0aSet-Cookie:a=b", "..", "%2e%2e%2f", "//elsewhere.example"),
    *(
        "<script>",
        "{{7*7}}",
        "ā",
        "Ж",
        "%F0%9F%98%80",
        "\\",
        ";",
        "[]",
        "en",
        "ru",
        "zxx",
        "(((",
        "%",
    ),
]
NAMES = [
    *("page", "year", "theme", "city", "organisation", "language", "kind", "audience", "country"),
    *(
        "then",
        "next",
        "q",
        "p",
        "o",
        "e",
        "all",
        "_popup",
        "_to_field",
        "_facets",
        "term",
        "public",
    ),
    *("slug", "title_en", "date__year", "id__in", "app_label", "model_name", "field_name"),
]
METHODS = ["GET"] * 12 + ["HEAD", "OPTIONS", "POST", "PUT", "DELETE", "TRACE", "FOO"]


def addresses():
    """Every address that the portal has, with rows behind it."""
    rows = [make(model, languages=["en", "lv"]) for model in content_models()]
    rows += [make(model, published_at_en=None) for model in content_models()]
    make_article().pictures.create(picture=make_picture())
    files = [picture.file.url for picture in Picture.objects.all()]
    lists = ["", "news/", "partners/", "pilots/", "materials/", "about/", "nowhere/"]
    public = [f"/{code}/{each}" for code in language_codes() for each in lists]
    public += [row.get_absolute_url() for row in rows]
    public += [f"{row.get_absolute_url()}funding.csv" for row in rows]
    staff = ["/admin/", "/admin/login/", "/admin/autocomplete/", "/admin/jsi18n/", "/admin/r/1/1/"]
    for model in site._registry:
        start = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        staff += [start, f"{start}add/", f"{start}1/change/", f"{start}1/delete/"]
        staff += [f"{start}1/history/"]
    # without /readyz, which says 503 by itself: no background process runs here
    return ["/", "/healthz", *files, *public, *staff]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
def test_a_thousand_random_requests_are_all_answered(seed):
    chance = random.Random(seed)
    clients = [Client(raise_request_exception=False) for _each in range(4)]
    for client, role in zip(clients, [None, "editor", "coordinator", "translator"], strict=True):
        if role:
            sign_in(client, role)
    known, failed = addresses(), []
    for _each in range(1000):
        client, method = chance.choice(clients), chance.choice(METHODS)
        request = method, hostile(chance, chance.choice(known)), headers(chance)
        method, path, sent = request
        body = {name: chance.choice(PIECES) for name in chance.sample(NAMES, 3)}
        is_form = method == "POST"
        response = (
            client.post(path, body, headers=sent)
            if is_form
            else client.generic(method, path, headers=sent)
        )
        if response.status_code >= 500:
            failed.append((response.status_code, *request, repr(response.exc_info or "")[:200]))
    assert failed == []


def hostile(chance, path):
    parts = path.split("/")
    if chance.random() < 0.4:
        parts[chance.randrange(1, len(parts))] = chance.choice(PIECES)
    query = "&".join(
        f"{chance.choice([*NAMES, *PIECES])}={chance.choice(PIECES)}"
        for _each in range(chance.choice([0, 1, 2, 5, 400]))
    )
    return f"{'/'.join(parts)}?{query}"


def headers(chance):
    piece = chance.choice([each for each in PIECES if each.isascii() and each.isprintable()])
    return chance.choice(
        [
            {},
            {"host": piece or "elsewhere.example"},
            {"accept-language": piece},
            {"cookie": f'sessionid="{piece}\\000"; csrftoken={piece}; django_language={piece}'},
            {"if-none-match": piece, "if-modified-since": piece, "range": piece},
            {"x-forwarded-host": piece, "x-forwarded-proto": piece, "referer": piece},
        ]
    )


# The admin, by people who may write a little


@pytest.mark.parametrize(
    "sent",
    [{"title_en": "a\0b"}, {"title_en": "ab", "a\0b": "x"}, {"_started_from": "[" * 100_000}],
)
def test_odd_characters_do_not_stop_a_form_from_being_kept(sent, client):
    sign_in(client, "editor")
    response = client.post("/admin/keep/", {"_address": "/admin/news/article/add/", **sent})
    assert response.status_code == 204


def test_a_form_at_an_odd_address_is_not_kept(client):
    sign_in(client, "editor")
    assert client.post("/admin/keep/", {"_address": "/admin/\0"}).status_code == 400


def test_brackets_without_end_in_place_of_fingerprints_are_not_believed(client):
    sign_in(client, "editor")
    article = make_article()
    address = reverse("admin:news_article_change", args=[article.pk])
    assert client.post(address, {"_started_from": "[" * 100_000}).status_code == 200


@pytest.mark.parametrize("address", ["//[", "//ex\N{ACCOUNT OF}mple.com/"])
def test_what_is_no_address_is_pasted_as_it_is(address, client):
    sign_in(client, "editor")
    response = client.post("/admin/writing/pasted/", {"html": f'<a href="{address}">x</a>'})
    assert response.status_code == 200


def test_a_form_that_names_no_sender_is_not_shown_again():
    client = Client(enforce_csrf_checks=True)
    sent = {"_started_from": "{}", "title_en": "Typed"}
    response = client.post("/account/login/", sent, headers={"origin": "http://["})
    assert response.status_code == 403
    assert "Typed" not in response.text


@pytest.mark.parametrize(
    "html",
    ["<strong><em>" * 5_000, "<blockquote>" * 5_000, f"<p>{' ' * 200_000}a</p>"],
    ids=["strong", "quotations", "spaces"],
)
def test_cleaning_a_text_takes_no_longer_than_its_length(html):
    began = time.process_time()
    clean(html)
    assert time.process_time() - began < 2


def test_comparing_two_long_texts_takes_no_minutes():
    long = [f"word{number * number % 997}" for number in range(3_000)]
    changed = ["new" if number % 50 == 0 else word for number, word in enumerate(long)]
    began = time.process_time()
    for end in (" ", "\n"):
        assert "<ins>" in word_diff(end.join(long), end.join(changed))
    assert "<ins>" in word_diff("a " * 50_000, "a " * 25_000 + "b " + "a " * 25_000)
    assert time.process_time() - began < 2
