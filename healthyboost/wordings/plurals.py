"""Which plural forms a language has, by the header of its catalogue, and for which numbers."""

import gettext
import re
from functools import cache

HEADER = re.compile(r"nplurals\s*=\s*(\d+)\s*;\s*plural\s*=\s*([^;]+)")
ONE_OR_MORE = "nplurals=2; plural=(n != 1);"
EXAMPLES = 5


def read(header):
    """(how many forms, their expression in C). Nonsense is read as English: one, and more."""
    try:
        count, expression = HEADER.search(header or ONE_OR_MORE).groups()
        gettext.c2py(expression)
    except (AttributeError, ValueError):
        return 2, "n != 1"
    return max(int(count), 1), expression


@cache
def number_of_forms(header):
    return read(header)[0]


@cache
def form_of(header):
    """A function: number -> which form."""
    return gettext.c2py(read(header)[1])


@cache
def examples(header):
    """[[1, 21, 31, …], …]: numbers that each form is for; none for one that only fractions take."""
    count, form = number_of_forms(header), form_of(header)
    found = [[] for _form in range(count)]
    for number in range(1001):
        which = form(number)
        if which < count and len(found[which]) <= EXAMPLES:
            found[which].append(number)
    return found


def in_words(numbers):
    """ "1, 21, 31, …" """
    shown = ", ".join(str(number) for number in numbers[:EXAMPLES])
    return f"{shown}, …" if len(numbers) > EXAMPLES else shown
