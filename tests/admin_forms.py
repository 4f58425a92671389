"""Filling in the forms of the admin as a browser does, for the tests of everything in it."""

from django.contrib.auth import get_user
from django.contrib.messages.storage import default_storage
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from healthyboost.content.languages import language_codes

from .factories import make_organisation, make_user


def sign_in(client, role=None, organisation=None, languages=(), **fields):
    """A superuser, or a person of a role: a coordinator of `organisation`, a translator of `languages`."""
    role = role and role.removesuffix("s")
    if role == "coordinator":
        organisation = organisation or make_organisation(languages=[])
    if role == "translator":
        languages = languages or language_codes()
    fields = {"username": role or "administrator", **fields}
    user = make_user(role or "superuser", organisation, languages, **fields)
    client.force_login(user)
    return user


def add_address(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def list_address(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def form_address(row):
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])


def opened(client, address):
    """What the form at `address` holds, without the second that its HTML takes."""
    return answer(client, RequestFactory().get(address)).context_data


def answer(client, request):
    """What the view answers to the person of `client`: a page is not written as HTML yet."""
    request.session, request._dont_enforce_csrf_checks = client.session, True
    request.user, request._messages = get_user(request), default_storage(request)
    view = resolve(request.path)
    return view.func(request, *view.args, **view.kwargs)


def filled_in(client, address, **typed):
    """What a browser sends for the form at `address`: what stands there, and what is typed."""
    context = opened(client, address)
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    sent = {}
    for form in forms:
        for field in form:
            value = field.value()
            if value is True:
                sent[field.html_name] = "on"
            elif hasattr(widget := field.field.widget, "decompress"):
                parts = value if isinstance(value, list) else widget.decompress(value)
                for number, (part, input) in enumerate(zip(parts, widget.widgets, strict=True)):
                    sent[f"{field.html_name}_{number}"] = input.format_value(part) or ""
            elif value is not None and value is not False and not hasattr(value, "storage"):
                sent[field.html_name] = value
    sent["_started_from"] = context.get("started_from", "")
    return {**sent, **typed}


def send(client, address, **typed):
    return client.post(address, filled_in(client, address, **typed))


def press(client, address, **typed):
    """Like `send`; the answer has its `context_data`, without the second that its HTML takes."""
    data = filled_in(client, address, **typed)
    return answer(client, RequestFactory().post(address, data))


def errors_of(response):
    """The errors of the form and of its child rows, by field name."""
    context = getattr(response, "context_data", None) or response.context
    found = dict(context["adminform"].form.errors)
    for inline in context["inline_admin_formsets"]:
        for form in inline.formset.forms:
            found |= form.errors
        if inline.formset.non_form_errors():
            found[inline.formset.prefix] = inline.formset.non_form_errors()
    return found


def queries_of(client, address):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)
