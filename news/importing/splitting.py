"""Blocks to Rows: what of an old newsletter would become a heading, an item, an event, a person."""

import datetime
import re
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from healthyboost.content.pasting import without_tracking
from healthyboost.content.richtext import clean

from ..models import Event, Item
from .days import days_in
from .flattening import Block, Unreadable, flat, plain
from .people import people_in, without_addresses

MOST_ROWS = 150
BELOW = "below"  # a part of the item above
TITLE = Item._meta.get_field("title").max_length
LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>', re.S)
LINK_ALONE = re.compile(
    r'<p>(?:<strong>|<em>)?<a href="([^"]*)">([^<]*)</a>(?:</strong>|</em>)?[.]?</p>'
)
PICTURE_WORDS = re.compile(r"\[[^\[\]:]{3,20}: ([^\[\]]*)\]")
COUNTING = re.compile(
    r"list-manage\.com/track|/track/click|click\.|awstrack\.me|sendgrid\.net/ls", re.I
)
ONLINE = re.compile(
    r"online|digital|webb?inari|webbsänd|zoom|teams|verkossa|verkkosemin|etänä|tiešsaist|vebinār|"
    r"онлайн|вебинар|дистанционн",
    re.I,
)
HAPPENS = {  # in the order in which they are looked for
    Event.Kind.WEBINAR: r"webb?inari|verkkosemin|tiešsaistes semin|vebinār|вебинар",
    Event.Kind.WORKSHOP: r"workshop|työpaja|darbsemin|darbnīc|рабоч\w+ семинар|мастерск",
    Event.Kind.TRAINING: r"utbildning|kurs(?!iv)|course|training|koulutu|apmācīb|mācīb|обучени|курс",
    Event.Kind.SEMINAR: r"semin[aā]ri|семинар",
    Event.Kind.CONFERENCE: r"konferen[sc]|conferen[cs]|конференц|forum|форум",
    Event.Kind.CAMPAIGN: r"vecka|week|viikko|nedēļa|недел",
    Event.Kind.MEETING: r"möte|meeting|träff|kokous|tapaaminen|sanāksme|tikšan|встреч|заседани",
}
HAPPENS = {kind: re.compile(words, re.I) for kind, words in HAPPENS.items()}


@dataclass
class FoundEvent:
    kind: str
    mode: str
    days: list  # of Days
    is_likely: bool  # its title says that something happens


@dataclass
class Row:
    """A heading of the old newsletter and what stands below it."""

    number: int
    level: int
    title: str
    kind: str  # of Item.Kind, or BELOW
    body: str = ""
    link_label: str = ""
    link_url: str = ""
    event: FoundEvent | None = None
    members: list = field(default_factory=list)  # slugs
    people: list = field(default_factory=list)  # of Person
    notes: list = field(default_factory=list)  # what a person should know of it


@dataclass
class Split:
    title: str
    intro: str
    rows: list
    notes: list
    people: list  # of the words before the first heading


def split(text, language, organisations, came_out=None, address="", title=""):
    """The Split of Markdown or HTML; Unreadable where that cannot be.

    `came_out`: the day of the issue, from which years that are not said are guessed. `address`: where
    the original stood, for links that are not whole.
    """
    found = flat(text)
    blocks, notes = found.blocks, []
    if found.pictures_without_words:
        notes.append(
            ngettext(
                "%(count)s picture has no alternative text and is left out.",
                "%(count)s pictures have no alternative text and are left out.",
                found.pictures_without_words,
            )
            % {"count": found.pictures_without_words}
        )
    own_title, blocks = title_of(blocks)
    if not any(block.level for block in blocks):  # one item, called after its first words
        blocks = [Block(1, Truncator(plain(blocks[0].html)).chars(80)), *blocks]
    heads = [place for place, block in enumerate(blocks) if block.level]
    if len(heads) > MOST_ROWS:
        raise Unreadable(
            _("It has %(count)s headings; %(limit)s is the most. Bring it in by halves.")
            % {"count": len(heads), "limit": MOST_ROWS}
        )
    near = came_out or usual_day(blocks, language)
    intro = Row(0, 0, "", BELOW)
    fill(intro, blocks[: heads[0]], language, organisations, near, address)
    rows = []
    for number, (start, end) in enumerate(zip(heads, [*heads[1:], len(blocks)], strict=True)):
        heading = blocks[start]
        row = Row(number, heading.level, shortened(heading.html), Item.Kind.NEWS)
        inside = blocks[start + 1 : end]
        if row.title != heading.html:  # nothing of it is lost
            row.body = f"<p>{clean(heading.html.replace('<', '&lt;'))}</p>"
        fill(row, inside, language, organisations, near, address)
        rows.append(row)
    give_kinds(rows)
    return Split((title or own_title)[:200], intro.body, rows, notes + intro.notes, intro.people)


def title_of(blocks):
    """(title, the other blocks): the first heading, where none is as high as it."""
    heads = [block for block in blocks if block.level]
    if len(heads) < 2 or any(block.level <= heads[0].level for block in heads[1:]):
        return "", blocks
    return heads[0].html, [block for block in blocks if block is not heads[0]]


def shortened(words):
    return words if len(words) <= TITLE else words[: TITLE - 1].rsplit(" ", 1)[0] + "…"


