"""What a later archive knows: who had unsubscribed, was erased or lost an account when it was made."""

from django.utils import timezone

from healthyboost.accounts.models import User
from healthyboost.mailing.models import SignUp, Subscriber, Suppression

from .archive import BackupError
from .tables import rows_of

NOT_KNOWN = (
    "What happened after the backup is not known here. Who unsubscribed or was erased since is there "
    "again, and who lost an account has it again: do it once more. With --later and a later archive "
    "that is done for you."
)
STILL = "Other personal data that was erased after the backup is there again: erase it once more."


class Known:
    def __init__(self, archive, later):
        self.accounts = dict(rows_of(later, "accounts_user", "username", "is_active"))
        before = {name for (name,) in rows_of(archive, "accounts_user", "username")}
        self.subscribers = dict(rows_of(later, "mailing_subscriber", "email", "state"))
        self.has_subscribers = "mailing_subscriber" in later.tables
        self.suppressions = rows_of(later, "mailing_suppression", "fingerprint", "reason")
        if later.manifest["made_at"] <= archive.manifest["made_at"]:
            raise BackupError(f"{later.path} is not later than {archive.path}.")
        if before and not before & self.accounts.keys():
            raise BackupError(f"{later.path} is of another portal: it has none of the accounts.")

    def follow(self):
        """Have the restored rows follow; sentences about it."""
        notes = [STILL]
        if number := self.end_subscriptions():
            notes.append(f"Subscriptions that had ended by the later archive: {number}.")
        if names := self.close_accounts():
            notes.append(f"Accounts closed by the later archive: {', '.join(names)}.")
        return notes

    def close_accounts(self):
        active = [name for name, is_active in self.accounts.items() if is_active == "t"]
        closed = User.objects.filter(is_active=True).exclude(username__in=active)
        names = sorted(closed.values_list("username", flat=True))
        closed.update(is_active=False)
        return names

    def end_subscriptions(self):
        """How many; whom the later archive does not know at all is forgotten."""
        if not self.has_subscribers:
            return 0
        Suppression.objects.bulk_create(
            [
                Suppression(fingerprint=mark, reason=reason, since=timezone.now())
                for mark, reason in self.suppressions
            ],
            ignore_conflicts=True,
        )
        SignUp.objects.all().delete()  # answered since
        number = 0
        for subscriber in Subscriber.objects.iterator():
            state = self.subscribers.get(subscriber.email)
            if state is None:
                subscriber.delete()
            elif subscriber.is_confirmed and state != Subscriber.State.CONFIRMED:
                subscriber.state, subscriber.ended_at = state, timezone.now()
                subscriber.save(update_fields=["state", "ended_at"])
            else:
                continue
            number += 1
        return number
