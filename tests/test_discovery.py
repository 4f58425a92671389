"""What search engines are told: sitemaps, heads of pages, robots.txt, OpenSearch."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree

from healthyboost.content.addresses import absolute, address_of
from healthyboost.content.languages import language_codes
from healthyboost.discovery import sitemaps
from news.models import Article
from news.views import ArticleList

from .factories import LONG_AGO, each_content_type, make, make_article, make_page, make_user
from .hreflang import body_of, entries, head_of, listed_in_sitemaps, sitemap_files

pytestmark = pytest.mark.django_db

# The rules of https://www.sitemaps.org/protocol.html, and links to other languages after them.
SITEMAP_RULES = """
<schema xmlns="http://www.w3.org/2001/XMLSchema" xmlns:map="http://www.sitemaps.org/schemas/sitemap/0.9"
  targetNamespace="http://www.sitemaps.org/schemas/sitemap/0.9" elementFormDefault="qualified">
  <simpleType name="address"><restriction base="anyURI">
    <minLength value="12"/><maxLength value="2048"/><pattern value="https?://[!-~]+"/>
  </restriction></simpleType>
  <simpleType name="moment"><union memberTypes="date dateTime"/></simpleType>
  <element name="urlset"><complexType><sequence>
    <element name="url" minOccurs="1" maxOccurs="50000"><complexType><sequence>
      <element name="loc" type="map:address"/>
      <element name="lastmod" type="map:moment" minOccurs="0"/>
      <any namespace="http://www.w3.org/1999/xhtml" minOccurs="0" maxOccurs="unbounded"
        processContents="skip"/>
    </sequence></complexType></element>
  </sequence></complexType></element>
  <element name="sitemapindex"><complexType><sequence>
    <element name="sitemap" minOccurs="1" maxOccurs="50000"><complexType><sequence>
      <element name="loc" type="map:address"/>
      <element name="lastmod" type="map:moment" minOccurs="0"/>
    </sequence></complexType></element>
  </sequence></complexType></element>
