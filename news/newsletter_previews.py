"""The mail of an issue before it is sent: as a phone and a desktop show it, and its plain text.

The mail itself stands at an address of its own, locked in: the only place of the portal where a style
may stand in a page, because mails have no other.
"""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.csp import CSP
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from healthyboost.content.addresses import absolute
from healthyboost.editing.previews import draft_of, make_look_public, not_for_others
from healthyboost.editing.site import ADMIN_CSP
from healthyboost.mailing.mailing_screens import start_address
from healthyboost.mailing.messages import OWN, UNSUBSCRIBE, for_themes

from .newsletter_faults import faults_in_words, try_links
from .newsletter_mail import composed, items_of

AROUND_CSP = {**ADMIN_CSP, "frame-src": [CSP.SELF]}
# Without scripts: its pictures may be those that only people who work here see.
SANDBOX = ["allow-same-origin", "allow-popups", "allow-popups-to-escape-sandbox"]
MAIL_CSP = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, settings.SITE_ADDRESS],
    "frame-ancestors": [CSP.SELF],
    "form-action": [CSP.NONE],
    "sandbox": SANDBOX,
}


class MailPreviews:
    """Mixin of the admin of issues."""

    def get_urls(self):
        wrap = self.admin_site.admin_view
        screen = csp_override(AROUND_CSP)(wrap(self.mail_view))
        mail = csp_override(MAIL_CSP)(wrap(xframe_options_sameorigin(self.mail_itself)))
        return [
            path("<int:number>/mail/<str:language>/", screen, name="news_issue_mail"),
            path("<int:number>/mail/<str:language>/itself/", mail, name="news_issue_mail_itself"),
            *super().get_urls(),
        ]

    def panel(self, code, name, fieldsets, context, obj):
        panel = super().panel(code, name, fieldsets, context, obj)
        if obj and obj.pk and panel.state != "empty":
            panel.tools.append((_("As a mail"), self.address_of(obj, "mail", code)))
        return panel

    def issue_to_preview(self, request, number, language):
        issue = self.page_to_preview(str(number), language)
        if not self.has_view_permission(request, issue):
            raise PermissionDenied
        return issue

    def mail_view(self, request, number, language):
        issue = self.issue_to_preview(request, number, language)
        if request.method == "POST":
            return self.try_its_links(request, issue)
        message = self.message_of(request, issue, language)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "page": issue,
            "title": _("As a mail"),
            "language": language,
            "language_name": capfirst(dict(settings.LANGUAGES)[language]),
            "form": f"{self.address_of(issue, 'change')}#language-{language}",
            "others": [
                (code, capfirst(name), self.address_of(issue, "mail", code))
                for code, name in settings.LANGUAGES
            ],
            "message": message,
            "kilobytes": len(message.html.encode()) // 1000 + 1,
            "text": for_themes(message.text),
            "mail": reverse("admin:news_issue_mail_itself", args=[issue.pk, language]),
            "sandbox": " ".join(SANDBOX),
            "faults": faults_in_words(self.page_to_preview(str(number), language)),
            "may_try": self.has_change_permission(request, issue),
            "start": start_address(issue) if request.user.has_perm("mailing.add_mailing") else "",
        }
        return not_for_others(
            TemplateResponse(request, "admin/news/issue_mail.html", context), language
        )

    def try_its_links(self, request, issue):
        if not self.has_change_permission(request, issue):
            raise PermissionDenied
        count = try_links(issue)
        words = ngettext("%(count)s link was tried.", "%(count)s links were tried.", count)
        messages.success(request, words % {"count": count})
        return redirect(request.path)

    def mail_itself(self, request, number, language):
        return require_safe(self.answer_with_mail)(request, number, language)

    def answer_with_mail(self, request, number, language):
        issue = self.issue_to_preview(request, number, language)
        html = for_themes(self.message_of(request, issue, language).html)
        with override(language):
            nobodys = absolute(reverse("subscribe"))
        html = html.replace(UNSUBSCRIBE, nobodys).replace(OWN, nobodys)
        html = html.replace("<head>", '<head><base target="_blank">', 1)
        return not_for_others(HttpResponse(html), language)

    def message_of(self, request, issue, language):
        """As readers of `language` would get it now, with her draft; nothing of it is stored."""
        code = language
        if issue.state_in(language) in ("empty", "withdrawn"):
            code = issue.language_found_in(language) or issue.source_language
        mine = self.has_change_permission(request, issue)  # nobody else sees what is not finished
        draft = draft_of(issue, code) if mine else None
        make_look_public(issue, code, draft)
        items = items_of(issue)
        for item in items if draft else ():
            draft.put_on_row(item)
        return composed(issue, items, language)
