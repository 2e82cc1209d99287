#!/bin/sh
# Analyses every recorded session of a folder anew and holds each against its baseline.
#
# usage: examples/nightly-regression.sh SESSIONS BASELINES [check options, e.g. --tolerance 10%]
#
# SESSIONS/NAME is a session, BASELINES/NAME.json its baseline; where there is none yet, it is made and said. Reports for a CI
# server go to BASELINES/NAME.junit.xml. Exit status: 0 nothing moved, 3 something did, 1 a session could not be analysed.
# RLECOUPLE names the program (default: rlecouple).
set -u
[ $# -ge 2 ] || { sed -n 2,8p "$0" >&2; exit 2; }
sessions=$1 baselines=$2
shift 2
rlecouple=${RLECOUPLE:-rlecouple}
mkdir -p "$baselines"
worst=0

for session in "$sessions"/*/; do
    session=${session%/}
    name=$(basename "$session")
    baseline=$baselines/$name.json

    "$rlecouple" analyze "$session" > /dev/null 2> "$baselines/$name.log"
    status=$?
    if [ $status -ne 0 ] && [ $status -ne 4 ]; then # 4: the data cannot carry a stage's question, which is a result
        echo "FAILED  $name: $(tail -n 1 "$baselines/$name.log")"
        [ $worst -eq 3 ] || worst=1
        continue
    fi
    if [ ! -e "$baseline" ]; then
        "$rlecouple" check "$session" --baseline "$baseline" --update > /dev/null || worst=1
        echo "new     $name: baseline made"
        continue
    fi
    table=$("$rlecouple" check "$session" --baseline "$baseline" --junit "$baselines/$name.junit.xml" "$@")
    case $? in
        0) echo "ok      $name" ;;
        3) echo "MOVED   $name"; printf '%s\n' "$table" | grep '^!'; worst=3 ;;
        *) echo "FAILED  $name"; [ $worst -eq 3 ] || worst=1 ;;
    esac
done
exit $worst
