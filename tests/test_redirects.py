"""Old addresses lead to where the page is now, and what visitors miss is counted."""

import datetime
import re
from io import StringIO
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from healthyboost.management.commands.work import TIMED
from healthyboost.redirects import counting
from healthyboost.redirects.addresses import key_typed
from healthyboost.redirects.counting import forget_missed, is_telling, missed, used
from healthyboost.redirects.models import MissedAddress, Redirect

from .accessibility import Axe
from .admin_forms import errors_of, press, queries_of, send, sign_in
from .factories import LONG_AGO, make_article
from .test_demand import BROWSER, ROBOTS

pytestmark = pytest.mark.django_db
DOOR = "https://www.healthyboost.eu"
SAMPLE = Path(__file__).parent.parent / "healthyboost" / "sample"
ADD, PASTE = "/admin/redirects/redirect/add/", "/admin/redirects/redirect/paste/"
LIST = "/admin/redirects/redirect/"
MISSED = "/admin/redirects/missedaddress/"
# What becomes of each address of the former site that is known, for a reader of English.
KNOWN = {
    "/": "/en/",  # 302, in the reader's language
    "/about": "/en/about/",
    "/news": "/en/news/",
    "/news?page=1": "/en/news/",
    "/pilots": "/en/pilots/",
    "/materials": "/en/materials/",
    "/partners": "/en/partners/",
    "/pilots/helsinki": "/en/pilots/helsinki/",
    "/pilots/turku": "/en/pilots/turku/",
    "/pilots/pskov": "/en/pilots/pskov/",
    "/news/workshop-cherepovets": "/en/news/workshop-cherepovets/",
    "/news/klaip%C4%97da-city-public-health-bureau-has-opened-vr-room": "/en/news/vr-room-klaipeda/",
    "/news/%e2%80%9cchronicles-c-19%e2%80%9d-new-ar-space-share-experience-pandemic": "/en/news/"
    "chronicles-c-19/",
    "/news/realization-healthy-boost-project-suwalki": "/en/news/suwalki-pilot/",
    "/tags/tartu": "/en/news/?city=tartu",
    "/news/idea-born-co-creation-workshop-turku-pink-benches-spark-conversations": "/en/news/"
    "pink-benches/",
    "/news/digital-experience-cross-sectoral-cooperation-and-participation-turku-city-employees": ""
    "/en/news/city-staff-game/",
    "/news/project-meeting-%E2%80%93-activities-peer-review-report-and-policy-recommendations": ""
    "/en/news/project-meeting/",
    "/news/model-cross-sectoral-cooperation-being-finalized": "/en/news/model-being-finalised/",
    "/news/final-steps-development-model-cross-sectoral-cooperation": "/en/news/model-final-steps/",
    "/material/publication/self-assessment-tool-and-matrix-cities": "/en/materials/"
    "self-assessment-tool/",
    "/material/publication/training-municipalities-cross-sectoral-cooperation": "/en/materials/"
    "training/",
    "/material/publication/developing-model-cross-sectoral-cooperation-promoting-health-and-wellbeing": ""
    "/en/materials/model-paper/",
    "/news/collection-good-practices-%E2%80%9Ehow-promote-health-and-boost-cross-sectoral-cooperation-"
    "using": "/en/news/good-practices/",
    "/news/healthy-boost-project-has-entered-its-final-phase": "/en/news/final-phase/",
    "/user/login": None,
    "/user/register": None,
    "/user/password": None,
}


@pytest.fixture(autouse=True)
def fresh(settings):
    settings.SITE_ADDRESS = "https://portal.example"
    used.counts.clear()
    missed.counts.clear()


@pytest.fixture
def reader():
    return Client(headers={"User-Agent": BROWSER, "Accept-Language": "en"})


def make_redirect(old="/old", target="", **fields):
    redirect = Redirect(old_address=old, target=target, **fields)
    redirect.save()
    return redirect


def answered(client, address, **headers):
    """(status, where it leads)"""
    response = client.get(address, headers=headers)
    return response.status_code, response.headers.get("Location")


def pasted(client, lines):
    return client.post(PASTE, {"lines": lines})


def faults_of(response):
    return [str(error) for error in response.context_data["form"].errors["lines"]]


# What visitors get


