"""A portal that is only tried out is in no search engine, whatever its addresses are found by."""

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed


def keep_out(get_response):
    """Middleware: robots.txt asks for no visits, and what is visited all the same is not listed."""
    if settings.SEARCH_ENGINES:
        raise MiddlewareNotUsed

    def answer(request):
        response = get_response(request)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return answer
