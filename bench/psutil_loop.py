#!/usr/bin/env python3
"""The loop that one would write with psutil: the CPUs' utilisation and temperature into a CSV file.

psutil_loop.py FILE HZ SECONDS sleep|deadline

sleep     waits 1/HZ after each sample, as most such loops do
deadline  waits until start + k/HZ
"""
import csv
import sys
import time
from datetime import datetime, timezone

import psutil


def main():
    path, hz, seconds, how = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
    psutil.cpu_percent(None)
    time.sleep(0.2)
    with open(path, "w", buffering=1, newline="") as file:  # a line is written when it is complete
        table = csv.writer(file)
        table.writerow(["timestamp", "t_s", "device", "temp_c", "power_w", "util_pct"])
        start = time.monotonic()
        tick = 0
        while time.monotonic() - start < seconds:
            t_s = time.monotonic() - start
            util = psutil.cpu_percent(None)
            chips = psutil.sensors_temperatures()
            package = next((chips[c][0].current for c in ("coretemp", "k10temp", "cpu_thermal") if c in chips), "")
            stamp = datetime.now(timezone.utc).isoformat(timespec="microseconds")
            table.writerow([stamp, f"{t_s:.6f}", "cpu", package, "", util])
            tick += 1
            if how == "sleep":
                time.sleep(1.0 / hz)
            else:
                tick = max(tick, int((time.monotonic() - start) * hz) + 1)
                time.sleep(max(0.0, start + tick / hz - time.monotonic()))


if __name__ == "__main__":
    main()
