"""Text that was copied elsewhere: Word, Outlook, web pages. Its structure is kept, its looks are not.

`in_our_marks` writes foreign marks with ours, as far as ours can say the same; what is then left is
taken away by richtext.clean. `removed` says what that was, in words that a person understands.
"""

import re
from collections import Counter
from html import unescape

import nh3
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .nesting import DEEPEST, without_depth
from .stray import SOFT_HYPHEN, ZERO_WIDTH

INLINE = "a b strong i em span font u s strike sub sup small mark code cite del ins"
BLOCKS = (
    "p div h1 h2 h3 h4 h5 h6 ul ol li blockquote table thead tbody tr td th pre section article"
)
# Well-formed, lower case, quoted: from here on tags can be told apart with patterns.
well_formed = nh3.Cleaner(
    tags={*INLINE.split(), *BLOCKS.split(), "br", "hr", "img"},
    attributes={
        "*": {"style", "class"},
        "a": {"href", "title"},
        "img": {"src", "data-picture"},
        "ol": {"start", "type", "data-type"},
        "td": {"rowspan", "colspan"},
        "th": {"rowspan", "colspan"},
    },
    url_schemes={"http", "https", "mailto", "tel", "portal", "file", "cid"},
    clean_content_tags={"script", "style", "title", "template", "noscript", "iframe", "object"},
    link_rel=None,
).clean
FOREIGN = re.compile(
    r"<(?:div|section|article|span|font|b|i|h[156]|pre)\b|\b(?:style|class)\s*=", re.I
)
TAG = re.compile(r"<(/?)(\w+)([^>]*)>")
VOID = {"br", "hr", "img"}
RENAMED = {"h1": "h2", "h5": "h4", "h6": "h4", "pre": "p"} | dict.fromkeys(
    ("div", "section", "article"), "p"
)
BOLD = re.compile(r"(?<!-)font-weight: ?(?:bold|[6-9]00)")
NOT_BOLD = re.compile(r"(?<!-)font-weight: ?(?:normal|[1-5]00)")
ITALIC = re.compile(r"(?<!-)font-style: ?italic")
NOT_ITALIC = re.compile(r"(?<!-)font-style: ?normal")

# In Word a list is a row of paragraphs, and its bullets are typed letters.
WORD_ITEM = re.compile(
    r'<p(?=[^>]* style="[^"]*mso-list: ?\w+ level(?P<level>\d))[^>]*>(?P<text>.*?)</p>', re.S
)
WORD_BULLET = re.compile(
    r'<span style="[^"]*mso-list: ?ignore[^"]*">(?P<sign>(?:[^<]|<span[^>]*>[^<]*</span>)*)</span>',
    re.I,
)
NUMBERED = re.compile(r"\W*(?:\d+|[a-z]|[ivx]+)[.)]", re.I)

TRACKING = re.compile(
    r"(?<!\w)(?:utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|yclid|_hsenc)="
)


def in_our_marks(html):
    """`html` with our marks where they say the same as those of Word, Outlook or a web page."""
    if not FOREIGN.search(html):
        return html
    html = with_lists(well_formed(html))
    pieces, closing, end = [], [], 0
    for tag in TAG.finditer(html):
        pieces.append(html[end : tag.start()])
        end = tag.end()
        is_closing, name, attributes = tag.groups()
        if name in VOID:
            pieces.append(tag[0])
        elif is_closing:
            pieces.append(closing.pop())
        else:
            opened, closed = our_marks(name, attributes, tag[0])
            pieces.append(opened)
            closing.append(closed)
    return "".join([*pieces, html[end:]])


def our_marks(name, attributes, tag):
    """What stands for an opening tag, and for its closing one."""
    if name in ("b", "strong"):
        return ("", "") if NOT_BOLD.search(attributes) else ("<strong>", "</strong>")
    if name in ("i", "em"):
        return ("", "") if NOT_ITALIC.search(attributes) else ("<em>", "</em>")
    if name in ("span", "font"):
        marks = [
            mark for mark, look in (("strong", BOLD), ("em", ITALIC)) if look.search(attributes)
        ]
        return (
            "".join(f"<{mark}>" for mark in marks),
            "".join(f"</{mark}>" for mark in reversed(marks)),
        )
    if name in RENAMED:
        return f"<{RENAMED[name]}>", f"</{RENAMED[name]}>"
    return tag, f"</{name}>"


def with_lists(html):
    """The paragraphs that Word shows as a list, as a list."""
    pieces, run, end = [], [], 0
    for found in WORD_ITEM.finditer(html):
        between = html[end : found.start()]
        if between.strip():
            pieces += [as_list(run), between]
            run = []
        run.append(found)
        end = found.end()
    return "".join([*pieces, as_list(run), html[end:]])


