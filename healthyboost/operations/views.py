"""What is asked by machines that watch the portal."""

import json

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .metrics import CONTENT_TYPE, metrics
from .readiness import readiness


@never_cache
@require_safe
def healthz(request):
    """The process answers. Nothing else is asked, so that an outage elsewhere restarts nothing."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request):
    """Everything works: 200, else 503; one line for each check."""
    found = readiness()
    is_ready = not any(found.values())
    said = {"ready": is_ready} | {check: wrong or "ok" for check, wrong in found.items()}
    answer = HttpResponse(
        json.dumps(said, indent=1) + "\n",
        content_type="application/json",
        status=200 if is_ready else 503,
    )
    answer._has_been_logged = True  # Django would write an error each time that somebody looks
    return answer


@never_cache
@require_safe
def metrics_view(request):
    """For whoever knows METRICS_TOKEN; without that setting there is no such address."""
    if not settings.METRICS_TOKEN:
        raise Http404
    told = request.headers.get("Authorization", "")
    if not constant_time_compare(told, f"Bearer {settings.METRICS_TOKEN}"):
        answer = HttpResponse("METRICS_TOKEN is needed.\n", content_type="text/plain", status=401)
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    return HttpResponse(metrics(), content_type=CONTENT_TYPE)
