"""The answers to harvesters, for one content type: an app says what its records are.

One record a work, whatever the number of its languages. What was public and is no more stays in
the lists as a deleted record, for good.
"""

import datetime
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Min, Q
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from healthyboost.content.addresses import absolute
from healthyboost.content.datestamps import all_noted_until, deleted, with_datestamp
from healthyboost.content.languages import column, language_codes
from healthyboost.feeds.characters import of_xml

from .protocol import TOKEN_LIFE, Fault, arguments_of, resumed, span_of, token_for

PAGE_SIZE = 50
BIGGEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class Format:
    """A metadata format: its template gets what `describe` of a row returns."""

    schema: str
    namespace: str
    template: str
    describe: callable


@dataclass(frozen=True)
class Set:
    """A set of records; `names` are its names by language."""

    spec: str
    names: dict

    @property
    def elements(self):
        """Its names as elements of Dublin Core."""
        return [("title", name, code) for code, name in self.names.items()]


@dataclass
class Record:
    key: int
    datestamp: datetime.datetime
    sets: list
    row: object = None  # None: deleted


class Repository:
    """A subclass says `model`, `formats` and the four methods below."""

    model = None
    formats = {}

    def sets(self):
        """Every Set that there is."""
        raise NotImplementedError

    def in_set(self, rows, spec):
        """Those of `rows` in the set; None where there is no such set."""
        raise NotImplementedError

    def sets_of(self, row):
        """setSpecs of a row, without those above them."""
        raise NotImplementedError

    def with_relations(self, rows):
        """The queryset with all that describing a row, and its sets, need."""
        raise NotImplementedError

    # Answers

    def answer(self, *sources):
        """The response to a request with these QueryDicts."""
        now, arguments = all_noted_until(), {}
        try:
            arguments = arguments_of(*sources)
            context = getattr(self, arguments["verb"])(arguments)
        except Fault as fault:
            context = {"fault": fault}
            if fault.code in ("badVerb", "badArgument"):
                arguments = {}  # as the protocol wants it: they may be anything
        context |= {"now": stamp(now), "arguments": arguments, "address": self.address}
        context["licence"] = settings.DATA_LICENCE  # of what is said here, not of the works
        with override("en"):
            text = render_to_string("opendata/oai.xml", context)
        return HttpResponse(
            of_xml(text),
            content_type="text/xml; charset=utf-8",
            headers={
                "Cache-Control": "no-cache",  # each answer says when it was given
                "Content-Language": "mul",
                "Access-Control-Allow-Origin": "*",
            },
        )

    @property
    def address(self):
        return absolute(reverse("oai"))

    @property
    def host(self):
        return urlsplit(settings.SITE_ADDRESS).hostname

    def identifier(self, key):
        """The primary key, not the slug: that one may change."""
        return f"oai:{self.host}:{self.model._meta.app_label}/{key}"

    def Identify(self, arguments):
        return {
            "verb": "Identify",
            "email": parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
            "earliest": stamp(self.earliest()),
            "host": self.host if "." in self.host else "",  # the scheme wants a domain
            "example": self.identifier(1),
        }

    def ListMetadataFormats(self, arguments):
        if "identifier" in arguments:
            self.record(arguments["identifier"])
        return {"verb": "ListMetadataFormats", "formats": self.formats}

    def ListSets(self, arguments):
        if "resumptionToken" in arguments:
            raise Fault("badResumptionToken", "The list of sets comes in one piece.")
        return {"verb": "ListSets", "sets": self.sets()}

    def GetRecord(self, arguments):
        record = self.record(arguments["identifier"])
        return {
            "verb": "GetRecord",
            "records": [self.shown(record, self.format_of(arguments))],
        }

    def ListIdentifiers(self, arguments):
        return self.listed(arguments)

    def ListRecords(self, arguments):
        return self.listed(arguments)

    def listed(self, arguments):
        last, sent = 0, 0
        if "resumptionToken" in arguments:
            arguments, last, sent = resumed(arguments)
        shape = self.format_of(arguments)
        records = self.records(arguments, last, PAGE_SIZE + 1)
        if not records and not sent:
            raise Fault("noRecordsMatch", "There are no such records.")
        page, rest = records[:PAGE_SIZE], records[PAGE_SIZE:]
        return {
            "verb": arguments["verb"],
            "records": [
                self.shown(record, shape if arguments["verb"] == "ListRecords" else None)
                for record in page
            ],
            "token": token_for(arguments, page[-1].key, sent + len(page)) if rest else "",
            "is_part": bool(rest or sent),
            "cursor": sent,
            "expires": stamp(timezone.now() + TOKEN_LIFE),
        }

    def format_of(self, arguments):
        prefix = arguments["metadataPrefix"]
        if prefix not in self.formats:
            known = ", ".join(self.formats)
            raise Fault("cannotDisseminateFormat", f"The formats are {known}, not {prefix}.")
        return self.formats[prefix]

    def shown(self, record, shape):
        """What the template shows of a record; without a Format only of its header."""
        shown = {
            "identifier": self.identifier(record.key),
            "datestamp": stamp(record.datestamp),
            "sets": record.sets,
            "is_deleted": not record.row,
        }
        if shape and record.row:
            shown |= {"template": shape.template, "metadata": shape.describe(record.row)}
        return shown

    # Records

    def once_public(self):
        was_public = Q()
        for code in language_codes():
            was_public |= Q(**{f"{column('published_at', code)}__lte": timezone.now()})
        return self.model.objects.filter(was_public)

    def rows(self):
        """Whatever is public or was withdrawn, with `datestamp`."""
        rows = with_datestamp(self.once_public()).defer("body", "made_from")
        return self.with_relations(rows)

    def stones(self):
        """Datestamps of what was public and was then removed, or is a draft again."""
        gone = deleted(self.model)
        back = self.once_public().filter(pk__in=gone.values("object_id"))  # by itself, at its time
        return gone.exclude(object_id__in=back.values("pk"))

    def records(self, arguments, after, size):
        """The next Records in the order of their keys, so that what changes meanwhile moves none."""
        start, end = span_of(arguments)
        rows, stones = self.rows(), self.stones()
        if start:
            rows, stones = rows.filter(datestamp__gte=start), stones.filter(deleted_at__gte=start)
        if end:
            rows, stones = rows.filter(datestamp__lt=end), stones.filter(deleted_at__lt=end)
        asked_set = arguments.get("set")
        if asked_set:
            rows = self.in_set(rows, asked_set)
            if rows is None:
                raise Fault("noRecordsMatch", f"There is no set “{asked_set}”.")
        found = {
            row.pk: self.record_of(row) for row in rows.filter(pk__gt=after).order_by("pk")[:size]
        }
        # In which sets it was is forgotten with the object: it is gone from all of them.
        for stone in stones.filter(object_id__gt=after).order_by("object_id")[:size]:
            sets = [asked_set] if asked_set else []
            found[stone.object_id] = Record(stone.object_id, stone.deleted_at, sets)
        return [found[key] for key in sorted(found)[:size]]

    def record_of(self, row):
        return Record(row.pk, row.datestamp, self.sets_of(row), row if row.languages else None)

    def record(self, identifier):
        """The Record of an identifier; Fault where there never was one."""
        key = identifier.removeprefix(self.identifier(""))
        if key != identifier and key.isascii() and key.isdigit() and int(key) <= BIGGEST_KEY:
            if row := self.rows().filter(pk=key).first():
                return self.record_of(row)
            if stone := self.stones().filter(object_id=key).first():
                return Record(stone.object_id, stone.deleted_at, [])
        raise Fault("idDoesNotExist", f"There is no record {identifier}.")

    def earliest(self):
        """A moment that no datestamp is before."""
        published = [Min(column("published_at", code)) for code in language_codes()]
        first = self.model.objects.order_by().aggregate(*published).values()
        gone = deleted(self.model).aggregate(first=Min("deleted_at"))["first"]
        return min(filter(None, (*first, gone, timezone.now())))


def stamp(moment):
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
