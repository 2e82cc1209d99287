// peer_duckdb.js TELEMETRY TRAINING OUT: the nearest step within 2 s for each telemetry row, a CSV, and 61 lags, all in
// SQL. DuckDB's ASOF JOIN looks one way, so it looks twice.
const { DuckDBInstance } = require("@duckdb/node-api");
const [telemetryPath, trainingPath, outPath] = process.argv.slice(2);

async function main() {
  const db = await (await DuckDBInstance.create(":memory:")).connect();
  await db.run(`create table steps as select t_s as at, step, epoch, loss, grad_norm, learning_rate from '${trainingPath}'`);
  await db.run(`create table joined as
    select t.*, case when b.at is null or abs(a.at - t.t_s) < abs(b.at - t.t_s) then a else b end as s
    from '${telemetryPath}' t asof left join steps b on t.t_s >= b.at asof left join steps a on t.t_s < a.at`);
  await db.run(`create table aligned as select * exclude (s), s.step, s.epoch, s.loss, s.learning_rate,
    case when abs(s.at - t_s) <= 2.0 then s.grad_norm end as grad_norm, row_number() over (order by t_s) as i from joined`);
  await db.run(`copy (select * exclude (i) from aligned order by i) to '${outPath}' (header)`);
  const n = await db.runAndReadAll("select count(*)::double from aligned where grad_norm is not null and temp_c is not null");
  const shifts = Array.from({ length: 61 }, (_, k) => k - 30);
  const ahead = shifts.map((k) => `lead(grad_norm, ${k}) over (order by i) as x${k + 30}`).join(", ");
  const r = await db.runAndReadAll(`select ${shifts.map((k) => `corr(x${k + 30}, temp_c)`).join(", ")}
    from (select temp_c, ${ahead} from aligned)`);
  console.log(JSON.stringify({ n_samples: n.getRows()[0][0], r: r.getRows()[0] }));
}

main();