def as_list(items):
    """Nested as deep as their levels say; a level that is skipped is no level."""
    html, open_lists = "", []  # (level, name)
    for item in items:
        level, bullet = int(item["level"]), WORD_BULLET.search(item["text"])
        sign = unescape(re.sub(r"<[^>]*>", "", bullet["sign"])) if bullet else ""
        name = "ol" if NUMBERED.match(sign) else "ul"
        while open_lists and open_lists[-1][0] > level and len(open_lists) > 1:
            html += f"</li></{open_lists.pop()[1]}>"
        deeper = not open_lists or open_lists[-1][0] < level
        if not deeper:
            html += "</li>"
            if open_lists[-1][1] != name:  # another list begins
                html += f"</{open_lists.pop()[1]}>"
                deeper = True
        if deeper:
            html += f"<{name}>"
            open_lists.append((level, name))
        html += f"<li><p>{WORD_BULLET.sub('', item['text']).strip()}</p>"
    return html + "".join(f"</li></{name}>" for _level, name in reversed(open_lists))


def without_tracking(address):
    """A web address without what only tells its owner who followed it from where."""
    if not TRACKING.search(address):
        return address
    address, hash_sign, anchor = address.partition("#")
    path, _mark, query = address.partition("?")
    kept = "&".join(part for part in query.split("&") if not TRACKING.match(part))
    return path + ("?" + kept if kept else "") + hash_sign + anchor


# What was removed

EMBEDDED = re.compile(r"<(?:script|iframe|object|embed|form|video|audio|svg|input|button)\b", re.I)
PICTURE = re.compile(r"<img\b(?![^>]*data-picture)")
LOOKS = re.compile(r"<font\b|style=\"[^\"]*(?:font-family|font-size|font:|color|background)")
FORMATS = re.compile(r"<(?:u|s|strike|sub|sup|small|mark|code|hr)\b")
EMPTY = re.compile(r"<(p|div|h[1-6])(?: [^>]*)?>(?:\s|&nbsp;|<br>)*</\1>")
LINK = re.compile(r"<a\b[^>]*\bhref=", re.I)


def removed(html, cleaned):
    """{kind: number} of what a reader would have seen, or felt, in `html` and not in `cleaned`."""
    html, too_deep = without_depth(html)
    foreign = well_formed(html)
    bare = re.sub(rf"</?(?:{INLINE.replace(' ', '|')})\b[^>]*>", "", foreign)
    found = {
        "pictures": len(PICTURE.findall(foreign)),
        "embedded": len(EMBEDDED.findall(html)) + len(re.findall(r"<[^>]+\son\w+=", html)),
        "links": max(0, len(LINK.findall(html)) - len(LINK.findall(cleaned))),
        "tracking": sum(bool(TRACKING.search(link)) for link in re.findall(r'href="[^"]*', html)),
        "looks": int(bool(LOOKS.search(foreign))),
        "formats": int(bool(FORMATS.search(foreign))),
        "empty": len(EMPTY.findall(bare)),
        "deep": too_deep,
        "hidden": len(re.findall(f"[{SOFT_HYPHEN}{ZERO_WIDTH}]", foreign)),
    }
    return Counter({kind: number for kind, number in found.items() if number})


def say_removed(found):
    """ "3 pictures, fonts and colours, 2 empty paragraphs"; '' where nothing was removed."""
    words = {
        "pictures": lambda n: ngettext("%(count)s picture", "%(count)s pictures", n),
        "embedded": lambda n: ngettext(
            "%(count)s script, form or embedded thing",
            "%(count)s scripts, forms or embedded things",
            n,
        ),
        "links": lambda n: ngettext(
            "%(count)s link that leads nowhere", "%(count)s links that lead nowhere", n
        ),
        "tracking": lambda n: ngettext(
            "tracking in %(count)s link", "tracking in %(count)s links", n
        ),
        "looks": lambda n: _("fonts and colours"),
        "formats": lambda n: _("underlining and other formats"),
        "empty": lambda n: ngettext("%(count)s empty paragraph", "%(count)s empty paragraphs", n),
        "deep": lambda n: _("formatting nested deeper than %(most)s levels"),
        "hidden": lambda n: ngettext(
            "%(count)s hidden character", "%(count)s hidden characters", n
        ),
    }
    return ", ".join(
        say(found[kind]) % {"count": found[kind], "most": DEEPEST}
        for kind, say in words.items()
        if found.get(kind)
    )
