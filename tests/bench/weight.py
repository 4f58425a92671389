"""What a first visit to a page costs the reader: requests, bytes, shifts of the layout.

    python -m tests.bench.weight [home "project, chart"]

The sample content, served as production does (gunicorn, compressed static files with a hash in
their names), on a phone and on a desktop, each kind of page in five languages, without anything
in the browser's cache. A database of its own, on the server of DATABASE_URL, else an embedded one.
"""

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from .admin import main
from .words import LANGUAGES

SAMPLE = Path(__file__).parent.parent.parent / "healthyboost" / "sample"
KINDS = {
    "home": "",
    "list": "news/",
    "article": "news/workshop-cherepovets/",
    "article, picture": "news/pink-benches/",
    "events": "events/",
    "month": "events/month/2024/4/",
    "event": "events/workshop-cherepovets-2021/",
    "pilots": "pilots/",
    "pilot": "pilots/helsinki/",
    "partners, map": "partners/",
    "partner": "partners/rsu/",
    "materials": "materials/",
    "material": "materials/model/",
    "newsletters": "newsletter/",
    "newsletter": "newsletter/healthy-cities-sweden-spring-2024/",
    "search": "search/?q=riga",
    "about": "about/",
    "project, chart": "about/healthy-boost/",
    "statement": "pages/accessibility/",
    "feeds": "feeds/",
    "open data": "data/",
    "API": "api/",
    "form, mail": "newsletter/subscribe/",
}
SCREENS = {
    "phone": {"viewport": {"width": 412, "height": 823}, "device_scale_factor": 1.75},
    "desktop": {"viewport": {"width": 1280, "height": 900}, "device_scale_factor": 1},
}
WATCH = """(() => {
    window.seen = {shift: 0, shifted: [], paint: 0}
    new PerformanceObserver(list => list.getEntries().forEach(each => {
        if (each.hadRecentInput) return
        seen.shift += each.value
        each.sources.forEach(source => seen.shifted.push(
            source.node?.outerHTML?.slice(0, 60) ?? source.node?.nodeName))
    })).observe({type: "layout-shift", buffered: true})
    new PerformanceObserver(list => list.getEntries().forEach(each => { seen.paint = each.startTime }))
        .observe({type: "largest-contentful-paint", buffered: true})
})()"""
# Down to the end in steps as a reader would, so that pictures further down come, too.
SCROLL = """async () => {
    for (let top = 0; top < document.documentElement.scrollHeight; top += innerHeight / 2) {
        scrollTo({top, behavior: "instant"})
        await new Promise(done => requestAnimationFrame(() => setTimeout(done, 20)))
    }
}"""


class Visit(NamedTuple):
    """Bytes are those on the wire, heads included, by kind: Document, Stylesheet, Font, Script,
    Image (a drawing), Photograph (an upload)."""

    bytes: Counter
    requests: int
    html: int  # bytes of the page, unpacked
    shift: float  # CLS, also while the reader scrolls
    shifted: list
    paint: float  # ms until the largest thing in sight is painted (LCP)

    @property
    def weight(self):
        """Bytes without photographs."""
        return self.bytes.total() - self.bytes["Photograph"]


def first_visit(browser, address, screen):
    context = browser.new_context(**SCREENS[screen])
    context.add_init_script(WATCH)
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    kinds, weighed = {}, Counter()

    def note_answer(event):
        kind, path = event["type"], urlsplit(event["response"]["url"]).path
        kinds[event["requestId"]] = "Photograph" if path.startswith("/media/") else kind

    def note_end(event):
        weighed[kinds.get(event["requestId"], "Other")] += event["encodedDataLength"]

    network.on("Network.responseReceived", note_answer)
    network.on("Network.loadingFinished", note_end)
    answer = page.goto(address, wait_until="networkidle")
    assert answer.status == 200, f"{address} answers {answer.status}"
    found = Counter(weighed), len(kinds), len(answer.body())
    page.evaluate(SCROLL)
    page.wait_for_timeout(100)
    seen = page.evaluate("seen")
    context.close()
    return Visit(*found, seen["shift"], seen["shifted"], seen["paint"])


def measure(kinds):
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from playwright.sync_api import sync_playwright

    from tests.conftest import BROWSER_OPTIONS, browser_path
    from tests.servers import collect_static, gunicorn

    name = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_{os.getpid()}"
    with tempfile.TemporaryDirectory() as folder:
        media, static = Path(folder, "media"), Path(folder, "static")
        settings.MEDIA_ROOT = str(media)
        connection.creation.create_test_db(verbosity=0, serialize=False)
        try:
            call_command("load_content", SAMPLE, verbosity=0)
            collect_static(static)
            with (
                gunicorn(static, workers=1, MEDIA_ROOT=str(media)) as (_process, port),
                sync_playwright() as playwright,
            ):
                browser = playwright.chromium.launch(
                    executable_path=browser_path(), args=BROWSER_OPTIONS
                )
                table(browser, f"http://localhost:{port}", kinds or KINDS)
                browser.close()
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)


def table(browser, address, kinds):
    print(
        f"{'kB on the wire':18}{'':12}{'total':>7}{'page':>6}{'CSS':>6}{'fonts':>6}{'script':>7}"
        f"{'icon':>6}{'photos':>8}  requests  HTML kB    CLS  LCP ms"
    )
    for screen in SCREENS:
        for kind in kinds:
            for language in LANGUAGES:
                visit = first_visit(browser, f"{address}/{language}/{KINDS[kind]}", screen)
                parts = ("Document", "Stylesheet", "Font", "Script", "Other", "Photograph")
                page, *rest, photographs = (visit.bytes[each] / 1000 for each in parts)
                print(
                    f"{kind:18}{screen:8}{language:>4}{visit.weight / 1000:7.1f}{page:6.1f}"
                    f"{rest[0]:6.1f}{rest[1]:6.1f}{rest[2]:7.1f}{rest[3]:6.1f}{photographs:8.1f}"
                    f"{visit.requests:10}{visit.html / 1000:9.1f}{visit.shift:7.3f}"
                    f"{visit.paint:8.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    main(sys.argv[1:], measure)
