"""What a run costs: CPU time, memory and answers, and whether the machine was quiet meanwhile."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from statistics import median

import psutil

TICK = os.sysconf("SC_CLK_TCK")
CONNECTIONS, WRK_THREADS = 16, 1
WRK = re.compile(r"Requests/sec:\s+([\d.]+)")
LATENCY = re.compile(r"99%\s+([\d.]+)(us|ms|s)")
DONE = re.compile(r"(\d+) requests in [\d.]+\w+, ([\d.]+)([KMG]?)B read")
ERRORS = re.compile(r"Non-2xx or 3xx responses: (\d+)")
BROKEN = re.compile(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")
KILOBYTES = {"": 1 / 1024, "K": 1, "M": 1024, "G": 1024**2}
MILLISECONDS = {"us": 0.001, "ms": 1, "s": 1000}
STEADY = 0.10  # how far the rounds of one reference may lie from each other
OTHERS = 0.25  # of the machine, that may work for others


def require_wrk():
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing: apt-get install wrk (or https://github.com/wg/wrk)")


def family(*parents):
    """These processes and all that descend from them."""
    found = {}
    for parent in parents:
        for process in (parent, *parent.children(recursive=True)):
            found[process.pid] = process
    return list(found.values())


def cpu_seconds(processes):
    """{pid: user and system time so far}"""
    found = {}
    for process in processes:
        try:
            text = Path(f"/proc/{process.pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        fields = text.rpartition(")")[2].split()
        found[process.pid] = (int(fields[11]) + int(fields[12])) / TICK
    return found


def machine_seconds():
    """(busy, all) seconds of all processors since the start."""
    user, nice, system, idle, waiting, *interrupts = (
        int(each) / TICK for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:8]
    )
    busy = user + nice + system + sum(interrupts)
    return busy, busy + idle + waiting


def memory(pid):
    """PSS of a process in MiB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1]) / 1024


class Round:
    """One load on one server: requests a second, CPU ms a request, KB an answer, share of others."""

    def __init__(self, address, processes, seconds, headers=(), script=None, connections=None):
        connections = connections or CONNECTIONS
        words = ["wrk", f"-t{WRK_THREADS}", f"-c{connections}", f"-d{seconds}s", "--latency"]
        for name, value in headers:
            words += ["-H", f"{name}: {value}"]
        words += ["-s", str(script)] if script else []
        cpu, (busy, whole) = cpu_seconds(processes()), machine_seconds()
        before = os.times()
        said = subprocess.run([*words, address], capture_output=True, text=True, check=True).stdout
        after = os.times()
        spent = cpu_seconds(processes())
        self.cpu = sum(seconds - cpu.get(pid, 0) for pid, seconds in spent.items())
        busy_after, whole_after = machine_seconds()
        own = self.cpu + sum(after[:4]) - sum(before[:4])  # with wrk, a child that has ended
        self.others = max(busy_after - busy - own, 0) / (whole_after - whole)
        requests, read, unit = DONE.search(said).groups()
        self.requests = int(requests)
        self.kilobytes = float(read) * KILOBYTES[unit] / max(self.requests, 1)
        self.rate = float(WRK.search(said)[1])
        value, unit = LATENCY.search(said).groups()
        self.p99 = float(value) * MILLISECONDS[unit]
        refused = ERRORS.search(said)
        broken = BROKEN.search(said)
        self.errors = int(refused[1]) if refused else 0
        self.errors += sum(map(int, broken.groups())) if broken else 0
        self.milliseconds = 1000 * self.cpu / max(self.requests, 1)


class Load:
    """A row of the table: what is asked of whom, measured once in each round."""

    def __init__(self, name, address, processes, headers=(), script=None, connections=None):
        self.name, self.address, self.processes = name, address, processes
        self.headers, self.script, self.connections, self.rounds = headers, script, connections, []

    def measure(self, seconds):
        self.rounds.append(
            Round(
                self.address, self.processes, seconds, self.headers, self.script, self.connections
            )
        )

    def middle(self, what):
        return median(getattr(each, what) for each in self.rounds)

    def spread(self):
        """How far the rounds lie from each other, as a share of the middle one: of CPU a request."""
        costs = [each.milliseconds for each in self.rounds]
        return (max(costs) - min(costs)) / median(costs)


def interleaved(loads, rounds, seconds, say=print):
    """Every load once, then every load again: what disturbs the machine disturbs all of them."""
    for load in loads:
        subprocess.run(["wrk", "-t1", "-c16", "-d2s", load.address], capture_output=True)
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}, {time.strftime('%H:%M:%S')}")
        for load in loads[:: 1 if number % 2 == 0 else -1]:
            load.measure(seconds)


def noise(references):
    """Sentences that say why the machine was no place to measure; none, when it was quiet."""
    said = []
    for load in references:
        if load.spread() > STEADY:
            said.append(f"the rounds of “{load.name}” lie {load.spread():.0%} from each other")
        if (others := load.middle("others")) > OTHERS:
            said.append(f"others took {others:.0%} of the machine during “{load.name}”")
    return said


def processes_of(process):
    parent = psutil.Process(process.pid)
    return lambda: family(parent)
