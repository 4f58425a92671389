"""The models of what happens in the network, by subject: articles.py, events.py, newsletters.py."""

from .articles import Article, Quote
from .events import Event, EventSession, Speaker
from .kept_pdfs import KeptPdf
from .newsletters import Issue, Item, Newsletter

__all__ = [
    "Article",
    "Event",
    "EventSession",
    "Issue",
    "Item",
    "KeptPdf",
    "Newsletter",
    "Quote",
    "Speaker",
]
