#!/usr/bin/env bash
# How evenly, and at what cost, `rlecouple collect` samples, beside two psutil loops that read the same at the same
# time. Prints Markdown tables.
#
# bench/sampling.sh [RLECOUPLE] [SECONDS] [HZ...]   default: build/src/cli/rlecouple, 120, "1 10 100"
#
# Needs python3-psutil. All three run side by side, so that they meet the same machine: quote the ratios, and say
# whether the machine was idle.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=${1:-$here/../build/src/cli/rlecouple}
seconds=${2:-120}
shift $(($# < 2 ? $# : 2))
[ $# -gt 0 ] || set -- 1 10 100
[ -x "$program" ] || { echo "sampling.sh: $program: not built" >&2; exit 1; }
for python in python3 /usr/bin/python3; do
    "$python" -c 'import psutil' 2>/dev/null && exec "$python" "$here/sampling.py" "$program" "$seconds" "$@"
done
echo "sampling.sh: no python3 with psutil; apt-get install python3-psutil" >&2
exit 1
