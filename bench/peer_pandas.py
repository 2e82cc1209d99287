"""peer_pandas.py TELEMETRY TRAINING OUT: the nearest step within 2 s for each telemetry row, a CSV, and 61 lags."""
import json
import sys

import numpy as np
import pandas as pd

telemetry = pd.read_csv(sys.argv[1])
steps = pd.read_csv(sys.argv[2], usecols=["t_s", "step", "epoch", "loss", "grad_norm", "learning_rate"])
joined = pd.merge_asof(telemetry, steps, on="t_s", direction="nearest", tolerance=2.0)
joined.to_csv(sys.argv[3], index=False)
x, y = joined["grad_norm"].to_numpy(), joined["temp_c"].to_numpy()


def r_at(shift):
    a = x[shift:] if shift >= 0 else x[:shift]
    b = y[:len(y) - shift] if shift >= 0 else y[-shift:]
    present = np.isfinite(a) & np.isfinite(b)
    return float(np.corrcoef(a[present], b[present])[0, 1])


print(json.dumps({"n_samples": int(np.isfinite(x).sum()), "r": [r_at(lag) for lag in range(-30, 31)]}))
