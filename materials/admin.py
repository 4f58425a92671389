from django.contrib import admin

from healthyboost.content.admin import ContentAdmin
from healthyboost.content.inlines import RowsInline

from .models import Material, MaterialVersion


class VersionInline(RowsInline):
    model = MaterialVersion


@admin.register(Material)
class MaterialAdmin(ContentAdmin):
    inlines = [VersionInline]
