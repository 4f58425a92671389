"""The messages of readers in the admin: each is read, answered, set aside as spam, deleted."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from healthyboost.editing.guarding import ByObject

from .forms import WordsField
from .letters import first_subject
from .models import Answer, Message
from .receiving import KEPT
from .responsible import visible_to

State = Message.State


class Shown(admin.SimpleListFilter):
    """The open ones first."""

    title, parameter_name = _("state"), "state"

    def lookups(self, request, model_admin):
        return [*State.choices[1:], ("all", _("all"))]

    def choices(self, changelist):
        first, *others = super().choices(changelist)
        return [{**first, "display": _("open")}, *others]

    def queryset(self, request, queryset):
        asked = self.value() or State.OPEN
        return queryset if asked == "all" else queryset.filter(state=asked)


class AnswerForm(forms.Form):
    subject = forms.CharField(label=_("Subject"), max_length=200)
    text = WordsField(label=pgettext_lazy("what is answered", "Answer"), max_length=10_000)

    def clean_subject(self):
        return " ".join(self.cleaned_data["subject"].split())  # one line of a mail


@admin.register(Message)
class MessageAdmin(ByObject, admin.ModelAdmin):
    list_display = ("beginning", "what", "page", "sent_at", "state")
    list_filter = (Shown, "about", "language")
    list_select_related = ("person",)
    list_per_page = 50
    search_fields = ("text", "address", "=email")
    search_help_text = _(
        "Words of the message or of the address of the page, or the whole e-mail address"
    )
    ordering = ("-pk",)
    show_full_result_count = False
    actions = ("set_answered", "set_spam")

    class Media:
        css = {"all": ["admin/feedback.css"]}

    def get_queryset(self, request):
        return visible_to(request.user)

    def has_add_permission(self, request):
        return False

    def changelist_view(self, request, extra_context=None):
        title = {"title": gettext("Messages of readers")}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    @admin.display(description=_("message"), ordering="pk")
    def beginning(self, message):
        words = " ".join(message.text.split())
        return format_html("<bdi>{}</bdi>", words if len(words) <= 80 else f"{words[:79]}…")

    @admin.display(description=_("what it is about"), ordering="about")
    def what(self, message):
        about = message.get_about_display()
        return f"{about}: {message.person}" if message.person else about

    @admin.display(description=_("page"), ordering="address")
    def page(self, message):
        return format_html('<a href="{}">{}</a>', message.address, message.address)

    def get_deleted_objects(self, objs, request):
        """Answers go with what they answer."""
        return [str(each) for each in objs], {self.opts.verbose_name_plural: len(objs)}, set(), []

    # Several at once

    @admin.action(description=_("Close as answered"), permissions=["change"])
    def set_answered(self, request, rows):
        self.set_all(request, rows, State.ANSWERED)

    @admin.action(description=_("This is spam"), permissions=["change"])
    def set_spam(self, request, rows):
        self.set_all(request, rows, State.SPAM)

    @transaction.atomic
    def set_all(self, request, rows, state):
        changed = list(rows.exclude(state=state).select_for_update(of=("self",)).order_by("pk"))
        for message in changed:
            message.close(state)
            self.log_change(request, message, changed_state())
        said = ngettext(
            "%(count)s message is changed.", "%(count)s messages are changed.", len(changed)
        )
        messages.success(request, said % {"count": len(changed)})

    # One

    def change_view(self, request, object_id, form_url="", extra_context=None):
        message = self.get_object(request, object_id)
        if not message:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, message):
            raise PermissionDenied
        form = AnswerForm(initial={"subject": first_subject(message)})
        if request.method == "POST":
            if not self.has_change_permission(request, message):
                raise PermissionDenied
            form = AnswerForm(request.POST)
            if self.changed(request, message.pk, form):
                return redirect(request.path)
            message.refresh_from_db()
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(message),
            "message": message,
            "said": message.answers.select_related("written_by"),
            "form": form,
            "seen": seen(message),
            "days": KEPT.days,
            "may_answer": self.has_change_permission(request, message),
            "may_delete": self.has_delete_permission(request, message),
        }
        return TemplateResponse(request, "admin/feedback/message.html", context)

    @transaction.atomic
    def changed(self, request, number, form):
        """Whether what was asked is done; what was typed is on the page again where it is not."""
        message = Message.objects.select_for_update(of=("self",)).get(pk=number)
        if request.POST.get("seen") != seen(message):
            words = gettext(
                "Somebody else has changed this message meanwhile: look again before you go on."
            )
            messages.error(request, words)
            return False
        if "send" in request.POST and message.email:
            if not form.is_valid():
                return False
            Answer.objects.create(message=message, written_by=request.user, **form.cleaned_data)
            message.close(State.ANSWERED)
            messages.success(request, gettext("Your answer is on its way to the reader."))
        elif "close" in request.POST:
            message.close(State.ANSWERED)
        elif "spam" in request.POST:
            message.close(State.SPAM)
        elif "reopen" in request.POST:
            message.reopen()
        else:
            messages.error(request, gettext("Nothing was changed: press one of the buttons."))
            return False
        self.log_change(request, message, changed_state())
        return True


def seen(message):
    """What a colleague has before her when she decides."""
    return f"{message.state}-{message.answers.count()}"


def changed_state():
    return [{"changed": {"fields": ["state"]}}]
