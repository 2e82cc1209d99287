#include "report/lag_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/sheet.hpp"
#include "report/text.hpp"

namespace rle::report {
namespace {

// Lags of both functions, united; r of each, NaN where it has none.
void add_ccf(Chart& chart, const std::string& name, const std::vector<LagPoint>& ccf, Colour colour,
             Draw draw) {
    Series series{name, colour, draw, std::vector<double>(chart.x.size(), kMissing), {}, {}};
    for (const LagPoint& point : ccf) {
        const auto at = std::lower_bound(chart.x.begin(), chart.x.end(), point.lag_s - 1e-9);
        if (at == chart.x.end() || *at > point.lag_s + 1e-9 || !point.r) continue;
        series.y[static_cast<std::size_t>(at - chart.x.begin())] = *point.r;
    }
    chart.series.push_back(std::move(series));
}

std::vector<double> united_lags(const Correlation& c) {
    std::vector<double> lags;
    for (const LagPoint& point : c.manual.ccf) lags.push_back(point.lag_s);
    if (c.tested) {
        for (const LagPoint& point : c.tested->ccf) lags.push_back(point.lag_s);
    }
    std::sort(lags.begin(), lags.end());
    const auto same = [](double a, double b) { return std::abs(a - b) < 1e-9; };
    lags.erase(std::unique(lags.begin(), lags.end(), same), lags.end());
    return lags;
}

std::string tested_label(const Correlation& c) {
    const std::string& response = c.tested->response;
    return "prewhitened, as tested" + (response.empty() || response == c.response ? "" : ": " + response);
}

void describe_tested(Chart& chart, const Correlation& c) {
    if (!c.tested || !c.tested->r_peak) return;
    const TestedCorrelation& t = *c.tested;
    chart.description +=
        fmt::format(" Prewhitened peak r = {} at {} s.", number(t.r_peak), number(t.t_lag_s));
    const double late = t.sensor_delay_s;
    if (late == 0.0 || !t.t_lag_s) return;
    const std::string note = fmt::format(
        "The tested lag of {} s is drawn at {} s: {} is read {} s late, which the lag allows for and the "
        "points do not.",
        number(t.t_lag_s), number(*t.t_lag_s - late), late > 0.0 ? c.response : c.driver,
        number(std::abs(late)));
    chart.description += " " + note;
    chart.notes.push_back(note);
}

}  // namespace

ChartSlot lag_chart(const View& view) {
    ChartSlot slot;
    Chart& chart = slot.chart;
    chart.id = "lags";
    chart.title = "Correlation by lag";
    if (!view.input->correlation || view.input->correlation->manual.ccf.empty()) {
        slot.missing =
            reason_for(*view.input, "correlation.json", "correlation.json holds no correlation at any lag");
        return slot;
    }
    const Correlation& c = *view.input->correlation;
    chart.x_label = fmt::format("lag (s); negative: {} leads", c.driver);
    chart.y_label = "r";
    chart.include_zero = true;
    chart.x = united_lags(c);
    add_ccf(chart, "raw, as the manual has it", c.manual.ccf, Colour::orange, Draw::line);
    if (c.tested && !c.tested->ccf.empty()) {
        add_ccf(chart, tested_label(c), c.tested->ccf, Colour::blue, Draw::stems);
        if (c.tested->band) {
            const std::string band = fmt::format("significant beyond (alpha {})", plain(c.tested->alpha));
            chart.rules = {{*c.tested->band, band, Colour::purple}, {-*c.tested->band, "", Colour::purple}};
        }
    } else {
        chart.notes.push_back("No prewhitened correlation: correlate gives no test for this session.");
    }
    chart.rules.push_back({0.0, "", Colour::ink});
    chart.description = fmt::format(
        "Correlation of {} with {} at lags from {} to {} s. Raw peak r = {} at {} s.", c.response, c.driver,
        number(chart.x.front()), number(chart.x.back()), number(c.manual.r_peak), number(c.manual.t_lag_s));
    describe_tested(chart, c);
    return slot;
}

}  // namespace rle::report
