from django.contrib import admin

from healthyboost.editing.content import ContentAdmin
from healthyboost.editing.inlines import RowsInline

from .models import CoOperation, Pilot, PilotStep


class StepInline(RowsInline):
    model = PilotStep


class CoOperationInline(RowsInline):
    model = CoOperation


@admin.register(Pilot)
class PilotAdmin(ContentAdmin):
    inlines = [StepInline, CoOperationInline]
    search_fields = ("title", "summary", "city", "slug")
    language_fields = ("title", "summary", "city", "body", *Pilot.sections, "cost_note")
