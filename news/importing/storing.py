"""Rows to drafts: an issue with its items, events, speakers and people. All of it or nothing."""

import re
from dataclasses import dataclass, field
from html import escape

from django.db import transaction
from django.utils.text import Truncator

from healthyboost.content.dates import Precision
from healthyboost.content.history import record
from healthyboost.content.languages import column
from healthyboost.content.models import Origin
from healthyboost.editing.slugs import free_slug, make_slug
from partners.models import ContactPerson, Organisation

from ..models import Event, EventSession, Issue, Item, Speaker
from .flattening import plain
from .splitting import BELOW

ZONES = {
    "sv": "Europe/Stockholm",
    "lv": "Europe/Riga",
    "fi": "Europe/Helsinki",
    "ru": "Europe/Moscow",
}
NEW = "*"  # in the place of the slug of an event: a draft of it is made
PARAGRAPH = re.compile(r"<p>(?:(?!</p>).)*</p>\n?", re.S)


@dataclass
class Choice:
    """What a person decided about a Row."""

    row: object
    kind: str
    title: str
    event: str = ""  # slug of one there is, NEW, or ''
    members: list = field(default_factory=list)  # slugs
    people: list = field(default_factory=list)  # of Person
    below: list = field(default_factory=list)  # Choices that become a part of it


def choices_as_found(split, known_events):
    """The Choices that the first screen offers: what was found with some certainty."""
    return [
        Choice(
            row,
            row.kind,
            row.title,
            event_as_found(row, known_events),
            row.members,
            row.people,
        )
        for row in split.rows
    ]


def event_as_found(row, known_events):
    """One of the portal on that day whose title shares a word, or a new one where that is likely."""
    if not row.event or row.kind in (Item.Kind.SECTION, BELOW):
        return ""
    for event in known_events.get(row.number, ()):
        if long_words(row.title) & long_words(*titles_of(event)):
            return event.slug
    return NEW if row.event.is_likely else ""


def titles_of(event):
    return [text for name, text in vars(event).items() if name.startswith("title_") and text]


def long_words(*titles):
    return {word for title in titles for word in re.findall(r"\w{5,}", title.casefold())}


def events_on_these_days(rows):
    """{number of a Row: [Event]} of what the portal has on the first day of each: one query."""
    days = {row.number: row.event.days[0].start for row in rows if row.event}
    sessions = EventSession.objects.filter(start_date__in=set(days.values()))
    by_day = {}
    for session in sessions.select_related("event").order_by("event__slug"):
        events = by_day.setdefault(session.start_date, [])
        if session.event not in events:
            events.append(session.event)
    return {number: by_day[day][:10] for number, day in days.items() if day in by_day}


@transaction.atomic
def store(split, choices, newsletter, language, user=None, came_out=None, number=""):
    """The Issue, a draft like all that belongs to it; only the Choices that are given are kept."""
    issue = Issue(
        newsletter=newsletter,
        number=number,
        organisation=newsletter.publisher,
        source_language=language,
        date=came_out,
        date_precision=Precision.DAY if came_out else Precision.UNKNOWN,
        **texts(language, title=split.title, body=split.intro, origin=Origin.IMPORT),
    )
    wish = make_slug(split.title) or f"{newsletter.slug}-{came_out or ''}".strip("-")
    issue.slug = free_slug(Issue._base_manager, wish)
    issue.save()
    choices = gathered(choices)
    slugs = {slug for choice in choices for slug in choice.members}
    slugs |= {person.organisation for choice in choices for person in people_of(choice)} - {""}
    organisations = Organisation.objects.in_bulk(slugs, field_name="slug")
    chosen = {choice.event for choice in choices} - {"", NEW}
    events = Event.objects.in_bulk(chosen, field_name="slug")
    people = contacts_of(choices, organisations, language)
    new_events, items = [], []
    for position, choice in enumerate(choices):
        body = body_of(choice, people)
        event = events.get(choice.event)
        title = choice.title
        if choice.event == NEW:
            event = new_event(choice, body, issue, organisations)
            new_events.append(event)
            title = body = ""  # they stand there now, and are not copied
        link = link_of(choice)
        items.append(
            Item(
                issue=issue,
                position=position,
                kind=choice.kind,
                event=event,
                link_url=link.link_url if link else "",
                contact=contact_of(choice, people),
                **texts(
                    language, title=title, body=body, link_label=link.link_label if link else ""
                ),
            )
        )
    Item.objects.bulk_create(items)
    Item.members.through.objects.bulk_create(
        Item.members.through(item_id=item.pk, organisation_id=organisations[slug].pk)
        for item, choice in zip(items, choices, strict=True)
        for slug in dict.fromkeys(choice.members)
        if slug in organisations
    )
    new_people = [person for person in people.values() if person.is_new]
    record([issue, *new_events, *new_people], user, said=[{"added": {}}])
    return issue


