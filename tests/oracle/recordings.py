#!/usr/bin/env python3
"""An independent calculation of what align, correlate and balance must find in real recordings.

    python3 tests/oracle/recordings.py RECORDINGS > tests/oracle/recordings.json

RECORDINGS holds one folder a recording, as described in tests/cli/recordings/README.md. It needs numpy and pandas only
and shares no code with the program: it was written from the definitions in docs/method.md, so that their agreement is a
second reason to believe either. Only results go to the output, nothing of the recordings themselves.

Where the definitions leave a choice, this is the one taken here:
 1. Times are whole microseconds; a telemetry time without a zone is UTC; of a training row `timestamp_shared` counts.
 2. The grid runs from the first telemetry sample up to half a step behind the last one: points k D with
    k D <= last - first + D / 2, so that a session whose first sample came late by a few ms does not lose its last.
 3. A row that has no gradient norm (null) takes no part in the pairing: neither in a mean nor as the nearest step.
 4. "Nearest" goes to the earlier of two equally near samples, of training steps as well; the tolerance is inclusive.
 5. A row is a grid point and device. Its pairing distance is |telemetry sample - mean time of the training steps used|,
    where it has both; the 95th percentile interpolates linearly.
 6. The CV of P/(T - T_ambient) is population SD over mean; of one sample it is 0.
 7. The trailing slope is that of least squares through the samples in the window; where it holds but one, the sample
    before is taken in; the first sample of all has no slope and counts as steady, FIRST_TAU_S. Taken as missing
    (nan) instead, it would change RLE in the first five seconds, and with them a few r: at most by 0.06.
 8. A trailing mean is over the values present in the window.
 9. sigma_opt: sample SD (n - 1) over mean, of the gradient norms on the grid.
10. Integrals are by the trapezoid rule over the grid rows that have both temperature and power; a gap is one long step.
    energy_in_margin_j is how far from it int P dt may lie whatever the power did between two readings, as long as it
    stayed between them: half the sum of |change of P| dt.
11. tau as the manual has it: |T - T_ambient| / |dT/dt| at each grid row whose temperature differs from that of the row
    before, dT/dt being that difference over the time between, T the later temperature; the median of these.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

OPTIONS = {"sample_hz": 1.0, "tolerance_s": 2.0, "max_lag_s": 3.0, "ambient_c": 21.0, "temp_limit_c": 83.0,
           "rated_power_w": 200.0}
AMBIENT_C, LIMIT_C, RATED_W = 21.0, 83.0, 200.0
GRID_US, TOLERANCE_US = 1_000_000, 2_000_000
HA_WINDOW_S, SLOPE_WINDOW_S, UTIL_WINDOW_S, SMOOTHING_S = 5.0, 5.0, 10.0, 5.0
FIRST_TAU_S = 600.0
MAX_LAG = 3
MANUAL_RANGES = {"rle": (0.0, 1.0), "grad_norm": (0.0, 50.0), "temperature_rise": (0.0, 50.0)}


# --- reading ---------------------------------------------------------------------------------------------------------

def microseconds(timestamps):
    return pd.to_datetime(timestamps, utc=True).astype("int64") // 1000


def read_telemetry(folder):
    table = pd.read_csv(folder / "telemetry.csv")
    table["us"] = microseconds(table["timestamp"])
    return table


def read_training(folder):
    """The steps that have a gradient norm: times in microseconds, and norms."""
    path = folder / "training.json"
    if not path.exists():
        return None
    rows = [row for row in json.loads(path.read_text()) if row["grad_norm"] is not None]
    us = np.array([round(row["timestamp_shared"] * 1e6) for row in rows], dtype=np.int64)
    return us, np.array([row["grad_norm"] for row in rows])


# --- RLE, on the telemetry's own samples -----------------------------------------------------------------------------

def windows(us, seconds):
    """Of each sample the slice of the samples in (t - w, t]."""
    first = np.searchsorted(us, us - round(seconds * 1e6), side="right")
    return [slice(a, i + 1) for i, a in enumerate(first)]


def trailing(us, values, seconds, function):
    return np.array([function(values[w]) for w in windows(us, seconds)])


def slopes(us, values, seconds):
    """Least-squares slope a second over the trailing window, over two samples at least."""
    found = np.full(len(us), np.nan)
    for i, w in enumerate(windows(us, seconds)):
        start = min(w.start, i - 1)
        if start < 0:
            continue
        t = (us[start:i + 1] - us[i]) / 1e6
        found[i] = np.polyfit(t, values[start:i + 1], 1)[0]
    return found


def tau_sustain(us, temperature, slope_window_s):
    slope = slopes(us, temperature, slope_window_s)
    with np.errstate(divide="ignore", invalid="ignore"):
        tau = np.where(slope > 0, np.clip((LIMIT_C - temperature) / slope, 1.0, 600.0), 600.0)
    tau[0] = FIRST_TAU_S
    return tau


def cv(values):
    return np.std(values) / np.mean(values)


def rle_raw(sensors, stability, slope_window_s):
    us, temperature, power, util = (sensors[c].to_numpy() for c in ("us", "temp_c", "power_w", "util_pct"))
    if stability == "ha":
        spread = trailing(us, power / (temperature - AMBIENT_C), HA_WINDOW_S, cv)
    else:
        spread = trailing(us, util, UTIL_WINDOW_S, np.std)
    eta_util = np.clip(util / 100.0, 0.0, 1.0)
    load = power / RATED_W
    return eta_util / (1.0 + spread) / (load * (1.0 + 1.0 / tau_sustain(us, temperature, slope_window_s)))


def smoothed(sensors, raw):
    def mean_present(values):
        present = values[~np.isnan(values)]
        return present.mean() if len(present) else np.nan

    return trailing(sensors["us"].to_numpy(), raw, SMOOTHING_S, mean_present)


# --- the grid --------------------------------------------------------------------------------------------------------

def nearest(us, at):
    """Index of the sample nearest to `at`, the earlier of equals; None beyond the tolerance."""
    distance = np.abs(us - at)
    best = int(np.argmin(distance))
    return best if distance[best] <= TOLERANCE_US else None


def pick(values, indices):
    return np.array([np.nan if i is None else values[i] for i in indices], dtype=float)


def put_on_grid(sensors, training):
    """Grid times, the telemetry row of each, its gradient norm, and the mean time of its training steps (us
    after the first sample)."""
    us = sensors["us"].to_numpy()
    grid = np.arange(us[0], us[-1] + GRID_US // 2 + 1, GRID_US)
    rows = [nearest(us, g) for g in grid]
    norms, times = np.full(len(grid), np.nan), np.full(len(grid), np.nan)
    if training is None:
        return grid, rows, norms, times
    step_us, step_norm = training
    for k, g in enumerate(grid):
        inside = (step_us >= g - GRID_US // 2) & (step_us < g + GRID_US // 2)
        if inside.any():
            norms[k], times[k] = step_norm[inside].mean(), (step_us[inside] - us[0]).mean()
            continue
        i = nearest(step_us, g)
        if i is not None:
            norms[k], times[k] = step_norm[i], step_us[i] - us[0]
    return grid, rows, norms, times


def distances(sensors, rows, times):
    """Seconds between telemetry and training, of every row that has both."""
    us = sensors["us"].to_numpy()
    return [abs(us[i] - us[0] - t) / 1e6 for i, t in zip(rows, times) if i is not None and not np.isnan(t)]


# --- results ---------------------------------------------------------------------------------------------------------

def lag_table(response, norms):
    """r(l) = corr(response(t), norm(t + l)), over the pairs present."""
    table = []
    for lag in range(-MAX_LAG, MAX_LAG + 1):
        pairs = [(response[t], norms[t + lag]) for t in range(len(response)) if 0 <= t + lag < len(norms)]
        x, y = np.array([p for p in pairs if not np.isnan(p).any()]).T
        table.append({"lag_s": lag, "r": float(np.corrcoef(x, y)[0, 1]), "n": len(x)})
    return table


def correlation(response, norms):
    table = lag_table(response, norms)
    peak = max(table, key=lambda row: abs(row["r"]))
    return {"ccf": table, "r_peak": peak["r"], "t_lag_s": peak["lag_s"],
            "n_samples": int(np.sum(~np.isnan(response) & ~np.isnan(norms)))}


def sums(t_s, temperature, power, fan):
    """What conservation needs of one node: E_stored = C * rise_c, and, with hA at the mean fan speed and its change b
    from a standing fan to 100 %, E_out = hA * excess_c_s + b / 100 * (fan_excess_pct_c_s - fan_mean_pct * excess_c_s),
    where fan_margin_pct_c_s is how far the third term may lie off for a fan that changed between two readings."""
    present = ~np.isnan(temperature) & ~np.isnan(power)
    t_s, temperature, power, fan = t_s[present], temperature[present], power[present], fan[present]
    moved = np.flatnonzero(np.diff(temperature)) + 1
    slope = (temperature[moved] - temperature[moved - 1]) / (t_s[moved] - t_s[moved - 1])
    tau = np.abs((temperature[moved] - AMBIENT_C) / slope)
    return {"n_samples": len(t_s), "energy_in_j": float(np.trapz(power, t_s)),
            "energy_in_margin_j": float(0.5 * np.sum(np.abs(np.diff(power)) * np.diff(t_s))),
            "excess_c_s": float(np.trapz(temperature - AMBIENT_C, t_s)),
            "rise_c": float(temperature[-1] - temperature[0]),
            "fan_mean_pct": number_or_none(fan.mean()),
            "fan_excess_pct_c_s": number_or_none(np.trapz(fan * (temperature - AMBIENT_C), t_s)),
            "fan_margin_pct_c_s": number_or_none(0.5 * np.sum(np.abs(np.diff(fan)) * np.diff(t_s))
                                                 * np.max(temperature - AMBIENT_C)),
            "manual_tau_median_s": float(np.median(tau)) if len(tau) else None}


def number_or_none(value):
    return None if np.isnan(value) else float(value)


def out_of_range(rle, norms, temperature):
    series = {"rle": rle, "grad_norm": norms, "temperature_rise": temperature - AMBIENT_C}
    return {name: int(np.sum((series[name] < low) | (series[name] > high)))
            for name, (low, high) in MANUAL_RANGES.items()}


def device_results(sensors, training):
    own = smoothed(sensors, rle_raw(sensors, "ha", SLOPE_WINDOW_S))
    grid, rows, norms, times = put_on_grid(sensors, training)
    t_s = (grid - grid[0]) / 1e6
    rle, recorded = pick(own, rows), pick(sensors["rle_smoothed"].to_numpy(), rows)
    temperature, power = pick(sensors["temp_c"].to_numpy(), rows), pick(sensors["power_w"].to_numpy(), rows)
    fan_name = "fan_pct" if "fan_pct" in sensors else "gpu_fan_pct"
    fan = pick(sensors[fan_name].to_numpy(dtype=float), rows)
    result = {"n_grid": len(grid), "n_telemetry": len(sensors), "balance": sums(t_s, temperature, power, fan),
              "rle": {"max": float(np.nanmax(rle)), "min": float(np.nanmin(rle)), "mean": float(np.nanmean(rle))},
              "out_of_range": out_of_range(rle, norms, temperature)}
    if training is not None:
        present = norms[~np.isnan(norms)]
        result |= {"distances": distances(sensors, rows, times),
                   "sigma_opt": float(present.std(ddof=1) / present.mean()),
                   "sigma_opt_population": float(present.std() / present.mean()),
                   "grad_norm_mean": float(present.mean()),
                   "correlation": {"rle": correlation(rle, norms), "rle_smoothed": correlation(recorded, norms)}}
    return result


def reproduction(sensors):
    """`--stability util --slope-window 1` against the rle_raw that their monitor recorded."""
    ours = rle_raw(sensors, "util", 1.0)
    theirs = sensors["rle_raw"].to_numpy()
    off = ~(np.abs(ours / theirs - 1.0) <= 0.005)  # a missing value of ours counts as off
    return {"rows": len(theirs), "off_by_over_half_percent": int(off.sum()),
            "off_rows": [int(i) for i in np.flatnonzero(off)], "mean": float(np.nanmean(ours))}


def alignment(telemetry, training, devices):
    """Over the rows of all devices."""
    us, apart = telemetry["us"].to_numpy(), np.concatenate([d.pop("distances") for d in devices.values()])
    overlap = min(us.max(), training[0].max()) - max(us.min(), training[0].min())
    return {"n_samples": len(apart), "median_abs_dt_s": float(np.median(apart)),
            "p95_abs_dt_s": float(np.percentile(apart, 95)), "max_abs_dt_s": float(apart.max()),
            "overlap_s": float(overlap) / 1e6}


def recording(folder):
    telemetry, training = read_telemetry(folder), read_training(folder)
    sensors = {name: rows.reset_index(drop=True) for name, rows in telemetry.groupby("device")}
    result = {"devices": {name: device_results(rows, training) for name, rows in sensors.items()}}
    if training is not None:
        result["align"] = alignment(telemetry, training, result["devices"])
    if "rle_norm" in telemetry.columns:  # the monitor whose a_load is power / 200 W
        result["reproduction"] = reproduction(sensors["gpu"])
    return result


def main():
    root = Path(sys.argv[1])
    folders = sorted(p for p in root.iterdir() if (p / "telemetry.csv").exists())
    print(json.dumps({"options": OPTIONS, "recordings": {f.name: recording(f) for f in folders}}, indent=1))


if __name__ == "__main__":
    main()
