"""Mails that come back. Only what answers a mail of ours of late is believed, and only once.

A report (RFC 3464) counts where the mail that it returns carries a Message-ID that we have signed.
Whatever else lies in the mail box (answers, advertisements, reports that somebody made up) is
counted and left alone.
"""

import datetime
import email
import imaplib
import logging
import mailbox
import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from .addresses import without_addresses
from .messages import named_by
from .models import Delivery, Subscriber
from .subscribing import bounced

logger = logging.getLogger(__name__)
LONGEST = 512 * 1024  # bytes of a mail that are read: the report comes first
OF_LATE = datetime.timedelta(days=30)
MOST_SOFT = 3  # mails in a row that came back for a reason that may pass
# No such mail box, no such domain, a mail box that is closed; a full one, or one that takes offence
# at a mail, may take the next one.
HARD = re.compile(r"5\.(1\.\d+|2\.1|4\.4|7\.13)$")
STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
AT_ONCE = 1000  # mails of an inbox


def is_hard(answer):
    """Whether a mail server says that an address does not exist: 550, or 5.1.1 where it says more."""
    if status := STATUS.search(answer):
        return bool(HARD.match(status[0]))
    return answer[:3] in ("550", "551", "553")


def read_bounces(mails):
    """Counter of what became of each of `mails`, as bytes: see `read_bounce`."""
    return Counter(read_bounce(mail[:LONGEST]) for mail in mails)


def read_bounce(mail):
    """hard, soft, delayed, repeated; or why it does not count: no report, not ours, too old."""
    try:
        report, returned = parts_of(email.message_from_bytes(mail))
        name = returned and named_by(str(returned.get("Message-ID", "")))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return "no report"  # made to break what reads it
    if not report:
        return "no report"
    if not name:
        return "not ours"
    status = str(report.get("Status", ""))
    if "delayed" in str(report.get("Action", "")).lower():
        return "delayed"
    if not status.strip().startswith(("4", "5")):
        return "no report"
    words = f"{status} {report.get('Diagnostic-Code', '')}"
    kind, number = name
    with transaction.atomic():
        return (note_delivery if kind == "delivery" else note_letter)(number, status, words)


def parts_of(mail):
    """(fields of the recipient in the report, headers of the mail that came back); None for each."""
    report = returned = None
    if mail.get_content_type() != "multipart/report" or not mail.is_multipart():
        return None, None
    for part in mail.get_payload():
        kind = part.get_content_type()
        if kind == "message/delivery-status" and part.is_multipart():
            blocks = [block for block in part.get_payload() if block.get("Status")]
            report = report or next(iter(blocks), None)
        elif kind == "message/rfc822" and part.is_multipart():
            returned = part.get_payload(0)
        elif kind == "text/rfc822-headers":
            returned = email.message_from_bytes(part.get_payload(decode=True) or b"")
    return report, returned


def note_delivery(number, status, words):
    found = Delivery.objects.select_for_update(of=["self"]).select_related("subscriber")
    delivery = found.filter(pk=number).first()
    if not delivery:
        return "not ours"
    if delivery.state == Delivery.State.BOUNCED:
        return "repeated"
    if delivery.state != Delivery.State.SENT or delivery.sent_at < timezone.now() - OF_LATE:
        return "too old"
    subscriber = delivery.subscriber
    delivery.state = Delivery.State.BOUNCED
    line = " ".join(words.split()).replace("\0", "")
    delivery.answer = without_addresses(line, subscriber.email if subscriber else "")[:200]
    delivery.save(update_fields=["state", "answer"])
    if not subscriber or not subscriber.is_confirmed:
        return "repeated"
    if is_hard(status):
        bounced(subscriber)
        return "hard"
    subscriber.soft_bounces += 1
    if subscriber.soft_bounces >= MOST_SOFT:
        bounced(subscriber)
    else:
        subscriber.save(update_fields=["soft_bounces"])
    return "soft"


def note_letter(number, status, _words):
    """The question whether it was she: an address that does not exist is asked no more."""
    found = Subscriber.objects.select_for_update().filter(pk=number)
    subscriber = found.filter(state=Subscriber.State.PENDING).first()
    if not subscriber:
        return "too old"
    if not is_hard(status):
        return "soft"
    bounced(subscriber)
    return "hard"


# Where they lie


def mails_in(path):
    """The mails of a Maildir, an mbox file or a file with one mail."""
    path = Path(path)
    if path.is_dir():
        if not (path / "cur").is_dir():
            raise ValueError(f"{path} is neither a file nor a Maildir")
        box = mailbox.Maildir(path, create=False)
        yield from (box.get_bytes(key) for key in box.iterkeys())
        return
    with path.open("rb") as file:
        yield from mails_of(file)


def mails_of(file):
    """The mails of an open file: an mbox, or one mail. Read line by line, however long it is."""
    lines, size = [], 0
    for line in file:
        if line.startswith(b"From ") and (not lines or lines[-1].strip() == b"" or size > LONGEST):
            if lines:
                yield b"".join(lines)
            lines, size = [], 0
            continue
        size += len(line)
        if size <= LONGEST or not line.strip():
            lines.append(line[1:] if line.startswith(b">From ") else line)
    if lines:
        yield b"".join(lines)


def mails_in_inbox(address):
    """The unread mails of imaps://user:password@host/INBOX; each is marked as read."""
    parts = urlsplit(address)
    box = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    port = parts.port or (993 if parts.scheme == "imaps" else 143)
    with box(parts.hostname, port, timeout=30) as inbox:
        inbox.login(unquote(parts.username or ""), unquote(parts.password or ""))
        inbox.select(f'"{unquote(parts.path.strip("/")) or "INBOX"}"')
        _answer, found = inbox.uid("search", None, "UNSEEN")
        for number in (found[0] or b"").split()[:AT_ONCE]:
            _answer, data = inbox.uid("fetch", number.decode(), f"(BODY[]<0.{LONGEST}>)")
            yield from (each[1] for each in data if isinstance(each, tuple))


def read_inbox():
    """For a timed job."""
    if not settings.BOUNCE_INBOX:
        return
    try:
        counts = read_bounces(mails_in_inbox(settings.BOUNCE_INBOX))
    except (OSError, imaplib.IMAP4.error) as error:
        logger.warning("The inbox of returned mails cannot be read: %s", type(error).__name__)
        return
    if counts:
        logger.info("Returned mails: %s", dict(counts))
