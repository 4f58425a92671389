from django.contrib import admin
from django.utils import timezone

from healthyboost.content.admin import ContentAdmin
from healthyboost.content.inlines import RowsInline

from .models import Article, Quote


class QuoteInline(RowsInline):
    model = Quote


@admin.register(Article)
class ArticleAdmin(ContentAdmin):
    inlines = [QuoteInline]

    def get_changeform_initial_data(self, request):
        """News is of today until somebody says otherwise."""
        return {
            "date": timezone.now(),
            "date_precision": "minute",
            **super().get_changeform_initial_data(request),
        }
