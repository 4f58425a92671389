"""What the dictionaries cost: memory of a worker, the first word, each word; and what they know.

    python -m tests.bench.words

Proportional memory (PSS) is that of Linux. For comparison the word lists as simplemma loads them.
"""

import csv
import os
import subprocess
import sys
import time
from pathlib import Path

LANGUAGES = ("en", "lv", "fi", "sv", "ru")
WORKERS = 2
DATA = Path(__file__).parent.parent / "data" / "word_forms.csv"
WAYS = ("without", "ours", "stream", "default")


def memory():
    """(PSS, private) in MB of this process."""
    rows = dict(
        line.split(":", 1) for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]
    )
    kilobytes = {name: int(value.split()[0]) for name, value in rows.items()}
    return (
        kilobytes["Pss"] / 1024,
        (kilobytes["Private_Dirty"] + kilobytes["Private_Clean"]) / 1024,
    )


def forms():
    with DATA.open(encoding="utf-8", newline="") as file:
        return [(row["language"], row["form"], row["base"]) for row in csv.DictReader(file)]


def lookup_of(way):
    """A function (word, language) that gives its base form."""
    if way == "ours":
        from healthyboost.words import normal_forms

        return normal_forms
    if way == "without":
        return lambda word, language: word
    from simplemma import Lemmatizer
    from simplemma.strategies import DefaultStrategy
    from simplemma.strategies.dictionaries import DefaultDictionaryFactory, StreamDictionaryFactory

    factory = StreamDictionaryFactory if way == "stream" else DefaultDictionaryFactory
    return Lemmatizer(
        lemmatization_strategy=DefaultStrategy(dictionary_factory=factory())
    ).lemmatize


def first_words(lookup, words):
    """Milliseconds until the first word of every language is looked up."""
    start = time.perf_counter()
    for language in LANGUAGES:
        lookup(next(form for code, form, _base in words if code == language), language)
    return 1000 * (time.perf_counter() - start)


def each_word(lookup, words):
    """Microseconds for a word that was not asked for before: two forms written together."""
    made = [
        (first + second, code)
        for code, first, _base in words
        for other, second, _base in words
        if other == code
    ]
    start = time.perf_counter()
    for word, language in made:
        lookup(word, language)
    return 1e6 * (time.perf_counter() - start) / len(made)


def run(way):
    """Loads before the fork, as gunicorn does with preload_app, then looks up in each worker."""
    words, lookup = forms(), lookup_of(way)
    told = f"{way:8} {first_words(lookup, words):8.1f} ms until the first words"
    for _number in range(WORKERS):
        if not os.fork():
            each = each_word(lookup, words)
            time.sleep(2)  # until the others have done the same: pages that differ are not shared
            pss, own = memory()
            sys.stdout.write(
                f"{told}; worker: {each:5.1f} µs a word, {pss:6.1f} MB PSS, {own:6.1f} own\n"
            )
            sys.stdout.flush()
            time.sleep(1)
            os._exit(0)
    for _number in range(WORKERS):
        os.wait()


def recall():
    from healthyboost.words import normal_forms

    for code in LANGUAGES:
        pairs = [(form, base) for language, form, base in forms() if language == code]
        missed = [
            form
            for form, base in pairs
            if set(normal_forms(form, code)).isdisjoint(normal_forms(base, code))
        ]
        print(
            f"{code}: recall {1 - len(missed) / len(pairs):.3f} of {len(pairs)}; missed: {missed}"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        run(sys.argv[1])
    else:
        for way in WAYS:
            subprocess.run([sys.executable, "-m", "tests.bench.words", way], check=True)
        recall()
