from django.db import models
from django.db.models.functions import Now


class Change(models.Model):
    """A transaction that changed what pages show. Written by triggers, never changed: nobody waits."""

    at = models.DateTimeField(db_default=Now())

    def __str__(self):
        return str(self.at)


class Moment(models.Model):
    """A moment to come at which a page changes by itself. Written by triggers; may stand here twice."""

    at = models.DateTimeField(db_index=True)

    def __str__(self):
        return str(self.at)