def test_an_old_address_leads_to_the_page_in_the_language_of_the_reader(reader):
    make_redirect("/node/7", "portal:articles/walk")
    make_article(slug="walk", languages=["en", "lv"])
    assert answered(reader, "/node/7") == (301, "/en/news/walk/")
    assert answered(reader, "/node/7", **{"Accept-Language": "lv"}) == (301, "/lv/news/walk/")


def test_a_redirect_may_be_kept_by_caches_and_sets_no_cookie(reader):
    make_redirect("/node/7", "portal:articles/walk")
    make_article(slug="walk")
    response = reader.get("/node/7")
    assert response["Cache-Control"] == "public, max-age=86400"
    assert response["Vary"] == "Accept-Language"
    assert not response.cookies


def test_a_redirect_with_a_language_leads_to_that_language(reader):
    make_redirect("/uutiset/kavely", "portal:articles/walk", language="fi")
    make_article(slug="walk", languages=["en", "fi"])
    response = reader.get("/uutiset/kavely")
    assert (response.status_code, response["Location"]) == (301, "/fi/news/walk/")
    assert not response.get("Vary")


def test_a_redirect_follows_its_page_to_another_address(reader):
    article = make_article(slug="walk")
    make_redirect("/node/7", "portal:articles/walk#how")
    article.slug = "stroll"
    article.save()
    assert answered(reader, "/node/7") == (301, "/en/news/stroll/#how")


@pytest.mark.parametrize(
    "asked",
    [
        "/Material/Publication/Caf%C3%A9-%E2%80%93-now",
        "/material/publication/cafe%CC%81-%e2%80%93-now/",
        "/material//publication/caf%c3%a9-%E2%80%93-now?utm_source=mail&fbclid=x",
    ],
)
def test_letters_slashes_and_tracking_words_make_no_difference(reader, asked):
    make_redirect("/material/publication/café-–-now", "/news/")
    assert answered(reader, asked) == (301, "/en/news/")


def test_a_redirect_with_a_query_goes_before_one_without(reader):
    make_redirect("/list", "/news/")
    make_redirect("/list?kind=a&page=1", "/pilots/")
    assert answered(reader, "/list?page=1&kind=a") == (301, "/en/pilots/")
    assert answered(reader, "/list?page=2") == (301, "/en/news/")


def test_an_old_address_without_language_holds_in_all_languages(reader):
    make_redirect("/old", "/news/")
    make_redirect("/fi/old", "/pilots/")
    assert answered(reader, "/lv/old/") == (301, "/lv/news/")
    assert answered(reader, "/fi/old/") == (301, "/fi/pilots/")


def test_search_words_are_kept_and_other_words_are_not(reader):
    make_redirect("/find", "/search/")
    asked = "/find?q=walk%0d%0aX:1&page=3&next=//evil.example"
    assert answered(reader, asked) == (301, "/en/search/?q=walk%0D%0AX%3A1")


def test_what_is_gone_for_good_says_so_with_a_page_of_the_portal(reader):
    make_redirect("/user/login")
    response = reader.get("/user/login")
    assert response.status_code == 410
    assert "has been withdrawn" in response.text
    assert not response.cookies


def test_a_page_that_was_withdrawn_is_gone_at_its_old_address_too(reader):
    make_redirect("/node/7", "portal:articles/walk")
    make_article(slug="walk", withdrawn_at_en=LONG_AGO)
    assert answered(reader, "/node/7") == (410, None)


def test_where_her_language_was_withdrawn_a_reader_is_led_to_another(reader):
    make_redirect("/node/7", "portal:articles/walk")
    make_article(slug="walk", languages=["en", "lv"], withdrawn_at_lv=LONG_AGO)
    assert answered(reader, "/node/7", **{"Accept-Language": "lv"}) == (301, "/en/news/walk/")


@pytest.mark.parametrize("target", ["portal:articles/secret", "portal:articles/none"])
def test_a_draft_and_a_page_that_was_deleted_are_not_told_of(reader, target):
    make_article(slug="secret", languages=[])
    make_redirect("/node/7", target)
    response = reader.get("/node/7")
    assert response.status_code == 404
    assert "secret" not in response.text


def test_what_the_portal_answers_itself_comes_first(reader):
    make_article(slug="walk")
    make_redirect("/en/news/walk", "/pilots/")
    with CaptureQueriesContext(connection) as queries:
        assert reader.get("/en/news/walk/").status_code == 200
    assert "redirects_" not in str(queries.captured_queries)


