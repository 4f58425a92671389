"""What XML can hold: a text of the database may have characters that no document of XML may."""

import re

FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def of_xml(text):
    return FORBIDDEN.sub("", text)
