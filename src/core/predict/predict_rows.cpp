#include "core/predict/predict_rows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/align/steps.hpp"
#include "core/column_length.hpp"
#include "core/maths/order_statistics.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle {
namespace {

void check_lengths(const PredictInput& input) {
    const std::size_t rows = input.t_s.size();
    check_length("predict", input.driver_name, input.driver.size(), rows);
    check_length("predict", "step", input.step.size(), rows);
    check_length("predict", "rle", input.rle.size(), rows);
    check_length("predict", "temp_c", input.temp_c.size(), rows);
    for (const std::vector<double>& flag : input.flags)
        check_length("predict", input.event_name, flag.size(), rows);
}

// A row is in trouble where any flag stands (not 0), and free of it where one is known not to and none
// stands.
void take_flag(const std::vector<double>& flag, std::vector<double>& trouble) {
    for (std::size_t row = 0; row < trouble.size(); ++row) {
        if (flag[row] != 0.0 && !std::isnan(flag[row])) trouble[row] = 1.0;
        if (flag[row] == 0.0 && std::isnan(trouble[row])) trouble[row] = 0.0;
    }
}

// Where there is no column, a missing value for each of `n` rows.
std::vector<double> column_or_missing(std::vector<double>& column, std::size_t n) {
    return column.empty() ? std::vector<double>(n, kMissing) : std::exchange(column, {});
}

bool ascends(const std::vector<double>& t_s) {
    for (std::size_t i = 0; i < t_s.size(); ++i) {
        if (!std::isfinite(t_s[i]) || (i > 0 && t_s[i] <= t_s[i - 1])) return false;
    }
    return true;
}

// Leaves the rows of an input in the order of time, one of each time.
void put_in_order(PredictInput& input) {
    std::vector<std::size_t> order(input.t_s.size()), kept;
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::erase_if(order, [&](std::size_t row) { return !std::isfinite(input.t_s[row]); });
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return input.t_s[a] < input.t_s[b]; });
    for (const std::size_t row : order) {
        if (kept.empty() || input.t_s[row] > input.t_s[kept.back()]) kept.push_back(row);
    }
    const auto keep = [&](std::vector<double>& column) {
        if (column.empty()) return;
        std::vector<double> rows;
        rows.reserve(kept.size());
        for (const std::size_t row : kept) rows.push_back(column[row]);
        column = std::move(rows);
    };
    for (auto* column : {&input.driver, &input.step, &input.rle, &input.temp_c, &input.t_s}) keep(*column);
    for (std::vector<double>& flag : input.flags) keep(flag);
}

// Median distance of neighbours; the times ascend.
double median_step(const std::vector<double>& t_s) {
    std::vector<double> steps;
    steps.reserve(t_s.size());
    for (std::size_t i = 1; i < t_s.size(); ++i) steps.push_back(t_s[i] - t_s[i - 1]);
    return median(std::move(steps));
}

}  // namespace

PredictRows predict_rows(PredictInput& input) {
    check_lengths(input);
    if (!ascends(input.t_s)) put_in_order(input);
    const std::size_t n = input.t_s.size();
    if (n < 2) throw Error(ErrorKind::insufficient_data, "predict", "fewer than two rows of different times");
    PredictRows rows;
    rows.step_s = median_step(input.t_s);
    rows.trouble.assign(n, kMissing);
    for (std::vector<double>& flag : input.flags) {
        if (!flag.empty()) take_flag(std::exchange(flag, {}), rows.trouble);
    }
    rows.t_s = std::move(input.t_s);
    rows.driver = column_or_missing(input.driver, n);
    if (!input.step.empty()) keep_at_lines(rows.driver, input.step);
    rows.rle = column_or_missing(input.rle, n);
    rows.temp_c = column_or_missing(input.temp_c, n);
    return rows;
}

KnownTime known_time(const PredictRows& rows, double horizon_s) {
    std::vector<double> known_s;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!std::isnan(rows.trouble[i])) known_s.push_back(rows.t_s[i]);
    }
    return KnownTime(known_s, std::max(horizon_s, 1.5 * rows.step_s));
}

std::vector<double> event_times(const PredictRows& rows) {
    std::vector<double> times;
    double last = kMissing;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (std::isnan(rows.trouble[i])) continue;
        if (rows.trouble[i] == 1.0 && last == 0.0) times.push_back(rows.t_s[i]);
        last = rows.trouble[i];
    }
    return times;
}

}  // namespace rle
