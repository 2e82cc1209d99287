#!/usr/bin/env python3
"""Thermal constants of simulated sessions by scipy, to hold the C++ fit against.

Makes tests/data/thermal/{one_node,two_nodes}.csv and tests/oracle/thermal.json, which are committed; run it again only to
change them.
Needs numpy and scipy. The sessions are simulated with scipy.linalg.expm at the true constants, rounded to whole degrees, and
fitted by scipy.optimize.least_squares with the residuals of a simulation by expm: nothing is shared with the C++ code.
"""
import json
import pathlib

import numpy as np
from scipy.linalg import expm
from scipy.optimize import least_squares

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent / "data" / "thermal"
AMBIENT = 23.0


def one_node(log_constants):
    hA, C = np.exp(log_constants)
    return np.array([[-hA / C]]), np.array([[1 / C, hA * AMBIENT / C]])


def two_nodes(log_constants):
    hA, C_die, C_sink, k = np.exp(log_constants)
    a = np.array([[-k / C_die, k / C_die], [k / C_sink, -(k + hA) / C_sink]])
    return a, np.array([[1 / C_die, 0.0], [0.0, hA * AMBIENT / C_sink]])


def simulate(model, constants, start, t, power):
    """Temperatures of the first node; each power holds until the next sample."""
    a, b = model(np.log(constants))
    n = len(a)
    state = np.array(start, float)
    out = [state[0]]
    for i in range(len(t) - 1):
        # The inputs (power, 1) as further states that do not move: one expm gives the exact step.
        whole = np.zeros((n + 2, n + 2))
        whole[:n, :n] = a
        whole[:n, n:] = b
        step = expm(whole * (t[i + 1] - t[i]))
        state = (step @ np.concatenate([state, [power[i], 1.0]]))[:n]
        out.append(state[0])
    return np.array(out)


def session(model, constants, start, t, power, path):
    temp = np.round(simulate(model, constants, start, t, power))
    rows = ["t_s,temp_c,power_w"] + [f"{a:.4f},{b:.0f},{c:.2f}" for a, b, c in zip(t, temp, power)]
    path.write_text("\n".join(rows) + "\n")
    return temp


def fit(model, first_guess, start, t, power, temp):
    m = len(first_guess)

    def residuals(x):
        return simulate(model, np.exp(x[:m]), x[m:], t, power) - temp

    x0 = np.concatenate([np.log(first_guess), start])
    found = least_squares(residuals, x0, x_scale="jac", xtol=1e-14, ftol=1e-14, gtol=1e-14, method="lm")
    return np.exp(found.x[:m]), found.x[m:], np.sqrt(np.mean(found.fun**2))


def energies(t, temp, power, hA, C):
    """The one-node balance, by numpy alone."""
    energy_in = np.sum(power[:-1] * np.diff(t))
    energy_out = np.trapz(hA * (temp - AMBIENT), t)
    stored = C * (temp[-1] - temp[0])
    rate = np.diff(temp) / np.diff(t)
    taus = np.abs((temp[1:] - AMBIENT)[rate != 0] / rate[rate != 0])
    return {
        "energy_in_j": energy_in,
        "energy_out_j": energy_out,
        "energy_stored_j": stored,
        "closure": (energy_in - energy_out - stored) / energy_in,
        "manual_median_s": float(np.median(taus)),
    }


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(20251028)
    t = np.arange(120) + np.round(random.uniform(-0.05, 0.05, 120), 4)
    t -= t[0]
    power = np.where((np.arange(120) // 15) % 2 == 0, 240.0, 60.0) + np.round(random.uniform(-8, 8, 120), 2)
    temp = session(one_node, [3.2, 38.0], [31.0], t, power, OUT / "one_node.csv")
    (hA, C), start, rmse = fit(one_node, [2.0, 20.0], [30.0], t, power, temp)
    result = {
        "ambient_c": AMBIENT,
        "one_node": {"hA_w_per_c": hA, "C_j_per_c": C, "tau_s": C / hA, "start_c": start[0], "rmse_c": rmse,
                     **energies(t, temp, power, hA, C)},
    }
    t = np.arange(600.0)
    steps = np.repeat(random.uniform(40, 260, 25), 24)
    power = np.round(steps, 2)
    temp = session(two_nodes, [3.0, 12.0, 220.0, 9.0], [40.0, 38.0], t, power, OUT / "two_nodes.csv")
    constants, start, rmse = fit(two_nodes, [3.5, 15.0, 200.0, 8.0], [40.0, 38.0], t, power, temp)
    a, _ = two_nodes(np.log(constants))
    result["two_nodes"] = {
        "hA_w_per_c": constants[0], "C_die_j_per_c": constants[1], "C_sink_j_per_c": constants[2],
        "coupling_w_per_c": constants[3], "tau_s": sorted((-1 / np.linalg.eigvals(a)).tolist(), reverse=True),
        "start_c": start[0], "sink_start_c": start[1], "rmse_c": rmse,
    }
    (HERE / "thermal.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
