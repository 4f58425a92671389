"""On the form and in the list of what is sent by mail: whether it was, and the way to send it."""

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .mailing_screens import start_address
from .mailings import mailings_of
from .models import Mailing


class SentByMail:
    """Mixin of the admin of what is sent; others than those who may send see nothing of it."""

    change_form_template = "admin/mailing/sent_form.html"

    def may_send(self, request):
        return request.user.has_perm("mailing.add_mailing")

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj and change and self.may_send(request):
            context["start"] = start_address(obj)
            context["mailing"] = mailings_of(obj).first()
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_list_display(self, request):
        shown = super().get_list_display(request)
        return [shown[0], "shown_mailing", *shown[1:]] if self.may_send(request) else shown

    def get_queryset(self, request):
        """With the newest mailing of each row, in the same query."""
        found = super().get_queryset(request)
        if not self.may_send(request):
            return found
        kind = ContentType.objects.get_for_model(self.model)
        newest = Mailing.objects.filter(content_type=kind, object_id=OuterRef("pk")).order_by("-pk")
        return found.annotate(
            mailing_number=Subquery(newest.values("pk")[:1]),
            mailing_state=Subquery(newest.values("state")[:1]),
        )

    @admin.display(description=_("by mail"))
    def shown_mailing(self, row):
        if not row.mailing_number:
            return format_html('<a href="{}">{}</a>', start_address(row), _("Send by mail"))
        address = reverse("admin:mailing_mailing_change", args=[row.mailing_number])
        state = Mailing.State(row.mailing_state)
        return format_html('<a href="{}">{}</a>', address, capfirst(state.label))
