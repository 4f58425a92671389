"""The public pages of the subscription. They set no cookie; the links in mails are signed."""

from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from healthyboost.demand.requests import is_from_here

from .forms import HONEYPOT, AddressForm, ChoiceForm, SubscribeForm
from .limits import TooMany, count_form
from .links import subscriber_of, token_of
from .models import SignUp, Subscriber, Suppression
from .subscribing import (
    CONSENT,
    TO_CONFIRM,
    TO_UNDO,
    choose_themes,
    confirm,
    data_of,
    erase,
    note_sign_up,
    unsubscribe,
)

State = Subscriber.State


def page(view):
    """A token of the form would set a cookie: is_from_here() asks the browser, or a link is signed."""
    return csrf_exempt(never_cache(require_http_methods(["GET", "HEAD", "POST"])(view)))


# Forms that anybody may fill in: the answer never says whether an address is known.


@page
def subscribe(request):
    form = SubscribeForm(request.POST or None, initial={"language": get_language()})
    return answer_form(request, form, SignUp.Asks.SUBSCRIBE, "mailing/subscribe.html")


@page
def ask_for_link(request):
    form = AddressForm(request.POST or None)
    return answer_form(request, form, SignUp.Asks.LINK, "mailing/ask_for_link.html")


def answer_form(request, form, asks, template):
    fault, status, is_done = "", 200, False
    if request.method == "POST":
        try:
            if not is_from_here(request):
                fault, status = (
                    _("This came from another site. Please press the button again."),
                    403,
                )
            else:
                count_form(request)
                if is_done := form.is_valid():
                    keep(request, form.cleaned_data, asks)
                else:
                    status = 400
        except TooMany:
            fault, status = _("Too many forms were sent of late. Please try again in an hour."), 429
    context = {
        "form": form,
        "fault": fault,
        "is_done": is_done,
        "consent": CONSENT,
        "days": TO_CONFIRM.days,
        "honeypot": HONEYPOT,
        "themes": form.theme_choices() if "themes" in form.fields else [],
    }
    return render(request, template, context, status=status)


def keep(request, typed, asks):
    if request.POST.get(HONEYPOT):
        return
    language = typed.get("language") or get_language()
    note_sign_up(asks, typed["email"], language, typed.get("themes", ()))


# Links in mails. What opens every link changes nothing: only a button does.


def gone(request):
    return render(request, "mailing/link_gone.html", status=410)


def to_own(subscriber):
    return redirect("subscription_own", token_of(subscriber, "own"))


@page
def confirm_view(request, token):
    subscriber = subscriber_of(token, "confirm")
    if not subscriber or subscriber.state not in (State.PENDING, State.CONFIRMED):
        return gone(request)
    if request.method == "POST" and "refuse" in request.POST and not subscriber.is_confirmed:
        erase(subscriber, Suppression.Reason.REFUSED)
        return render(request, "mailing/erased.html", {"is_refused": True})
    if request.method == "POST" and "confirm" in request.POST:
        confirm(subscriber)
        return to_own(subscriber)
    if subscriber.is_confirmed:
        return to_own(subscriber)
    return render(request, "mailing/confirm.html", {"subscriber": subscriber})


@page
def end_view(request, token):
    """A POST of a mail program ends it with one click (RFC 8058); a person sees a button first."""
    subscriber = subscriber_of(token, "end")
    if not subscriber:
        return gone(request)
    if request.method == "POST":
        (confirm if "undo" in request.POST and may_undo(subscriber) else unsubscribe)(subscriber)
    return render(request, "mailing/end.html", context_of(subscriber))


@page
def own(request, token):
    subscriber = subscriber_of(token, "own")
    if not subscriber:
        return gone(request)
    form, is_saved, status = own_form(request, subscriber), False, 200
    if request.method == "POST":
        if "erase" in request.POST and "sure" in request.POST:
            erase(subscriber)
            return render(request, "mailing/erased.html")
        if "unsubscribe" in request.POST:
            unsubscribe(subscriber)
        elif "undo" in request.POST and may_undo(subscriber):
            confirm(subscriber)
        elif "save" in request.POST and (is_saved := form.is_valid()):
            subscriber.language = form.cleaned_data["language"]
            subscriber.save(update_fields=["language"])
            choose_themes(subscriber, form.cleaned_data["themes"])
        elif "save" in request.POST:
            status = 400
    context = {
        **context_of(subscriber),
        "form": form,
        "themes": form.theme_choices(),
        "is_saved": is_saved,
        "has_lost_themes": subscriber.has_chosen_themes and not subscriber.themes.exists(),
        "is_unsure": "erase" in request.POST,
        "data": reverse("subscription_data", args=[token]),
    }
    return render(request, "mailing/own.html", context, status=status)


def own_form(request, subscriber):
    chosen = {"language": subscriber.language, "themes": subscriber.themes.all()}
    return ChoiceForm(request.POST if "save" in request.POST else None, initial=chosen)


def may_undo(subscriber):
    """Who is asked a question answers that one."""
    return subscriber.state in (State.UNSUBSCRIBED, State.BOUNCED)


def context_of(subscriber):
    return {
        "subscriber": subscriber,
        "may_undo": may_undo(subscriber),
        "is_pending": subscriber.state == State.PENDING,
        "days": TO_UNDO.days,
    }


@never_cache
@require_safe
def own_data(request, token):
    subscriber = subscriber_of(token, "own")
    if not subscriber:
        return gone(request)
    answer = JsonResponse(
        data_of(subscriber), json_dumps_params={"indent": 2, "ensure_ascii": False}
    )
    answer["Content-Disposition"] = 'attachment; filename="subscription.json"'
    return answer
