"""Nothing that was typed is lost: forms not saved yet, expired sessions, a database that is away.

keeping.js sends the form every few seconds to `keep`, which stores it as the person's UnsavedForm; it
is offered when she opens the same form again, on any computer. A form that cannot be saved just now
is answered with a page that holds all its fields and a button to send them again.
"""

import datetime
from functools import wraps
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.http import HttpResponse, HttpResponseBadRequest, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from healthyboost.outages import outage_in_words

from .merging import STARTED_FROM
from .models import UnsavedForm

BUTTONS = (
    "_save",
    "_continue",
    "_addanother",
    "_publish",
    "_withdraw",
    "_review",
    "_take_back",
    "_preview",
)
MOST_FORMS = 50  # a person; the oldest go first


def typed(data):
    """{name: [values]} of what a form posted, without the key to the door and the button pressed.

    And without NUL, which comes with what is pasted, and which the database does not take.
    """
    return {
        name.replace("\0", ""): [value.replace("\0", "") for value in values]
        for name, values in data.lists()
        if name != "csrfmiddlewaretoken" and not name.startswith(BUTTONS)
    }


def keep(user, address, fields):
    UnsavedForm.objects.update_or_create(user=user, address=address, defaults={"fields": fields})
    kept = UnsavedForm.objects.filter(user=user).order_by("-updated_at")
    if surplus := list(kept.values_list("pk", flat=True)[MOST_FORMS:]):
        UnsavedForm.objects.filter(pk__in=surplus).delete()


def forget_unsaved_forms(older_than=datetime.timedelta(days=90)):
    """For a timed job: nobody comes back to these."""
    UnsavedForm.objects.filter(updated_at__lt=timezone.now() - older_than).delete()


def keep_view(request):
    """POST of a form as it stands, with its `_address`; with `_forget`: throw away what is kept."""
    address = request.POST.get("_address", "")
    if not address.startswith(reverse("admin:index")) or len(address) > 300 or "\0" in address:
        return HttpResponseBadRequest(_("Unknown form."), content_type="text/plain")
    if "_forget" in request.POST:
        UnsavedForm.objects.filter(user=request.user, address=address).delete()
        return redirect(address)
    fields = typed(request.POST)
    del fields["_address"]
    keep(request.user, address, fields)
    return HttpResponse(status=204)


class Keeping:
    """Mixin of a ModelAdmin whose form carries `_started_from`."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        is_sent = request.method == "POST"
        if is_sent and object_id and self.is_gone(object_id):
            return self.keep_for_a_new_one(request)
        unsaved = UnsavedForm.objects.filter(user=request.user, address=request.path).first()
        if unsaved and "resume" in request.GET and not is_sent:
            resume(request, unsaved)
        offered = {"unsaved": None if is_sent else unsaved, "is_sent": is_sent}
        extra_context = {**(extra_context or {}), **offered}
        response = super().changeform_view(request, object_id, form_url, extra_context)
        if is_sent and response.status_code == 302:
            if unsaved:
                unsaved.delete()
            request.session["saved_form"] = request.path
        return response

    def is_gone(self, object_id):
        return self.get_object_or_none(object_id) is None

    def get_object_or_none(self, object_id):
        try:
            return self.model._base_manager.filter(pk=unquote(object_id)).first()
        except ValueError:
            return None

    def keep_for_a_new_one(self, request):
        """Somebody has deleted it meanwhile: what was typed becomes a new form, without its rows' ids."""
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_add")
        formsets = [inline.get_formset(request) for inline in self.get_inline_instances(request)]
        owners = tuple(f"-{formset.fk.name}" for formset in formsets if hasattr(formset, "fk"))
        fields = typed(request.POST)
        for name in list(fields):
            if name.endswith("-INITIAL_FORMS"):
                fields[name] = ["0"]
            elif name.endswith(("-id", *owners)) or name == STARTED_FROM:
                del fields[name]
        keep(request.user, address, fields)
        messages.warning(
            request,
            _(
                "Somebody has deleted this page meanwhile. Your text is kept here: save it as a new "
                "page, or ask for the deleted one to be restored."
            ),
        )
        return redirect(f"{address}?resume=1")


def resume(request, unsaved):
    """Show the form as it was typed, as if it had been sent and refused."""
    request.method = "POST"
    request.POST = posted(unsaved.fields)
    request._files = MultiValueDict()
    request.refusal = _("This text is not saved yet. Look at it, then save.")


def posted(fields):
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    return data


def keep_what_was_typed(site, view):
    """A view of the admin that does not lose a form when the session or the database is gone."""

    @wraps(view)
    def kept(request, *args, **kwargs):
        if request.method != "POST":
            return view(request, *args, **kwargs)
        return or_kept(request, lambda: answer(request, *args, **kwargs))

    def answer(request, *args, **kwargs):
        if STARTED_FROM in request.POST and not site.has_permission(request):
            return kept_page(request, _("You are not logged in any more."), 403)
        response = view(request, *args, **kwargs)
        if hasattr(response, "render"):  # it is written later, and asks the database then, too
            render = response.render
            response.render = lambda: or_kept(request, render)
        return response

    return kept


def or_kept(request, function):
    """What `function` answers; the form with all that was typed where an outage hinders it."""
    try:
        return function()
    except Exception as error:
        if why := outage_in_words(error):
            return kept_page(request, why, 503)
        raise


def kept_page(request, why, status):
    """All fields of the form that was sent, and a button that sends them again. Asks no database."""
    context = {
        "why": why,
        "must_log_in": status == 403,
        "address": request.get_full_path(),
        "fields": [
            (name, value) for name, values in typed(request.POST).items() for value in values
        ],
        "lost_files": bool(request.FILES),
        "csrf_token": get_token(request),
        "language": get_language(),
    }
    text = render_to_string("admin/kept.html", context)
    response = HttpResponse(text, status=status)
    response["Cache-Control"] = "no-store"
    return response


def sent_by_our_form(request):
    """The form was on a page of ours: only then is it shown again with a button."""
    sender = request.headers.get("Origin") or request.headers.get("Referer", "")
    try:
        host = urlsplit(sender).netloc
    except ValueError:  # no browser sends such an address
        return False
    return STARTED_FROM in request.POST and host == request.get_host()
