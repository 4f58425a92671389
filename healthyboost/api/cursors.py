"""Where a list goes on: behind the key of its last row, so that a deep page costs as much as the first."""

import base64
import binascii
import datetime
import json

from django.db.models import F, Q

BIGGEST_KEY = 2**63 - 1


def cursor_of(row):
    """What `?cursor=` says to go on behind `row`: to be given back as it is."""
    key = [row.date.astimezone(datetime.UTC).isoformat() if row.date else None, row.pk]
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def read_cursor(text):
    """(date or None, primary key); ValueError where the text is none of ours."""
    try:
        padded = text + "=" * (-len(text) % 4)
        date, key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        moment = date and datetime.datetime.fromisoformat(date).astimezone(datetime.UTC)
    except (binascii.Error, TypeError, OverflowError, RecursionError) as error:
        raise ValueError("no cursor") from error
    if type(key) is not int or not 0 < key <= BIGGEST_KEY or date == "":
        raise ValueError("no cursor")
    return moment, key


def rows_behind(queryset, after, number):
    """Up to `number` rows, newest first and those without a date last, behind the key `after`.

    Those with a date and those without are asked apart: each is one walk along the index.
    """
    date, key = after or (None, None)
    rows = []
    if not after or date:
        dated = queryset.filter(date__isnull=False)
        if date:
            dated = dated.filter(Q(date__lt=date) | Q(pk__lt=key), date__lte=date)
        rows = list(dated.order_by(F("date").desc(nulls_last=True), "-pk")[:number])
    if len(rows) < number:
        undated = queryset.filter(date__isnull=True)
        if after and not date:
            undated = undated.filter(pk__lt=key)
        rows += undated.order_by(F("date").desc(nulls_last=True), "-pk")[: number - len(rows)]
    return rows
