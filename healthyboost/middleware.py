"""What is asked of every request."""

from django.core.exceptions import BadRequest


def refuse_nul(get_response):
    """No text of the database holds a NUL, and none can be looked up by one: 400, not 500."""

    def answer(request):
        if any("\0" in text for text in (request.path_info, *request.COOKIES.values())):
            raise BadRequest("a NUL in the address or a cookie")
        return get_response(request)

    return answer
