"""What a page costs that is made anew, with ever more articles."""

import time

from .machine import Load, interleaved
from .pages import BROTLI, GROWTH, ROUNDS, SECONDS, Verdicts, fill, paths, print_table
from .servers import UNCACHED, Servers

KINDS = "home", "list", "year", "article"


def growth(sizes):
    tables, verdicts, there = {}, Verdicts(), 0
    with Servers() as servers:
        servers.gunicorn("portal")
        servers.gunicorn("uncached", UNCACHED)
        servers.bare(["/en/"])
        for size in sizes:
            start = time.perf_counter()
            fill(size - there)
            there = size
            print(f"\n{size} articles, filled in {time.perf_counter() - start:.0f} s", flush=True)
            tables[size] = loads(servers)
            interleaved(list(tables[size].values()), ROUNDS, SECONDS)
            print_table(tables[size])
    least, *more = sizes
    for size in more:
        for kind in KINDS:
            cost = cost_of(tables[size], kind) / cost_of(tables[least], kind)
            what = f"{kind} with {size} articles, CPU, of that with {least}"
            verdicts.add(what, cost, GROWTH, cost <= GROWTH, " times")
    verdicts.say([table["bare"] for table in tables.values()])


def loads(servers):
    """The pages, and the bare app as what never changes."""
    known = paths() | {"year": "/en/news/?year=2020"}
    port, processes = servers["uncached"]
    found = {
        kind: Load(kind, f"http://localhost:{port}{known[kind]}", processes, BROTLI)
        for kind in KINDS
    }
    port, processes = servers["bare"]
    return found | {"bare": Load("bare", f"http://localhost:{port}/en/", processes)}


def cost_of(table, kind):
    return table[kind].middle("milliseconds")
