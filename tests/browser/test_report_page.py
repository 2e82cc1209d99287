"""The report in a real browser: test_report_page.py REPORT.html [FOLDER FOR SCREENSHOTS]

Exits 77 (skipped, for ctest) where there is no Chromium. Screenshots of every section, light and dark, and the printed page go to
the folder, to be looked at.
"""

import os
import sys
import unittest

from browser import Browser, find_chromium

PAGE = ""
SHOTS = ""


class ReportPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        with open(PAGE, encoding="utf-8") as file:
            cls.has_script = "<script>" in file.read()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()

    def setUp(self):
        self.browser.call("Emulation.setScriptExecutionDisabled", value=False)
        self.browser.media()
        self.browser.open(PAGE)

    def visible(self, selector):
        return self.browser.js(f"Array.from(document.querySelectorAll('{selector}'))"
                               ".filter(e => e.getClientRects().length > 0).length")

    def needs_script(self):
        if not self.has_script:
            self.skipTest("built without dygraphs: the charts are static")

    def ranges(self):
        return self.browser.js("rleCharts.filter(c => c.chart.time).map(c => c.graph.xAxisRange())")

    def area(self, index):
        """The plotting area of the index-th chart over time, in the window, scrolled into view."""
        return self.browser.js(
            f"(function () {{ var c = rleCharts.filter(c => c.chart.time)[{index}];"
            "var e = c.graph.graphDiv; e.scrollIntoView({block: 'center'}); var r = e.getBoundingClientRect();"
            "var a = c.graph.getArea(); return {x: r.x + a.x, y: r.y + a.y, w: a.w, h: a.h}; })()")

    def test_nothing_is_red_and_nothing_leaves_the_page(self):
        self.assertEqual(self.browser.faults(), [])
        self.assertEqual(self.browser.requests(), ["file://" + os.path.abspath(PAGE)])

    def test_foreign_text_does_nothing(self):
        self.assertNotEqual(self.browser.js("document.title"), "owned")
        self.assertEqual(self.browser.js("document.images.length"), 0)

    def test_a_request_would_be_refused(self):
        self.browser.js("new Promise(done => { var i = new Image(); i.onload = i.onerror = done;"
                        "i.src = 'http://127.0.0.1:9/x.png'; document.body.appendChild(i); })")
        self.assertTrue(any("Content Security Policy" in fault for fault in self.browser.faults()))

    def test_every_chart_is_drawn(self):
        self.needs_script()
        figures = self.browser.js("document.querySelectorAll('figure').length")
        self.assertGreater(figures, 3)
        self.assertEqual(self.browser.js("rleCharts.length"), figures)
        self.assertEqual(self.visible("figure .live"), figures)
        self.assertEqual(self.visible("figure .static"), 0)
        inked = self.browser.js(
            "rleCharts.map(c => { var v = c.graph.hidden_; var d = v.getContext('2d').getImageData(0, 0, v.width, v.height)"
            ".data; var n = 0; for (var i = 3; i < d.length; i += 4) if (d[i] > 0) ++n; return n; })")
        for count in inked:
            self.assertGreater(count, 100)

    def test_zoom_is_in_all_charts_over_time_at_once_and_comes_back(self):
        self.needs_script()
        whole = self.ranges()
        self.assertGreater(len(whole), 2)
        area = self.area(1)
        middle = area["y"] + area["h"] / 2
        self.browser.drag(area["x"] + area["w"] * 0.25, middle, area["x"] + area["w"] * 0.5, middle)
        zoomed = self.ranges()
        span = whole[0][1] - whole[0][0]
        for low, high in zoomed:
            self.assertAlmostEqual(low, zoomed[0][0])
            self.assertAlmostEqual(high, zoomed[0][1])
            self.assertAlmostEqual((high - low) / span, 0.25, delta=0.02)
        lags = self.browser.js("rleCharts.filter(c => !c.chart.time).map(c => c.graph.isZoomed('x'))")
        self.assertNotIn(True, lags)
        self.browser.js("document.getElementById('show-all').click()")
        for after, before in zip(self.ranges(), whole):
            self.assertAlmostEqual(after[0], before[0])
            self.assertAlmostEqual(after[1], before[1])
        self.assertEqual(self.browser.faults(), [])

    def test_no_rule_lies_outside_its_chart(self):
        self.needs_script()
        outside = self.browser.js(
            "rleCharts.filter(c => !c.chart.time).flatMap(c => { var y = c.graph.yAxisRange();"
            "return c.chart.rules.filter(r => r.y < y[0] || r.y > y[1]).map(r => c.chart.id + ' ' + r.y); })")
        self.assertEqual(outside, [])

    def test_marks_of_an_axis_have_one_form(self):
        self.needs_script()
        labels = self.browser.js(
            "[...document.querySelectorAll('.plot')].map(p => [...p.querySelectorAll('.dygraph-axis-label-y')]"
            ".map(l => l.textContent))")
        self.assertGreater(len(labels), 3)
        for axis in labels:
            self.assertGreater(len(axis), 1)
            self.assertEqual(len({len(label.partition(".")[2]) for label in axis}), 1, axis)
            steps = [float(b) - float(a) for a, b in zip(axis, axis[1:])]   # rounding a mark would bend them
            self.assertLess(max(steps) - min(steps), 1e-6 * max(map(abs, steps)), axis)

    def test_values_under_the_cursor_are_those_of_the_data(self):
        self.needs_script()
        area = self.area(0)
        self.browser.mouse("mouseMoved", area["x"] + area["w"] * 0.5, area["y"] + area["h"] / 2)
        told = self.browser.js("rleCharts.filter(c => c.chart.time).map(c => ({at: c.legend.at.textContent,"
                               "values: c.legend.values.map(v => v.textContent)}))")
        at = float(told[0]["at"].split()[0])
        known = self.browser.js(f"(function () {{ var c = rleCharts[0].chart; var row = c.x.findIndex(x => Math.abs(x - {at})"
                                " < 1e-3 * Math.max(1, x)); return c.series[0].y[row]; })()")
        self.assertAlmostEqual(float(told[0]["values"][0]), known, delta=1e-4 * abs(known) + 1e-9)
        for other in told:
            self.assertAlmostEqual(float(other["at"].split()[0]), at, delta=0.02 * max(1.0, at))

    def test_without_javascript_the_static_charts_stand(self):
        self.browser.call("Emulation.setScriptExecutionDisabled", value=True)
        self.browser.open(PAGE)
        self.browser.call("Emulation.setScriptExecutionDisabled", value=False)   # for the questions below
        figures = self.browser.js("document.querySelectorAll('figure').length")
        self.assertEqual(self.visible("figure svg"), figures)
        self.assertEqual(self.visible(".live"), 0)
        self.assertEqual(self.visible(".script-only"), 0)

    def test_print_has_the_static_charts_in_light_whatever_the_screen(self):
        self.browser.media("print", "dark")
        figures = self.browser.js("document.querySelectorAll('figure').length")
        self.assertEqual(self.visible("figure svg"), figures)
        self.assertEqual(self.visible(".live"), 0)
        self.assertEqual(self.browser.js("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)")
        self.assertEqual(self.browser.js("document.querySelectorAll('.sign tbody tr').length"), 3)

    def test_dark_is_dark_and_text_is_readable_in_both(self):
        for scheme in ("light", "dark"):
            self.browser.media("", scheme)
            worst = self.browser.js(CONTRAST)
            self.assertGreater(worst["ratio"], 4.5, worst)   # WCAG 2.1, 1.4.3
            lines = self.browser.js(LINE_CONTRAST)
            self.assertGreater(lines, 3.0)                    # WCAG 2.1, 1.4.11
        self.browser.media("", "dark")
        self.assertEqual(self.browser.js("getComputedStyle(document.body).backgroundColor"), "rgb(20, 24, 29)")

    def test_every_chart_speaks_to_a_screen_reader(self):
        for named in self.browser.js("Array.from(document.querySelectorAll('figure svg')).map(s => s.getAttribute("
                                     "'aria-labelledby').split(' ').map(i => document.getElementById(i).textContent))"):
            self.assertEqual(len(named), 2)
            self.assertTrue(all(named))
        self.assertEqual(self.browser.js("document.querySelectorAll('figure').length"),
                         self.browser.js("document.querySelectorAll('figure details table').length"))

    def test_nothing_is_wider_than_the_window(self):
        self.assertLessEqual(self.browser.js("document.documentElement.scrollWidth"), 1000)

    def test_screenshots(self):
        if not SHOTS:
            self.skipTest("no folder for screenshots given")
        os.makedirs(SHOTS, exist_ok=True)
        sections = self.browser.js("Array.from(document.querySelectorAll('section')).map(s => s.id)")
        for scheme in ("light", "dark"):
            self.browser.media("", scheme)
            self.browser.screenshot(f"{SHOTS}/{scheme}-opening.png", "header")
            for section in sections:
                self.browser.screenshot(f"{SHOTS}/{scheme}-{section}.png", "#" + section)
        self.browser.media()
        self.assertGreater(len(self.browser.pdf(SHOTS + "/print.pdf")), 10000)


COLOUR = """
function rgb(text) { var m = text.match(/[\\d.]+/g).map(Number); return m.length > 3 && m[3] === 0 ? null : m.slice(0, 3); }
function light(c) { return c.map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); })
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0); }
function ratio(a, b) { var x = light(a), y = light(b); return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); }
"""

# The least contrast of any text with what lies behind it.
CONTRAST = "(function () {" + COLOUR + """
  function ground(e) { for (; e; e = e.parentElement) { var c = rgb(getComputedStyle(e).backgroundColor); if (c) return c; }
    return [255, 255, 255]; }
  var worst = {ratio: 99, text: ""};
  document.querySelectorAll("h1, h2, p, li, td, th, dt, dd, span, strong, caption, figcaption, summary, code, button")
    .forEach(function (e) {
      if (!e.textContent.trim() || e.getClientRects().length === 0) return;
      var r = ratio(rgb(getComputedStyle(e).color), ground(e));
      if (r < worst.ratio) worst = {ratio: r, text: e.tagName + " " + e.className + ": " + e.textContent.slice(0, 60)};
    });
  return worst;
})()"""

# The least contrast of the palette with the page.
LINE_CONTRAST = "(function () {" + COLOUR + """
  var probe = document.createElement("span");
  document.body.appendChild(probe);
  var page = rgb(getComputedStyle(document.body).backgroundColor), worst = 99;
  for (var i = 1; i <= 7; ++i) {
    probe.style.color = "var(--c" + i + ")";
    worst = Math.min(worst, ratio(rgb(getComputedStyle(probe).color), page));
  }
  probe.remove();
  return worst;
})()"""


if __name__ == "__main__":
    PAGE = sys.argv[1]
    SHOTS = sys.argv[2] if len(sys.argv) > 2 else os.environ.get("RLE_SCREENSHOTS", "")
    if find_chromium() is None:
        print("skipped: there is no chromium here")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=2)
