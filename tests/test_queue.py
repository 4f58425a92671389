"""The queue of a translator: content and interface in one list, what readers need most first."""

import datetime
import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from healthyboost.content.age import source_texts
from healthyboost.content.models import Draft
from healthyboost.demand.models import Demand
from healthyboost.demand.visits import write_demand
from healthyboost.translation import queue_screen
from healthyboost.translation.comments import Comment, To
from healthyboost.translation.counting import catch_up_all
from healthyboost.translation.queue import ORDERS, Place, Queue
from healthyboost.translation.ranking import SEEN_EVERYWHERE, WISH
from healthyboost.translation.reach import languages_of_queue, to_do_of
from healthyboost.translation.standing import NotNeeded, Standing
from healthyboost.wordings.models import InterfaceString, Wording

from .admin_forms import sign_in
from .factories import (
    make_article,
    make_organisation,
    make_theme,
    make_user,
)
from .test_publishing import moved

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/translate/"


@pytest.fixture
def translator(client):
    """Of Latvian and Finnish."""
    client.user = sign_in(client, "translator", languages=["lv", "fi"], language="en")
    return client


def make_old(number=1, of=3, **fields):
    """An article in English and Latvian, some of whose paragraphs have changed since."""
    body = "\n".join(f"<p>Paragraph {each}.</p>" for each in range(of))
    article = make_article(languages=["en", "lv"], body_en=body, body_lv=body, **fields)
    made_from = source_texts(article, "en")
    changed = "\n".join(
        f"<p>{'Something new' if each < number else 'Paragraph'} {each}.</p>" for each in range(of)
    )
    moved(article, made_from_lv=made_from, body_en=changed)
    article.refresh_from_db()
    return article


def make_string(msgid="Save your work", language="lv", **fields):
    """A string of the interface that has no translation yet."""
    fields = {"words": len(msgid.split()), "since": timezone.now(), **fields}
    string = InterfaceString.objects.create(key=f"key of {msgid}"[:64], msgid=msgid, **fields)
    return Wording.objects.create(string=string, language=language, need="missing", released=[])


def want(page, visits=0, requests=0, language="lv"):
    write_demand({(page._meta.label_lower, page.pk, language): (visits, requests)})


def queue_of(user, language="lv", **asked):
    catch_up_all()
    return Queue(user, language, asked)


def found(user, language="lv", **asked):
    """Titles, in their order."""
    listed, _following = queue_of(user, language, **asked).page()
    return [name_of(each) for each in listed]


def name_of(each):
    if hasattr(each, "string"):
        return each.string.msgid
    kind = ContentType.objects.get_for_id(each.place.kind)
    return str(kind.get_object_for_this_type(pk=each.place.number))


# What is in it


def test_content_and_interface_are_in_one_list(translator):
    make_article(title_en="Walk")
    make_old(title_en="Swim")
    make_string("Save your work")
    assert set(found(translator.user)) == {"Walk", "Swim", "Save your work"}
    text = translator.get(ADDRESS).text
    assert "Walk" in text and "Swim" in text and "Save your work" in text


def test_what_is_whole_or_written_in_that_language_is_not_in_it(translator):
    make_article(languages=["lv"])
    made = make_article(languages=["en", "lv"])
    moved(made, made_from_lv=source_texts(made, "en"))
    assert found(translator.user) == []


def test_a_theme_without_a_name_in_the_language_is_in_it(translator):
    theme = make_theme(name_en="Walking")
    assert found(translator.user) == ["Walking"]
    assert f"/admin/content/theme/{theme.pk}/change/#language-lv" in translator.get(ADDRESS).text


@pytest.mark.long
def test_originals_that_nobody_can_read_yet_are_under_their_filter(translator):
    make_article(title_en="Coming", published_at_en=timezone.now() + datetime.timedelta(days=1))
    make_article(title_en="Draft", published_at_en=None)
    make_article(title_en="Public")
    user = translator.user
    assert found(user) == ["Public"]
    assert set(found(user, original="coming")) == {"Coming", "Draft"}
    assert len(found(user, original="all")) == 3
    text = translator.get(f"{ADDRESS}?original=coming").text
    assert "not public yet" in text and "public from" in text


def test_a_row_leads_to_the_editor_and_says_what_is_to_do(translator):
    article = make_old(2, 4, title_en="Walk")
    catch_up_all()
    text = translator.get(ADDRESS).text
    kind = ContentType.objects.get_for_model(article).pk
    assert f'href="/admin/translate/{kind}/{article.pk}/lv/"' in text
    total = Standing.objects.get(object_id=article.pk, language="lv").total
    assert f"2 of {total} paragraphs changed" in text


