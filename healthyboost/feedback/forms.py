import re

from django import forms
from django.utils.translation import gettext_lazy as _

from healthyboost.mailing.addresses import LONGEST, normalised

from .models import Message

About = Message.About
LONGEST_TEXT = 5000
# Hidden from people. What is sent with it filled in is kept as spam: it may have been a person.
HONEYPOT = "homepage"
# Of control characters a text holds line ends and tabs.
CONTROLS = re.compile(r"[\x01-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class WordsField(forms.CharField):
    """Some lines. A line end counts once, as in the browser, and text cannot pretend an order."""

    def to_python(self, value):
        value = super().to_python(value)
        return CONTROLS.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip()


class MessageForm(forms.Form):
    text = WordsField(
        label=_("Your message"),
        max_length=LONGEST_TEXT,
        error_messages={
            "required": _("Write your message."),
            "max_length": _(
                "Your message is too long: %(show_value)s characters, and at most %(limit_value)s."
            ),
        },
    )
    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=LONGEST,
        error_messages={
            "required": _("Write your e-mail address, so that you can be answered."),
            "max_length": _("This address is too long."),
        },
    )

    def clean_email(self):
        email = self.cleaned_data["email"]
        return normalised(email) if email else ""


class ReportForm(MessageForm):
    about = forms.ChoiceField(
        label=_("What is wrong?"),
        choices=[choice for choice in About.choices if choice[0] != About.CONTACT],
        error_messages={
            "required": _("Choose what is wrong."),
            "invalid_choice": _("Choose what is wrong."),
        },
    )
    field_order = ["about", "text", "email"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].required = False
        self.fields["email"].label = _("Your e-mail address (optional)")
        self.fields["text"].label = _("What did you find, and where on the page?")
