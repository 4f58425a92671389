"""Subscribers and blocked addresses in the admin. Only editors and administrators see them."""

from django.contrib import admin
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from healthyboost.privacy.screens import CanErase

from .addresses import fingerprints
from .mailing_screens import MailingAdmin
from .models import Mailing, Subscriber, Suppression
from .subscribing import erase, unsubscribe

admin.site.register(Mailing, MailingAdmin)


class ReadOnly(admin.ModelAdmin):
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Subscriber)
class SubscriberAdmin(CanErase, ReadOnly):
    """The list shows addresses in part; whoever looks for one types the whole of it."""

    list_display = ("masked", "language", "state", "created_at", "confirmed_at")
    list_filter = ("state", "language")
    search_fields = ("=email",)
    search_help_text = _("The whole e-mail address")
    ordering = ("-pk",)
    actions = ("unsubscribe_them",)
    fieldsets = [
        (
            None,
            {
                "fields": (
                    "email",
                    "state",
                    "language",
                    "themes",
                    "has_chosen_themes",
                    "soft_bounces",
                )
            },
        ),
        (_("Dates"), {"fields": ("created_at", "confirmed_at", "ended_at")}),
        (
            _("Consent"),
            {"fields": ("consent", "consent_language", "consent_version", "consented_at")},
        ),
    ]

    @admin.display(description=_("e-mail address"))
    def masked(self, subscriber):
        return subscriber.masked

    @admin.action(description=_("Unsubscribe"), permissions=["delete"])
    def unsubscribe_them(self, request, queryset):
        ended = [each for each in queryset if each.is_confirmed]
        with transaction.atomic():
            for subscriber in ended:
                unsubscribe(subscriber)
        words = ngettext(
            "%(count)s subscriber is unsubscribed.",
            "%(count)s subscribers are unsubscribed.",
            len(ended),
        )
        self.message_user(request, words % {"count": len(ended)})

    def delete_model(self, request, obj):
        erase(obj)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        for subscriber in queryset:
            erase(subscriber)

    def get_deleted_objects(self, objs, request):
        """What was delivered stays as a number."""
        shown = [str(each) for each in objs]
        return shown, {Subscriber._meta.verbose_name_plural: len(shown)}, set(), []


@admin.register(Suppression)
class SuppressionAdmin(ReadOnly):
    """Nobody can read the addresses; whoever types one sees whether it is blocked, and may lift that."""

    list_display = ("__str__", "reason", "since")
    list_filter = ("reason",)
    search_fields = ("fingerprint",)
    search_help_text = _("The whole e-mail address")
    ordering = ("-pk",)

    def get_search_results(self, request, queryset, search_term):
        if search_term.strip():
            queryset = queryset.filter(fingerprint__in=fingerprints(search_term.strip()))
        return queryset, False
