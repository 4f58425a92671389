"""What must not change behind a subscriber's back: her themes, and that she is left alone."""

import pytest
from django.core import mail
from django.core.management import call_command

from healthyboost.content.models import Theme
from healthyboost.editing.deleting import delete, undelete
from healthyboost.mailing.addresses import fingerprint
from healthyboost.mailing.checks import check_suppression_keys
from healthyboost.mailing.letters import answer_sign_ups
from healthyboost.mailing.mailings import recipients_of
from healthyboost.mailing.messages import (
    ABOUT_END,
    Sendable,
    about,
    for_themes,
    message_id,
    named_by,
    sendable,
    themes_of,
)
from healthyboost.mailing.models import Subscriber, Suppression
from healthyboost.mailing.subscribing import (
    ask_for_other_themes,
    choose_themes,
    confirm,
    erase,
    is_suppressed,
    suppress,
)
from news.models import Article

from .admin_forms import form_address, sign_in
from .factories import make_article, make_theme
from .test_subscribing import make_subscriber, own_address

pytestmark = pytest.mark.django_db
FORMER, NEW = "the former key " * 4, "the new key " * 5


def subscriber_of(*themes):
    subscriber = make_subscriber()
    choose_themes(subscriber, themes)
    return subscriber


# Themes that are deleted


def test_who_had_chosen_only_a_deleted_theme_does_not_get_everything(monkeypatch):
    health, food = make_theme(), make_theme()
    described = Sendable(
        lambda *_: None, lambda article: ["en"], themes_of=lambda article: [food.pk]
    )
    monkeypatch.setitem(sendable, Article, described)
    subscriber = subscriber_of(health)
    health.delete()
    subscriber.refresh_from_db()
    assert not recipients_of(make_article()).exists()
    text = f"{about([food.pk])}Lunch{ABOUT_END} Bye"
    assert for_themes(text, themes_of(subscriber)) == " Bye"


def test_she_is_asked_once_by_mail_in_her_language():
    health, food = make_theme(), make_theme()
    subscriber = subscriber_of(health, food)
    Subscriber.objects.update(language="fi")
    Theme.objects.all().delete()
    for _day in range(2):
        ask_for_other_themes()
        answer_sign_ups()
    (asked,) = mail.outbox
    assert asked.to == [subscriber.email] and "/fi/newsletter/subscribe/mine/" in asked.body


def test_who_has_another_theme_left_is_asked_nothing():
    health, food = make_theme(), make_theme()
    subscriber_of(health, food)
    health.delete()
    ask_for_other_themes()
    answer_sign_ups()
    assert mail.outbox == []


def test_her_preferences_say_it_until_she_chooses_again(client):
    health = make_theme()
    subscriber = subscriber_of(health)
    health.delete()
    words = "no longer has the themes that you had chosen"
    assert words in client.get(own_address(subscriber)).text
    answer = client.post(own_address(subscriber), {"save": "1", "language": "en"})
    subscriber.refresh_from_db()
    assert words not in answer.text and themes_of(subscriber) is None


def test_who_deletes_a_theme_is_told_what_it_does_to_subscribers(client):
    theme = make_theme()
    for number in range(3):
        choose_themes(make_subscriber(f"reader-{number}@example.org"), [theme])
    sign_in(client, "administrator")
    shown = client.get(form_address(theme).replace("/change/", "/delete/")).text
    assert "gets only what is for all readers, and is asked by mail" in shown
    assert "reader-" not in shown


def test_a_theme_that_comes_back_is_chosen_again_save_by_who_was_erased_meanwhile():
    theme = make_theme()
    stays, leaves = make_subscriber("a@example.org"), make_subscriber("b@example.org")
    for subscriber in (stays, leaves):
        choose_themes(subscriber, [theme])
    deletion = delete(theme, None)
    erase(leaves)
    undelete(deletion)
    assert themes_of(stays) == {theme.pk}


# Blocked addresses after a change of the key


def test_a_blocked_address_stays_blocked_while_the_former_key_is_known(settings):
    settings.SECRET_KEY = FORMER
    suppress("anna@example.org", "refused")
    settings.SECRET_KEY = NEW
    assert not is_suppressed("anna@example.org")
    settings.SECRET_KEY_FALLBACKS = [FORMER]
    assert is_suppressed("anna@example.org")


def test_who_is_blocked_again_is_kept_once_with_the_new_key(settings):
    settings.SECRET_KEY = FORMER
    suppress("anna@example.org", "refused")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [FORMER]
    suppress("anna@example.org", "refused")
    assert Suppression.objects.get().fingerprint == fingerprint("anna@example.org", NEW)
    settings.SECRET_KEY_FALLBACKS = []
    assert check_suppression_keys(None, databases=["default"]) == []


def test_who_confirms_is_blocked_no_longer_by_whatever_key(settings):
    settings.SECRET_KEY = FORMER
    suppress("anna@example.org", "erased")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [FORMER]
    confirm(make_subscriber(state="pending"))
    assert not Suppression.objects.exists()


def test_operators_are_warned_of_addresses_that_no_known_key_recognises(settings, capsys):
    settings.SECRET_KEY = FORMER
    suppress("anna@example.org", "refused")
    assert check_suppression_keys(None, databases=["default"]) == []
    settings.SECRET_KEY = NEW
    call_command("check", databases=["default"])
    told = capsys.readouterr().err
    assert "Mail could go to blocked addresses again (1)" in told
    assert "SECRET_KEY_FALLBACKS" in told and FORMER not in told


def test_a_mail_that_comes_back_after_a_change_of_the_key_is_still_ours(settings):
    settings.SECRET_KEY = FORMER
    name = message_id("delivery-7")
    settings.SECRET_KEY = NEW
    assert named_by(name) is None
    settings.SECRET_KEY_FALLBACKS = [FORMER]
    assert named_by(name) == ("delivery", 7)
