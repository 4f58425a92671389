"""What readers of one language get of an issue: its sections, with the facts of the pages they show."""

import re

from healthyboost.content.gathering import gather
from healthyboost.content.languages import language_codes
from materials.models import Material, MaterialVersion

from .events import Event, EventSession
from .newsletters import reading_of, sections_of
from .times import say_sessions

HEADING = re.compile(r"(</?h)([3-6])(?=[ >])")


def readable(items, language):
    """Sections as a reader of `language` gets them: `.reading` on each item and heading; what nobody
    may read is left out, and a heading with nothing under it."""
    for item in items:
        item.reading = reading_of(item, language)
    sections = sections_of([item for item in items if item.reading])
    for section in sections:
        for item in section.items if not section.heading else ():
            if item.reading.is_rich:
                item.reading.body = raised(item.reading.body)
    return [section for section in sections if section.items]


def raised(html):
    """Rich text of an item with its headings one level up: no heading stands above that item."""
    return HEADING.sub(lambda tag: f"{tag[1]}{int(tag[2]) - 1}", html)


def with_facts(sections):
    """The sections, each item with the `said_sessions` of the event and the `file_languages` of the
    material that it shows; one query."""
    items = [item for section in sections for item in section.items]
    events = [item.page for item in items if isinstance(item.page, Event)]
    materials = [item.page for item in items if isinstance(item.page, Material)]
    found = gather(
        sessions=EventSession.objects.filter(event__in=[each.pk for each in events]),
        versions=MaterialVersion.objects.filter(material__in=[each.pk for each in materials]),
    )
    for item in items:
        item.said_sessions, item.file_languages = [], []
        if isinstance(item.page, Event):
            sessions = [each for each in found["sessions"] if each.event_id == item.page.pk]
            item.said_sessions = say_sessions(sessions, item.page.zone)
        if isinstance(item.page, Material):
            there = {
                each.language for each in found["versions"] if each.material_id == item.page.pk
            }
            order = [*language_codes(), *sorted(there)]
            item.file_languages = [code for code in dict.fromkeys(order) if code in there]
    return sections
