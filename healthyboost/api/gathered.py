"""Everything that some objects of one type say, in a fixed number of queries, however many they are."""

from collections import defaultdict

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils.html import format_html

from healthyboost.content.addresses import absolute, address_of
from healthyboost.content.gathering import gather
from healthyboost.content.hanging import relations_of
from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import Content, Datestamp, Origin
from healthyboost.content.references import LINK, PICTURE, Targets
from healthyboost.media.models import alternative_text
from healthyboost.translation.standing import Standing

from .members import STATES, is_generic, iso, members_of, only_use
from .resources import by_model


class Gathered:
    """Rows of one content type with what they say: `members`, in the language that was asked, or None."""

    def __init__(self, resource, pages, language, members):
        self.resource, self.language, self.members = resource, language, members
        self.told = {}  # what is said again and again: facts of a page in a language, targets
        self.rich = []  # texts whose references are still to be looked up
        self.public_in = {page.pk: page.languages for page in pages}
        self.found_in = {page.pk: page.language_found_in(language) for page in pages}
        # one can have been withdrawn since it was found
        self.pages = [page for page in pages if self.public_in[page.pk] and self.found_in[page.pk]]
        if self.pages:
            self.fetch()

    def fetch(self):
        model, keys = self.resource.model, [page.pk for page in self.pages]
        kind = ContentType.objects.get_for_model(model)
        mine = {"content_type": kind, "object_id__in": keys}
        wanted = {
            "stamps": Datestamp.objects.filter(**mine),
            "standings": Standing.objects.filter(**mine),
        }
        hanging = [each.name for each in self.members if each.kind == "rows"]
        below = dict(rows_below(model, keys, mine, hanging))
        wanted |= {name: queryset for name, (queryset, _owner) in below.items()}
        for field in model._meta.many_to_many:
            owned = {f"{field.m2m_field_name()}__in": keys}
            wanted[f"m2m {field.name}"] = field.remote_field.through.objects.filter(**owned)
        found = gather(**wanted)
        self.stamps = {each.object_id: each for each in found["stamps"]}
        self.standings = {(each.object_id, each.language): each for each in found["standings"]}
        self.rows, self.links = defaultdict(list), defaultdict(set)
        for name, (_queryset, owner) in below.items():
            for row in found[name]:
                self.rows[name, getattr(row, owner)].append(row)
        for field in model._meta.many_to_many:
            owner, target = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
            for row in found[f"m2m {field.name}"]:
                self.links[field.name, getattr(row, owner)].add(getattr(row, target))
        self.set_owners(model, self.pages)
        self.fetch_targets([*self.pages, *(row for name in below for row in found[name])])

    def set_owners(self, model, rows, page=None, prefix=""):
        """Each row that hangs on a page has the languages of that page."""
        for row in rows:
            row.page_around = page or row
            row.place_below = prefix
            for name, (related, _keys) in relations_of(model).items():
                key = f"{prefix}{name}"
                self.set_owners(
                    related, self.rows.get((key, row.pk), ()), row.page_around, f"{key} "
                )

    def fetch_targets(self, rows):
        keys = defaultdict(set)
        for row in rows:
            for member in members_of(type(row)):
                if member.kind == "one":
                    keys[member.field.related_model].add(getattr(row, member.field.attname))
                elif member.kind == "many":
                    keys[member.field.related_model] |= self.links[member.name, row.pk]
        models = {model.__name__: model for model in keys}
        found = gather(
            **{
                name: targets(model).filter(pk__in=keys[model] - {None})
                for name, model in models.items()
            }
        )
        self.targets = {
            model: {row.pk: row for row in found[name] if self.is_shown(row)}
            for name, model in models.items()
        }

    def is_shown(self, target):
        if not isinstance(target, Content):
            return True
        language = self.language
        return bool(target.languages) and not (language and target.is_gone_from(language))

    # What the members of an object ask

    def texts(self, row, name, mark):
        """Texts of a translated field, in the languages that are to be said."""
        page = getattr(row, "page_around", None)
        codes = self.public_in[page.pk] if page else language_codes()
        if told := self.told_by(row):
            codes = [code for code in codes if code in self.languages_of(told)]
        elif self.language:
            codes = self.wished(page, row, name, codes)
        said = []
        for code in codes:
            if text := getattr(row, column(name, code)):
                entry = {mark: text, **(self.facts(page, code) if page else {"language": code})}
                said.append(entry)
                if mark == "html":
                    self.rich.append(entry)
        return said

    def told_by(self, row):
        """The page that a row stands for: its own words are read only where that page is."""
        for name in getattr(row, "told_pages", ()):
            if number := getattr(row, f"{name}_id"):
                return self.targets[row._meta.get_field(name).related_model][number]

    def wished(self, page, row, name, codes):
        """The one language in which a reader of the asked one gets this text, in a list."""
        if page is row:
            return [self.found_in[page.pk]]
        own = (self.found_in[page.pk], page.source_language) if page else ()
        wished = dict.fromkeys([self.language, *own, "en", *codes])
        return [code for code in wished if code in codes and getattr(row, column(name, code))][:1]

    def facts(self, page, code):
        """How the text in `code` came to be, and how it stands with it."""
        if (page.pk, code) not in self.told:
            self.told[page.pk, code] = self.facts_told(page, code)
        return self.told[page.pk, code]

    def facts_told(self, page, code):
        standing = self.standings.get((page.pk, code))
        stamp = self.stamps.get(page.pk)
        is_original = code == page.source_language
        moments = (
            getattr(page, column("published_at", code)),
            getattr(stamp, column("changed_at", code), None),
        )
        known = (
            standing and standing.state in STATES
        )  # counted a moment later than it was published
        return {
            "language": code,
            "origin": getattr(page, column("origin", code)) or Origin.HUMAN.value,
            "state": "original" if is_original else standing.state if known else "unknown",
            "is_original": is_original,
            "changed_at": iso(max(moment for moment in moments if moment)),
        }

    def target(self, row, field):
        found = self.targets.get(field.related_model, {}).get(getattr(row, field.attname))
        if found and field.name in getattr(row, "told_pages", ()):
            return self.said_of_target(found) | self.told_of_page(found)
        return self.said_of_target(found) if found else None

    def linked(self, row, field):
        keys = self.links[field.name, row.pk]
        found = self.targets.get(field.related_model, {})
        return [self.said_of_target(target) for key, target in found.items() if key in keys]

    def said_of_target(self, target):
        key = type(target), target.pk
        if key not in self.told:
            self.told[key] = self.target_told(target)
        return self.told[key]

    def target_told(self, target):
        if isinstance(target, Content):
            return self.reference(target)
        return {each.name: each.value(target, self) for each in members_of(type(target))}

    def languages_of(self, page):
        """Those in which a page that something leads to is said."""
        return [page.language_found_in(self.language)] if self.language else page.languages

    def told_of_page(self, page):
        summary = {code: getattr(page, column("summary", code)) for code in self.languages_of(page)}
        return {
            "summary": [{"text": text, "language": code} for code, text in summary.items() if text],
            "pages": addresses_in(page, page.languages),
        }

    def reference(self, page):
        codes = self.languages_of(page)
        resource = by_model()[type(page)]
        return {
            "type": resource.type_name,
            "id": page.pk,
            "slug": page.slug,
            "url": resource.address_of(page),
            "title": [
                {"text": getattr(page, column("title", code)), "language": code} for code in codes
            ],
        }

    def children(self, row, name):
        """Rows that hang on it; without those whose other side no visitor may see."""
        said = []
        rows = self.rows.get((f"{row.place_below}{name}", row.pk), ())
        for child in rows:
            use = only_use(type(child))
            if use:
                found = self.target(child, use)
                said += [found] if found else []
            elif not self.is_hidden(child):
                said.append(
                    {each.name: each.value(child, self) for each in members_of(type(child))}
                )
        return said

    def is_hidden(self, row):
        return any(
            each.kind == "one"
            and getattr(row, each.field.attname)
            and issubclass(each.field.related_model, Content)
            and getattr(row, each.field.attname) not in self.targets[each.field.related_model]
            for each in members_of(type(row))
        )

    # The objects

    def objects(self):
        """What each page says, in the order of the pages."""
        said = [self.said_of(page) for page in self.pages]
        self.look_up_references()
        return said

    def said_of(self, page):
        public = self.public_in[page.pk]
        known = {
            "type": self.resource.type_name,
            "id": page.pk,
            "slug": page.slug,
            "url": self.resource.address_of(page),
            "pages": addresses_in(page, public),
            "languages": public,
            "changed_at": iso(page.datestamp),
        }
        return known | {each.name: each.value(page, self) for each in self.members}

    def look_up_references(self):
        """Texts name pages and pictures: what a program gets are addresses that lead there."""
        html = [entry["html"] for entry in self.rich]
        if not any("portal:" in text or "data-picture=" in text for text in html):
            return
        targets = Targets("\n".join(html))
        for entry in self.rich:
            entry["html"] = with_addresses(entry["html"], entry["language"], targets)


