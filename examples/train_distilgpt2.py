#!/usr/bin/env python3
"""Train DistilGPT-2's architecture and print one JSON line a step, for `rlecouple run --model distilgpt2`.

Needs PyTorch alone. From random weights the tokens are the bytes of the text; with --pretrained the weights and the
tokenizer are DistilGPT-2's own, which takes transformers and a download. A line holds step, epoch, loss, grad_norm (Euclidean, over all parameters, before clipping) and learning_rate; with --spikes or
--throttle also what was done to the step, so that the truth is in the log.
"""

import argparse
import glob
import importlib
import json
import math
import os
import random
import signal
import sys
import time

MISSING = 1  # exit code: something is not there
CLIP_NORM = 1.0
WARMUP_STEPS = 50


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="train_distilgpt2.py",
        description="Train DistilGPT-2's architecture; one JSON line a step.",
        epilog="Example: train_distilgpt2.py --seconds 90 --seed 7",
    )
    parser.add_argument("--steps", type=int, help="stop after so many steps")
    parser.add_argument("--seconds", type=float, help="stop after so many seconds")
    parser.add_argument("--seed", type=int, default=1, help="of weights, data order, perturbations (default 1)")
    parser.add_argument("--batch", type=int, help="sequences a step (default 8, on a CPU 1)")
    parser.add_argument("--context", type=int, help="tokens a sequence, 2 to 1024 (default 256, on a CPU 64)")
    parser.add_argument("--learning-rate", type=float, default=3e-4, help="after the warm-up (default 3e-4)")
    parser.add_argument("--device", help='"cuda", "cuda:1", "cpu", ... (default: a GPU where there is one)')
    parser.add_argument("--text", metavar="FILE", help="text to learn (default: Python's own library)")
    parser.add_argument("--pretrained", action="store_true", help="start from DistilGPT-2's weights")
    parser.add_argument("--spikes", type=float, default=0.0, metavar="P",
                        help="probability that a step's labels are noise, so that the gradient norm spikes")
    parser.add_argument("--throttle", type=float, metavar="S",
                        help="every S seconds on average, pause or shrink the batch for 2 to 10 s")
    arguments = parser.parse_args()
    if not 0 <= arguments.spikes <= 1:
        parser.error("--spikes: a probability, 0 to 1")
    if arguments.batch is not None and arguments.batch < 1:
        parser.error("--batch: at least 1")
    if arguments.context is not None and not 2 <= arguments.context <= 1024:
        parser.error("--context: 2 to 1024")
    if arguments.throttle is not None and arguments.throttle <= 0:
        parser.error("--throttle: seconds, above 0")
    return arguments


def fail(line):
    print(f"train_distilgpt2.py: {line}", file=sys.stderr)
    sys.exit(MISSING)


def load(name):
    """A library, or one line that says how to get it."""
    try:
        return importlib.import_module(name)
    except ImportError:
        fail(f"Python cannot import {name}; install with: {sys.executable or 'python3'} -m pip install {name}"
             f"{' (Debian: apt-get install python3-torch)' if name == 'torch' else ''}; "
             "or use --model tiny, which needs none")


def read_text(path):
    """The bytes of a file, or some of the sources that come with Python."""
    if path:
        try:
            with open(path, "rb") as file:
                return file.read()
        except OSError as error:
            fail(f"{path}: {error.strerror}")
    text = b""
    for name in sorted(glob.glob(os.path.join(os.path.dirname(os.__file__), "*.py"))):
        with open(name, "rb") as file:
            text += file.read()
    return text


def settle_sizes(arguments, torch):
    """What the options leave open: the device, and steps of about a second on it."""
    arguments.device = arguments.device or ("cuda" if torch.cuda.is_available() else "cpu")
    on_cpu = arguments.device == "cpu"
    arguments.batch = arguments.batch or (1 if on_cpu else 8)
    arguments.context = arguments.context or (64 if on_cpu else 256)


def make_model(arguments):
    """The model, a function (inputs, labels) -> loss of it, the text as a list of tokens, and how many there are of them."""
    text = read_text(arguments.text)
    if not arguments.pretrained:
        model = load("distilgpt2").DistilGPT2()
        return model, model, list(text), 256
    transformers = load("transformers")
    try:
        model = transformers.GPT2LMHeadModel.from_pretrained("distilgpt2")
        tokenizer = transformers.AutoTokenizer.from_pretrained("distilgpt2")
    except OSError as error:
        fail(f"DistilGPT-2 cannot be loaded: {str(error).splitlines()[0]}; "
             "leave out --pretrained to start from random weights")
    tokens = tokenizer(text.decode("utf-8", "replace"))["input_ids"]
    return model, lambda inputs, labels: model(input_ids=inputs, labels=labels).loss, tokens, model.config.vocab_size


