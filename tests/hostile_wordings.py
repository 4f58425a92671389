"""Edits of interface strings that would break a page, each of a string that the portal has.

(what it is, msgid, msgid_plural, language, forms)
"""

COUNTED = "%(count)s news item", "%(count)s news items"
PARTNERS = "<strong>%(count)s</strong> partner", "<strong>%(count)s</strong> partners"
ANSWER = "%(address)s did not answer as it should: %(fault)s."
SIZE = "%s KB"
ADDED = "The {name} “{obj}” was added successfully."
SHARE = "Share, %"
ONE, MANY = "<strong>%(count)s</strong> kumppani", "<strong>%(count)s</strong> kumppania"

HOSTILE_WORDINGS = [
    ("a placeholder is missing", ANSWER, "", "fi", ["%(address)s ei vastannut."]),
    ("a placeholder is misspelt", ANSWER, "", "fi", ["%(adress)s ei vastannut: %(fault)s."]),
    ("a placeholder is translated", ANSWER, "", "fi", ["%(osoite)s ei vastannut: %(fault)s."]),
    ("a placeholder is extra", ANSWER, "", "fi", ["%(address)s ei vastannut: %(fault)s %(who)s."]),
    ("a placeholder has lost its s", ANSWER, "", "sv", ["%(address) svarade inte: %(fault)s."]),
    ("a placeholder has a space in it", ANSWER, "", "sv", ["% (address)s svarade inte: %(fault)s."]),
    ("a placeholder is of another type", ANSWER, "", "sv", ["%(address)d svarade: %(fault)s."]),
    ("a percent sign stands alone", ANSWER, "", "sv", ["%(address)s: 50 % svar, %(fault)s."]),
    ("a placeholder without a name is missing", SIZE, "", "lv", ["kilobaiti"]),
    ("a placeholder without a name is extra", SIZE, "", "lv", ["%s no %s KB"]),
    ("a placeholder without a name has a type", SIZE, "", "lv", ["%d KB"]),
    ("braces are translated", ADDED, "", "ru", ["Добавлено: {имя} «{obj}»."]),
    ("a brace is open", ADDED, "", "ru", ["Добавлено: {name «{obj}»."]),
    ("a brace is lost", ADDED, "", "ru", ["Добавлено: {name} «obj»."]),
    ("a plural form is empty", *COUNTED, "ru", ["%(count)s новость", "", "%(count)s новостей", "%(count)s"]),
    ("plural forms are missing", *COUNTED, "lv", ["%(count)s ziņu", "%(count)s ziņa"]),
    ("a plural form too many", *COUNTED, "sv", ["%(count)s nyhet", "%(count)s nyheter", "%(count)s"]),
    ("a form of many numbers names none", *COUNTED, "ru", ["новость", *["%(count)s новости"] * 3]),
    ("a script", *PARTNERS, "fi", [ONE + "<script>x()</script>", MANY]),
    ("markup is lost", *PARTNERS, "fi", [ONE, "%(count)s kumppania"]),
    ("markup does not close", *PARTNERS, "fi", [ONE, "</strong>%(count)s<strong> kumppania"]),
    ("markup has a handler", *PARTNERS, "fi", [ONE.replace(">", " onclick=x()>", 1), MANY]),
    ("markup where there is none", SHARE, "", "lv", ["Daļa, <b>%</b>"]),
    ("a comment opens", SHARE, "", "lv", ["Daļa, % <!--"]),
    ("an attribute is closed", SHARE, "", "lv", ['Daļa, %" autofocus onfocus="x()']),
    ("a line in the head of a mail", "Is this your wish?", "", "lv", ["Vai tā?\nBcc: x@example.org"]),
    ("letters that turn the line round", SHARE, "", "lv", ["Daļa, \u202e%"]),
    ("letters that mark strings on the page", SHARE, "", "lv", ["Daļa, %\ue000"]),
    ("a control character", SHARE, "", "lv", ["Daļa, %\x00"]),
    ("a line break at the end", SHARE, "", "lv", ["Daļa, %\n"]),
]  # fmt: skip
