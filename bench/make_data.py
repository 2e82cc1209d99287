"""make_data.py ROWS FOLDER: telemetry.csv at 10 Hz, and a training log of ROWS / 4 steps as training.csv and training.jsonl.

The times jitter by some hundred microseconds; temperature follows power with a time constant of 20 s. The same
arguments give the same files."""
import math
import random
import sys
from datetime import datetime, timedelta

START = 1790596800  # 2026-09-28T12:00:00Z


class Stamps:
    """RFC 3339 with microseconds; the second's text is made once."""

    def __init__(self):
        self.second, self.text = None, ""

    def __call__(self, us):
        second, rest = divmod(START * 1_000_000 + us, 1_000_000)
        if second != self.second:
            self.second = second
            self.text = (datetime(1970, 1, 1) + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{self.text}.{rest:06d}Z"


def telemetry(rows, path):
    stamp, temp, util = Stamps(), 50.0, 50
    with open(path, "w", encoding="ascii") as out:
        out.write("timestamp,t_s,device,temp_c,power_w,util_pct,fan_pct\n")
        for i in range(rows):
            us = i * 100_000 + random.randrange(400)
            util = min(100, max(0, util + random.randrange(-5, 6)))
            power = 60 + 2.4 * util + 4 * random.random()
            temp += (21 + 0.15 * power - temp) * 0.005
            out.write(f"{stamp(us)},{us / 1e6:.6f},gpu0,{temp:.2f},{power:.3f},{util},{int(30 + temp / 4)}\n")


def training(steps, csv_path, jsonl_path):
    stamp = Stamps()
    with open(csv_path, "w", encoding="ascii") as csv, open(jsonl_path, "w", encoding="ascii") as lines:
        csv.write("timestamp,t_s,step,epoch,loss,grad_norm,learning_rate\n")
        for k in range(steps):
            us = k * 400_000 + 150_000 + random.randrange(60_000)
            loss, norm, rate = 2 + random.random(), math.exp(random.gauss(0, 0.4)), 5e-5 * (1 - k / steps)
            when, epoch = stamp(us), round(k / 1000, 3)
            csv.write(f"{when},{us / 1e6:.6f},{k + 1},{epoch},{loss!r},{norm!r},{rate!r}\n")
            lines.write(f'{{"timestamp": "{when}", "t_s": {us / 1e6:.6f}, "step": {k + 1}, "epoch": {epoch}, '
                        f'"loss": {loss!r}, "grad_norm": {norm!r}, "learning_rate": {rate!r}}}\n')


def main():
    rows, folder = int(sys.argv[1]), sys.argv[2]
    random.seed(7)
    telemetry(rows, f"{folder}/telemetry.csv")
    training(rows // 4, f"{folder}/training.csv", f"{folder}/training.jsonl")


main()
