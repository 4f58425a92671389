"""axe, asked for violations alone."""

from axe_playwright_python import sync_playwright

# A style sheet that imports others would be put into the page, which its policy forbids: the one rule
# that reads them is about the orientation of the screen, and experimental.
OPTIONS = {"resultTypes": ["violations"], "preload": False}


class Axe(sync_playwright.Axe):
    def run(self, page, context=None, options=OPTIONS):
        return super().run(page, context=context, options=options)