@pytest.mark.long
def test_titles_say_their_language(translator):
    make_article(languages=["sv"], title_sv="Promenad")
    catch_up_all()
    assert re.search(r'<a id="text-1"[^>]* lang="sv">Promenad</a>', translator.get(ADDRESS).text)


def test_who_works_on_it_and_open_questions_are_said(translator):
    article, anna = make_article(), make_user("translator", languages=["lv"], first_name="Anna")
    draft = Draft.of(article, "lv", anna)
    draft.fields = {"title": "Pastaiga"}
    draft.save()
    Comment.objects.create(page=article, to=To.AUTHOR, text="What is this?", written_by=anna)
    catch_up_all()
    text = translator.get(ADDRESS).text
    assert "Anna" in text and "1 open question" in text


# Whose


def test_a_translator_sees_her_languages_hers_first(translator):
    assert languages_of_queue(translator.user) == ["lv", "fi"]
    response = translator.get(ADDRESS)
    assert response.context["language"] == "lv"
    assert translator.get(f"{ADDRESS}?language=fi").context["language"] == "fi"
    assert translator.get(f"{ADDRESS}?language=ru").context["language"] == "lv"


def test_a_coordinator_sees_what_her_organisation_owns_and_no_strings(client):
    city = make_organisation(languages=[])
    user = sign_in(client, "coordinator", organisation=city)
    make_article(title_en="Ours", organisation=city)
    make_article(title_en="Theirs", organisation=make_organisation())
    make_string()
    assert found(user) == ["Ours"]
    assert client.get(ADDRESS).status_code == 200


@pytest.mark.long
def test_who_translates_nothing_is_told_so(client):
    sign_in(client, "coordinator", organisation=make_organisation(languages=[]))
    client.get(ADDRESS)
    user = make_user("coordinator")
    client.force_login(user)
    response = client.get(ADDRESS)
    assert response.status_code == 200 and "You translate no language yet" in response.text


def test_the_first_screen_says_how_much_waits(translator):
    make_article(title_en="One two", summary_en="Three four", body_en="")
    make_string("Save your work")
    catch_up_all()
    sums = to_do_of(translator.user)
    assert (sums["lv"].texts, sums["lv"].words) == (2, 7)
    assert (sums["fi"].texts, sums["fi"].words) == (1, 4)
    text = translator.get("/admin/").text
    assert "2 texts, 7 words" in text and f'href="{ADDRESS}?language=lv"' in text


# Its order


def test_what_readers_want_comes_first_and_a_wish_weighs_more_than_a_visit(translator):
    seldom, often, wished, old = (
        make_article(title_en=title) for title in ("Seldom", "Often", "Wished", "Old")
    )
    want(seldom, visits=3)
    want(often, visits=2 * WISH)
    want(wished, requests=4)
    want(old, requests=500)
    Demand.objects.filter(object_id=old.pk).update(
        day=timezone.localdate() - datetime.timedelta(days=91)
    )
    want(make_article(title_en="Elsewhere"), visits=1000, language="fi")
    assert found(translator.user)[:3] == ["Wished", "Often", "Seldom"]


def test_without_readers_the_older_the_more_changed_and_the_shorter_comes_first(translator):
    make_article(title_en="Long", body_en=f"<p>{'word ' * 900}</p>")
    make_article(title_en="Short")
    waiting = make_article(title_en="Waiting")
    make_old(1, 5, title_en="Little changed")
    make_old(5, 5, title_en="Much changed")
    catch_up_all()
    Standing.objects.update(since=timezone.now())
    long_ago = timezone.now() - datetime.timedelta(days=200)
    Standing.objects.filter(object_id=waiting.pk).update(since=long_ago)
    order = found(translator.user)
    assert order[0] == "Waiting"
    assert order.index("Short") < order.index("Long")
    assert order.index("Much changed") < order.index("Little changed")


