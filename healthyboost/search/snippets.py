"""The words around what was found, as they stand in the text, with what was found marked."""

from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe

from healthyboost.words import WORD

from .lexemes import is_abbreviation, joined_in, said_by

LENGTH = 240  # letters of a snippet
BEFORE = 80  # letters before the first word found
READ = 20_000  # letters of a text that are looked through
FIRST_READ = 800, 3_000  # that are looked through first: most texts say early what was asked


def places_to_show(text, sought):
    """places_in() of a beginning of `text`, where one stretch of that says all that was asked."""
    for length in FIRST_READ:
        if len(text) > length:
            beginning = text[: text.rfind(" ", 0, length) + 1]
            places = places_in(beginning, sought)
            if sought.are_all_said(places, len(beginning)):
                return places
    return places_in(text[:READ], sought)


def places_in(text, sought):
    """[(start, end, Saying)] of all words of `text` that say something: Question.sayings_in()."""
    words, found = Words(text, sought.language), {}
    begins = {word: begun for word in {*words.all} if (begun := sought.begun(word))}
    for number, word in enumerate(words.all) if begins else ():
        for saying in begins.get(word, ()):
            if places := said_at(saying, words, number):
                for place in places:
                    start, end = words.span(place)
                    found.setdefault(start, (end, saying))
    for start, end, word in joined_in(text):
        for saying in sought.begun(word):
            if len(saying.words) == 1 and start not in found:
                found[start] = end, saying
    places, reached = [], 0
    for start, (end, saying) in sorted(found.items(), key=lambda place: place[0]):
        if start >= reached:
            places.append((start, end, saying))
            reached = end
    return places


class Sought:
    """What is looked for in texts of a language; each different word of them is looked at once."""

    def __init__(self, sayings, language):
        self.language, self.firsts, self.known = language, {}, {}
        for saying in sayings:
            for form in saying.words[0]:
                self.firsts.setdefault(form, []).append(saying)
        typed = [saying.asked for saying in sayings if not saying.wording]
        self.typed = {id(item): item for item in typed}.values()

    def begun(self, word):
        """Sayings that this word may begin, in the order of the question."""
        if (begun := self.known.get(word)) is None:
            forms = [form for form in forms_of(word, self.language) if form in self.firsts]
            begun = dict.fromkeys(saying for form in forms for saying in self.firsts[form])
            self.known[word] = begun
        return begun

    def are_all_said(self, places, length):
        """Whether the best stretch of so many letters says all that was typed, itself or by the glossary."""
        start = best_start(places)
        said = [it.asked for at, _to, it in places if start <= at < start + LENGTH - BEFORE]
        return start + LENGTH <= length and all(
            any(each is item or hasattr(each, "covers") and each.covers(item) for each in said)
            for item in self.typed
        )


class Words:
    """The words of a text. Few are asked for their places: these are looked for one after the other."""

    def __init__(self, text, language):
        self.text, self.language, self.all, self.ends = text, language, WORD.findall(text), []

    def span(self, number):
        """(start, end) of a word in the text."""
        while len(self.ends) <= number:
            word, after = self.all[len(self.ends)], self.ends[-1] if self.ends else 0
            self.ends.append(self.text.find(word, after) + len(word))
        return self.ends[number] - len(self.all[number]), self.ends[number]

    def forms(self, number):
        return forms_of(self.all[number], self.language)


def forms_of(word, language):
    """All lexemes of a word of a text."""
    bases, parts = said_by(word.lower(), language)
    short = (f"^{word.lower()}",) if is_abbreviation(word) else ()
    return (*bases, *parts, *short)


def said_at(saying, words, number):
    """The numbers of the words that say it, the first of them `number`; None where it is not said."""
    places = [number]
    for word in saying.words[1:]:
        following = range(places[-1] + 1, min(places[-1] + 2 + saying.gap, len(words.all)))
        place = next((each for each in following if not word.isdisjoint(words.forms(each))), None)
        if place is None:
            return None
        places.append(place)
    return places


def marked(text, places):
    """HTML of a plain text with <mark> around these places."""
    pieces, reached = [], 0
    for start, end, _saying in places:
        pieces += [escape(text[reached:start]), format_html("<mark>{}</mark>", text[start:end])]
        reached = end
    return mark_safe("".join([*pieces, escape(text[reached:])]))


def piece(text, places):
    """HTML of the piece of `text` that says most of what was asked; of its beginning where none does."""
    start = best_start(places)
    start = 0 if start <= BEFORE else text.rfind(" ", 0, start - BEFORE // 2) + 1
    end = start + LENGTH
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + LENGTH // 2)
    words = text[start:end]
    inside = [(a - start, b - start, it) for a, b, it in places if a >= start and b <= end]
    said = marked(words.replace("\n", " "), inside)
    return format_html("{}{}{}", "… " if start else "", said, " …" if end < len(text) else "")


def best_start(places):
    """Where the stretch begins that says the most different things."""
    best, most = 0, 0
    for number, (start, _end, _asked) in enumerate(places):
        said = {
            id(saying.asked)
            for at, _to, saying in places[number : number + 20]
            if at < start + LENGTH - BEFORE
        }
        if len(said) > most:
            best, most = start, len(said)
    return best