def texts(language, **fields):
    return {column(name, language): text for name, text in fields.items()}


def gathered(choices):
    """The Choices that become rows; each with those that are a part of it."""
    found = []
    for choice in choices:
        if choice.kind == BELOW and found and found[-1].kind != Item.Kind.SECTION:
            found[-1].below.append(choice)
        else:
            kind = Item.Kind.NEWS if choice.kind == BELOW else choice.kind
            found.append(
                Choice(choice.row, kind, choice.title, choice.event, choice.members, choice.people)
            )
            if kind == Item.Kind.SECTION and (choice.row.body or choice.row.link_label):
                # words below the heading of a section: an item of their own, so that none is lost
                found.append(
                    Choice(
                        choice.row, Item.Kind.NEWS, choice.title, "", choice.members, choice.people
                    )
                )
                found[-2].members, found[-2].people, found[-2].event = [], [], ""
    return found


def people_of(choice):
    return [person for each in [choice, *choice.below] for person in each.people]


def body_of(choice, people):
    """Its text and that of its parts, without the lines that only name its contact."""
    if choice.kind == Item.Kind.SECTION:
        return ""
    body = choice.row.body
    link = link_of(choice)
    for part in choice.below:
        level = min(4, 2 + max(0, part.row.level - choice.row.level - 1))
        body += f"\n<h{level}>{escape(part.title)}</h{level}>\n{part.row.body}"
        if part.row.link_label and part.row is not link:
            body += f"\n<p>{linked(part.row)}</p>"
    if choice.below and choice.row.link_label and choice.row is not link:
        body += f"\n<p>{linked(choice.row)}</p>"
    if contact := contact_of(choice, people):
        lines = {each.line for each in people_of(choice) if each.name == contact.name}
        body = PARAGRAPH.sub(lambda found: "" if plain(found[0]) in lines else found[0], body)
    return body.strip()


def linked(row):
    label = escape(row.link_label)
    return f'<a href="{escape(row.link_url)}">{label}</a>' if row.link_url else label


def link_of(choice):
    """The Row whose link is that of the item: the last one that has any."""
    if choice.kind == Item.Kind.SECTION:
        return None
    rows = [each.row for each in [choice, *choice.below]]
    return next((row for row in reversed(rows) if row.link_label), None)


def contact_of(choice, people):
    """The first contact; an item has one."""
    if choice.kind == Item.Kind.SECTION:
        return None
    return next((people[each.name] for each in people_of(choice) if each.is_contact), None)


def contacts_of(choices, organisations, language):
    """{name: ContactPerson} of the contacts, those that the portal knows by their names included."""
    named = {}
    for choice in choices:
        for person in people_of(choice):
            if person.is_contact:
                named.setdefault(person.name, person)
    found = {}
    for known in ContactPerson.objects.filter(name__in=named).order_by("slug"):
        found.setdefault(known.name, known)
    for known in found.values():
        known.is_new = False
    for name, person in named.items():
        if name not in found:
            new = ContactPerson(
                slug=free_slug(ContactPerson._base_manager, make_slug(name)[:70] or "person"),
                name=name[:120],
                organisation=organisations.get(person.organisation),
                **texts(language, role=person.role[:150]),
            )
            new.save()
            new.is_new, found[name] = True, new
    return found


def new_event(choice, body, issue, organisations):
    """The draft of an event, with its sessions and who speaks there."""
    found, language = choice.row.event, issue.source_language
    publisher = issue.organisation
    event = Event(
        slug=free_slug(Event._base_manager, make_slug(choice.title)),
        organisation=publisher,
        source_language=language,
        kind=found.kind,
        mode=found.mode,
        time_zone=ZONES.get(language, Event._meta.get_field("time_zone").default),
        country=publisher.country if publisher else "",
        **texts(
            language,
            title=choice.title,
            summary=summary_of(body),
            body=body,
            origin=Origin.IMPORT,
        ),
    )
    event.save()
    EventSession.objects.bulk_create(
        EventSession(
            event=event,
            position=position,
            start_date=days.start,
            end_date=days.end,
            start_date_precision=days.precision,
        )
        for position, days in enumerate(found.days)
    )
    Speaker.objects.bulk_create(
        Speaker(
            event=event,
            position=position,
            name=person.name[:120],
            organisation=organisations.get(person.organisation),
            organisation_text="" if person.organisation else person.organisation_text,
            **texts(language, role=person.role),
        )
        for position, person in enumerate(people_of(choice))
        if not person.is_contact
    )
    return event


def summary_of(body):
    """Its first paragraph, for lists; an editor shortens it."""
    first = PARAGRAPH.search(body)
    length = Event._meta.get_field("summary").max_length
    return Truncator(plain(first[0])).chars(min(length, 300)) if first else ""
