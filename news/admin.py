from django.contrib import admin
from django.utils import timezone

from healthyboost.editing.content import ContentAdmin
from healthyboost.editing.inlines import RowsInline
from healthyboost.editing.translated import TranslatedAdmin
from healthyboost.mailing.form_links import SentByMail

from .importing.screens import Importing
from .item_rows import ItemInline
from .models import Article, Event, EventSession, Issue, Newsletter, Quote, Speaker
from .newsletter_previews import MailPreviews
from .taking_over import TakingOver


class QuoteInline(RowsInline):
    model = Quote


@admin.register(Article)
class ArticleAdmin(ContentAdmin):
    inlines = [QuoteInline]
    seldom_fields = (
        *ContentAdmin.seldom_fields,
        "project",
        "original_url",
        "original_published",
        "partners",
        "materials",
        "event",
    )

    def get_changeform_initial_data(self, request):
        """News is of today until somebody says otherwise."""
        return {
            "date": timezone.now(),
            "date_precision": "minute",
            **super().get_changeform_initial_data(request),
        }


class SessionInline(RowsInline):
    model = EventSession


class SpeakerInline(RowsInline):
    model = Speaker


@admin.register(Event)
class EventAdmin(ContentAdmin):
    inlines = [SessionInline, SpeakerInline]
    language_fields = (
        *("title", "summary", "body", "city", "venue", "motto", "audience"),
        "state_note",
    )
    exclude = ("date", "date_precision")  # those of its sessions
    seldom_fields = (
        *ContentAdmin.seldom_fields,
        *("series", "project", "pilot", "latitude", "longitude"),
    )


@admin.register(Newsletter)
class NewsletterAdmin(TranslatedAdmin):
    list_display = ("__str__", "publisher")
    search_fields = ("name", "slug")


@admin.register(Issue)
class IssueAdmin(Importing, MailPreviews, TakingOver, SentByMail, ContentAdmin):
    change_list_template = "admin/news/issue_list.html"
    inlines = [ItemInline]
    list_display = ("shown_title", "newsletter", "number", "shown_languages", "shown_date")
    list_select_related = ("organisation", "newsletter")
