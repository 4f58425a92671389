"""The portal with its cache in front: what is kept is sent before Django hears of the request."""

import heapq
import logging
import threading
import time

from django.core.handlers.wsgi import WSGIRequest
from django.db import Error, connection, connections

from healthyboost.demand.visits import note_visit
from healthyboost.pulse import is_proven

from .addresses import address_of, has_own_cookie, raw_key, request_for
from .entries import Entry, encoding_for, is_for_everybody
from .generation import generation
from .shelves import Shelf

log = logging.getLogger(__name__)
PAGES = 14 * 1024 * 1024  # bytes a process
ENDLESS = 2 * 1024 * 1024  # of these, pages of which there is no end, such as results of a search
WAIT = 10  # seconds for a page that another thread renders, before this one does it, too
WARMED = 40  # pages that are rendered anew after a change, those asked for most
REST = 4  # times as long as the rendering of one took


class PageCache:
    def __init__(self, application):
        """`application`: Django's, which answers what is not kept."""
        self.application = application
        self.pages, self.endless = Shelf(PAGES), Shelf(ENDLESS)
        self.rendering, self.lock = {}, threading.Lock()  # {key: Event}
        self.warmed = self.last_seen = 0  # generations

    def __call__(self, environ, start_response):
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self.application(environ, start_response)
        if has_own_cookie(environ):
            return self.application(environ, keeping_out(start_response))
        if not environ.get("SCRIPT_NAME"):
            entry = self.found(raw_key(environ))
            if entry and generation.lasts(entry.number, entry.end) and is_proven():
                return self.sent(entry, environ, start_response)
        address = address_of(environ)
        if not address:
            return self.application(environ, start_response)
        return self.answer(address, environ, start_response)

    def found(self, key):
        return self.pages.get(key) or self.endless.get(key)

    def sent(self, entry, environ, start_response):
        """A page that was here already."""
        environ["portal.page_cache"] = "hit"  # for healthyboost.operations, as the others below
        entry.asked += 1
        if entry.lack:
            note_visit(WSGIRequest(environ), entry.lack)
        if entry.is_held_by(environ):
            return entry.send_unchanged(start_response)  # its encoding does not matter
        return entry.send_whole(environ, start_response, self.encoding_of(entry, environ))

    def encoding_of(self, entry, environ):
        encoding = encoding_for(environ)
        if encoding not in entry.answers:
            self.shelf_of(entry.address).grew(entry, entry.make(encoding))
        return encoding

    def shelf_of(self, address):
        return self.endless if address.is_endless else self.pages

    def answer(self, address, environ, start_response):
        """What is not here yet, or not of today: one thread renders it, and others wait for that."""
        done, is_mine = self.claim(address.key)
        try:
            if not is_mine:
                done.wait(WAIT)
            is_sure, entry = generation.is_sure(), self.found(address.key)
            if entry and not is_sure:
                environ["portal.page_cache"] = "stale"
                return entry.send_stale(environ, start_response, self.encoding_of(entry, environ))
            if entry and generation.lasts(entry.number, entry.end):
                return self.sent(entry, environ, start_response)
            return self.rendered(address, entry, environ, start_response)
        finally:
            if is_mine:
                self.release(address.key)

    def claim(self, key):
        """(the event of the page's rendering, whether it is ours)"""
        with self.lock:
            if done := self.rendering.get(key):
                return done, False
            done = self.rendering[key] = threading.Event()
            return done, True

    def release(self, key):
        with self.lock:
            self.rendering.pop(key).set()

    def rendered(self, address, last_good, environ, start_response):
        entry, response, words = self.render(address, environ)
        environ["portal.page_cache"] = "miss"
        if entry:
            return entry.send(environ, start_response, self.encoding_of(entry, environ))
        if last_good and response.status_code >= 500:
            response.close()
            environ["portal.page_cache"] = "stale"
            return last_good.send_stale(
                environ, start_response, self.encoding_of(last_good, environ)
            )
        if not address.is_as_asked or environ["REQUEST_METHOD"] == "HEAD":
            response.close()  # what is said of an address that is not there is said of all of it
            return self.application(environ, start_response)
        start_response(*words)
        return response

    def render(self, address, environ=None):
        """(the finished page or None, Django's response, what it called `start_response` with)"""
        number, end = generation.number, 0
        try:
            end = generation.end()
        except Error:  # without a database the page will say so itself
            connection.close()
        words = []
        application, asked = self.application, request_for(address.key, environ)
        response = application(asked, lambda *told: words.extend(told))
        if not is_for_everybody(response):
            return None, response, words
        entry = Entry(address, response, number, end)
        response.close()
        if generation.is_sure() and generation.lasts(number, end):  # else something has changed
            self.shelf_of(address).put(entry)
        return entry, response, words

    def warm(self):
        """Each second, in the pulse. A moment after the last change the pages that are asked for most
        are rendered again, one after the other, with rests in which readers are answered."""
        number = generation.number
        is_quiet, self.last_seen = number == self.last_seen, number
        if not is_quiet or number == self.warmed:
            return
        self.warmed = number
        entries = [each for each in self.pages.entries() if each.asked and each.number != number]
        most = heapq.nlargest(WARMED, entries, key=lambda entry: entry.asked)
        if most:
            addresses = [entry.address for entry in most]
            threading.Thread(
                target=self.warm_all, args=(addresses, number), name="warming", daemon=True
            ).start()

    def warm_all(self, addresses, number):
        try:
            for address in addresses:
                start = time.monotonic()
                if generation.number != number or not is_proven():
                    break
                _done, is_mine = self.claim(address.key)
                if is_mine:
                    try:
                        self.render(address)
                    finally:
                        self.release(address.key)
                time.sleep(REST * (time.monotonic() - start))
        except Exception:
            log.exception("warming")
        finally:
            connections.close_all()


def keeping_out(start_response):
    """What is made for somebody who is signed in is kept by nobody else, if its view says nothing."""

    def start(status, headers, exc_info=None):
        if not any(name.lower() == "cache-control" for name, _value in headers):
            headers = [*headers, ("Cache-Control", "private")]
        return start_response(status, headers, exc_info)

    return start
