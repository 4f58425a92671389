"""Readers say what they need in their language: by reading it in another one, and by pressing once."""

import datetime
import re
from html import unescape
from smtplib import SMTPRecipientsRefused

import pytest
from django.core.cache import cache
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from healthyboost.demand import requests, wishes
from healthyboost.demand.models import Demand, Wish
from healthyboost.demand.requests import MOST_MAILS, MOST_PAGES, forget_old_demand, times_asked
from healthyboost.demand.visits import MOST_KEYS, Visits, visits, write_demand
from healthyboost.demand.wishes import forget_wishes, mail_wishes, token_of
from healthyboost.management.commands.work import TIMED

from .admin_forms import sign_in
from .factories import each_content_type, make, make_article
from .test_browser import faults, widest
from .test_publishing import moved

pytestmark = pytest.mark.django_db
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:152.0) Gecko/20100101 Firefox/152.0"
ROBOTS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "",
    "curl/8.5.0",
    "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13 (Applebot/0.1)",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/150.0",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "python-requests/2.32",
]
NO_MAIL = {
    "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "OPTIONS": {"host": "127.0.0.1", "port": 9},
}


class PickyBackend(BaseEmailBackend):
    """A mail server that refuses some addresses, one of them for good."""

    taken = []

    def send_messages(self, messages):
        for (email,) in (message.to for message in messages):
            if email.startswith(("refused", "later")):
                code = 550 if email.startswith("refused") else 450
                raise SMTPRecipientsRefused({email: (code, b"no")})
            self.taken.append(email)


@pytest.fixture(autouse=True)
def fresh(settings):
    settings.SITE_ADDRESS = "https://portal.example"
    visits.counts.clear()
    cache.clear()


@pytest.fixture
def reader():
    return Client(headers={"User-Agent": BROWSER, "Sec-Fetch-Site": "same-origin"})


def old_in(language, **fields):
    """Public in English, its source, and in `language`, of which one paragraph has changed since."""
    made_from = {"language": "en", "texts": {"body": "<p>What was there.</p>"}}
    fields[f"made_from_{language}"] = made_from
    return make_article(languages=["en", language], **fields)


def address_of(page, language="lv"):
    return f"/{language}/needed/{page._meta.label_lower}/{page.pk}/"


def counted():
    return {(each.language, each.visits, each.requests) for each in Demand.objects.all()}


# Visits


def test_a_page_read_in_another_language_is_counted(reader):
    article = make_article()
    for _visit in range(3):
        reader.get(f"/lv/news/{article.slug}/")
    reader.get(f"/lv/news/{article.slug}/?then=ru")
    reader.get(f"/en/news/{article.slug}/")
    assert counted() == set()  # until a minute has passed
    visits.write()
    assert counted() == {("lv", 4, 0)}


@pytest.mark.long
def test_a_translation_older_than_its_original_is_counted(reader):
    article = old_in("fi")
    reader.get(f"/fi/news/{article.slug}/")
    visits.write()
    assert counted() == {("fi", 1, 0)}


@pytest.mark.long
@pytest.mark.parametrize("model", each_content_type())
def test_pages_of_every_type_are_counted(model, reader):
    page = make(model)
    with translation.override("sv"):
        assert reader.get(page.get_absolute_url()).status_code == 200
    assert list(visits.counts) == [(model._meta.label_lower, page.pk, "sv")]


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": ROBOTS[0]},
        {"User-Agent": BROWSER, "Sec-Purpose": "prefetch;prerender"},
        *(pytest.param({"User-Agent": robot}, marks=pytest.mark.long) for robot in ROBOTS[1:]),
        pytest.param({"User-Agent": BROWSER, "Purpose": "prefetch"}, marks=pytest.mark.long),
    ],
)
def test_robots_and_what_is_fetched_ahead_are_not_counted(headers, client):
    article = make_article()
    client.get(f"/lv/news/{article.slug}/", headers=headers)
    assert not visits.counts


@pytest.mark.long
def test_who_works_here_and_who_only_asks_for_the_head_is_not_counted(reader):
    article = make_article()
    reader.head(f"/lv/news/{article.slug}/")
    staff = Client(headers={"User-Agent": BROWSER})
    sign_in(staff)
    staff.get(f"/lv/news/{article.slug}/")
    staff.get(f"/admin/news/article/{article.pk}/preview/lv/")
    assert not visits.counts


