"""Headers of an answer that is sent again and again: checked and written once, when it is made.

To gunicorn each header of each answer is new: it checks name and value, which takes as long as all the rest
of a page that is kept. whole_answers.py sends these as they are; to any other server they are a list.
"""

import re

NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch
VALUE = re.compile(r"[ \t\x21-\x7e\x80-\xff]*").fullmatch
# Of one connection, not of an answer: the server says them.
OF_A_CONNECTION = {
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te"),
    *("trailers", "transfer-encoding", "upgrade", "server", "date"),
}


class Written(list):
    """[(name, value)]; `text` is what is sent of them, `length` the Content-Length or None."""

    def __init__(self, headers):
        """ValueError where one of them cannot be sent."""
        super().__init__(headers)
        self.text = written(self)
        lengths = [value for name, value in self if name.lower() == "content-length"]
        self.length = int(lengths[0]) if lengths else None

    def __add__(self, others):
        whole = Written.__new__(Written)  # these need not be checked again
        whole.extend(self)
        whole.extend(others)
        whole.text, whole.length = self.text + written(others), self.length
        return whole


def written(headers):
    text = ""
    for name, value in headers:
        if not NAME(name) or not VALUE(value) or name.lower() in OF_A_CONNECTION:
            raise ValueError(f"no header of an answer: {name}")
        text += f"{name}: {value.strip()}\r\n"
    return text
