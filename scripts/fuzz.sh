#!/usr/bin/env bash
# Fuzzes every reader for a while under AddressSanitizer and UBSan; stops at the first fault, whose input is kept.
# usage: scripts/fuzz.sh [SECONDS [FORMAT...]]     seconds a reader [600]; formats as `rlecouple formats` names them [all]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
seconds=${1:-600}
shift $(($# > 0 ? 1 : 0))

# shellcheck disable=SC2086
need $BUILD_PACKAGES clang catch2 python3
say "building with clang"
build build-fuzz fuzz_readers rlecouple -- -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_CXX_FLAGS_RELEASE="-O1 -g1" \
    -DRLE_SANITIZE=ON -DRLE_FUZZ=ON
# A format's name stands two blanks in; its example further.
[ $# -gt 0 ] || set -- decode $(build-fuzz/src/cli/rlecouple formats | sed -n 's/^  \([a-z][a-z0-9-]*\) .*/\1/p' | sort -u)
for format in "$@"; do
    corpus=build-fuzz/corpus/$format
    mkdir -p "$corpus" build-fuzz/faults
    say "$format, $seconds s"
    RLE_FUZZ_FORMAT=$format ASAN_OPTIONS=allocator_may_return_null=1:quarantine_size_mb=32 build-fuzz/tests/fuzz/fuzz_readers \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=512 -max_len=65536 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="build-fuzz/faults/$format-" "$corpus" tests/data/telemetry tests/data/training 2>&1 |
        grep -E 'number_of_executed_units|peak_rss_mb|ERROR|SUMMARY|Test unit' || true
    [ "${PIPESTATUS[0]}" -eq 0 ] || exit 1
done
say "no fault found"
