"""What is new since the last issue is ticked and put under its headings; its texts are not copied."""

import datetime
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from healthyboost.accounts.rights import may_edit_shared
from healthyboost.content.history import record
from materials.models import Material
from pilots.models import Pilot

from .articles import Article
from .events import Event
from .newsletters import Issue, Item

MOST = 50  # of a kind
USUAL = datetime.timedelta(days=180)  # where there was no issue before
KINDS = {
    "article": (Article, Item.Kind.NEWS),
    "event": (Event, Item.Kind.EVENT),
    "material": (Material, Item.Kind.ANNOUNCEMENT),
    "pilot": (Pilot, Item.Kind.NEWS),
}


@dataclass
class Group:
    """Pages of one kind that could be taken over."""

    name: str
    heading: str
    pages: list
    is_cut: bool


def since_last(issue):
    """The day of the last issue of the same newsletter before this one."""
    earlier = Issue.objects.filter(newsletter=issue.newsletter_id, date__isnull=False)
    earlier = earlier.filter(date__lt=issue.date or timezone.now()).exclude(pk=issue.pk)
    last = earlier.order_by("-date").values_list("date", flat=True).first()
    return timezone.localdate(last) if last else timezone.localdate() - USUAL


def groups(issue, since):
    """What is public, new since `since` and not in the issue; events that are still to come."""
    start = timezone.make_aware(datetime.datetime.combine(since, datetime.time.min))
    for name, (model, _kind) in KINDS.items():
        pages = model.objects.published().for_lists()
        if model is Event:
            pages = pages.filter(ends_at__gt=timezone.now()).soonest_first()
        else:
            pages = pages.filter(date__gte=start).newest_first()
        there = issue.items.filter(**{f"{name}__isnull": False}).values(name)
        found = list(pages.exclude(pk__in=there)[: MOST + 1])
        heading = capfirst(model._meta.verbose_name_plural)
        yield Group(name, heading, found[:MOST], len(found) > MOST)


@transaction.atomic
def take_over(issue, chosen):
    """Items for [(name of the kind, primary key, heading or None)], each at the end of its section."""
    list(Issue.objects.select_for_update().filter(pk=issue.pk).values_list("pk"))
    items, new = list(issue.items.all()), []
    for name, number, heading in chosen:
        item = Item(issue=issue, kind=KINDS[name][1], **{f"{name}_id": number})
        items.insert(end_of(items, heading), item)
        new.append(item)
    moved = [item for place, item in enumerate(items) if item.pk and item.position != place]
    for place, item in enumerate(items):
        item.position = place
    for item in new:
        item.save()
    Item.objects.bulk_update(moved, ["position"])
    return new


def end_of(items, heading):
    """The place after what stands under `heading`; without one, after all."""
    if heading not in items:
        return len(items)
    place = items.index(heading) + 1
    while place < len(items) and not items[place].is_section:
        place += 1
    return place


class TakingOver:
    """Mixin of the admin of issues."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.take_over_view)
        address = "<int:number>/take-over/"
        return [path(address, view, name="news_issue_take_over"), *super().get_urls()]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj and change and may_edit_shared(request.user, obj):
            context["take_over"] = self.address_of(obj, "take_over")
        return super().render_change_form(request, context, add, change, form_url, obj)

    def take_over_view(self, request, number):
        issue = get_object_or_404(Issue.objects.select_related("newsletter"), pk=number)
        if not may_edit_shared(request.user, issue):
            raise PermissionDenied
        typed = request.GET.get("since", "")
        since, fault = day(typed)
        since = since or since_last(issue)
        offered = list(groups(issue, since))
        headings = [item for item in issue.items.all() if item.is_section]
        if request.method == "POST":
            if chosen := chosen_of(request.POST, offered, headings):
                record([issue])  # as it was, where nobody has kept that yet
                return self.taken_over(request, issue, take_over(issue, chosen))
            messages.error(request, _("Tick what is to be taken over."))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "page": issue,
            "title": _("Take over what is new"),
            "form": self.address_of(issue, "change"),
            "since": typed if fault else since.isoformat(),
            "fault": fault,
            "groups": [group for group in offered if group.pages],
            "headings": headings,
            "most": MOST,
        }
        return TemplateResponse(request, "admin/news/take_over.html", context)

    def taken_over(self, request, issue, new):
        name = str(Item._meta.verbose_name)
        told = [{"added": {"name": name, "object": str(item)}} for item in new]
        self.log_change(request, issue, told)
        words = ngettext(
            "%(count)s item was taken over.", "%(count)s items were taken over.", len(new)
        )
        messages.success(request, words % {"count": len(new)})
        return redirect(f"{self.address_of(issue, 'change')}#items-group")


def day(typed):
    """(the day that was typed or None, what is wrong with it or "")"""
    if not typed:
        return None, ""
    try:
        found = parse_date(typed)
    except ValueError:  # 31 February
        found = None
    if found and 1900 <= found.year <= 2100:
        return found, ""
    return None, _("This is no date. One looks like this: 2026-01-31")


def chosen_of(posted, offered, headings):
    """What is ticked of what is offered, for `take_over`."""
    by_key = {str(heading.pk): heading for heading in headings}
    ticked = {*posted.getlist("take")}
    return [
        (group.name, page.pk, by_key.get(posted.get(f"under-{group.name}", "")))
        for group in offered
        for page in group.pages
        if f"{group.name}:{page.pk}" in ticked
    ]
