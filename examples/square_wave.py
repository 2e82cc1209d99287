#!/usr/bin/env python3
"""Work and rest in turn, for the thermal fit: matrix products for so many seconds, then nothing for as many.

Begins and ends with a rest, so that the session shows the temperature at idle. Prints a JSON line at each switch, with
what was switched to; needs PyTorch.

    rlecouple collect -o square/ --sample-hz 10 -- python3 square_wave.py --seconds 600
"""

import argparse
import json
import time


def parse_arguments():
    parser = argparse.ArgumentParser(prog="square_wave.py", description="Matrix products on and off.",
                                     epilog="Example: square_wave.py --seconds 600 --half-period 20 --rest 60")
    parser.add_argument("--seconds", type=float, default=600.0, help="in all (default 600)")
    parser.add_argument("--half-period", type=float, default=20.0, help="seconds on, and seconds off (default 20)")
    parser.add_argument("--rest", type=float, default=60.0, help="seconds idle at the start and at the end (default 60)")
    parser.add_argument("--size", type=int, help="rows and columns of a matrix (default 8192, on a CPU 1024)")
    parser.add_argument("--device", help='"cuda", "cuda:1", "cpu", ... (default: a GPU where there is one)')
    arguments = parser.parse_args()
    if arguments.half_period <= 0 or arguments.rest < 0 or arguments.seconds <= 2 * arguments.rest:
        parser.error("--half-period is above 0, and --seconds more than twice --rest")
    return arguments


def works_at(t, arguments):
    """Whether there is work at t seconds from the start."""
    if not arguments.rest <= t < arguments.seconds - arguments.rest:
        return False
    return int((t - arguments.rest) / arguments.half_period) % 2 == 0


def main():
    arguments = parse_arguments()
    import torch  # after the arguments, so that --help needs no library

    device = arguments.device or ("cuda" if torch.cuda.is_available() else "cpu")
    size = arguments.size or (1024 if device == "cpu" else 8192)
    half = torch.float32 if device == "cpu" else torch.bfloat16
    a, b = (torch.randn(size, size, device=device, dtype=half) for _ in range(2))
    start, was = time.monotonic(), None
    while (t := time.monotonic() - start) < arguments.seconds:
        works = works_at(t, arguments)
        if works != was:
            print(json.dumps({"elapsed_s": round(t, 3), "load": int(works)}), flush=True)
            was = works
        if works:
            a @ b
            if device != "cpu":
                torch.cuda.synchronize(device)  # no queue of work that outlasts the half period
        else:
            time.sleep(0.005)


if __name__ == "__main__":
    main()
