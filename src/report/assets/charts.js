// Draws the page's charts with dygraphs in place of the static ones: zoom, pan, values under the cursor; what is
// done to one chart over time is done to all. The data stand in the page; nothing is loaded. Foreign text only ever becomes
// textContent, but for axis names, which dygraphs takes as HTML and which are escaped here.
(function () {
  "use strict";

  var holder = document.getElementById("charts");
  if (!holder || typeof Dygraph === "undefined") return;
  var charts = JSON.parse(holder.textContent);
  var drawn = [];

  function css(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function colour(index) {
    return css("--c" + index);
  }

  function escaped(text) {
    var node = document.createElement("span");
    node.textContent = text;
    return node.innerHTML;
  }

  function element(tag, className, parent, text) {
    var node = document.createElement(tag);
    node.className = className;
    if (text !== undefined) node.textContent = text;
    parent.appendChild(node);
    return node;
  }

  // Rows as dygraphs takes them: [x, y, y, ...], or [x, [low, y, high], ...] where a series has an interval.
  function rows(chart, bars) {
    return chart.x.map(function (x, i) {
      return [x].concat(chart.series.map(function (s) {
        var y = s.y[i];
        if (!bars) return y;
        if (y === null) return [null, null, null];
        var low = s.low ? s.low[i] : null;
        var high = s.high ? s.high[i] : null;
        return [low === null ? y : low, y, high === null ? y : high];
      }));
    });
  }

  // A vertical line from zero to each value.
  function stems(e) {
    var zero = e.dygraph.toDomYCoord(0);
    var ctx = e.drawingContext;
    ctx.strokeStyle = e.color;
    ctx.fillStyle = e.color;
    ctx.lineWidth = 2;
    e.points.forEach(function (p) {
      if (isNaN(p.canvasy)) return;
      ctx.beginPath();
      ctx.moveTo(p.canvasx, zero);
      ctx.lineTo(p.canvasx, p.canvasy);
      ctx.stroke();
      ctx.beginPath();
      ctx.arc(p.canvasx, p.canvasy, 3.5, 0, 2 * Math.PI);
      ctx.fill();
    });
  }

  // Marks at whole multiples of 1, 2 or 5 times a power of ten, all with as many decimals as the step needs.
  function ticker(low, high, pixels, opts) {
    var span = high - low;
    if (!(span > 0)) return [{ v: low, label: shown(low) }];
    var wanted = Math.max(2, Math.floor(pixels / opts("pixelsPerLabel")));
    var power = Math.pow(10, Math.floor(Math.log10(span / wanted)));
    var factor = [1, 2, 5, 10].filter(function (f) { return f * power * wanted >= span; })[0] || 10;
    var step = factor * power;
    var decimals = Math.min(12, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
    var marks = [];
    for (var i = Math.ceil((low - 1e-9 * span) / step); i * step <= high + 1e-9 * span && marks.length < 100; ++i)
      marks.push({ v: i * step, label: (i === 0 ? 0 : i * step).toFixed(decimals) });
    return marks;
  }

  function seriesOptions(s) {
    var options = { color: colour(s.colour), strokeWidth: 1.7 };
    if (s.draw === "dashed") options.strokePattern = [6, 4];
    if (s.draw === "points") {
      options.strokeWidth = 0;
      options.drawPoints = true;
      options.pointSize = 3.5;
    }
    if (s.draw === "stems") options.plotter = stems;
    return options;
  }

  function underlay(chart) {
    return function (ctx, area, graph) {
      ctx.save();
      chart.spans.forEach(function (span) {
        var from = Math.max(area.x, graph.toDomXCoord(span.from));
        var to = Math.min(area.x + area.w, graph.toDomXCoord(span.to));
        if (to < from) return;
        ctx.globalAlpha = 0.28;
        ctx.fillStyle = colour(span.colour);
        ctx.fillRect(from, area.y, Math.max(1, to - from), area.h);
      });
      ctx.globalAlpha = 1;
      ctx.setLineDash([3, 3]);
      chart.rules.forEach(function (rule) {
        var y = graph.toDomYCoord(rule.y);
        ctx.strokeStyle = colour(rule.colour);
        ctx.beginPath();
        ctx.moveTo(area.x, y);
        ctx.lineTo(area.x + area.w, y);
        ctx.stroke();
      });
      ctx.restore();
    };
  }

  // The colours, which depend on light and dark.
  function paint(chart) {
    var perSeries = {};
    chart.series.forEach(function (s) { perSeries[s.name] = seriesOptions(s); });
    return { series: perSeries, gridLineColor: css("--line"), axisLineColor: css("--soft") };
  }

  function legend(chart, parent) {
    var box = element("div", "legend", parent);
    var at = element("span", "at", box, " ");
    var values = chart.series.map(function (s) {
      var entry = element("span", "entry", box);
      element("span", "swatch k" + s.colour + " " + s.draw, entry);
      element("span", "name", entry, s.name);
      return element("span", "value", entry, "");
    });
    (chart.keys || []).forEach(function (key) {
      var entry = element("span", "entry", box);
      element("span", "swatch k" + key.colour + " " + key.kind, entry);
      element("span", "name", entry, key.name);
    });
    return { at: at, values: values };
  }

  function shown(value) {
    if (value === null || value === undefined || isNaN(value)) return "none";
    return String(Number(value.toPrecision(5)));
  }

  function show(entry, row) {
    var chart = entry.chart;
    entry.legend.at.textContent = row === null ? " " : shown(chart.x[row]) + (chart.time ? " s" : "");
    entry.legend.values.forEach(function (node, i) {
      node.textContent = row === null ? "" : shown(chart.series[i].y[row]);
    });
  }

  // The row nearest to x.
  function nearest(xs, x) {
    var low = 0, high = xs.length - 1;
    while (high - low > 1) {
      var middle = (low + high) >> 1;
      if (xs[middle] < x) low = middle; else high = middle;
    }
    return x - xs[low] <= xs[high] - x ? low : high;
  }

  var busy = false;

  // Does `what` to every other chart over time, and is not called back by what it does.
  function others(entry, what) {
    if (busy || !entry.chart.time) return;
    busy = true;
    drawn.forEach(function (other) {
      if (other !== entry && other.chart.time) what(other);
    });
    busy = false;
  }

  function point(entry, row) {
    show(entry, row);
    others(entry, function (other) {
      if (row === null) {
        other.graph.clearSelection();
        show(other, null);
      } else {
        var same = nearest(other.chart.x, entry.chart.x[row]);
        other.graph.setSelection(same);
        show(other, same);
      }
    });
  }

  function draw(chart) {
    var figure = document.getElementById("chart-" + chart.id);
    if (!figure) return;
    var entry = { chart: chart, graph: null, legend: null };
    var live = element("div", "live", figure);
    figure.insertBefore(live, figure.querySelector(".static").nextSibling);
    entry.legend = legend(chart, live);
    var plot = element("div", "plot", live);
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", chart.title + ". " + chart.description);
    document.documentElement.classList.add("scripted");
    figure.classList.add("has-live");   // shown before dygraphs measures it
    var bars = chart.series.some(function (s) { return s.low; });
    var options = {
      labels: ["x"].concat(chart.series.map(function (s) { return s.name; })),
      xlabel: escaped(chart.xLabel),
      ylabel: escaped(chart.yLabel),
      legend: "never",
      customBars: bars,
      includeZero: chart.zero,
      valueRange: chart.yRange || null,
      connectSeparatedPoints: false,
      highlightCircleSize: 4,
      axes: { x: { axisLabelWidth: 60, ticker: ticker }, y: { axisLabelWidth: 58, ticker: ticker } },
      xRangePad: chart.time ? 0 : 18,
      yRangePad: 8,
      underlayCallback: underlay(chart),
      highlightCallback: function (event, x, points, row) { point(entry, row); },
      unhighlightCallback: function () { point(entry, null); },
      drawCallback: function (graph, initial) {
        if (initial || plot.offsetWidth === 0) return;   // not shown, as while printing
        var range = graph.xAxisRange();
        others(entry, function (other) { other.graph.updateOptions({ dateWindow: range }); });
      }
    };
    var colours = paint(chart);
    Object.keys(colours).forEach(function (key) { options[key] = colours[key]; });
    try {
      entry.graph = new Dygraph(plot, rows(chart, bars), options);
      drawn.push(entry);
    } catch (error) {
      figure.classList.remove("has-live");
      live.remove();
      throw error;
    }
  }

  charts.forEach(draw);

  function repaint() {
    busy = true;
    drawn.forEach(function (entry) { entry.graph.updateOptions(paint(entry.chart)); });
    busy = false;
  }
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);

  var reset = document.getElementById("show-all");
  if (reset) reset.addEventListener("click", function () {
    busy = true;
    drawn.forEach(function (entry) { entry.graph.resetZoom(); });
    busy = false;
  });

  window.rleCharts = drawn;   // for the tests of this page
})();
