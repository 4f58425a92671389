"""From the invitation to the admin: passwords, second factors, limits, sessions."""

import re
import subprocess
import sys
from datetime import timedelta
from urllib.parse import unquote

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.cache import caches
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from healthyboost.accounts.invitations import token_of
from healthyboost.accounts.models import User

from .admin_forms import add_address, form_address, send, sign_in
from .factories import make_organisation, make_user

pytestmark = pytest.mark.django_db
ADMIN = "/admin/"
LOGIN = "/account/login/"
PASSWORD = "correct-horse-battery"
second_factor_required = pytest.mark.parametrize("role", ["editor", "administrator", "superuser"])


@pytest.fixture
def required(settings):
    settings.MFA_REQUIRED = True


def log_in(client, name, password="secret", **typed):
    return client.post(LOGIN, {"login": name, "password": password, **typed})


def is_inside(client):
    return client.get("/admin/jsi18n/").status_code == 200


def link_in(message):
    return re.search(r"http://testserver(/\S+)", message.body)[1]


def code_of(secret):
    """What an app shows now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def set_up_app(client):
    """The recovery codes page answers; the secret of the app."""
    secret = client.get("/account/app/").context["form"].secret
    response = client.post("/account/app/", {"code": code_of(secret)})
    assert response.url == "/account/recovery-codes/"
    return secret


# Invitation


def invite(client, email="liga@example.org", **typed):
    grant = {"grants-0-role": "coordinator", "grants-0-organisation": make_organisation().pk}
    person = {"first_name": "Līga", "email": email, "language": "lv"}
    response = send(client, add_address(User), **{**grant, **person, **typed})
    return User.objects.get(email=email), response


@pytest.fixture
def invited(client):
    sign_in(client, "administrator")
    return invite(client)[0]


def test_an_invitation_leads_by_mail_and_password_into_the_admin(invited):
    (message,) = mail.outbox
    assert message.to == ["liga@example.org"]
    guest = Client()
    page = guest.get(link_in(message))
    assert '<html lang="lv"' in page.text
    answer = guest.post(link_in(message), {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert answer.url == ADMIN
    assert is_inside(guest)
    guest.logout()
    assert log_in(guest, "liga@example.org", PASSWORD).url == ADMIN


def test_an_invited_person_has_her_role_and_no_password(invited):
    assert invited.grants.get().role == "coordinator"
    assert (invited.is_active, invited.is_staff, invited.has_usable_password()) == (
        False,
        True,
        False,
    )
    assert (invited.username, invited.language) == ("liga@example.org", "lv")


def test_an_invitation_is_in_the_language_of_who_is_invited(client):
    from django.utils import translation

    sign_in(client, "administrator")
    invite(client, language="fi")
    with translation.override("fi"):
        assert mail.outbox[0].subject == translation.gettext("Invitation to Healthy Boost")


def accept(user, token=None):
    guest = Client()
    typed = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    return guest.post(reverse("invitation", args=[token or token_of(user)]), typed)


def test_an_invitation_works_once(invited):
    token = token_of(invited)
    assert accept(invited, token).status_code == 302
    assert accept(invited, token).status_code == 410


def test_an_invitation_ends_after_seven_days(invited, monkeypatch):
    import time

    token, now = token_of(invited), time.time()
    monkeypatch.setattr("time.time", lambda: now + timedelta(days=7, seconds=5).total_seconds())
    assert accept(invited, token).status_code == 410


def test_an_invitation_is_sent_again_and_the_first_link_ends(client, invited):
    first = token_of(invited)
    assert send(client, form_address(invited), _invite="1").status_code == 302
    assert len(mail.outbox) == 2
    assert accept(invited, first).status_code == 410
    assert Client().get(link_in(mail.outbox[1])).status_code == 200


def test_an_invitation_is_withdrawn(client, invited):
    token = token_of(invited)
    assert send(client, form_address(invited), _withdraw_invitation="1").status_code == 302
    assert accept(invited, token).status_code == 410


def test_a_forged_invitation_opens_nothing(invited):
    assert accept(invited, token_of(invited)[:-1] + "_").status_code == 410


def test_an_invited_person_chooses_no_weak_password(invited):
    weak = {"new_password1": "12345", "new_password2": "12345"}
    address = reverse("invitation", args=[token_of(invited)])
    assert Client().post(address, weak).context["form"].errors
    invited.refresh_from_db()
    assert not invited.is_active


def test_nobody_is_invited_twice(client, invited):
    person = {"email": "LIGA@example.org", "language": "lv", "grants-0-role": "editor"}
    response = send(client, add_address(User), **person)
    assert "email" in response.context["adminform"].form.errors
    assert User.objects.filter(email__iexact="liga@example.org").count() == 1


def test_a_coordinator_needs_an_organisation_and_a_translator_languages(client):
    sign_in(client, "administrator")
    for role, field in (("coordinator", "organisation"), ("translator", "languages")):
        typed = {"email": "a@example.org", "language": "lv", "grants-0-role": role}
        response = send(client, add_address(User), **typed)
        (formset,) = [inline.formset for inline in response.context["inline_admin_formsets"]]
        assert field in formset.forms[0].errors
    assert not User.objects.filter(email="a@example.org").exists()


@pytest.mark.parametrize("role", ["coordinator", "translator", "editor"])
def test_only_administrators_invite_and_see_accounts(role, client):
    sign_in(client, role)
    assert client.get(add_address(User)).status_code == 403
    assert client.get(form_address(make_user())).status_code == 403


def test_an_administrator_does_not_touch_a_superuser(client):
    sign_in(client, "administrator")
    boss = make_user("superuser")
    password = reverse("admin:auth_user_password_change", args=[boss.pk])
    assert client.post(password, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 403
    assert client.post(form_address(boss), {"username": "x"}).status_code == 403


def test_an_administrator_makes_nobody_a_superuser(client):
    sign_in(client, "administrator")
    person = make_user("editor")
    assert send(client, form_address(person), is_superuser="on").status_code == 302
    person.refresh_from_db()
    assert not person.is_superuser


def test_who_has_worked_here_is_not_deleted(client):
    sign_in(client, "administrator")
    person = make_user("editor", last_login=timezone.now())
    delete = reverse("admin:accounts_user_delete", args=[person.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403


# Logging in


@pytest.mark.parametrize("name", ["anna", "anna@example.org", "ANNA@example.org"])
def test_who_works_here_logs_in_by_name_or_address(name, client):
    make_user("translator", username="anna", email="anna@example.org")
    assert log_in(client, name).url == ADMIN
    assert is_inside(client)


def test_the_admin_leads_to_the_login_and_back(client):
    make_user("editor", username="anna")
    first = client.get("/admin/news/article/?q=x", follow=True)
    address, _status = first.redirect_chain[-1]
    assert unquote(address) == f"{LOGIN}?next=/admin/news/article/?q=x"
    assert log_in(client, "anna", next="/admin/news/article/").url == "/admin/news/article/"


@pytest.mark.parametrize(
    "next", ["//elsewhere.example", "https://elsewhere.example/", "javascript:alert(1)", "/\\a.b"]
)
def test_the_login_leads_nowhere_else(next, client):
    make_user("editor", username="anna")
    assert log_in(client, "anna", next=next).url == ADMIN
    assert client.get(f"{LOGIN}?next={next}").url == ADMIN
    assert client.get("/admin/login/", {"next": next}).url == ADMIN


def test_the_login_does_not_say_who_has_an_account(client):
    make_user("editor", username="anna", email="anna@example.org")
    make_user("editor", username="gone", is_active=False)
    told = {
        str(log_in(client, name, "wrong").context["form"].non_field_errors())
        for name in ("anna", "anna@example.org", "nobody", "nobody@example.org", "gone")
    }
    assert len(told) == 1


def test_who_is_switched_off_stays_outside(client):
    make_user("editor", username="gone", is_active=False)
    assert log_in(client, "gone").url == "/account/inactive/"
    assert not is_inside(client)


def test_a_switched_off_account_is_out_at_once(client):
    person = sign_in(client, "editor")
    assert is_inside(client)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert not is_inside(client)


@pytest.mark.parametrize("path", ["signup/", "email/", "social/", "login/code/", "3rdparty/"])
def test_signing_up_is_closed(path, client):
    assert client.get(f"/account/{path}").status_code == 404
    for name in ("account_signup", "account_email", "socialaccount_signup"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_the_pages_speak_the_language_of_the_browser(client):
    assert '<html lang="fi"' in client.get(LOGIN, headers={"Accept-Language": "fi"}).text


def test_logging_in_leaves_no_second_list_of_addresses(client):
    make_user("editor", username="anna", email="anna@example.org")
    log_in(client, "anna@example.org")
    client.post("/account/password/reset/", {"email": "anna@example.org"})
    assert not EmailAddress.objects.exists()


# Limits


def test_five_failures_lock_for_a_while(client):
    make_user("editor", username="anna")
    for _each in range(5):
        log_in(client, "anna", "wrong")
    response = log_in(Client(), "anna")
    assert "Too many failed attempts" in str(response.context["form"].errors)
    assert not is_inside(client)
    make_user("editor", username="berta")
    assert log_in(Client(), "berta").url == ADMIN


def test_the_lock_ends_by_itself(client, monkeypatch):
    import time

    make_user("editor", username="anna")
    for _each in range(5):
        log_in(client, "anna", "wrong")
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 301)
    assert log_in(client, "anna").url == ADMIN


ANOTHER_PROCESS = """
import sys, django
django.setup()
from django.core.cache import cache
print(cache.get(sys.argv[1]))
"""


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_the_count_is_seen_by_another_process():
    from django.db import connection

    caches["default"].set("counted", 5, 60)
    at = connection.settings_dict
    url = f"postgres://{at['USER']}@/{at['NAME']}?host={at['HOST']}"
    done = subprocess.run(
        [sys.executable, "-c", ANOTHER_PROCESS, "counted"],
        env={"DATABASE_URL": url, "DEBUG": "1", "DJANGO_SETTINGS_MODULE": "healthyboost.settings"},
        capture_output=True,
        text=True,
    )
    caches["default"].clear()
    assert done.stdout.strip() == "5", done.stderr


def test_codes_of_the_second_factor_are_limited_too(client):
    make_user("editor", username="anna")
    log_in(client, "anna")
    secret = set_up_app(client)
    other = Client()
    log_in(other, "anna")
    for _each in range(5):
        other.post("/account/login/second-factor/", {"code": "000000"})
    other.post("/account/login/second-factor/", {"code": code_of(secret)})
    assert not is_inside(other)


# The second factor


@second_factor_required
def test_nothing_works_before_the_second_factor(role, client, required):
    make_user(role, username="anna")
    log_in(client, "anna")
    for address in (ADMIN, "/admin/news/article/", "/admin/jsi18n/", "/admin/autocomplete/"):
        response = client.get(address, follow=True)
        assert response.redirect_chain[-1][0] == "/account/", address
    assert client.post("/admin/news/article/add/", {"title_en": "X"}).status_code == 302
    assert "needs a second factor" in client.get("/account/").text


def test_setting_up_an_app_opens_the_admin(client, required):
    make_user("editor", username="anna")
    log_in(client, "anna")
    set_up_app(client)
    assert is_inside(client)


def test_a_wrong_code_sets_up_nothing(client):
    make_user("editor", username="anna")
    log_in(client, "anna")
    client.get("/account/app/")
    response = client.post("/account/app/", {"code": "000000"})
    assert response.context["form"].errors
    assert not Authenticator.objects.exists()


@pytest.fixture
def with_app(client):
    """The secret of the app of "anna", who is logged out."""
    make_user("editor", username="anna")
    log_in(client, "anna")
    secret = set_up_app(client)
    client.logout()
    caches["default"].clear()  # a code is good for one use
    return secret


def test_the_password_alone_is_not_enough_with_an_app(client, with_app):
    assert log_in(client, "anna").url == "/account/login/second-factor/"
    assert not is_inside(client)
    client.post("/account/login/second-factor/", {"code": code_of(with_app)})
    assert is_inside(client)


def test_a_recovery_code_stands_in_once(client, with_app):
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    for expected in (True, False):
        guest = Client()
        log_in(guest, "anna")
        guest.post("/account/login/second-factor/", {"code": codes[0]})
        assert is_inside(guest) == expected


@pytest.mark.parametrize("role", ["coordinator", "translator"])
def test_coordinators_and_translators_may_do_without(role, client, required):
    make_user(role, username="anna")
    log_in(client, "anna")
    assert is_inside(client)


def test_an_administrator_removes_the_second_factors_of_who_lost_them(client, with_app):
    person = User.objects.get(username="anna")
    sign_in(client, "administrator")
    assert send(client, form_address(person), _remove_second_factors="1").status_code == 302
    assert log_in(Client(), "anna").url == ADMIN


# Passwords and sessions


def test_a_forgotten_password_is_replaced_by_mail_once(client):
    make_user("editor", username="anna", email="anna@example.org")
    client.post("/account/password/reset/", {"email": "anna@example.org"})
    (message,) = mail.outbox
    form = client.get(link_in(message), follow=True)
    address = form.redirect_chain[-1][0]
    typed = {"password1": PASSWORD, "password2": PASSWORD}
    assert client.post(address, typed).url == "/account/password/reset/done/"
    assert log_in(client, "anna", PASSWORD).url == ADMIN
    again = Client().get(link_in(message), follow=True)
    assert "no longer works" in again.text


def test_a_reset_does_not_say_who_has_an_account(client):
    make_user("editor", email="anna@example.org")
    answers = [
        client.post("/account/password/reset/", {"email": address}).url
        for address in ("anna@example.org", "nobody@example.org")
    ]
    assert len(set(answers)) == 1 and len(mail.outbox) == 1


def test_a_new_password_ends_the_other_sessions(client):
    make_user("editor", username="anna")
    other = Client()
    for each in (client, other):
        log_in(each, "anna")
    typed = {"oldpassword": "secret", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/account/password/", typed).status_code == 302
    assert is_inside(client) and not is_inside(other)
    assert mail.outbox  # she is told


def test_sessions_are_listed_and_a_revoked_one_is_out_at_once(client):
    make_user("editor", username="anna")
    lost = Client(headers={"user-agent": "A lost telephone"})
    for each in (client, lost):
        log_in(each, "anna")
    assert "A lost telephone" in client.get("/account/sessions/").text
    assert is_inside(lost)
    client.post("/account/sessions/")
    assert is_inside(client) and not is_inside(lost)


def test_the_password_page_of_the_admin_is_that_of_the_account(client):
    sign_in(client, "editor")
    assert client.get(reverse("admin:password_change")).url == "/account/password/"


# The pages


PAGES = [
    "",
    "app/",
    "passkeys/add/",
    "password/",
    "sessions/",
    "logout/",
    "recovery-codes/",
    "recovery-codes/new/",
    "app/remove/",
]


def test_every_page_of_an_account_answers_under_the_strict_policy(client):
    make_user("editor", username="anna")
    log_in(client, "anna")
    for path in PAGES:
        if path == "recovery-codes/":
            set_up_app(client)
        response = client.get(f"/account/{path}")
        assert response.status_code == 200, path
        policy = response.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert not re.search(r"<script(?![^>]*(src=|application/json))[^>]*>", response.text), path
        assert " style=" not in response.text
        assert "no-store" in response.headers["Cache-Control"]


def test_what_changes_an_account_asks_again_who_it_is(client):
    sign_in(client, "editor")  # without having typed a password in this session
    for path in ("app/", "passkeys/add/"):
        assert client.get(f"/account/{path}").url.startswith("/account/confirm/?next=")


def test_reading_leaves_no_cookie(client):
    from .factories import make_article

    article = make_article()
    assert not client.get(article.get_absolute_url()).cookies
    assert not client.get("/en/").cookies


@pytest.mark.long
@pytest.mark.browser
def test_a_passkey_is_made_and_opens_the_admin(page, live_server, settings):
    settings.MFA_REQUIRED = True
    make_user("editor", username="anna")
    at = str(live_server).replace("127.0.0.1", "localhost")
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True}
    options |= {"automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"{at}/admin/")
    page.fill("#id_login", "anna")
    page.fill("#id_password", "secret")
    page.click("input[type=submit]")
    page.get_by_role("link", name="Add a passkey").click()
    page.check("#id_passwordless")
    page.click("#passkey_add")
    page.wait_for_url("**/recovery-codes/")
    page.get_by_role("link", name="Go on to the admin").click()
    page.click("#logout-form button")
    page.goto(f"{at}{LOGIN}")
    page.click("#passkey_login")
    page.wait_for_url(f"{at}{ADMIN}")


@pytest.mark.long
@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_phone(scheme, page, live_server):
    from .accessibility import Axe

    make_user("coordinator", username="anna")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server}{LOGIN}")
    assert Axe().run(page).response["violations"] == []
    page.fill("#id_login", "anna")
    page.fill("#id_password", "secret")
    page.click("input[type=submit]")
    for path in ("", "app/", "passkeys/add/", "password/", "sessions/"):
        page.goto(f"{live_server}/account/{path}")
        assert Axe().run(page).response["violations"] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
