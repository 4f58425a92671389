"""How long a start takes, and what a worker holds before and after many requests."""

import json
import time
from urllib.parse import quote

import psutil
from django.core.management import call_command

from tests.servers import ask

from .machine import Round, cpu_seconds, family, memory
from .pages import Verdicts, fill, paths
from .servers import Servers

MOST_MEMORY, FLAT, READY = 110, 0.03, 2  # MiB; share of it; seconds
ARTICLES, WARM_UP, STEP = 1000, 5000, 10  # number; requests; seconds of a load
WORDS = {
    "en": "residents walking school parks well-being",
    "lv": "iedzīvotāji skolas parks pilsēta veselība",
    "fi": "asukkaat kaupunki koulut puisto hyvinvointi",
    "sv": "invånare skola promenader stad hälsa",
    "ru": "жители город школы парк здоровье",
}
SCRIPT = """
local paths = {%s}
local number = 0
request = function()
  number = number + 1
  return wrk.format("GET", paths[number %% #paths + 1])
end
"""


def measure_memory(sizes):
    fill(ARTICLES)
    call_command("migrate", verbosity=0)  # as each release does it
    verdicts = Verdicts()
    with Servers() as servers:
        start = time.monotonic()
        process, port = servers.gunicorn("portal")
        assert ask(port, "/en/").status == 200
        ready = time.monotonic() - start
        cpu = sum(cpu_seconds(family(psutil.Process(process.pid))).values())
        verdicts.add(f"ready ({cpu:.1f} s of CPU)", ready, READY, ready <= READY, " s")
        script = servers.folder / "mixed.lua"
        script.write_text(SCRIPT % ", ".join(json.dumps(path) for path in mixed()))
        workers = [worker.pid for worker in psutil.Process(process.pid).children()]
        said(workers, "begun")
        load(servers, script, WARM_UP)
        before = said(workers, f"{WARM_UP} requests")
        done = load(servers, script, sizes[0])
        after = said(workers, f"{done} requests more")
    most, grown = max(after), max(new / old for old, new in zip(before, after, strict=True)) - 1
    verdicts.add("PSS of a worker", most, MOST_MEMORY, most <= MOST_MEMORY, " MiB")
    verdicts.add(f"growth over {done} requests", 100 * grown, 100 * FLAT, grown <= FLAT, " %")
    verdicts.say()


def mixed():
    """Pages in five languages, and searches that need every dictionary."""
    found = []
    for language, words in WORDS.items():
        found += [path.replace("/en/", f"/{language}/") for path in list(paths().values())[:4]]
        found += [f"/{language}/search/?q={quote(word)}" for word in words.split()]
        found += [f"/{language}/{path}/" for path in ("events", "partners", "pilots", "about")]
    return found


def load(servers, script, requests):
    """Loads until there were so many requests; answers how many there were."""
    port, processes = servers["portal"]
    done = 0
    while done < requests:
        done += Round(f"http://localhost:{port}", processes, STEP, script=script).requests
    return done


def said(workers, when):
    sizes = [memory(pid) for pid in workers]
    print(f"{when:22}" + "".join(f"{size:8.1f} MiB" for size in sizes), flush=True)
    return sizes
