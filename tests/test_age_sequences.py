"""Random sequences of edits against a simple model of what should be true of each translation.

A text of the model is a list of paragraphs, each of them (words, marks): a translation is older than
its source if the words differ, or if somebody says that marks matter that do.
"""

import copy
import random
from collections import Counter

import pytest

from healthyboost.content.age import age_of, source_texts
from healthyboost.content.hanging import hanging_rows
from healthyboost.content.judging import changes_to_judge, judge
from healthyboost.content.languages import column
from healthyboost.content.models import Draft, Link
from healthyboost.translation.counting import catch_up_all
from healthyboost.translation.standing import standings_of
from news.models import Article

from .factories import LONG_AGO, make_article

pytestmark = pytest.mark.django_db
SOURCES = {"lv": "en", "fi": "lv", "sv": "en"}  # Finnish by way of Latvian
PLAIN = ["{}", "{}.", "{}!"]
MARKS = ["{}.", "{}!", "<strong>{}</strong>", '<a href="https://example.org/">{}</a>', "{} –"]


class Model:
    """What is said in each language, in the page and in its links, and what was translated."""

    def __init__(self):
        self.said = {code: [] for code in ("en", "lv", "fi", "sv")}
        self.links = {}  # number: {language: paragraph}
        self.made = {}  # language: (text, {number: paragraph}) of its source
        self.matters = {code: set() for code in SOURCES}
        self.drafts = {}  # language: (text, made)

    def source_of(self, code):
        source = SOURCES[code]
        links = {number: said[source] for number, said in self.links.items() if source in said}
        return copy.deepcopy((self.said[source], links))

    def pairs(self, code):
        """(what was translated, what is said now, what its translation says) of the page and each link."""
        text, links = self.made[code]
        now, now_links = self.source_of(code)
        yield text, now, self.said[code]
        for number, said in self.links.items():
            if number in links or code not in said:
                then, own = links.get(number), said.get(code)
                now = now_links.get(number)
                yield [[each] if each else [] for each in (then, now, own)]

    def standing(self, code):
        """What a translator has to do: words that she never wrote make her text no older."""
        written = [(then, now) for then, now, own in self.pairs(code) if own or not now]
        state = self.state(code, written)
        lacks = len(written) < len(list(self.pairs(code)))
        return "incomplete" if lacks and state != "changed" else state

    def state(self, code, pairs=None):
        found = "current"
        if pairs is None:
            pairs = [(then, now) for then, now, _own in self.pairs(code)]
        for then, now in pairs:
            if [words for words, _marks in then] != [words for words, _marks in now]:
                return "changed"
            for old, new in zip(then, now, strict=True):
                if old != new:
                    if new[0] in self.matters[code]:
                        return "changed"
                    found = "minor"
        return found


