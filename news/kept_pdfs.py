"""PDF files of issues that were made, so that each is made once."""

from django.conf import settings
from django.db import models

from .newsletters import Issue


class KeptPdf(models.Model):
    """The last one of an issue in a language."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="+")
    language = models.CharField(max_length=7, choices=settings.LANGUAGES)
    made_of = models.CharField(max_length=64)  # hash of what it says
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issue", "language"], name="news_keptpdf_one_each")
        ]

    def __str__(self):
        return f"{self.issue_id} {self.language}"
