"""The two screens of the admin: bring an old newsletter in, and say what to keep of it."""

from django.contrib import messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from healthyboost.accounts.rights import languages_of
from healthyboost.editing.translated import in_words

from ..models import Issue, Newsletter
from .forms import NewsletterForm, RowForm
from .storing import choices_as_found, events_on_these_days, store


class Importing:
    """Mixin of the admin of issues: a button in the list, and two screens behind it."""

    def get_urls(self):
        view = never_cache(require_http_methods(["GET", "HEAD", "POST"])(self.import_view))
        own = path("import/", self.admin_site.admin_view(view), name="news_issue_import")
        return [own, *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        own = reverse("admin:news_issue_import") if may_import(request.user) else ""
        return super().changelist_view(request, {"import_address": own, **(extra_context or {})})

    def import_view(self, request):
        languages = languages_of(request.user, Issue())
        if not may_import(request.user) or not languages:
            raise PermissionDenied
        form = NewsletterForm(
            request.POST or None,
            request.FILES or None,
            languages=languages,
            initial=first_guess(languages),
        )
        if request.method != "POST" or not form.is_valid():
            return self.show(request, "import", form=form)
        rows = self.row_forms(request, form)
        is_answer = "store" in request.POST
        errors = [row.errors for row in rows if row.errors]  # all of them are looked at
        if is_answer and not errors:
            kept = [row.choice for row in rows if row.cleaned_data["keep"]]
            if kept and (issue := self.stored_import(request, form, kept)):
                return redirect("admin:news_issue_change", issue.pk)
        return self.show(
            request,
            "import_review",
            form=form,
            rows=rows,
            split=form.split,
            is_nothing=is_answer and not errors and not kept,
            has_errors=bool(errors),
        )

    def row_forms(self, request, form):
        events = events_on_these_days(form.split.rows)
        found = choices_as_found(form.split, events)
        data = request.POST if "store" in request.POST else None
        return [
            RowForm(
                data,
                prefix=f"row-{choice.row.number}",
                row=choice.row,
                events=events.get(choice.row.number, ()),
                organisations=form.organisations,
                initial={
                    "keep": True,
                    "title": choice.title,
                    "kind": choice.kind,
                    "event": choice.event,
                    "members": choice.members,
                    "people": [str(place) for place in range(len(choice.row.people))],
                },
            )
            for choice in found
        ]

    def stored_import(self, request, form, kept):
        """The new Issue; None where the database refuses it, which is then said."""
        data = form.cleaned_data
        came_out, number = data["came_out"], data["number"]
        try:
            issue = store(
                form.split,
                kept,
                data["newsletter"],
                data["language"],
                request.user,
                came_out,
                number,
            )
        except IntegrityError as error:  # somebody else was faster
            messages.error(request, in_words(error))
            return None
        LogEntry.objects.log_actions(request.user.pk, [issue], ADDITION, [{"added": {}}])
        messages.success(
            request, gettext("All of it is stored as drafts: nobody sees it before you publish it.")
        )
        return issue

    def show(self, request, name, **more):
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Bring an old newsletter in"),
            "opts": self.opts,
            **more,
        }
        is_refused = more["form"].errors or more.get("has_errors") or more.get("is_nothing")
        return TemplateResponse(
            request, f"admin/news/{name}.html", context, status=422 if is_refused else 200
        )


def may_import(user):
    """An issue and its events are made."""
    return user.has_perm("news.add_issue") and user.has_perm("news.add_event")


def first_guess(languages):
    only = list(Newsletter.objects.all()[:2])
    language = get_language() if get_language() in languages else next(iter(sorted(languages)))
    return {"newsletter": only[0] if len(only) == 1 else None, "language": language}
