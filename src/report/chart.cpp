#include "report/chart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

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
    void take(const std::vector<double>& values) {
        for (const double value : values) take(value);
    }
    Extent extent() const {
        if (low > high) return {0.0, 1.0};
        if (low < high) return {low, high};
        const double half = low == 0.0 ? 1.0 : 0.1 * std::abs(low);
        return {low - half, high + half};
    }
};

// The rows of one bucket in which `y` is lowest and highest; nothing where it is missing throughout.
void keep_extremes(const std::vector<double>& y, std::size_t begin, std::size_t end,
                   std::vector<char>& keep) {
    std::size_t lowest = end, highest = end;
    for (std::size_t row = begin; row < end; ++row) {
        if (!std::isfinite(y[row])) continue;
        if (lowest == end || y[row] < y[lowest]) lowest = row;
        if (highest == end || y[row] > y[highest]) highest = row;
    }
    if (lowest != end) keep[lowest] = keep[highest] = 1;
}

// A row without any value in each bucket that has one, so that a gap stays a gap.
void keep_gap(const Chart& chart, std::size_t begin, std::size_t end, std::vector<char>& keep) {
    for (const Series& series : chart.series) {
        if (series.draw == Draw::points) continue;
        for (std::size_t row = begin; row < end; ++row) {
            if (std::isfinite(series.y[row])) continue;
            keep[row] = 1;
            break;
        }
    }
}

void compact(std::vector<double>& values, const std::vector<char>& keep) {
    if (values.empty()) return;
    std::size_t to = 0;
    for (std::size_t row = 0; row < keep.size(); ++row) {
        if (keep[row] != 0) values[to++] = values[row];
    }
    values.resize(to);
}

}  // namespace

bool Chart::empty() const {
    return std::none_of(series.begin(), series.end(), [](const Series& s) {
        return std::any_of(s.y.begin(), s.y.end(), [](double y) { return std::isfinite(y); });
    });
}

Extent x_extent(const Chart& chart) {
    Range range;
    range.take(chart.x);
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

void reduce(Chart& chart, std::size_t buckets) {
    const std::size_t rows = chart.x.size();
    if (buckets == 0 || rows <= 4 * buckets) return;
    std::vector<char> keep(rows, 0);
    keep.front() = keep.back() = 1;
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
        const std::size_t begin = bucket * rows / buckets;
        const std::size_t end = (bucket + 1) * rows / buckets;
        for (const Series& series : chart.series) keep_extremes(series.y, begin, end, keep);
        keep_gap(chart, begin, end, keep);
    }
    chart.rows_before = rows;
    compact(chart.x, keep);
    for (Series& series : chart.series) {
        compact(series.y, keep);
        compact(series.low, keep);
        compact(series.high, keep);
    }
}

}  // namespace rle::report
