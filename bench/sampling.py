#!/usr/bin/env python3
"""Runs rlecouple collect and two psutil loops beside each other and compares how they sample; see sampling.sh.

sampling.py RLECOUPLE SECONDS HZ...   prints a Markdown table a rate
"""
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SETTLE_S = 2.0  # from the start of a program until its cost is counted


def cpu_s(pid):
    """CPU time of all threads so far, from the scheduler, which counts nanoseconds."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        total += int(Path(f"/proc/{pid}/task/{task}/schedstat").read_text().split()[0])
    return total * 1e-9


def rss_mib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024.0
    return float("nan")


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def times_of(path):
    with open(path, newline="") as file:
        return [float(row["t_s"]) for row in csv.DictReader(file)]


def timing(times, hz, skips):
    """Drift from the first tenth to the last, and how far the pauses between samples are off, both in ms.

    A program that skips ticks that it cannot keep is held against the nearest tick; one that never skips falls behind by
    its own work at each sample, and is held against the count of its samples.
    """
    pauses = [abs(b - a - 1.0 / hz) * 1e3 for a, b in zip(times, times[1:])]
    tenth = max(1, len(times) // 10)
    ticks = [round((t - times[0]) * hz) if skips else k for k, t in enumerate(times)]
    off = [(t - times[0] - k / hz) * 1e3 for k, t in zip(ticks, times)]
    drift = statistics.median(off[-tenth:]) - statistics.median(off[:tenth])
    return {"n": len(times), "drift": drift, "p50": quantile(pauses, 0.5), "p99": quantile(pauses, 0.99)}


def run(commands, seconds):
    running = {name: subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
               for name, command in commands.items()}
    time.sleep(SETTLE_S)
    began = {name: cpu_s(p.pid) for name, p in running.items()}
    time.sleep(seconds - SETTLE_S - 1.0)
    cost = {name: (cpu_s(p.pid) - began[name], rss_mib(p.pid)) for name, p in running.items()}
    for name, process in running.items():
        if process.wait() != 0:
            sys.exit(f"sampling.py: {name} failed")
    return cost


def measure(rlecouple, seconds, hz, folder):
    session = folder / f"ours-{hz}"
    loops = {how: folder / f"psutil-{how}-{hz}.csv" for how in ("sleep", "deadline")}
    commands = {"rlecouple collect": [rlecouple, "collect", "-o", str(session), "--sample-hz", str(hz), "-d", str(seconds)]}
    for how, path in loops.items():
        commands[f"psutil, {how}"] = [sys.executable, str(HERE / "psutil_loop.py"), str(path), str(hz), str(seconds), how]
    cost = run(commands, seconds)
    files = {"rlecouple collect": session / "telemetry.csv", **{f"psutil, {how}": p for how, p in loops.items()}}
    print(f"\n**{hz} Hz, {seconds:g} s**\n")
    print("| | samples | lost | drift, ms | pause off by, p50 / p99, ms | CPU, us a sample | CPU, % of a core | RSS, MiB |")
    print("|---|---|---|---|---|---|---|---|")
    counted = seconds - SETTLE_S - 1.0
    for name in commands:
        t = timing(times_of(files[name]), hz, "sleep" not in name)
        cpu, rss = cost[name]
        each = cpu / (t["n"] * counted / seconds)
        print(f"| {name} | {t['n']} | {round(seconds * hz) - t['n']} | {t['drift']:+.2f} | {t['p50']:.2f} / {t['p99']:.2f} "
              f"| {each * 1e6:.0f} | {100 * cpu / counted:.3f} | {rss:.1f} |")
    ours, theirs = cost["rlecouple collect"], cost["psutil, deadline"]
    print(f"\npsutil (deadline) / rlecouple: CPU {theirs[0] / ours[0]:.1f}, RSS {theirs[1] / ours[1]:.1f}", flush=True)


def main():
    rlecouple, seconds = sys.argv[1], float(sys.argv[2])
    load = " ".join(Path("/proc/loadavg").read_text().split()[:3])
    print(f"{os.cpu_count()} CPUs, load {load} before")
    with tempfile.TemporaryDirectory() as folder:
        for hz in sys.argv[3:]:
            measure(rlecouple, seconds, int(hz), Path(folder))
    print(f"\nload {' '.join(Path('/proc/loadavg').read_text().split()[:3])} after")


if __name__ == "__main__":
    main()
