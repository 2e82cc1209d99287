#!/usr/bin/env python3
"""From a training line's arrival to the alarm: how long `rlecouple watch` takes.

Three ways in: a row appended to a session's training.csv; a line printed by a command that watch runs itself; and a line
printed under `collect`, which stamps and records it, while watch follows the session. The time is taken just before the line
is written and again when the alarm's JSON line has been read, on one monotonic clock.

usage: bench/watch_latency.py PATH-TO-RLECOUPLE [--alarms N]
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

QUIET_STEPS = 24  # between spikes
PAUSE_S = 0.02

# Prints steps; before each spike it says when, in a file of its own.
TRAINER = """
import sys, time
log = open(sys.argv[1], 'w')
for step in range(1, int(sys.argv[2]) * {quiet} + 1):
    spike = step % {quiet} == 0
    norm = 9.5 if spike else 1.0 + 0.1 * (step * 7 % 10)
    time.sleep({pause})
    now = time.monotonic()
    print('{{"step": %d, "grad_norm": %g}}' % (step, norm), flush=True)
    if spike:
        print(now, file=log, flush=True)
""".format(quiet=QUIET_STEPS, pause=PAUSE_S)


def read_alarms(stream, count):
    times = []
    while len(times) < count:
        line = stream.readline()
        if not line:
            sys.exit("watch ended after %d of %d alarms" % (len(times), count))
        if line.startswith(b"{"):
            times.append(time.monotonic())
    return times


def report(what, sent, seen):
    ms = sorted(1000.0 * (b - a) for a, b in zip(sent, seen))
    p95 = ms[min(len(ms) - 1, int(0.95 * len(ms)))]
    print("%-34s %4d alarms   median %6.2f ms   p95 %6.2f ms   worst %6.2f ms"
          % (what, len(ms), statistics.median(ms), p95, ms[-1]))


def appended(binary, folder, alarms):
    session = os.path.join(folder, "appended")
    os.mkdir(session)
    sent, seen = [], []
    with open(os.path.join(session, "training.csv"), "w", buffering=1) as table:
        table.write("timestamp,t_s,step,epoch,loss,grad_norm,learning_rate\n")
        watch = subprocess.Popen([binary, "watch", session], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        watch.stderr.readline()  # "watching ..."
        for step in range(1, alarms * QUIET_STEPS + 1):
            spike = step % QUIET_STEPS == 0
            time.sleep(PAUSE_S)
            row = ",%g,%d,,,%g,\n" % (0.05 * step, step, 9.5 if spike else 1.0 + 0.1 * (step * 7 % 10))
            now = time.monotonic()
            table.write(row)
            if spike:
                sent.append(now)
                seen += read_alarms(watch.stdout, 1)
    watch.terminate()
    watch.wait()
    report("row appended to training.csv", sent, seen)


def printed(binary, folder, alarms):
    log = os.path.join(folder, "printed.log")
    watch = subprocess.Popen([binary, "watch", "-q", "--", sys.executable, "-c", TRAINER, log, str(alarms)],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    seen = read_alarms(watch.stdout, alarms)
    watch.wait()
    report("line printed by its own command", [float(line) for line in open(log)], seen)


def collected(binary, folder, alarms):
    log = os.path.join(folder, "collected.log")
    session = os.path.join(folder, "collected")
    watch = subprocess.Popen([binary, "watch", "-q", "-o", session, "--", sys.executable, "-c", TRAINER, log, str(alarms)],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    seen = read_alarms(watch.stdout, alarms)
    watch.wait()
    report("line printed under collect", [float(line) for line in open(log)], seen)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--alarms", type=int, default=60)
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    with tempfile.TemporaryDirectory() as folder:
        for way in (appended, printed, collected):
            way(binary, folder, options.alarms)


if __name__ == "__main__":
    main()
