"""What the pages of a browser showed when a test failed: afterwards nobody can look at them."""

from collections import deque

NOW = """() => [location.href, document.activeElement?.outerHTML.slice(0, 200),
    document.hasFocus(), document.documentElement.className, document.body.innerText.slice(0, 6000)]"""

PATIENCE = 5000  # milliseconds for a page to say it: one may be busy, or ask something
pages = []  # of the test that runs: (page, its last requests and their answers)


def remember(page):
    last = deque(maxlen=30)
    pages.append((page, last))
    page.on("request", lambda request: last.append(f"{request.method} {request.url}"))
    page.on("response", lambda response: last.append(f"{response.status} {response.url}"))
    page.on("requestfailed", lambda request: last.append(f"{request.failure} {request.url}"))


def sections():
    """(title, text) of each page, for the report of a test."""
    for page, last in pages:
        yield "requests of a page", "\n".join(last)
        if page.is_closed():
            continue
        try:
            said = page.wait_for_function(NOW, timeout=PATIENCE).json_value()
        except Exception as error:  # a page that does not answer: that is what there is to say
            yield page.url, str(error)
        else:
            address, focus, has_focus, classes, text = said
            yield (
                address,
                f"focus: {focus}\nhas the focus: {has_focus}\nclasses: {classes}\n\n{text}",
            )