def usual_day(blocks, language):
    """The middle one of the days that the newsletter names with their years; None where there is none."""
    text = "\n".join(plain(block.html) if not block.level else block.html for block in blocks)
    said = sorted(each.start for each in days_in(text, language) if not each.is_year_guessed)
    return said[len(said) // 2] if said else None


def give_kinds(rows):
    """Which headings are those of sections: the highest, where others follow without words between."""
    levels = sorted({row.level for row in rows})
    highest = [row for row in rows if row.level == levels[0]]
    above = [row for row in highest if leads_others(rows, row)]
    empty = [row for row in above if not row.body and not row.link_label]
    has_sections = len(levels) > 1 and len(empty) * 2 >= len(above) > 0
    items = levels[1] if has_sections else levels[0]
    for row in rows:
        if row.level > items:
            row.kind = BELOW
        elif has_sections and row in empty:
            row.kind = Item.Kind.SECTION
            row.event, row.members = None, []
        else:
            row.kind = kind_of(row)


def leads_others(rows, row):
    following = rows[row.number + 1 : row.number + 2]
    return bool(following) and following[0].level > row.level


def kind_of(row):
    if row.event and row.event.is_likely:
        return Item.Kind.EVENT
    return Item.Kind.MEMBER_NEWS if row.members else Item.Kind.NEWS


def fill(row, blocks, language, organisations, near, address):
    """Read the blocks below a heading into its Row."""
    html = row.body + "\n".join(block.html for block in blocks)
    html, left_out = without_addresses(html)
    # people stand in what was before the addresses went, with their commas
    before = "\n".join(block.html for block in blocks)
    if left_out:
        row.notes.append(
            ngettext(
                "An address or number of a person is left out: %(list)s.",
                "Addresses or numbers of persons are left out: %(list)s.",
                len(left_out),
            )
            % {"list": ", ".join(dict.fromkeys(left_out))[:300]}
        )
    html = with_links(row, html, address)
    row.body = clean(html)
    if words := PICTURE_WORDS.findall(plain(row.body)):
        row.notes.append(
            _(
                "Pictures to add again: %(count)s. Their alternative texts stand in the text in brackets."
            )
            % {"count": len(words)}
        )
    text = f"{row.title}\n{plain(row.body)}"
    row.event = event_in(row.title, text, language, near)
    title_names = organisations.named_in(row.title) + organisations.cities_in(row.title)
    row.members = list(dict.fromkeys([*title_names, *organisations.named_in(plain(row.body))]))
    row.people = people_in(without_addresses(before)[0], organisations, bool(row.event))
    if row.event and any(days.is_year_guessed for days in row.event.days):
        row.notes.append(_("The year is not said: check that of the event."))


def with_links(row, html, address):
    """`html` with links that lead somewhere; the last one, where it stands alone, as that of the item."""
    dead, counted = [], []

    def looked_at(link):
        target, words = link[1].replace("&amp;", "&").strip(), link[2]
        if target.startswith("portal:"):
            return link[0]
        if address and target and not target.startswith("#"):
            target = urljoin(address, target)
        if not leads_somewhere(target):
            dead.append(plain(words) or target)
            return words
        if COUNTING.search(target):
            counted.append(plain(words))
        target = without_tracking(target).replace("&", "&amp;").replace('"', "%22")
        return f'<a href="{target}">{words}</a>'

    alone = list(LINK_ALONE.finditer(html))
    if alone and html[alone[-1].end() :].strip() == "" and plain(alone[-1][2]):
        last = alone[-1]
        row.link_label = plain(last[2])[:200]
        written = looked_at(LINK.search(last[0]))
        if found := LINK.fullmatch(written):
            target = found[1].replace("&amp;", "&")
            row.link_url = target if len(target) <= 500 else ""
        if row.link_url or dead:
            html = html[: last.start()]
        else:
            row.link_label = ""
    html = LINK.sub(looked_at, html)
    if dead:
        row.notes.append(
            ngettext("A link leads nowhere: %(list)s.", "Links lead nowhere: %(list)s.", len(dead))
            % {"list": ", ".join(dict.fromkeys(dead))[:400]}
        )
    if counted:
        row.notes.append(
            _("A link counts who follows it: put the address of the page itself (%(list)s).")
            % {"list": ", ".join(dict.fromkeys(counted))[:300]}
        )
    return html


def leads_somewhere(target):
    """A whole web address. "#", a place to be filled in by a mail program or a script is none."""
    try:
        parts = urlsplit(target)
        host = parts.hostname or ""
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https") and "." in host and not re.search(r"[*|\s<>{}]", target)
    )


def event_in(title, text, language, near):
    """The FoundEvent of an item whose text names days; None where it names none."""
    near = near or datetime.date.today()
    in_title = days_in(title, language, near)
    days = in_title or days_in(text, language, near)
    if not days:
        return None
    kind = next((kind for kind, words in HAPPENS.items() if words.search(title)), None)
    is_likely = bool(kind or in_title)
    kind = kind or next(
        (kind for kind, words in HAPPENS.items() if words.search(text)), Event.Kind.MEETING
    )
    mode = "online" if kind == Event.Kind.WEBINAR or ONLINE.search(text) else ""
    return FoundEvent(kind, mode, days[:10], is_likely)