@pytest.mark.long
def test_pages_that_are_not_there_and_lists_are_not_counted(reader):
    make_article()
    reader.get("/lv/news/nothing/")
    reader.get("/lv/news/")
    assert not visits.counts


def test_counting_asks_the_database_nothing_and_sets_no_cookie(reader):
    article = make_article()
    reader.get(f"/lv/news/{article.slug}/")
    with CaptureQueriesContext(connection) as english:
        reader.get(f"/en/news/{article.slug}/")
    with CaptureQueriesContext(connection) as latvian:
        response = reader.get(f"/lv/news/{article.slug}/")
    assert len(latvian) <= len(english)
    assert not response.cookies and "Cookie" not in response.headers.get("Vary", "")


def test_visits_of_several_processes_add_up():
    article = make_article()
    first, second = Visits(), Visits()
    for process in (first, second):
        process.add(("news.article", article.pk, "lv"), 2)
        process.write()
        process.write()
    assert counted() == {("lv", 4, 0)}


def test_what_is_counted_is_bounded():
    process = Visits()
    process.counts.update({("news.article", number, "lv"): 1 for number in range(MOST_KEYS - 2)})
    for number in range(MOST_KEYS - 4, MOST_KEYS + 5):
        process.add(("news.article", number, "lv"))
    process.add(("news.article", 0, "lv"))
    assert len(process.counts) == MOST_KEYS
    assert process.counts["news.article", 0, "lv"] == 2


@pytest.mark.long
def test_what_could_not_be_written_is_written_a_minute_later():
    process = Visits()
    process.add(("news.article", 2**70, "lv"))  # no number of the database
    process.add(("news.article", 1, "lv"))
    with pytest.raises(Exception, match="out of range|overflow"), transaction.atomic():
        process.write()
    del process.counts["news.article", 2**70, "lv"]
    process.write()
    assert counted() == {("lv", 1, 0)}


def test_counts_are_written_with_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        write_demand({("news.article", number, "lv"): (number, 0) for number in range(1, 500)})
    assert Demand.objects.count() == 499


@pytest.mark.long
def test_numbers_are_kept_for_four_hundred_days():
    write_demand({("news.article", number, "lv"): (1, 0) for number in (1, 2)})
    long_ago = timezone.localdate() - datetime.timedelta(days=401)
    Demand.objects.filter(object_id=1).update(day=long_ago)
    forget_old_demand()
    assert [each.object_id for each in Demand.objects.all()] == [2]


# "I need this page in Latvian"


def test_the_notice_of_a_page_in_another_language_has_a_button(reader):
    article = make_article()
    response = reader.get(f"/lv/news/{article.slug}/")
    form = re.search(r'<form[^>]*method="post" action="([^"]*)".*?</form>', response.text, re.S)
    assert form[1] == address_of(article)
    assert "csrf" not in response.text and not response.cookies
    assert "/needed/" not in reader.get(f"/en/news/{article.slug}/").text


def test_pressing_it_counts_and_thanks(reader):
    article = make_article()
    response = reader.post(address_of(article))
    assert response.status_code == 200 and not response.cookies
    assert '<html lang="lv">' in response.text and 'name="email"' in response.text
    assert counted() == {("lv", 0, 1)}


def test_one_network_address_counts_once_a_day_for_a_page_and_a_language(reader):
    article = make_article()
    for language in ("lv", "lv", "fi"):
        reader.post(address_of(article, language))
    reader.post(address_of(article), REMOTE_ADDR="192.0.2.7")
    assert counted() == {("lv", 0, 2), ("fi", 0, 1)}
    assert times_asked(article, "lv") == 2


@pytest.mark.long
def test_one_network_of_version_six_is_one_address(reader):
    article = make_article()
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"):
        reader.post(address_of(article), REMOTE_ADDR=address)
    assert times_asked(article, "lv") == 2


@pytest.mark.long
def test_the_next_day_it_counts_again(reader, monkeypatch):
    article = make_article()
    reader.post(address_of(article))
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda: tomorrow)
    reader.post(address_of(article))
    assert times_asked(article, "lv") == 2


