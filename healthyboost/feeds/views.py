"""The feeds, and the page that tells people what they are."""

import hashlib

from django.apps import apps
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from healthyboost.content.asked import reads
from healthyboost.content.filters import Choice, Filter, page_choices, row_choices
from healthyboost.content.gathering import gather
from healthyboost.content.models import Theme
from healthyboost.content.views import gone

from .atom import atom, updated
from .entries import mark_of, newest
from .json_feed import json_feed
from .selection import ALL, FORMS, Missing, Selection, feed_models, kind_title, selection_of
from .texts import write_texts

WRITERS = {"atom": atom, "json": json_feed}


@reads("theme", "organisation", "before")
@require_safe
def feed(request, kind, form):
    """404 for what there is not, 410 for an organisation that was withdrawn in this language."""
    asked = request.GET
    try:
        selection = selection_of(kind, asked.get("theme", ""), asked.get("organisation", ""))
    except Missing as missing:
        return not_found(request, str(missing))
    organisation = selection.organisation
    if organisation and organisation.is_gone_from(selection.language):
        return gone(request, organisation)
    if organisation and organisation.slug != asked["organisation"]:
        more = {"before": asked["before"]} if asked.get("before") else {}
        return HttpResponsePermanentRedirect(selection.path(form, **more))
    before = asked.get("before", "")
    try:
        mark = mark_of(before, selection.models) if before else None
    except ValueError:
        return not_found(request, _("There is no such page of this feed."))
    entries, has_older = newest(selection, mark)
    write_texts(entries)
    after = entries[-1].mark if has_older else ""
    return answer(request, form, WRITERS[form](selection, entries, before, after), entries)


def answer(request, form, content, entries):
    """The feed, or 304 to a program that has it already."""
    response = HttpResponse(content, content_type=f"{FORMS[form]}; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "public, no-cache"  # asked again each time: 304, mostly
    etag = quote_etag(hashlib.sha256(content).hexdigest()[:32])
    response["ETag"] = etag
    changed = int(updated(entries).timestamp()) if entries else None
    if changed:
        response.headers["Last-Modified"] = http_date(changed)
    return get_conditional_response(request, etag, changed, response)


def not_found(request, text):
    context = {"title": _("There is no such feed"), "text": text, "status": 404}
    return render(request, "error.html", context | {"has_database": True}, status=404)


@reads("kind", "theme", "organisation")
@require_safe
def feeds(request):
    """What a feed is, the one that is chosen, and those of each kind and topic."""
    asked = request.GET
    filters = choices(asked)
    faults = [fault for each in filters if (fault := each.choose(asked.get(each.name, "")))]
    kind, theme, organisation = (each.chosen for each in filters)
    selection = Selection(
        get_language(),
        kind.value if kind else ALL,
        theme.row if theme else None,
        organisation.row if organisation else None,
    )
    context = {
        "filters": filters,
        "faults": faults,
        "is_filtered": any(each.chosen for each in filters),
        "chosen": selection,
        "kinds": [Selection(selection.language, name) for name in (ALL, *feed_models())],
        "themes": [
            Selection(selection.language, theme=choice.row) for choice in filters[1].choices
        ],
        "organisations": [
            Selection(selection.language, organisation=choice.row) for choice in filters[2].choices
        ],
    }
    return render(request, "feeds/feeds.html", context, status=404 if faults else 200)


def choices(asked):
    """Kinds, and the topics and organisations of which there is something in the active language.

    Also those that are asked for: a feed may begin empty.
    """
    selection, now = Selection(get_language()), timezone.now()
    of_theme, of_organisation = (
        Q(slug=asked.get(name, "").replace("\0", "")) for name in ("theme", "organisation")
    )
    for model in feed_models().values():
        pages, name = selection.public(model, now), model._meta.model_name
        through = model.themes.through.objects.filter(theme=OuterRef("pk"))
        of_theme |= Q(Exists(through.filter(**{f"{name}__in": pages})))
        of_organisation |= Q(Exists(pages.filter(organisation=OuterRef("pk"))))
    organisations = apps.get_model("partners.Organisation").objects.published().for_lists()
    found = gather(
        themes=Theme.objects.filter(of_theme).order_by("position", "slug"),
        organisations=organisations.filter(of_organisation).order_by("slug"),
    )
    kinds = [Choice(name, kind_title(name)) for name in feed_models()]
    return [
        Filter("kind", _("Kind"), _("Everything"), kinds, None),
        Filter("theme", _("Topic"), _("All topics"), list(row_choices(found["themes"])), None),
        Filter(
            "organisation",
            _("Organisation"),
            _("All organisations"),
            page_choices(found["organisations"]),
            None,
        ),
    ]
