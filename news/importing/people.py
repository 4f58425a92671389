"""The people and organisations that a text names, and the addresses that may not be taken over."""

import re
from dataclasses import dataclass

from django.utils.functional import cached_property

from healthyboost.content.languages import column, language_codes
from partners.models import Organisation

from .flattening import plain

UPPER = "A-ZÅÄÖÆØÜĀČĒĢĪĶĻŅŠŪŽÕŁŚŻĆА-ЯЁ"
WORD = rf"[{UPPER}][^\W\d_]+(?:[-’'][^\W\d_]+)*"
NAME = rf"{WORD}(?: (?:av|af|von|de|van))?(?: {WORD}){{1,2}}"
A_NAME = re.compile(NAME)
# What says that a person follows whom one may ask.
CONTACT = re.compile(
    r"(?:kontakt(?:person|personer|a|i|persona|personas)?|contacts?(?: persons?)?|yhteyshenkilöt?|"
    r"yhteystiedot|lisätietoja(?: antaa)?|контакт(?:ы|ное лицо|ные лица)?|"
    r"(?:vid frågor|för mer information|mer information|more information|further information|"
    r"papildu informācija|подробнее)[^:<]{0,30}(?=:))"
    r"(?: (?:gärna|till|at|to|us))?\s*[:–—-]?\s*",
    re.I,
)
FROM = r"(?:från|vid|på|i|from|at|of|no|из|от)"
LINES = re.compile(r"</?(?:p|li|ul|ol|blockquote)>|<br>")

EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
PHONE = re.compile(
    r"(?<![\w./:+-])(?:\+\d{1,3}|\(?0\d{1,3}\)?)(?:[ \u00a0/()–-]{0,2}\d){5,11}(?!\w)"
)
TOLD = re.compile(
    r"(?<!\w)(?:e-?post(?:adress)?|e-?mails?|mejl|sähköposti|e-pasts|электронная почта|эл\. почта|почта|"
    r"tel(?:efon|efonnummer|ephone|efons)?|puh(?:elin)?|tālr(?:unis)?|тел(?:ефон)?|phone|mobil(?:e|nummer)?)"
    r"\s*[.:]*\s*\Z",
    re.I,
)
MAIL_LINK = re.compile(r'<a href="(?:mailto|tel):[^"]*">(.*?)</a>', re.S)
TAG = re.compile(r"(<[^>]*>)")
LEFT_OVER = re.compile(r"\(\s*\)|(?:\s*[,;|]\s*)+(?=[,;|]|\s*[.)]|\s*\Z)")
NO_WORDS = re.compile(r"<(p|li)>(?:[\s,;:|.()–-]|<br>|</?(?:strong|em)>)*</\1>")


@dataclass
class Person:
    """Somebody named with a role; an address is never kept."""

    name: str
    role: str = ""
    organisation: str = ""  # slug of one of the portal
    organisation_text: str = ""  # where it has no page here
    is_contact: bool = False  # else somebody who speaks
    line: str = ""  # where a contact was named

    @property
    def words(self):
        return ", ".join(filter(None, [self.name, self.role, self.organisation_text]))


def without_addresses(html):
    """`html` without e-mail addresses and telephone numbers; and these."""
    found = []

    def take(text):
        for pattern in (EMAIL, PHONE):
            while match := pattern.search(text):
                found.append(match[0])
                before = TOLD.sub("", text[: match.start()].rstrip(" \u00a0"))
                text = f"{before} {text[match.end() :]}"
        return text

    if "@" not in html and not PHONE.search(html) and "mailto:" not in html:
        return html, found
    html = MAIL_LINK.sub(r"\1", html)
    pieces = TAG.split(html)
    for place in range(0, len(pieces), 2):  # between the marks
        before = len(found)
        text = take(pieces[place])
        if len(found) > before:
            text = LEFT_OVER.sub("", re.sub(r" {2,}", " ", text))
            if TOLD.search(text):
                text = TOLD.sub("", text)
        pieces[place] = text
    return NO_WORDS.sub("", "".join(pieces)), found


