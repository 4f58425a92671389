"""Data for programs: an answer that any page may read and that need not be sent twice."""

import hashlib

from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers

from healthyboost.api.problems import for_all, problem_response
from healthyboost.content.languages import language_codes


def data_response(request, content, content_type, language, file_name=""):
    """`content` with its ETag; 304 where the asker has it already."""
    response = HttpResponse(content, content_type=content_type)
    response["Cache-Control"] = "no-cache"  # to be asked for, but not sent, again
    response["Content-Language"] = language
    if file_name:
        response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = etag
    patch_vary_headers(response, ["Accept-Encoding"])
    return get_conditional_response(request, etag, response=for_all(response))


def asked_language(request):
    """(language of `?lang=`, None), or (None, the answer that says what is wrong)."""
    codes = language_codes()
    unknown = sorted(set(request.GET) - {"lang"})
    if unknown:
        said = ", ".join(name[:60] for name in unknown[:5])
        return None, problem_response(
            request, 400, f"Not known here: {said}. The only parameter is lang."
        )
    values = request.GET.getlist("lang") or ["en"]
    if len(values) > 1 or values[0] not in codes:
        return None, problem_response(request, 400, f"lang is one of {', '.join(codes)}.")
    return values[0], None