def test_the_front_page_without_a_language_asks_nothing_of_the_table(reader):
    with CaptureQueriesContext(connection) as queries:
        assert answered(reader, "/") == (302, "/en/")
    assert "redirects_" not in str(queries.captured_queries)


def test_a_form_sent_to_an_old_address_is_not_led_on(reader):
    make_redirect("/old", "/news/")
    assert reader.post("/old").status_code == 404


def test_a_loop_that_somebody_wrote_into_the_table_is_not_followed(reader):
    make_redirect("/a", "/b")
    make_redirect("/b", "/a")
    assert answered(reader, "/a") == (404, None)


def test_the_host_of_the_request_is_in_no_redirect(reader):
    make_redirect("/old", "/news/")
    response = reader.get("/old", headers={"X-Forwarded-Host": "evil.example"})
    assert response["Location"] == "/en/news/"


@pytest.mark.parametrize("asked", ["//evil.example/old", "/%2F%2Fevil.example", "/\\evil.example"])
def test_no_address_leads_to_another_host(reader, asked):
    make_redirect("/evil.example/old", "/news/")
    status, target = answered(reader, asked)
    assert (status, target) in [(404, None), (301, "/en/news/")]


@pytest.mark.parametrize(
    "asked", ["/%FF%FE", "/x?" + "a=1&" * 500, "/" + "x" * 3000, "/a?%00=%FF", "/%E2%80%8B"]
)
def test_hostile_addresses_are_not_found(reader, asked):
    assert reader.get(asked).status_code == 404


@pytest.mark.long
def test_each_known_address_of_the_former_site_leads_where_it_is_meant_to(reader):
    call_command("load_content", str(SAMPLE), verbosity=0)
    known = [key_typed(DOOR + address) for address in KNOWN]
    assert sorted(["/", *Redirect.objects.values_list("old_address", flat=True)]) == sorted(known)
    for address, target in KNOWN.items():
        response = reader.get(address, follow=True)
        assert response.status_code == (200 if target else 410), address
        led = (302 if address == "/" else 301, target)
        steps = [(status, unquote(path)) for path, status in response.redirect_chain]
        assert steps == ([led] if target else []), address


# The table


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "portal:articles/x y",
        "news",
    ],
)
def test_the_database_refuses_a_target_that_is_no_page_of_the_portal(target):
    with pytest.raises(ValidationError):
        Redirect(name="x", old_address="/old", target=target).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_redirect("/old", target)


@pytest.mark.parametrize(
    "rows, old, target, chain",
    [
        ([], "/en/news/walk", "portal:articles/walk", "/en/news/walk → /en/news/walk"),
        ([("/b", "/news/")], "/a", "/b", "/a → /b → /news/"),
        ([("/a", "/b")], "/b", "/a", "/b → /a → /b"),
        ([("/a", "/b")], "/b", "/news/", "/a → /b → /news/"),
        (
            [("/a", "portal:articles/walk")],
            "/fi/news/walk",
            "/news/",
            "/a → /fi/news/walk → /news/",
        ),
        (
            [("/sv/news/walk", "/news/")],
            "/a",
            "portal:articles/walk",
            "/a → /sv/news/walk → /news/",
        ),
    ],
)
def test_chains_and_loops_are_refused_with_their_addresses(rows, old, target, chain):
    make_article(slug="walk")
    for row in rows:
        make_redirect(*row)
    with pytest.raises(ValidationError) as refused:
        Redirect(name="x", old_address=old, target=target).full_clean()
    assert chain in str(refused.value)


def test_a_redirect_in_one_language_makes_no_chain_with_one_from_another():
    make_article(slug="walk")
    make_redirect("/sv/news/walk", "/news/")
    Redirect(name="x", old_address="/a", target="portal:articles/walk", language="fi").full_clean()


def test_redirects_are_dumped_and_loaded_with_the_content(tmp_path):
    make_redirect("/news/“walk”", "portal:articles/walk", language="fi", note="From the leaflet")
    call_command("dump_content", str(tmp_path / "dump"), verbosity=0)
    file = tmp_path / "dump" / "redirects" / "news-walk.yaml"
    Redirect.objects.all().delete()
    call_command("load_content", str(tmp_path / "dump"), verbosity=0)
    redirect = Redirect.objects.get()
    assert (redirect.old_address, redirect.target) == ("/news/“walk”", "portal:articles/walk")
    assert (redirect.language, redirect.note) == ("fi", "From the leaflet")
    assert "hits" not in file.read_text()


