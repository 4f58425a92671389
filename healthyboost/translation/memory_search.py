"""How was this word translated before? All pairs of the memory that say it, side by side."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from healthyboost.accounts.rights import is_allowed
from healthyboost.content.languages import language_codes
from healthyboost.content.models import content_models
from healthyboost.wordings.saving import languages_for

from .memory import LONGEST_QUESTION, MOST_WORDS, SHORTEST, MemoryEntry, plain_words

PAGE_SIZE, LAST_PAGE = 30, 40


@dataclass
class Question:
    """What is asked for, from the query string; nonsense there asks nothing."""

    asked: dict

    def choice(self, name):
        asked = self.asked.get(name, "")
        return asked if asked in language_codes() else ""

    @property
    def words(self):
        return " ".join(self.asked.get("q", "").replace("\0", "").split())[:LONGEST_QUESTION]

    @cached_property
    def parts(self):
        """Each word by itself; what stands in quotation marks is one."""
        found = re.findall(r"[\"“”„«»]([^\"“”„«»]+)[\"“”„«»]|([^\s\"“”„«»]+)", self.words)
        return [" ".join((phrase or word).split()) for phrase, word in found][:MOST_WORDS]

    @property
    def page(self):
        asked = self.asked.get("page", "")
        return min(int(asked), LAST_PAGE) if re.fullmatch("[1-9][0-9]{0,3}", asked) else 1

    @property
    def fault(self):
        """Why nothing is looked for, in a sentence; "" where it is."""
        if self.words and not any(len(part) >= SHORTEST for part in self.parts):
            return ngettext(
                "Write a word of at least %(count)s letter.",
                "Write a word of at least %(count)s letters.",
                SHORTEST,
            ) % {"count": SHORTEST}
        source, language = self.choice("from"), self.choice("to")
        if source and source == language:
            return _("Choose two different languages.")
        return ""


@dataclass
class Found:
    entry: MemoryEntry
    parts: list
    own_languages: list  # of the interface, that the person may write

    @property
    def source(self):
        return marked(self.entry.source, self.parts)

    @property
    def text(self):
        return plain_words(self.entry.text, self.entry.is_rich)

    @property
    def title(self):
        return self.entry.where[0]

    @property
    def address(self):
        """ "" where it is a string of the interface that she may not open."""
        language = self.entry.pair.partition(">")[2]
        if self.entry.is_interface and language not in self.own_languages:
            return ""
        return self.entry.where[1]


def marked(text, parts):
    """The text as HTML, with what was looked for in <mark>."""
    longest_first = sorted(parts, key=len, reverse=True)
    pieces = re.split(f"({'|'.join(map(re.escape, longest_first))})", text, flags=re.IGNORECASE)
    return format_html_join(
        "",
        "{}",
        ((format_html("<mark>{}</mark>", piece) if number % 2 else piece,)
         for number, piece in enumerate(pieces)),
    )  # fmt: skip


def may_search(user):
    """Whoever may translate something."""
    return any(is_allowed(user, "translate", model) for model in content_models())


def memory_view(site, request):
    if not may_search(request.user):
        raise PermissionDenied
    question, found, has_more = Question(request.GET), [], False
    if question.parts and not question.fault:
        entries = MemoryEntry.objects.saying(
            question.parts, question.choice("from"), question.choice("to")
        )
        start = (question.page - 1) * PAGE_SIZE
        entries = list(entries.select_related("by")[start : start + PAGE_SIZE + 1])
        has_more = len(entries) > PAGE_SIZE and question.page < LAST_PAGE
        own_languages = languages_for(request.user)
        # both ways of a pair may say the word: once is enough
        pairs = {
            (entry.content_type_id, entry.object_id, entry.pair, entry.place): entry
            for entry in reversed(entries[:PAGE_SIZE])
        }
        found = [Found(entry, question.parts, own_languages) for entry in reversed(pairs.values())]
    context = {
        **site.each_context(request),
        "title": _("Translated before"),
        "question": question,
        "source": question.choice("from"),
        "language": question.choice("to"),
        "language_choices": settings.LANGUAGES,
        "found": found,
        "following": question.page + 1 if has_more else None,
        "previous": question.page - 1,
    }
    return TemplateResponse(request, "admin/translation/memory.html", context)


def memory_urls(site):
    view = site.admin_view(lambda request: memory_view(site, request))
    return [path("translate/memory/", view, name="translation_memory")]
