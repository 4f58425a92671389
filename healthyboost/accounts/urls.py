"""What of allauth is used: no signing up, no addresses to manage, no accounts of others."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as sessions
from django.urls import path, re_path, reverse_lazy
from django.views.generic import RedirectView

from .views import accept_invitation, in_the_admin

keys = RedirectView.as_view(url=reverse_lazy("mfa_index"))

PAGES = [
    ("", mfa.index, "mfa_index"),
    ("login/", account.login, "account_login"),
    ("login/second-factor/", mfa.authenticate, "mfa_authenticate"),
    ("login/passkey/", webauthn.login_webauthn, "mfa_login_webauthn"),
    ("logout/", account.logout, "account_logout"),
    ("inactive/", account.account_inactive, "account_inactive"),
    ("confirm/", account.reauthenticate, "account_reauthenticate"),
    ("confirm/second-factor/", mfa.reauthenticate, "mfa_reauthenticate"),
    ("confirm/passkey/", webauthn.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    ("password/", account.password_change, "account_change_password"),
    ("password/set/", account.password_set, "account_set_password"),
    ("password/reset/", account.password_reset, "account_reset_password"),
    ("password/reset/sent/", account.password_reset_done, "account_reset_password_done"),
    (
        "password/reset/done/",
        account.password_reset_from_key_done,
        "account_reset_password_from_key_done",
    ),
    ("app/", totp.activate_totp, "mfa_activate_totp"),
    ("app/remove/", totp.deactivate_totp, "mfa_deactivate_totp"),
    ("passkeys/", keys, "mfa_list_webauthn"),
    ("passkeys/add/", webauthn.add_webauthn, "mfa_add_webauthn"),
    ("passkeys/<int:pk>/remove/", webauthn.remove_webauthn, "mfa_remove_webauthn"),
    ("recovery-codes/", recovery.view_recovery_codes, "mfa_view_recovery_codes"),
    ("recovery-codes/new/", recovery.generate_recovery_codes, "mfa_generate_recovery_codes"),
    ("recovery-codes/file/", recovery.download_recovery_codes, "mfa_download_recovery_codes"),
    ("sessions/", sessions.list_usersessions, "usersessions_list"),
    ("invitation/<str:token>/", accept_invitation, "invitation"),
]
urlpatterns = [
    *(path(route, in_the_admin(view), name=name) for route, view, name in PAGES),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        in_the_admin(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
]
