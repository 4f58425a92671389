"""How soon a change shows on two hosts and through nginx, and what readers get without a database.

python -m tests.bench.freshness [20]           samples of each kind of change
python -m tests.bench.freshness outage [60]    seconds without the database
python -m tests.bench.freshness crawler [100000]    different query strings
"""

import logging
import os
import sys
import tempfile
from statistics import median

from .admin import main
from .pages import in_database_of_its_own


def changes(sizes):
    from tests.freshness import CHANGES, two_hosts
    from tests.servers import collect_static

    with (
        tempfile.TemporaryDirectory() as static,
        open(os.devnull, "w") as silence,
    ):
        collect_static(static)
        with two_hosts(static, silence) as servers:
            print(f"{'seconds until the last old answer':36}{'median':>8}{'most':>8}")
            for kind, change in CHANGES.items():
                samples = [change(servers, number) for number in range(sizes[0])]
                for server in servers:
                    seconds = [sample[server] for sample in samples]
                    what = f"{kind}, {server}"
                    print(f"{what:36}{median(seconds):8.3f}{max(seconds):8.3f}", flush=True)


def crawler(sizes):
    from tests.crawler import crawl
    from tests.servers import collect_static, gunicorn

    with tempfile.TemporaryDirectory() as static, open(os.devnull, "w") as silence:
        collect_static(static)
        with gunicorn(static, workers=1, log=silence) as (process, port):
            memories, kept = crawl(process, port, sizes[0])
    told = " ".join(f"{each:.1f}" for each in memories)
    print(f"{sizes[0]} addresses: PSS of the worker before and after each tenth, MiB: {told};")
    print(f"{kept:.1%} of what people asked for meanwhile came from the memory")


def without_database(sizes):
    from tests.outage import outage

    with open(os.devnull, "w") as silence:
        _counts, errors = outage(sizes[0], log=silence)
    for server, found in errors.items():
        print(f"{server}: errors {found or 'none'}")


if __name__ == "__main__":
    logging.disable()
    what, *rest = sys.argv[1:] or ["20"]
    if what == "outage":
        main([int(each) for each in rest] or [60], without_database)
    elif what == "crawler":
        main([int(each) for each in rest] or [100_000], in_database_of_its_own(crawler))
    else:
        main([int(what)], in_database_of_its_own(changes))
