// peer_polars.js TELEMETRY TRAINING OUT: the nearest step within 2 s for each telemetry row, a CSV, and 61 lags.
const pl = require("nodejs-polars");
const { lagTable } = require("./lag_table.js");
const [telemetryPath, trainingPath, outPath] = process.argv.slice(2);
const telemetry = pl.readCSV(telemetryPath);
const steps = pl.readCSV(trainingPath).select("t_s", "step", "epoch", "loss", "grad_norm", "learning_rate");
const joined = telemetry.joinAsof(steps, { on: "t_s", strategy: "nearest", tolerance: 2.0 });
joined.writeCSV(outPath);
const numbers = (name) => Float64Array.from(joined.getColumn(name).toArray(), (v) => (v === null ? NaN : v));
console.log(lagTable(numbers("grad_norm"), numbers("temp_c")));
