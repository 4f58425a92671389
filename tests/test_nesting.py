"""Texts that nest deeper than anybody writes cost no time, and lose no word."""

import re

import pytest

from healthyboost.content.nesting import DEEPEST, without_depth
from healthyboost.content.pasting import removed, say_removed
from healthyboost.content.richtext import clean, sanitize

DEEP = 3000


def depth_of(html):
    depth = deepest = 0
    for closing in re.findall(r"<(/?)\w[^>]*>", html):
        depth += -1 if closing else 1
        deepest = max(deepest, depth)
    return deepest


@pytest.mark.parametrize(
    "mark, end",
    [
        ("<ul><li>", "</li></ul>"),
        ("<blockquote>", "</blockquote>"),
        ("<div>", "</div>"),
        ("<b>", ""),
        ("<ul><!-- </ul> --><li>", ""),
        ('<ul><li a="</ul>">', ""),
    ],
)
def test_marks_that_stand_too_deep_are_left_out_and_every_word_stays(mark, end):
    html = "".join(f"{mark}word{number} " for number in range(DEEP)) + end * DEEP
    shallow, left_out = without_depth(html)
    assert left_out > DEEP - 2 * DEEPEST
    assert depth_of(sanitize(shallow)) <= 3 * DEEPEST
    assert len(set(re.findall(r"word\d+", clean(html)))) == DEEP


def test_what_follows_a_deep_part_keeps_its_marks():
    html = "<ul><li>" * 100 + "deep" + "</li></ul>" * 100 + "<p><strong>after</strong></p>"
    assert clean(html).endswith("<p><strong>after</strong></p>")


@pytest.mark.parametrize(
    "html",
    [
        "<p>a<br>b" * 200,
        "<table>" + "<tr><td>1<td><strong>2</strong>" * 200 + "</table>",
        "<ul>" + "<li>a" * 200 + "</ul>",
        "<p>" + "a < b <3 " * 100 + "</p>",
        "<ul><li>" * 9 + "a" + "</li></ul>" * 9 + "<p>b</p>" * 40,
    ],
)
def test_a_long_text_that_is_not_deep_stays_as_it_is(html):
    assert without_depth(html) == (html, 0)


def test_an_open_comment_many_times_over_takes_no_time():
    assert without_depth("<!-- x" * 50_000)[1] == 0  # the square of it would take minutes


def test_a_person_is_told_how_much_was_left_out():
    html = "<blockquote>" * 50 + "a"
    said = say_removed(removed(html, clean(html)))
    assert said == f"formatting nested deeper than {DEEPEST} levels"
