"""What the text editor asks the portal: which page to link to, which picture to show, what to keep of
a text that was copied elsewhere; and what a person is told when a text was not stored as she typed it.

static/admin/writing.js is the other half.
"""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, JsonResponse
from django.urls import Resolver404, path, resolve
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_from_path, override
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as said
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import JavaScriptCatalog

from healthyboost.content.gathering import gather
from healthyboost.content.languages import in_any_language, language_codes, wording
from healthyboost.content.pasting import removed, say_removed
from healthyboost.content.references import kinds, lost_references, reference_to
from healthyboost.content.richtext import RichTextField, clean

CHOICES = 20  # more than anybody reads: a longer search finds fewer
# Taken away without a word at a save: nobody misses it.
UNNOTICED = {"empty", "hidden"}

# What writing.js says, in the language of the person.
WORDS = [
    said("Bold"),
    said("Italic"),
    said("Heading"),
    said("Smaller heading"),
    said("Smallest heading"),
    said("Plain text"),
    said("Bulleted list"),
    said("Numbered list"),
    said("Quotation"),
    said("Link"),
    said("Remove the link"),
    said("Picture"),
    said("Table"),
    said("Add a column"),
    said("Delete the column"),
    said("Add a row"),
    said("Delete the row"),
    said("Join cells"),
    said("Split the cell"),
    said("Heading cell or not"),
    said("Delete the table"),
    said("Undo"),
    said("Redo"),
    said("Search for a page of the portal"),
    said("Or an address elsewhere"),
    said("Set the link"),
    said("Search for a picture"),
    said("Upload a new picture"),
    said("Cancel"),
    said("Found: %s"),
    said("Nothing found"),
    said("This picture no longer exists"),
    said("Removed: %s"),
    said("A picture is put in with the button “Picture”: it needs a description."),
    said("The portal cannot be reached. The text was put in without its marks."),
    said("The address was completed: %s"),
]


class EditorWords(JavaScriptCatalog):
    """Django's own words for the scripts of the admin, and those of the text editor."""

    def get_catalog(self):
        from healthyboost.wordings.overlay import put_over  # models load after this module

        put_over(self.translation, "djangojs")
        return {**super().get_catalog(), **{words: _(words) for words in WORDS}}


def writing_urls(site):
    return [
        path("writing/pages/", site.admin_view(require_safe(choose_page)), name="writing_pages"),
        path(
            "writing/pictures/",
            site.admin_view(require_safe(choose_picture)),
            name="writing_pictures",
        ),
        path("writing/pasted/", site.admin_view(require_POST(pasted)), name="writing_pasted"),
    ]


# A page to link to


def choose_page(request):
    """Pages whose title in any language holds `q`, or the page at that address."""
    asked = request.GET.get("q", "").strip()
    page = page_at(asked, request)
    pages = [page] if page else search_pages(asked, request.user)
    return JsonResponse({"results": [in_choice(each) for each in pages]})


def search_pages(asked, user):
    """In a fixed number of queries, the newest of each kind; titles that begin so come first."""
    named = in_any_language("title", unaccent__icontains=asked) | Q(slug__icontains=asked)
    found = gather(
        **{
            kind: model.objects.filter(named).for_lists().newest_first()[:CHOICES]
            for kind, model in kinds().items()
            if user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")
        }
    )
    pages = [page for of_kind in found.values() for page in of_kind]
    pages.sort(key=lambda page: not str(page).casefold().startswith(asked.casefold()))
    return pages[:CHOICES]


def page_at(address, request):
    """The page at an address of this portal, as somebody copies it; None for any other."""
    try:
        parts = urlsplit(address)
    except ValueError:  # "//[": looks like one and is none
        return None
    if not parts.path.startswith("/") or parts.netloc not in ("", request.get_host()):
        return None
    with override(get_language_from_path(parts.path)):
        try:
            match = resolve(parts.path)
        except Resolver404:
            return None
    model, slug = getattr(match.func, "view_class", None), match.kwargs.get("slug")
    model = getattr(model, "model", None)
    if not slug or model not in kinds().values():
        return None
    try:
        return model.objects.with_slug(slug)
    except model.DoesNotExist:
        return None


