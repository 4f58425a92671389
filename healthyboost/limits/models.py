from django.db import models
from django.utils.translation import gettext_lazy as _


class Count(models.Model):
    """How often something was made for one network, by all processes. Kept for a minute or two.

    The table is not logged (see the migration): after a crash of the database all begin at nothing.
    """

    name = models.CharField(max_length=64, primary_key=True)  # a keyed hash, of one period only
    until = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name, verbose_name_plural = _("count"), _("counts")

    def __str__(self):
        return f"{self.until} {self.count}"
