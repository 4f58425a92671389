"""Events: the list, a month of the calendar, the page of one, files for calendars."""

import calendar
import datetime

from django.db.models import Max, Min
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext, override, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import etag, require_safe

from healthyboost.content.addresses import absolute
from healthyboost.content.asked import reads
from healthyboost.content.dates import say_date
from healthyboost.content.filters import Choice, Filter, row_choices
from healthyboost.content.gathering import gather
from healthyboost.content.kept import kept
from healthyboost.content.models import Theme, public_in
from healthyboost.content.places import COUNTRIES
from healthyboost.content.views import ContentDetail, ContentList
from partners.models import Organisation

from .calendar_files import calendar_of, hash_of
from .events import Event, EventSession
from .linked_data import event_facts
from .models import Article
from .times import elsewhere, say_days, say_session, say_sessions

FIRST_YEAR, LAST_YEAR = 1990, 2100  # of the months that there are pages of


class EventList(ContentList):
    """What is to come, soonest first; `?when=past`: what was, newest first."""

    model = Event
    reads = (*ContentList.reads, "when", "theme", "country", "kind")

    @property
    def is_past(self):
        return self.request.GET.get("when") == "past"

    def get_queryset(self):
        events = Event.objects.published().for_lists()
        return events.past().newest_first() if self.is_past else events.upcoming().soonest_first()

    def rows_from(self, rows, start):
        return rows.newest_from(start) if self.is_past else rows.soonest_from(start)

    def filters(self):
        themes, countries = themes_and_countries()
        return [
            Filter(
                "when",
                pgettext("filter of events", "When"),
                _("Coming events"),
                [Choice("past", _("Past events"))],
                lambda rows, value: rows,
            ),
            Filter(
                "theme",
                _("Topic"),
                _("All topics"),
                themes,
                lambda rows, row: rows.filter(themes=row.pk),
            ),
            Filter(
                "country",
                _("Country"),
                _("All countries"),
                [Choice(code, str(name)) for code, name in COUNTRIES if code in countries],
                "country",
            ),
            Filter(
                "kind",
                _("Type"),
                _("All types"),
                [Choice(value, capfirst(label)) for value, label in Event.Kind.choices],
                "kind",
            ),
        ]

    def with_relations(self, events):
        with_sessions(events)
        for event in events:
            event.heading = (
                (
                    timezone.localtime(event.date).year
                    if self.is_past
                    else say_date(event.date, "month")
                )
                if event.date
                else _("Date not known")
            )
        return events

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if not context["items"] and not context["is_filtered"] and not context["faults"]:
            context["lately"] = with_sessions(
                list(Event.objects.published().for_lists().past().newest_first()[:5])
            )
        today = timezone.localdate()
        kept = {name: value for name, value in context["kept"].items() if name == "theme"}
        return context | {
            "is_past": self.is_past,
            "month_url": reverse("events:month", args=[today.year, today.month]),
            **calendar_addresses(kept.get("theme")),
        }

    def count_words(self, count):
        return ngettext("%(count)s event", "%(count)s events", count)


@kept
def themes_and_countries():
    """Choices of themes, and the codes of the countries of all events."""
    found = gather(
        themes=Theme.objects.filter(kind=Theme.Kind.AREA),
        countries=Event.objects.published().only("country").distinct("country").order_by("country"),
    )
    return list(row_choices(found["themes"])), {each.country for each in found["countries"]}


def with_sessions(events):
    """The events, each with its sessions in words; one query for all."""
    rows = EventSession.objects.filter(event__in=[event.pk for event in events]) if events else []
    sessions = {}
    for session in rows:
        sessions.setdefault(session.event_id, []).append(session)
    for event in events:
        lines = say_sessions(sessions.get(event.pk, []), event.zone)
        if len(lines) == 1 and event.date:  # the list says the day itself
            day = say_date(event.date, event.date_precision)
            lines = [lines[0].removeprefix(f"{day}, ")]
        event.said_sessions = lines
    return events


def said(sessions, event):
    """Sessions with their `days`, those and the hours as `said`, `elsewhere`: hours in other cities."""
    for session in sessions:
        session.event = event
        session.days = say_days(session)
        session.said = say_session(session, event.zone)
        session.elsewhere = elsewhere(session, event.zone)
        session.begins, session.ends = session.starts_at(event.zone), session.ends_at(event.zone)
    return sessions


def calendar_addresses(theme=None):
    """Where to get the file of all events in this language, and where a calendar subscribes to it."""
    path = reverse("events:calendar") + (f"?theme={theme}" if theme else "")
    address = absolute(path)
    return {"calendar_url": path, "webcal_url": "webcal" + address[address.index(":") :]}


# A month


