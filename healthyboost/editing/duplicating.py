"""A new page that begins as a copy of another one: nobody sees it before it is published."""

import copy

from django.contrib import messages
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from healthyboost.accounts.rights import may_edit_shared
from healthyboost.content.age import without_parts
from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import PUBLICATION

from .slugs import free_slug, make_slug
from .translated import in_words

HUNG = ("pictures", "links", "contacts")  # what hangs on a page and goes with its copy


@transaction.atomic
def duplicate(page):
    """A page as `page` is, with its parts, pictures and links; its files stay where they are."""
    new = copied(page, slug="")
    for code in language_codes():
        for name in PUBLICATION:
            setattr(new, column(name, code), None)
        made_from = column("made_from", code)
        if made := getattr(page, made_from):
            setattr(new, made_from, without_parts(made))
        if title := getattr(page, column("title", code)):
            length = page._meta.get_field("title").max_length
            with translation.override(code):
                marked = _("%(title)s (copy)") % {"title": title}
            setattr(new, column("title", code), marked if len(marked) <= length else title)
    for name in page.not_copied:
        setattr(new, name, page._meta.get_field(name).get_default())
    wish = make_slug(str(new)) or page.slug
    new.slug = free_slug(type(page)._base_manager, wish)
    new.save()
    copy_relations(page, new)
    for name in HUNG:
        for row in getattr(page, name).all():
            copied(row, object_id=new.pk).save()
    return new


def copied(row, **fields):
    """A new row, not saved, with the columns of `row`."""
    new = copy.copy(row)
    new._state = copy.copy(row._state)
    new._state.adding, new._state.fields_cache = True, {}
    new.pk = None
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def copy_relations(row, new):
    for field in row._meta.many_to_many:
        if field.remote_field.through._meta.auto_created:
            getattr(new, field.name).set(getattr(row, field.name).all())
    for name in getattr(row, "parts", ()):
        relation = row._meta.get_field(name)
        if any(
            isinstance(field, models.FileField) for field in relation.related_model._meta.fields
        ):
            continue
        for part in getattr(row, name).all():
            new_part = copied(part, **{relation.field.name: new})
            new_part.save()
            copy_relations(part, new_part)


class Duplicating:
    """Mixin of ContentAdmin: a button in the list and in the form."""

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_duplicate"
        view = self.admin_site.admin_view(require_POST(self.duplicate_view))
        return [path("duplicate/", view, name=name), *super().get_urls()]

    def may_duplicate(self, request, page):
        """Not where something but the address must be the page's own."""
        has_number = any(
            field.unique and not field.primary_key and field.name != "slug"
            for field in self.opts.fields
        )
        return (
            self.has_add_permission(request)
            and may_edit_shared(request.user, page)
            and not has_number
        )

    def duplicate_view(self, request):
        number = request.POST.get("page", "")
        pages = self.model._base_manager
        page = get_object_or_404(pages, pk=number if number.isdecimal() else None)
        if not self.may_duplicate(request, page):
            raise PermissionDenied
        try:
            with transaction.atomic():
                new = duplicate(page)
                self.log_addition(request, new, [{"added": {}}])
        except IntegrityError as error:
            messages.error(request, in_words(error))
            return redirect(self.form_address(page))
        messages.success(request, _("This is a copy: nobody sees it before you publish it."))
        return redirect(self.form_address(new))

    def form_address(self, page):
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(name, args=[quote(page.pk)])

    def get_list_display(self, request):
        columns = super().get_list_display(request)
        if not self.has_add_permission(request):
            return columns

        def shown_duplicate(page):
            if not self.may_duplicate(request, page):
                return ""
            return format_html(
                '<button type="submit" form="duplicate" name="page" value="{}" '
                'aria-label="{}: {}">{}</button>',
                page.pk,
                _("Duplicate"),
                page,
                _("Duplicate"),
            )

        shown_duplicate.short_description = pgettext_lazy("heading", "copy")
        return [*columns[:2], shown_duplicate, *columns[2:]]

    def changelist_view(self, request, extra_context=None):
        duplicate = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_duplicate")
        return super().changelist_view(request, {"duplicate": duplicate, **(extra_context or {})})

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj and change and self.may_duplicate(request, obj):
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_duplicate"
            context["duplicate"] = reverse(name)
        return super().render_change_form(request, context, add, change, form_url, obj)