</schema>"""


def get(client, address):
    return client.get(address.removeprefix(absolute("")))


def head(client, address):
    return head_of(get(client, address).text)


# Sitemaps


@pytest.mark.parametrize("model", each_content_type(Article))
def test_a_sitemap_lists_only_the_languages_that_are_public(model, client):
    page = make(model, languages=["lv", "ru"], title_fi="Melkein", summary_fi="Melkein")
    listed = {
        address: entry
        for address, entry in listed_in_sitemaps(client).items()
        if address in [address_of(page, code) for code in language_codes()]
    }
    assert listed.keys() == {address_of(page, "lv"), address_of(page, "ru")}
    for entry in listed.values():
        assert entry.alternates == {
            "lv": address_of(page, "lv"),
            "ru": address_of(page, "ru"),
            "x-default": address_of(page, "lv"),
        }


def test_what_is_not_public_is_in_no_sitemap(client):
    soon = timezone.now() + timedelta(days=1)
    make_article(published_at_en=None)
    make_article(published_at_en=soon)
    make_article(withdrawn_at_en=timezone.now())
    make_article(unpublish_at_en=timezone.now() - timedelta(hours=1))
    make_article(languages=[])
    assert not [name for name in sitemaps.files() if "article" in name]
    assert not [address for address in listed_in_sitemaps(client) if "/news/article" in address]


def test_lists_are_in_the_sitemap_of_each_language(client):
    listed = listed_in_sitemaps(client)
    for path in ("", "news/", "pilots/", "partners/", "materials/"):
        assert listed[absolute(f"/fi/{path}")].alternates["x-default"] == absolute(f"/en/{path}")
    assert all(entry.lastmod == "" for entry in listed.values())


@pytest.mark.long
def test_the_page_about_the_project_is_listed_at_its_own_address(client):
    make_page(kind="about", languages=["en", "fi"])
    assert absolute("/fi/about/") in listed_in_sitemaps(client)


def test_lastmod_is_when_the_text_in_this_language_changed(client):
    article = make_article(languages=["en", "lv"])
    before = listed_in_sitemaps(client)
    Article.objects.update(published_at_lv=timezone.now() + timedelta(seconds=-1))
    after = listed_in_sitemaps(client)
    english, latvian = address_of(article, "en"), address_of(article, "lv")
    assert after[english].lastmod == before[english].lastmod
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", after[latvian].lastmod)
    assert abs(timezone.now() - timezone.datetime.fromisoformat(after[latvian].lastmod)) < (
        timedelta(minutes=1)
    )


@pytest.mark.long
def test_sitemaps_obey_the_rules_of_the_protocol(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "SIZE", 2)
    for languages in (["en", "lv"], ["ru"], ["fi", "sv", "en"]):
        make_article(languages=languages)
    rules = etree.XMLSchema(etree.fromstring(SITEMAP_RULES))
    rules.assertValid(etree.fromstring(client.get("/sitemap.xml").content))
    files = sitemap_files(client)
    assert len(files) > len(language_codes()) + 3
    for file in files.values():
        rules.assertValid(file)


@pytest.mark.long
def test_a_file_keeps_its_objects_when_others_go(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "SIZE", 1)
    first, second = make_article(), make_article()
    name = f"/sitemaps/en-article-{second.pk}.xml"
    before = body_of(client.get(name))
    first.delete()
    assert address_of(second, "en").encode() in before
    assert body_of(client.get(name)) == before
    assert client.get(f"/sitemaps/en-article-{first.pk}.xml").status_code == 404


def test_queries_do_not_grow_with_rows(client, django_assert_num_queries):
    for _number in range(3):
        article = make_article(languages=["en", "lv"])
    name = f"/sitemaps/en-article-{(article.pk - 1) // sitemaps.SIZE + 1}.xml"
    body_of(client.get(name))  # the kind of content is known from now on
    with django_assert_num_queries(1):
        assert len(entries(etree.fromstring(body_of(client.get(name))))) == 3
    with django_assert_num_queries(2):
        client.get("/sitemap.xml")


@pytest.mark.parametrize(
    "name",
    ["xx-article-1", "en-nothing-1", "en-article-0", "en-article-9999999999", "en-lists-2", "en",
     "en-article-99999999999", "en-article-١", "../en-article-1", "en-article-1%00"],
)  # fmt: skip
def test_a_sitemap_that_is_none_is_not_found(name, client):
    assert client.get(f"/sitemaps/{name}.xml").status_code in (400, 404)


@pytest.mark.parametrize(
    "path", ["/sitemap.xml", "/sitemaps/en-lists-1.xml", "/robots.txt", "/lv/opensearch.xml"]
)
def test_what_has_not_changed_is_not_sent_again(path, client):
    first = client.get(path)
    assert not first.cookies and "Cookie" not in first.get("Vary", "")
    again = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304 and again["ETag"] == first["ETag"]
    zipped = client.get(path, headers={"If-None-Match": f"W/{first['ETag']}"})
    assert zipped.status_code == 304


@pytest.mark.long
def test_a_withdrawn_text_changes_the_file(client):
    article = make_article()
    make_article()
    name = f"/sitemaps/en-article-{(article.pk - 1) // sitemaps.SIZE + 1}.xml"
    etag = client.get(name)["ETag"]
    Article.objects.filter(pk=article.pk).update(withdrawn_at_en=timezone.now())
    changed = client.get(name, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert address_of(article, "en").encode() not in body_of(changed)


def test_nobody_chooses_the_host_of_the_addresses(client, settings):
    settings.SITE_ADDRESS = "https://portal.example.org"
    settings.ALLOWED_HOSTS = ["*"]
    article = make_article()
    for path in ("/sitemap.xml", "/robots.txt", "/en/opensearch.xml", article.get_absolute_url()):
        text = body_of(client.get(path, headers={"Host": "evil.example"})).decode()
        assert "https://portal.example.org/" in text
    assert head_of(text).canonicals == [address_of(article, "en")]


# Heads of pages


@pytest.mark.parametrize(
    "languages, default",
    [(["lv", "en"], "en"), pytest.param(["fi", "ru"], "fi", marks=pytest.mark.long)],
)
def test_readers_of_other_languages_get_english_else_the_original(languages, default, client):
    article = make_article(languages=languages)
    for code in languages:
        found = head(client, address_of(article, code))
        assert found.canonicals == [address_of(article, code)]
        assert found.alternates == {code: address_of(article, code) for code in languages} | {
            "x-default": address_of(article, default)
        }


@pytest.mark.long
def test_a_default_that_is_not_public_is_not_named(client):
    article = make_article(languages=["lv", "fi", "ru"], withdrawn_at_lv=timezone.now())
    found = head(client, address_of(article, "ru"))
    assert found.alternates.keys() == {"fi", "ru", "x-default"}
    assert found.alternates["x-default"] == address_of(article, "fi")


def test_a_page_in_another_language_names_no_alternates(client):
    article = make_article(languages=["lv", "en"])
    found = head(client, address_of(article, "fi"))
    assert found.canonicals == [address_of(article, "lv")]
    assert found.alternates == {} and not found.is_hidden
    then = head(client, address_of(article, "fi") + "?then=en")
    assert then.canonicals == [address_of(article, "en")]


def test_open_graph_names_the_canonical_address(client):
    article = make_article(languages=["lv"])
    text = get(client, address_of(article, "fi")).text
    assert f'<meta property="og:url" content="{address_of(article, "lv")}">' in text
    assert '<meta property="og:locale" content="lv_LV">' in text


def test_the_front_page_is_known_in_every_language(client):
    found = head(client, "/ru/")
    assert found.canonicals == [absolute("/ru/")]
    assert found.alternates == {code: absolute(f"/{code}/") for code in language_codes()} | {
        "x-default": absolute("/en/")
    }


def test_pages_of_a_list_stand_for_themselves(client, monkeypatch):
    monkeypatch.setattr(ArticleList, "page_size", 1)
    make_article(), make_article()
    first, second = head(client, "/lv/news/?page=1&x=1"), head(client, "/lv/news/?page=2&x=1")
    assert first.canonicals == [absolute("/lv/news/")]
    assert head(client, "/lv/news/").alternates["x-default"] == absolute("/en/news/")
    assert first.alternates == {}
    assert second.canonicals == [absolute("/lv/news/?page=2")]
    assert second.alternates == {}


@pytest.mark.parametrize(
    "path", ["/en/news/?year=2021", "/en/news/?page=-1", "/en/search/?q=walk", "/en/nothing/"]
)
def test_what_is_no_page_of_its_own_is_hidden(path, client):
    make_article(date=LONG_AGO, date_precision="day")
    found = head(client, path)
    assert found.is_hidden and not found.canonicals and not found.alternates


def test_a_preview_is_hidden(client):
    article = make_article(published_at_en=None)
    client.force_login(make_user("superuser"))
    response = client.get(f"/admin/news/article/{article.pk}/preview/en/")
    assert response.status_code == 200 and "noindex" in response["X-Robots-Tag"]
    found = head_of(response.text)
    assert found.is_hidden and not found.canonicals and not found.alternates


# robots.txt, a closed portal, OpenSearch


def test_robots_are_led_to_the_sitemap_and_kept_from_what_is_no_page(client):
    lines = client.get("/robots.txt").text.split("\n")
    assert f"Sitemap: {absolute('/sitemap.xml')}" in lines
    assert {"Disallow: /admin/", "Disallow: /account/", "Disallow: /sv/search/?"} <= set(lines)
    assert "Disallow: /" not in lines


def test_signed_links_can_be_visited_so_that_robots_read_that_they_are_hidden(client):
    assert "preview" not in client.get("/robots.txt").text
    assert "translate" not in client.get("/robots.txt").text
    assert 'content="noindex"' in client.get("/preview/nonsense/").text
    assert 'content="noindex"' in client.get("/translate/nonsense/").text


def test_a_portal_that_is_tried_out_is_in_no_search_engine(settings):
    settings.SEARCH_ENGINES = False
    client = Client()
    assert client.get("/robots.txt").text.strip() == "User-agent: *\nDisallow: /"
    for path in ("/en/", "/sitemap.xml", "/en/nothing/", "/static/img/icon.svg"):
        assert client.get(path)["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.long
def test_a_portal_that_is_open_says_nothing_against_it(client):
    assert "X-Robots-Tag" not in client.get("/en/")


@pytest.mark.parametrize(
    "code",
    ["lv", *(pytest.param(code, marks=pytest.mark.long) for code in ("en", "fi", "sv", "ru"))],
)
def test_a_browser_can_take_over_the_search_in_each_language(code, client):
    space = {"os": "http://a9.com/-/spec/opensearch/1.1/"}
    link = f'type="application/opensearchdescription+xml" href="/{code}/opensearch.xml"'
    assert link in client.get(f"/{code}/").text
    response = client.get(f"/{code}/opensearch.xml")
    assert response["Content-Type"] == "application/opensearchdescription+xml"
    described = etree.fromstring(response.content)
    assert described.tag == "{http://a9.com/-/spec/opensearch/1.1/}OpenSearchDescription"
    assert len(described.findtext("os:ShortName", namespaces=space)) <= 16
    assert described.findtext("os:Language", namespaces=space) == code
    template = described.find("os:Url[@type='text/html']", space).get("template")
    assert template == absolute(f"/{code}/search/?q={{searchTerms}}")
    asked = template.removeprefix(absolute("")).replace("{searchTerms}", "sauna")
    assert client.get(asked).status_code == 200


@pytest.mark.long
def test_a_hundred_thousand_keys_cost_two_queries(client, django_assert_num_queries):
    article = make_article(languages=["en", "lv"])
    Article.objects.filter(pk=article.pk).update(id=99_999)
    with django_assert_num_queries(2):
        text = client.get("/sitemap.xml").text
    assert "/lv-article-10.xml" in text and "/lv-article-9.xml" not in text


@pytest.mark.parametrize(
    "path", ["news/", "events/", "newsletter/", "pilots/", "partners/", "materials/"]
)
def test_list_says_to_search_engines_what_is_in_it(client, path):
    text = client.get(f"/lv/{path}").content.decode()
    lead = re.search(r'<p class="lead">([^<]+)</p>', text)[1]
    assert f'<meta name="description" content="{lead}">' in text
