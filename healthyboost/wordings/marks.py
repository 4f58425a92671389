"""Marks round the strings of a page: invisible letters while it is written, elements in the end.

Letters of the private use area go through escaping, formatting and joining unchanged. In text they
become <span data-wording="NUMBER">; out of attributes, titles, scripts and other places where no
element may stand they are taken away, and their strings are listed instead.
"""

import re

from django.conf import settings

from .models import CONTEXT_SEPARATOR, InterfaceString

START, MIDDLE, END = "\ue000", "\ue001", "\ue002"
DIGITS, LANGUAGES = 0xE010, 0xE020  # from here on: a digit each, a language each
LAST_LANGUAGE = chr(LANGUAGES + len(settings.LANGUAGES) - 1)
# Texts of people may hold such letters, too: what is no mark of ours is only taken away.
OPENING = re.compile(
    f"{START}([{chr(LANGUAGES)}-{LAST_LANGUAGE}])([{chr(DIGITS)}-\ue019]{{1,9}}){MIDDLE}"
)
MARK = re.compile(f"{OPENING.pattern}|{END}")
# The same letters in JSON and in addresses.
LETTERS = re.compile(r"[\ue000-\ue0ff]|\\ue0[0-9a-f]{2}|%EE%8[0-3]%[89AB][0-9A-F]", re.IGNORECASE)
PIECE = re.compile(
    r"<!--.*?-->"
    r"|<(?P<closed>script|style|textarea|title|select|svg|datalist|template)\b.*?</(?P=closed)\s*>"
    r"|<(?P<end>/?)(?P<name>[a-zA-Z][\w-]*)(?:\"[^\"]*\"|'[^']*'|[^>\"'])*>"
    r"|<![^>]*>",
    re.DOTALL | re.IGNORECASE,
)
VOID = set("area base br col embed hr img input link meta param source track wbr".split())
LONGEST = 120  # characters of a string in the list


class Marks:
    """Marks the strings of `languages` that the catalogues know."""

    def __init__(self, languages):
        self.languages = {
            code: place
            for place, (code, _name) in enumerate(settings.LANGUAGES)
            if code in languages
        }
        rows = InterfaceString.objects.filter(is_current=True, catalogue="django")
        self.numbers = {
            f"{context}{CONTEXT_SEPARATOR}{msgid}" if context else msgid: (number, msgid, plural)
            for number, context, msgid, plural in rows.values_list(
                "pk", "context", "msgid", "msgid_plural"
            )
        }

    def mark(self, language, name, text):
        if name not in self.numbers or language not in self.languages:
            return text
        number = "".join(chr(DIGITS + int(digit)) for digit in str(self.numbers[name][0]))
        return f"{START}{chr(LANGUAGES + self.languages[language])}{number}{MIDDLE}{text}{END}"

    def text_of(self, language, key, text):
        """What gettext found for `key`. It asks for (name, form) last, also where there is nothing."""
        if isinstance(text, str):
            return self.mark(language, key if isinstance(key, str) else key[0], text)
        if isinstance(key, tuple) and key[0] in self.numbers and language in self.languages:
            return self.mark(language, key[0], self.numbers[key[0]][1])
        return text

    def plural_of(self, language, name, number):
        """The original, marked, of a string that has no translation."""
        if name not in self.numbers or language not in self.languages:
            return None
        _number, one, several = self.numbers[name]
        return self.mark(language, name, one if number == 1 else several)


def stripped(text):
    return LETTERS.sub("", text)


class MarkedPage:
    """The HTML of a page with elements in the place of its marks."""

    def __init__(self, html):
        self.pieces = []
        self.hidden = {}  # {(number, language): text}
        self.shown = set()
        self.elements = [0]  # numbers of the open ones
        self.names = [""]
        self.count = 0
        self.open = []  # [(place in pieces, number, language, element)]
        end = 0
        for piece in PIECE.finditer(html):
            self.add_text(html[end : piece.start()])
            self.add_piece(piece)
            end = piece.end()
        self.add_text(html[end:])
        self.hide_open(0)
        self.html = stripped("".join(self.pieces))
        for key in self.shown:
            self.hidden.pop(key, None)

    def add_piece(self, piece):
        self.note_hidden(piece[0])
        self.pieces.append(piece[0])
        name = (piece["name"] or "").lower()
        if not name or name in VOID or piece[0].endswith("/>"):
            return
        if not piece["end"]:
            self.count += 1
            self.elements.append(self.count)
            self.names.append(name)
        elif name in self.names:
            while self.names.pop() != name:
                self.elements.pop()
            self.elements.pop()

    def add_text(self, text):
        end = 0
        for mark in MARK.finditer(text):
            self.pieces.append(text[end : mark.start()])
            end = mark.end()
            if mark[0] == END:
                self.close()
            else:
                self.open.append((len(self.pieces), *read(mark), self.elements[-1]))
                self.pieces.append("")
        self.pieces.append(text[end:])

    def close(self):
        if not self.open:
            return
        place, number, language, element = self.open.pop()
        if element == self.elements[-1]:
            self.pieces[place] = f'<span data-wording="{number}" data-language="{language}">'
            self.pieces.append("</span>")
            self.shown.add((number, language))
        else:  # it began inside of what has ended since
            self.hide(place, number, language)

    def hide_open(self, kept):
        for place, number, language, _element in self.open[kept:]:
            self.hide(place, number, language)

    def hide(self, place, number, language):
        text = re.sub(r"<[^>]*>", "", "".join(self.pieces[place:]))
        self.hidden.setdefault((number, language), stripped(text).strip()[:LONGEST])

    def note_hidden(self, text):
        for mark in OPENING.finditer(text):
            end = text.find(END, mark.end())
            said = stripped(text[mark.end() : end if end > 0 else len(text)])
            self.hidden.setdefault(read(mark), said[:LONGEST])


def read(mark):
    """(number, language) of an opening mark."""
    number = int("".join(str(ord(letter) - DIGITS) for letter in mark[2]))
    return number, settings.LANGUAGES[ord(mark[1]) - LANGUAGES][0]