def test_a_loop_in_a_folder_is_refused_with_its_file(tmp_path):
    (tmp_path / "redirects").mkdir()
    (tmp_path / "redirects" / "a.yaml").write_text("old_address: /a\ntarget: /b\n")
    (tmp_path / "redirects" / "b.yaml").write_text("old_address: /b\ntarget: /a\n")
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("load_content", str(tmp_path), verbosity=0, stderr=said)
    assert "redirects/a.yaml:2: target: This would be a loop: /a → /b → /a" in said.getvalue()
    assert not Redirect.objects.exists()


# The form


def test_an_editor_pastes_addresses_as_they_stand_in_her_browser(client):
    make_article(slug="walk", languages=["lv"])
    sign_in(client, "editor")
    send(
        client,
        ADD,
        old_address="http://www.healthyboost.eu/News/Caf%C3%A9/?utm_source=x#top",
        target="https://portal.example/lv/news/walk/#how",
    )
    redirect = Redirect.objects.get()
    assert (redirect.old_address, redirect.target) == ("/news/café", "portal:articles/walk#how")


MISTAKES = [  # those of each day first
    ({"target": "https://evil.example/"}, "target", "not those of other sites"),
    ({"target": "/en/news/secret/"}, "target", "“Secret” is not public"),
    ({"old_address": "/" + "x" * 400}, "old_address", "At most 300"),
    ({"old_address": "/lv/news/"}, "old_address", "answers at /lv/news itself"),
    ({"target": "//evil.example/"}, "target", "not those of other sites"),
    ({"target": "javascript:alert(1)"}, "target", "not those of other sites"),
    ({"target": "/\\evil.example"}, "target", "no address can hold"),
    ({"target": "/en/news/nothing/"}, "target", "no page at “/en/news/nothing/”"),
    ({"target": "/nowhere"}, "target", "no page at “/nowhere”"),
    ({"target": ""}, "target", "Say where it leads"),
    ({"target": "/news/", "is_gone": "on"}, "is_gone", "choose one"),
    ({"old_address": "walk"}, "old_address", "from its first slash on"),
    (
        {"old_address": "https://other.example/x"},
        "old_address",
        "not those of other sites",
    ),
    ({"old_address": "/a%00b"}, "old_address", "no address can hold"),
    ({"old_address": "http://[x"}, "old_address", "not an address"),
    ({"old_address": "/pilots"}, "old_address", "answers at /pilots itself"),
    ({"old_address": "/en/news/walk"}, "old_address", "answers at /en/news/walk itself"),
    ({"old_address": "/"}, "old_address", "answers at / itself"),
    ({"old_address": "/there"}, "old_address", "already exists"),
]


@pytest.mark.parametrize(
    "typed, field, sentence",
    [*MISTAKES[:4], *(pytest.param(*each, marks=pytest.mark.long) for each in MISTAKES[4:])],
)
def test_the_form_says_what_is_wrong(client, typed, field, sentence):
    make_redirect("/there", "/pilots/")
    make_article(slug="walk")
    make_article(slug="secret", languages=[], title_en="Secret", source_language="en")
    sign_in(client)
    fields = {"old_address": "/old", "target": "/news/", **typed}
    errors = errors_of(press(client, ADD, **fields))
    assert sentence in str(errors.get(field, errors))
    assert Redirect.objects.count() == 1


def test_a_redirect_whose_page_was_deleted_since_can_still_be_edited(client):
    redirect = make_redirect("/old", "portal:articles/gone")
    sign_in(client)
    send(client, f"{LIST}{redirect.pk}/change/", note="Ask Anna")
    redirect.refresh_from_db()
    assert (redirect.note, redirect.target) == ("Ask Anna", "portal:articles/gone")


def test_the_list_names_the_pages_and_what_leads_nowhere(client):
    make_article(slug="walk", title_en="A walk")
    make_article(slug="secret", languages=[], title_en="Secret", source_language="en")
    for old, slug in (("/a", "walk"), ("/b", "secret"), ("/c", "none")):
        make_redirect(old, f"portal:articles/{slug}")
    sign_in(client)
    text = client.get(LIST).text
    assert ">A walk</a>" in text
    assert "“Secret” is not public" in text
    assert "the page was deleted" in text


