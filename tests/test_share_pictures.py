"""The picture that stands beside the address of a page where people share it."""

import random
import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from PIL import Image

from healthyboost.content.languages import language_codes
from healthyboost.sharing import shelf
from healthyboost.sharing.drawing import HEIGHT, LARGEST, WIDTH, Poster, draw
from healthyboost.sharing.lettering import BOLD, fitted, one_line, settable, width_of
from healthyboost.sharing.posters import poster_of
from news.models import Article

from .admin_forms import sign_in
from .factories import make_article, make_organisation, make_picture, make_pilot, png

TITLES = {
    "en": "Healthier cities around one sea: what nine of them tried, and what they learned ",
    "lv": "Jelgavas skolēni mācās gatavot veselīgu maltīti no vietējiem sezonas produktiem ",
    "fi": "Poikkisektoraalinen hyvinvointiyhteistyö kaupunkikehittämisessä Itämeren alueella ",
    "sv": "Hälsofrämjande arbete i städerna kring Östersjön: vad tio år har lärt oss ",
    "ru": "Межведомственное взаимодействие и благополучие жителей городов Балтийского моря ",
}


@pytest.fixture(autouse=True)
def empty_shelf():
    yield
    for name in names_on_the_shelf():
        default_storage.delete(f"{shelf.FOLDER}{name}")


def names_on_the_shelf():
    try:
        return default_storage.listdir(shelf.FOLDER)[1]
    except FileNotFoundError:
        return []


def picture_path(client, path):
    """The path of the picture that a page names."""
    text = client.get(path).text
    return re.search(r'property="og:image" content="https?://[^/]+([^"]+)"', text)[1]


def colour_at(content, point):
    with Image.open(BytesIO(content)) as image:
        return image.getpixel(point)


def near(colour, other):
    return all(abs(a - b) < 30 for a, b in zip(colour, other, strict=True))


# Words


@pytest.mark.parametrize("language", language_codes())
def test_title_of_250_letters_is_set_whole(language):
    title = (TITLES[language] * 4)[:250].strip()
    setting = fitted(title, BOLD, 600, 330, range(68, 26, -2))
    assert " ".join(setting.lines).replace("\u00a0", " ").replace("- ", "-") == title
    assert all(width_of(line, BOLD, setting.size) <= 600 for line in setting.lines)
    assert setting.height <= 330


def test_short_title_is_set_large_and_in_lines_of_like_length():
    setting = fitted("Final phase: municipalities hear about the model", BOLD, 600, 330, [60])
    widths = [width_of(line, BOLD, 60) for line in setting.lines]
    assert min(widths) > max(widths) / 2


def test_word_longer_than_a_line_is_parted_with_a_hyphen():
    setting = fitted("a" * 250, BOLD, 600, 330, range(68, 26, -2))
    assert "".join(line.removesuffix("-") for line in setting.lines) == "a" * 250


def test_text_too_long_for_its_box_ends_with_an_ellipsis():
    setting = fitted("word " * 400, BOLD, 600, 330, [68, 28])
    assert setting.lines[-1].endswith("…")
    assert setting.height <= 330
    assert one_line("word " * 100, BOLD, 300, 27).endswith("…")


def test_soft_hyphen_shows_only_where_the_line_ends():
    wide = fitted("hyvin\u00advointi", BOLD, 600, 330, [40])
    narrow = fitted("hyvin\u00advointi", BOLD, 130, 330, [40])
    assert (wide.lines, narrow.lines) == (("hyvinvointi",), ("hyvin-", "vointi"))


def test_one_letter_word_never_ends_a_line_and_a_dash_begins_none():
    lines = fitted("Город и море — в Балтике и у моря", BOLD, 180, 900, [40]).lines
    assert not [line for line in lines if re.search(r"(^| )\w$", line) or line.startswith("—")]


def test_letter_that_the_face_lacks_is_set_as_its_base_letter_or_left_out():
    assert settable("Iași\u200b 🌊\x00 Łódź, Елгава") == "Iasi Łódź, Елгава"


# Drawing


@pytest.mark.parametrize("title", ["", "x" * 250, "🌊", "Короткий"])
def test_picture_has_the_size_that_networks_ask_for(title):
    content = draw(Poster(title, places=((60.17, 24.94), (-33.9, 18.4))))
    with Image.open(BytesIO(content)) as image:
        assert (image.format, image.size) == ("JPEG", (WIDTH, HEIGHT))
    assert len(content) <= LARGEST