def test_no_network_address_is_stored_anywhere(reader):
    reader.post(address_of(make_article()), REMOTE_ADDR="198.51.100.23")
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM cache")
        kept = str(cursor.fetchall())
        cursor.execute("SELECT demand_demand::text FROM demand_demand")
        kept += str(cursor.fetchall())
    assert "198.51" not in kept


@pytest.mark.long
def test_the_salt_of_a_day_is_forgotten_the_day_after(reader, monkeypatch):
    reader.post(address_of(make_article()))
    assert cache.get(requests.salt_name(timezone.localdate()))
    today, tomorrow = timezone.localdate(), timezone.localdate() + datetime.timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda: tomorrow)
    forget_old_demand()
    assert cache.get(requests.salt_name(today)) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "https://["},
        pytest.param({"Sec-Fetch-Site": "same-site"}, marks=pytest.mark.long),
        pytest.param({"Origin": "null"}, marks=pytest.mark.long),
        pytest.param({}, marks=pytest.mark.long),
    ],
)
def test_what_another_site_sends_is_not_counted_and_told_so(headers):
    article = make_article()
    response = Client(headers={"User-Agent": BROWSER, **headers}).post(address_of(article))
    assert response.status_code == 403 and 'role="alert"' in response.text
    assert counted() == set()


@pytest.mark.long
def test_an_older_browser_that_only_names_its_origin_is_heard():
    article = make_article()
    Client(headers={"Origin": "http://testserver"}).post(address_of(article))
    assert counted() == {("lv", 0, 1)}


@pytest.mark.long
def test_one_network_address_asks_for_some_pages_a_day_only(reader, monkeypatch):
    monkeypatch.setattr(requests, "MOST_PAGES", 2)
    assert MOST_PAGES > 2
    answers = [reader.post(address_of(make_article())).status_code for _page in range(3)]
    assert answers == [200, 200, 429]
    assert Demand.objects.count() == 2


@pytest.mark.long
def test_what_is_there_and_up_to_date_can_be_read_and_is_not_counted(reader):
    article = make_article(languages=["en", "lv"])
    response = reader.post(address_of(article))
    assert response.status_code == 200 and article.title_lv in response.text
    assert counted() == set()


def test_an_old_translation_can_be_wished_to_be_brought_up_to_date(reader):
    article = old_in("lv")
    assert address_of(article) in reader.get(f"/lv/news/{article.slug}/").text
    reader.post(address_of(article), {"email": "anna@example.org"})
    assert counted() == {("lv", 0, 1)}
    assert Wish.objects.get().wants == Wish.Wants.UPDATE


@pytest.mark.parametrize(
    "path",
    ["news.article/999999999", f"news.article/{10**30}", "auth.user/1", "x/1", "content.draft/1"],
)
@pytest.mark.long
def test_what_is_no_page_is_not_found(path, reader):
    assert reader.post(f"/lv/needed/{path}/").status_code == 404


def test_what_is_not_public_is_not_found(reader):
    hidden = make_article(published_at_en=None)
    gone = make_article(languages=["en", "lv"], withdrawn_at_lv=timezone.now())
    assert reader.get(address_of(hidden)).status_code == 404
    assert reader.get(address_of(gone)).status_code == 404


@pytest.mark.long
def test_the_page_can_be_asked_for_by_its_address_alone(reader):
    article = make_article()
    for language in ("en", "lv", "ru"):
        response = reader.get(address_of(article, language))
        assert response.status_code == 200 and "noindex" in response.text
    assert counted() == set()


# "Tell me by mail"


def wish(reader, page, email="anna@example.org", language="lv"):
    return reader.post(address_of(page, language), {"email": email})


def link_in(mail):
    return re.search(r"https://portal\.example(/\w\w/needed/wish/\S+)", mail.body)[1]


def confirmed(page, email="anna@example.org", language="lv", **fields):
    wishes.wish_for(page, language, fields.pop("wants", "translation"), email)
    made = Wish.objects.filter(email=email, object_id=page.pk, language=language)
    now = timezone.now()
    made.update(mailed_at=now, confirmed_at=now, **fields)
    return made.get()