@pytest.mark.long
def test_the_list_costs_the_same_however_many_redirects_there_are(client):
    sign_in(client)
    make_redirect("/a", f"portal:articles/{make_article().slug}")
    before = queries_of(client, LIST)
    for number in range(20):
        make_redirect(f"/a{number}", f"portal:articles/{make_article().slug}")
    assert queries_of(client, LIST) == before


@pytest.mark.parametrize(
    "role, status",
    [
        ("translator", 403),
        *(
            pytest.param(*each, marks=pytest.mark.long)
            for each in [("editor", 200), ("administrator", 200), ("coordinator", 403)]
        ),
    ],
)
def test_redirects_are_for_editors_and_administrators(client, role, status):
    redirect = make_redirect("/old", "/news/")
    sign_in(client, role)
    for address in (LIST, ADD, PASTE, MISSED, f"{LIST}{redirect.pk}/change/"):
        assert client.get(address).status_code == status, address
    if status == 403:
        for address in (ADD, PASTE, f"{LIST}{redirect.pk}/delete/"):
            client.post(address, {"lines": "/a /news/", "old_address": "/a", "target": "/news/"})
        assert Redirect.objects.count() == 1


# A list of them


def test_a_pasted_list_is_taken_whole(client):
    make_article(slug="walk")
    make_redirect("/there", "/pilots/")
    sign_in(client, "editor")
    lines = "/a\t/en/news/walk/\r\n\r\n/b /news/\n/c;410\n/there; /pilots/ ;\n"
    response = pasted(client, f"{lines}https://www.healthyboost.eu/d\tgone\n")
    assert response.status_code == 302
    assert dict(Redirect.objects.values_list("old_address", "target")) == {
        "/a": "portal:articles/walk", "/b": "/news/", "/c": "", "/d": "", "/there": "/pilots/",
    }  # fmt: skip


def test_all_mistakes_of_a_list_are_said_and_nothing_is_kept(client):
    sign_in(client)
    lines = "/a /news/\n/b https://evil.example/\n/c\n/d /a\n/a /pilots/\nnonsense /news/"
    response = pasted(client, lines)
    assert [fault.split(":")[0] for fault in faults_of(response)] == [
        "Line 2", "Line 3", "Line 4", "Line 5", "Line 6",
    ]  # fmt: skip
    assert "nonsense /news/" in response.text
    assert not Redirect.objects.exists()


@pytest.mark.parametrize("lines", ["", "\n \n", "/a /news/\n" * 501, "\x00"])
def test_a_list_with_nothing_or_too_much_is_refused(client, lines):
    sign_in(client)
    assert faults_of(pasted(client, lines))


# What visitors miss


def test_an_address_that_nothing_answers_is_counted_for_the_editors(reader):
    for _time in range(2):
        reader.get("/News/Lost%20Walk/?secret=1")
    reader.get("/en/lost/", headers={"Referer": "https://portal.example/en/news/"})
    reader.get("/fi/lost/")
    assert not MissedAddress.objects.exists()  # until a minute has passed
    missed.write()
    reader.get("/news/lost%20walk", follow=True)
    missed.write()
    rows = MissedAddress.objects.values_list("path", "hits", "from_own_pages")
    assert set(rows) == {("/news/lost walk", 3, 0), ("/lost", 2, 1)}


@pytest.mark.parametrize(
    "path",
    [
        "/wp-login.php", "/.env", "/.git/config", "/a/b.aspx", "/cgi-bin/x", "/x/../etc/passwd",
        "/anna@example.org", "/call/+371123", "/id/010190-12345", "/t/1234567", "/favicon.ico",
        "/reset/a8f3c91d77e2b604", "/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/x" * 101, "/<b>",
        "/preview/abc", "/translate/abc", "/admin/x", "/account/reset", "/static/x.css", "/",
        "/api/v1/x", "/apple-touch-icon-120x120.png", "/a\x07b",
    ],
)  # fmt: skip
def test_probes_secrets_and_what_may_tell_of_a_person_are_not_kept(path):
    assert not is_telling(path)