def test_picture_with_a_restless_photograph_is_light_enough():
    noise = Image.frombytes("RGB", (960, 640), random.Random(1).randbytes(960 * 640 * 3))
    assert len(draw(Poster("Noise", photo="x"), noise)) <= LARGEST


def test_photograph_is_cut_round_its_focal_point():
    photo = Image.new("RGB", (1600, 600), "blue")
    photo.paste("red", (0, 0, 800, 600))
    left = draw(Poster("Left", photo="x", focus=(0, 0.5)), photo)
    right = draw(Poster("Right", photo="x", focus=(1, 0.5)), photo)
    assert near(colour_at(left, (900, 300)), (255, 0, 0))
    assert near(colour_at(right, (900, 300)), (0, 0, 255))


def test_what_can_be_seen_through_lies_on_paper():
    content = draw(Poster("Glass", photo="x"), Image.new("RGBA", (800, 800), (0, 0, 0, 0)))
    assert near(colour_at(content, (900, 300)), (253, 253, 251))


# Addresses


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["", "materials/"])
def test_front_page_and_lists_have_a_picture(client, path):
    make_pilot(latitude="60.1699", longitude="24.9384")
    answer = client.get(picture_path(client, f"/fi/{path}"))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")


@pytest.mark.django_db
def test_picture_is_kept_for_good_and_not_sent_twice(client):
    article = make_article(languages=["lv"])
    path = picture_path(client, f"/lv/news/{article.slug}/")
    answer = client.get(path)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Vary" not in answer.headers and not answer.cookies
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.django_db
def test_picture_is_drawn_once(client, monkeypatch):
    path = picture_path(client, f"/en/news/{make_article().slug}/")
    first = client.get(path).content
    monkeypatch.setattr(shelf, "draw", None)
    assert client.get(path).content == first


@pytest.mark.django_db
def test_changed_title_has_a_new_picture_and_the_old_address_leads_to_it(client):
    article = make_article()
    old = picture_path(client, f"/en/news/{article.slug}/")
    Article.objects.filter(pk=article.pk).update(title_en="Another title")
    new = picture_path(client, f"/en/news/{article.slug}/")
    assert new != old
    answer = client.get(old)
    assert (answer.status_code, answer.headers["Location"]) == (302, new)


@pytest.mark.django_db
def test_changed_address_of_a_page_leads_to_its_picture(client):
    article = make_article(slug="old")
    path = picture_path(client, "/en/news/old/")
    article.slug = "new"
    article.save()
    article.former_slugs.get_or_create(slug="old")
    assert client.get(path).headers["Location"] == picture_path(client, "/en/news/new/")


@pytest.mark.django_db
def test_language_that_is_not_public_has_no_picture(client):
    article = make_article(languages=["en", "lv", "fi"], slug="walk")
    path = picture_path(client, "/en/news/walk/")
    digest = path.rpartition("/")[2]
    now = timezone.now()
    Article.objects.filter(pk=article.pk).update(
        published_at_lv=now + timedelta(days=1), withdrawn_at_fi=now
    )
    answers = [client.get(f"/{code}/shared/article/walk/{digest}") for code in language_codes()]
    assert [answer.status_code for answer in answers] == [200, 404, 404, 404, 404]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "article/nothing/0123456789abcdef.jpg",
        "nothing/walk/0123456789abcdef.jpg",
        "list/nothing/0123456789abcdef.jpg",
        "article/walk/0123.jpg",
        "article/walk/0123456789abcdeg.jpg",
        "article/walk%00/0123456789abcdef.jpg",
        "user/walk/0123456789abcdef.jpg",
    ],
)
def test_wrong_address_is_not_found_and_draws_nothing(client, path):
    make_article(slug="walk")
    assert client.get(f"/en/shared/{path}").status_code in (400, 404)
    assert client.get("/en/shared/article/walk/0123456789abcdef.jpg").status_code == 302
    assert names_on_the_shelf() == []


@pytest.mark.django_db
def test_page_with_a_photograph_shows_it(client):
    article = make_article()
    photo = make_picture(file=ContentFile(png(450, 420, "red"), "red.png"), alt_en="A red wall")
    article.pictures.create(picture=photo)
    content = client.get(picture_path(client, f"/en/news/{article.slug}/")).content
    assert near(colour_at(content, (900, 300)), (255, 0, 0))
    assert 'og:image:alt" content="A red wall"' in client.get(f"/en/news/{article.slug}/").text


