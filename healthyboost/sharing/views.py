from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from .posters import digest_of, page_with_pictures, path_of_picture, poster_of, poster_of_section
from .shelf import Busy, picture_bytes


@require_safe
def picture(request, kind, name, digest):
    """The picture of a page in the language of the address; 404 where that is not public.

    An address that once was right leads to the picture of today. Nothing is drawn for a wrong one.
    """
    pictures = ()
    try:
        if kind == "list":
            poster = poster_of_section(name)
        else:
            page, pictures = page_with_pictures(kind, name)
            if not page.is_public_in(get_language()):
                raise Http404("not public in this language")
            poster, name = poster_of(page, get_language(), pictures), page.slug
    except (KeyError, ObjectDoesNotExist) as error:
        raise Http404("no such page") from error
    address = path_of_picture(kind, name, poster)
    if request.path != address:
        return lasting(HttpResponseRedirect(address), "public, max-age=300")
    etag = quote_etag(digest_of(poster))
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponseNotModified()
    else:
        try:
            response = HttpResponse(picture_bytes(poster, pictures), content_type="image/jpeg")
        except Busy:
            return HttpResponse(status=503, headers={"Retry-After": "10"})
    response["ETag"] = etag
    response["Cross-Origin-Resource-Policy"] = "cross-origin"  # made to be shown elsewhere
    return lasting(response, "public, max-age=31536000, immutable")


def lasting(response, policy):
    response["Cache-Control"] = policy
    return response
