"""A page is deleted that an issue of the newsletter shows."""

import pytest

from healthyboost.editing.deleting import delete, undelete
from healthyboost.search.building import build
from news.models import Issue, Item
from news.newsletter_faults import faults_in_words

from .admin_forms import form_address, send, sign_in
from .factories import make_article
from .test_newsletters import make_issue, own

pytestmark = pytest.mark.django_db
SECRET = "unpublishedsentinel"
HIDDEN = {"title_en": f"About {SECRET}", "body_en": f"<p>{SECRET}</p>"}


def lost(**fields):
    """(an issue, its item whose page was deleted)"""
    issue = make_issue({"article": make_article(**fields), **HIDDEN}, own("Schools open"))
    issue.items.first().article.delete()
    return issue, issue.items.first()


@pytest.mark.parametrize(
    "fields", [{"published_at_en": None}, pytest.param({}, marks=pytest.mark.long)]
)
@pytest.mark.parametrize(
    "address",
    [
        "/en/newsletter/{}/",
        "/en/feeds/newsletter.atom",
        "/en/feeds/newsletter.json",
        "/en/search/?q=unpublishedsentinel",
        "/api/v1/issues/{}",
    ],
)
def test_an_item_whose_page_was_deleted_is_in_no_answer(client, address, fields):
    issue, item = lost(**fields)
    if "search" in address:
        build(lambda words: None)
    answer = client.get(address.format(issue.slug)).content.decode()
    assert answer.count(SECRET) == address.count(SECRET) * answer.count(SECRET)
    assert "search" in address or "Schools open" in answer
    assert item.is_lost


def test_it_keeps_the_issue_from_being_sent_and_the_sentence_leads_to_its_place():
    issue, _item = lost()
    (fault,) = [each for each in faults_in_words(issue) if "was deleted" in each]
    assert "nobody sees this item" in fault and "#id_items-0-has_lost_page" in fault


def test_the_form_says_it_and_who_unticks_it_lets_the_words_stand_alone(client):
    issue, _item = lost()
    sign_in(client, "editor")
    assert "its page was deleted" in client.get(form_address(issue)).text
    assert send(client, form_address(issue), **{"items-0-has_lost_page": ""}).status_code == 302
    assert SECRET in client.get(f"/en/newsletter/{issue.slug}/").text


@pytest.mark.long
def test_another_page_in_its_place_mends_it(client):
    issue, item = lost()
    sign_in(client, "editor")
    other = make_article(title_en="Swim")
    assert send(client, form_address(issue), **{"items-0-article": other.pk}).status_code == 302
    item.refresh_from_db()
    assert item.article == other and not item.has_lost_page


def test_who_deletes_a_page_is_told_which_issues_show_it(client):
    article = make_article()
    issue = make_issue({"article": article}, title_en="Spring issue")
    sign_in(client, "editor")
    shown = client.get(form_address(article).replace("/change/", "/delete/")).text
    assert "Readers no longer see these items of newsletters" in shown
    assert form_address(issue) in shown and "Spring issue" in shown


def test_who_undoes_the_deletion_has_the_item_back_as_it_was():
    article = make_article(title_en="Swim")
    issue = make_issue({"article": article})
    undelete(delete(article, None))
    item = Item.objects.get(issue=issue)
    assert item.article == article and not item.has_lost_page


@pytest.mark.long
def test_a_page_that_an_editor_takes_out_of_an_item_is_not_lost(client):
    issue = make_issue({"article": make_article(), **own("Swim")})
    sign_in(client, "editor")
    assert send(client, form_address(issue), **{"items-0-article": ""}).status_code == 302
    assert not Issue.objects.get().items.get().is_lost
