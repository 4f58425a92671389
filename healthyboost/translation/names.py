"""Names that the portal knows: how organisations, projects and people are called in two languages."""

import re
from dataclasses import dataclass

from django.apps import apps

from healthyboost.content.languages import column

WORD = re.compile(r"[^\W_]+")
SHORTEST = 4  # letters of a name that is not taken for a word
# In these, names of people from elsewhere are written by their sound.
BY_SOUND = ("lv", "ru")


@dataclass
class Names:
    """`pairs`: [(as the source language says it, as the other does)], the longest first."""

    pairs: list

    @classmethod
    def of(cls, source_language, language):
        """Of everything that is there, with two queries."""
        found = {}
        codes = column("title", source_language), column("title", language)
        organisations, projects = (
            apps.get_model("partners", name)._base_manager.values_list(*codes).order_by()
            for name in ("Organisation", "Project")
        )
        for said, wanted in organisations.union(projects, all=True):
            if said and len(said) >= SHORTEST:
                found.setdefault(said, wanted or said)
        if not {source_language, language} & {*BY_SOUND}:
            people = apps.get_model("partners", "ContactPerson")._base_manager
            found |= {name: name for name in people.values_list("name", flat=True) if " " in name}
        return cls(sorted(found.items(), key=lambda pair: -len(pair[0])))

    def missing(self, source, text):
        """The pairs whose name the source says, and whose other name the text does not."""
        starts = None
        for said, wanted in self.pairs:
            if said not in source:
                continue
            pattern = re.compile(rf"(?<!\w){re.escape(said)}(?!\w)")
            found, source = bool(pattern.search(source)), pattern.sub("", source)
            if not found or said in text:
                continue
            starts = starts or WORD.findall(text.casefold())
            if not all(
                any(is_form(word, base) for word in starts)
                for base in WORD.findall(wanted.casefold())
            ):
                yield said, wanted


def is_form(word, base):
    """Whether `word` may be `base` in another case: the first half of it, at least three letters."""
    stem = base[: max(3, (len(base) + 1) // 2)]
    return word.startswith(stem)