class KnownOrganisations:
    """The organisations of the portal by all their names: one query."""

    def __init__(self, publisher=None):
        self.publisher = publisher.slug if publisher else ""  # is not what an item is about
        names = [column("title", code) for code in language_codes()]
        cities = [column("city", code) for code in language_codes()]
        self.titles, self.names, self.cities = {}, {}, {}
        rows = Organisation.objects.order_by("slug").values(
            "slug", "kind", "abbreviation", "native_name", *names, *cities
        )
        for row in rows:
            own = [row[name] for name in names] + [row["native_name"]]
            self.titles[row["slug"]] = next(filter(None, own), row["slug"])
            for name in filter(None, own):
                self.names.setdefault(name, row["slug"])
                short = re.sub(r"\s*\([^)]*\)$", "", name)  # "… (SKR)"
                self.names.setdefault(short, row["slug"])
                for letters in re.findall(r"\(([^()]{2,10})\)$", name):
                    self.names.setdefault(letters, row["slug"])
            if len(row["abbreviation"]) > 1:
                self.names.setdefault(row["abbreviation"], row["slug"])
            if row["kind"] in ("city", "municipality"):
                for city in cities:
                    if row[city]:
                        self.cities.setdefault(row[city], row["slug"])

    @cached_property
    def pattern(self):
        return self.alternatives(self.names)

    @cached_property
    def city_pattern(self):
        return self.alternatives(self.cities)

    @staticmethod
    def alternatives(names):
        """Longer names first; short ones, which are abbreviations, with their capitals."""
        longest_first = sorted(filter(None, names), key=len, reverse=True)
        words = "|".join(
            re.escape(name) if len(name) < 6 else f"(?i:{re.escape(name)})"
            for name in longest_first
        )
        return re.compile(rf"(?<!\w)(?:{words})(?!\w)") if words else re.compile(r"(?!)")

    @cached_property
    def slugs(self):
        return {name.casefold(): slug for name, slug in self.names.items()}

    def slug_of(self, name):
        return self.slugs.get(name.strip(" .").casefold(), "")

    def named_in(self, text):
        """Slugs of the organisations that `text` names, in its order; not that of the publisher."""
        named = (self.slugs.get(each[0].casefold()) for each in self.pattern.finditer(text))
        return [slug for slug in dict.fromkeys(named) if slug and slug != self.publisher]

    def cities_in(self, text):
        """Slugs of those that are the city which `text` names."""
        named = (
            self.cities[each[0]]
            for each in self.city_pattern.finditer(text)
            if each[0] in self.cities
        )
        return list(dict.fromkeys(named))


def people_in(html, organisations, with_speakers=False):
    """The People named in lines of their own, and before the name of an organisation."""
    found, is_contact = [], False
    for line in LINES.split(html):
        text = plain(line)
        if not text:
            continue
        label = CONTACT.match(text)
        if label and not (rest := text[label.end() :].strip()):
            is_contact = True  # the name follows in the next line
            continue
        if label and (person := person_of(rest, organisations)):
            found.append(person)
            person.is_contact, person.line = True, text
        elif is_contact and (person := person_of(text, organisations)):
            found.append(person)
            person.is_contact, person.line = True, text
        elif with_speakers:
            person = person_of(text, organisations) if len(text) < 160 and "," in text else None
            found += [person] if person else before_organisations(text, organisations)
        is_contact = False
    return list({person.name: person for person in reversed(found)}.values())[::-1]


def person_of(text, organisations):
    """The Person of "Name, role, organisation" or "Name (organisation)"; None where it is no such line."""
    name = A_NAME.match(text)
    if not name:
        return None
    rest = text[name.end() :]
    if rest and not re.match(rf"\s*[,(–—|]|\s+-\s|\s+{FROM}\s|\s*\.?\s*\Z", rest):
        return None
    parts = [part.strip(" .()") for part in re.split(r"[,;|(]|\s[–—-]\s", rest)]
    parts = [re.sub(rf"^{FROM}\s+(?=[{UPPER}])", "", part) for part in parts if part]
    if len(parts) > 4 or any(len(part) > 120 for part in parts):
        return None
    person, roles = Person(name[0]), []
    for part in parts:
        if not person.organisation and (slug := organisations.slug_of(part)):
            person.organisation = slug
            person.organisation_text = part
        else:
            roles.append(part)
    if not person.organisation and roles and re.match(rf"[{UPPER}]", roles[-1]):
        person.organisation_text = roles.pop()
    person.role = ", ".join(roles)[:150]
    person.organisation_text = person.organisation_text[:150]
    return person


def before_organisations(text, organisations):
    """ "Ida Grindsjö från Borås stad och Martin Lidhamn, SKR": one Person for each organisation."""
    found, start = [], 0
    for named in organisations.pattern.finditer(text):
        before = text[max(start, named.start() - 120) : named.start()]
        if match := re.search(
            rf"({NAME})(?:,([^,.;()]{{2,60}}))?(?:,|\s*\(|\s+{FROM})\s*$", before
        ):
            role = (match[2] or "").strip()
            slug = organisations.slugs[named[0].casefold()]
            found.append(Person(match[1], role, slug, named[0]))
        start = named.end()
    return found