class Throttle:
    """Work that varies whatever the gradients do: at random times, for 2 to 10 s, a pause or a small batch."""

    def __init__(self, mean_seconds, seed):
        self.mean = mean_seconds
        self.random = random.Random(seed)
        self.begin = self.end = math.inf
        self.kind = None

    def start(self, now):
        if self.mean:
            self._plan(now)

    def _plan(self, now):
        self.begin = now + self.random.expovariate(1.0 / self.mean)
        self.end = self.begin + self.random.uniform(2.0, 10.0)
        self.kind = self.random.choice(("pause", "batch"))

    def at(self, now):
        """"pause", "batch" or None: what holds now, and until `end`."""
        if now >= self.end:
            self._plan(now)
        return self.kind if now >= self.begin else None


def learning_rate(arguments, step):
    """Linear warm-up, then the inverse square root of the step, which needs no length of run."""
    return arguments.learning_rate * min(step / WARMUP_STEPS, math.sqrt(WARMUP_STEPS / step))


def draw_batch(torch, tokens, arguments, sequences, generator):
    starts = torch.randint(0, len(tokens) - arguments.context, (sequences,), generator=generator)
    return torch.stack([tokens[s:s + arguments.context] for s in starts.tolist()])


def finite(value):
    """JSON has no nan or inf."""
    return value if math.isfinite(value) else None


class Training:
    """The model and its optimizer; `step` takes one step and says what is to be printed of it."""

    def __init__(self, arguments, torch):
        torch.manual_seed(arguments.seed)
        self.torch, self.arguments, self.device = torch, arguments, arguments.device
        model, self.loss, tokens, self.letters = make_model(arguments)
        if len(tokens) <= arguments.context:
            fail(f"the text has {len(tokens)} tokens, one sequence needs {arguments.context + 1}; "
                 "give a longer one with --text")
        self.tokens = torch.tensor(tokens, dtype=torch.long)
        self.model = model.to(self.device).train()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=arguments.learning_rate)
        self.order = torch.Generator().manual_seed(arguments.seed)
        self.noise = torch.Generator().manual_seed(arguments.seed + 1)
        self.steps = self.tokens_seen = 0

    def step(self, sequences):
        torch, arguments = self.torch, self.arguments
        self.steps += 1
        inputs = draw_batch(torch, self.tokens, arguments, sequences, self.order)
        self.tokens_seen += inputs.numel()
        noisy = torch.rand((), generator=self.noise).item() < arguments.spikes
        labels = torch.randint(0, self.letters, inputs.shape, generator=self.noise) if noisy else inputs
        rate = learning_rate(arguments, self.steps)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss = self.loss(inputs.to(self.device), labels.to(self.device))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP_NORM)  # the norm before clipping
        self.optimizer.step()
        line = {"step": self.steps, "epoch": self.tokens_seen / len(self.tokens), "loss": finite(loss.item()),
                "grad_norm": finite(norm.item()), "learning_rate": rate}
        return line, noisy


def run(arguments, training, stopping):
    """Steps until the steps or the seconds are over, or a signal came."""
    throttle = Throttle(arguments.throttle, arguments.seed)
    start = time.monotonic()
    throttle.start(start)
    small = max(1, arguments.batch // 4)
    paused = 0.0
    while not stopping and (arguments.steps is None or training.steps < arguments.steps):
        now = time.monotonic()
        if arguments.seconds is not None and now - start >= arguments.seconds:
            break
        kind = throttle.at(now)
        if kind == "pause":
            time.sleep(0.05)
            paused += time.monotonic() - now
            continue
        line, noisy = training.step(small if kind == "batch" else arguments.batch)
        if arguments.spikes or arguments.throttle:
            line["perturbed"] = noisy
        if arguments.throttle:
            line["batch"] = small if kind == "batch" else arguments.batch
            line["paused_s"] = round(paused, 3)  # before this step
        paused = 0.0
        print(json.dumps(line), flush=True)


def main():
    arguments = parse_arguments()
    stopping = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.append(True))
    torch = load("torch")
    settle_sizes(arguments, torch)
    run(arguments, Training(arguments, torch), stopping)


if __name__ == "__main__":
    main()
