from allauth.account import forms as allauth_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django.utils.translation import gettext_lazy as _


class LoginForm(allauth_forms.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        login, password = self.fields["login"], self.fields["password"]
        login.label, password.label = _("Name or e-mail address"), _("Password")
        login.widget.attrs |= {"autocomplete": "username webauthn", "autocapitalize": "none"}
        for field in (login, password):
            field.widget.attrs.pop("placeholder", None)
        password.help_text = ""  # the way to a new password stands below the form


class AddPasskeyForm(webauthn_forms.AddWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the passkey")
        alone = self.fields["passwordless"]
        alone.label, alone.initial = _("Log in with it alone, without the password"), True
        alone.help_text = _("It then asks for a finger, your face or a PIN.")
