#!/usr/bin/env bash
# Installs what is missing, builds twice (plain with warnings as errors, and under AddressSanitizer and UBSan), runs all tests on both.
# usage: scripts/test.sh [plain|sanitize]     one of the two builds only
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/setup.sh
which=${1:-all}

# shellcheck disable=SC2086
need $BUILD_PACKAGES $TEST_PACKAGES

run_tests() { ctest --test-dir "$1" --output-on-failure --no-tests=error -j "$(nproc)"; }

if [ "$which" != sanitize ]; then
    say "building (release, warnings are errors)"
    build build-test all -- -DCMAKE_BUILD_TYPE=Release -DRLE_BUILD_TESTS=ON -DRLE_WERROR=ON
    say "testing"
    run_tests build-test
fi
if [ "$which" != plain ]; then
    say "building (AddressSanitizer, UndefinedBehaviorSanitizer)"
    build build-asan all -- -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG="-O1 -g1" -DRLE_BUILD_TESTS=ON -DRLE_SANITIZE=ON
    say "testing under the sanitizers"
    run_tests build-asan
fi
say "all tests passed"
