from django.contrib import admin

from healthyboost.content.admin import ContentAdmin

from .models import Page


@admin.register(Page)
class PageAdmin(ContentAdmin):
    pass