@reads()
@require_safe
def month(request, year, month):
    """The days of a month in weeks, with what happens on each."""
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
        raise Http404("no such month")
    first = datetime.date(year, month, 1)
    after = (first + datetime.timedelta(days=31)).replace(day=1)
    last = after - datetime.timedelta(days=1)
    sessions = list(
        EventSession.objects.filter(
            start_date__lt=after, event__in=Event.objects.published().values("pk")
        )
        .exclude(end_date__lt=first)
        .exclude(end_date__isnull=True, start_date__lt=first)
        .order_by("start_date", "start_time", "id")[:500]
    )
    events = {
        event.pk: event
        for event in Event.objects.for_lists().filter(pk__in={each.event_id for each in sessions})
    }
    days, begins, undated = {}, {}, []
    for session in sessions:
        session = said([session], events[session.event_id])[0]
        if not session.is_to_the_day:
            undated.append(session)
            continue
        here = max(session.start_date, first)
        begins.setdefault(here, []).append(session)
        for number in range(here.toordinal(), min(session.last_day, last).toordinal() + 1):
            days.setdefault(number, []).append(session)
    weeks = [
        [(day, days.get(day.toordinal(), []) if day.month == month else []) for day in week]
        for week in calendar.Calendar().monthdatescalendar(year, month)
    ]
    return render(
        request,
        "news/event_month.html",
        {
            "first": first,
            "title": capfirst(say_date(first, "month")),
            "weeks": weeks,
            "weekdays": [(WEEKDAYS_ABBR[number], WEEKDAYS[number]) for number in range(7)],
            "undated": undated,
            "days": sorted(begins.items()),
            "today": timezone.localdate(),
            **neighbours(first, after),
            **calendar_addresses(),
        },
    )


def neighbours(first, after):
    """{"earlier", "later"}: {"url", "title"} of the months beside one, as far as there are events."""
    found = EventSession.objects.filter(event__in=Event.objects.published().values("pk")).aggregate(
        first=Min("start_date"), last=Max(Coalesce("end_date", "start_date"))
    )
    today = timezone.localdate()
    return {
        "earlier": month_link(first - datetime.timedelta(days=1))
        if min(found["first"] or today, today) < first
        else None,
        "later": month_link(after) if max(found["last"] or today, today) >= after else None,
    }


def month_link(day):
    """{"url", "title"} of the page of a month; None where there is none."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    return {
        "url": reverse("events:month", args=[day.year, day.month]),
        "title": capfirst(say_date(day, "month")),
    }


@reads()
@require_safe
def this_month(request):
    today = timezone.localdate()
    return month(request, today.year, today.month)


# One event


class EventDetail(ContentDetail):
    model = Event
    select_related = ("organisation", "pilot", "project", "series")

    def gathered(self, page):
        events = Event.objects.published().for_lists()
        return {
            "sessions": page.sessions.all(),
            "speakers": page.speakers.all(),
            "organisers": Organisation.objects.published()
            .for_lists()
            .filter(events=page)
            .order_by("slug"),
            "speaking": Organisation.objects.published()
            .for_lists()
            .filter(speakers__event=page)
            .order_by("slug")
            .distinct(),
            "parts_of_series": events.filter(series=page).soonest_first(),
            "siblings": events.filter(series=page.series_id).exclude(pk=page.pk).soonest_first()
            if page.series_id
            else events.none(),
            "articles": Article.objects.published()
            .for_lists()
            .filter(event=page)
            .newest_first()[:6],
        }

    def linked_data(self, context):
        return event_facts(self.page, context["shown"].language, context)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        sessions = said(context["sessions"], self.page)
        is_cancelled = self.page.state == Event.State.CANCELLED
        organisations = {each.pk: each for each in context["speaking"]}
        for speaker in context["speakers"]:
            speaker.from_organisation = organisations.get(speaker.organisation_id)
        series = [*context["parts_of_series"], *context["siblings"]]
        return context | {
            "series_events": with_sessions(series) if series else [],
            "is_over": self.page.is_over(),
            "can_register": self.page.can_register(),
            "has_several_hours": len({each.said for each in sessions if each.begins}) > 1,
            # Who has a cancelled event in the calendar is told by the file; nobody adds it now.
            "has_calendar": not is_cancelled and any(each.is_to_the_day for each in sessions),
            "file_url": file_address(self.page, context["shown"].language),
        }


# Files for calendars


def file_address(event, language):
    with override(language):
        return reverse("events:file", args=[event.slug])


def public_here(slug=None, theme=None):
    """Events whose text in the active language is public, for calendars: the last year and what comes."""
    events = Event.objects.filter(public_in(get_language()))
    if slug:
        return events.filter(slug=slug)
    since = timezone.now() - datetime.timedelta(days=366)
    events = events.filter(ends_at__gt=since).soonest_first()
    return events.filter(themes__slug=theme) if theme else events


@reads()
@require_safe
def event_file(request, slug):
    """One event, for a calendar."""
    events = list(public_here(slug))
    if not events:
        raise Http404("no such event in this language")
    return calendar_file(request, events, slug)


@reads("theme")
@require_safe
def calendar_feed(request):
    """All events in a language, or those of a theme: calendars subscribe to it."""
    theme = request.GET.get("theme", "")
    if theme and not Theme.objects.filter(slug=theme[:80]).exists():
        raise Http404("no such theme")
    return calendar_file(request, list(public_here(theme=theme)[:1000]), "calendar")


def calendar_file(request, events, name):
    content = calendar_of(events, get_language())

    @etag(lambda request: f'"{hash_of(content)}"')
    def answer(request):
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = f'inline; filename="{name}.ics"'
        response["Content-Language"] = get_language()
        response["Cache-Control"] = "public, no-cache"
        return response

    return answer(request)
