"""Answers that say what went wrong: RFC 9457, in English, as all of the interface for programs is."""

import json

from django.http import HttpResponse

TITLES = {
    400: "The request was not understood",
    403: "Access denied",
    404: "There is nothing at this address",
    405: "This method is not allowed",
    406: "There is no such format",
    410: "This is no longer public",
    429: "Too many requests",
    500: "Something went wrong",
    503: "The portal cannot answer at the moment",
}


class Problem(Exception):
    def __init__(self, status, detail, **more):
        super().__init__(detail)
        self.status, self.detail, self.more = status, detail, more


def problem_response(request, status, detail="", **more):
    """`more` says further members of the problem, such as the name of the parameter."""
    title = TITLES.get(status, TITLES[500 if status >= 500 else 400])
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail or title}
    response = HttpResponse(
        json.dumps(told | more, ensure_ascii=False) + "\n",
        status=status,
        content_type="application/problem+json",
    )
    response["Cache-Control"] = "no-cache"
    return for_all(response)


def for_all(response):
    """Any page of any host may read the answer; it has no cookies and asks for none."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = (
        "ETag, Last-Modified, Link, Content-Disposition, Retry-After"
    )
    response.headers.setdefault("Content-Language", "en")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers.setdefault("Vary", "Accept")
    response.is_for_all_languages = True
    return response
