"""LibreTranslate, on a machine of one's own or elsewhere: https://libretranslate.com, POST /translate.

The address is the operator's. The texts go there and nowhere else: no redirection is followed.
"""

import http.client
import json
import logging
import time
import urllib.error
import urllib.request
from functools import cache as cache_once
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache

from .machine import MachineFailed

logger = logging.getLogger(__name__)

MOST_BYTES = 4_000_000  # of one answer
WAIT_FOR_LANGUAGES = 8.0  # seconds: somebody looks on
KEEP_LANGUAGES = 60 * 60  # seconds
WORTH_ANOTHER_TRY = {"time", "connection", "busy", "error"}
BY_STATUS = {400: "refused", 401: "key", 403: "key", 413: "refused", 429: "busy"}


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """What the operator has not named gets no text: a redirection is an answer that is of no use."""

    def redirect_request(self, *args, **kwargs):
        return None


@cache_once
def opener():
    """Made once: to read the certificates of the system takes its time."""
    return urllib.request.build_opener(NoRedirect)


class LibreTranslate:
    at_once = 2000
    most_texts = 20  # in one question
    most_characters = 5000
    pauses = 1.0, 5.0  # seconds before another try
    longest_pause = 30.0  # that a service may ask for

    def __init__(self):
        self.address = settings.MACHINE_TRANSLATION.rstrip("/")
        self.key = settings.MACHINE_TRANSLATION_KEY
        self.timeout = settings.MACHINE_TRANSLATION_TIMEOUT
        self.host = urlsplit(self.address).hostname or ""
        self.name = f"LibreTranslate, {self.host}"

    def languages(self):
        """Asked for once an hour: they hardly change."""
        pairs = cache.get(self.cache_key)
        if pairs is None:
            pairs = self.ask_languages()
            cache.set(self.cache_key, pairs, KEEP_LANGUAGES)
        return pairs

    @property
    def cache_key(self):
        return f"machine-languages:{self.address}"

    def ask_languages(self):
        told = self.ask("/languages", timeout=min(self.timeout, WAIT_FOR_LANGUAGES))
        try:
            codes = [each["code"] for each in told]
            return {
                (each["code"], target) for each in told for target in each.get("targets", codes)
            }
        except (TypeError, KeyError, AttributeError) as error:
            raise MachineFailed("broken", "languages") from error

    def translate(self, texts, source, target, is_html):
        found = []
        for batch in self.batches(texts):
            told = self.ask_patiently(
                "/translate",
                {
                    "q": batch,
                    "source": source,
                    "target": target,
                    "format": "html" if is_html else "text",
                    **({"api_key": self.key} if self.key else {}),
                },
            )
            translated = told.get("translatedText") if isinstance(told, dict) else None
            if not isinstance(translated, list) or len(translated) != len(batch):
                raise MachineFailed("broken", f"not {len(batch)} texts")
            if not all(isinstance(text, str) for text in translated):
                raise MachineFailed("broken", "something that is no text")
            found += translated
        return found

    def batches(self, texts):
        """Few enough for one question; a text that is longer by itself goes alone."""
        batch, characters = [], 0
        for text in texts:
            is_full = len(batch) == self.most_texts or characters + len(text) > self.most_characters
            if batch and is_full:
                yield batch
                batch, characters = [], 0
            batch.append(text)
            characters += len(text)
        if batch:
            yield batch

    def ask_patiently(self, path, data):
        for pause in (*self.pauses, None):
            try:
                return self.ask(path, data)
            except MachineFailed as failed:
                if pause is None or failed.key not in WORTH_ANOTHER_TRY:
                    raise
                asked = getattr(failed, "pause", 0)
                if asked > self.longest_pause:
                    raise
                time.sleep(max(pause, asked))

    def ask(self, path, data=None, timeout=None):
        """The JSON that the service answers; MachineFailed with the reason where there is none."""
        request = urllib.request.Request(
            self.address + path,
            data=json.dumps(data).encode() if data is not None else None,
            headers={
                "Content-Type": "application/json",
                "Accept": "application/json",
                "User-Agent": f"HealthyBoost (+{settings.SITE_ADDRESS})",
            },
        )
        try:
            with opener().open(request, timeout=timeout or self.timeout) as response:
                return json.loads(self.read(response))
        except urllib.error.HTTPError as error:
            raise self.failed(error) from error
        except TimeoutError as error:
            raise MachineFailed("time") from error
        except urllib.error.URLError as error:
            key = "time" if isinstance(error.reason, TimeoutError) else "connection"
            raise MachineFailed(key, str(error.reason)) from error
        except (OSError, http.client.HTTPException) as error:
            raise MachineFailed("connection", str(error)) from error
        except ValueError as error:
            raise MachineFailed("broken", "no JSON") from error

    def read(self, response):
        """All of the answer, if it comes in time: a letter a second is not waited for."""
        pieces, size, end = [], 0, time.monotonic() + 2 * self.timeout
        while piece := response.read1(65536):
            pieces.append(piece)
            size += len(piece)
            if size > MOST_BYTES:
                raise MachineFailed("broken", "too long")
            if time.monotonic() > end:
                raise MachineFailed("time")
        return b"".join(pieces)

    def failed(self, error):
        """The MachineFailed that an answer with a status of its own means."""
        try:
            with error:
                said = error.read(2000).decode(errors="replace")
        except OSError:
            said = ""
        logger.warning("%s answered %s: %s", self.host, error.code, said[:300])
        key = BY_STATUS.get(error.code, "broken" if error.code < 500 else "error")
        if key == "refused" and "not supported" in said:
            key = "languages"
        failed = MachineFailed(key, str(error.code))
        pause = error.headers.get("Retry-After", "")
        failed.pause = int(pause) if pause.isdecimal() else 0
        return failed
