from django.contrib import admin

from healthyboost.editing.content import ContentAdmin

from .models import Page


@admin.register(Page)
class PageAdmin(ContentAdmin):
    pass
