"""What a feed says of the items of issues: as on the page, with the pages of the portal that they show."""

from healthyboost.content.gathering import gather

from .newsletters import PAGES, Item, listed
from .readings import readable


def put_sections(entries):
    """Hang their sections on the entries of issues: one query, however many there are."""
    rows = [(entry, item) for entry in entries for item in entry.parts["items"]]
    wanted = {
        name: {getattr(item, f"{name}_id") for _entry, item in rows} - {None} for name in PAGES
    }
    found = gather(
        **{
            name: listed(Item._meta.get_field(name).related_model).filter(pk__in=wanted[name])
            for name in PAGES
            if wanted[name]
        }
    )
    for entry, item in rows:
        item.issue = entry.page
        for name in PAGES:
            pages = {page.pk: page for page in found.get(name, ())}
            setattr(item, name, pages.get(getattr(item, f"{name}_id")))
    for entry in entries:
        entry.sections = readable(entry.parts["items"], entry.language)
