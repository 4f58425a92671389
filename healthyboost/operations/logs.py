"""Lines of the log, for people or for programs, without the data of anybody.

What readers type or are is in no line: e-mail and network addresses, the values that the database
quotes in its errors, and secrets that stand in addresses of pages are left out of all of them.
"""

import ipaddress
import json
import logging
import re
import time

from .tracing import job, request_id

# Each is linear in the length of the text: what stands in a line may come from anybody.
MAIL = re.compile(r"[^\s@<>\"'(),;:=/\[\]]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
IP_4 = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)")
IP_6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(?<!\.)")
QUOTED_VALUES = re.compile(
    r"^[ \t]*(?:DETAIL|CONTEXT|QUERY|STATEMENT|LINE \d+): .*(?:\n *\^ *$)?", re.MULTILINE
)
SECRETS = "token", "key", "uidb36", "signature", "secret"  # names of parts of addresses
CONTROLS = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160))}
CONTROLS |= {10: "\\n", 13: "\\r", 9: "\\t", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def without_personal_data(text):
    text = QUOTED_VALUES.sub("(values left out)", text)
    text = MAIL.sub("(e-mail address)", text)
    return IP_4.sub(hidden, IP_6.sub(hidden, text))


def hidden(match):
    try:
        address = ipaddress.ip_address(match[0])
    except ValueError:  # a time of the day, a version
        return match[0]
    is_ours = address.is_loopback or address.is_unspecified
    return match[0] if is_ours else "(network address)"


def message_of(record):
    try:
        message = record.getMessage()
    except Exception:  # a wrong format is no reason to lose the line
        message = str(record.msg)
    if getattr(record, "status_code", None) == 404 and record.args:
        # whatever was asked for, such as the former address of a page about a person
        message = message.replace(str(record.args[-1]), route_of(record.request))
    found = getattr(getattr(record, "request", None), "resolver_match", None)
    for name, value in (found.kwargs if found else {}).items():
        if name in SECRETS and value:
            message = message.replace(str(value), "(secret)")
    return without_personal_data(message)


def route_of(request):
    """The form of the address, with nothing in it that anybody typed."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else "(no address of the portal)"


class TextLines(logging.Formatter):
    """One line for people; a traceback below it as it is."""

    def format(self, record):
        at = " ".join(filter(None, (request_id.get(), job.get())))
        line = (
            f"{self.formatTime(record)} {record.levelname} {record.name}: "
            f"{message_of(record).translate(CONTROLS)}{f' [{at}]' if at else ''}"
        )
        trace = self.trace(record)
        return f"{line}\n{trace}" if trace else line

    def trace(self, record):
        parts = []
        if record.exc_info and record.exc_info[0]:
            parts.append(self.formatException(record.exc_info))
        if record.stack_info:
            parts.append(record.stack_info)
        return without_personal_data("\n".join(parts))


class JSONLines(TextLines):
    """One object a line, for programs that collect logs."""

    converter = time.gmtime
    default_time_format, default_msec_format = "%Y-%m-%dT%H:%M:%S", "%s.%03dZ"

    def format(self, record):
        line = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
            "process": record.process,
            "request_id": request_id.get(),
            "job": job.get(),
            "exception": self.trace(record),
        }
        return json.dumps({name: value for name, value in line.items() if value})