def addresses_in(page, codes):
    """{language: address of the page}: they differ in the language alone."""
    root, _language, rest = address_of(page, codes[0]).removeprefix(absolute("")).split("/", 2)
    return {code: absolute(f"{root}/{code}/{rest}") for code in codes}


def rows_below(model, keys, owner, names):
    """(name, (queryset, attribute that says whose each row is)) of what hangs on some pages by `names`.

    `owner` is the condition of generic relations; the rows of rows are found through their owners.
    """
    for name in names:
        related, _keys = relations_of(model)[name]
        if is_generic(model, name):
            yield name, (related.objects.filter(**owner), "object_id")
        else:
            up = model._meta.get_field(name).field
            yield from rows_of_rows(related, up, f"{up.name}__in", keys)


def rows_of_rows(model, up, lookup, keys, prefix=""):
    name = f"{prefix}{up.remote_field.related_name}"
    yield name, (model.objects.filter(opened(model), **{lookup: keys}), up.attname)
    for each in getattr(model, "parts", ()):
        below = model._meta.get_field(each).field
        yield from rows_of_rows(below.model, below, f"{below.name}__{lookup}", keys, f"{name} ")


def targets(model):
    """What may be shown of a model behind a foreign key."""
    if issubclass(model, Content):
        return model.objects.for_lists().order_by("pk")
    return model.objects.filter(opened(model))


def opened(model):
    """Q: rows that may be shown."""
    return getattr(model, "open_rows", Q())


def with_addresses(html, language, targets):
    """`html` with the addresses of the pages and pictures that it names."""
    html = LINK.sub(lambda link: linked(link, targets.page(link), language), html)
    return PICTURE.sub(
        lambda named: shown_picture(targets.pictures.get(named["name"]), language), html
    )


def linked(link, page, language):
    """The link; its mere words where there is nothing that a reader of `language` may see."""
    found = page and page.language_found_in(language)
    if not found:
        return link["words"]
    address = address_of(page, found if page.is_gone_from(language) else language)
    start = f'<a {link["before"]}href="{address}{link["anchor"] or ""}"{link["after"]}>'
    return f"{start}{link['words']}</a>"


def shown_picture(picture, language):
    if not picture:
        return ""
    alt, _code = alternative_text(picture, language)
    size = picture.width, picture.height
    return format_html(
        '<img src="{}" width="{}" height="{}" alt="{}">', absolute(picture.file.url), *size, alt
    )
