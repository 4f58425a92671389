"""The public pages on which a reader says what she needs. They have no cookie and no token."""

from django import forms
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from .models import Wish
from .requests import TooMany, is_from_here, lack_in, note_mail, note_request, page_of, times_asked
from .wishes import CONSENT, page_wished, wish_for, wish_of


class MailForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_email(self):
        return self.cleaned_data["email"].lower()


@csrf_exempt  # a token would set a cookie; is_from_here() asks the browser instead
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def needed(request, label, pk):
    """“I need this page in my language.”"""
    page, language = page_of(label, pk), get_language()
    if not page or not page.is_shown_in(language):
        raise Http404(f"no public page {label} {pk}")
    wants, fault, status = lack_in(page, language), "", 200
    is_asked = request.method == "POST" and bool(wants)
    form = MailForm(request.POST if is_asked and "email" in request.POST else None)
    if is_asked and not is_from_here(request):
        fault, status = _("This came from another site. Please press the button on this page."), 403
    elif is_asked:
        try:
            note_request(request, page, language)
            if form.is_valid():
                note_mail(request, form.cleaned_data["email"])
                wish_for(page, language, wants, form.cleaned_data["email"])
        except TooMany:
            fault = _(
                "Many wishes came from your internet connection today. Please try again tomorrow."
            )
            status = 429
    context = {
        "wanted": page,
        "version": page.shown,
        "wants": wants,
        "is_update": wants == Wish.Wants.UPDATE,
        "is_asked": is_asked and not fault,
        "is_mailed": is_asked and form.is_valid() and not fault,
        "asked": times_asked(page, language) if wants else 0,
        "fault": fault,
        "form": form,
        "consent": CONSENT,
    }
    return render(request, "demand/needed.html", context, status=status)


@csrf_exempt  # whoever has the link may use it: it is signed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def wish(request, token):
    """The link in a mail: a button, since programs that read mail open every link."""
    found = wish_of(token)
    page = found and page_wished(found)
    if not page or not page.languages:
        return render(request, "demand/wish.html", {"is_gone": True}, status=410)
    if request.method == "POST" and "no" in request.POST:
        found.delete()
        return render(request, "demand/wish.html", {"is_removed": True})
    if request.method == "POST" and not found.confirmed_at:
        found.confirmed_at = timezone.now()
        found.save(update_fields=["confirmed_at"])
    context = {"wish": found, "version": page.shown, "wanted": page}
    return render(request, "demand/wish.html", context)
