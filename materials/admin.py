from django.contrib import admin

from healthyboost.editing.content import ContentAdmin
from healthyboost.editing.inlines import RowsInline

from .models import Material, MaterialVersion


class VersionInline(RowsInline):
    model = MaterialVersion


@admin.register(Material)
class MaterialAdmin(ContentAdmin):
    inlines = [VersionInline]