@pytest.mark.parametrize(
    "path",
    [
        "/news/project-meeting-–-activities-peer-review-report-and-policy-recommendations",
        "/news/“chronicles-c-19”-new-ar-space-share-experience-pandemic",
        "/новости/прогулка",
        "/node/12345",
        "/sites/default/files/report-2021-05.pdf",
    ],
)
def test_addresses_of_the_former_site_are_kept(path):
    assert is_telling(path)


def test_robots_people_who_work_here_and_lists_with_a_wrong_query_are_not_counted(reader, client):
    reader.get("/en/news/?page=999")
    client.get("/lost", headers={"User-Agent": ROBOTS[0]})
    staff = Client(headers={"User-Agent": BROWSER})
    sign_in(staff)
    staff.get("/lost")
    reader.head("/lost")
    assert not missed.counts


def test_a_short_address_and_a_redirect_are_not_missed(reader):
    make_redirect("/old", "/news/")
    reader.get("/news")
    reader.get("/old")
    assert not missed.counts


def test_the_use_of_a_redirect_is_counted_without_who_used_it(reader):
    redirect = make_redirect("/old", "/news/")
    for _time in range(3):
        reader.get("/old")
    used.write()
    redirect.refresh_from_db()
    assert (redirect.hits, redirect.last_used) == (3, timezone.localdate())


def test_counts_that_cannot_be_written_are_kept_for_the_next_minute(reader, monkeypatch):
    reader.get("/lost")
    with connection.cursor() as cursor, pytest.raises(Exception, match="redirects_missedaddress"):
        with transaction.atomic():
            cursor.execute("ALTER TABLE redirects_missedaddress RENAME TO away")
            missed.write()
    missed.write()
    assert MissedAddress.objects.get().hits == 1


def test_a_flood_of_addresses_leaves_those_asked_for_most_often(monkeypatch):
    monkeypatch.setattr(counting, "MOST_ROWS", 3)
    monkeypatch.setattr(counting, "MOST_KEYS", 5)
    missed.add(("/wanted", False), 9)
    for number in range(20):
        missed.add((f"/flood-{number}", False))
    assert len(missed.counts) == 5
    missed.write()
    assert MissedAddress.objects.count() == 3
    assert MissedAddress.objects.filter(path="/wanted").exists()


def test_what_nobody_has_asked_for_in_90_days_is_forgotten():
    today = timezone.localdate()
    for path, days in (("/new", 90), ("/old", 91)):
        day = today - datetime.timedelta(days=days)
        MissedAddress.objects.create(path=path, hits=1, first_day=day, last_day=day)
    forget_missed()
    assert [each.path for each in MissedAddress.objects.all()] == ["/new"]
    assert forget_missed in [job for _name, _every, job in TIMED]


def make_missed(path="/lost", hits=4, **fields):
    today = timezone.localdate()
    return MissedAddress.objects.create(
        path=path, hits=hits, first_day=today, last_day=today, **fields
    )


def test_a_missed_address_is_one_press_away_from_a_redirect(client):
    make_missed("/lost – walk")
    sign_in(client, "editor")
    address = re.search(r'href="(/admin/redirects/redirect/add/\?[^"]*)"', client.get(MISSED).text)[
        1
    ]
    assert quote("–") in address
    send(client, address, target="/news/")
    assert Redirect.objects.get().old_address == "/lost – walk"
    assert not MissedAddress.objects.exists()


def test_a_missed_address_that_does_not_matter_is_set_aside_and_taken_up_again(client):
    row = make_missed()
    sign_in(client, "editor")
    client.post(MISSED, {"action": "set_aside", "_selected_action": row.pk})
    assert "/lost" not in client.get(MISSED).text
    assert "/lost" in client.get(f"{MISSED}?which=aside").text
    client.post(f"{MISSED}?which=aside", {"action": "take_up_again", "_selected_action": row.pk})
    assert "/lost" in client.get(MISSED).text


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.parametrize("address", [LIST, ADD, PASTE, MISSED])
def test_the_screens_are_fit_for_everybody(address, page, live_server, client):
    make_redirect("/old", f"portal:articles/{make_article().slug}", note="A note")
    make_missed("/news/" + "a-long-address-of-the-former-site-" * 4)
    sign_in(client)
    value = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(live_server.url + address)
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
