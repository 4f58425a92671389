"""The glossary in the admin: the list shows the wordings of all languages side by side."""

from django.conf import settings
from django.contrib import admin
from django.urls import path
from django.utils.html import format_html
from django.utils.text import capfirst

from healthyboost.editing.translated import TranslatedAdmin

from .models import Term
from .report import report_view


def wordings_in(code, language):
    """A column of the list: what the term is called in one language."""

    @admin.display(description=capfirst(language), ordering=f"preferred_{code}")
    def wordings(term):
        right = term.said("preferred", code) + term.said("also", code)
        return format_html('<span lang="{}">{}</span>', code, " / ".join(right) or "–")

    return wordings


@admin.register(Term)
class TermAdmin(TranslatedAdmin):
    list_display = (*(wordings_in(*each) for each in settings.LANGUAGES), "is_active")
    search_fields = ("identifier", "preferred", "also", "avoid", "note")
    list_per_page = 50
    words_first = True
    change_list_template = "admin/glossary/list.html"

    def get_urls(self):
        view = self.admin_site.admin_view(self.report)
        return [path("report/", view, name="glossary_term_report"), *super().get_urls()]

    def report(self, request):
        return report_view(self, request)
