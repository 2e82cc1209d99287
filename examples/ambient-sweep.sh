#!/bin/sh
# How much does what we believe of the ambient temperature matter? Fits the thermal model once for each of several.
#
# usage: examples/ambient-sweep.sh SESSION [--device NAME] [DEGC...]        default: 15 18 21 24 27
#
# Prints a table (tab-separated) of ambient temperature, hA, C, tau_th, closure held out and residual; "-" is a value that the data
# do not tell. A session with several devices takes --device. The session itself is left as it is. RLECOUPLE names the program
# (default: rlecouple); needs python3.
set -eu
[ $# -ge 1 ] || { sed -n 2,8p "$0" >&2; exit 2; }
session=$1
shift
device=
case ${1-} in
    --device)
        [ $# -ge 2 ] || { echo "ambient-sweep.sh: --device NAME: a name is missing" >&2; exit 2; }
        device=$2
        shift 2
        ;;
esac
[ $# -gt 0 ] || set -- 15 18 21 24 27
rlecouple=${RLECOUPLE:-rlecouple}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Runs a stage; what it says is shown where it fails.
quietly() {
    status=0
    "$rlecouple" "$@" > "$work/said" 2>&1 || status=$?
    [ "$status" -eq 0 ] || { grep -v '^rlecouple: warning:' "$work/said" >&2 || true; exit "$status"; }
}

# The numbers of balance.json that the table has, a dash for null.
row() {
    python3 - "$1" << 'END'
import json, sys
balance = json.load(open(sys.argv[1], encoding="utf-8"))
thermal = balance["thermal"]
values = [thermal["hA_w_per_c"], thermal["C_j_per_c"], balance["tau_th_s"]["value"],
          balance["conservation"]["closure_holdout"], thermal["rmse_c"]]
print("\t".join("-" if value is None else repr(value) for value in values))
END
}

printf 'ambient_c\thA_w_per_c\tC_j_per_c\ttau_th_s\tclosure_holdout\trmse_c\n'
for ambient in "$@"; do
    quietly align --telemetry "$session/telemetry.csv" --ambient "$ambient" -o "$work/aligned.csv"
    quietly balance "$work/aligned.csv" --ambient "$ambient" ${device:+--device "$device"} -o "$work/balance.json"
    printf '%s\t%s\n' "$ambient" "$(row "$work/balance.json")"
done
