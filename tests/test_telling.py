"""The author of a page is told by mail when it goes public without her."""

import datetime
import json
import re

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone

from healthyboost.content.languages import column
from healthyboost.content.models import content_models
from healthyboost.editing.models import Told
from healthyboost.editing.telling import mail, tell_authors
from healthyboost.management.commands.work import TIMED
from news.models import Article

from .admin_forms import add_address, form_address, press, send
from .factories import each_content_type, make, make_article, make_user
from .test_publishing import moved

pytestmark = pytest.mark.django_db
TEXTS = {"title_lv": "Pastaiga", "summary_lv": "Īsi.", "body_lv": "<p>Gājām.</p>"}


@pytest.fixture(autouse=True)
def portal_address(settings):
    settings.SITE_ADDRESS = "https://portal.example"


def enter(name, **fields):
    """A client, signed in as an editor of that name."""
    email = f"{name.lower()}@example.org"
    user = make_user("editor", username=name, first_name=name, last_name="", email=email, **fields)
    client = Client()
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def author():
    return enter("Anna", language="lv")


@pytest.fixture
def colleague():
    return enter("Berit", language="sv")


@pytest.fixture
def article(author):
    """Begun by the author, not public."""
    article = make_article(languages=["lv"], published_at_lv=None, title_lv="Pastaiga")
    note(author, article, {"added": {}}, ADDITION)
    return article


def note(client, article, message, flag=CHANGE):
    """What the admin notes in the history."""
    LogEntry.objects.create(
        user=client.user,
        content_type=ContentType.objects.get_for_model(article),
        object_id=article.pk,
        action_flag=flag,
        change_message=json.dumps([message]),
    )


def publish_by(client, article, code="lv", **texts):
    now = timezone.now()
    moved(article, **{column("published_at", code): now}, **texts)
    note(client, article, {"published": {"language": code, "public_from": now.isoformat()}})


def publish_in_the_form(client, article, **typed):
    assert send(client, form_address(article), _publish="lv", **typed).status_code == 302


def test_the_author_is_told_when_somebody_else_publishes(author, colleague, mailoutbox):
    assert send(author, add_address(Article), **TEXTS).status_code == 302
    article = Article.objects.get()
    publish_in_the_form(colleague, article)
    tell_authors()
    (told,) = mailoutbox
    assert told.to == ["anna@example.org"]
    assert "Pastaiga" in told.subject and "Berit" in told.body
    assert f"https://portal.example/lv/news/{article.slug}/" in told.body


def test_the_mail_is_in_the_language_of_the_author_and_leads_to_that_of_the_page(
    article, colleague, mailoutbox
):
    from django.utils.translation import override

    fi = {"title_fi": "Kävely", "summary_fi": "Lyhyesti."}
    publish_by(colleague, article, "fi", **fi)
    tell_authors()
    (told,) = mailoutbox
    with override("lv"):
        expected = mail(article_author(article), Article.objects.get(), "fi", colleague.user)
    assert (told.subject, told.body) == (expected.subject, expected.body)
    assert "/fi/news/" in told.body and "Kävely" in told.subject
    assert "Latvian" not in told.body and "Finnish" not in told.body


def article_author(article):
    return LogEntry.objects.filter(object_id=str(article.pk)).earliest("pk").user


def test_who_publishes_her_own_page_gets_no_mail(article, author, mailoutbox):
    publish_by(author, article)
    tell_authors()
    assert mailoutbox == []
    assert Told.objects.count() == 1


def test_who_publishes_at_the_first_save_gets_no_mail(author, mailoutbox):
    send(author, add_address(Article), _publish="lv", **TEXTS)
    tell_authors()
    assert mailoutbox == []


def test_what_she_scheduled_is_told_when_it_appears(article, author, mailoutbox):
    chosen = {"_publish_chosen": "1", "_chosen": ["lv"], "_at_0": "2030-05-01"}
    assert press(author, form_address(article), **chosen).status_code == 302
    tell_authors()
    assert mailoutbox == []
    moved(article, published_at_lv=timezone.now() - datetime.timedelta(seconds=1))
    tell_authors()
    assert len(mailoutbox) == 1


