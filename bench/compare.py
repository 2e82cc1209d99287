"""compare.py ROWS...: runs the contestants side by side with hyperfine, checks that they agree, prints a Markdown table."""
import json
import os
import platform
import subprocess
import sys

WORK, ROOT = os.environ["BENCH_WORK"], os.environ["BENCH_ROOT"]
OURS = f"{WORK}/build/src/cli/rlecouple"
ALIGN = f"{OURS} align --telemetry telemetry.csv --training {{log}} --device gpu0 -o ours.csv"
MANUAL = f"{WORK}/build/bench/bench_manual ours.csv"
CORRELATE = f"{OURS} correlate ours.csv --response temp_c -o ours.json"


def contestants():
    peer = f"telemetry.csv training.csv peer.csv"
    known = {
        "align": ALIGN.format(log="training.csv"),
        "align, JSON lines": ALIGN.format(log="training.jsonl"),
        "align and manual lags": f"{ALIGN.format(log='training.csv')} && {MANUAL}",
        "align and correlate": f"{ALIGN.format(log='training.csv')} && {CORRELATE}",
        "bare C++": f"{WORK}/build/bench/bench_floor {peer}",
        "polars": f"node {ROOT}/bench/peer_polars.js {peer}",
        "DuckDB": f"node {ROOT}/bench/peer_duckdb.js {peer}",
        "pandas": f"/usr/bin/python3 {ROOT}/bench/peer_pandas.py {peer}",
    }
    return known


def run(command, folder):
    """The output and the peak memory (MiB) of one run; the largest of its processes counts."""
    done = subprocess.run(["/usr/bin/time", "-f", "%M", "-o", "peak", "sh", "-c", command], cwd=folder,
                          capture_output=True, text=True)
    with open(f"{folder}/peak", encoding="ascii") as peak:
        return done.returncode, done.stdout, int(peak.read().split()[-1]) / 1024


def lag_table(name, output, folder):
    if name != "align and correlate":
        result = json.loads(output.splitlines()[-1])
        return result["n_samples"], result["r"]
    with open(f"{folder}/ours.json", encoding="utf-8") as file:
        result = json.load(file)
    return result["n_samples"], [point["r"] for point in result["manual"]["ccf"]]


def check(tables):
    """Ours stands on a grid and theirs on the telemetry's own times: a row at a tie may take the other step, and a first
    or last row may be one more."""
    n, r = tables["bare C++"]
    for name, (other_n, other_r) in tables.items():
        apart = max(abs(a - b) for a, b in zip(r, other_r))
        if abs(other_n - n) > 1 or len(other_r) != len(r) or apart > 0.3 / n ** 0.5:
            sys.exit(f"compare.py: {name} differs: n {other_n} against {n}, r by up to {apart:.2g}")


def measure(rows):
    folder, peaks, tables, commands = f"{WORK}/{rows}", {}, {}, {}
    for name, command in contestants().items():
        status, output, peaks[name] = run(command, folder)
        if status != 0:
            print(f"compare.py: {name} does not run here; left out", file=sys.stderr)
            continue
        commands[name] = command
        if name not in ("align", "align, JSON lines"):
            tables[name] = lag_table(name, output, folder)
    check(tables)
    runs = "3" if rows >= 1_000_000 else "10"
    arguments = ["hyperfine", "--style", "none", "-w", "1", "-r", runs, "--export-json", "times.json"]
    if rows >= 100_000:  # nobody has the megabytes of a run before to give back; for short runs it only cools the caches
        arguments += ["--prepare", "rm -f ours.csv ours.json peer.csv"]
    subprocess.run(arguments + list(commands.values()), cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with open(f"{folder}/times.json", encoding="utf-8") as file:
        medians = [result["median"] for result in json.load(file)["results"]]
    return {name: (median, peaks[name]) for name, median in zip(commands, medians)}


def machine():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    versions = []
    for name in ("nodejs-polars", "@duckdb/node-api"):
        try:
            with open(f"{os.environ['NODE_PATH']}/{name}/package.json", encoding="utf-8") as file:
                versions.append(f"{name} {json.load(file)['version']}")
        except OSError:
            pass
    try:
        import pandas
        versions.append(f"pandas {pandas.__version__}")
    except ImportError:
        pass
    return f"{models[0] if models else platform.machine()}, {len(models)} cores; {', '.join(versions)}"


def main():
    sizes = [int(argument) for argument in sys.argv[1:]]
    results = {rows: measure(rows) for rows in sizes}
    print(f"{machine()}\n")
    print("| wall s / peak MiB | " + " | ".join(f"N = {rows}" for rows in sizes) + " |")
    print("|---|" + "---|" * len(sizes))
    for name in contestants():
        cells = [results[rows].get(name) for rows in sizes]
        print(f"| {name} | " + " | ".join(f"{c[0]:.3g} / {c[1]:.0f}" if c else "" for c in cells) + " |")


main()
