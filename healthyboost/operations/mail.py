"""The mailer of the portal: what it sends, and what it fails to send, is counted."""

from django.utils.module_loading import import_string

from .tallies import tallies


class CountedMail:
    """Stands before the one that `backend` names, and does all else as that does."""

    def __init__(self, *, backend, **options):
        self.mailer = import_string(backend)(**options)

    def __getattr__(self, name):
        if name == "mailer":
            raise AttributeError(name)
        return getattr(self.mailer, name)

    def __enter__(self):
        self.mailer.__enter__()
        return self

    def __exit__(self, *exception):
        return self.mailer.__exit__(*exception)

    def send_messages(self, messages):
        try:
            sent = self.mailer.send_messages(messages) or 0
        except Exception:
            tallies.add("mails", result="failed", number=len(messages))
            raise
        tallies.add("mails", result="sent", number=sent)
        return sent