def in_choice(page):
    title, language = wording(page, "title", get_language(), page.source_language)
    public = [str(name) for code, name in settings.LANGUAGES if code in page.languages]
    moments = [page.in_language(code).published_at for code in language_codes()]
    is_coming = any(moment and moment > timezone.now() for moment in moments)
    hidden = _("scheduled") if is_coming else _("not public")
    return {
        "reference": reference_to(page),
        "title": title or page.slug,
        "language": language,
        "detail": f"{capfirst(page._meta.verbose_name)} · {', '.join(public) or hidden}",
    }


# A picture to show


def choose_picture(request):
    """Pictures whose name or words hold `q`, or the one with this `name` or `pk`."""
    from healthyboost.media.models import Picture, alternative_text

    if not request.user.has_perm("media.view_picture"):
        raise Http404
    asked = request.GET.get("q", "").strip()
    language = request.GET.get("language")
    language = language if language in language_codes() else get_language()
    words = Q(name__icontains=asked) | Q(credit__unaccent__icontains=asked)
    for field in ("alt", "caption"):
        words |= in_any_language(field, unaccent__icontains=asked)
    for name in ("name", "pk"):
        if name in request.GET:
            words = Q(**{name: request.GET[name]})
    pictures = Picture.objects.filter(words).order_by("-pk")[:CHOICES]
    results = []
    for picture in pictures:
        text, code = alternative_text(picture, language)
        results.append(
            {"name": picture.name, "alt": text, "language": code, "thumbnail": picture.thumbnail}
        )
    return JsonResponse({"results": results})


# What was copied elsewhere


def pasted(request):
    """The text as it will be stored, and in words what of it will not."""
    html = request.POST.get("html", "")
    kept = clean(html)
    return JsonResponse(
        {"html": with_our_links(kept, request), "removed": say_removed(removed(html, kept))}
    )


def with_our_links(html, request):
    """Links to addresses of this portal follow their page from now on."""

    def as_reference(link):
        page = page_at(link[1].replace("&amp;", "&"), request)
        return f'href="{reference_to(page)}"' if page else link[0]

    return re.sub(r'href="([^"]*)"', as_reference, html)


class Writing:
    """Mixin of TranslatedAdmin: says what was not stored as it was typed, and which links are lost."""

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        request.removed_from_texts = [
            words
            for each in (form, *(row for formset in formsets for row in formset.forms))
            for field in rich_fields(each)
            if field.name in each.changed_data and (words := what_was_removed(each, field))
        ]

    def message_user(self, request, message, *args, **kwargs):
        """Said beside the words that it was saved: not where the save was taken back after all."""
        super().message_user(request, message, *args, **kwargs)
        for words in request.__dict__.pop("removed_from_texts", ()):
            messages.info(request, words)

    def render_change_form(self, request, context, *args, **kwargs):
        forms = (row for inline in context["inline_admin_formsets"] for row in inline.formset.forms)
        context["lost_references"] = lost_references(
            *(
                form[field.name].value()
                for form in (context["adminform"].form, *forms)
                for field in rich_fields(form)
            )
        )
        return super().render_change_form(request, context, *args, **kwargs)


def rich_fields(form):
    return [
        field
        for field in form._meta.model._meta.concrete_fields
        if isinstance(field, RichTextField) and field.name in form.fields
    ]


def what_was_removed(form, field):
    """In words, for the person who typed it; "" where nobody misses it."""
    typed = form.data.get(form.add_prefix(field.name), "")
    found = removed(typed, clean(typed))
    what = say_removed({kind: found[kind] for kind in found.keys() - UNNOTICED})
    if not what:
        return ""
    name = form.fields[field.name].label
    if language := getattr(field, "language", None):
        name = f"{name} ({dict(settings.LANGUAGES)[language]})"
    return _("%(field)s: removed when it was saved: %(what)s") % {"field": name, "what": what}