@pytest.mark.django_db
def test_lost_photograph_costs_the_photograph_and_is_not_remembered(client):
    article = make_article()
    photo = make_picture(file=ContentFile(png(450, 420, "red"), "red.png"))
    article.pictures.create(picture=photo)
    for name in (photo.file.name, *(each["webp"] for each in photo.renditions)):
        default_storage.delete(name)
    answer = client.get(picture_path(client, f"/en/news/{article.slug}/"))
    assert answer.status_code == 200
    assert names_on_the_shelf() == []


@pytest.mark.django_db
def test_picture_names_no_organisation_that_is_not_public(client):
    owner = make_organisation(languages=["en"], title_en="Owner", city_en="Turku")
    article = make_article(organisation=owner)
    public = picture_path(client, f"/en/news/{article.slug}/")
    type(owner).objects.update(published_at_en=None)
    hidden = picture_path(client, f"/en/news/{article.slug}/")
    type(owner).objects.update(title_en="Secret", city_en="Secret")
    assert public != hidden == picture_path(client, f"/en/news/{article.slug}/")


def test_shelf_never_holds_more_than_it_may(monkeypatch):
    monkeypatch.setattr(shelf, "KEPT", 10)
    for number in range(25):
        shelf.keep(f"{shelf.FOLDER}{number:016}.jpg", b"picture" + shelf.JPEG_END)
    names = names_on_the_shelf()
    assert len(names) <= 10
    assert f"{24:016}.jpg" in names


def test_picture_that_is_still_being_written_is_drawn_anew(monkeypatch):
    name = f"{shelf.FOLDER}{0:016}.jpg"
    default_storage.save(name, ContentFile(b"half a pic"))
    assert shelf.read(name) is None


@pytest.mark.django_db
def test_who_comes_while_too_many_wait_is_asked_to_come_again(client, monkeypatch):
    monkeypatch.setattr(shelf, "PATIENCE", 0.01)
    path = picture_path(client, f"/en/news/{make_article().slug}/")
    with shelf.one_at_a_time:
        answer = client.get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "immutable" not in answer.headers.get("Cache-Control", "")


@pytest.mark.django_db
def test_picture_costs_few_queries_whatever_the_number_of_rows(
    client, django_assert_max_num_queries
):
    for _number in range(5):
        article = make_article(organisation=make_organisation())
    path = picture_path(client, f"/en/news/{article.slug}/")
    with django_assert_max_num_queries(3):
        client.get(path)


# The head of a page


@pytest.mark.django_db
def test_page_shown_in_another_language_is_shared_in_that_language(client):
    article = make_article(languages=["fi", "sv"], slug="walk")
    text = client.get("/lv/news/walk/").text
    shared = re.search(r'<meta property="og:type".*?<script', text, re.S)[0]
    assert f'og:title" content="{escape(article.title_fi)}" lang="fi"' in shared
    assert "/fi/shared/article/walk/" in shared
    assert re.findall(r'og:locale:alternate" content="(\w+)"', shared) == ["sv_SE"]
    assert '<meta property="og:locale" content="fi_FI">' in text


@pytest.mark.django_db
def test_article_tells_when_it_was_published_and_changed(client):
    article = make_article(date=timezone.now(), date_precision="day")
    text = client.get(f"/en/news/{article.slug}/").text
    assert '<meta property="og:type" content="article">' in text
    day = timezone.localtime(article.date).date().isoformat()
    assert f'<meta property="article:published_time" content="{day}">' in text
    assert re.search(r'article:modified_time" content="\d{4}-\d\d-\d\dT[\d:.]+\+00:00"', text)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["news/?page=7", "news/nothing/", "search/?q=a"])
def test_what_cannot_be_found_or_listed_is_not_shared(client, path):
    assert "og:image" not in client.get(f"/en/{path}").text


@pytest.mark.django_db
def test_preview_of_a_draft_is_not_shared(client):
    article = make_article(published_at_en=None, slug="draft")
    sign_in(client)
    text = client.get(reverse("admin:news_article_preview", args=[article.pk, "en"])).text
    assert article.title_en in text
    assert "og:image" not in text and "ld+json" not in text
    assert client.get("/en/shared/article/draft/0123456789abcdef.jpg").status_code == 404


@pytest.mark.django_db
def test_picture_says_the_section_the_kind_and_whose_page_it_is():
    owner = make_organisation(title_en="City of Turku", city_en="Turku")
    article = make_article(organisation=owner, kind="interview")
    poster = poster_of(article, "en", [])
    assert (poster.kicker, poster.byline) == ("News · Interview", "City of Turku")
    assert poster_of(make_article(languages=["fi"]), "fi", []).kicker == "Ajankohtaista"
