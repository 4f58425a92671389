from django.contrib import admin
from django.utils import timezone

from healthyboost.editing.content import ContentAdmin
from healthyboost.editing.inlines import RowsInline

from .models import Article, Quote


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
    )

    def get_changeform_initial_data(self, request):
        """News is of today until somebody says otherwise."""
        return {
            "date": timezone.now(),
            "date_precision": "minute",
            **super().get_changeform_initial_data(request),
        }
