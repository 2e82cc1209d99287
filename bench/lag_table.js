// Pearson's r of response(t) with driver(t + lag) over the pairs present, for every lag up to `reach` samples.
function rAt(x, y, shift) {
  const begin = Math.max(0, -shift), end = Math.min(y.length, y.length - shift);
  let n = 0, sx = 0, sy = 0;
  for (let i = begin; i < end; ++i) {
    const a = x[i + shift], b = y[i];
    if (Number.isFinite(a) && Number.isFinite(b)) { n += 1; sx += a; sy += b; }
  }
  const mx = sx / n, my = sy / n;
  let xx = 0, xy = 0, yy = 0;
  for (let i = begin; i < end; ++i) {
    const a = x[i + shift] - mx, b = y[i] - my;
    if (Number.isFinite(a) && Number.isFinite(b)) { xx += a * a; xy += a * b; yy += b * b; }
  }
  return xy / Math.sqrt(xx * yy);
}

exports.lagTable = (x, y, reach = 30) => {
  let n = 0;
  for (let i = 0; i < x.length; ++i) n += Number.isFinite(x[i]) && Number.isFinite(y[i]) ? 1 : 0;
  const r = [];
  for (let lag = -reach; lag <= reach; ++lag) r.push(rAt(x, y, lag));
  return JSON.stringify({ n_samples: n, r });
};
