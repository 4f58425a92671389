"""A program that asks for each page with ever other query strings, beside people who read."""

import random
import threading
from http.client import HTTPConnection

import psutil
from django.db import connection

from .bench.machine import memory
from .factories import make_article
from .servers import HOST, ask

READ, CRAWLERS = "Read by people", 4


def crawl(process, port, requests):
    """(PSS in MiB before, and after each tenth; share of people's pages that were answered from the
    memory).

    What people read is changed behind the back of the portal. Whoever renders a page anew shows it,
    so each answer with the old text came from the memory.
    """
    articles = [make_article(title_en=f"{READ} {number}") for number in range(20)]
    paths = ["/en/", "/en/news/", "/lv/", *(article.get_absolute_url() for article in articles)]
    for path in paths * 3:  # each several times, as people do
        assert ask(port, path).status == 200
    for crawler in crawling(port, requests // 4, paths, "first"):  # what can be filled is full
        crawler.join()
    (worker,) = psutil.Process(process.pid).children()
    memories = [memory(worker.pid)]
    change_unheard()
    crawlers = crawling(port, requests, paths, "then")
    asked = kept = 0
    while any(crawler.is_alive() for crawler in crawlers):
        for article in articles:
            asked += 1
            kept += READ in ask(port, article.get_absolute_url()).text
        if sum(crawler.asked for crawler in crawlers) >= requests * len(memories) // 10:
            memories.append(memory(worker.pid))
    return [*memories, memory(worker.pid)], kept / asked


def crawling(port, requests, paths, seed):
    crawlers = [
        Crawler(port, f"{seed} {number}", requests // CRAWLERS, paths) for number in range(CRAWLERS)
    ]
    for crawler in crawlers:
        crawler.start()
    return crawlers


class Crawler(threading.Thread):
    """Unknown parameters, known ones with ever other values, and searches; each address once."""

    def __init__(self, port, seed, number, paths):
        super().__init__(daemon=True)
        self.port, self.dice, self.number, self.paths = port, random.Random(seed), number, paths
        self.asked = 0

    def run(self):
        asking = HTTPConnection("127.0.0.1", self.port, timeout=60)
        while self.asked < self.number:
            self.asked += 1
            asking.request("GET", self.address(), headers={"Host": HOST})
            asking.getresponse().read()
        asking.close()

    def address(self):
        word = f"{self.dice.randrange(1 << 40):x}"
        path = self.dice.choice(self.paths)
        return self.dice.choice(
            [
                f"{path}?utm_source={word}",
                f"{path}?{word}={self.asked}",
                f"/en/news/?page={self.asked % 500}&year={word}",
                f"/en/search/?q={word}",
            ]
        )


def change_unheard():
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no trigger tells of it
        cursor.execute("UPDATE news_article SET title_en = 'Rendered anew'")
        cursor.execute("SET session_replication_role = DEFAULT")
