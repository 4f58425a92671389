"""Words beside a page that is not public are in nothing that machines read."""

import pytest

from news.models import Issue

from .factories import make, make_article

pytestmark = pytest.mark.django_db
SECRET = "unpublishedsentinel"


@pytest.mark.parametrize(
    "address",
    [
        "/en/newsletter/spring/",
        "/en/feeds/newsletter.atom",
        "/en/feeds/newsletter.json",
        "/en/search/?q=unpublishedsentinel",
        "/api/v1/issues/spring",
        "/api/v1/issues.csv",
    ],
)
def test_words_beside_a_hidden_page_are_in_no_answer(client, address):
    issue = make(Issue, slug="spring")
    hidden = make_article(published_at_en=None, title_en=f"Hidden {SECRET}", slug="hidden-article")
    issue.items.create(title_en=f"About {SECRET}", body_en=f"<p>{SECRET}</p>", article=hidden)
    issue.items.create(title_en="Schools open", body_en="<p>In the evening.</p>")
    answer = client.get(address)
    text = b"".join(answer).decode()
    assert answer.status_code == 200
    assert text.count(SECRET) == address.count(SECRET) * text.count(SECRET)
    assert "hidden-article" not in text
    if "search" not in address and "csv" not in address:
        assert "Schools open" in text
