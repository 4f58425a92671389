"""The rows that stand for one person each, and what that person is called in them."""

from django.apps import apps

# {what a link calls it: model}
KINDS = {
    "person": "partners.ContactPerson",
    "account": "accounts.User",
    "subscriber": "mailing.Subscriber",
}


def row_of(kind, number):
    """The row; None where there is none."""
    if kind not in KINDS or not str(number).isdecimal() or len(str(number)) > 18:
        return None
    return apps.get_model(KINDS[kind])._base_manager.filter(pk=number).first()


def kind_of(row):
    return next((kind for kind, label in KINDS.items() if row._meta.label == label), "")


def spellings_of(row):
    """Names with more than one word, addresses, telephone numbers: a single word is said of others, too."""
    first, last = getattr(row, "first_name", ""), getattr(row, "last_name", "")
    said = [
        getattr(row, "name", ""),
        f"{first} {last}",
        getattr(row, "username", ""),
        getattr(row, "email", ""),
        getattr(row, "phone", ""),
    ]
    found = [" ".join(each.split()) for each in said]
    kept = [each for each in found if " " in each or "@" in each or each.strip("+").isdecimal()]
    return list(dict.fromkeys(kept))
