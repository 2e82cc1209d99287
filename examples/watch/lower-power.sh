#!/bin/sh
# Lowers a GPU's power limit by a tenth for a while; for `rlecouple watch SESSION --exec examples/watch/lower-power.sh`.
# GPU (default 0), SHARE in percent (default 90), SECONDS_LOW (default 60) and LEAST in W (default 100) may be set.
# nvidia-smi needs root to change the limit. While this runs, watch leaves further alarms out.
set -eu
gpu=${GPU:-0} share=${SHARE:-90} seconds=${SECONDS_LOW:-60} least=${LEAST:-100}

before=$(nvidia-smi -i "$gpu" --query-gpu=power.limit --format=csv,noheader,nounits | cut -d. -f1 | tr -d ' ')
lower=$((before * share / 100))
[ "$lower" -ge "$least" ] || lower=$least
echo "gradient norm ${RLE_GRAD_NORM:-?} (z ${RLE_Z:-?}): power limit of GPU $gpu from $before W to $lower W for $seconds s"

trap 'nvidia-smi -i "$gpu" -pl "$before" > /dev/null' EXIT
nvidia-smi -i "$gpu" -pl "$lower" > /dev/null
sleep "$seconds"
