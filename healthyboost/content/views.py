"""The list and the page that every content type has."""

from itertools import chain

from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from .age import age_of
from .datestamps import Datestamp
from .gathering import gather
from .hanging import prose_parts
from .languages import language_codes
from .paging import COUNT_LIMIT, paginate


class ContentView(TemplateView):
    """Template `<app>/<model>_<kind>.html`, else the one that all types share."""

    model = None
    kind = None

    def get_template_names(self):
        meta = self.model._meta
        return [
            f"{meta.app_label}/{meta.model_name}_{self.kind}.html",
            f"content/content_{self.kind}.html",
        ]


class ContentList(ContentView):
    """A list with filters and pages, all of it in the query string; nonsense there is answered 404
    with a page that says what is wrong. A subclass says `filters` and what its rows need."""

    kind = "list"
    page_size = 10

    def get_queryset(self):
        return self.model.objects.published().for_lists().newest_first()

    def filters(self):
        return []

    def get_context_data(self, **kwargs):
        asked, filters, queryset = self.request.GET, self.filters(), self.get_queryset()
        faults = [fault for each in filters if (fault := each.choose(asked.get(each.name, "")))]
        for each in filters:
            queryset = each.apply(queryset)
        paging = paginate(queryset, asked.get("page", ""), self.page_size)
        if paging.fault:
            faults.append(paging.fault)
        if faults:
            paging.items = []
        self.status = 404 if faults else 200
        then = second_language(self.request)
        for item in paging.items:
            item.second_language = then
        kept = {each.name: each.value for each in filters if each.chosen}
        return super().get_context_data(
            model=self.model,
            filters=filters,
            is_filtered=bool(kept),
            kept=kept,
            paging=paging,
            faults=faults,
            count_said=self.say_count(paging),
            then=then,
            items=self.with_relations(paging.items),
            **kwargs,
        )

    def say_count(self, paging):
        if not paging.is_counted:
            return _("More than %(count)s results") % {
                "count": number_format(COUNT_LIMIT, force_grouping=True)
            }
        return self.count_words(paging.count) % {"count": paging.count}

    def count_words(self, count):
        """Hook: the words for a number of these objects, with its plural forms."""
        return ngettext("%(count)s result", "%(count)s results", count)

    def with_relations(self, items):
        """Hook: fetch what the rows show of other tables."""
        return items

    def render_to_response(self, context, **kwargs):
        return super().render_to_response(context, status=self.status, **kwargs)


def second_language(request):
    """The language of `?then=`, which a reader takes where her own is missing; None otherwise."""
    then = request.GET.get("then")
    return then if then in language_codes() else None


class ContentDetail(ContentView):
    """The page of one object: 404 where it is not public, 410 where this language was withdrawn."""

    kind = "detail"
    select_related = ("organisation",)

    def get(self, request, slug):
        try:
            self.page = self.get_page(slug)
        except self.model.DoesNotExist as error:
            raise Http404(f"no {self.model.__name__} {slug}") from error
        self.page.second_language = second_language(request)
        return page_response(self, request, self.page, slug)

    def get_page(self, slug):
        return self.model.objects.select_related(*self.select_related).with_slug(slug)

    def gathered(self):
        """Hook: querysets of rows that the page shows, by name: more, or others of the same name."""
        return {}

    def linked_data(self, context):
        """Hook: what machines are told of the page beside what they are told of every page."""
        return {}

    def get_context_data(self, **kwargs):
        shown, found = self.page.shown, gather(**(attached_to(self.page) | self.gathered()))
        parts = chain.from_iterable(found.get(name, ()) for name in prose_parts(self.model))
        return super().get_context_data(
            model=self.model,
            page=self.page,
            shown=shown,
            age=age_of(self.page, shown.language, parts),
            **found,
            **kwargs,
        )


def page_response(view, request, page, slug=None):
    """What a visitor gets at the address of `page`: the page, the way to it, 404 or 410."""
    if page.is_gone_from(get_language()):
        return gone(request, page)
    if not page.languages:
        raise Http404(f"{page} is not public")
    if slug and slug != page.slug:
        return HttpResponsePermanentRedirect(page.get_absolute_url())
    return view.render_to_response(view.get_context_data())


def gone(request, page):
    """410, with the languages in which the page can still be read."""
    return render(request, "410.html", {"page": page, "languages": page.languages}, status=410)


def attached_to(page):
    """Querysets of what can hang on any content object."""
    return {
        "themes": page.themes.all(),
        "pictures": hung(page, "pictures", "picture", "uses"),
        "attachments": page.attachments.all(),
        "links": page.links.all(),
        "statements": page.statements.all(),
        "people": hung(page, "contacts", "person", "uses").filter(is_current=True),
        "datestamps": Datestamp.objects.filter(
            content_type=ContentType.objects.get_for_model(page), object_id=page.pk
        ),
    }


def hung(page, relation, target, back):
    """The rows themselves behind a relation that hangs them on an object, in its order."""
    uses = page._meta.get_field(relation).related_model
    model = uses._meta.get_field(target).related_model
    kind = ContentType.objects.get_for_model(page)
    return model.objects.filter(
        **{f"{back}__content_type": kind, f"{back}__object_id": page.pk}
    ).order_by(f"{back}__position", f"{back}__id")
