#!/usr/bin/env python3
"""Numbers for tests/unit/core/test_lag_oracle.cpp, made once with statsmodels, scipy and numpy; rerun to check:
    python3 tests/oracle/lag_test.py > tests/oracle/lag_test.json

- granger: statsmodels' grangercausalitytests, ssr_ftest (F, p, df_denom, df_num), both directions, orders 1 to 4;
- whitened: both series regressed on a mean and their own first p lags by numpy.linalg.lstsq, the residuals correlated with
  numpy.corrcoef over the pairs that each lag has;
- tails: scipy.stats.f.sf, scipy.stats.t.isf.
"""
import json
import warnings

import numpy as np
import scipy.stats
from statsmodels.tsa.stattools import grangercausalitytests

warnings.simplefilter("ignore")


def ar1(rng, n, phi):
    x = np.zeros(n)
    for t in range(1, n):
        x[t] = phi * x[t - 1] + rng.standard_normal()
    return x


def coupled(rng, g, k, delay):
    y = np.zeros(len(g))
    for t in range(1, len(g)):
        push = g[t - delay] if t >= delay else 0.0
        y[t] = 0.75 * y[t - 1] - k * push + 0.1 * rng.standard_normal()
    return y


def pairs():
    rng = np.random.default_rng(20)
    g = rng.standard_normal(90)
    yield "coupled", g, coupled(rng, g, 0.1, 2)
    yield "apart", ar1(rng, 120, 0.8), ar1(rng, 120, 0.8)
    g = 5.0 + ar1(rng, 60, 0.5)
    yield "large offset", 1e3 + g, -2e4 + 50.0 * coupled(rng, g, 0.2, 1)


def granger(cause, effect, order):
    f, p, df2, df1 = grangercausalitytests(np.column_stack([effect, cause]), [order], verbose=False)[order][0]["ssr_ftest"]
    return {"order": order, "f": f, "p_value": p, "df1": int(df1), "df2": int(df2)}


def residual(x, order):
    rows = np.column_stack([np.ones(len(x) - order)] + [x[order - k : len(x) - k] for k in range(1, order + 1)])
    y = x[order:]
    return np.concatenate([np.full(order, np.nan), y - rows @ np.linalg.lstsq(rows, y, rcond=None)[0]])


def ccf(driver, response, reach):
    """corr(response(t), driver(t + l)) for l = -reach .. reach"""
    out = []
    n = len(driver)
    for lag in range(-reach, reach + 1):
        t = np.arange(max(0, -lag), min(n, n - lag))
        x, y = driver[t + lag], response[t]
        both = ~np.isnan(x) & ~np.isnan(y)
        out.append(np.corrcoef(x[both], y[both])[0, 1])
    return out


def main():
    cases = []
    for name, driver, response in pairs():
        cases.append(
            {
                "name": name,
                "driver": list(driver),
                "response": list(response),
                "driver_to_response": [granger(driver, response, p) for p in range(1, 5)],
                "response_to_driver": [granger(response, driver, p) for p in range(1, 5)],
            }
        )
    rng = np.random.default_rng(21)
    driver, response = ar1(rng, 200, 0.6), ar1(rng, 200, -0.7)
    whitened = {
        "driver": list(driver),
        "response": list(response),
        "driver_ar_order": 1,
        "response_ar_order": 1,
        "ccf": ccf(residual(driver, 1), residual(response, 1), 3),
    }
    tails = {
        "f": [[f, a, b, scipy.stats.f.sf(f, a, b)] for f in (0.1, 1.0, 4.0, 30.0, 400.0) for a in (1, 3, 12) for b in (2, 40, 5000)],
        "t": [[alpha, df, scipy.stats.t.isf(alpha / 2, df)] for alpha in (0.5, 0.05, 1e-4) for df in (1, 5, 86, 1e5)],
    }
    print(json.dumps({"granger": cases, "whitened": whitened, "tails": tails}, indent=1))


if __name__ == "__main__":
    main()