@pytest.mark.long
def test_a_string_that_visitors_see_counts_like_a_much_read_page(translator):
    read, hardly = make_article(title_en="Much read"), make_article(title_en="Hardly read")
    want(read, visits=SEEN_EVERYWHERE * 4)
    want(hardly, visits=SEEN_EVERYWHERE // 4)
    make_string("Seen", is_public=True)
    make_string("Unseen")
    moved(read, published_at_en=timezone.now())
    moved(hardly, published_at_en=timezone.now())
    assert found(translator.user) == ["Much read", "Seen", "Hardly read", "Unseen"]


@pytest.mark.parametrize(
    "order", ["points", *(pytest.param(order, marks=pytest.mark.long) for order in ORDERS[1:])]
)
def test_page_by_page_everything_comes_once_and_in_order(order, translator):
    for number in range(6):
        want(make_article(body_en=f"<p>{'word ' * number * 70}</p>"), visits=number % 3)
        make_string(f"String {number}", is_public=bool(number % 2))
    catch_up_all()
    queue, seen, after = Queue(translator.user, "lv", {"order": order}), [], None
    while True:
        listed, after = queue.page(after and Place.read(str(after)), limit=3)
        seen += [each.place for each in listed]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 12
    assert seen == sorted(seen, key=lambda place: place.order)
    whole, _following = queue.page(limit=50)
    assert [each.place for each in whole] == seen


def test_the_order_is_explained_and_says_what_is_counted(translator):
    make_string()
    text = translator.get(ADDRESS).text
    assert "How this order comes about" in text and f"as much as {WISH} visits" in text
    assert "robots" in text and "last 90 days" in text


def test_readers_are_said_in_their_row(translator):
    want(make_article(), visits=5, requests=2)
    catch_up_all()
    text = " ".join(translator.get(ADDRESS).text.split())
    assert "<strong>2 wishes</strong>, 5 visits" in text


# Its filters


def test_each_filter_narrows_it(translator):
    user, city, theme = translator.user, make_organisation(languages=[]), make_theme(name_lv="x")
    make_theme(name_fi="Kävely", name_lv="", name_en="")
    make_article(title_en="Ours", organisation=city)
    make_article(title_en="Themed", themes=[theme])
    make_article(languages=["sv"], title_sv="Svensk")
    make_old(title_en="Old one")
    begun = make_article(title_en="Begun by me")
    other = make_article(title_en="Begun by another")
    make_string("A string")
    for page, author in ((begun, user), (other, make_user())):
        draft = Draft.of(page, "lv", author)
        draft.fields = {"title": "…"}
        draft.save()
    assert found(user, kind="strings") == ["A string"]
    assert found(user, state="changed") == ["Old one"]
    assert found(user, organisation=str(city.pk)) == ["Ours"]
    assert found(user, theme=str(theme.pk)) == ["Themed"]
    assert found(user, source="sv", kind="news.article") == ["Svensk"]
    assert found(user, work="mine") == ["Begun by me"]
    assert set(found(user, work="progress")) == {"Begun by me", "Begun by another"}
    assert "A string" in found(user, work="free") and "Begun by me" not in found(user, work="free")
    assert found(user, q="themed") == ["Themed"]
    assert found(user, q="string") == ["A string"]
    assert found(user, kind="content.theme") == ["Kävely"]
    assert len(found(user)) == 8


@pytest.mark.parametrize(
    "asked",
    [
        "language=xx&kind=nothing&state=nonsense&order=nonsense",
        "organisation=99999999999999999999&theme=-1&source=lv&work=x&original=y",
        "after=99999999999999999999999~1~1",
        *(
            pytest.param(asked, marks=pytest.mark.long)
            for asked in (
                "organisation=abc",
                "after=nonsense",
                "after=1~2",
                "after=%D9%A3~1~1",
                "after=-1~-1~-1",
                "q=%25_%27",
            )
        ),
    ],
)
def test_nonsense_asks_nothing(asked, translator):
    make_article()
    assert translator.get(f"{ADDRESS}?{asked}").status_code == 200


def test_whoever_has_begun_nothing_sees_that_none_is_hers(translator):
    make_article(title_en="Begun by nobody")
    assert found(translator.user, work="mine") == []
    answer = translator.get(f"{ADDRESS}?work=mine")
    assert answer.status_code == 200 and "Begun by nobody" not in answer.text


def test_a_nul_is_not_understood(translator):
    assert translator.get(f"{ADDRESS}?q=%00").status_code == 400


@pytest.mark.long
def test_sums_are_those_of_the_filter(translator):
    make_article(title_en="One", summary_en="Two", body_en="")
    make_string("Three four five")
    user = translator.user
    assert (queue_of(user).sums.texts, queue_of(user).sums.words) == (2, 5)
    assert queue_of(user, kind="strings").sums.words == 3


@pytest.mark.long
def test_links_keep_the_filter(translator, monkeypatch):
    monkeypatch.setattr(queue_screen, "PAGE_SIZE", 3)
    for _number in range(4):
        make_article()
    catch_up_all()
    text = translator.get(f"{ADDRESS}?language=lv&kind=news.article").text
    following = re.search(r'href="\?([^"]*after=[^"]*)"', text)[1].replace("&amp;", "&")
    assert "kind=news.article" in following
    assert len(translator.get(f"{ADDRESS}?{following}").context["rows"]) == 1
    assert re.search(r'href="/admin/translate/out/\?[^"]*kind=news.article', text)


# "Needs no translation"


def key_of(page):
    return f"{ContentType.objects.get_for_model(page).pk}-{page.pk}"


def test_what_needs_no_translation_leaves_the_queue_and_comes_back(translator):
    article = make_article(title_en="Walk")
    sent = {"language": "lv", "row": [key_of(article)], "reason": "Only for Finland"}
    response = translator.post(ADDRESS, sent, follow=True)
    assert "1 text needs no translation" in response.text
    user = translator.user
    assert found(user) == [] and found(user, "fi") == ["Walk"]
    assert found(user, state="not_needed") == ["Walk"]
    translator.post(ADDRESS, {"language": "lv", "row": [key_of(article)], "needed": "1"})
    assert found(user) == ["Walk"]


def test_whoever_does_not_write_a_language_cannot_say_so(translator, client):
    article = make_article(organisation=make_organisation())
    sent = {"language": "ru", "row": [key_of(article)]}
    assert translator.post(ADDRESS, sent).status_code == 403
    sign_in(client, "coordinator", organisation=make_organisation(), username="berit")
    make_article(organisation=make_organisation())
    assert client.post(ADDRESS, sent | {"language": "lv"}).status_code == 403
    assert not NotNeeded.objects.exists()


def test_a_nul_in_the_reason_is_left_out(translator):
    sent = {"language": "lv", "row": [key_of(make_article())], "reason": "Only\0 here"}
    assert translator.post(ADDRESS, sent).status_code == 302
    assert NotNeeded.objects.get().reason == "Only here"


@pytest.mark.parametrize("row", [[], ["nonsense"], ["1-x", "99999-1", f"{10**30}-1", "1-99999999"]])
@pytest.mark.long
def test_where_nothing_is_chosen_it_is_said(row, translator):
    response = translator.post(ADDRESS, {"language": "lv", "row": row}, follow=True)
    assert "Choose texts first" in response.text


# Cost


def test_the_number_of_queries_does_not_grow(translator):
    def queries(address=ADDRESS):
        catch_up_all()
        translator.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert translator.get(address).status_code == 200
        return len(captured)

    def more(number):
        for each in range(number):
            want(make_article(), visits=each)
            make_old()
            make_theme()
            make_string(f"String {InterfaceString.objects.count()}")
            draft = Draft.of(make_article(), "lv", translator.user)
            draft.fields = {"title": "…"}
            draft.save()

    more(1)
    few, few_at_first = queries(), queries("/admin/")
    more(2)
    assert queries() == few
    assert queries("/admin/") == few_at_first


@pytest.mark.long
def test_what_was_touched_just_now_is_counted_before_it_is_shown(translator):
    make_article(title_en="Just now")
    assert "Just now" in translator.get(ADDRESS).text


# In the browser


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_queue_works_with_the_keyboard_and_fits_a_phone(scheme, client, page, live_server):
    from .accessibility import Axe

    sign_in(client, "translator", languages=["lv", "fi"], language="en")
    value = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])
    article = make_old(title_en="Swim")
    make_article(title_en="Walk", published_at_en=None)
    want(article, 5, 2)
    make_string()
    page.emulate_media(color_scheme=scheme)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for address in (ADDRESS, f"{ADDRESS}?original=all", f"{ADDRESS}digest/"):
            page.goto(f"{live_server}{address}")
            assert Axe().run(page).response["violations"] == [], page.url
            assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    page.goto(f"{live_server}{ADDRESS}")
    page.get_by_role("checkbox", name="Swim").press("Space")
    page.get_by_role("button", name="Chosen ones need no translation").press("Enter")
    page.get_by_text("1 text needs no translation").wait_for()
    page.goto(f"{live_server}{ADDRESS}?language=fi")
    page.get_by_role("link", name="Swim").press("Enter")
    page.wait_for_url(f"**/{article.pk}/fi/**")
