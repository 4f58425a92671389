"""Faults are reported to Sentry, or a service that speaks like it, where SENTRY_DSN names one.

What is sent: the kind of the error, where in the code, its scrubbed message, the address pattern of the
view and the number of the request. Not sent: addresses, forms, cookies, local variables, who asked.
"""

import importlib

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .logs import without_personal_data
from .tracing import job, request_id

KEPT = (
    *("event_id", "timestamp", "platform", "level", "logger", "exception", "logentry", "message"),
    *("transaction", "transaction_info", "release", "environment", "contexts", "sdk", "type"),
)
KEPT_CONTEXTS = "trace", "runtime"


def report_faults():
    if not settings.SENTRY_DSN:
        return
    try:
        sentry = importlib.import_module("sentry_sdk")
    except ImportError:
        raise ImproperlyConfigured(
            "SENTRY_DSN needs the package sentry-sdk: `python3 -m uv sync --extra sentry`."
        ) from None
    from sentry_sdk.integrations.atexit import AtexitIntegration
    from sentry_sdk.integrations.dedupe import DedupeIntegration
    from sentry_sdk.integrations.django import DjangoIntegration
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration

    try:
        sentry.init(
            dsn=settings.SENTRY_DSN,
            send_default_pii=False,
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=[
                DjangoIntegration(middleware_spans=False, signals_spans=False),
                LoggingIntegration(level=None),  # errors are reported, what led to them is not kept
                ExcepthookIntegration(),
                DedupeIntegration(),
                AtexitIntegration(callback=lambda pending, timeout: None),
            ],
            include_local_variables=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            auto_session_tracking=False,
            server_name="",
            before_send=scrubbed,
            shutdown_timeout=1,
        )
    except sentry.utils.BadDsn:
        raise ImproperlyConfigured(
            "SENTRY_DSN must look like https://key@sentry.example.org/1."
        ) from None


def scrubbed(event, hint=None):
    """Only what is named here leaves the portal."""
    kept = {name: clean(event[name]) for name in KEPT if name in event}
    if "contexts" in kept:
        kept["contexts"] = {
            name: value for name, value in kept["contexts"].items() if name in KEPT_CONTEXTS
        }
    if "logentry" in kept:  # without the words that stand in the message
        kept["logentry"] = {"message": kept["logentry"].get("message", "")}
    numbers = {"request_id": request_id.get(), "job": job.get()}
    kept["tags"] = {name: value for name, value in numbers.items() if value}
    return kept


def clean(value):
    if isinstance(value, str):
        return without_personal_data(value)
    if isinstance(value, dict):
        return {name: clean(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(each) for each in value]
    return value
