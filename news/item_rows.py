"""The items of an issue inside its form: folded, one below the other, in the order of the issue."""

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.utils.translation import gettext_lazy as _

from healthyboost.editing.inlines import RowsInline

from .newsletters import PAGES, Item


class ItemInline(RowsInline):
    model = Item
    template = "admin/news/items.html"

    class Media:
        css = {"all": ("admin/newsletter.css",)}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Without Django's four small pictures beside each of hundreds of choices."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def get_fieldsets(self, request, obj=None):
        folded = ("shared", "collapse")
        return [
            (None, {"fields": [("position", "kind")], "classes": ("shared",)}),
            *self.language_fieldsets(("title", "body", "link_label")),
            (
                _("The page of the portal that it shows"),
                {"fields": (*PAGES, "has_lost_page"), "classes": folded},
            ),
            (
                _("Link, picture, people"),
                {
                    "fields": [
                        ("link_url", "link_language"),
                        *("picture", "members", "contact", "themes", "anchor"),
                    ],
                    "classes": folded,
                },
            ),
        ]
