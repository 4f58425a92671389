"""Russian words typed in Latin letters as they sound: zdorovje finds what says здоровье."""

from collections import defaultdict

from django.db import connection

from healthyboost.words import base_forms

from .letters import is_cyrillic, sound
from .models import SpokenWord

SHORTEST = 3  # letters
HEARD = "SELECT word, sounds FROM search_spokenword WHERE sounds && %s::varchar[]"


def sounds_of(word, language):
    """How a word of a text and its base forms sound, roughly; nothing where it is not Russian."""
    if language != "ru" or not is_cyrillic(word):
        return []
    return sorted({sound(each) for each in (word, *base_forms(word, language))} - {""})


def hear_again():
    """Note anew how all words sound: the rules may have changed."""
    words = SpokenWord.objects.filter(language="ru")
    for word in words.iterator(2000):
        if word.sounds != (sounds := sounds_of(word.word, "ru")):
            words.filter(pk=word.pk).update(sounds=sounds)


def words_heard(typed):
    """{word typed: words of Russian texts that sound like it}."""
    sounds = {
        word: sound(word) for word in typed if len(word) >= SHORTEST and not is_cyrillic(word)
    }
    if not sounds:
        return {}
    found = defaultdict(list)
    with connection.cursor() as cursor:  # each search asks this
        cursor.execute(HEARD, [sorted(set(sounds.values()))])
        for word, theirs in cursor.fetchall():
            for each in theirs:
                found[each].append(word)
    return {word: found[heard] for word, heard in sounds.items() if heard in found}
