"""What a harvester may ask: the arguments of OAI-PMH 2.0, its errors, its resumption tokens.

https://www.openarchives.org/OAI/openarchivesprotocol.html, sections 2.5, 3 and 4.
"""

import datetime
import re
from dataclasses import dataclass

from django.core import signing

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
PLAIN = r"[A-Za-z0-9\-_.!~*'()]+"
FORMS = {  # of values, as the schema of the protocol wants them; dates: span_of
    "metadataPrefix": re.compile(PLAIN),
    "set": re.compile(f"{PLAIN}(:{PLAIN})*"),
    "identifier": re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]+"),
}
TOKEN_LIFE = datetime.timedelta(days=1)


class Fault(Exception):
    """An answer that is an error: a code of the protocol and a sentence for people."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Verb:
    required: tuple = ()
    optional: tuple = ()
    is_resumed: bool = False  # may come with a resumption token, and then with nothing else


LIST = Verb(("metadataPrefix",), ("from", "until", "set"), is_resumed=True)
VERBS = {
    "Identify": Verb(),
    "ListMetadataFormats": Verb(optional=("identifier",)),
    "ListSets": Verb(is_resumed=True),
    "GetRecord": Verb(("identifier", "metadataPrefix")),
    "ListIdentifiers": LIST,
    "ListRecords": LIST,
}


def arguments_of(*sources):
    """{name: value} of QueryDicts, checked; Fault where the protocol allows no such request."""
    pairs = [
        (name, value) for source in sources for name, values in source.lists() for value in values
    ]
    names = [name for name, _value in pairs]
    arguments = dict(pairs)
    if names.count("verb") != 1:
        raise Fault("badVerb", "Say one verb, once.")
    if arguments["verb"] not in VERBS:
        raise Fault("badVerb", f"There is no verb “{arguments['verb']}”.")
    verb = VERBS[arguments["verb"]]
    for name in names:
        if names.count(name) > 1:
            raise Fault("badArgument", f"“{name}” is there more than once.")
    if verb.is_resumed and "resumptionToken" in arguments:
        if len(arguments) > 2:
            raise Fault("badArgument", "A resumptionToken stands alone beside the verb.")
        return arguments
    for name in names:
        if name not in ("verb", *verb.required, *verb.optional):
            raise Fault("badArgument", f"{arguments['verb']} has no argument “{name}”.")
        if name in FORMS and not FORMS[name].fullmatch(arguments[name]):
            raise Fault("badArgument", f"“{arguments[name]}” cannot be the value of “{name}”.")
    for name in verb.required:
        if name not in arguments:
            raise Fault("badArgument", f"{arguments['verb']} needs the argument “{name}”.")
    span_of(arguments)
    return arguments


def span_of(arguments):
    """(start, end) of the asked datestamps: from start on, before end; None where it is open."""
    start, end = arguments.get("from"), arguments.get("until")
    for name, value in (("from", start), ("until", end)):
        if value is not None and not (DAY.fullmatch(value) or SECOND.fullmatch(value)):
            raise Fault(
                "badArgument", f"“{name}” must look like 2021-06-15 or 2021-06-15T10:53:00Z."
            )
    if start and end and len(start) != len(end):
        raise Fault("badArgument", "“from” and “until” must be of the same granularity.")
    first, last = moment("from", start), moment("until", end)
    if first and last and first > last:
        raise Fault("badArgument", "“from” is later than “until”.")
    try:
        step = datetime.timedelta(days=1) if end and DAY.fullmatch(end) else SECONDS
        return first, last and last + step
    except OverflowError:  # the last day that there is
        return first, None


SECONDS = datetime.timedelta(seconds=1)


def moment(name, value):
    if value is None:
        return None
    try:
        return datetime.datetime.fromisoformat(value.removesuffix("Z")).replace(tzinfo=datetime.UTC)
    except ValueError:
        raise Fault("badArgument", f"“{name}” is no day of the calendar: {value}.") from None


def token_for(arguments, last, sent):
    """A resumption token: what was asked, the key of the last record, how many have been sent."""
    return signing.dumps({"asked": arguments, "last": last, "sent": sent}, salt="oai")


def resumed(arguments):
    """(arguments of the first request, key of the last record, number of records sent so far)."""
    try:
        found = signing.loads(arguments["resumptionToken"], salt="oai", max_age=TOKEN_LIFE)
    except signing.SignatureExpired:
        raise Fault("badResumptionToken", "This list has expired: please begin again.") from None
    except signing.BadSignature:
        raise Fault("badResumptionToken", "This is no resumptionToken of ours.") from None
    if found["asked"]["verb"] != arguments["verb"]:
        raise Fault("badResumptionToken", "This resumptionToken is of another verb.")
    return found["asked"], found["last"], found["sent"]
