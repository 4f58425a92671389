"""What is the same on many pages, found once: kept in memory until something that pages show changes.

kept(function)          decorator: its answers, for each language and what it is called with
kept_value(key, find)   the answer of find(), under a key that comes from the code or from choices
said_of(key, say)       the text that say() makes of the key alone, and of the interface strings

Whether something has changed is known by pagecache/generation.py, by commit and by clock. Where nothing
proves that, and inside of a transaction, which sees what others do not, all is found anew. A text that
is made of its key alone outlives that: of a list that has a new first row, nine rows are the same.
"""

from contextvars import ContextVar
from functools import wraps

from django.db import Error, connection
from django.utils.translation import get_language

from healthyboost.pulse import is_proven

MOST = 500  # values
MOST_TEXTS = 1000  # of some hundred bytes; a cover has three thousand
is_off = ContextVar("is_off", default=False)  # for a page that looks otherwise for one reader
generation = None  # that of pagecache, once it is there
values = {}  # {key: (number of the generation, second at which it ends, value)}
texts = {}  # {key: text}


def kept_value(key, find):
    if generation is None or is_off.get() or connection.in_atomic_block or not is_proven():
        return find()
    key = get_language(), key
    number, second, value = values.get(key, (None, 0, None))
    if not generation.lasts(number, second):
        try:
            number, second = generation.number, generation.end()
        except Error:  # the page that tells of an error is made without the database
            return find()
        value = find()
        if len(values) >= MOST:
            values.clear()
        values[key] = number, second, value
    return value


def kept(function):
    @wraps(function)
    def answer(*asked):
        return kept_value((function, *asked), lambda: function(*asked))

    return answer


def said_of(key, say):
    if is_off.get():
        return say()
    known = texts  # what is said while the strings change goes to those that are forgotten
    key = get_language(), key
    text = known.get(key)
    if text is None:
        text = say()
        if len(known) >= MOST_TEXTS:
            known.clear()
        known[key] = text
    return text


def forget_texts():
    """The interface strings have changed."""
    global texts
    texts = {}