def publish(article, language="lv", **fields):
    texts = {f"title_{language}": "Pastaiga", f"summary_{language}": "Īsi."}
    moved(article, **{f"published_at_{language}": timezone.now()}, **texts, **fields)


def test_a_reader_is_asked_by_mail_and_told_once_when_it_is_there(reader, mailoutbox):
    article = make_article(title_en="Walk")
    wish(reader, article)
    mail_wishes()
    (question,) = mailoutbox
    assert question.to == ["anna@example.org"] and "Walk" in question.body
    assert Wish.objects.get().confirmed_at is None
    assert reader.get(link_in(question)).status_code == 200  # a program that reads mail
    assert Wish.objects.get().confirmed_at is None
    reader.post(link_in(question), {"yes": "1"})
    mail_wishes()
    assert len(mailoutbox) == 1
    publish(article)
    mail_wishes()
    mail_wishes()
    assert len(mailoutbox) == 2 and not Wish.objects.exists()
    assert f"https://portal.example/lv/news/{article.slug}/" in mailoutbox[1].body
    assert "Pastaiga" in mailoutbox[1].body


@pytest.mark.long
def test_who_never_confirmed_is_told_nothing(reader, mailoutbox):
    article = make_article()
    wish(reader, article)
    mail_wishes()
    publish(article)
    mail_wishes()
    assert len(mailoutbox) == 1  # the question


def test_the_answer_is_the_same_for_an_address_that_is_known(reader, mailoutbox):
    article = make_article()
    confirmed(article)
    known, unknown = wish(reader, article), wish(reader, article, "berit@example.org")
    assert known.status_code == unknown.status_code == 200
    assert known.text == unknown.text
    mail_wishes()
    assert [mail.to for mail in mailoutbox] == [["berit@example.org"]]


@pytest.mark.parametrize(
    "email",
    [
        "a@b\nBcc: all@example.org",
        *(
            pytest.param(email, marks=pytest.mark.long)
            for email in ("", "anna", "a@example.org, b@example.org", "x" * 300)
        ),
    ],
)
def test_what_is_no_address_is_said_and_stays_in_the_form(email, reader):
    article = make_article()
    response = wish(reader, article, email)
    assert response.status_code == 200 and 'aria-invalid="true"' in response.text
    assert not Wish.objects.exists()
    assert email.strip() in unescape(response.text)


@pytest.mark.long
def test_nobody_fills_the_mail_box_of_another(reader, mailoutbox):
    for number in range(wishes.MOST_OPEN + 2):
        article = make_article()
        reader.post(
            address_of(article), {"email": "anna@example.org"}, REMOTE_ADDR=f"192.0.2.{number}"
        )
    mail_wishes()
    assert len(mailoutbox) == wishes.MOST_OPEN


@pytest.mark.long
def test_one_network_address_causes_some_mails_a_day_only(reader):
    article = make_article()
    answers = [
        wish(reader, article, f"person-{number}@example.org").status_code
        for number in range(MOST_MAILS + 1)
    ]
    assert answers == [200] * MOST_MAILS + [429]


def test_a_page_that_was_withdrawn_meanwhile_is_not_named_and_holds_up_no_other_mail(
    reader, mailoutbox
):
    gone, there = make_article(title_en="Secret"), make_article()
    wish(reader, gone, "anna@example.org")
    wish(reader, there, "berit@example.org")
    moved(gone, withdrawn_at_en=timezone.now())
    mail_wishes()
    assert [mail.to for mail in mailoutbox] == [["berit@example.org"]]


def test_a_wish_can_be_taken_back(reader, mailoutbox):
    made = confirmed(make_article())
    link = f"/lv/needed/wish/{token_of(made)}/"
    assert reader.post(link, {"no": "1"}).status_code == 200
    assert not Wish.objects.exists()
    assert reader.get(link).status_code == 410
    assert reader.get("/lv/needed/wish/nonsense/").status_code == 410


@pytest.mark.long
def test_the_mails_are_in_the_language_of_the_reader(mailoutbox):
    article = make_article()
    confirmed(article, language="fi")
    publish(article, "fi", origin_fi="machine")
    mail_wishes()
    with translation.override("fi"):
        assert mailoutbox[0].subject == translation.gettext("The page that you wished for is there")
        machine = "It is a machine translation that nobody has reviewed yet."
        assert translation.gettext(machine) in mailoutbox[0].body


