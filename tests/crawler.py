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
    """(PSS in MiB before, after, share of people's pages that were answered from the memory).

    What people read is changed behind the back of the portal. Whoever renders a page anew shows it,
    so each answer with the old text came from the memory.
    """
    articles = [make_article(title_en=f"{READ} {number}") for number in range(20)]
    paths = ["/en/", "/en/news/", "/lv/", *(article.get_absolute_url() for article in articles)]
    for path in paths * 3:  # each several times, as people do
        assert ask(port, path).status == 200
    for thread in crawling(port, requests // 4, paths, "first"):  # what can be filled is full
        thread.join()
    (worker,) = psutil.Process(process.pid).children()
    before = memory(worker.pid)
    change_unheard()
    threads = crawling(port, requests, paths, "then")
    asked = kept = 0
    while any(thread.is_alive() for thread in threads):
        for article in articles:
            asked += 1
            kept += READ in ask(port, article.get_absolute_url()).text
    return before, memory(worker.pid), kept / asked


def crawling(port, requests, paths, seed):
    """Threads that have begun to ask."""
    threads = [
        threading.Thread(
            target=ask_nonsense, args=(port, f"{seed} {number}", requests // CRAWLERS, paths)
        )
        for number in range(CRAWLERS)
    ]
    for thread in threads:
        thread.start()
    return threads


def change_unheard():
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no trigger tells of it
        cursor.execute("UPDATE news_article SET title_en = 'Rendered anew'")
        cursor.execute("SET session_replication_role = DEFAULT")


def ask_nonsense(port, seed, number, paths):
    """Unknown parameters, known ones with ever other values, and searches; each address once."""
    dice = random.Random(seed)
    asking = HTTPConnection("127.0.0.1", port, timeout=60)
    for each in range(number):
        word = f"{dice.randrange(1 << 40):x}"
        path = dice.choice(paths)
        address = dice.choice(
            [
                f"{path}?utm_source={word}",
                f"{path}?{word}={each}",
                f"/en/news/?page={each % 500}&year={word}",
                f"/en/search/?q={word}",
            ]
        )
        asking.request("GET", address, headers={"Host": HOST})
        asking.getresponse().read()
    asking.close()
