#!/usr/bin/env bash
# From a fresh clone to a verdict: installs what is missing, builds, records a training run on this very machine, analyses it.
# usage: scripts/demo.sh [SECONDS]     seconds to record [30]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
seconds=${1:-30}
session=results/demo-$(date -u +%Y%m%dT%H%M%SZ)

# shellcheck disable=SC2086
need $BUILD_PACKAGES
say "building (release)"
build build rlecouple rlecouple-tiny-lm -- -DCMAKE_BUILD_TYPE=Release -DRLE_BUILD_TESTS=OFF
say "recording a small language model in training for $seconds s, at 2 Hz"
mkdir -p results
status=0
build/src/cli/rlecouple run --model tiny --sample-hz 2 --duration "$seconds" --output "$session" || status=$?
# 4 is an answer too: this machine's data cannot carry the question.
[ "$status" -eq 0 ] || [ "$status" -eq 4 ] || exit "$status"
say "the report lies at $PWD/$session/report.html"
