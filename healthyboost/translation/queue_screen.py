"""The screen on which a translator begins: /admin/translate/."""

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from healthyboost.content.models import Theme
from healthyboost.editing.matrix import organisation_names

from .counting import catch_up
from .not_needed import mark_not_needed, unmark
from .queue import PAGE_SIZE, STATES, STRINGS, Place, Queue
from .queue_rows import rows_of
from .ranking import ORDERS, SEEN_EVERYWHERE, WISH
from .reach import languages_of_queue, to_do_of
from .standing import Standing

COUNTED_AT_ONCE = 50  # of what was touched, before the screen is shown; `work` counts the rest
MOST_MARKED = 100  # rows of a form
ORDER_WORDS = {
    "points": gettext_lazy("what readers need most"),
    "wanted": gettext_lazy("most wanted by readers"),
    "oldest": gettext_lazy("waiting longest"),
    "newest": gettext_lazy("newest first"),
    "short": gettext_lazy("shortest first"),
}


def urls(site):
    view = require_http_methods(["GET", "HEAD", "POST"])(queue_view)
    return [path("translate/", site.admin_view(view), name="translate")]


def queue_view(request):
    codes = languages_of_queue(request.user)
    asked = request.GET.get("language", "")
    language = asked if asked in codes else codes[0] if codes else ""
    if request.method == "POST":
        return mark(request, codes)
    if not language:
        context = page_context(request) | {"languages_to_do": []}
        return TemplateResponse(request, "admin/translation/queue.html", context)
    left = catch_up(COUNTED_AT_ONCE)
    queue = Queue(request.user, language, request.GET)
    organisations = organisation_names()
    found, following = queue.page(Place.read(request.GET.get("after", "")), PAGE_SIZE)
    kept = request.GET.copy()
    kept.pop("after", None)
    kept["language"] = language
    context = page_context(request) | {
        "language": language,
        "language_said": name_of(language),
        "languages_to_do": [
            (code, name_of(code), sums) for code, sums in to_do_of(request.user).items()
        ],
        "left": left,
        "queue": queue,
        "asked": request.GET,
        "rows": rows_of(found, language, queue.now, organisations),
        "following": following,
        "is_first": "after" not in request.GET,
        "kept": kept.urlencode(),
        "wish": WISH,
        "seen_everywhere": SEEN_EVERYWHERE,
        **choices(queue, organisations),
    }
    return TemplateResponse(request, "admin/translation/queue.html", context)


def page_context(request):
    return admin.site.each_context(request) | {"title": _("Texts to translate")}


def name_of(code):
    return capfirst(dict(settings.LANGUAGES)[code])


def choices(queue, organisations):
    """[(value, name)] of each filter."""
    kinds = [
        (label, str(capfirst(kind.model_class()._meta.verbose_name_plural)))
        for label, kind in queue.kinds.items()
    ]
    labels = dict(Standing.State.choices)
    return {
        "kinds": [(STRINGS, _("Strings of the interface")), *sorted(kinds, key=lambda k: k[1])],
        "states": [(state.value, labels[state]) for state in STATES],
        "sources": [(c, name_of(c)) for c, _name in settings.LANGUAGES if c != queue.language],
        "organisations": [(str(pk), name) for pk, name in organisations.items()],
        "themes": [(str(theme.pk), str(theme)) for theme in Theme.objects.all()],
        "works": [
            ("free", _("nobody has begun")),
            ("progress", _("somebody is at it")),
            ("mine", _("begun by me")),
        ],
        "originals": [("coming", _("not public yet")), ("all", _("all"))],
        "orders": [(order, ORDER_WORDS[order]) for order in ORDERS],
        "has_own": queue.own_organisations,
    }


@transaction.atomic
def mark(request, codes):
    """“Needs no translation” for the rows that were chosen, or that they need one after all."""
    language, is_needed = request.POST.get("language", ""), "needed" in request.POST
    if language not in codes:
        raise PermissionDenied
    reason = request.POST.get("reason", "").replace("\0", "").strip()
    pages = list(chosen(request.POST.getlist("row")))
    for page in pages:
        if is_needed:
            unmark(page, language, request.user)
        else:
            mark_not_needed(page, language, request.user, reason)
    if pages:
        messages.success(request, say_marked(len(pages), is_needed))
    else:
        messages.warning(request, _("Choose texts first: the boxes stand before their titles."))
    return redirect(request.get_full_path())


def say_marked(number, is_needed):
    if is_needed:
        words = ngettext(
            "%(n)s text is to be translated again.",
            "%(n)s texts are to be translated again.",
            number,
        )
    else:
        words = ngettext(
            "%(n)s text needs no translation. It is found under “What is to do”.",
            "%(n)s texts need no translation. They are found under “What is to do”.",
            number,
        )
    return words % {"n": number}


def chosen(row_keys):
    """The objects of "12-34", content type and primary key; what is none is left out."""
    by_kind = {}
    for key in row_keys[:MOST_MARKED]:
        kind, _dash, pk = key.partition("-")
        if all(each.isascii() and each.isdecimal() and len(each) < 18 for each in (kind, pk)):
            by_kind.setdefault(int(kind), set()).add(int(pk))
    kinds = ContentType.objects.filter(pk__in=by_kind)
    for kind in kinds:
        if model := kind.model_class():
            yield from model._base_manager.filter(pk__in=by_kind[kind.pk])
