#!/bin/sh
# How much does what we believe of the ambient temperature matter? Fits the thermal model once for each of several.
#
# usage: examples/ambient-sweep.sh SESSION [DEGC...]        default: 15 18 21 24 27
#
# Prints a table (tab-separated) of ambient temperature, hA, C, tau_th, closure held out and residual; "-" is a value that the data
# do not tell. The session itself is left as it is. RLECOUPLE names the program (default: rlecouple).
set -eu
[ $# -ge 1 ] || { sed -n 2,7p "$0" >&2; exit 2; }
session=$1
shift
[ $# -gt 0 ] || set -- 15 18 21 24 27
rlecouple=${RLECOUPLE:-rlecouple}

# Takes one number out of balance.json: a line "key": value, of the first object that has it.
value() {
    sed -n "s/^ *\"$2\": \([-+.eE0-9]*\),\{0,1\}\$/\1/p" "$1" | sed -n 1p | grep . || echo -
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'ambient_c\thA_w_per_c\tC_j_per_c\ttau_th_s\tclosure_holdout\trmse_c\n'
for ambient in "$@"; do
    "$rlecouple" align --telemetry "$session/telemetry.csv" --ambient "$ambient" -o "$work/aligned.csv" > /dev/null 2>&1
    "$rlecouple" balance "$work/aligned.csv" --ambient "$ambient" -o "$work/balance.json" > /dev/null 2>&1
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$ambient" "$(value "$work/balance.json" hA_w_per_c)" \
        "$(value "$work/balance.json" C_j_per_c)" "$(value "$work/balance.json" value)" \
        "$(value "$work/balance.json" closure_holdout)" "$(value "$work/balance.json" rmse_c)"
done
