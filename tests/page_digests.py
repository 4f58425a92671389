"""`python -m tests.page_digests`: what each public address of a portal answers, as one digest a line."""

import hashlib
import json
import os
import re
from collections import deque
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

HEADERS = "Content-Type", "ETag", "Cache-Control", "Last-Modified", "Location", "Content-Language"
LINK = re.compile(r'<link [^>]*?href="([^"]+)"|<loc>([^<]+)</loc>')


def digests():
    """{path: digest} of all in the sitemaps, and of what the front pages lead to."""
    from django.conf import settings
    from django.test import Client

    from .portal_crawl import links_of

    client, found = Client(), {}
    fronts = [f"/{code}/" for code, _name in settings.LANGUAGES]
    waiting = deque([*fronts, "/sitemap.xml", "/robots.txt", "/api/v1/"])
    while waiting:
        path = waiting.popleft()
        if path in found:
            continue
        response = client.get(path)
        content = b"".join(response) if response.streaming else response.content
        shown = [response.status_code, *(response.headers.get(name) for name in HEADERS)]
        found[path] = hashlib.sha256(json.dumps(shown).encode() + content).hexdigest()
        if path not in fronts and not re.match(r"/sitemap.*\.xml$", path):
            continue
        text = content.decode()
        for link in [*links_of(text), *(unescape(a or b) for a, b in LINK.findall(text))]:
            target = urlsplit(urldefrag(urljoin(settings.SITE_ADDRESS + path, link))[0])
            if f"{target.scheme}://{target.netloc}" == settings.SITE_ADDRESS:
                waiting.append(target._replace(scheme="", netloc="").geturl())
    return found


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "healthyboost.settings")
    django.setup()
    print(json.dumps(digests()))
