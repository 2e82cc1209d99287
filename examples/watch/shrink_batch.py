#!/usr/bin/env python3
"""A training loop that halves its batch when it is told to.

    rlecouple watch --signal child USR1 -- python3 examples/watch/shrink_batch.py

SIGUSR1 only sets a flag; the loop acts on it between two steps. It gets its batch back, a quarter at a time, when nothing has
happened for a while. The model is a stand-in (a line through noisy points): copy the handler and the two lines in the loop.
"""
import json
import random
import signal
import sys

STEPS = int(sys.argv[1]) if len(sys.argv) > 1 else 400
LARGEST, SMALLEST, CALM_STEPS = 64, 8, 100

told_to_shrink = False


def on_alarm(_signal, _frame):
    global told_to_shrink
    told_to_shrink = True


signal.signal(signal.SIGUSR1, on_alarm)
random.seed(1)
weight, batch, calm = 0.0, LARGEST, 0

for step in range(1, STEPS + 1):
    if told_to_shrink:
        told_to_shrink, calm = False, 0
        batch = max(SMALLEST, batch // 2)
    elif calm == CALM_STEPS:
        batch, calm = min(LARGEST, batch + LARGEST // 4), 0
    calm += 1

    gradient = loss = 0.0
    for _ in range(batch):
        x = random.gauss(0.0, 1.0)
        error = weight * x - (3.0 * x + random.gauss(0.0, 1.0))
        if step % 100 == 50:
            error += 40.0 * x  # a bad batch
        gradient += 2.0 * error * x / batch
        loss += error * error / batch
    weight -= 0.01 * max(-1.0, min(1.0, gradient))
    print(json.dumps({"step": step, "loss": round(loss, 4), "grad_norm": round(abs(gradient) + 1.0, 4), "batch": batch}),
          flush=True)
    signal.sigtimedwait([], 0.005)  # a step takes its time
