"""The mailings in the admin: one is started, looked at while it is sent, stopped."""

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from . import mailings
from .mailings import (
    CannotBeSent,
    answers_of,
    counts_of,
    faults_of,
    mailings_of,
    recipients_by_language,
    send_test,
    start_mailing,
)
from .messages import sendable
from .models import Mailing

OFFERED = 5  # of each kind, on the list of mailings
STEPS = {"pause": mailings.pause, "resume": mailings.resume, "cancel": mailings.cancel}


def start_address(sent_object):
    """Where a mailing of `sent_object` is prepared: for a link on its form."""
    kind = ContentType.objects.get_for_model(sent_object)
    return reverse("admin:mailing_start", args=[kind.pk, sent_object.pk])


def form_address(sent_object, user):
    """The form in which it was written; "" for who may not look at it."""
    meta = sent_object._meta
    if not user.has_perm(f"{meta.app_label}.view_{meta.model_name}"):
        return ""
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[sent_object.pk])


class MailingAdmin(admin.ModelAdmin):
    list_display = ("title", "state", "started_at", "finished_at", "started_by")
    list_filter = ("state",)
    list_select_related = ("started_by",)
    ordering = ("-pk",)
    show_full_result_count = False
    actions = None
    change_list_template = "admin/mailing/list.html"

    def has_add_permission(self, request):
        return False  # a mailing begins with what is sent

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        wrap = self.admin_site.admin_view
        start = "start/<int:kind>/<int:number>/"
        return [
            path(start, wrap(self.start_view), name="mailing_start"),
            path("<int:number>/progress/", wrap(self.progress_view), name="mailing_progress"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        offered = []
        for model in sendable if self.may_send(request) else ():
            newest = model.objects.published().order_by("-pk")[:OFFERED]
            offered += [(str(each), start_address(each)) for each in newest]
        return super().changelist_view(request, {"offered": offered, **(extra_context or {})})

    def may_send(self, request):
        return request.user.has_perm("mailing.add_mailing")

    # Before it

    def start_view(self, request, kind, number):
        if not self.may_send(request):
            raise PermissionDenied
        sent_object = sendable_object(kind, number)
        running = mailings_of(sent_object).filter(state__in=["sending", "paused"]).first()
        if running:
            return redirect("admin:mailing_mailing_change", running.pk)
        faults, recipients = faults_of(sent_object), recipients_by_language(sent_object)
        if request.method == "POST" and not faults:
            if "test" in request.POST:
                self.test(request, sent_object)
                return redirect(request.path)
            if not recipients:
                messages.error(request, _("There is nobody to send it to."))
            elif "sure" not in request.POST:
                messages.error(request, _("Tick the box if you want to send it now."))
            else:
                return self.start(request, sent_object)
        whole = sendable[type(sent_object)].languages_of(sent_object)
        names = dict(settings.LANGUAGES)
        context = {
            **self.admin_site.each_context(request),
            "opts": Mailing._meta,
            "title": _("Send by mail"),
            "sent_object": sent_object,
            "form": form_address(sent_object, request.user),
            "faults": faults,
            "earlier": mailings_of(sent_object)[:OFFERED],
            "recipients": [
                (capfirst(names[code]), count, code in whole) for code, count in recipients.items()
            ],
            "total": sum(recipients.values()),
            "email": request.user.email,
        }
        return TemplateResponse(request, "admin/mailing/start.html", context)

    def test(self, request, sent_object):
        language = request.POST.get("language", "")
        if language not in dict(settings.LANGUAGES):
            messages.error(request, _("Choose a language."))
        elif not request.user.email:
            messages.error(request, _("Your account has no e-mail address."))
        else:
            try:
                send_test(sent_object, language, request.user.email)
            except OSError:
                messages.error(request, _("The mail server does not take the mail now."))
            else:
                words = _("A test mail is on its way to %(address)s.")
                messages.success(request, words % {"address": request.user.email})

    def start(self, request, sent_object):
        try:
            with transaction.atomic():
                mailing = start_mailing(sent_object, request.user)
        except CannotBeSent as error:
            messages.error(request, error)
            return redirect(start_address(sent_object))
        except IntegrityError:  # somebody was faster
            messages.error(request, _("It is being sent already."))
            return redirect(start_address(sent_object))
        self.log_addition(request, mailing, [{"added": {}}])
        messages.success(request, _("The newsletter is being sent."))
        return redirect("admin:mailing_mailing_change", mailing.pk)

    # While it is sent, and after

    def change_view(self, request, object_id, form_url="", extra_context=None):
        mailing = self.get_object(request, object_id)
        if not mailing:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, mailing):
            raise PermissionDenied
        if request.method == "POST":
            return self.steer(request, mailing)
        languages, total = counts_of(mailing)
        sent_object = mailing.sent_object
        context = {
            **self.admin_site.each_context(request),
            "opts": Mailing._meta,
            "title": mailing.title,
            "mailing": mailing,
            "languages_sent": languages,
            "total": total,
            "answers": answers_of(mailing),
            "progress": reverse("admin:mailing_progress", args=[mailing.pk]),
            "may_send": self.may_send(request),
            "sent_object": sent_object,
            "form": form_address(sent_object, request.user) if sent_object else "",
            "start": start_address(sent_object) if sent_object else "",
        }
        return TemplateResponse(request, "admin/mailing/mailing.html", context)

    def steer(self, request, mailing):
        if not self.may_send(request):
            raise PermissionDenied
        step = next((step for step in STEPS if step in request.POST), None)
        if step and STEPS[step](mailing):
            self.log_change(request, mailing, step)
        else:
            messages.error(
                request, _("The state of the mailing has changed meanwhile: look again.")
            )
        return redirect("admin:mailing_mailing_change", mailing.pk)

    def progress_view(self, request, number):
        mailing = Mailing.objects.filter(pk=number).first()
        if not mailing or not self.has_view_permission(request, mailing):
            raise Http404
        _languages, total = counts_of(mailing)
        is_running = mailing.state == Mailing.State.SENDING and not mailing.rests_until
        return JsonResponse({"is_running": is_running, "units": total.all, "seen": total.done})


def sendable_object(kind, number):
    """404 for what is not sent by mail."""
    models = {ContentType.objects.get_for_model(model).pk: model for model in sendable}
    found = models[kind].objects.filter(pk=number).first() if kind in models else None
    if not found:
        raise Http404("nothing that is sent by mail")
    return found