class Sequence:
    """Does to the portal and to the model the same."""

    ACTIONS = (
        ["edit"] * 3 + ["publish", "matter", "correct"] * 2
        + ["translate", "add_link", "edit_link", "remove_link", "draft", "withdraw"]
    )  # fmt: skip

    def __init__(self, chance, article):
        self.chance, self.article, self.model = chance, article, Model()
        self.done = Counter()
        Link.objects.filter(object_id=article.pk).delete()
        article.drafts.all().delete()
        for code in self.model.said:
            self.write(code, [self.paragraph() for _number in range(3)])
        for code in SOURCES:
            self.translate(code)

    def run(self, length):
        while self.done.total() < length:
            action = self.chance.choice(self.ACTIONS)
            codes = [code for code in SOURCES if self.can(action, code)]
            if codes:
                getattr(self, action)(self.chance.choice(codes))
                self.done[action] += 1
                self.check()

    def can(self, action, code):
        drafts = self.model.drafts
        return {
            "publish": code in drafts,
            "edit_link": self.model.links,
            "remove_link": self.model.links,
            "correct": code not in drafts and self.model.state(code) != "current",
            "matter": code not in drafts and self.model.state(code) == "minor",
        }.get(action, True)

    def check(self):
        page = self.page()
        parts = hanging_rows(page)
        for code in SOURCES:
            age, wanted = age_of(page, code, parts), self.model.state(code)
            found = "changed" if age.changed else "minor" if age.minor else "current"
            assert found == wanted, (code, wanted, age, self.done)
            assert age.changed + age.minor <= age.total

    def check_standing(self):
        catch_up_all()
        found = standings_of(self.article)
        assert found["en"].state == "original"
        assert found["ru"].state == "missing"
        for code in SOURCES:
            assert found[code].state == self.model.standing(code), (code, self.done)
            assert found[code].has_draft == (code in self.model.drafts)

    def page(self):
        return Article.objects.get(pk=self.article.pk)

    def paragraph(self, marks=MARKS):
        return f"word{self.chance.randrange(10_000)}", self.chance.choice(marks)

    def write(self, code, text):
        self.model.said[code] = text
        Article.objects.filter(pk=self.article.pk).update(**{column("body", code): html(text)})

    # What is done

    def edit(self, code):
        code = SOURCES[code]
        text = list(self.model.said[code])
        place = self.chance.randrange(len(text) + 1)
        kind = self.chance.choice(["add", "remove", "words", "marks", "marks", "back"])
        if kind == "add":
            text.insert(place, self.paragraph())
        elif kind == "back":
            of = [each for each in SOURCES if SOURCES[each] == code]
            text = copy.deepcopy(self.model.made[self.chance.choice(of)][0])
        elif place < len(text):
            words, _marks = text.pop(place)
            if kind == "words":
                text.insert(place, self.paragraph())
            elif kind == "marks":
                text.insert(place, (words, self.chance.choice(MARKS)))
        self.write(code, text)

    def translate(self, code):
        """All of it, from what its source says now."""
        page = self.page()
        setattr(page, column("made_from", code), SOURCES[code])
        page.save()
        self.model.made[code] = self.model.source_of(code)
        self.model.matters[code] = set()

    def add_link(self, code):
        said = {each: self.paragraph(PLAIN) for each in ("en", "lv", "fi", "sv")}
        said = {
            each: text for each, text in said.items() if each == "en" or self.chance.random() < 0.7
        }
        labels = {column("label", each): label(text) for each, text in said.items()}
        link = Link.objects.create(owner=self.article, **labels)
        self.model.links[link.pk] = said

    def edit_link(self, code):
        number, code = self.chance.choice(list(self.model.links)), SOURCES[code]
        text = self.model.links[number].get(code) or self.paragraph(PLAIN)
        if self.chance.random() < 0.5:
            text = self.paragraph(PLAIN)
        text = text[0], self.chance.choice(PLAIN)
        self.model.links[number][code] = text
        Link.objects.filter(pk=number).update(**{column("label", code): label(text)})

    def remove_link(self, code):
        number = self.chance.choice(list(self.model.links))
        del self.model.links[number]
        Link.objects.filter(pk=number).delete()

    def draft(self, code):
        """A new text that nobody sees yet, made from what its source says now."""
        page, text = self.page(), [self.paragraph()]
        page.drafts.filter(language=code).delete()
        made = source_texts(page, SOURCES[code], hanging_rows(page))
        Draft.objects.create(
            page=page, language=code, fields={"body": html(text)}, made_from=made,
            started_from=page.live_hash(code),
        )  # fmt: skip
        self.model.drafts[code] = text, self.model.source_of(code), set()

    def publish(self, code):
        self.article.drafts.get(language=code).publish(overwrite=True)
        text, made, matters = self.model.drafts.pop(code)
        self.model.said[code], self.model.made[code] = text, made
        self.model.matters[code] = matters

    def withdraw(self, code):
        """And put back: no translation is older or younger by it."""
        page, name = self.page(), column("withdrawn_at", code)
        setattr(page, name, None if getattr(page, name) else LONG_AGO)
        page.save()

    def correct(self, code):
        """All that has changed in its source is none of this translation's business."""
        judge(self.article, SOURCES[code], self.tokens(code), matters=False, languages=[code])
        text, links = self.model.source_of(code)
        known = self.model.made[code][1]
        self.model.matters[code] -= {
            words
            for then, now, _own in self.model.pairs(code)
            for words, marks in now
            if (words, marks) not in then
        }
        untold = {
            number for number in links if number not in known and code in self.model.links[number]
        }
        kept = {number: text for number, text in known.items() if number not in self.model.links}
        links = {number: text for number, text in links.items() if number not in untold}
        self.model.made[code] = text, {**kept, **links}

    def matter(self, code):
        """Where marks alone have changed: they say something."""
        judge(self.article, SOURCES[code], self.tokens(code), matters=True, languages=[code])
        for then, now, _own in self.model.pairs(code):
            for old, new in zip(then, now, strict=True):
                if old != new:
                    self.model.matters[code].add(new[0])

    def tokens(self, code):
        return [
            each.change.token for each in changes_to_judge(self.page()) if code in each.languages
        ]


def html(text):
    return "\n".join(f"<p>{marks.format(words)}</p>" for words, marks in text)


def label(paragraph):
    words, marks = paragraph
    return marks.format(words)


def run(number, length=14):
    article, done = make_article(languages=["en", "lv", "fi", "sv"]), Counter()
    for seed in range(number):
        sequence = Sequence(random.Random(seed), article)
        sequence.run(length)
        sequence.check_standing()
        done += sequence.done
    said = ", ".join(f"{count} {name}" for name, count in done.most_common())
    print(f"\n{number} sequences of {length} edits agree with the model: {said}")
    return done


@pytest.mark.long
def test_random_edits_leave_each_translation_as_old_as_it_is():
    run(3, length=8)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)  # what is no longer seen is cleaned away on the way
def test_hundreds_of_sequences_of_random_edits_leave_each_translation_as_old_as_it_is():
    assert set(run(200, length=6)) == set(Sequence.ACTIONS)
