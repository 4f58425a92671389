"""What a colleague sees at the end of a link: the original beside boxes to write in, and two buttons.

No account, no cookie, no script needed. The link itself is the key: whoever has it may write, nobody
else can send this form, and so it needs no further token.
"""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from healthyboost.content.languages import language_codes
from healthyboost.content.models import Draft

from .page_link_texts import TEXT, PageOfTexts
from .page_links import (
    PageLink,
    is_within,
    link_of,
    name_of,
    page_behind,
    stored_page,
    tell_maker,
)
from .units import source_languages

LONGEST_QUESTION = 3000
SAVES = 60, 10 * 60  # times, seconds
QUESTIONS = 10, 24 * 60 * 60


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def translate_by_link(request, token):
    is_ours, link = link_of(token)
    with translation.override(reader_language(request, link)):
        request.previews = {code: f"{request.path}?in={code}" for code in language_codes()}
        if not is_ours:
            title, text = _("This link is not complete"), _("Copy all of it, please.")
            response = refused(request, 404, title, text)
        elif not (page := link and page_behind(link)):
            response = ended(request, link)
        else:
            response = Visit(request, link, page).response()
        patch_cache_control(response, private=True, no_store=True)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "no-referrer"  # the address is the key
        response["Content-Language"] = get_language()
    return response


def reader_language(request, link):
    asked = request.GET.get("in")
    return asked if asked in language_codes() else (link.language if link else get_language())


def refused(request, status, title, text):
    context = {"title": title, "text": text, "status": status, "typed": typed(request)}
    return render(request, "translation/link_refused.html", context, status=status)


def ended(request, link):
    """410: with a way to the public page, and with what was typed, so that it can be copied."""
    page = stored_page(link)
    context = {
        "status": 410,
        "title": _("This link has ended"),
        "text": _("Ask the person who sent you the link for a new one."),
        "address": page.get_absolute_url() if page and page.languages else "",
        "typed": typed(request),
    }
    return render(request, "translation/link_refused.html", context, status=410)


def typed(request):
    found = [text for name, text in request.POST.items() if name.startswith(TEXT)]
    return [text for text in found if text.strip()]


class Visit:
    """One request of a link that works."""

    def __init__(self, request, link, page):
        self.request, self.link, self.page = request, link, page
        self.notes, self.errors, self.question = [], [], ""
        asked = request.GET.get("from")
        self.sources = source_languages(page, link.language)
        self.texts = PageOfTexts(link, page, asked if asked in self.sources else None)

    def response(self):
        if self.request.method == "POST":
            return self.posted()
        PageLink.objects.filter(pk=self.link.pk).update(used_at=timezone.now())
        self.notes = list(self.said_before())
        return self.shown()

    def posted(self):
        limit, seconds = SAVES
        if not is_within(limit, seconds, "save", self.link.pk):
            title = _("Too many requests")
            text = _("Please wait ten minutes. Your text is below: copy it, to be safe.")
            return refused(self.request, 429, title, text)
        PageLink.objects.filter(pk=self.link.pk).update(used_at=timezone.now())
        kept = self.texts.save(self.request.POST)
        said = {"saved": kept}
        if "ask" in self.request.POST:
            said["asked"] = self.ask()
        elif "done" in self.request.POST and not (self.texts.troubles or self.texts.homeless):
            said["done"] = self.done()
        if self.texts.troubles or self.texts.homeless or self.errors:
            if kept:
                self.notes.append(say_kept(kept))
            return self.shown(status=422)
        asked = {name: value for name in ("in", "from") if (value := self.request.GET.get(name))}
        done = {name: value for name, value in said.items() if value} or {"saved": 0}
        return redirect(f"{self.request.path}?{urlencode(asked | done)}#said")

    def done(self):
        """The draft waits for review, and who made the link is told."""
        changed = Draft.objects.filter(pk=self.texts.draft and self.texts.draft.pk).update(
            state=Draft.State.REVIEW
        )
        if not changed:
            self.errors.append(_("Nothing is translated yet: write something first."))
            return 0
        is_first = self.link.done_at is None
        PageLink.objects.filter(pk=self.link.pk).update(done_at=timezone.now())
        limit, seconds = QUESTIONS
        if is_first or is_within(limit, seconds, "done", self.link.pk):
            try:
                tell_maker(
                    self.link,
                    "mail/page_link_done.txt",
                    gettext_lazy("Translated by %(name)s: %(title)s"),
                    left=len(self.texts.to_do),
                )
            except OSError:  # it waits in the list of what is to be reviewed all the same
                pass
        return 1

    def ask(self):
        """A question to who made the link, by mail; an address for the answer is not kept."""
        self.question = self.request.POST.get("question", "").strip()
        self.reply_to = self.request.POST.get("reply_to", "").strip()
        limit, seconds = QUESTIONS
        if not self.question:
            self.errors.append(_("Write your question first."))
        elif len(self.question) > LONGEST_QUESTION:
            self.errors.append(_("The question is too long."))
        elif not is_address(self.reply_to):
            self.errors.append(_("This is no e-mail address: %(text)s") % {"text": self.reply_to})
        elif not is_within(limit, seconds, "ask", self.link.pk):
            self.errors.append(
                _("You have asked many questions today. Ask again tomorrow, please.")
            )
        else:
            try:
                if tell_maker(
                    self.link,
                    "mail/page_link_question.txt",
                    gettext_lazy("A question from %(name)s: %(title)s"),
                    reply_to=self.reply_to,
                    question=self.question,
                ):
                    return 1
            except OSError:
                pass
            self.errors.append(_("The question could not be sent. Please try again later."))
        return 0

    def said_before(self):
        """What the request before this one has done: it led here."""
        asked = self.request.GET
        if asked.get("done") == "1":
            yield _("Thank you! %(name)s has been told and will read your translation.") % {
                "name": name_of(self.link.made_by)
            }
        if (kept := asked.get("saved", "")).isdecimal() and len(kept) < 5:
            yield say_kept(int(kept))
        if asked.get("asked") == "1":
            yield _("Your question has been sent.")

    def shown(self, status=200):
        context = {
            "link": self.link,
            "maker": name_of(self.link.made_by),
            "item": self.page,
            "texts": self.texts,
            "notes": self.notes,
            "errors": self.errors,
            "question": self.question,
            "reply_to": getattr(self, "reply_to", ""),
            "sources": [
                {"code": code, "name": capfirst(get_language_info(code)["name_local"])}
                for code in self.sources
                if code != self.texts.source
            ],
        }
        return render(self.request, "translation/link.html", context, status=status)


def say_kept(number):
    if not number:
        return _("Nothing new to save.")
    words = ngettext("%(count)s paragraph is saved.", "%(count)s paragraphs are saved.", number)
    return words % {"count": number}


def is_address(text):
    try:
        validate_email(text or "a@example.org")
    except ValidationError:
        return False
    return True
