"""The models of the multilingual content, by subject: page.py, attached.py, drafts.py, datestamps.py."""

from .attached import FormerSlug, Link, Statement, Theme, Worded
from .datestamps import Datestamp
from .drafts import Draft, DraftConflict
from .page import (
    PUBLICATION,
    RECORD,
    Content,
    ContentQuerySet,
    NotPublic,
    Origin,
    Version,
    content_models,
    gone_from,
    public_in,
    text_fields,
)

__all__ = [
    "PUBLICATION",
    "RECORD",
    "Content",
    "ContentQuerySet",
    "Datestamp",
    "Draft",
    "DraftConflict",
    "FormerSlug",
    "Link",
    "NotPublic",
    "Origin",
    "Statement",
    "Theme",
    "Version",
    "Worded",
    "content_models",
    "gone_from",
    "public_in",
    "text_fields",
]
