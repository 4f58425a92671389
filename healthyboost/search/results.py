"""What is shown of the texts that were found: never more than a visitor may read now."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import get_language

from .reading import Read, read_entries
from .snippets import READ, Sought, marked, piece, places_in, places_to_show


@dataclass
class Result:
    read: Read
    sought: Sought  # what was asked, in the language of the text

    @property
    def page(self):
        return self.read.page

    @property
    def file(self):
        return self.read.file

    @property
    def language(self):
        return self.read.entry.language

    @property
    def is_other(self):
        return self.language != get_language()

    @property
    def url(self):
        """The page in the reader's language where she can read it there, else in that of the text."""
        reader = get_language()
        address = self.page.get_absolute_url()
        if self.page.is_gone_from(reader) and not self.file:
            return f"/{self.language}/{address.split('/', 2)[2]}"
        return address

    @cached_property
    def title(self):
        text = self.page.shown.title if self.file else self.read.title
        return marked(text, [] if self.file else self.in_title)

    @property
    def title_language(self):
        return self.page.shown.language if self.file else self.language

    @cached_property
    def snippet(self):
        return piece(self.read.text[:READ], self.in_text)

    @cached_property
    def in_title(self):
        return places_in(self.read.title, self.sought)

    @cached_property
    def in_text(self):
        return places_to_show(self.read.text, self.sought)

    @cached_property
    def why(self):
        """[(what was asked, what the text says for it)] of the terms that the glossary bridges."""
        said = [saying for _at, _to, saying in (*self.in_title, *self.in_text)]
        typed = [saying.asked for saying in said if not saying.wording]
        bridged = {id(each.asked): each for each in reversed(said) if each.wording}
        return [
            (each.asked.said, each.wording)
            for each in bridged.values()
            if not any(each.asked.covers(item) for item in typed)
        ]


def results(question, found):
    """The Results of these Found, in their order; those that nobody may read any more are left out."""
    read = read_entries(found)
    sought = {
        code: Sought(question.sayings_in(code), code) for code in {each.language for each in found}
    }
    return [Result(read[each.id], sought[each.language]) for each in found if each.id in read]
