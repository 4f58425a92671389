"""What personal data is kept for: whose it is, why, on which basis, how long. register.py says where.

Periods are those of the jobs that end them; none stands here a second time.
"""

import datetime
import inspect
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from healthyboost.accounts.invitations import VALID_FOR
from healthyboost.audit.forgetting import KEPT_FOR as AUDIT_KEPT
from healthyboost.demand import wishes
from healthyboost.editing.deleting import KEPT_FOR as DELETED_KEPT
from healthyboost.editing.keeping import forget_unsaved_forms
from healthyboost.editing.previews import forget_preview_links
from healthyboost.feedback.receiving import KEPT as MESSAGES_KEPT
from healthyboost.mailing import limits, mailings, subscribing
from healthyboost.redirects.counting import KEPT_FOR as MISSED_KEPT
from healthyboost.translation.exchange.models import KEPT as TEXTS_KEPT
from healthyboost.translation.machine_runs import forget_machine_runs
from healthyboost.translation.page_links import forget_page_links

from .retention import INVITED_KEPT, LEFT_KEPT, REFUSED_KEPT

CONSENT = _("Consent (Article 6(1)(a) of the GDPR)")
INTEREST = _("Legitimate interest (Article 6(1)(f) of the GDPR)")


@dataclass(frozen=True)
class Period:
    """How long something is kept: so long, or until something happens. `job`: the timed job that ends it."""

    what: str
    kept: datetime.timedelta | None = None
    job: str = ""

    @property
    def said(self):
        return f"{self.what}: {in_words(self.kept)}" if self.kept else str(self.what)


@dataclass(frozen=True)
class Purpose:
    title: str
    what: str
    why: str
    basis: str
    periods: tuple


def usual(job):
    """What a job takes as old when nobody says otherwise."""
    return inspect.signature(job).parameters["older_than"].default


