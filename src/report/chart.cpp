#include "report/chart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "rlecouple/extreme_rows.hpp"

namespace rle::report {
namespace {

struct Range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();

    void take(double value) {
        if (!std::isfinite(value)) return;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    void take(std::span<const double> values) {
        for (const double value : values) take(value);
    }
    Extent extent() const {
        if (low > high) return {0.0, 1.0};
        if (low < high) return {low, high};
        const double half = low == 0.0 ? 1.0 : 0.1 * std::abs(low);
        return {low - half, high + half};
    }
};

void compact(std::vector<double>& values, const std::vector<std::size_t>& rows) {
    if (values.empty()) return;
    std::size_t to = 0;
    for (const std::size_t row : rows) values[to++] = values[row];
    values.resize(to);
}

bool is_short(std::size_t rows, std::size_t buckets) {
    return buckets == 0 || rows <= 4 * buckets;
}

std::vector<double> at(std::span<const double> values, std::span<const std::size_t> rows) {
    std::vector<double> some;
    some.reserve(rows.size());
    for (const std::size_t row : rows) some.push_back(values[row]);
    return some;
}

}  // namespace

bool Chart::empty() const {
    return std::none_of(series.begin(), series.end(), [](const Series& s) {
        return std::any_of(s.y.begin(), s.y.end(), [](double y) { return std::isfinite(y); });
    });
}

Extent x_extent(std::span<const double> x) {
    Range range;
    range.take(x);
    return range.extent();
}

Extent y_extent(const Chart& chart) {
    Range range;
    for (const Series& series : chart.series) {
        range.take(series.y);
        range.take(series.low);
        range.take(series.high);
        if (series.draw == Draw::stems) range.take(0.0);
    }
    for (const Rule& rule : chart.rules) range.take(rule.y);
    if (chart.include_zero) range.take(0.0);
    return range.extent();
}

std::vector<double> ticks(const Extent& extent, int wanted) {
    const double span = extent.high - extent.low;
    if (!(span > 0.0) || !std::isfinite(span) || wanted < 1) return {extent.low};
    const double power = std::pow(10.0, std::floor(std::log10(span / wanted)));
    double step = 10.0 * power;
    for (const double candidate : {1.0, 2.0, 5.0}) {
        if (candidate * power * wanted >= span) {
            step = candidate * power;
            break;
        }
    }
    std::vector<double> at;
    const double slack = 1e-9 * span;
    for (double i = std::ceil((extent.low - slack) / step); i * step <= extent.high + slack; i += 1.0) {
        at.push_back(i == 0.0 ? 0.0 : i * step);
        if (at.size() > 100) break;  // a span lost in the rounding of its ends
    }
    return at;
}

int tick_decimals(const std::vector<double>& at) {
    if (at.size() < 2) return 2;
    const double step = at[1] - at[0];
    if (!(step > 0.0)) return 2;
    return std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 12);
}

void keep_rows(Chart& chart, const std::vector<std::size_t>& rows) {
    chart.rows_before = std::max(chart.rows_before, chart.x.size());
    compact(chart.x, rows);
    for (Series& series : chart.series) {
        compact(series.y, rows);
        compact(series.low, rows);
        compact(series.high, rows);
    }
}

void reduce(Chart& chart, std::size_t buckets) {
    if (is_short(chart.x.size(), buckets)) return;
    std::vector<DrawnSeries> drawn;
    for (const Series& series : chart.series) drawn.push_back({series.y, series.draw != Draw::points});
    keep_rows(chart, extreme_rows(drawn, buckets));
}

void draw_rows(Chart& chart, std::span<const double> x, const std::vector<LongSeries>& series,
               std::size_t buckets, std::span<const std::size_t> rows) {
    std::vector<std::size_t> kept(rows.begin(), rows.end());
    if (kept.empty() && !is_short(x.size(), buckets)) {
        std::vector<DrawnSeries> drawn;
        for (const LongSeries& one : series) drawn.push_back({one.y, one.draw != Draw::points});
        kept = extreme_rows(drawn, buckets);
    }
    const bool all = kept.empty();
    const auto drawn = [&](std::span<const double> values) {
        return all ? std::vector<double>(values.begin(), values.end()) : at(values, kept);
    };
    chart.x = drawn(x);
    for (const LongSeries& one : series)
        chart.series.push_back({one.name, one.colour, one.draw, drawn(one.y), {}, {}});
    if (!all) chart.rows_before = x.size();
    if (!rows.empty()) reduce(chart, buckets);
}

}  // namespace rle::report