def test_each_publication_is_told_once(article, colleague, mailoutbox):
    publish_in_the_form(colleague, article)
    tell_authors()
    tell_authors()
    publish_in_the_form(colleague, article, title_lv="Gājiens")  # its changes
    tell_authors()
    assert len(mailoutbox) == 1


@pytest.mark.long
def test_a_page_that_is_withdrawn_and_published_again_is_no_news(article, colleague, mailoutbox):
    publish_in_the_form(colleague, article)
    tell_authors()
    send(colleague, form_address(article), _withdraw="lv")
    publish_in_the_form(colleague, article)
    tell_authors()
    assert len(mailoutbox) == 1


def test_a_translation_is_told_for_itself(article, author, colleague, mailoutbox):
    publish_by(author, article)
    publish_by(colleague, article, "fi", title_fi="Kävely", summary_fi="Lyhyesti.")
    tell_authors()
    assert [bool(re.search("Kävely", told.subject)) for told in mailoutbox] == [True]


@pytest.mark.parametrize("fields", [{"is_active": False}, {"email": ""}, {"wants_mail": False}])
def test_who_cannot_or_will_not_be_told_is_not(fields, article, colleague, author, mailoutbox):
    type(author.user).objects.filter(pk=author.user.pk).update(**fields)
    publish_by(colleague, article)
    tell_authors()
    assert mailoutbox == []


def test_pages_that_nobody_began_here_are_told_to_nobody(colleague, mailoutbox):
    article = make_article(languages=["lv"], published_at_lv=timezone.now())
    publish_by(colleague, article)
    tell_authors()
    assert mailoutbox == []


def test_old_publications_are_told_to_nobody(article, mailoutbox):
    moved(article, published_at_lv=timezone.now() - datetime.timedelta(days=3))
    tell_authors()
    assert mailoutbox == [] and not Told.objects.exists()


def test_a_mail_that_cannot_be_sent_is_sent_a_minute_later(
    article, colleague, mailoutbox, settings
):
    publish_by(colleague, article)
    works, settings.MAILERS = (
        settings.MAILERS,
        {
            "default": {
                "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "OPTIONS": {"host": "127.0.0.1", "port": 9},
            }
        },
    )
    tell_authors()
    assert not Told.objects.exists()
    settings.MAILERS = works
    tell_authors()
    assert len(mailoutbox) == 1


def test_looking_costs_a_query_a_content_type_however_many_pages_there_are(
    django_assert_num_queries,
):
    for _number in range(5):
        make_article()
    tell_authors()
    with django_assert_num_queries(len(content_models())):
        tell_authors()


@pytest.mark.parametrize("model", each_content_type())
def test_pages_of_every_type_are_looked_at(model):
    page = make(model, languages=["fi"], published_at_fi=timezone.now())
    tell_authors()
    assert [told.object_id for told in Told.objects.all()] == [page.pk]


def test_a_link_in_the_mail_ends_it_without_signing_in(article, author, colleague, mailoutbox):
    publish_by(colleague, article)
    tell_authors()
    stop = re.search(r"https://portal\.example(/admin/no-mail/\S+)", mailoutbox[0].body)[1]
    assert mailoutbox[0].extra_headers["List-Unsubscribe"].endswith(f"{stop}>")
    visitor = Client()
    assert visitor.get(stop).status_code == 200
    assert author.user.__class__.objects.get(pk=author.user.pk).wants_mail
    assert visitor.post(stop, {"stop": "1"}).status_code == 200
    assert not author.user.__class__.objects.get(pk=author.user.pk).wants_mail
    visitor.post(stop, {"again": "1"})
    assert author.user.__class__.objects.get(pk=author.user.pk).wants_mail


@pytest.mark.parametrize("token", ["nonsense", "MQ:1abc:def"])
def test_a_forged_link_ends_nothing(token):
    assert Client().get(f"/admin/no-mail/{token}/").status_code == 404


def test_the_jobs_look_each_minute_for_what_is_public_and_each_day_for_links():
    every = {name: interval for name, interval, _function in TIMED}
    assert every["tell_authors"] == datetime.timedelta(minutes=1)
    assert every["note_links"] == datetime.timedelta(days=1)
