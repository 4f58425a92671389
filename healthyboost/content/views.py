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
from .gathering import gather_again
from .hanging import prose_parts
from .kept import kept_value
from .languages import language_codes
from .paging import COUNT_LIMIT, BadPage, Paging, extent, no_such_page, page_number
from .statements import Marks


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
    with a page that says what is wrong. A subclass says `filters`, their names in `reads`, and what
    its rows need."""

    kind = "list"
    page_size = 10
    related = ()  # foreign keys that the rows show
    reads = ("page", "then")  # of the query string: content.asked

    def get_queryset(self):
        return self.model.objects.published().for_reader().newest_first()

    def filters(self):
        return []

    def get_context_data(self, **kwargs):
        asked, filters = self.request.GET, self.filters()
        faults = [fault for each in filters if (fault := each.choose(asked.get(each.name, "")))]
        paging = self.paginate([each for each in filters if each.chosen], asked.get("page", ""))
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

    def paginate(self, filters, asked):
        """The Paging of what these filters leave; `asked` is the text of `?page=`."""
        try:
            number = page_number(asked)
        except BadPage as error:
            return Paging(fault=str(error), size=self.page_size)
        chosen = tuple((each.name, each.value) for each in filters)
        is_deep = (number - 1) * self.page_size > COUNT_LIMIT

        def all_rows(**given):
            rows = self.get_queryset()
            for each in filters:
                rows = each.apply(rows, given[each.name])
            return rows

        def page_of_rows(start, **given):
            rows = all_rows(**given)
            rows = (self.rows_from(rows, start) if start else rows)[: self.page_size]
            return {"items": rows, **related_to(rows, self.related, is_list=True)}

        given = {each.name: each.given for each in filters}
        known = kept_value(
            (type(self), "extent", is_deep, *chosen),
            lambda: extent(all_rows(**given), self.page_size, None if is_deep else COUNT_LIMIT + 1),
        )
        if number > max(1, len(known.starts)):
            return Paging(fault=no_such_page(number), size=self.page_size)
        start = known.starts[number - 1] if number > 1 else None
        name = type(self), "rows", *given
        found = gather_again(name, page_of_rows, start=start, **given)
        items = related_set(found["items"], found, self.related)
        return Paging(items, number, known.count, self.page_size)

    def rows_from(self, rows, start):
        """Hook: those of get_queryset() from the row of a paging.Start on."""
        return rows.newest_from(start)

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
    reads = ("then",)
    select_related = ("organisation",)
    found = None  # what hangs on the page, where it was gathered with it

    def get(self, request, slug):
        try:
            self.page = self.get_page(slug)
        except self.model.DoesNotExist as error:
            raise Http404(f"no {self.model.__name__} {slug}") from error
        self.page.second_language = second_language(request)
        return page_response(self, request, self.page, slug)

    def get_page(self, slug):
        """The page, and in the same query what hung on it when it was last shown: seldom something else."""
        last = seen.get((type(self), slug))
        if last:
            name = type(self), "page and hanging"
            found = gather_again(name, self.page_and_hanging, slug=slug, page=last)
        else:
            found = gather_again((type(self), "page"), self.page_and_related, slug=slug)
        if not found["page"]:  # at a former address, perhaps
            return self.model.objects.select_related(*self.select_related).with_slug(slug)
        page = related_set(found["page"], found, self.select_related)[0]
        keys = keys_of(page)
        if last and keys_of(last) == keys:
            of_page = {"page", *steps_of(self.select_related)}
            self.found = {name: rows for name, rows in found.items() if name not in of_page}
        else:
            remember(type(self), page, keys)
        return page

    def page_and_related(self, slug):
        pages = self.model.objects.for_page().filter(slug=slug)
        return {"page": pages, **related_to(pages, self.select_related)}

    def page_and_hanging(self, slug, page):
        first, then = self.page_and_related(slug), self.hanging_on(page)
        if twice := first.keys() & then.keys():
            raise TypeError(f"gathered for two things: {twice}")
        return first | then

    def gathered(self, page):
        """Hook: querysets of rows that the page shows, by name: more, or others of the same name.

        Called once with a page of which only the keys and the moments are there: see gather_again.
        """
        return {}

    def given(self):
        """Hook: what the rows that the page shows depend on. gathered() gets it."""
        return {"page": self.page}

    def hanging_on(self, page, **given):
        return attached_to(page) | self.gathered(page, **given)

    def linked_data(self, context):
        """Hook: what machines are told of the page beside what they are told of every page."""
        return {}

    def get_context_data(self, **kwargs):
        shown = self.page.shown
        found = self.found or gather_again((type(self), "hanging"), self.hanging_on, **self.given())
        parts = chain.from_iterable(found.get(name, ()) for name in prose_parts(self.model))
        return super().get_context_data(
            model=self.model,
            page=self.page,
            shown=shown,
            age=age_of(self.page, shown.language, parts),
            **found,
            **kwargs,
        )


MOST_SEEN = 500
seen = {}  # {(view, slug): the page with its keys alone, as it was last shown}


def keys_of(page):
    """{attribute: value} of all that what hangs on a page depends on: see gather_again()."""
    return {name: getattr(page, name) for name in Marks.names_of(type(page))}


def remember(view, page, keys):
    if len(seen) >= MOST_SEEN:
        seen.clear()
    seen[view, page.slug] = type(page).from_db(page._state.db, [*keys], [*keys.values()])


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
    """The rows themselves behind a relation that hangs them on an object, in its order: pictures of
    people, and people, as long as they agree."""
    uses = page._meta.get_field(relation).related_model
    model = uses._meta.get_field(target).related_model
    kind = ContentType.objects.get_for_model(page)
    return (
        model.objects.agreed()
        .filter(**{f"{back}__content_type": kind, f"{back}__object_id": page.pk})
        .order_by(f"{back}__position", f"{back}__id")
    )


def related_to(rows, paths, is_list=False):
    """Querysets, by path ("newsletter__publisher"), of what foreign keys of `rows` lead to. A list says
    of that what its reader reads; a page that falls back to another language tells it in that one."""
    found = {}
    for path in steps_of(paths):
        model = rows.model
        for name in path.split("__"):
            model = model._meta.get_field(name).related_model
        theirs = model._default_manager.filter(pk__in=rows.values(path))
        if hasattr(theirs, "for_lists"):
            theirs = theirs.for_reader() if is_list else theirs.for_lists()
        found[path] = theirs
    return found


def related_set(rows, found, paths):
    """`rows` with what related_to() found for them."""
    for path in steps_of(paths):
        by_key = {each.pk: each for each in found[path]}
        *before, name = path.split("__")
        for row in rows:
            for step in before:
                row = row and getattr(row, step)
            if row:
                field = row._meta.get_field(name)
                field.set_cached_value(row, by_key.get(getattr(row, field.attname)))
    return rows


def steps_of(paths):
    """ "a__b" leads over "a"."""
    return dict.fromkeys(
        "__".join(names[:place])
        for names in (path.split("__") for path in paths)
        for place in range(1, len(names) + 1)
    )
