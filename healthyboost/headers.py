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
        self.text, self.length = "", None
        for name, value in self:
            if not NAME(name) or not VALUE(value) or name.lower() in OF_A_CONNECTION:
                raise ValueError(f"no header of an answer: {name}")
            if name.lower() == "content-length":
                self.length = int(value)
            self.text += f"{name}: {value.strip()}\r\n"

    def __add__(self, others):
        more = Written(others)
        whole = Written.__new__(Written)
        list.__init__(whole, [*self, *more])
        whole.text, whole.length = self.text + more.text, self.length
        return whole