@pytest.mark.long
def test_what_was_to_be_brought_up_to_date_is_told_when_it_is(mailoutbox):
    article = old_in("lv")
    confirmed(article, wants="update")
    mail_wishes()
    assert mailoutbox == []
    made_from = {"language": "en", "texts": {"body": article.body_en, "title": article.title_en}}
    moved(
        article,
        made_from_lv=made_from | {"texts": {**made_from["texts"], "summary": article.summary_en}},
    )
    mail_wishes()
    assert len(mailoutbox) == 1


@pytest.mark.long
def test_what_goes_public_at_a_set_time_is_told(mailoutbox):
    article = make_article()
    confirmed(article)
    publish(article)
    moved(article, published_at_lv=timezone.now() + datetime.timedelta(hours=1))
    mail_wishes()
    assert mailoutbox == []
    moved(article, published_at_lv=timezone.now() - datetime.timedelta(seconds=1))
    mail_wishes()
    assert len(mailoutbox) == 1


@pytest.mark.long
def test_a_mail_that_cannot_be_sent_is_sent_a_minute_later(reader, mailoutbox, settings):
    article = make_article()
    confirmed(article)
    wish(reader, article, "berit@example.org")
    publish(article)
    works, settings.MAILERS = settings.MAILERS, {"default": NO_MAIL}
    mail_wishes()
    assert Wish.objects.count() == 2
    settings.MAILERS = works
    mail_wishes()
    assert len(mailoutbox) == 2 and Wish.objects.count() == 1


def test_an_address_that_refuses_mail_is_forgotten_and_the_others_are_told(mailoutbox, settings):
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.PickyBackend"}}
    article = make_article()
    for email in ("refused@example.org", "later@example.org", "taken@example.org"):
        confirmed(article, email)
    publish(article)
    PickyBackend.taken = []
    mail_wishes()
    assert PickyBackend.taken == ["taken@example.org"]
    assert [each.email for each in Wish.objects.all()] == ["later@example.org"]


def test_wishes_end_after_a_year_and_unconfirmed_ones_after_two_days():
    article, now = make_article(), timezone.now()
    confirmed(article, "old@example.org", asked_at=now - datetime.timedelta(days=366))
    confirmed(article, "new@example.org", asked_at=now - datetime.timedelta(days=300))
    for email, days in (("silent@example.org", 3), ("asked@example.org", 1)):
        wishes.wish_for(article, "lv", "translation", email)
        Wish.objects.filter(email=email).update(asked_at=now - datetime.timedelta(days=days))
    forget_wishes()
    assert {each.email for each in Wish.objects.all()} == {"new@example.org", "asked@example.org"}


@pytest.mark.long
def test_looking_costs_the_same_however_many_wishes_there_are(django_assert_num_queries):
    article = make_article()
    for number in range(6):
        confirmed(article, f"person-{number}@example.org")
    mail_wishes()
    with django_assert_num_queries(3):
        mail_wishes()


def test_the_jobs_are_run_by_the_clock():
    assert {"mail_wishes", "forget_old_demand", "forget_wishes"} <= {name for name, *_ in TIMED}


# In the browser


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_reader_asks_with_the_keyboard_alone(scheme, page, live_server, mailoutbox):
    article = make_article(title_en="Walk")

    def look():
        assert faults(page) == [], page.url
        assert widest(page) <= 320, page.url

    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(f"{live_server}/en/needed/news.article/{article.pk}/")
    look()
    page.goto(f"{live_server}/fi/news/{article.slug}/")
    page.locator(".notice form button").press("Enter")
    page.wait_for_url("**/needed/**")
    look()
    page.locator("#id_email").fill("anna@example.org")
    page.locator("#id_email").press("Enter")
    page.locator("#id_email").wait_for(state="detached")
    look()
    mail_wishes()
    page.goto(f"{live_server}{link_in(mailoutbox[0])}")
    look()
    page.locator("main button[name=yes]").press("Enter")
    page.locator("main button[name=yes]").wait_for(state="detached")
    look()
    assert Wish.objects.get().confirmed_at
    assert counted() == {("fi", 0, 1)} and page.context.cookies() == []
