"""The forms in which readers write. They set no cookie; the links in mails are signed."""

from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from healthyboost.demand.requests import is_from_here
from healthyboost.mailing.limits import TooMany

from .forms import HONEYPOT, LONGEST_TEXT, MessageForm, ReportForm
from .models import Message
from .receiving import KEPT, keep, message_of, token_of
from .reported import contact_of, page_reported

DATABASE_GONE = InterfaceError, OperationalError


def public_form(view):
    """A token of the form would set a cookie: is_from_here() asks the browser, or a link is signed."""
    return csrf_exempt(never_cache(require_http_methods(["GET", "HEAD", "POST"])(view)))


@public_form
def report(request):
    """“Report a mistake on this page”: ?page=/lv/news/walk/"""
    form = ReportForm(request.POST or None, initial={"about": request.GET.get("about", "")})
    return answer_form(request, form, "feedback/report.html")


@public_form
def write(request, person):
    """“Write to …”, a contact person of the page: her address is on no page."""
    form = MessageForm(request.POST or None)
    return answer_form(request, form, "feedback/write.html", person)


def answer_form(request, form, template, person_slug=None):
    """What was typed is on the page again, whatever happens."""
    context = {
        "form": form,
        "honeypot": HONEYPOT,
        "longest": LONGEST_TEXT,
        "days": KEPT.days,
    }
    try:
        reported = page_reported(request.GET.get("page", ""))
        person = contact_of(reported, person_slug) if person_slug else None
        is_there = bool(person if person_slug else reported)
        if request.method == "POST":
            fault, status = refusal(request, form, is_there)
            if not status:
                message = receive(request, reported, form, person)
                return redirect("feedback:own", token_of(message, "own"))
        elif not is_there:
            raise Http404("no page, or no contact person, to write about")
        else:
            fault, status = "", 200
    except TooMany:
        fault = _("Too many messages were sent of late. Please try again in an hour.")
        status = 429
    except DATABASE_GONE:
        if request.method != "POST":
            raise
        fault = _(
            "The portal cannot keep your message at the moment. Please try again in a minute."
        )
        status, reported, person = 503, None, None
        context["has_database"] = False
    context |= {"fault": fault, "reported": reported, "person": person}
    response = render(request, template, context, status=status)
    if status in (429, 503):
        response["Retry-After"] = "3600" if status == 429 else "60"
    return response


def refusal(request, form, is_there):
    """(a sentence, the status) where what was sent is not taken; ("", 0) where it is."""
    if not is_there:
        return _("This page is no longer there, so nothing was sent."), 404
    if not is_from_here(request):
        return _("This came from another site. Please press the button again."), 403
    return "", (0 if form.is_valid() else 400)


def receive(request, reported, form, person):
    is_spam = bool(request.POST.get(HONEYPOT))
    return keep(request, reported, form.cleaned_data, get_language(), person, is_spam)


# Signed links. What opens every link changes nothing: only a button does.


@public_form
def own(request, token):
    """Where a reader sees that her message has come, and can delete it."""
    message = message_of(token, "own")
    if not message:
        return render(request, "feedback/gone.html", status=410)
    if request.method == "POST" and "delete" in request.POST:
        message.delete()
        return render(request, "feedback/gone.html", {"is_deleted": True})
    context = {
        "sent": message,
        "reported": page_reported(message.address),
        "person": message.person,
        "days": KEPT.days,
        "is_answered": message.state == Message.State.ANSWERED,
    }
    return render(request, "feedback/own.html", context)


@public_form
def answered(request, token):
    """The link in the mail to a contact person, who has no account: “I have answered”."""
    message = message_of(token, "answered")
    if not message:
        return render(request, "feedback/gone.html", status=410)
    if request.method == "POST" and "answered" in request.POST and message.is_open:
        message.close(Message.State.ANSWERED)
    context = {"sent": message, "reported": page_reported(message.address), "days": KEPT.days}
    return render(request, "feedback/answered.html", context)
