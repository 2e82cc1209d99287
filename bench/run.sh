#!/bin/sh
# run.sh [ROWS...]: the job at these sizes (default 900 100000 1000000) by rlecouple, a bare C++ program and what users would
# pick instead; checks that all agree, and prints the table of docs/performance.md. Data and peers lie in build-bench
# (or $BENCH_DIR, better on a tmpfs). Needs hyperfine and GNU time; pandas (python3-pandas), polars and DuckDB (npm) as far
# as they are there.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=${BENCH_DIR:-$root/build-bench}
sizes=${*:-900 100000 1000000}
peers=$work/peers

mkdir -p "$work" "$peers"
cmake -S "$root" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DRLE_BUILD_BENCH=ON -DRLE_BUILD_TESTS=OFF \
    -DRLE_BUILD_EXAMPLES=OFF > "$work/cmake.log"
cmake --build "$work/build" --target rlecouple bench_floor bench_manual -j "$(nproc)" >> "$work/cmake.log"
if command -v npm > /dev/null && [ ! -d "$peers/node_modules" ]; then
    (cd "$peers" && npm install --silent nodejs-polars@0.26.1 nodejs-polars-linux-x64-gnu@0.26.1 @duckdb/node-api@1.5.6-r.1 \
        > npm.log 2>&1) || echo "run.sh: the npm peers could not be installed, see $peers/npm.log" >&2
fi
export NODE_PATH="$peers/node_modules" BENCH_WORK="$work" BENCH_ROOT="$root" PYTHONNOUSERSITE=1

for rows in $sizes; do
    mkdir -p "$work/$rows"
    [ -f "$work/$rows/training.jsonl" ] || /usr/bin/python3 "$root/bench/make_data.py" "$rows" "$work/$rows"
done
# shellcheck disable=SC2086
exec /usr/bin/python3 "$root/bench/compare.py" $sizes
