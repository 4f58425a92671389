"""What goes out: one page, what the queue shows, or a whole language."""

from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.http import urlencode
from django.utils.text import capfirst

from healthyboost.accounts.rights import languages_of
from healthyboost.content.languages import wording
from healthyboost.content.models import Content, Origin, content_models
from healthyboost.wordings.catalogues import plural_headers

from ..queue import Queue
from ..units import State, translation_in, worded_lookups
from . import strings
from .lines import INTERFACE, Key, Line, Parcel, Sheet, fingerprint

AT_ONCE = 200  # pages read from the database at a time
EVERYTHING, PAGES = "everything", "pages"


@dataclass
class Wish:
    """What somebody wants to take along."""

    user: object
    language: str
    asked: dict  # the query string: that of the queue, and `page`, `part`, `finished`

    @property
    def has_finished(self):
        """Also what needs no work."""
        return bool(self.asked.get("finished"))

    @property
    def part(self):
        part = self.asked.get("part", "")
        return part if part in (PAGES, INTERFACE) else EVERYTHING

    @property
    def queue(self):
        names = ("page", "part", "finished", "format", "download")
        asked = {name: value for name, value in self.asked.items() if name not in names}
        return Queue(self.user, self.language, asked)

    @property
    def only_page(self):
        """The page that is asked for by "news.article:12"; None where there is none of that name."""
        return page_named(self.asked.get("page", ""))

    def pages(self):
        if self.asked.get("page"):
            if page := self.only_page:
                yield from read_whole(type(page)._base_manager.filter(pk=page.pk))
        elif self.part == INTERFACE:
            return
        elif self.has_finished and not self.queue.is_filtered:
            for model in content_models():
                yield from read_whole(model._base_manager.order_by("pk"))
        else:
            yield from pages_of(self.queue.standings)

    def sheets(self):
        """The Sheets that have lines."""
        for page in self.pages():
            if self.language in languages_of(self.user, page):
                sheet = sheet_of_page(page, self.language, self.has_finished)
                if sheet and sheet.lines:
                    yield sheet
        if self.part != PAGES and not self.asked.get("page"):
            ids = None
            queue = self.queue
            if not self.has_finished or queue.is_filtered:
                ids = {string.id for string in queue.strings}
            if ids is None or ids:
                sheet = strings.sheet(self.user, self.language, ids)
                if sheet.lines:
                    yield sheet

    def parcel(self):
        return Parcel(
            self.language,
            settings.SITE_ADDRESS,
            timezone.localtime().isoformat(timespec="seconds"),
            plural_headers(self.language)["django"],
        )


def page_named(name):
    """The page "news.article:12"; None where there is no such page."""
    label, _colon, number = name.partition(":")
    models = {model._meta.label_lower: model for model in content_models()}
    if label not in models or not (number.isascii() and number.isdecimal()) or len(number) > 18:
        return None
    return models[label]._base_manager.filter(pk=number).first()


def name_of(page):
    return f"{page._meta.label_lower}:{page.pk}"


def address_for(page, language):
    """The screen on which `page` can be taken along."""
    query = urlencode({"language": language, "page": name_of(page), "finished": 1})
    return f"{reverse('admin:translate_out')}?{query}"


def pages_of(standings):
    """The pages of these standings; a row that is no page is translated in its form."""
    rows = standings.order_by("content_type", "object_id").values_list("content_type", "object_id")
    by_kind = {}
    for kind, pk in rows:
        by_kind.setdefault(kind, []).append(pk)
    for kind, numbers in by_kind.items():
        model = ContentType.objects.get_for_id(kind).model_class()
        if model and issubclass(model, Content):
            for start in range(0, len(numbers), AT_ONCE):
                several = numbers[start : start + AT_ONCE]
                yield from read_whole(model._base_manager.filter(pk__in=several).order_by("pk"))


def read_whole(pages):
    """With all that hangs on them: as many queries for AT_ONCE of them as for one."""
    lookups = worded_lookups(pages.model)
    return pages.prefetch_related("drafts", *lookups).iterator(AT_ONCE)


def sheet_of_page(page, language, has_finished):
    """None of a page that is first written in this language, or says nothing yet."""
    if page.source_language == language:
        return None
    translation = translation_in(page, language)
    source = translation.source_language
    text, _language = wording(page, "title", source, page.source_language)
    sheet = Sheet(
        name_of(page), text or page.slug, str(capfirst(page._meta.verbose_name)), source,
        settings.SITE_ADDRESS + page.get_absolute_url() if page.url_name else "",
    )  # fmt: skip
    for unit in translation.units:
        if strip_tags(unit.source).strip() and (has_finished or unit.is_to_do):
            sheet.lines.append(line_of(unit, translation, sheet.name))
    return sheet


def line_of(unit, translation, page):
    key = Key(
        translation.source_language,
        translation.language,
        page,
        str(unit.place),
        unit.source_version,
        fingerprint(unit.text, unit.is_rich),
    )
    is_old = unit.state is State.CHANGED
    return Line(
        key, label_of(unit), unit.source, unit.text, unit.is_rich, str(unit.state),
        unit.then if is_old else "", unit.max_length, unit.origin == Origin.MACHINE,
    )  # fmt: skip


def label_of(unit):
    """ "Text 4", "Step: text 2" """
    label = f"{unit.label} {unit.place.number + 1}" if unit.is_rich else unit.label
    if unit.place.part:
        model = apps.get_model(unit.place.part.partition(":")[0])
        label = f"{model._meta.verbose_name}: {label}"
    return str(capfirst(label))
