#!/bin/sh
# Records what tells whether rlecouple's answers hold on a GPU: a training as it is, one whose gradient norm is made to spike, one whose work
# is made to vary instead, a square wave of load, and repeats. The perturbations are in the training's own lines, so the answers can be held
# against the truth: labels of noise change no power, and a pause no gradient. (A smaller batch, the other way to vary the work, makes the
# gradient norm noisier.)
#
# usage: record-gpu-sessions.sh FOLDER [SESSION...]      all of them take 32 minutes; a session that is there already is left alone
#
# Needs rlecouple (or RLECOUPLE=path of the program) and python3 with PyTorch. SECONDS_OF=X makes every session X seconds long, to try it.
set -eu
[ $# -ge 1 ] || { sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
program=${RLECOUPLE:-rlecouple}
folder=$1
shift
[ $# -gt 0 ] || set -- distilgpt2-90s-1hz square-wave-600s-10hz distilgpt2-spikes-300s-10hz distilgpt2-throttle-300s-10hz \
    distilgpt2-300s-10hz distilgpt2-90s-1hz-seed2 distilgpt2-90s-1hz-seed3 distilgpt2-90s-1hz-seed4

# record NAME HZ SECONDS COMMAND...
record() {
    name=$1 hz=$2 seconds=${SECONDS_OF:-$3}
    shift 3
    [ ! -e "$folder/$name" ] || { echo "$folder/$name: there already" >&2; return 0; }
    "$program" collect -q -o "$folder/$name" --sample-hz "$hz" --duration "$seconds" -- python3 "$@"
}

mkdir -p "$folder"
"$program" sensors > "$folder/sensors.txt" || true
[ -e "$folder/probe.txt" ] || "$program" sensors --probe > "$folder/probe.txt" || true
train=$here/train_distilgpt2.py
for session in "$@"; do
    case $session in
    distilgpt2-90s-1hz) record "$session" 1 90 "$train" ;;
    distilgpt2-90s-1hz-seed?) record "$session" 1 90 "$train" --seed "${session##*seed}" ;;
    distilgpt2-300s-10hz) record "$session" 10 300 "$train" ;;
    distilgpt2-spikes-300s-10hz) record "$session" 10 300 "$train" --spikes 0.01 ;;
    distilgpt2-throttle-300s-10hz) record "$session" 10 300 "$train" --throttle 20 ;;
    square-wave-600s-10hz) record "$session" 10 600 "$here/square_wave.py" --seconds "${SECONDS_OF:-600}" --rest "$((${SECONDS_OF:-600} / 10))" ;;
    *) echo "record-gpu-sessions.sh: $session: no such session" >&2; exit 2 ;;
    esac
    "$program" analyze "$folder/$session" > "$folder/$session/analysis.txt" 2>&1 || echo "$session: analyze ended with $?" >&2
done
