"""Where nothing is found: another spelling that finds something, else what is near."""

import time
from functools import lru_cache
from itertools import islice
from random import randint

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from healthyboost.glossary import index
from healthyboost.words import fold

from .asking import any_form, read
from .finding import Finds, Found, find, looks
from .letters import is_cyrillic, other_layout
from .lexemes import HYPHEN
from .models import Entry, SpokenWord
from .places import texts_that_say
from .reading import Indexed, read_entries

ALIKE = 0.3  # trigram similarity of words that are looked at
LOOKED_AT = 30  # words that are looked at, likest first
OFFERED = 3  # candidates of a word
TRIED = 6  # other spellings of a query that are searched
IN_TIME = 0.3  # seconds in which another one is begun
SHORTEST = 4  # letters of a word that may be a typing error
LONG = 8  # letters of a word that may have two
LOOKED_THROUGH = 5  # texts that are read to see whether they say exactly this word
SAYING = """
WITH texts AS MATERIALIZED (  -- else PostgreSQL hopes to meet some soon and reads from the start
  SELECT id, content_type_id, object_id, language, file FROM search_entry WHERE TEXTS
    AND published_at <= now() AND (unpublish_at IS NULL OR unpublish_at > now())
)
SELECT * FROM texts LIMIT %s
"""


def other_spelling(question, language, marks=(), codes=None):
    """(query, its Finds) with unknown words replaced by known ones like them; (None, none) otherwise."""
    tried, started = {question.text}, time.monotonic()
    for text in candidates(question, language):
        if text in tried:
            continue
        if len(tried) > TRIED or time.monotonic() - started > IN_TIME:
            break
        tried.add(text)
        other = read(text)
        if not other.is_empty and (found := find(other, language, marks, codes)):
            return text, found
    return None, Finds()


def candidates(question, language):
    swapped = other_layout(question.text)
    if swapped != question.text and is_cyrillic(swapped) != is_cyrillic(question.text):
        yield swapped
    words = [word for item in question.wanted for word in item.words]
    near = {word: alike(word, language) for word in dict.fromkeys(words)}
    first = {word: found[0] for word, found in near.items() if found}
    if first:
        yield replaced(question, first)
        for word, found in near.items():
            for other in found:
                yield replaced(question, {word: other})
    for word in words if len(words) > 1 else ():  # one word on the wrong layout among others
        if (other := other_layout(word)) != word and is_cyrillic(other):
            yield replaced(question, {word: other})


def replaced(question, words):
    """The text of the question with other words, each where it stands."""
    text = question.text
    for item in reversed(question.wanted):
        piece = text[item.start : item.end]
        for word in item.words:
            piece = piece.replace(word, words.get(word, word))
        text = text[: item.start] + piece + text[item.end :]
    return text


def alike(word, language):
    """Words of texts that are written nearly like `word`, likest first; [] where it is one itself."""
    folded = fold(word)
    if len(folded) < SHORTEST:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(ALIKE)])
        cursor.execute(
            "SELECT word, folded, language, texts, similarity(folded, %(word)s) AS likeness"
            " FROM search_spokenword WHERE folded %% %(word)s OR folded = ANY(%(swapped)s)"
            " ORDER BY likeness DESC, texts DESC, word LIMIT %(most)s",
            {"word": folded, "swapped": swapped(folded), "most": LOOKED_AT},
        )
        rows = cursor.fetchall()
    if any(other == folded for _word, other, _language, _texts, _likeness in rows):
        return []
    errors = 2 if len(folded) >= LONG else 1
    found = []
    for other, as_folded, code, texts, _likeness in rows:
        distance = errors_between(folded, as_folded)
        if distance <= errors:
            found.append((distance, code != language, -texts, other, code))
    words = dict.fromkeys((other, code) for *_order, other, code in sorted(found))
    said = islice((other for other, code in words if is_said(other, code)), OFFERED)
    return list(dict.fromkeys([*said, *terms_like(folded, errors)]))


def terms_like(folded, errors):
    """Terms of the glossary that are written nearly like a word: wellbieng, wellbeing."""
    found = {}
    for entry in index.current().entries:
        for wordings in entry.wordings.values():
            for wording in wordings:
                term = folded_term(wording)
                if term[:1] == folded[0] and abs(len(term) - len(folded)) <= errors:
                    found.setdefault(wording, errors_between(folded, term))
    return sorted((each for each in found if found[each] <= errors), key=found.get)[:OFFERED]


@lru_cache(maxsize=2000)
def folded_term(wording):
    return fold(HYPHEN.sub("", wording))


def swapped(word):
    """The word with two neighbours in each other's place: a short word then shares few trigrams."""
    places = range(len(word) - 1)
    return [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in places]


def is_said(word, language):
    """Whether a text that is public now says exactly this word."""
    texts = read_entries(saying(word, language, LOOKED_THROUGH)).values()
    return any(word in f"{each.title} {each.text}".lower() for each in texts)


def saying(word, language, most=1):
    """Entries of public texts that say a word in one of its forms."""
    found = []
    for months in looks():
        texts, params = texts_that_say({language: f"{any_form(word, language)}{months}"})
        with connection.cursor() as cursor:
            cursor.execute(SAYING.replace("TEXTS", texts), [*params, most])
            found = list(map(Indexed._make, cursor.fetchall()))
        if found:
            break
    return found


def forget_words(limit=500):
    """Forget words that no public text says any more: some of all words each time."""
    known = SpokenWord.objects.aggregate(last=Max("pk"))["last"] or 0
    some = SpokenWord.objects.filter(pk__gte=randint(0, known)).order_by("pk")[:limit]
    gone = [word.pk for word in some if not saying(word.word, word.language)]
    SpokenWord.objects.filter(pk__in=gone).delete()
    return len(gone)


def errors_between(one, other):
    """How many letters were left out, put in, taken for another or for their neighbour."""
    before, last = [], list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for place, theirs in enumerate(other, 1):
            best = min(last[place] + 1, current[-1] + 1, last[place - 1] + (letter != theirs))
            if row > 1 and place > 1 and letter == other[place - 2] and one[row - 2] == theirs:
                best = min(best, before[place - 2] + 1)
            current.append(best)
        before, last = last, current
    return last[-1]


def newest(language, number=5):
    """Found of the newest public texts of a language, for who finds nothing."""
    rows = Entry.objects.public(timezone.now()).filter(language=language, file__isnull=True)
    rows = (
        rows.filter(date__isnull=False)
        .order_by("-date")
        .values_list("id", "content_type_id", "object_id", "language")
    )
    return [Found(*row, None, True, 0.0) for row in rows[:number]]
