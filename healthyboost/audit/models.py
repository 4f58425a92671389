"""Who did what, and when: rows that nobody changes, kept for two years.

Triggers write most of them, in the transaction of the act and whoever acts (`triggers.py`); what is no
change of a row, such as signing in, is noted in Python (`noting.py`). Neither an IP address nor a text
is kept: sign-ins are limited without one, and what was written stands in the history of its page.

A trigger of the table refuses UPDATE, DELETE and TRUNCATE, but for two things: a row that is older than
two years may be deleted, and a name may be emptied once its account is gone or switched off. It holds
against mistakes, injected SQL and a stolen session of an administrator. It does not hold against who
owns the table, for an owner can drop its triggers. Where the portal's role shall not, a superuser gives
table and function to another role once, after `migrate` (and back before `restore`):

    ALTER TABLE audit_entry OWNER TO auditor; ALTER FUNCTION audit_guard() OWNER TO auditor;
    GRANT SELECT, INSERT, UPDATE, DELETE ON audit_entry TO portal;
"""

from django.apps import apps
from django.conf import settings
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from healthyboost.content.dates import say_moment


class Kind(models.TextChoices):
    SIGNED_IN = "signed_in", _("signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("sign-in failed")
    SIGNED_OUT = "signed_out", _("signed out")
    PASSWORD = "password", _("password changed")
    FACTOR_ADDED = "factor_added", _("second factor added")
    FACTOR_REMOVED = "factor_removed", _("second factor removed")
    ACCOUNT_CREATED = "account_created", _("account created")
    ACCOUNT_CHANGED = "account_changed", _("name or address of an account changed")
    ACCOUNT_OPENED = "account_opened", _("account switched on")
    ACCOUNT_BLOCKED = "account_blocked", _("account switched off")
    ACCOUNT_DELETED = "account_deleted", _("account deleted")
    RIGHTS_GIVEN = "rights_given", _("role given")
    RIGHTS_CHANGED = "rights_changed", _("role changed")
    RIGHTS_TAKEN = "rights_taken", _("role taken away")
    PUBLISHED = "published", _("published")
    SCHEDULED = "scheduled", _("publication planned")
    WITHDRAWN = "withdrawn", _("withdrawn")
    DELETED = "deleted", _("deleted")
    RESTORED = "restored", _("restored")
    EXPORTED = "exported", _("data exported")
    LOADED = "loaded", _("content loaded")
    MAILING = "mailing", _("newsletter by mail")
    ANSWERED = "answered", _("message of a reader answered or closed")
    SETTING = "setting", _("old address, interface text or term changed")
    ERASED = "erased", _("personal data erased")


class Entry(models.Model):
    """`person` and `name` say who a person was and what a thing was called at that time."""

    at = models.DateTimeField(_("time"), db_index=True)
    # No foreign key: the row stays as it is when the account goes.
    person_id = models.BigIntegerField(null=True)
    person = models.CharField(_("person"), max_length=310, blank=True)
    kind = models.CharField(_("what happened"), max_length=20, choices=Kind.choices)
    model = models.CharField(max_length=100, blank=True)  # news.article
    object_id = models.CharField(max_length=100, blank=True)
    name = models.CharField(_("of what"), max_length=310, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]
        verbose_name, verbose_name_plural = _("entry of the log"), _("log: who did what")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["person_id", "-id"], name="audit_entry_person"),
            models.Index(fields=["kind", "-id"], name="audit_entry_kind"),
        ]

    def __str__(self):
        return f"{self.pk} {self.kind}"

    @property
    def model_class(self):
        try:
            return apps.get_model(self.model) if self.model else None
        except LookupError:  # of a release that had it
            return None

    @property
    def subject(self):
        """In the reader's language: Article walk-and-talk."""
        kind = self.model_class
        words = capfirst(kind._meta.verbose_name) if kind else self.model
        return f"{words} {self.name or self.object_id}".strip()

    @property
    def address(self):
        """Of its form; "" for what has none, or is gone."""
        if not self.model_class or self.kind in (Kind.DELETED, Kind.ACCOUNT_DELETED):
            return ""
        try:
            name = self.model.replace(".", "_")
            return reverse(f"admin:{name}_change", args=[self.object_id])
        except NoReverseMatch:
            return ""

    @property
    def said(self):
        """The details in words, with commas between."""
        words = {**states_and_roles(), **dict(settings.LANGUAGES)}
        parts = []
        for key in sorted(self.details):
            value = self.details[key]
            if key in ("from", "until"):
                moment = parse_datetime(value) if isinstance(value, str) else None
                parts.append(said_of_moment(key, moment))
            elif key in COUNTED:
                parts.append(COUNTED[key](value))
            elif value not in (None, "", [], False):
                values = value if isinstance(value, list) else [value]
                parts += [str(words.get(str(each), each)) for each in values]
        return ", ".join(parts)


def said_of_files(number):
    return ngettext("%(count)s file", "%(count)s files", number) % {"count": number}


# {name of a number in details: what says it}
COUNTED = {
    "new": lambda number: gettext("%(count)s new") % {"count": number},
    "changed": lambda number: gettext("%(count)s changed") % {"count": number},
    "files": said_of_files,
    "kept": lambda number: gettext("archives kept: %(count)s") % {"count": number},
}


def said_of_moment(key, moment):
    if not moment:
        return gettext("no end") if key == "until" else gettext("no beginning")
    said = gettext("until %(moment)s") if key == "until" else gettext("from %(moment)s")
    return said % {"moment": say_moment(moment)}


def states_and_roles():
    """{what is stored in details: what a person reads}."""
    from healthyboost.accounts.models import Role
    from healthyboost.feedback.models import Message
    from healthyboost.mailing.models import Mailing

    return {
        **dict(Role.choices),
        **dict(Mailing.State.choices),
        **dict(Message.State.choices),
        "totp": _("app for codes"),
        "webauthn": _("passkey"),
        "recovery_codes": _("recovery codes"),
        "mfa": _("second factor"),
        "password": _("password"),
        "everything": _("everything"),
        "rehashed": _("perhaps only stored in a stronger form at a sign-in"),
        "unknown": _("no account of this name"),
        "history": _("an earlier state from the history"),
        "texts": _("texts to be translated elsewhere"),
        "backup": _("backup of the whole portal"),
        "content": _("all content"),
        "folder": _("content from a folder"),
        "glossary": _("glossary"),
        "newsletter": _("old newsletter"),
        "command": _("by a command on the server"),
    }