def in_words(kept):
    """ "1 year", "90 days", "12 hours": exact, in the largest measure."""
    days, seconds = kept.days, kept.seconds
    if seconds:
        hours = days * 24 + seconds // 3600
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    if days >= 365 and days % 365 in (0, 1):
        return ngettext("%(n)s year", "%(n)s years", days // 365) % {"n": days // 365}
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


# Readers first, then people who are named, then those who work here.
PURPOSES = {
    "newsletter": Purpose(
        _("Subscribers of the newsletter"),
        _(
            "E-mail address, language and themes, the words and the time of the consent, which issues "
            "were sent."
        ),
        _("To send the newsletter that was asked for, and to show that it was."),
        CONSENT,
        (
            Period(_("Not confirmed"), subscribing.TO_CONFIRM, "forget_subscribers"),
            Period(
                _("After the end, or when mail bounces"),
                subscribing.TO_UNDO,
                "forget_subscribers",
            ),
            Period(_("What was typed into the form"), subscribing.TO_ANSWER, "forget_subscribers"),
            Period(_("Which issues were sent"), mailings.DELIVERIES_KEPT, "forget_mail_deliveries"),
        ),
    ),
    "refusals": Purpose(
        _("Addresses that want no mail"),
        _("The reason, the day, and a mark that cannot be turned back into the address."),
        _("So that nobody writes there again by mistake."),
        INTEREST,
        (
            Period(_("An address that cannot be reached"), REFUSED_KEPT, "forget_refusals"),
            Period(_("Others: as long as there is a newsletter")),
        ),
    ),
    "wishes": Purpose(
        _("Readers who wait for a translation"),
        _("E-mail address, the page and the language, the words and the time of the consent."),
        _("To tell once by mail that the translation is there."),
        CONSENT,
        (
            Period(_("Not confirmed"), wishes.TO_CONFIRM, "forget_wishes"),
            Period(_("Until the mail is sent, at the longest"), wishes.KEPT, "forget_wishes"),
        ),
    ),
    "messages": Purpose(
        _("Readers who report a mistake or write to a contact person"),
        _("The message, the page, the e-mail address if one was given, and our answer."),
        _("To mend the page and to answer."),
        INTEREST,
        (Period(_("After the answer"), MESSAGES_KEPT, "forget_messages"),),
    ),
    "misuse": Purpose(
        _("Protection against misuse of forms and sign-in"),
        _(
            "A mark made of the network address or the e-mail address, and a number. It names nobody."
        ),
        _("So that machines cannot fill forms or guess passwords."),
        INTEREST,
        (
            Period(_("Counters of forms"), limits.DAY, "forget_attempts"),
            Period(_("Counters of requests and of sign-ins"), limits.DAY, "forget_expired"),
        ),
    ),
    "addresses": Purpose(
        _("Addresses of the portal that lead to no page"),
        _("What was typed after the name of the portal, and how often. Not by whom."),
        _("To find links that are broken."),
        INTEREST,
        (Period(_("After the address was last asked for"), MISSED_KEPT, "forget_missed"),),
    ),
    "named": Purpose(
        _("People whom pages name"),
        _(
            "Name, role and organisation of contact persons, speakers and people who are quoted; e-mail "
            "address and telephone number only with their consent."
        ),
        _("So that readers know whom to ask, and who said what in a public role."),
        INTEREST,
        (
            Period(_("Until the day up to which the person agrees; then it is hidden")),
            Period(_("Otherwise as long as the page is public, or until the person objects")),
            Period(_("What was deleted can be brought back"), DELETED_KEPT, "forget_deleted"),
        ),
    ),
    "pictures": Purpose(
        _("People in pictures"),
        _("The picture, its description, and who agreed to what and when."),
        _("To show what cities and their people do."),
        CONSENT,
        (
            Period(_("Until the day up to which the people agree; then it is hidden")),
            Period(_("Otherwise as long as a page shows it, or until a person objects")),
            Period(_("Files that nothing shows any more"), DELETED_KEPT, "remove_orphans"),
        ),
    ),
    "accounts": Purpose(
        _("People who work on the portal: their accounts"),
        _(
            "Name, e-mail address, language, roles, password and second factors in a form nobody can read."
        ),
        _("To sign in, and so that everyone does only what they may."),
        INTEREST,
        (
            Period(_("An invitation that was not accepted"), INVITED_KEPT, "forget_people"),
            Period(
                _("After the account was last used, once it is switched off"),
                LEFT_KEPT,
                "forget_people",
            ),
        ),
    ),
    "sessions": Purpose(
        _("People who work on the portal: signing in"),
        _(
            "Time, network address and browser of a session, to recognise one that is not one’s own."
        ),
        _("So that a stolen session is noticed and can be ended."),
        INTEREST,
        (
            Period(
                _("A session that is not used"),
                datetime.timedelta(seconds=settings.SESSION_COOKIE_AGE),
                "forget_sign_ins",
            ),
            Period(_("The link of an invitation"), VALID_FOR),
        ),
    ),
    "work": Purpose(
        _("People who work on the portal: what they did"),
        _("Who wrote, changed, published, translated or commented on what, and when; drafts."),
        _("So that a change can be understood, asked about and taken back."),
        INTEREST,
        (
            Period(_("With a name: as long as the account; then without")),
            Period(_("Forms not saved"), usual(forget_unsaved_forms), "forget_unsaved_forms"),
            Period(_("Texts translated elsewhere"), TEXTS_KEPT, "forget_deliveries"),
            Period(
                _("Links to translate a page, after their end"),
                usual(forget_page_links),
                "forget_page_links",
            ),
            Period(
                _("Preview links of a page, after their end"),
                usual(forget_preview_links),
                "forget_preview_links",
            ),
            Period(
                _("Machine translations that were asked for"),
                usual(forget_machine_runs),
                "forget_machine_runs",
            ),
        ),
    ),
    "log": Purpose(
        _("People who work on the portal: the log"),
        _(
            "Who signed in, gave rights, published, loaded, deleted or erased, and when; of a command, the "
            "name that the server knows who ran it by. No network address."
        ),
        _("So that misuse can be found out."),
        INTEREST,
        (Period(_("Each entry"), AUDIT_KEPT, "forget_entries"),),
    ),
    "tasks": Purpose(
        _("Work in the background"),
        _("Which pages or files a task was about, and its faults."),
        _("So that a task that failed can be understood."),
        INTEREST,
        (
            Period(
                _("After the task has ended"), datetime.timedelta(days=14), "prune_db_task_results"
            ),
        ),
    ),
}
