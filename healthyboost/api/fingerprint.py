"""Whether a table would say the same again, without making it: what is too long to be hashed first."""

import hashlib

from django.db.models import DecimalField, F, Func, Q, Sum
from django.utils import timezone

from healthyboost.content.languages import column, language_codes
from healthyboost.content.models import PUBLICATION, Datestamp, Theme
from healthyboost.translation.standing import Standing

from .resources import resources


class Seconds(Func):
    template = "EXTRACT(EPOCH FROM %(expressions)s)"
    output_field = DecimalField()


def fingerprint(*question):
    """A weak ETag that changes with anything public that changes, by hand or because its time has come.

    Sums of moments: of two changes the one that is stored later may have begun earlier.
    """
    now, codes = timezone.now(), language_codes()
    said = [repr(question), list(Theme.objects.order_by("pk").values_list("pk", "slug"))]
    stamped = [*(column("changed_at", code) for code in codes), "deleted_at"]
    said.append(sums(Datestamp, stamped))
    said.append(sums(Standing, ["since"]))
    moments = [column(name, code) for name in PUBLICATION for code in codes]
    said += [sums(resource.model, moments, now) for resource in resources().values()]
    return f'W/"{hashlib.sha256(repr(said).encode()).hexdigest()[:32]}"'


def sums(model, columns, until=None):
    """Sums of the moments in some columns; of those that have come, where `until` is given."""
    conditions = {name: Q(**{f"{name}__lte": until}) if until else None for name in columns}
    found = model.objects.order_by().aggregate(
        **{
            f"sum_{name}": Sum(Seconds(F(name)), filter=condition)
            for name, condition in conditions.items()
        }
    )
    return list(found.values())
