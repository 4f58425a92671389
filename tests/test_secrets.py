"""Secrets of second factors are encrypted in the database, with keys that can be changed."""

import importlib

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.db import connection

from healthyboost.accounts.encryption import MARK, decrypt, encrypt, renew

from .factories import make_user
from .test_accounts import code_of, log_in, set_up_app

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"
migration = importlib.import_module(
    "healthyboost.accounts.migrations.0006_encrypted_second_factors"
).Migration.operations[0]


def stored(user):
    """What stands in the table."""
    rows = Authenticator.objects.filter(user=user, type__in=["totp", "recovery_codes"])
    return {row.type: row.data for row in rows}


def with_second_factors_of_an_earlier_release(user):
    Authenticator.objects.create(user=user, type="totp", data={"secret": SECRET})
    Authenticator.objects.create(
        user=user, type="recovery_codes", data={"seed": "ab" * 40, "used_mask": 1}
    )
    return RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes"))


def test_an_app_that_is_set_up_leaves_no_readable_secret(client):
    user = make_user("editor", username="anna")
    log_in(client, "anna")
    secret = set_up_app(client)
    kept = stored(user)
    assert secret not in str(kept)
    assert kept["totp"]["secret"].startswith(MARK)
    assert kept["recovery_codes"]["seed"].startswith(MARK)
    client.logout()
    log_in(client, "anna")
    from django.core.cache import cache

    cache.clear()  # each code is good once
    client.post("/account/login/second-factor/", {"code": code_of(secret)})
    assert client.get("/admin/jsi18n/").status_code == 200


def test_what_an_earlier_release_stored_is_still_read():
    user = make_user("editor")
    codes = with_second_factors_of_an_earlier_release(user)
    assert TOTP(Authenticator.objects.get(user=user, type="totp")).validate_code(code_of(SECRET))
    assert codes.validate_code(codes.get_unused_codes()[0])


def test_an_upgrade_encrypts_what_is_there_once_and_can_be_taken_back():
    user = make_user("editor")
    before = with_second_factors_of_an_earlier_release(user).get_unused_codes()
    plain = stored(user)
    with connection.schema_editor() as editor:
        migration.code(apps, editor)
        once = stored(user)
        migration.code(apps, editor)
        assert stored(user) == once
    assert SECRET not in str(once) and "ab" * 40 not in str(once)
    codes = RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes"))
    assert codes.get_unused_codes() == before
    with connection.schema_editor() as editor:
        migration.reverse_code(apps, editor)
    assert stored(user) == plain


def test_an_old_key_reads_until_all_is_encrypted_with_the_new_one(settings):
    user = make_user("editor")
    Authenticator.objects.create(user=user, type="totp", data={"secret": encrypt(SECRET)})
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert decrypt(stored(user)["totp"]["secret"]) == SECRET
    renew()
    renewed = stored(user)
    renew()
    assert stored(user) == renewed
    settings.SECRET_KEY_FALLBACKS = []
    assert decrypt(stored(user)["totp"]["secret"]) == SECRET


def test_without_its_key_no_code_is_right_and_nothing_breaks(settings, caplog):
    user = make_user("editor")
    Authenticator.objects.create(user=user, type="totp", data={"secret": encrypt(SECRET)})
    settings.SECRET_KEY = "another"
    app = TOTP(Authenticator.objects.get(user=user, type="totp"))
    assert not app.validate_code(code_of(SECRET))
    assert decrypt(encrypt("x")) == "x"
    assert SECRET not in caplog.text and "remove it and add it anew" in caplog.text
    before = stored(user)
    renew()
    assert stored(user) == before


@pytest.mark.parametrize("broken", [MARK, f"{MARK}x", f"{MARK}ā", MARK + "A" * 100])
def test_a_secret_that_is_damaged_fits_no_code(broken):
    first, second = decrypt(broken), decrypt(broken)
    assert first != second and len(first) == 32
